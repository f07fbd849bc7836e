"""The day on which the demo is played, and the clock that goes when the story says so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.clock import SystemClock
from hub.core.model import require_aware

_MORNING = time(8, 0)
_WEDNESDAY = 2
_WEEK = timedelta(days=7)


class DemoClock:
    """Stands still until it is moved, and goes like any other once it is let go."""

    def __init__(self, start: datetime) -> None:
        self._stands_at: datetime | None = require_aware(start).astimezone(UTC)
        self._behind = timedelta()

    def now(self) -> datetime:
        """The instant that the story has come to."""
        return self._stands_at or SystemClock().now() - self._behind

    def set(self, at: datetime) -> None:
        """Go on to a later instant; an earlier one changes nothing."""
        self._stands_at = max(self.now(), require_aware(at).astimezone(UTC))

    def advance(self, by: timedelta) -> datetime:
        """Let so much time pass at once, as where a client would wait for a platform."""
        if self._stands_at is not None:
            self._stands_at += by
        return self.now()

    def go_on(self) -> None:
        """Go on from where the story ended, as fast as any other clock."""
        self._behind = SystemClock().now() - self.now()
        self._stands_at = None

    def let_go(self) -> None:
        """Tell the present time from now on."""
        self._stands_at = None


def working_morning(now: datetime, holidays: Collection[date], zone: str) -> datetime:
    """The morning of the last whole Wednesday before `now` that is a working day, and follows one.

    Platforms count working days, so that on another day nothing might happen at all.
    """
    here = now.astimezone(ZoneInfo(zone))
    day = here.date() - timedelta(days=(here.weekday() - _WEDNESDAY) % 7)
    if day >= here.date():
        day -= _WEEK
    while day in holidays or day - timedelta(days=1) in holidays:
        day -= _WEEK
    return datetime.combine(day, _MORNING, ZoneInfo(zone))
