"""What a person says of a case that its clocks run by: what it is about, whether it needs a reply, and by when."""

from __future__ import annotations

from datetime import datetime

from hub.core.acts import changed, require_unmerged
from hub.core.events import Classified, DeadlineGiven, NoReplyNeeded
from hub.core.merge import Change
from hub.core.model import Author, Case, CaseType
from hub.core.policy import ClockName
from hub.core.readings import Evaluation
from hub.errors import Refused


def classify(case: Case, kind: CaseType | None, priority: str | None, who: str, now: datetime) -> Change:
    """Say what type of case this is, or how urgent (empty: not at all); the platform does not change it again."""
    require_unmerged(case)
    if kind is None and priority is None:
        raise Refused("Nothing was said of the case; give --type, --priority or both.")
    return changed(case, now, Classified(kind, priority, who))


def need_no_reply(case: Case, reason: str, who: str, now: datetime) -> Change:
    """Say that what the customer wrote needs no answer, such as a word of thanks: its clock ends, the case stays."""
    require_unmerged(case)
    refs = tuple(m.ref for m in case.messages if m.asks_for_an_answer and m.ref not in case.settled)
    if not refs:
        raise Refused(f"Nobody waits for an answer in {case.number}; there is nothing to settle.")
    return changed(case, now, NoReplyNeeded(refs, who, reason))


def set_due(case: Case, evaluation: Evaluation, clock: str, due: datetime, why: str, who: str, now: datetime) -> Change:
    """Set a clock's due instant by hand; who did it and why is kept and shown wherever the deadline is."""
    require_unmerged(case)
    if not why.strip():
        raise Refused("A deadline that is set by hand says why; give --why.")
    if clock == ClockName.PROMISE.value:
        raise Refused("A promise is due when the customer was told it is; answer in time, or tell the customer anew.")
    running = sorted({reading.clock.value for reading in evaluation.clocks if reading.is_open})
    if clock not in running:
        there_are = ", ".join(running) or "none at all"
        raise Refused(f"No clock {clock} is running in {case.number}; there is {there_are}.")
    return changed(case, now, DeadlineGiven(clock, due, Author.SELLER, who, why.strip()))


def take_back_due(case: Case, clock: str, why: str, who: str, now: datetime) -> Change:
    """Let the rule say again by when a clock is due."""
    require_unmerged(case)
    if clock not in case.due_by_person:
        raise Refused(f"Nobody set the {clock} deadline of {case.number} by hand.")
    return changed(case, now, DeadlineGiven(clock, None, Author.SELLER, who, why.strip()))
