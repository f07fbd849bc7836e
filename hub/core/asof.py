"""A case as it stood at an instant: what bears a later instant has not happened yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from hub.core.model import Case, CaseState
from hub.core.turns import GivenDeadline, Turn


def as_of(case: Case, now: datetime) -> tuple[Case, datetime | None]:
    """The case without what lies after `now`, and the next instant at which that happens; None if nothing does."""
    later = [at for at in _instants(case) if at > now]
    if not later:
        return case, None
    settled = {ref: settlement for ref, settlement in case.settled.items() if settlement.at <= now}
    turns = (case.turns[0], *(turn for turn in case.turns[1:] if turn.at <= now))
    return replace(
        case if len(turns) == len(case.turns) else _standing(case, turns[-1]),
        messages=tuple(m for m in case.messages if m.sent_at <= now),
        settled=settled,
        turns=turns,
        handovers=tuple(handover for handover in case.handovers if handover.at <= now),
        promises=tuple(promise for promise in case.promises if promise.made_at <= now),
        due_by_platform=_given_by(now, case.due_by_platform),
        due_by_person=_given_by(now, case.due_by_person),
    ), min(later)


def _standing(case: Case, turn: Turn) -> Case:
    """The case in the state that a turn brought it into."""
    state = CaseState(turn.state)
    closed_at = None if state in (CaseState.OPEN, CaseState.WAITING) else turn.at
    return replace(case, state=state, state_raw=turn.raw, state_at=turn.at, closed_at=closed_at)


def _given_by(now: datetime, deadlines: Mapping[str, GivenDeadline]) -> Mapping[str, GivenDeadline]:
    return {clock: given for clock, given in deadlines.items() if given.at <= now}


def _instants(case: Case) -> Iterator[datetime]:
    yield from (message.sent_at for message in case.messages)
    yield from (settlement.at for settlement in case.settled.values())
    yield from (turn.at for turn in case.turns)
    yield from (handover.at for handover in case.handovers)
    yield from (promise.made_at for promise in case.promises)
    yield from (given.at for given in case.due_by_platform.values())
    yield from (given.at for given in case.due_by_person.values())
