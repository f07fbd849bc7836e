"""From events to the case they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import singledispatch

from hub.core.acted import Acting, absorbing, after_acting, once_told
from hub.core.events import (
    FACTS,
    Absorbed,
    Assigned,
    Classified,
    DeadlineGiven,
    Detected,
    Event,
    FactsLearnt,
    Happening,
    Merged,
    MessageArrived,
    MessageRecalled,
    MessageReread,
    NoReplyNeeded,
    Opened,
    OrderSought,
    OutcomeLearnt,
    OwnerChanged,
    PromiseMade,
    Rated,
    ReplyDelivered,
    StateChanged,
)
from hub.core.evidence_events import OfEvidence
from hub.core.evidence_replay import after_evidence
from hub.core.model import VANISHED, Author, Case, CaseState, CaseType, Direction, Message
from hub.core.ordering import in_order, with_one_more
from hub.core.replied import Replying, after_replying, no_longer_approved
from hub.core.settling import settle, settled_by_sight, settled_by_time, unanswered
from hub.core.taken_back import recall
from hub.core.turns import Ending, GivenDeadline, GivenPromise, Handover, Outcome, Settlement, Sought, Turn

_AN_INSTANT = timedelta(microseconds=1)


def replay(events: Iterable[Event]) -> Case:
    """Build the case that these events, in the order in which they were recorded, add up to."""
    stream = iter(events)
    first = next(stream, None)
    if first is None or not isinstance(first.what, Opened):
        raise ValueError("the first event of a case is its opening")
    case = open_case(first)
    for event in stream:
        case = apply(case, event)
    return case


def open_case(event: Event) -> Case:
    """The case as it stands after its opening event."""
    what = event.what
    if not isinstance(what, Opened):
        raise TypeError(f"a case begins with Opened, not {type(what).__name__}")
    return Case(
        number=what.number,
        channel=what.channel,
        ref=what.ref,
        opened_at=event.at,
        changed_at=event.at,
        subject=what.subject,
        type=what.type,
        type_raw=what.type_raw,
        type_told=what.type,
        customer=what.customer,
        order=what.order,
        url=what.url,
        linked=what.linked,
        turns=(Turn(event.at, CaseState.OPEN),),
        priority=what.priority,
        market=what.market,
        marketplace=what.marketplace,
        about=what.about,
    )


def apply(case: Case, event: Event) -> Case:
    """The case after one more event."""
    changed = _after(event.what, case, event.at)
    return replace(changed, changed_at=max(case.changed_at, event.at))


@singledispatch
def _after(what: Happening, _case: Case, _at: datetime) -> Case:
    raise TypeError(f"a case does not know what to do with {type(what).__name__}")


@_after.register
def _(what: MessageArrived, case: Case, _at: datetime) -> Case:
    return _with(what.message, case)


@_after.register
def _(what: MessageReread, case: Case, _at: datetime) -> Case:
    messages = tuple(what.message if m.ref == what.message.ref else m for m in case.messages)
    case = replace(case, messages=in_order(messages))
    return _state_after(what.message, case)


@_after.register
def _(what: FactsLearnt, case: Case, _at: datetime) -> Case:
    told = {name: getattr(what, name) for name in FACTS if getattr(what, name) is not None}
    case = replace(case, type_told=told.get("type", case.type_told))
    if case.classified or case.detected:
        told.pop("type", None)
    if case.order and what.order and what.order.number != case.order.number:
        case = replace(case, sought=None)
    return replace(case, about=what.about or case.about, **told)


@_after.register
def _(what: Detected, case: Case, _at: datetime) -> Case:
    return case if case.classified else replace(case, type=CaseType(what.detection.type), detected=what.detection)


@_after.register
def _(_what: OrderSought, case: Case, at: datetime) -> Case:
    return replace(case, sought=Sought(case.sought.times + 1 if case.sought else 1, at))


@_after.register
def _(what: MessageRecalled, case: Case, at: datetime) -> Case:
    waited = {m.ref for m in case.messages if m.asks_for_an_answer and m.ref == what.ref}
    case = settle(case, [Settlement(ref, at, Ending.RECALLED) for ref in waited])
    return recall(case, what.ref)


@_after.register
def _(what: Classified, case: Case, _at: datetime) -> Case:
    priority = case.priority if what.priority is None else what.priority
    if what.type is None:
        return replace(case, priority=priority)
    return replace(case, type=what.type, priority=priority, classified=True, detected=None)


@_after.register
def _(what: StateChanged, case: Case, at: datetime) -> Case:
    if what.state is CaseState.CLOSED:
        return _closed(case, at, what.raw)
    opened = _turned(case, at, what.state, what.raw)
    if what.state is CaseState.OPEN and (what.by is Author.SELLER or case.state_raw == VANISHED):
        again = unanswered(case)
        return replace(opened, settled={ref: since for ref, since in case.settled.items() if ref not in again})
    return opened


@_after.register
def _(what: OwnerChanged, case: Case, at: datetime) -> Case:
    handovers = sorted((*case.handovers, Handover(at, what.to, what.who)), key=lambda handover: handover.at)
    return replace(case, handovers=tuple(handovers))


@_after.register
def _(what: NoReplyNeeded, case: Case, at: datetime) -> Case:
    known = {m.ref for m in case.messages}
    case = settle(case, [Settlement(ref, at, Ending.NOT_NEEDED) for ref in what.refs if ref in known])
    if case.state is CaseState.OPEN and case.waiting_since is None:
        return _turned(case, at, CaseState.WAITING)
    return case


@_after.register
def _(what: PromiseMade, case: Case, at: datetime) -> Case:
    return _promising(case, (GivenPromise(what.key, at, what.due),))


@_after.register
def _(what: DeadlineGiven, case: Case, at: datetime) -> Case:
    before = case.due_by_platform if what.by is Author.PLATFORM else case.due_by_person
    given = {clock: due for clock, due in before.items() if clock != what.clock}
    if what.due is not None:
        given[what.clock] = GivenDeadline(what.clock, what.due, at, what.who, what.why)
    if what.by is Author.PLATFORM:
        return replace(case, due_by_platform=given)
    return replace(case, due_by_person=given)


@_after.register
def _(what: OutcomeLearnt, case: Case, at: datetime) -> Case:
    return replace(case, outcomes=(*case.outcomes, Outcome(at, what.what)))


@_after.register
def _(what: Rated, case: Case, at: datetime) -> Case:
    return replace(case, rating=what.rating, rated_at=at)


@_after.register
def _(what: Assigned, case: Case, _at: datetime) -> Case:
    return replace(case, assignee=what.to)


@_after.register
def _(what: Replying, case: Case, at: datetime) -> Case:
    return after_replying(what, case, at, _after)


@_after.register
def _(what: ReplyDelivered, case: Case, at: datetime) -> Case:
    if any(m.ref == what.message.ref for m in case.messages):
        return case
    answered = settled_by_sight(what.after, what.message, case) or settled_by_time(what.message, case)
    seen = case.approved.get(what.key, answered.keys())
    if not any(m.ref in what.message.thread_keys for m in case.messages):
        # Else the platform has told of it before its receipt came, and it is one message.
        case = replace(case, messages=with_one_more(case.messages, what.message))
    case = settle(case, (settled for ref, settled in answered.items() if ref in seen))
    case = no_longer_approved(what.key, case)
    case = _state_after(what.message, case)
    return _closed(case, at) if what.then_close and case.is_open and case.waiting_since is None else case


@_after.register
def _(what: Absorbed, case: Case, at: datetime) -> Case:
    known = {m.ref for m in case.messages}
    new = tuple(m for m in what.messages if m.ref not in known)
    bare = [Settlement(ref, at) for ref in what.settled]
    case = _promising(settle(replace(case, linked=(*case.linked, what.number)), bare), what.promises)
    case = settle(case, what.settlements)
    for message in new:
        case = _with(message, case)
    return absorbing(what, case)


@_after.register
def _(what: Merged, case: Case, at: datetime) -> Case:
    return replace(_turned(case, at, CaseState.MERGED, case.state_raw), merged_into=what.into, closed_at=at)


@_after.register
def _(what: Acting, case: Case, at: datetime) -> Case:
    return after_acting(what, case, at, _after)


@_after.register
def _(what: OfEvidence, case: Case, at: datetime) -> Case:
    return after_evidence(what, case, at)


def _with(message: Message, case: Case) -> Case:
    # What the hub sent comes here by a merge, and what it answers with the settlements: its writer had seen no more.
    answered = {} if message.from_outbox else settled_by_time(message, case)
    case = settle(once_told(message, case), answered.values())
    return _state_after(message, replace(case, messages=with_one_more(case.messages, message)))


def _opened_by(message: Message, case: Case) -> Case:
    """The case open because of a message: one that was on its way when the case was closed opens it after that."""
    if case.state is CaseState.OPEN:
        return _turned(case, message.sent_at, CaseState.OPEN, case.state_raw)
    return _turned(case, max(message.sent_at, case.turns[-1].at + _AN_INSTANT), CaseState.OPEN)


def _closed(case: Case, at: datetime, raw: str = "") -> Case:
    # By ref and not by time: a mail that was on its way when the case was closed is settled by nobody.
    waiting = [m.ref for m in case.messages if m.asks_for_an_answer and m.ref not in case.settled]
    case = settle(case, [Settlement(ref, at, Ending.CLOSED) for ref in waiting])
    return replace(_turned(case, at, CaseState.CLOSED, raw), closed_at=at)


def _turned(case: Case, at: datetime, state: CaseState, raw: str = "") -> Case:
    """The case in another state from an instant on; what becomes known late takes its place among the turns."""
    if (state, raw) == (case.state, case.state_raw):
        # It never goes back: else an older word of the platform would pass for a newer one.
        return replace(case, state_at=max(case.state_at or at, at), closed_at=None)
    changed = replace(case, state=state, state_raw=raw, state_at=at, closed_at=None)
    return replace(changed, turns=tuple(sorted((*case.turns, Turn(at, state, raw)), key=lambda turn: turn.at)))


def _promising(case: Case, promises: Iterable[GivenPromise]) -> Case:
    known = {promise.key for promise in case.promises}
    new = (promise for promise in promises if promise.key not in known)
    return replace(case, promises=tuple(sorted((*case.promises, *new), key=lambda promise: promise.made_at)))


def _state_after(message: Message, case: Case) -> Case:
    """A person's message opens the case again, an answer to the newest one sets it waiting, a robot's does neither."""
    if case.state is CaseState.MERGED or message.direction is Direction.NOTE:
        return case
    if message.asks_for_an_answer:
        reopened = _opened_by(message, case)
        return reopened if reopened.waiting_since else case
    if message.answers and case.state is CaseState.OPEN and case.waiting_since is None:
        # Never before its last turn: where it stands now and what its turns say would part ways.
        return _turned(case, max(message.sent_at, case.turns[-1].at), CaseState.WAITING)
    return case
