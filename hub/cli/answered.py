"""`casehub answered`: what was answered on the platform's own pages stops the clock here as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli.common import json_option, with_hub
from hub.cli.desk_options import case_number, desk_of, known_case, who_option

if TYPE_CHECKING:
    from hub.app import Hub


@click.command(short_help="Say that a case was answered in the platform's portal.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("--at", metavar="INSTANT", help="When, in the zone of the office: 14:30, or 2026-11-25 14:30; else now.")
@click.option("-m", "--message", default="", help="What was answered, for the case.")
@who_option
@json_option
@with_hub
def answered(hub: Hub, number: str, at: str | None, message: str, who: str | None, as_json: bool) -> None:
    """Say that the customer was answered on the platform itself: the first-response clock ends at that instant.

    The case shows who says so. If the platform tells of the answer later, that one takes its place, and the earlier of
    the two instants counts.

    With --json: {"case", "deadline"}.

    Example: casehub answered CH-1042 --at 14:30 -m "Sent a new parcel"
    """
    from hub.cli.clock_acts import tell_deadline
    from hub.cli.instants import given_instant

    known_case(hub, number)
    when = None if at is None else given_instant(at, hub.settings.office.timezone, hub.clock.now())
    case = desk_of(hub, who).answered(number, message, when)
    if case.waiting_since is not None and not as_json:
        click.echo("The customer has written since and still waits.", err=True)
    tell_deadline(hub, number, as_json=as_json)
