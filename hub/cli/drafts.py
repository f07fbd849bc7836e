"""Telling whoever writes to a customer that somebody else does so too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli.safe_text import one_line
from hub.drafts import drafts_of

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case


def tell_other_writers(hub: Hub, case: Case, who: str) -> None:
    """Say who else is writing to this customer just now; it is a notice, and locks nobody out."""
    for line in writing_now(hub, case, who):
        click.echo(f"! {line} is writing on {case.number} too.", err=True)


def writing_now(hub: Hub, case: Case, but: str = "") -> list[str]:
    """Who else is writing on a case just now, and since when."""
    from hub.cli.due_text import local_time

    now, zone = hub.clock.now(), hub.settings.office.timezone
    drafts = drafts_of(hub).others(case.number, but)
    return [f"{one_line(draft.who)} (since {local_time(draft.since, now, zone)})" for draft in drafts]
