"""What of the things a platform says of a case is news: told again at every reading, most of it is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hub.core.enriching import with_what_is_known
from hub.core.events import (
    FACTS,
    DeadlineGiven,
    FactsLearnt,
    Happening,
    OutcomeLearnt,
    OwnerChanged,
    Rated,
    StateChanged,
)
from hub.core.incoming import CaseUpdate
from hub.core.model import VANISHED, Author, Case, CaseState, comparable
from hub.core.turns import Owner

News = Iterator[tuple[Happening, datetime]]
"""What happened, with the platform's instant of it."""


def new_facts(case: Case, update: CaseUpdate, now: datetime) -> News:
    """What the platform tells anew of what the case is about."""
    told = {name: getattr(update, name) for name in FACTS if getattr(update, name) is not None}
    if update.order is not None:
        told["order"] = with_what_is_known(update.order, case.order)
    # Its own word for the type is told again, whatever a person or the hub takes the case for.
    known = {name: getattr(case, name) for name in FACTS} | {"type": case.type_told}
    news = {name: value for name, value in told.items() if value != known[name]}
    if news:
        yield FactsLearnt(**news), now


def new_state(case: Case, update: CaseUpdate, now: datetime) -> News:
    """The state that the platform tells, where it is newer than what is known."""
    if update.state is None and case.state_raw == VANISHED:
        # A platform whose cases have no state says by listing it that it is there.
        yield StateChanged(CaseState.OPEN, Author.PLATFORM), now
        return
    same = update.state is case.state and update.state_raw == case.state_raw
    if update.state is None or update.state_at is None or same:
        return
    if case.state_raw == VANISHED and case.state_at is not None:
        # The list has it again, which is news however old its own word is.
        yield StateChanged(update.state, Author.PLATFORM, raw=update.state_raw), max(update.state_at, now)
        return
    # Told again, an older word would undo what a person here or a newer message has done since.
    if case.state_at is not None and update.state_at < case.state_at:
        return
    yield StateChanged(update.state, Author.PLATFORM, raw=update.state_raw), update.state_at


def new_for_clocks(case: Case, update: CaseUpdate, now: datetime) -> News:
    """What else clocks run by, where the platform tells something new of it."""
    if update.owner and update.owner_at and _is_handed_over(case, update.owner, update.owner_at):
        yield OwnerChanged(update.owner, Author.PLATFORM), update.owner_at
    for clock, told in (update.deadlines or {}).items():
        known, due = case.due_by_platform.get(clock), _given(told)
        if due != (known.due if known else None):
            yield DeadlineGiven(clock, due, Author.PLATFORM), now
    if update.outcome and update.outcome_at and update.outcome not in {outcome.what for outcome in case.outcomes}:
        yield OutcomeLearnt(update.outcome), update.outcome_at
    if update.rating is not None and update.rated_at is not None and update.rating != case.rating:
        yield Rated(update.rating), update.rated_at


def _is_handed_over(case: Case, to: Owner, at: datetime) -> bool:
    """Whether a handover is news: one that a later one undid is told again at every reading."""
    if not case.handovers and to is Owner.SELLER:
        return at > case.opened_at
    return to is not case.owner and all((old.to, old.at) != (to, comparable(at)) for old in case.handovers)


def _given(due: datetime | None) -> datetime | None:
    """The deadline that a platform gives, as it is kept; the end of 9999, which some write for none, is none."""
    return comparable(due) if due is not None and 1970 <= due.year < 9000 else None
