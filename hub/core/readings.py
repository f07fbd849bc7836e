"""What the clocks of a case show: the result of an evaluation, good for any later instant until its wake-up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.core.conditions import Condition, Verdict
from hub.core.model import Money, from_epoch
from hub.core.policy import Audience, ClockName, Deed
from hub.core.targets import Leg
from hub.core.turns import Owner


class ClockState(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met_late"
    BREACHED = "breached"
    CANCELLED = "cancelled"


LATE = frozenset({ClockState.BREACHED, ClockState.MET_LATE})
"""The states of a clock whose answer is late, or came late."""


class DueBy(StrEnum):
    """Who says by when: the rule, the platform itself, or a person here."""

    RULE = "rule"
    PLATFORM = "platform"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class StageReading:
    """When a stage of a clock comes in this case; `certain` False where it hangs on something unknown.

    `costs` is what it costs, None where that is unknown or nothing; `costs_unknown` tells these apart.
    """

    name: str
    at: int
    do: Deed | None = None
    expect: str = ""
    what: str = ""
    audience: Audience = Audience.OWNER
    certain: bool = True
    costs: Money | None = None
    costs_unknown: bool = False


@dataclass(frozen=True, slots=True)
class PauseReading:
    """A span in which a clock stood still, and the state that brought it; `end` None where it still does."""

    start: int
    end: int | None
    status: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One run of one clock. Instants are UTC seconds.

    `head` names what started it (a message's ref, say) and stays the same when other events become known; `cycle`
    counts the runs of a clock from 0. `due` is None while the clock is paused without an end in sight, and where
    `problem` says why nobody can tell. `computed` is what the rule alone gives. `ended` is the instant of what ended
    it, with `cancelled` if that was no answer.
    """

    clock: ClockName
    cycle: int
    head: str
    rule: str
    start: int
    due: int | None
    computed: int | None = None
    due_by: DueBy = DueBy.RULE
    given_by: str = ""
    given_why: str = ""
    ended: int | None = None
    cancelled: bool = False
    why: str = ""
    remaining: int | None = None
    pauses: tuple[PauseReading, ...] = ()
    legs: tuple[Leg, ...] = ()
    stages: tuple[StageReading, ...] = ()
    problem: str = ""

    def state(self, now: int) -> ClockState:
        """Where the clock stands at an instant; exactly at the due instant is in time, and a breach is one at once."""
        late = self.due is not None and (now if self.ended is None else self.ended) > self.due
        if self.ended is not None and not self.cancelled:
            return ClockState.MET_LATE if late else ClockState.MET
        if self.ended is not None and not late:
            return ClockState.CANCELLED
        if late:
            return ClockState.BREACHED
        return ClockState.PAUSED if self._stands_still(now) else ClockState.RUNNING

    def _stands_still(self, now: int) -> bool:
        # A deadline that somebody gave is an instant, and comes whether or not the case is parked.
        paused = any(pause.start <= now and (pause.end is None or now < pause.end) for pause in self.pauses)
        return paused and self.due_by is DueBy.RULE

    @property
    def is_open(self) -> bool:
        """Whether nothing has ended this run yet."""
        return self.ended is None


@dataclass(frozen=True, slots=True)
class RuleTest:
    """What choosing the rule tried: one rule, and what each of its conditions said of the case."""

    rule: str
    verdict: Verdict
    tests: tuple[tuple[Condition, Verdict], ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All clocks of a case under one version of a policy, as they show `at` an instant and until the wake-up.

    `wakeup` is the next instant at which something changes of which no event tells: a stage, a breach, the end of a
    pause. `at_rest` says that the case is closed: what still runs counts in reports only. `remarks` are for a person,
    such as that something bears an instant in the future.
    """

    policy: str
    version: str
    digest: str
    rule: str
    tests: tuple[RuleTest, ...]
    owner: Owner = Owner.SELLER
    clocks: tuple[Reading, ...] = ()
    wakeup: int | None = None
    at: int = 0
    at_rest: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """What a list shows of a case: the next instant at which one of its clocks runs out, or why nobody can say.

    `remaining` (seconds of the clock's own time) stands in for the instant while the clock is paused. `consequence` is
    what the platform is expected to do, at `consequence_at`; `at_risk` what that costs, None where nothing or unknown.
    """

    rule: str
    started_at: datetime
    due: datetime | None
    problem: str = ""
    clock: str = ""
    remaining: int | None = None
    consequence: str = ""
    consequence_at: datetime | None = None
    at_risk: Money | None = None
    risk_unknown: bool = False


def noticed(evaluation: Evaluation, now: int) -> Evaluation:
    """The evaluation with a wake-up at once if a step is due already, as in a case that became known late."""
    running = () if evaluation.at_rest else (reading for reading in evaluation.clocks if reading.is_open)
    come = any(stage.do is not None and stage.at <= now for reading in running for stage in reading.stages)
    return replace(evaluation, wakeup=now) if come else evaluation


def next_consequence(readings: Iterable[Reading], now: int) -> StageReading | None:
    """What the platform is expected to do unless the case is answered, as a person has to know it at an instant.

    What costs money goes before what only counts, and what is to come before what stayed away, since that can still be
    averted; of what is left, the soonest.
    """
    expected = (stage for reading in readings if reading.is_open for stage in reading.stages if stage.expect)
    sure = (stage for stage in expected if stage.certain)
    return min(sure, key=lambda s: (s.costs is None and not s.costs_unknown, s.at <= now, s.at), default=None)


def headline(evaluation: Evaluation) -> Deadline | None:
    """What a list shows: the open clock that runs out first, else one that is paused; None when nothing is owed."""
    waiting = [reading for reading in evaluation.clocks if reading.is_open]
    if not waiting or evaluation.at_rest:
        return None
    first = min(waiting, key=lambda reading: (reading.due is None, reading.due or 0, reading.start))
    risk = next_consequence(waiting, evaluation.at)
    return Deadline(
        rule=first.rule,
        started_at=from_epoch(first.start),
        due=None if first.due is None else from_epoch(first.due),
        problem=first.problem,
        clock=first.clock.value,
        remaining=first.remaining,
        consequence=(risk.what or risk.expect) if risk else "",
        consequence_at=from_epoch(risk.at) if risk else None,
        at_risk=risk.costs if risk else None,
        risk_unknown=bool(risk and risk.costs_unknown),
    )
