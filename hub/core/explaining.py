"""Why a deadline is what it is: each step of a target, with the intervals it counted and those it did not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hub.core.ladder import spans_of
from hub.core.pauses import ELAPSED, Segment, Timeline, explain_paused
from hub.core.policy import ClockRule, Rule
from hub.core.readings import PauseReading, Reading
from hub.core.targets import Leg, Step, Unit, parse_step
from hub.core.worktime import Calendar
from hub.core.zones import first_showing, midnight, wall_clock, wall_date


@dataclass(frozen=True, slots=True)
class Trace:
    """One step of a target: its segments, and how much they count: seconds, or days where the step is one of days."""

    step: str
    unit: Unit
    start: int
    end: int
    segments: tuple[Segment, ...]
    counted: int

    @property
    def in_days(self) -> bool:
        """Whether days are counted, and not seconds."""
        return self.unit in (Unit.CALENDAR_DAYS, Unit.WORKING_DAYS)


def explain(reading: Reading, clock: ClockRule) -> tuple[Trace, ...]:
    """The way of a clock from its start to its due instant, or to where it stands still."""
    standing = next((pause.start for pause in reading.pauses if pause.end is None), None)
    return tuple(
        _traced(_until(leg, standing), reading.pauses, clock.calendar)
        for leg in reading.legs
        if standing is None or leg.start < standing
    )


def clock_rule(rule: Rule, reading: Reading) -> ClockRule | None:
    """What the rule says of the clock of a reading."""
    return next((clock for clock in rule.clocks if clock.name is reading.clock), None)


def _until(leg: Leg, instant: int | None) -> Leg:
    return leg if instant is None or leg.end <= instant else replace(leg, end=instant)


def _traced(leg: Leg, pauses: Sequence[PauseReading], calendar: Calendar) -> Trace:
    step = parse_step(leg.step)
    if step.unit is Unit.CALENDAR_DAYS:
        whole = Segment(leg.start, leg.end, True, "to the same time of day")
        return Trace(leg.step, step.unit, leg.start, leg.end, (whole,), step.amount)
    if step.unit is Unit.WORKING_DAYS:
        days = tuple(_days(leg, step, calendar))
        return Trace(leg.step, step.unit, leg.start, leg.end, days, sum(day.open for day in days))
    timeline: Timeline = ELAPSED if step.unit is Unit.ELAPSED_TIME else calendar
    segments = tuple(_named(explain_paused(timeline, leg.start, leg.end, spans_of(pauses)), pauses))
    counted = sum(segment.end - segment.start for segment in segments if segment.open)
    return Trace(leg.step, step.unit, leg.start, leg.end, segments, counted)


def _days(leg: Leg, step: Step, calendar: Calendar) -> Iterator[Segment]:
    """A segment for each date: working days after the first date count, until there are enough of them."""
    zone = ZoneInfo(calendar.tz)
    day, last = (wall_date(wall_clock(zone, instant)) for instant in (leg.start, leg.end))
    yield Segment(leg.start, min(_begin(day + timedelta(days=1), zone), leg.end), False, "the day of the start")
    count = 0
    while (day := day + timedelta(days=1)) <= last:
        counts = count < step.amount and calendar.is_open_day(day)
        count += counts
        begin, end = _begin(day, zone), _begin(day + timedelta(days=1), zone)
        until = min(end, leg.end)
        # A day that is reached at its very beginning counts; the one after a closing at midnight is not entered.
        if counts or begin < until:
            yield Segment(begin, until, counts, _name(begin, end, counts, calendar))


def _begin(day: date, zone: ZoneInfo) -> int:
    return first_showing(zone, midnight(day))


def _name(begin: int, end: int, counts: bool, calendar: Calendar) -> str:
    """What the calendar calls a date, by the part of it that tells why it counts or not."""
    parts = calendar.explain(begin, end)
    return next((part.name for part in parts if part.open is counts), parts[0].name)


def _named(segments: Sequence[Segment], pauses: Sequence[PauseReading]) -> Iterator[Segment]:
    """The segments, each pause with the state that brought it."""
    for segment in segments:
        states = {p.status for p in pauses if p.start < segment.end and (p.end is None or p.end > segment.start)}
        paused = not segment.open and segment.name == "paused" and states
        yield replace(segment, name=f"paused: {', '.join(sorted(states))}") if paused else segment
