"""How a deadline is told to people: how long it is yet, or how late it is, with the local date and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hub.core.local_time import elapsed, local_time
from hub.core.model import require_aware
from hub.core.readings import Deadline
from hub.core.views import SOON

__all__ = ["SOON", "DueText", "Urgency", "elapsed", "local_time", "time_left"]

_FAR = timedelta(hours=24)


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
    if deadline.due is None and deadline.remaining is not None:
        return DueText(f"paused with {elapsed(timedelta(seconds=deadline.remaining))} left", Urgency.NONE)
    if deadline.due is None:
        return DueText(f"unknown: {deadline.problem}", Urgency.UNKNOWN)
    # In UTC: Python subtracts two datetimes of one zone by their wall clocks, an hour wrong over a DST night.
    left = deadline.due.astimezone(UTC) - require_aware(now).astimezone(UTC)
    when = local_time(deadline.due, now, tz)
    if left < timedelta():
        return DueText(f"{elapsed(-left)} late (since {when})", Urgency.LATE)
    urgency = Urgency.SOON if left <= SOON else Urgency.LATER
    return DueText(f"due {when}" if left >= _FAR else f"due in {elapsed(left)} ({when})", urgency)
