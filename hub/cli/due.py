"""`casehub due`: who waits for an answer, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.due_text import SOON
from hub.core.model import CaseState
from hub.core.ports import CaseFilter, CaseSummary

if TYPE_CHECKING:
    from hub.app import Hub

LATE, WITHIN_2_HOURS, TODAY, LATER, UNKNOWN = "Late", "Within 2 hours", "Today", "Later", "Unknown"
_GROUPS = (LATE, WITHIN_2_HOURS, TODAY, LATER, UNKNOWN)


@click.command(short_help="Show what must be answered next, soonest first.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=0), help="At most so many; 0 for all.")
@json_option
@with_hub
def due(hub: Hub, limit: int, as_json: bool) -> None:
    """Show the cases whose customers wait for an answer, the soonest due first, and the promise behind it.

    With --json: {"promise": {"title", "hours", "timezone", "source"}, "cases": [...]}, each case as
    `casehub cases --json` prints it, with "when": Late, Within 2 hours, Today, Later or Unknown.

    Example: casehub due
    """
    listed = hub.store.cases(CaseFilter(states=frozenset({CaseState.OPEN}), limit=limit or None))
    owed = [case for case in listed if case.deadline is not None]
    if as_json:
        _print_json(hub, owed)
    else:
        _print_groups(hub, owed)
        office = hub.settings.office
        hours = hours_text(office.hours.model_dump())
        console().print(f"Promise: {hub.promise.title}, {hours} {office.timezone}\nSource: {hub.promise.source}")


def when(case: CaseSummary, now: datetime, zone: str) -> str:
    """In which group a case that is owed an answer belongs."""
    instant = case.deadline.due if case.deadline else None
    if instant is None:
        return UNKNOWN
    if instant < now:
        return LATE
    if instant <= now + SOON:
        return WITHIN_2_HOURS
    here = ZoneInfo(zone)
    return TODAY if instant.astimezone(here).date() == now.astimezone(here).date() else LATER


def hours_text(hours: Mapping[str, Sequence[str]]) -> str:
    """Opening hours in one line, equal days in a row taken together: Mon-Fri 09:00-17:00, Sat 10:00-14:00."""
    runs: list[tuple[list[str], Sequence[str]]] = []
    for day, intervals in hours.items():
        if runs and runs[-1][1] == intervals:
            runs[-1][0].append(day.capitalize())
        else:
            runs.append(([day.capitalize()], intervals))
    return ", ".join(f"{_days(days)} {' and '.join(intervals)}" for days, intervals in runs if intervals)


def _days(days: Sequence[str]) -> str:
    return days[0] if len(days) == 1 else f"{days[0]}-{days[-1]}"


def _print_groups(hub: Hub, owed: Sequence[CaseSummary]) -> None:
    from hub.cli.view import laid_out, layout

    now, zone, screen = hub.clock.now(), hub.settings.office.timezone, console()
    form = layout(owed, now, zone, screen.width, without={"state"})
    for group in _GROUPS:
        members = [case for case in owed if when(case, now, zone) == group]
        if members:
            screen.print(f"{group} ({len(members)})", style="bold")
            screen.print(laid_out(members, form, now, zone, heading=False))
            screen.print()
    if not owed:
        click.echo("Nobody waits for an answer.")


def _print_json(hub: Hub, owed: Sequence[CaseSummary]) -> None:
    from hub.cli.as_json import summary_json

    now, office = hub.clock.now(), hub.settings.office
    promise = {
        "title": hub.promise.title,
        "hours": hours_text(office.hours.model_dump()),
        "timezone": office.timezone,
        "source": hub.promise.source,
    }
    cases = [{**summary_json(case), "when": when(case, now, office.timezone)} for case in owed]
    echo_json({"promise": promise, "cases": cases})
