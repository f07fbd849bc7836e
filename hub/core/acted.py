"""What an act on the platform, a portal task or an answer given there does to a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hub.core.events import (
    Absorbed,
    Acted,
    Happening,
    MessageArrived,
    OwnerChanged,
    PortalTaskDone,
    PortalTaskGiven,
    StateChanged,
)
from hub.core.model import FROM_OUTBOX, Author, Case, CaseState, Direction, Message, Party
from hub.core.platform_acts import Act, ActKind, in_words
from hub.core.portal import STATED, Decision, PortalTask
from hub.core.turns import Owner

Acting = Acted | PortalTaskGiven | PortalTaskDone
"""What a person did, or has to do, on the platform itself."""

After = Callable[[Happening, Case, datetime], Case]
"""The case after something else that happened."""

TO_PLATFORM = "to the platform"
"""The label of a note that the platform's staff reads."""


def effects(
    act: Act, key: str, who: str, text: str, at: datetime, reason: str = "", ref: str = ""
) -> tuple[Happening, ...]:
    """What the case is told of an act that was done, besides what was written to the customer.

    `ref` is the platform's own reference, by which a note is known when the platform lists it.
    """
    if act.kind is ActKind.MARK_READ:
        return ()
    reason = text.strip() if act.kind is ActKind.HAND_OVER else reason
    done = Acted(key, act, who, reason)
    if act.kind is not ActKind.NOTE:
        return (done,)
    note = note_for_platform(key, who, text, at)
    return (done, MessageArrived(replace(note, thread_keys=(ref,)) if ref else note))


def note_for_platform(key: str, who: str, text: str, at: datetime, *labels: str) -> Message:
    """A note for the platform's staff as a message of its case."""
    return Message(
        ref=FROM_OUTBOX + key,
        author=Author.SELLER,
        direction=Direction.NOTE,
        sent_at=at,
        text=text.strip(),
        sender=Party(name=who),
        labels=(TO_PLATFORM, *labels),
    )


def after_acting(what: Acting, case: Case, at: datetime, after: After) -> Case:
    """The case after an act or a change of its portal tasks; `after` tells what its parts do to it."""
    if isinstance(what, Acted):
        return _after_act(what, case, at, after)
    if isinstance(what, PortalTaskDone):
        return replace(case, portal_tasks=tuple(_ticked_off(what, task, at) for task in case.portal_tasks))
    if any(task.key == what.key for task in case.portal_tasks):
        return case
    task = PortalTask(
        what.key, what.kind, what.what, what.step, at, what.url, what.who, what.text, what.word, what.then_close
    )
    return replace(case, portal_tasks=(*case.portal_tasks, task))


def absorbing(what: Absorbed, case: Case) -> Case:
    """The case with the decisions, portal tasks and evidence of one that it took up."""
    decisions, tasks = (*case.decisions, *what.decisions), (*case.portal_tasks, *what.portal_tasks)
    evidence = (*case.evidence, *(one for one in what.evidence if one not in case.evidence))
    return replace(case, decisions=decisions, portal_tasks=tasks, evidence=evidence)


def once_told(message: Message, case: Case) -> Case:
    """The case before a true answer of the seller joins it: what a person had stated of it becomes a mere note.

    What the stated answer settled stays settled since then; the answer is told and counted once.
    """
    if not message.answers or message.from_outbox or STATED in message.labels:
        return case
    asked = [m.sent_at for m in case.messages if m.asks_for_an_answer]

    def is_same(stated: Message) -> bool:
        first, last = sorted((stated.sent_at, message.sent_at))
        return STATED in stated.labels and stated.answers and not any(first < at <= last for at in asked)

    if not any(map(is_same, case.messages)):
        return case
    notes = (replace(m, direction=Direction.NOTE) if is_same(m) else m for m in case.messages)
    return replace(case, messages=tuple(notes))


def _after_act(what: Acted, case: Case, at: datetime, after: After) -> Case:
    # What was written to the customer with it has settled what its writer had seen.
    seen = case.approved.get(what.key, frozenset())
    case = replace(case, approved={key: asked for key, asked in case.approved.items() if key != what.key})
    if what.act.kind is ActKind.DECIDE and all(known.key != what.key for known in case.decisions):
        act = what.act
        said = in_words(act).removeprefix("decide ")
        decided = Decision(what.key, at, act.word, said, act.item, what.who, what.stated, act.rejects)
        case = replace(case, decisions=(*case.decisions, decided))
    effect = _effect(what, case, seen)
    return case if effect is None else after(effect, case, at)


def _effect(what: Acted, case: Case, seen: frozenset[str]) -> Happening | None:
    kind = what.act.kind
    if case.state is CaseState.MERGED:
        return None
    if kind is ActKind.HAND_OVER:
        return OwnerChanged(Owner.PLATFORM, Author.SELLER, what.who, what.reason)
    if kind is ActKind.CLOSE and case.is_open and not _asked_since(case, seen):
        return StateChanged(CaseState.CLOSED, Author.SELLER, what.who, what.reason)
    if kind is ActKind.REOPEN and not case.is_open:
        return StateChanged(CaseState.OPEN, Author.SELLER, what.who, what.reason)
    return None


def _asked_since(case: Case, seen: frozenset[str]) -> bool:
    """Whether a customer waits with something that was not there when the act was approved; it may take hours."""
    waiting = {m.ref for m in case.messages if m.asks_for_an_answer and m.ref not in case.settled}
    return not waiting <= seen


def _ticked_off(what: PortalTaskDone, task: PortalTask, at: datetime) -> PortalTask:
    if task.key != what.key or not task.is_open:
        return task
    return replace(task, done_at=at, done_by=what.who, comment=what.comment, dropped=what.dropped)
