"""`casehub due`: who waits for an answer, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.due_text import SOON
from hub.cli.safe_text import one_line
from hub.core.policy import Policy
from hub.core.ports import CaseFilter, CaseSummary
from hub.core.risk import MoneyAtRisk, at_risk, risk_sentence

if TYPE_CHECKING:
    from hub.app import Hub

LATE, WITHIN_2_HOURS, TODAY, LATER = "Late", "Within 2 hours", "Today", "Later"
PAUSED, UNKNOWN = "Paused", "Unknown"
_GROUPS = (LATE, WITHIN_2_HOURS, TODAY, LATER, PAUSED, UNKNOWN)


@click.command(short_help="Show what must be answered next, soonest first.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=0), help="At most so many; 0 for all.")
@click.option(
    "--within",
    "horizon",
    metavar="TIME",
    default="6h",
    show_default=True,
    help="How far ahead money at risk is added up: 90m, 6h, 2d.",
)
@json_option
@with_hub
def due(hub: Hub, limit: int, horizon: str, as_json: bool) -> None:
    """Show the cases whose clocks run, the soonest due first, what a miss costs, and the policies behind it.

    Among cases due at one instant a missing item comes first. `casehub explain CASE` tells how a deadline came about.

    With --json: {"policies": [{"id", "version", "title", "channels"}], "at_risk": {"until", "amounts": [{"amount",
    "currency"}], "cases", "unknown_cases"}, "cases": [...]}, each case as `casehub cases --json` prints it, with
    "when": Late, Within 2 hours, Today, Later, Paused or Unknown.

    Example: casehub due --within 48h
    """
    from hub.runs.schedule import read_interval

    listed = hub.store.cases(CaseFilter(limit=None))
    owed = [case for case in listed if case.deadline is not None]
    shown = owed[:limit] if limit else owed
    ahead = read_interval(horizon)
    risk = at_risk((case.deadline for case in owed if case.deadline), hub.clock.now(), ahead)
    if as_json:
        _print_json(hub, shown, risk)
    else:
        _print_groups(hub, shown)
        _print_below(hub, owed, shown, risk_sentence(risk, ahead))


def when(case: CaseSummary, now: datetime, zone: str) -> str:
    """In which group a case that is owed an answer belongs."""
    instant = case.deadline.due if case.deadline else None
    if instant is None:
        return PAUSED if case.deadline and case.deadline.remaining is not None else UNKNOWN
    if instant < now:
        return LATE
    if instant <= now + SOON:
        return WITHIN_2_HOURS
    here = ZoneInfo(zone)
    return TODAY if instant.astimezone(here).date() == now.astimezone(here).date() else LATER


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


def _print_below(hub: Hub, owed: Sequence[CaseSummary], shown: Sequence[CaseSummary], risk: str) -> None:
    """What it adds up to, and whose promises these are."""
    if len(owed) > len(shown):
        click.echo(f"{len(shown)} of {len(owed)} are shown; --limit 0 shows all.")
    if risk:
        console().print(f"{risk}.", style="bold magenta")
    for policy, channels in policies_in_force(hub, owed):
        console().print(f"{', '.join(channels)}: {policy.title} ({policy.id} {policy.version})", style="dim")
    _tell_broken(hub)


def _tell_broken(hub: Hub) -> None:
    """Name the channels that are not read as they are set: what is listed of them may be old."""
    for channel in hub.broken_channels():
        console().print(one_line(f"✗ {channel.name}: {channel.error}"), style="red")


def policies_in_force(hub: Hub, owed: Sequence[CaseSummary]) -> list[tuple[Policy, list[str]]]:
    """The policies that such cases follow, and of each channel without one the policy it has, with their channels.

    The cases of one channel may follow several: those of two marketplaces, say.
    """
    follow = {(case.channel, case.policy, case.version) for case in owed if case.policy}
    busy = {channel for channel, _, _ in follow}
    idle = {channel.name: hub.policy_of(channel.name) for channel in hub.channels() if channel.name not in busy}
    follow |= {(channel, policy.id, policy.version) for channel, policy in idle.items()}
    found: dict[tuple[str, str], tuple[Policy, list[str]]] = {}
    for channel, policy, version in sorted(follow):
        named = hub.book.named(policy, version)
        found.setdefault((policy, version), (named, []))[1].append(channel)
    return list(found.values())


def _print_json(hub: Hub, shown: Sequence[CaseSummary], risk: MoneyAtRisk) -> None:
    from hub.as_json import summary_json

    now, office = hub.clock.now(), hub.settings.office
    policies = [
        {"id": policy.id, "version": policy.version, "title": policy.title, "channels": channels}
        for policy, channels in policies_in_force(hub, shown)
    ]
    money = {
        "until": risk.until,
        "amounts": [{"amount": str(amount), "currency": code} for code, amount in sorted(risk.by_currency.items())],
        "cases": risk.cases,
        "unknown_cases": risk.unknown_cases,
    }
    cases = [{**summary_json(case), "when": when(case, now, office.timezone)} for case in shown]
    echo_json({"policies": policies, "at_risk": money, "cases": cases})
