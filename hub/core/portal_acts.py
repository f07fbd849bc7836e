"""What a person does on the platform's own pages, and says here: portal tasks, and answers that were given there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce

from hub.core.acted import note_for_platform
from hub.core.acts import require_unmerged
from hub.core.events import (
    Acted,
    Event,
    Happening,
    MessageArrived,
    PortalTaskDone,
    PortalTaskGiven,
    StateChanged,
)
from hub.core.merge import Change
from hub.core.model import Author, Case, CaseState, Direction, Message, Party
from hub.core.platform_acts import Act, ActKind
from hub.core.portal import STATED, PortalTask
from hub.core.replay import apply
from hub.errors import NotFound, Refused

_A_MINUTE = timedelta(minutes=1)
REPLY = "reply"
"""The kind of the task to write to the customer, which is no act; the other kinds are those of acts."""


def give_task(case: Case, task: PortalTask, now: datetime) -> Change:
    """Keep that a person wants something done that only a person can do; the same thing is not wanted twice."""
    require_unmerged(case)
    for known in case.open_tasks:
        same = known.kind != ActKind.DECIDE or known.what == task.what  # of another item, say, it is another decision
        if same and (known.kind, known.word, known.text) == (task.kind, task.word, task.text):
            raise Refused(
                f"{case.number} has that task already: {known.what} ({known.key}). When it is done, "
                f"`casehub done {case.number}` ticks it off."
            )
    given = PortalTaskGiven(
        task.key, task.kind, task.what, task.step, task.url, task.who, task.text, task.word, task.then_close
    )
    return _happened(case, now, now, given)


def tick_off(case: Case, key: str, who: str, at: datetime, now: datetime, comment: str = "") -> Change:
    """Say that a portal task was done at an instant: here it has the effect that the act would have had."""
    require_unmerged(case)
    task = find_task(case, key)
    asked = case.waiting_since if task.kind == REPLY else None
    since, what = (asked, "the customer wrote") if asked else (case.opened_at, "the case was opened")
    at = _possible_instant(since, at, now, f"{what} in {case.number}")
    done = PortalTaskDone(task.key, who, comment.strip())
    return _happened(case, at, now, *_effects(case, task, who, at), done)


def drop_task(case: Case, key: str, who: str, now: datetime, comment: str = "") -> Change:
    """Say that nobody needs to do a portal task any more; nothing else changes."""
    require_unmerged(case)
    task = find_task(case, key)
    return _happened(case, now, now, PortalTaskDone(task.key, who, comment.strip(), dropped=True))


def find_task(case: Case, key: str = "") -> PortalTask:
    """The open portal task whose key begins so, or the only one there is."""
    found = [task for task in case.open_tasks if task.key.startswith(key.lower())]
    if len(found) == 1:
        return found[0]
    there_are = ", ".join(f"{task.key} ({task.what})" for task in case.open_tasks)
    if not there_are:
        raise NotFound(f"{case.number} has nothing to do in a portal; `casehub tasks` lists what there is.")
    if not found:
        raise NotFound(f"{case.number} has no open task {key!r}; there is {there_are}.")
    raise Refused(f"{case.number} has {len(found)} tasks that may be meant; name one of {there_are}.")


def answered(case: Case, key: str, text: str, who: str, at: datetime, now: datetime) -> Change:
    """Say that the customer was answered on the platform itself: nobody waits any more since then.

    If somebody was to write an answer there, that is done with it.
    """
    require_unmerged(case)
    since = case.waiting_since
    if since is None:
        raise Refused(f"Nobody waits for an answer in {case.number}; there is nothing to tick off.")
    at = _possible_instant(since, at, now, f"the customer wrote in {case.number}")
    wanted = [task for task in case.open_tasks if task.kind == REPLY]
    text = text.strip() or (wanted[0].text if len(wanted) == 1 else "")
    said = MessageArrived(_stated(key, text, who, at), f"says {who}")
    return _happened(case, at, now, said, *(PortalTaskDone(task.key, who) for task in wanted))


def _possible_instant(since: datetime, at: datetime, now: datetime, what: str) -> datetime:
    """The instant at which something was done; whoever says the minute means no second before what came first."""
    if at > now:
        raise Refused(f"{_utc(at)} is still to come; say when it was done, not when it will be.")
    if since - _A_MINUTE < at < since:
        return since
    if at < since:
        raise Refused(f"{_utc(at)} is before {what}, {_utc(since)}; check --at.")
    return at


def _effects(case: Case, task: PortalTask, who: str, at: datetime) -> Iterator[Happening]:
    """What a task that was done does here; closing and opening have happened here when they were wanted."""
    reason = f"done in the portal, says {who}"
    if task.kind == REPLY:
        # What the platform has told already is not told once more.
        if not _is_told(case, task):
            yield MessageArrived(_stated(task.key, task.text, who, at), f"says {who}")
        if task.then_close and not _waits_with_more(case, at):
            yield StateChanged(CaseState.CLOSED, Author.SELLER, who, reason)
    elif task.kind == ActKind.NOTE:
        yield MessageArrived(_stated_note(task, who, at), f"says {who}")
    elif task.kind in (ActKind.DECIDE, ActKind.HAND_OVER):
        told = f"{reason}: {task.text}" if task.text and task.kind == ActKind.HAND_OVER else reason
        if task.kind == ActKind.DECIDE and task.text:
            yield MessageArrived(_stated(task.key, task.text, who, at), f"says {who}")
        yield Acted(task.key, Act(ActKind(task.kind), task.word), who, told, stated=True)


def _is_told(case: Case, task: PortalTask) -> bool:
    true = (m.sent_at for m in case.messages if m.answers and STATED not in m.labels and not m.from_outbox)
    return case.waiting_since is None and any(at >= task.given_at for at in true)


def _waits_with_more(case: Case, at: datetime) -> bool:
    return any(m.asks_for_an_answer and m.ref not in case.settled and m.sent_at > at for m in case.messages)


def _stated(key: str, text: str, who: str, at: datetime) -> Message:
    return Message(
        ref=f"{STATED}:{key}",
        author=Author.SELLER,
        direction=Direction.OUTBOUND,
        sent_at=at,
        text=text.strip() or f"Answered on the platform, says {who}.",
        sender=Party(name=who),
        labels=(STATED,),
    )


def _stated_note(task: PortalTask, who: str, at: datetime) -> Message:
    return replace(note_for_platform(task.key, who, task.text, at, STATED), ref=f"{STATED}:{task.key}")


def _happened(case: Case, at: datetime, now: datetime, *happened: Happening) -> Change:
    events = tuple(Event(what, at, now) for what in happened)
    return Change(reduce(apply, events, case), events)


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
