"""The rungs of a clock's ladder in one case: when each comes, and what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hub.core.conditions import Facts, Rates, Verdict, verdict
from hub.core.model import Money
from hub.core.openings import CalendarError
from hub.core.pauses import ELAPSED, Timeline
from hub.core.policy import ClockRule, Cost, Stage
from hub.core.readings import PauseReading, Reading, StageReading
from hub.core.targets import Step, TargetError, Unit, reach
from hub.core.worktime import Calendar
from hub.core.zones import Span


def stage_readings(reading: Reading, clock: ClockRule, facts: Facts, rates: Rates) -> Reading:
    """The reading with its stages, soonest first: none without a due instant, none that an end came before."""
    if reading.due is None:
        return reading
    found: list[StageReading] = []
    problem = reading.problem
    for stage in clock.stages:
        try:
            found += _rungs(stage, reading, reading.due, clock, facts, rates)
        except (CalendarError, TargetError) as error:
            # The others still come: a reminder beyond the calendar's end must not silence the warning before it.
            problem = f"the stage {stage.name} is not known: {error}"
    return replace(reading, stages=tuple(sorted(found, key=lambda stage: stage.at)), problem=problem)


def own_timeline(clock: ClockRule) -> Timeline:
    """The time that a clock counts, of which shares are taken and which is left while it is paused."""
    return clock.calendar if all(step.unit is Unit.OPEN_TIME for step in clock.target) else ELAPSED


def spans_of(pauses: Iterable[PauseReading]) -> list[Span]:
    """The pauses that have an end, as spans of time."""
    return [(pause.start, pause.end) for pause in pauses if pause.end is not None]


def _rungs(
    stage: Stage, reading: Reading, due: int, clock: ClockRule, facts: Facts, rates: Rates
) -> Iterator[StageReading]:
    """A stage of this case, each time that it is repeated; none where its conditions are false."""
    fits = verdict(stage.when, facts, rates)
    if fits is Verdict.FALSE:
        return
    costs, unknown = _costs(stage.costs, facts)
    for name, at in _repeated(stage, _instant(stage, reading, due, clock), clock.calendar):
        if reading.ended is not None and at > reading.ended:
            return
        yield StageReading(
            name=name,
            at=at,
            do=stage.do,
            expect=stage.expect,
            what=stage.what,
            audience=stage.audience,
            certain=fits is Verdict.TRUE,
            costs=costs,
            costs_unknown=unknown,
        )


def _instant(stage: Stage, reading: Reading, due: int, clock: ClockRule) -> int:
    """When a stage comes; before the due instant it never comes earlier than the clock's start."""
    at = _computed(stage, reading, due, clock)
    if at > due:
        return stage.during.next_open(at) if stage.during else at
    # Nobody is there at the week-end: the warning comes before it, never after the deadline.
    moved = stage.during.last_open(at) if stage.during and at < due else at
    return moved if moved >= reading.start else min(reading.start, due)


def _computed(stage: Stage, reading: Reading, due: int, clock: ClockRule) -> int:
    moment, calendar = stage.moment, stage.calendar or clock.calendar
    if moment.from_start:
        return reach(reading.start, moment.from_start, calendar)[-1].end
    if moment.share is not None or moment.before is not None:
        return _ahead(stage, reading, due, clock)
    return reach(due, moment.after, calendar)[-1].end if moment.after else due


def _ahead(stage: Stage, reading: Reading, due: int, clock: ClockRule) -> int:
    spans, before = spans_of(reading.pauses), stage.moment.before
    if before is not None:
        return _before(before, reading.start, due, clock.calendar, spans)
    own = own_timeline(clock)
    whole = max(own.between_paused(reading.start, due, spans), 0)
    return min(due, own.add_paused(reading.start, int(whole * (stage.moment.share or 0)), spans))


def _before(step: Step, start: int, due: int, calendar: Calendar, spans: list[Span]) -> int:
    """The instant from which so much time is left until the due instant."""
    if not step.pausable:
        raise TargetError(f"{step.text!r} before a deadline is no instant: count in h, m, wh or wm")
    if step.unit is Unit.ELAPSED_TIME:
        return due - step.amount
    whole = calendar.between_paused(start, due, spans)
    return calendar.add_paused(start, max(whole - step.amount, 0), spans)


def _repeated(stage: Stage, at: int, calendar: Calendar) -> Iterator[tuple[str, int]]:
    yield stage.name, at
    for time in range(2, stage.times + 1):
        at = reach(at, stage.every, stage.calendar or calendar)[-1].end
        at = stage.during.next_open(at) if stage.during else at
        yield f"{stage.name}-{time}", at


def _costs(cost: Cost | None, facts: Facts) -> tuple[Money | None, bool]:
    """What a consequence costs, and whether it costs something that nobody knows."""
    if cost is None or cost.fixed is not None:
        return (cost.fixed if cost else None), False
    gross = facts.get("order.gross")
    return (gross, False) if isinstance(gross, Money) else (None, True)
