"""What becomes of a case by its replies on their way, besides their delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hub.core.acted import After
from hub.core.events import (
    ApprovalWanted,
    ReplyApproved,
    ReplyBounced,
    ReplyEdited,
    ReplyQueued,
    ReplyStopped,
    StateChanged,
)
from hub.core.model import Author, Case, CaseState
from hub.core.taken_back import reopened_at, unanswered_again

Replying = ReplyQueued | ReplyEdited | ReplyStopped | ReplyBounced | ApprovalWanted | ReplyApproved
"""What happens to a reply but for its delivery."""


def after_replying(what: Replying, case: Case, at: datetime, after: After) -> Case:
    """The case after it; `after` tells what else that brings about."""
    match what:
        case ReplyQueued() | ReplyEdited():
            return _approved(what, case)
        case ReplyStopped(state="held"):
            # Whoever lets a held reply go has read on; any other may yet turn out delivered as it was approved.
            return no_longer_approved(what.key, case)
        case ReplyBounced() if case.state is not CaseState.MERGED:
            opened = StateChanged(CaseState.OPEN, Author.PLATFORM, reason=what.reason)
            return after(opened, unanswered_again(case, what), reopened_at(case, at))
        case ReplyBounced():
            return unanswered_again(case, what)
        case _:  # the outbox holds and sends; what the writer had seen stays what it was
            return case


def no_longer_approved(key: str, case: Case) -> Case:
    """The case without what the writer of a reply had seen."""
    return replace(case, approved={other: asked for other, asked in case.approved.items() if other != key})


def _approved(what: ReplyQueued | ReplyEdited, case: Case) -> Case:
    """One may come later and yet be older, by a merge or out of the junk folder: the reply does not answer that."""
    asked = frozenset(m.ref for m in case.messages if m.asks_for_an_answer)
    before = case.approved if isinstance(what, ReplyQueued) else {}
    return replace(case, approved={**case.approved, what.key: before.get(what.key, asked)})
