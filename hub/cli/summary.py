"""`casehub summary`: what a day, or any span of time, brought."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.safe_text import one_line
from hub.core.local_time import local_time
from hub.core.model import Case, CaseState, CaseType, Money
from hub.core.ports import CaseFilter, ListOrder
from hub.core.summary import Stake, Summary, summarise, totals
from hub.errors import ConfigurationError

if TYPE_CHECKING:
    from hub.app import Hub

_WORDS = {
    CaseType.QUESTION: ("question", "questions"),
    CaseType.RETURN: ("return", "returns"),
    CaseType.MISSING_ITEM: ("missing item", "missing items"),
    CaseType.COMPLAINT: ("complaint", "complaints"),
    CaseType.DELAY: ("delay", "delays"),
    CaseType.ORDER_CHANGE: ("order change", "order changes"),
    CaseType.UNREADABLE: ("unreadable", "unreadable"),
    CaseType.UNKNOWN: ("of unknown type", "of unknown type"),
}
_WIDTH = 12


@click.command(short_help="Tell what a day brought: answered, saved and lost.")
@click.option(
    "--since", default="1d", show_default=True, metavar="WHEN", help="A span such as 12h or 7d, or a date: 2026-11-18."
)
@json_option
@with_hub
def summary(hub: Hub, since: str, as_json: bool) -> None:
    """Tell what came since then, what was answered in time, and what that saved or cost.

    Saved is what a platform would have taken or refunded by itself, had no answer come; lost is what it told that it
    did. Each case counts once, and a case of unknown value is counted apart, never guessed.

    With --json: {"since", "until", "new": {type: number}, "answered": {"in_time", "late"}, "closed", "handed_over",
    "saved": {"amounts": [{"amount", "currency"}], "unknown_cases", "cases": [{"case", "channel", "subject", "what",
    "at", "amount", "currency"}]}, "lost": the same}.

    Example: casehub summary --since 7d
    """
    now = hub.clock.now()
    found = summarise(_changed(hub, begin := _begin(since, now, hub)), begin, now, hub.evaluate_at)
    if as_json:
        echo_json(_as_data(found))
    else:
        _tell(found, hub)


def _begin(text: str, now: datetime, hub: Hub) -> datetime:
    """The instant that a person named: a date's beginning where the office stands, or so long ago."""
    from hub.runs.schedule import read_interval

    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            day = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(hub.settings.office.timezone)).astimezone(UTC)
        except (ValueError, OverflowError) as error:  # the first day of year 1 begins in no year east of Greenwich
            raise ConfigurationError(f"there is no day {text}; write one such as 2026-11-18") from error
        if day > now:
            raise ConfigurationError(f"{text} has not begun yet; name a day that has")
        return day
    span: timedelta = read_interval(text)
    return now - span


def _changed(hub: Hub, since: datetime) -> Iterator[Case]:
    """The cases to which anything happened since then."""
    wanted = CaseFilter(states=frozenset(CaseState), changed_since=since, order=ListOrder.NEWEST)
    for line in hub.store.cases(wanted):
        yield hub.store.case(line.number)


def _tell(found: Summary, hub: Hub) -> None:
    zone = hub.settings.office.timezone
    screen = console()
    begin, end = (local_time(instant, found.until, zone) for instant in (found.since, found.until))
    screen.print(f"{begin} to {end}", style="bold")
    for heading, text in (
        ("New", _counted(found)),
        ("Answered", f"{found.in_time} in time, {found.late} late"),
        ("Handed over", str(found.handed_over) if found.handed_over else ""),
        ("Closed", str(found.closed) if found.closed else ""),
    ):
        if text:
            screen.print(f"{heading:<{_WIDTH}}{text}")
    _tell_stakes("Saved", found.saved, "green", found, zone)
    _tell_stakes("Lost", found.lost, "red", found, zone)


def _counted(found: Summary) -> str:
    kinds = [f"{count} {_WORDS[kind][count != 1]}" for kind, count in found.new.most_common()]
    return f"{found.new.total()} cases: {', '.join(kinds)}" if kinds else "nothing"


def _tell_stakes(heading: str, stakes: Sequence[Stake], style: str, found: Summary, zone: str) -> None:
    screen = console()
    screen.print(f"{heading:<{_WIDTH}}{_sum(stakes)}", style=style if stakes else "")
    for stake in stakes:
        worth = str(stake.money) if stake.money else "unknown value"
        at = local_time(stake.at, found.until, zone)
        text = f"{stake.case}  {worth}  {one_line(stake.subject)}: {one_line(stake.what)} ({at})"
        screen.print(" " * _WIDTH + text, soft_wrap=True)


def _sum(stakes: Sequence[Stake]) -> str:
    sums, unknown = totals(stakes)
    known = len(stakes) - unknown
    parts = [str(Money(amount, currency)) for currency, amount in sums.items()]
    text = f"{' and '.join(parts)} in {_cases(known)}" if parts else ""
    return "; ".join(filter(None, (text, f"{_cases(unknown)} of unknown value" if unknown else ""))) or "nothing"


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"


def _as_data(found: Summary) -> dict[str, Any]:
    return {
        "since": found.since,
        "until": found.until,
        "new": {kind.value: count for kind, count in sorted(found.new.items())},
        "answered": {"in_time": found.in_time, "late": found.late},
        "closed": found.closed,
        "handed_over": found.handed_over,
        "saved": _stakes_data(found.saved),
        "lost": _stakes_data(found.lost),
    }


def _stakes_data(stakes: Sequence[Stake]) -> dict[str, Any]:
    sums, unknown = totals(stakes)
    cases = [
        {
            "case": stake.case,
            "channel": stake.channel,
            "subject": stake.subject,
            "what": stake.what,
            "at": stake.at,
            "amount": str(stake.money.amount) if stake.money else None,
            "currency": stake.money.currency if stake.money else None,
        }
        for stake in stakes
    ]
    amounts = [{"amount": str(amount), "currency": currency} for currency, amount in sums.items()]
    return {"amounts": amounts, "unknown_cases": unknown, "cases": cases}
