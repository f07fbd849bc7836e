"""Scores of periods that are over: what was shown once is kept, and a later correction shows as a revision."""

from __future__ import annotations

from hub.core.codec import dumps, loads
from hub.core.ports import Store
from hub.core.scores import ObjectiveScore, revised


def publish(store: Store, channel: str, score: ObjectiveScore) -> ObjectiveScore:
    """The score with its revision; kept as soon as its period is over and nothing in it is undecided."""
    if not score.ended or score.undecided:
        return score
    name = f"score:{channel}:{score.objective}:{score.period}"
    before = store.fact(name)
    now = revised(loads(ObjectiveScore, before), score) if before else score
    if dumps(now) != before:
        with store.writing() as writer:
            writer.set_fact(name, dumps(now))
    return now
