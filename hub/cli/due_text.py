"""How a deadline is told to people: how long it is yet, or how late it is, with the local date and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.core.model import require_aware
from hub.core.policy import Deadline

SOON = timedelta(hours=2)
_FAR = timedelta(hours=24)
# Written out, because strftime would speak the language of the terminal inside an English sentence.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Urgency(StrEnum):
    """How much a deadline presses."""

    LATE = "late"
    SOON = "soon"
    LATER = "later"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DueText:
    """What a person reads about a deadline, and how much it presses."""

    text: str
    urgency: Urgency


def time_left(deadline: Deadline | None, now: datetime, tz: str) -> DueText:
    """How long it is until a deadline, in time on a clock and not working time; at its very instant it is not late."""
    if deadline is None:
        return DueText("no answer owed", Urgency.NONE)
    if deadline.due is None:
        return DueText(f"unknown: {deadline.problem}", Urgency.UNKNOWN)
    # In UTC: Python subtracts two datetimes of one zone by their wall clocks, an hour wrong over a DST night.
    left = deadline.due.astimezone(UTC) - require_aware(now).astimezone(UTC)
    when = local_time(deadline.due, now, tz)
    if left < timedelta():
        return DueText(f"{elapsed(-left)} late (since {when})", Urgency.LATE)
    urgency = Urgency.SOON if left <= SOON else Urgency.LATER
    return DueText(f"due {when}" if left >= _FAR else f"due in {elapsed(left)} ({when})", urgency)


def elapsed(span: timedelta) -> str:
    """A span of time in its two largest units, rounded down: 3 h 20 min."""
    minutes = span // timedelta(minutes=1)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = ((days, "d"), (hours, "h")) if days else ((hours, "h"), (rest, "min"))
    return " ".join(f"{count} {unit}" for count, unit in units if count) or "less than 1 min"


def local_time(instant: datetime, now: datetime, tz: str) -> str:
    """An instant as people in a zone write it: Tue 24 Nov 12:00, with the year if it is another one."""
    zone = ZoneInfo(tz)
    local = instant.astimezone(zone)
    year = f" {local.year}" if local.year != now.astimezone(zone).year else ""
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}{year} {local:%H:%M}{_which_pass(local)}"


def _which_pass(local: datetime) -> str:
    """The zone's abbreviation where the clock shows this time twice, in the night in which summer time ends."""
    first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    # In the night in which it begins the times that never come differ too, but no instant shows them.
    return f" {local.tzname()}" if first != second else ""
