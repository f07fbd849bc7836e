"""Telling the time: by the wall clock, and by a machine's uptime, which no setting of its clock touches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

PRETENDED = "clock"
"""The boot of a clock that has no uptime of its own: a pretended one, which nobody sets back."""


class Clock(Protocol):
    """Tells the time, so that tests can."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Uptime:
    """So many milliseconds since the machine was started, the time it slept included.

    `boot` tells that start from others; it is empty where the system does not say.
    """

    boot: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Rest:
    """A pause that ends at an uptime, whatever the clock on the wall is set to meanwhile."""

    boot: str
    until: int

    def is_over(self, now: Uptime) -> bool | None:
        """Whether it has ended; None after the machine was started anew, or where starts cannot be told apart."""
        return now.milliseconds >= self.until if now.boot and now.boot == self.boot else None


BY_THE_WALL = Rest("", 0)
"""A pause for which the clock on the wall decides."""


@runtime_checkable
class Steady(Protocol):
    """A clock that also tells for how long its machine has been running."""

    def uptime(self) -> Uptime:
        """The present uptime."""
        ...


def uptime_of(clock: Clock) -> Uptime:
    """The uptime that a clock tells; a pretended one is taken by its word."""
    if isinstance(clock, Steady):
        return clock.uptime()
    return Uptime(PRETENDED, round(clock.now().timestamp() * 1000))


def rest_of(pause: timedelta, now: Uptime) -> Rest:
    """A pause that begins now."""
    return Rest(now.boot, now.milliseconds + round(pause.total_seconds() * 1000))
