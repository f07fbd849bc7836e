"""What a trial found, summed up by channel and rule: what becomes late, and what money it costs or saves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from hub.core.model import Money
from hub.core.trial import Difference, Toll, Trial


@dataclass(slots=True)
class TrialLine:
    """One rule in one channel. `lost` and `saved` count the cases that newly cost something, or no longer do."""

    channel: str
    rule: str
    moved: int = 0
    become_late: int = 0
    no_longer_late: int = 0
    lost: int = 0
    saved: int = 0
    unknown: int = 0
    _before: dict[str, Decimal] = field(default_factory=dict)
    _after: dict[str, Decimal] = field(default_factory=dict)

    @property
    def before(self) -> tuple[Money, ...]:
        """What the cases cost by the rules that are in force, in each currency."""
        return _amounts(self._before)

    @property
    def after(self) -> tuple[Money, ...]:
        """What they would cost by those that are tried."""
        return _amounts(self._after)

    @property
    def is_of_note(self) -> bool:
        """Whether anything at all would be another."""
        return bool(self.moved or self.become_late or self.no_longer_late or self.lost or self.saved) or (
            self._before != self._after
        )

    def add(self, difference: Difference) -> None:
        """Count a run that is seen in another way."""
        self.moved += difference.moves
        self.become_late += difference.is_late and not difference.was_late
        self.no_longer_late += difference.was_late and not difference.is_late

    def take(self, before: Toll, after: Toll) -> None:
        """Count what a case costs both ways."""
        _sum(self._before, before.costs)
        _sum(self._after, after.costs)
        self.lost += bool(after) and not before
        self.saved += bool(before) and not after
        self.unknown += before.unknown or after.unknown

    def take_all(self, other: TrialLine) -> None:
        """Count all that another line counts."""
        self.moved += other.moved
        self.become_late += other.become_late
        self.no_longer_late += other.no_longer_late
        self.lost += other.lost
        self.saved += other.saved
        self.unknown += other.unknown
        _sum(self._before, other.before)
        _sum(self._after, other.after)


def by_rule(trial: Trial, channels: Mapping[str, str]) -> list[TrialLine]:
    """A line for each channel and rule in which something would be another; `channels` has that of each case."""
    lines: dict[tuple[str, str], TrialLine] = {}

    def line(number: str, rule: str) -> TrialLine:
        key = channels.get(number, ""), rule
        return lines.setdefault(key, TrialLine(*key))

    for difference in trial.differences:
        reading = difference.after or difference.before
        line(difference.case_number, reading.rule if reading else "").add(difference)
    for toll in trial.tolls:
        line(toll.case_number, toll.rule_after).take(toll.before, toll.after)
    return [lines[key] for key in sorted(lines) if lines[key].is_of_note]


def total(lines: Iterable[TrialLine]) -> TrialLine:
    """All lines as one."""
    whole = TrialLine("", "")
    for line in lines:
        whole.take_all(line)
    return whole


def _sum(sums: dict[str, Decimal], costs: Iterable[Money]) -> None:
    for cost in costs:
        sums[cost.currency] = sums.get(cost.currency, Decimal()) + cost.amount


def _amounts(sums: Mapping[str, Decimal]) -> tuple[Money, ...]:
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))
