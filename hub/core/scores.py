"""The scores by which platforms judge a seller, counted from our own clocks and ratings, and what is left of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from hub.core.counting import Outcome
from hub.core.incoming import Figure
from hub.core.model import epoch
from hub.core.policy import Objective, Period, Satisfaction
from hub.core.readings import LATE, ClockState, Reading
from hub.core.records import Rating
from hub.core.zones import Span, first_showing, midnight

UP, DOWN = "up", "down"
"""The two ratings that satisfaction counts; any other word of a platform is none."""

_NAMES = {
    Period.ISO_WEEK: re.compile(r"(\d{4})-W(\d\d)", re.ASCII),
    Period.MONTH: re.compile(r"(\d{4})-(\d\d)", re.ASCII),
}
_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,12})?) ?(%?)", re.ASCII)
_HUNDREDTH = Decimal("0.01")


class Satisfied(StrEnum):
    """How content customers are, by the platform's lines."""

    GOOD = "good"
    BELOW_TARGET = "below_target"
    BELOW_FLOOR = "below_floor"
    TOO_FEW = "too_few"  # ratings to say anything


@dataclass(frozen=True, slots=True)
class ObjectiveScore:
    """How the runs of an objective's clock ended that started in one period.

    `ended` says that the period was over when this was counted. `undecided` runs are neither ended nor past due, or
    nobody can tell their due instant; `cancelled` ones count for nothing. `revision` is how often the numbers changed
    after the end.
    """

    objective: str
    title: str
    kind: Period
    period: str
    ended: bool
    met: int = 0
    late: int = 0
    undecided: int = 0
    cancelled: int = 0
    least: Decimal | None = None
    late_limit: int | None = None
    late_means: str = ""
    revision: int = 0

    @property
    def counts(self) -> tuple[int, int]:
        """How many were met, of how many that are decided."""
        return self.met, self.met + self.late

    @property
    def share(self) -> Decimal | None:
        """What part of the decided ones was met; None, and not all of them, while none is decided."""
        return _share(*self.counts)

    @property
    def reached(self) -> bool | None:
        """Whether the share is as large as it must be, without any rounding; None while none is decided."""
        met, decided = self.counts
        return None if self.least is None or not decided else met >= self.least * decided

    @property
    def still_reachable(self) -> bool | None:
        """Whether the share is large enough if every undecided one is met; None where no share is asked for."""
        return None if self.misses_left is None else self.misses_left >= 0

    @property
    def misses_left(self) -> int | None:
        """How many more of those that have started may be late for the share; below zero, how many too many are."""
        if self.least is None:
            return None
        return int((1 - self.least) * (self.met + self.late + self.undecided)) - self.late

    @property
    def late_left(self) -> int | None:
        """How many more may be late before the platform acts; below zero once it does."""
        return None if self.late_limit is None else self.late_limit - 1 - self.late

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the platform does because of this period: one sentence however many are late beyond its limit."""
        if self.late_limit is None or self.late < self.late_limit:
            return ()
        means = self.late_means or f"from {self.late_limit} on the platform acts"
        return (f"{self.late} late {self.when}: {means}",)

    @property
    def when(self) -> str:
        """The period within a sentence: this week, or in 2026-W47."""
        return f"in {self.period}" if self.ended else f"this {'week' if self.kind is Period.ISO_WEEK else 'month'}"


@dataclass(frozen=True, slots=True)
class SatisfactionScore:
    """The thumbs that customers gave in one calendar month, against the platform's lines."""

    title: str
    period: str
    up: int
    down: int
    target: Decimal
    floor: Decimal
    least_ratings: int

    @property
    def counts(self) -> tuple[int, int]:
        """How many thumbs point up, of how many."""
        return self.up, self.up + self.down

    @property
    def share(self) -> Decimal | None:
        """What part of the thumbs points up; None where there are none."""
        return _share(*self.counts)

    @property
    def state(self) -> Satisfied:
        """Between which lines the month lies; exactly on a line is not below it."""
        up, rated = self.counts
        if rated < max(self.least_ratings, 1):
            return Satisfied.TOO_FEW
        if up >= self.target * rated:
            return Satisfied.GOOD
        return Satisfied.BELOW_TARGET if up >= self.floor * rated else Satisfied.BELOW_FLOOR

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None with too few ratings."""
        return None if self.state is Satisfied.TOO_FEW else self.state is Satisfied.GOOD


Score = TypeVar("Score", ObjectiveScore, SatisfactionScore)


@dataclass(frozen=True, slots=True)
class Compared(Generic[Score]):
    """A score of ours beside what the platform itself reports for it, as it was sent; None where it reports nothing."""

    ours: Score
    figure: Figure | None = None
    differs: bool = False


def period_of(instant: int, period: Period, tz: str) -> str:
    """The name of the period in which an instant lies in a zone: 2026-W47, or 2026-11."""
    day = datetime.fromtimestamp(instant, ZoneInfo(tz)).date()
    if period is Period.MONTH:
        return f"{day.year:04}-{day.month:02}"
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def span_of(name: str, period: Period, tz: str) -> Span:
    """From which instant to which a period goes in a zone; the second one is no longer part of it."""
    zone, (first, after) = ZoneInfo(tz), _days_of(name, period)
    return first_showing(zone, midnight(first)), first_showing(zone, midnight(after))


def recent_periods(now: int, period: Period, tz: str, weeks: int) -> tuple[str, ...]:
    """The names of the periods that this week and those before it touch, `weeks` in all, the present period first."""
    oldest = span_of(period_of(now, Period.ISO_WEEK, tz), Period.ISO_WEEK, tz)[0]
    for _ in range(weeks - 1):
        oldest = span_of(period_of(oldest - 1, Period.ISO_WEEK, tz), Period.ISO_WEEK, tz)[0]
    names = [period_of(now, period, tz)]
    while (start := span_of(names[-1], period, tz)[0]) > oldest:
        names.append(period_of(start - 1, period, tz))
    return tuple(names)


def objective_score(objective: Objective, period: str, readings: Iterable[Reading], now: int) -> ObjectiveScore:
    """The score of a period at an instant; of all the readings, those that belong to it are counted."""
    start, end = span_of(period, objective.period, objective.tz)
    ours = (reading for reading in readings if reading.clock is objective.clock and start <= reading.start < end)
    return counted_score(objective, period, Counter(_count_as(reading, now) for reading in ours), now)


def counted_score(objective: Objective, period: str, found: Mapping[Outcome, int], now: int) -> ObjectiveScore:
    """The score of a period of which somebody counted how the runs of the clock came out."""
    _, end = span_of(period, objective.period, objective.tz)
    return ObjectiveScore(
        objective=objective.id,
        title=objective.title,
        kind=objective.period,
        period=period,
        ended=now >= end,
        least=objective.share,
        late_limit=objective.late_limit,
        late_means=objective.late_means,
        **{outcome.value: count for outcome, count in found.items()},
    )


def satisfaction_score(rule: Satisfaction, month: str, ratings: Iterable[Rating]) -> SatisfactionScore:
    """The score of a calendar month; of all the ratings, those that were given in it are counted."""
    start, end = span_of(month, Period.MONTH, rule.tz)
    found = Counter(given.rating for given in ratings if start <= epoch(given.rated_at) < end)
    return SatisfactionScore(rule.title, month, found[UP], found[DOWN], rule.target, rule.floor, rule.least_ratings)


def compared(ours: Score, figure: Figure | None) -> Compared[Score]:
    """A score of ours beside the platform's figure, and whether anything that both of them tell differs."""
    return Compared(ours, figure, figure is not None and _differs(ours, figure))


def revised(before: ObjectiveScore, after: ObjectiveScore) -> ObjectiveScore:
    """A score counted anew, with the next revision if the period was over before and its numbers changed since."""
    if (before.objective, before.period) != (after.objective, after.period):
        raise ValueError(f"{after.objective} {after.period} is no revision of {before.objective} {before.period}")
    return replace(after, revision=before.revision + (before.ended and _numbers(before) != _numbers(after)))


def budget_sentence(score: ObjectiveScore) -> str:
    """How many more may be late in the period that runs, by what allows fewer; empty where nothing can be said."""
    allowed = [left for left in (score.misses_left, score.late_left) if left is not None]
    if score.ended or not allowed or not any(_numbers(score)[:3]):
        return ""
    left = min(allowed)
    if left < 0:
        return f"{-left} too many {'is' if left == -1 else 'are'} late {score.when}"
    return f"{left or 'no'} more may be late {score.when}"


def _share(met: int, decided: int) -> Decimal | None:
    return Decimal(met) / Decimal(decided) if decided else None


def _days_of(name: str, period: Period) -> tuple[date, date]:
    """The first day of a period, and the first one after it."""
    found = _NAMES[period].fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} names no {period.replace('_', ' ')}; a week is written 2026-W47, a month 2026-11")
    year, part = int(found[1]), int(found[2])
    if period is Period.ISO_WEEK:
        monday = date.fromisocalendar(year, part, 1)
        return monday, monday + timedelta(days=7)
    return date(year, part, 1), date(year + part // 12, part % 12 + 1, 1)


def _count_as(reading: Reading, now: int) -> Outcome:
    """The field of a score in which a run is counted; by when it was due must be known to call it met."""
    state = reading.state(now)
    if state is ClockState.CANCELLED:
        return Outcome.CANCELLED
    if state in LATE:
        return Outcome.LATE
    return Outcome.MET if state is ClockState.MET and reading.due is not None else Outcome.UNDECIDED


def _numbers(score: ObjectiveScore) -> tuple[int, int, int, int]:
    return score.met, score.late, score.undecided, score.cancelled


def _differs(ours: ObjectiveScore | SatisfactionScore, figure: Figure) -> bool:
    if None not in {figure.conforms, ours.reached} and figure.conforms is not ours.reached:
        return True
    if figure.numerator is not None and figure.denominator is not None:
        return ours.counts != (figure.numerator, figure.denominator)
    return _told_otherwise(figure.value, ours.share)


def _told_otherwise(value: str, share: Decimal | None) -> bool:
    """Whether a figure's text is another number than our share; text that is no number tells nothing.

    Platforms write 97.5, 97,5 % and 0.975, rounded or cut off: a text agrees that is right in one of these ways.
    """
    found = _SHARE.fullmatch(value.strip())
    if found is None:
        return False
    if share is None:
        return True
    told = Decimal(found[1].replace(",", "."))
    if _agrees(told, share * 100, told):
        return False
    # Fewer than two decimals would make 1 out of 0.96; 0.9 is a number that lost its last nought.
    finest = min(told, _HUNDREDTH, key=lambda number: number.as_tuple().exponent)
    return bool(found[2]) or not _agrees(told, share, finest)


def _agrees(told: Decimal, share: Decimal, precision: Decimal) -> bool:
    return any(told == share.quantize(precision, how) for how in (ROUND_HALF_UP, ROUND_DOWN))
