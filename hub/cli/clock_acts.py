"""`casehub classify`, `no-reply` and `set-due`: what a person says of a case that its clocks run by."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, desk_of, known_case, who_option
from hub.cli.instants import given_instant
from hub.core.model import CaseType
from hub.core.policy import ClockName

if TYPE_CHECKING:
    from hub.app import Hub

_CLOCKS = click.Choice([name.value for name in ClockName])


@click.command(short_help="Say what a case is about, or how urgent it is.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("--type", "kind", type=click.Choice([kind.value for kind in CaseType]), help="What it is about.")
@click.option("--priority", help='How urgent it is, in your own word; "" takes it back.')
@who_option
@json_option
@with_hub
def classify(hub: Hub, number: str, kind: str | None, priority: str | None, who: str | None, as_json: bool) -> None:
    """Say of what type a case is, or how urgent; its deadlines are computed anew under the rule that fits then.

    What a platform says later does not change it again. A missing item is listed first among cases due at one instant.

    With --json: {"case", "deadline"}.

    Example: casehub classify CH-1042 --type missing_item
    """
    known_case(hub, number)
    desk_of(hub, who).classify(number, CaseType(kind) if kind else None, priority)
    tell_deadline(hub, number, as_json=as_json)


@click.command(short_help="Say that a customer's message needs no answer.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("--why", default="", help="Why, for the history.")
@who_option
@json_option
@with_hub
def no_reply(hub: Hub, number: str, why: str, who: str | None, as_json: bool) -> None:
    """Say that what the customer wrote needs no answer, such as a word of thanks: its clock is cancelled.

    The case stays as it is; a new message starts a clock again.

    With --json: {"case", "deadline"}.

    Example: casehub no-reply CH-1042 --why "said thanks"
    """
    known_case(hub, number)
    desk_of(hub, who).need_no_reply(number, why)
    tell_deadline(hub, number, as_json=as_json)


@click.command(short_help="Set by when a case is due, by hand.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("--at", "at", metavar="INSTANT", help="By when, in the zone of the office: 2026-11-25 12:00.")
@click.option("--why", default="", help="Why; it is shown wherever the deadline is.")
@click.option(
    "--clock", type=_CLOCKS, default=ClockName.FIRST_RESPONSE.value, show_default=True, help="Of which clock."
)
@click.option("--clear", is_flag=True, help="Let the rule say again.")
@who_option
@json_option
@with_hub
def set_due(
    hub: Hub, number: str, at: str | None, why: str, clock: str, clear: bool, who: str | None, as_json: bool
) -> None:
    """Set a clock's due instant by hand, in the place of the computed one, or take that back with --clear.

    The rule's own instant stays visible beside it, and who set it and why.

    With --json: {"case", "deadline"}.

    Example: casehub set-due CH-1042 --at "2026-11-25 12:00" --why "agreed by phone with the platform"
    """
    if bool(at) == clear:
        raise click.UsageError("Give either --at or --clear.")
    case = known_case(hub, number)
    desk = desk_of(hub, who)
    if clear:
        desk.take_back_due(number, clock, why)
    else:
        desk.set_due(number, clock, _due(at or "", hub.settings.office.timezone, case.opened_at), why)
    tell_deadline(hub, number, as_json=as_json, changed=clock)


def _due(text: str, zone: str, opened_at: datetime) -> datetime:
    """The instant a text says; one before the case was opened is a slip of the year, and refused."""
    told = given_instant(text, zone)
    if told.timestamp() <= opened_at.timestamp():
        opened = f"{opened_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
        raise click.BadParameter(f"{text!r} is not after the opening of the case, {opened}.", param_hint="--at")
    return told


def tell_deadline(hub: Hub, number: str, *, as_json: bool, changed: str = "") -> None:
    """By when the case is due now, by which of its clocks, and that the changed one is not that one."""
    from hub.as_json import deadline_json
    from hub.cli.due_text import time_left

    deadline = hub.store.summary(number).deadline
    if as_json:
        echo_json({"case": number, "deadline": deadline_json(deadline)})
    else:
        text = time_left(deadline, hub.clock.now(), hub.settings.office.timezone).text
        clock = deadline.clock if deadline else ""
        other = f"; {_words(changed)} comes later" if changed and clock not in ("", changed) else ""
        click.echo(f"{number}: {' '.join(filter(None, (_words(clock), text)))}{other}.")


def _words(clock: str) -> str:
    return clock.replace("_", " ")
