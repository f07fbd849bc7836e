"""The computer's own clock, and another in its place where a day is played."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from hub.core.ports import Clock


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


_OTHER: ContextVar[Clock | None] = ContextVar("clock", default=None)


def present_clock() -> Clock:
    """The clock that a hub goes by which is opened now."""
    return _OTHER.get() or SystemClock()


@contextmanager
def time_told_by(clock: Clock) -> Iterator[None]:
    """Let every hub that is opened meanwhile go by another clock, as the demo does."""
    before = _OTHER.set(clock)
    try:
        yield
    finally:
        _OTHER.reset(before)
