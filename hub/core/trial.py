"""What another policy would have made of the cases there are: which deadlines move, and which answers become late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hub.core.model import Money
from hub.core.policy import ClockName
from hub.core.readings import LATE, Evaluation, Reading


@dataclass(frozen=True, slots=True)
class Difference:
    """One run of a clock that another policy sees in another way; None where one of the two has no such run."""

    case_number: str
    clock: str
    before: Reading | None
    after: Reading | None
    was_late: bool
    is_late: bool

    @property
    def moves(self) -> bool:
        """Whether the deadline is another one, or one comes or goes."""
        return _due(self.before) != _due(self.after)

    @property
    def by(self) -> int:
        """By how many seconds the deadline moves, later ones positive; 0 where there is not one on both sides."""
        before, after = _due(self.before), _due(self.after)
        return after - before if before is not None and after is not None else 0


@dataclass(frozen=True, slots=True)
class Toll:
    """What the platform is expected to have taken or refunded by now because nobody answered in time.

    `unknown` is that something had a price that nobody knows.
    """

    costs: tuple[Money, ...] = ()
    unknown: bool = False

    def __bool__(self) -> bool:
        return bool(self.costs) or self.unknown


@dataclass(frozen=True, slots=True)
class CaseToll:
    """What a case costs by the rule that is in force, and by the one that is tried."""

    case_number: str
    rule_before: str
    rule_after: str
    before: Toll
    after: Toll


@dataclass(frozen=True, slots=True)
class Trial:
    """What comes of trying a policy out: over how many cases and runs, and every run that it sees in another way.

    `tolls` are the cases that cost something in one way or the other.
    """

    cases: int
    runs: int
    differences: tuple[Difference, ...]
    tolls: tuple[CaseToll, ...] = ()

    @property
    def moved(self) -> tuple[Difference, ...]:
        """The runs whose deadline moves, comes or goes."""
        return tuple(difference for difference in self.differences if difference.moves)

    @property
    def become_late(self) -> tuple[Difference, ...]:
        """The runs that are in time now and would be late."""
        return tuple(d for d in self.differences if d.is_late and not d.was_late)

    @property
    def no_longer_late(self) -> tuple[Difference, ...]:
        """The runs that are late now and would be in time."""
        return tuple(d for d in self.differences if d.was_late and not d.is_late)


def try_out(pairs: Iterable[tuple[str, Evaluation, Evaluation]], now: int) -> Trial:
    """Compare the evaluations of each case (its number, as it is, as it would be)."""
    cases, runs, found, tolls = 0, 0, list[Difference](), list[CaseToll]()
    for number, before, after in pairs:
        cases += 1
        toll = CaseToll(number, before.rule, after.rule, toll_of(before, now), toll_of(after, now))
        tolls += [toll] if toll.before or toll.after else []
        for difference in _differences(number, before, after, now):
            runs += 1
            if difference.moves or difference.was_late is not difference.is_late:
                found.append(difference)
    return Trial(cases, runs, tuple(found), tuple(tolls))


def toll_of(evaluation: Evaluation, now: int) -> Toll:
    """What has come of the consequences in a case by now; two clocks that lead to the same one cost once."""
    come = [
        stage
        for reading in evaluation.clocks
        for stage in reading.stages
        if stage.expect and stage.certain and stage.at <= now and _is_late(reading, now)
    ]
    highest: dict[tuple[str, str], Money] = {}
    for stage in come:
        if stage.costs is not None:
            key = (stage.expect, stage.costs.currency)
            highest[key] = max(highest.get(key, stage.costs), stage.costs, key=lambda money: money.amount)
    costs = tuple(money for _, money in sorted(highest.items()) if money.amount > 0)
    return Toll(costs, any(stage.costs_unknown for stage in come))


def _differences(number: str, before: Evaluation, after: Evaluation, now: int) -> Iterator[Difference]:
    """Each run of each clock of a case, seen both ways."""
    for clock, one, other in _paired(before.clocks, after.clocks):
        yield Difference(number, clock.value, one, other, _is_late(one, now), _is_late(other, now))


def _paired(
    before: Sequence[Reading], after: Sequence[Reading]
) -> Iterator[tuple[ClockName, Reading | None, Reading | None]]:
    """Each run with the same run as the other policy sees it, known by what started it."""
    left = list(after)
    for one in before:
        alike = [other for other in left if _same(one, other)]
        same = next((other for other in alike if other.head == one.head), alike[0] if alike else None)
        if same is not None:
            left.remove(same)
        yield one.clock, one, same
    yield from ((other.clock, None, other) for other in left)


def _same(one: Reading, other: Reading) -> bool:
    """Whether two readings are of one run; that a pause had it start anew, told after an @, makes it no other run."""
    heads = sorted((one.head, other.head), key=len)
    return one.clock is other.clock and (heads[0] == heads[1] or heads[1].startswith(f"{heads[0]}@"))


def _is_late(reading: Reading | None, now: int) -> bool:
    return reading is not None and reading.state(now) in LATE


def _due(reading: Reading | None) -> int | None:
    return reading.due if reading else None
