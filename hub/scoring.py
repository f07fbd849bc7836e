"""The platforms' own measures, counted here, beside the figures that they report themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from hub.core.incoming import Figure
from hub.core.model import from_epoch
from hub.core.policy import Objective, Period, Policy, Satisfaction
from hub.core.ports import FigureRow, Store
from hub.core.scores import (
    Compared,
    ObjectiveScore,
    SatisfactionScore,
    compared,
    objective_score,
    recent_periods,
    satisfaction_score,
    span_of,
)


@dataclass(frozen=True, slots=True)
class ChannelScores:
    """What there is to say of a channel, the newest period first.

    `others` are the platform's figures of what casehub does not count itself, the newest of each name.
    """

    channel: str
    policy: Policy
    objectives: tuple[tuple[Objective, tuple[Compared[ObjectiveScore], ...]], ...]
    months: tuple[Compared[SatisfactionScore], ...]
    others: tuple[FigureRow, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is measured on this channel."""
        return not (self.objectives or self.months or self.others)

    @property
    def differs(self) -> bool:
        """Whether any figure of the platform differs from what was counted here."""
        counted = chain.from_iterable(lines for _, lines in self.objectives)
        return any(line.differs for line in counted) or any(line.differs for line in self.months)


def gather(
    store: Store,
    channel: str,
    policy: Policy,
    now: int,
    weeks: int,
    final: Callable[[ObjectiveScore], ObjectiveScore] = lambda score: score,
) -> ChannelScores:
    """The scores of a channel under a policy, this week and those before it, with the platform's figures beside.

    `final` has the last word on each score, such as its revision.
    """
    rows = store.figures(channel)
    told = {(row.figure.name, row.figure.period): row.figure for row in rows}
    satisfaction = policy.satisfaction
    counted = {objective.figure for objective in policy.objectives} | {satisfaction.figure if satisfaction else ""}
    newest: dict[str, FigureRow] = {}
    for row in rows:
        newest.setdefault(row.figure.name, row)
    return ChannelScores(
        channel,
        policy,
        tuple((o, tuple(_objective_scores(store, channel, o, told, now, weeks, final))) for o in policy.objectives),
        tuple(_satisfaction_scores(store, channel, satisfaction, told, now, weeks)) if satisfaction else (),
        tuple(row for name, row in sorted(newest.items()) if name not in counted),
    )


def _objective_scores(
    store: Store,
    channel: str,
    objective: Objective,
    told: dict[tuple[str, str], Figure],
    now: int,
    weeks: int,
    final: Callable[[ObjectiveScore], ObjectiveScore],
) -> Iterator[Compared[ObjectiveScore]]:
    names = recent_periods(now, objective.period, objective.tz, weeks)
    first, last = (span_of(name, objective.period, objective.tz) for name in (names[-1], names[0]))
    rows = store.clocks(objective.clock, from_epoch(first[0]), from_epoch(last[1]), channel)
    readings = [row.reading for row in rows]
    for name in names:
        score = final(objective_score(objective, name, readings, now))
        yield compared(score, told.get((objective.figure, name)))


def _satisfaction_scores(
    store: Store, channel: str, rule: Satisfaction, told: dict[tuple[str, str], Figure], now: int, weeks: int
) -> Iterator[Compared[SatisfactionScore]]:
    names = recent_periods(now, Period.MONTH, rule.tz, weeks)
    first, last = (span_of(name, Period.MONTH, rule.tz) for name in (names[-1], names[0]))
    ratings = store.ratings(from_epoch(first[0]), from_epoch(last[1]), channel)
    for name in names:
        yield compared(satisfaction_score(rule, name, ratings), told.get((rule.figure, name)))
