"""The computer's own clock, and another in its place where a day is played."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from hub.core.uptime import Clock, Uptime

# Linux counts the time a machine slept in another clock than the one that every system has.
_RUNNING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)

    def uptime(self) -> Uptime:
        """For how long this machine has been running, the same in all its processes."""
        return Uptime(_boot(), time.clock_gettime_ns(_RUNNING) // 1_000_000)


@cache
def _boot() -> str:
    """What tells one start of this machine from another; empty where the system does not say.

    Processes in another time namespace count another running time, so it tells those apart too.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/time').readlink()}"
    except OSError:
        return ""


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
