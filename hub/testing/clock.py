"""A clock that goes only when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.core.model import require_aware

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""Where a clock begins that is not told anything else: a Monday noon."""


class SimulatedClock:
    """Tells the time of a pretended platform, and of the hub that works with it."""

    def __init__(self, start: datetime = START) -> None:
        self._now = require_aware(start).astimezone(UTC)

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Let so much time pass; the new instant."""
        self._now += by
        return self._now

    def set(self, at: datetime) -> None:
        """Jump to an instant, also back."""
        self._now = require_aware(at).astimezone(UTC)


class RunningClock:
    """The computer's own clock, which can be moved: what `casehub simulate` goes by."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> datetime:
        """Jump so much ahead; the new instant."""
        self._ahead += by
        return self.now()
