"""The figures of the overview, counted from plain rows. Shares are cut to four digits, never rounded up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from itertools import chain
from typing import TypeVar

from hub.core.counting import AnsweredRuns, EndedRuns, Exposure, OpenedCases, Outcome
from hub.core.model import from_epoch
from hub.core.policy import ClockName
from hub.core.ranges import Bucket
from hub.core.records import Rating
from hub.core.scores import DOWN, UP

ANSWERS = frozenset({ClockName.FIRST_RESPONSE, ClockName.NEXT_RESPONSE})
"""The clocks whose runs are counted as answers."""
HALF, NINE_IN_TEN = Decimal("0.5"), Decimal("0.9")
ALL = ""
"""The channel of a line that is about all that were asked for."""

_DIGITS = Decimal("0.0001")
Key = TypeVar("Key", bound="tuple[str, ...]")
Place = TypeVar("Place", int, str)


@dataclass(frozen=True, slots=True)
class RiskFigure:
    """What platforms are expected to take in a span of time; without a currency, of how many cases nobody knows it."""

    since: datetime
    until: datetime
    currency: str
    amount: Decimal | None
    cases: int


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """How long first answers took, in seconds, as time passed and in the time that their clocks count.

    Half of them came within the median and nine in ten within p90. `counted` have the clocks' own time; of the others
    their policy or calendar is not known any more.
    """

    channel: str
    answers: int
    median: int | None
    p90: int | None
    counted: int
    counted_median: int | None
    counted_p90: int | None


@dataclass(frozen=True, slots=True)
class InTime:
    """How the runs of a clock came out that started in the range."""

    channel: str
    clock: str
    rule: str
    met: int
    late: int
    undecided: int
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class PeriodFigure:
    """What one day or week brought: cases, and answers that were owed from it on."""

    period: str
    opened: int
    met: int
    late: int
    undecided: int
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class ChannelFigure:
    """The same of one channel over the whole range."""

    channel: str
    opened: int
    met: int
    late: int
    undecided: int
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class TypeFigure:
    """How many cases of a type were opened on a channel."""

    type: str
    channel: str
    cases: int


@dataclass(frozen=True, slots=True)
class CauseFigure:
    """How many cases of a type gave one cause: the reason that was chosen, or the platform's own word."""

    cause: str
    type: str
    channel: str
    cases: int


@dataclass(frozen=True, slots=True)
class RatingFigure:
    """How customers of a channel rated; `other` are words of a platform that are neither up nor down."""

    channel: str
    up: int
    down: int
    other: int
    share: Decimal | None


def risk_ahead(exposures: Iterable[Exposure], now: datetime, horizon: timedelta, step: timedelta) -> list[RiskFigure]:
    """The money at risk from now on, step by step: each currency for itself, and the unknown ones apart.

    A step in which nothing is at risk has no line; what comes at the very end is part of the last step.
    """
    steps = -(-horizon // step)
    amounts: dict[tuple[int, str], list[Decimal]] = defaultdict(list)
    unknown: Counter[int] = Counter()
    for one in exposures:
        place = min((from_epoch(one.at) - now) // step, steps - 1)
        if one.costs is None:
            unknown[place] += 1
        else:
            amounts[place, one.costs.currency].append(one.costs.amount)
    lines: list[tuple[int, str, Decimal | None, int]] = [
        (place, currency, sum(found, Decimal()), len(found)) for (place, currency), found in amounts.items()
    ]
    lines += [(place, "", None, count) for place, count in unknown.items()]
    lines.sort(key=lambda line: (line[0], not line[1], line[1]))
    return [
        RiskFigure(now + place * step, now + (place + 1) * step, currency, amount, cases)
        for place, currency, amount, cases in lines
    ]


def risk_totals(figures: Iterable[RiskFigure]) -> tuple[dict[str, Decimal], int]:
    """The sums by currency in alphabetical order, and of how many cases nobody knows the cost."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    unknown = 0
    for figure in figures:
        if figure.amount is None:
            unknown += figure.cases
        else:
            sums[figure.currency] += figure.amount
    return dict(sorted(sums.items())), unknown


def answer_times(
    answered: Iterable[AnsweredRuns], counted: Callable[[AnsweredRuns], Sequence[int]]
) -> list[AnswerTimes]:
    """All channels together, and then each; `counted` tells how much of their clock's own time runs took."""
    passed: dict[str, list[int]] = defaultdict(list)
    own: dict[str, list[int]] = defaultdict(list)
    for group in answered:
        passed[group.channel] += [end - start for start, end in group.runs]
        own[group.channel] += counted(group)
    lines = [_times(channel, sorted(found), sorted(own[channel])) for channel, found in sorted(passed.items())]
    if not lines:
        return []
    whole = [sorted(chain.from_iterable(found.values())) for found in (passed, own)]
    return [_times(ALL, *whole), *lines]


def in_time(ended: Iterable[EndedRuns]) -> list[InTime]:
    """Every clock of every rule on every channel; cancelled runs count for nothing."""
    tallies: dict[tuple[str, str, str], Counter[Outcome]] = defaultdict(Counter)
    for row in ended:
        tallies[row.channel, row.clock, row.rule][row.outcome] += row.runs
    return [
        InTime(channel, clock, rule, *_tallied(tally))
        for (channel, clock, rule), tally in sorted(tallies.items())
        if _any(tally)
    ]


def by_period(
    buckets: Sequence[Bucket], opened: Iterable[OpenedCases], ended: Iterable[EndedRuns]
) -> list[PeriodFigure]:
    """Every bucket with the cases opened and the answers owed from it on, also where there are none."""
    cases: Counter[int] = Counter()
    for row in opened:
        cases[row.span] += row.cases
    tallies = _answers_by(ended, lambda row: row.span)
    return [PeriodFigure(bucket.name, cases[place], *_tallied(tallies[place])) for place, bucket in enumerate(buckets)]


def by_channel(opened: Iterable[OpenedCases], ended: Iterable[EndedRuns]) -> list[ChannelFigure]:
    """Every channel on which a case was opened or an answer owed."""
    cases: Counter[str] = Counter()
    for row in opened:
        cases[row.channel] += row.cases
    tallies = _answers_by(ended, lambda row: row.channel)
    channels = sorted({*cases, *(channel for channel, tally in tallies.items() if _any(tally))})
    return [ChannelFigure(channel, cases[channel], *_tallied(tallies[channel])) for channel in channels]


def by_type(opened: Iterable[OpenedCases]) -> list[TypeFigure]:
    """How many cases there were of each type on each channel, the commonest first."""
    counted: Counter[tuple[str, str]] = Counter()
    for row in opened:
        counted[row.type, row.channel] += row.cases
    return [TypeFigure(*key, cases) for key, cases in _commonest_first(counted)]


def by_cause(opened: Iterable[OpenedCases]) -> list[CauseFigure]:
    """How many cases gave each cause, the commonest first; a platform that only told the type told no cause."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for row in opened:
        if row.cause and row.cause.casefold() != row.type:
            counted[row.cause, row.type, row.channel] += row.cases
    return [CauseFigure(*key, cases) for key, cases in _commonest_first(counted)]


def by_rating(ratings: Iterable[Rating]) -> list[RatingFigure]:
    """How the customers of each channel rated."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for rating in ratings:
        counted[rating.channel][rating.rating if rating.rating in {UP, DOWN} else "other"] += 1
    return [
        RatingFigure(channel, found[UP], found[DOWN], found["other"], share_of(found[UP], found[UP] + found[DOWN]))
        for channel, found in sorted(counted.items())
    ]


def share_of(part: int, whole: int) -> Decimal | None:
    """What part it is, cut to four digits; None of nothing."""
    return (Decimal(part) / Decimal(whole)).quantize(_DIGITS, ROUND_DOWN) if whole else None


def within(lengths: Sequence[int], part: Decimal) -> int | None:
    """The shortest of the lengths, in their order, within which at least such a part of them lies; None of none."""
    place = int((part * len(lengths)).to_integral_value(ROUND_CEILING))
    return lengths[max(place, 1) - 1] if lengths else None


def _times(channel: str, passed: Sequence[int], own: Sequence[int]) -> AnswerTimes:
    median, p90 = (within(passed, part) for part in (HALF, NINE_IN_TEN))
    own_median, own_p90 = (within(own, part) for part in (HALF, NINE_IN_TEN))
    return AnswerTimes(channel, len(passed), median, p90, len(own), own_median, own_p90)


def _answers_by(ended: Iterable[EndedRuns], key: Callable[[EndedRuns], Place]) -> dict[Place, Counter[Outcome]]:
    tallies: dict[Place, Counter[Outcome]] = defaultdict(Counter)
    for row in ended:
        if row.clock in ANSWERS:
            tallies[key(row)][row.outcome] += row.runs
    return tallies


def _tallied(tally: Counter[Outcome]) -> tuple[int, int, int, Decimal | None]:
    met, late = tally[Outcome.MET], tally[Outcome.LATE]
    return met, late, tally[Outcome.UNDECIDED], share_of(met, met + late)


def _any(tally: Counter[Outcome]) -> bool:
    return any(count for outcome, count in tally.items() if outcome is not Outcome.CANCELLED)


def _commonest_first(counted: Counter[Key]) -> Iterator[tuple[Key, int]]:
    yield from sorted(counted.items(), key=lambda item: (-item[1], item[0]))
