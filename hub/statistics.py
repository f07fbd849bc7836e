"""The figures of the overview from an opened hub: one function for the page, the command and any other door."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hub.channel_health import health_of
from hub.core.claims import CLAIMS, BatchFigure, ProductFigure, Several, by_batch, by_product
from hub.core.counting import AnsweredRuns
from hub.core.ladder import own_timeline
from hub.core.model import epoch, from_epoch
from hub.core.openings import CalendarError
from hub.core.pauses import Timeline
from hub.core.policy import ClockName, ClockRule
from hub.core.ranges import DayRange, recent_days
from hub.core.statistics import (
    ANSWERS,
    AnswerTimes,
    CauseFigure,
    ChannelFigure,
    InTime,
    PeriodFigure,
    RatingFigure,
    RiskFigure,
    TypeFigure,
    answer_times,
    by_cause,
    by_channel,
    by_period,
    by_rating,
    by_type,
    in_time,
    risk_ahead,
    share_of,
)
from hub.core.zones import Span
from hub.errors import NotFound, Refused
from hub.rounds import require_channel
from hub.scoring import gather

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.records import Version
    from hub.core.scores import ObjectiveScore, SatisfactionScore
    from hub.runs.health import ChannelHealth

HORIZON, STEP = timedelta(hours=48), timedelta(hours=4)
"""How far ahead money at risk is looked for, and in which steps."""

_FRESH, _MOST_KEPT = timedelta(minutes=1), 32


@dataclass(frozen=True, slots=True)
class ScoreFigure:
    """How a platform's measure stands in its present period; `left` is how many more may be late before it acts.

    `met` of `decided` runs were in time, or of ratings up; `line` is the share that is asked for.
    """

    channel: str
    measure: str
    period: str
    met: int
    decided: int
    undecided: int
    share: Decimal | None
    line: Decimal | None
    reached: bool | None
    left: int | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HealthFigure:
    """How a channel is doing; `lag_seconds` is for how long nothing written there is surely known."""

    channel: str
    ok: bool
    last_read: datetime | None
    lag_seconds: int | None
    silent_after_seconds: int | None
    last_message: datetime | None
    stopped: bool
    key_expires: date | None
    replies_waiting: int
    replies_for_a_person: int
    unreadable: int
    troubles: tuple[str, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Every figure, each a table of lines; what is about now (risk, scores, health) does not follow the range."""

    days: DayRange
    channel: str
    now: datetime
    risk: Sequence[RiskFigure]
    answer_times: Sequence[AnswerTimes]
    in_time: Sequence[InTime]
    over_time: Sequence[PeriodFigure]
    channels: Sequence[ChannelFigure]
    types: Sequence[TypeFigure]
    causes: Sequence[CauseFigure]
    products: Sequence[ProductFigure]
    batches: Sequence[BatchFigure]
    ratings: Sequence[RatingFigure]
    scores: Sequence[ScoreFigure]
    health: Sequence[HealthFigure]


TABLES: Mapping[str, type] = {
    "risk": RiskFigure,
    "answer_times": AnswerTimes,
    "in_time": InTime,
    "over_time": PeriodFigure,
    "channels": ChannelFigure,
    "types": TypeFigure,
    "causes": CauseFigure,
    "products": ProductFigure,
    "batches": BatchFigure,
    "ratings": RatingFigure,
    "scores": ScoreFigure,
    "health": HealthFigure,
}
"""The tables of the statistics by name, in the order in which they are shown, and what a line of each is."""


def statistics_of(hub: Hub, days: DayRange, channel: str = "") -> Statistics:
    """Every figure of a range of days, of one channel where named; NotFound lists the channels there are."""
    if channel:
        require_channel(channel, hub.settings.channels)
    counting, now = hub.store.counting, hub.clock.now()
    second, (start, end) = epoch(now), days.span
    spans = [bucket.span for bucket in days.buckets]
    opened = counting.opened(spans, channel)
    ended = counting.ended(ANSWERS, spans, second, channel)
    exposed = counting.exposed((second, second + int(HORIZON.total_seconds())), channel)
    concerned = counting.concerned(days.span, CLAIMS, channel)
    several = Several(hub.settings.statistics.several_claims, hub.settings.statistics.within)
    return Statistics(
        days=days,
        channel=channel,
        now=now,
        risk=risk_ahead(exposed, now, HORIZON, STEP),
        answer_times=answer_times(counting.answered(days.span, channel), _own_time(hub, days.span, channel)),
        in_time=in_time(ended),
        over_time=by_period(days.buckets, opened, ended),
        channels=by_channel(opened, ended),
        types=by_type(opened),
        causes=by_cause(opened),
        products=by_product(concerned, several),
        batches=by_batch(concerned, several, days.zone),
        ratings=by_rating(hub.store.ratings(from_epoch(start), from_epoch(end), channel)),
        scores=list(_scores(hub, channel, second)),
        health=[_health(one, now) for one in health_of(hub) if channel in {"", one.name}],
    )


class RecentStatistics:
    """Figures for pages: counted once for all who look at the same within a minute in which nothing was written."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[DayRange, str], tuple[Version, Statistics]] = {}

    def of(self, hub: Hub, days: DayRange, channel: str = "") -> Statistics:
        """The figures of a range, at most a minute old."""
        # One at a time: fifty people who open the page at once need one count and not fifty.
        with self._lock:
            version, now = hub.store.version(), hub.clock.now()
            kept = self._kept.get((days, channel))
            if kept is not None and kept[0] == version and timedelta() <= now - kept[1].now < _FRESH:
                return kept[1]
            found = statistics_of(hub, days, channel)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[days, channel] = version, found
            return found


def read_days(hub: Hub, first: str = "", last: str = "") -> DayRange:
    """The range that two dates such as 2026-11-01 name, both included; the last 30 days where they are left out."""
    zone = hub.settings.office.timezone
    until = _day(last) if last else hub.clock.now().astimezone(ZoneInfo(zone)).date()
    if first:
        return DayRange(_day(first), until, zone)
    return recent_days(datetime(until.year, until.month, until.day, 12, tzinfo=ZoneInfo(zone)), zone)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"there is no day {text[:40]!r}; write one such as 2026-11-18") from error


def _own_time(hub: Hub, span: Span, channel: str) -> Callable[[AnsweredRuns], Sequence[int]]:
    """How much of their clock's own time runs took, pauses left out; none where that cannot be told any more."""
    paused: dict[tuple[str, ...], dict[Span, tuple[Span, ...]]] = defaultdict(dict)
    for run in hub.store.counting.paused(span, channel):
        paused[run[:4]][run.run] = run.pauses

    def counted(group: AnsweredRuns) -> Sequence[int]:
        rule = _clock_rule(hub, group)
        return [] if rule is None else _lengths(group, rule, paused.get(group[:4], {}))

    return counted


def _lengths(group: AnsweredRuns, rule: ClockRule, paused: Mapping[Span, Sequence[Span]]) -> Sequence[int]:
    timeline = own_timeline(rule)
    try:
        found = timeline.lengths([run for run in group.runs if run not in paused])
        return found + [timeline.between_paused(*run, paused[run]) for run in group.runs if run in paused]
    except CalendarError:
        return list(_known_lengths(group.runs, timeline, paused))


def _known_lengths(runs: Sequence[Span], timeline: Timeline, paused: Mapping[Span, Sequence[Span]]) -> Iterator[int]:
    """The lengths of those runs that lie in days of which the calendar knows."""
    for run in runs:
        with suppress(CalendarError):
            yield timeline.between_paused(*run, paused.get(run, ()))


def _clock_rule(hub: Hub, group: AnsweredRuns) -> ClockRule | None:
    try:
        rules = hub.book.named(group.policy, group.version).rules
    except NotFound:
        return None
    clocks = (clock for rule in rules if rule.id == group.rule for clock in rule.clocks)
    return next((clock for clock in clocks if clock.name is ClockName.FIRST_RESPONSE), None)


def _scores(hub: Hub, channel: str, now: int) -> Iterator[ScoreFigure]:
    for name, table in hub.settings.channels.items():
        if not table.enabled or channel not in {"", name}:
            continue
        found = gather(hub.store, name, hub.policy_of(name), now, weeks=1)
        for objective, lines in found.objectives:
            for line in lines:
                yield _score(name, objective.title, line.ours)
        for month in found.months:
            yield _satisfaction(name, month.ours)


def _score(channel: str, title: str, score: ObjectiveScore) -> ScoreFigure:
    met, decided = score.counts
    allowed = [left for left in (score.misses_left, score.late_left) if left is not None]
    return ScoreFigure(
        channel=channel,
        measure=title,
        period=score.period,
        met=met,
        decided=decided,
        undecided=score.undecided,
        share=share_of(met, decided),
        line=score.least,
        reached=score.reached,
        left=min(allowed, default=None),
        warnings=score.warnings,
    )


def _satisfaction(channel: str, score: SatisfactionScore) -> ScoreFigure:
    up, rated = score.counts
    share = share_of(up, rated)
    return ScoreFigure(channel, score.title, score.period, up, rated, 0, share, score.target, score.reached, None, ())


def _health(one: ChannelHealth, now: datetime) -> HealthFigure:
    lag = one.lag(now)
    return HealthFigure(
        channel=one.name,
        ok=one.well,
        last_read=one.record.succeeded_at,
        lag_seconds=None if lag is None else int(lag.total_seconds()),
        silent_after_seconds=None if one.silent_after is None else int(one.silent_after.total_seconds()),
        last_message=one.record.last_message_at,
        stopped=one.record.stopped,
        key_expires=one.key_expires,
        replies_waiting=one.replies_waiting,
        replies_for_a_person=one.replies_for_a_person,
        unreadable=one.unreadable,
        troubles=one.troubles,
        notices=one.notes,
    )
