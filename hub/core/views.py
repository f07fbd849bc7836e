"""The views of the inbox: which cases a person looks at together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.core.model import CaseState
from hub.core.records import CaseFilter, ListOrder
from hub.core.reply import Hold, ReplyState

SOON = timedelta(hours=2)
"""What is due within this time presses."""

_DEADLINES_ARE_SECONDS = timedelta(seconds=1)
# A reply that failed is looked at also where its case was closed meanwhile.
_ANY_OWN = frozenset({CaseState.OPEN, CaseState.WAITING, CaseState.CLOSED})


@dataclass(frozen=True, slots=True)
class View:
    """A list of cases with a name that stays the same."""

    key: str
    wanted: CaseFilter


def inbox_views(now: datetime, who: str) -> tuple[View, ...]:
    """The views of the inbox as a person sees them at an instant, in their order; `mine` only for somebody."""
    soon = CaseFilter(due_from=now, due_before=now + SOON + _DEADLINES_ARE_SECONDS)
    return (
        *((View("mine", CaseFilter(assignee=who)),) if who else ()),
        View("unassigned", CaseFilter(unassigned=True)),
        View("due_soon", soon),
        View("late", CaseFilter(due_before=now)),
        View("waiting", CaseFilter(states=frozenset({CaseState.WAITING}))),
        View("tasks", CaseFilter(task=True)),
        View("failed", _with_replies(ReplyState.FAILED, ReplyState.REJECTED)),
        View("uncertain", _with_replies(ReplyState.UNCERTAIN)),
        View("approval", CaseFilter(states=_ANY_OWN, reply_holds=frozenset({Hold.APPROVAL}))),
        View("open", CaseFilter()),
        View("closed", CaseFilter(states=frozenset({CaseState.CLOSED}), order=ListOrder.NEWEST)),
    )


def _with_replies(*states: ReplyState) -> CaseFilter:
    return CaseFilter(states=_ANY_OWN, reply_states=frozenset(states))
