"""The platforms' own measures for programs: shares as text, so that no reader rounds them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hub.core.policy import Objective, Satisfaction
from hub.core.scores import Compared, ObjectiveScore, SatisfactionScore
from hub.scoring import ChannelScores

_SCORE_KEYS = (
    *("period", "ended", "met", "late", "undecided", "cancelled", "share"),
    *("reached", "still_reachable", "misses_left", "late_left", "warnings", "revision"),
)
_MONTH_KEYS = ("period", "up", "down", "share", "state")
_BESIDE_KEYS = ("figure", "differs")


def channel_scores_json(one: ChannelScores) -> dict[str, Any]:
    """The scores of a channel for programs."""
    rule = one.policy.satisfaction
    return {
        "channel": one.channel,
        "policy": one.policy.id,
        "version": one.policy.version,
        "objectives": [_objective_json(objective, lines) for objective, lines in one.objectives],
        "satisfaction": None if rule is None else _satisfaction_json(rule, one.months),
        "figures": [{"figure": row.figure, "read_at": row.read_at} for row in one.others],
    }


def _objective_json(objective: Objective, lines: Sequence[Compared[ObjectiveScore]]) -> dict[str, Any]:
    scores = [{**_picked(line.ours, _SCORE_KEYS), **_picked(line, _BESIDE_KEYS)} for line in lines]
    return {**_picked(objective, ("id", "title", "clock", "share", "late_limit")), "scores": scores}


def _satisfaction_json(rule: Satisfaction, lines: Sequence[Compared[SatisfactionScore]]) -> dict[str, Any]:
    scores = [{**_picked(line.ours, _MONTH_KEYS), **_picked(line, _BESIDE_KEYS)} for line in lines]
    return {**_picked(rule, ("title", "target", "floor", "least_ratings")), "scores": scores}


def _picked(thing: object, names: Sequence[str]) -> dict[str, Any]:
    """What a thing has under these names; shares as text, so that no reader rounds them."""
    values = {name: getattr(thing, name) for name in names}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
