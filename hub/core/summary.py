"""What a span of time brought: the cases that came, what was answered, and the money that was saved or lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from hub.core.model import Case, CaseState, CaseType, Money, epoch, from_epoch, require_aware
from hub.core.policy import ClockName
from hub.core.readings import ClockState, Evaluation, Reading, StageReading, next_consequence
from hub.core.turns import Handover, Owner

_OF_ANSWERS = frozenset({ClockName.FIRST_RESPONSE, ClockName.NEXT_RESPONSE})


class EvaluationAt(Protocol):
    """The policies, for a look at the past."""

    def __call__(self, case: Case, now: datetime) -> Evaluation:
        """What the clocks of a case showed at an instant, by what is known today."""
        ...


@dataclass(frozen=True, slots=True)
class Stake:
    """What a platform did in a case, or would have done: its consequence, and the money, None where it is unknown."""

    case: str
    channel: str
    subject: str
    what: str
    at: datetime
    money: Money | None


@dataclass(slots=True)
class Summary:
    """What happened after `since`, up to and including `until`.

    `in_time` and `late` count the questions that were answered. `saved` are the cases whose answer came before the
    platform would have acted at the seller's cost, `lost` those in which it did act, as it told itself.
    """

    since: datetime
    until: datetime
    new: Counter[CaseType] = field(default_factory=Counter)
    in_time: int = 0
    late: int = 0
    closed: int = 0
    handed_over: int = 0
    saved: list[Stake] = field(default_factory=list)
    lost: list[Stake] = field(default_factory=list)

    def covers(self, instant: datetime) -> bool:
        """Whether an instant lies in the span."""
        return self.since < instant <= self.until


def summarise(cases: Iterable[Case], since: datetime, until: datetime, evaluation_at: EvaluationAt) -> Summary:
    """The summary of a span; cases in which nothing happened in it add nothing."""
    summary = Summary(require_aware(since), require_aware(until))
    for case in cases:
        if case.state is not CaseState.MERGED:  # its messages count in the case that it went on as
            _add(case, summary, evaluation_at)
    return summary


def totals(stakes: Iterable[Stake]) -> tuple[Mapping[str, Decimal], int]:
    """The known money in each currency, in alphabetical order, and the number of cases of unknown value."""
    sums: dict[str, Decimal] = {}
    unknown = 0
    for stake in stakes:
        if stake.money is None:
            unknown += 1
        else:
            sums[stake.money.currency] = sums.get(stake.money.currency, Decimal()) + stake.money.amount
    return dict(sorted(sums.items())), unknown


def _add(case: Case, summary: Summary, evaluation_at: EvaluationAt) -> None:
    if summary.covers(case.opened_at):
        summary.new[case.type] += 1
    if case.closed_at is not None and summary.covers(case.closed_at):
        summary.closed += 1
    if any(_by_us(given) and summary.covers(given.at) for given in case.handovers):
        summary.handed_over += 1
    answered = _answered(evaluation_at(case, summary.until), summary)
    late = {reading.head for reading in answered if reading.state(epoch(summary.until)) is ClockState.MET_LATE}
    summary.late += len(late)
    summary.in_time += len({reading.head for reading in answered} - late)
    lost = _lost(case, summary, evaluation_at)
    summary.lost += lost
    if not lost:
        summary.saved += _saved(case, answered, evaluation_at)


def _by_us(given: Handover) -> bool:
    """Whether a person here handed the case over; what the platform takes for itself is not told by a name."""
    return given.to is Owner.PLATFORM and bool(given.who)


def _answered(evaluation: Evaluation, summary: Summary) -> Sequence[Reading]:
    """The runs of the clocks of answers that an answer ended within the span."""
    asked = (reading for reading in evaluation.clocks if reading.clock in _OF_ANSWERS and not reading.cancelled)
    return [one for one in asked if one.ended is not None and summary.covers(from_epoch(one.ended))]


def _lost(case: Case, summary: Summary, evaluation_at: EvaluationAt) -> list[Stake]:
    """What the platform told that it did at the seller's cost: an outcome that the policy puts a price on."""
    for outcome in case.outcomes:
        if not summary.covers(outcome.at):
            continue
        before = evaluation_at(case, from_epoch(epoch(outcome.at) - 1))
        expected = (stage for reading in before.clocks for stage in reading.stages if stage.expect == outcome.what)
        stage = next((stage for stage in expected if _costs(stage)), None)
        if stage is not None:
            return [_stake(case, stage, outcome.at)]
    return []


def _saved(case: Case, answered: Sequence[Reading], evaluation_at: EvaluationAt) -> list[Stake]:
    """What the platform would have done, once a case, however many clocks the answers ended."""
    for reading in answered:
        at = reading.ended or 0
        before = evaluation_at(case, from_epoch(at - 1))
        running = [one for one in before.clocks if (one.clock, one.head) == (reading.clock, reading.head)]
        averted = next_consequence(running, at)
        if averted is not None and _costs(averted) and averted.at >= at:
            return [_stake(case, averted, from_epoch(averted.at))]
    return []


def _costs(stage: StageReading) -> bool:
    return stage.costs_unknown or (stage.costs is not None and stage.costs.amount > 0)


def _stake(case: Case, stage: StageReading, at: datetime) -> Stake:
    return Stake(case.number, case.channel, case.subject, stage.what or stage.expect, at, stage.costs)
