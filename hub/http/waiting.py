"""Waiting: how long a server asks for it, how a client does it, and the switch with which tests do without."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol, runtime_checkable

from hub.core.ports import Clock

Pause = Callable[[float], None]
"""Waits so many seconds."""

_USUAL_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(days=1)
_switched_off = 0


@runtime_checkable
class MovableClock(Clock, Protocol):
    """A clock that goes only when it is told to, such as `hub.testing.SimulatedClock`."""

    def advance(self, by: timedelta) -> datetime:
        """Let so much time pass; the new instant."""
        ...


def pause_of(clock: Clock) -> Pause:
    """How to wait by this clock: one that goes only when it is told to is moved on, beside any other we sleep."""
    if isinstance(clock, MovableClock):
        movable = clock
        return lambda seconds: _move(movable, seconds)
    return _sleep


@contextmanager
def without_pauses() -> Iterator[None]:
    """Let no client of this process sleep while the block lasts; for tests that run by the computer's own clock."""
    global _switched_off  # noqa: PLW0603  it is for all clients, those of other threads as well
    _switched_off += 1
    try:
        yield
    finally:
        _switched_off -= 1


def told_to_wait(text: str, now: datetime) -> datetime:
    """Until when Retry-After asks to wait: seconds or a date (RFC 9110 10.2.3), within reason."""
    asked = now + _USUAL_WAIT
    if re.fullmatch(r"[0-9]{1,9}", text):
        asked = now + timedelta(seconds=int(text))
    elif text:
        with contextlib.suppress(ValueError, OverflowError):  # the latter of years that no calendar has
            date = parsedate_to_datetime(text)
            asked = date if date.tzinfo else date.replace(tzinfo=UTC)
    return within_reason(asked, now)


def within_reason(until: datetime, now: datetime) -> datetime:
    """An instant to wait for, neither past nor further than a day away."""
    return min(max(until, now), now + _LONGEST_WAIT)


def _sleep(seconds: float) -> None:
    if not _switched_off:
        time.sleep(seconds)


def _move(clock: MovableClock, seconds: float) -> None:
    clock.advance(timedelta(seconds=seconds))
