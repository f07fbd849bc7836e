"""A case as it stood at an instant: what bears a later instant has not happened yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from hub.core.model import Case


def as_of(case: Case, now: datetime) -> tuple[Case, datetime | None]:
    """The case without what lies after `now`, and the next instant at which that happens; None if nothing does."""
    later = [at for at in _instants(case) if at > now]
    if not later:
        return case, None
    settled = {ref: settlement for ref, settlement in case.settled.items() if settlement.at <= now}
    return replace(
        case,
        messages=tuple(m for m in case.messages if m.sent_at <= now),
        settled=settled,
        turns=(case.turns[0], *(turn for turn in case.turns[1:] if turn.at <= now)),
        handovers=tuple(handover for handover in case.handovers if handover.at <= now),
        promises=tuple(promise for promise in case.promises if promise.made_at <= now),
    ), min(later)


def _instants(case: Case) -> Iterator[datetime]:
    yield from (message.sent_at for message in case.messages)
    yield from (settlement.at for settlement in case.settled.values())
    yield from (turn.at for turn in case.turns)
    yield from (handover.at for handover in case.handovers)
    yield from (promise.made_at for promise in case.promises)
