"""Targets: a list of steps such as 24h, 8wh and 1wd, taken from left to right, each from where the last one ended.

Elapsed time, open time, calendar days and working days are four different units, and no step turns into another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.core.pauses import ELAPSED, Convention, merged
from hub.core.worktime import Calendar
from hub.core.zones import DAY, Span, first_showing, midnight, wall_clock, wall_date

_STEP = re.compile(r"([1-9]\d{0,4})(?:(wh|wm|h|m|s|d)|wd(?:!(end|open))?)", re.ASCII)


class TargetError(ValueError):
    """A target cannot be meant or cannot be counted; the text names it and the way out."""


class Unit(StrEnum):
    """What a step counts."""

    ELAPSED_TIME = "elapsed time"
    OPEN_TIME = "open time"
    CALENDAR_DAYS = "calendar days"
    WORKING_DAYS = "working days"


class Landing(StrEnum):
    """At which instant of its last day a step of working days ends."""

    SAME_TIME = "same time"
    CLOSING = "end"
    OPENING = "open"


_UNITS = {
    "h": (Unit.ELAPSED_TIME, 3600),
    "m": (Unit.ELAPSED_TIME, 60),
    "s": (Unit.ELAPSED_TIME, 1),
    "wh": (Unit.OPEN_TIME, 3600),
    "wm": (Unit.OPEN_TIME, 60),
    "d": (Unit.CALENDAR_DAYS, 1),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a target: so many seconds or days of a unit."""

    text: str
    unit: Unit
    amount: int
    landing: Landing = Landing.SAME_TIME

    @property
    def pausable(self) -> bool:
        """Whether time can be taken out of it: part of a day is no day."""
        return self.unit in {Unit.ELAPSED_TIME, Unit.OPEN_TIME}


@dataclass(frozen=True, slots=True)
class Leg:
    """From when to when a step of a target took."""

    step: str
    start: int
    end: int


def parse_step(text: str) -> Step:
    """The step that a text such as 8wh says; a TargetError says how to write one."""
    found = _STEP.fullmatch(text)
    if found is None:
        raise TargetError(
            f"{text!r} is no step of a target: write 1 to 99999 of h, m, s (elapsed), wh, wm (open time), d (days) or "
            "wd (working days, also wd!end and wd!open), such as 24h or 8wh"
        )
    count, unit, landing = int(found[1]), found[2], found[3]
    if unit is None:
        return Step(text, Unit.WORKING_DAYS, count, Landing(landing) if landing else Landing.SAME_TIME)
    kind, size = _UNITS[unit]
    return Step(text, kind, count * size)


def reach(
    start: int,
    steps: Sequence[Step],
    calendar: Calendar,
    pauses: Sequence[Span] = (),
    convention: Convention = Convention.CLOSING,
) -> tuple[Leg, ...]:
    """The way from a start to the due instant, which is the end of the last leg.

    Days are those of the calendar's zone. The convention holds for each step of open time, also where another follows.
    """
    paused = merged(pauses)
    _refuse_nonsense(steps, paused)
    legs: list[Leg] = []
    for step in steps:
        end = _reach_step(start, step, calendar, paused, convention)
        legs.append(Leg(step.text, start, end))
        start = end
    return tuple(legs)


def _refuse_nonsense(steps: Sequence[Step], paused: Sequence[Span]) -> None:
    if not steps:
        raise TargetError("a target needs at least one step, such as 24h or 8wh")
    for step in steps:
        if paused and not step.pausable:
            raise TargetError(f"{step.text!r} counts days and cannot be paused: count in h or wh, or do not pause it")


def _reach_step(start: int, step: Step, calendar: Calendar, paused: Sequence[Span], convention: Convention) -> int:
    if step.unit is Unit.ELAPSED_TIME:
        return ELAPSED.add_paused(start, step.amount, paused)
    if step.unit is Unit.OPEN_TIME:
        return calendar.add_paused(start, step.amount, paused, convention)
    return _reach_day(start, step, calendar)


def _reach_day(start: int, step: Step, calendar: Calendar) -> int:
    """The instant at which a step of days ends.

    The same time on a later date is never before the start: no clock was put back by a whole day since 1902.
    """
    zone = ZoneInfo(calendar.tz)
    wall = wall_clock(zone, start)
    if step.unit is Unit.CALENDAR_DAYS:
        return first_showing(zone, wall + step.amount * DAY)
    day, closing = _working_day(calendar, wall_date(wall), step.amount)
    if step.landing is Landing.CLOSING:
        return closing
    same_time = first_showing(zone, midnight(day) + wall % DAY)
    return calendar.next_open(same_time) if step.landing is Landing.OPENING else same_time


def _working_day(calendar: Calendar, day: date, count: int) -> tuple[date, int]:
    """The date on which the calendar opens for the nth time after this one, and the last closing of that date."""
    while True:
        day += timedelta(days=1)
        closing = calendar.closing_of(day)
        if closing is None:
            continue
        count -= 1
        if not count:
            return day, closing
