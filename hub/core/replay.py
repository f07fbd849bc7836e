"""From events to the case they add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import singledispatch

from hub.core.events import (
    Absorbed,
    Assigned,
    Event,
    FactsLearnt,
    Happening,
    Merged,
    MessageArrived,
    MessageReread,
    Opened,
    ReplyDelivered,
    ReplyQueued,
    ReplyStopped,
    StateChanged,
)
from hub.core.model import Author, Case, CaseState, Direction, Message


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
        customer=what.customer,
        order=what.order,
        url=what.url,
        linked=what.linked,
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
    names = ("subject", "type", "type_raw", "customer", "order", "url")
    told = {name: getattr(what, name) for name in names if getattr(what, name) is not None}
    return replace(case, **told)


@_after.register
def _(what: StateChanged, case: Case, at: datetime) -> Case:
    if what.state is CaseState.CLOSED:
        return _closed(case, at, what.raw)
    opened = replace(case, state=what.state, state_raw=what.raw, state_at=at, closed_at=None)
    if what.state is CaseState.OPEN and what.by is Author.SELLER:
        return replace(opened, settled=case.settled - _unanswered(case))
    return opened


@_after.register
def _(what: Assigned, case: Case, _at: datetime) -> Case:
    return replace(case, assignee=what.to)


@_after.register
def _(what: ReplyQueued, case: Case, _at: datetime) -> Case:
    # A question may come later and yet be older, by a merge or out of the junk folder: this reply does not answer it.
    asked = frozenset(m.ref for m in case.messages if m.asks_for_an_answer)
    return replace(case, approved={what.key: asked, **case.approved})


@_after.register
def _(what: ReplyDelivered, case: Case, at: datetime) -> Case:
    if any(m.ref == what.message.ref for m in case.messages):
        return case
    answered = _seen(what.after, case) or _settled_by_time(what.message, case)
    settled = case.settled | (answered & case.approved.get(what.key, answered))
    case = replace(case, messages=in_order((*case.messages, what.message)), settled=settled)
    case = _no_longer_approved(what.key, case)
    case = _state_after(what.message, case)
    return _closed(case, at) if what.then_close and case.is_open and case.waiting_since is None else case


@_after.register
def _(what: ReplyStopped, case: Case, _at: datetime) -> Case:
    # Whoever lets a held reply go has read on; any other may yet turn out to be delivered as it was approved.
    return _no_longer_approved(what.key, case) if what.state == "held" else case


@_after.register
def _(what: Absorbed, case: Case, _at: datetime) -> Case:
    known = {m.ref for m in case.messages}
    new = tuple(m for m in what.messages if m.ref not in known)
    case = replace(case, linked=(*case.linked, what.number), settled=case.settled.union(what.settled))
    for message in new:
        case = _with(message, case)
    return case


@_after.register
def _(what: Merged, case: Case, at: datetime) -> Case:
    return replace(case, state=CaseState.MERGED, merged_into=what.into, state_at=at, closed_at=at)


def _no_longer_approved(key: str, case: Case) -> Case:
    return replace(case, approved={other: asked for other, asked in case.approved.items() if other != key})


def _with(message: Message, case: Case) -> Case:
    settled = case.settled | _settled_by_time(message, case)
    return _state_after(message, replace(case, messages=in_order((*case.messages, message)), settled=settled))


def _closed(case: Case, at: datetime, raw: str = "") -> Case:
    # By ref and not by time: a mail that was on its way when the case was closed is settled by nobody.
    settled = case.settled | {m.ref for m in case.messages if m.asks_for_an_answer}
    return replace(case, state=CaseState.CLOSED, state_raw=raw, state_at=at, closed_at=at, settled=settled)


def _unanswered(case: Case) -> frozenset[str]:
    """What the customer wrote after the last answer: whoever opens a closed case again takes it up again."""
    last = max((place for place, m in enumerate(case.messages) if m.answers), default=-1)
    return frozenset(m.ref for m in case.messages[last + 1 :] if m.asks_for_an_answer)


def _seen(after: str, case: Case) -> frozenset[str]:
    """What somebody had seen to whom the message with the ref `after` was the newest; nothing if it is not here."""
    place = next((place for place, m in enumerate(case.messages) if m.ref == after), -1)
    return frozenset(m.ref for m in case.messages[: place + 1] if m.asks_for_an_answer)


def _settled_by_time(message: Message, case: Case) -> frozenset[str]:
    """What a message settles where only the platform's instants tell: an answer, all that was written before it.

    A question that becomes known late is settled by an answer that was given after it, unless the hub sent that: its
    writer had not seen the question.
    """
    if message.answers:
        return frozenset(m.ref for m in case.messages if m.asks_for_an_answer and m.sent_at <= message.sent_at)
    given = (m for m in case.messages if m.answers and not m.from_outbox)
    late = message.asks_for_an_answer and any(m.sent_at > message.sent_at for m in given)
    return frozenset({message.ref} if late else ())


def in_order(messages: Iterable[Message]) -> tuple[Message, ...]:
    """The messages by the platform's instant; equal instants keep the order in which they were learnt."""
    return tuple(sorted(messages, key=_sent_at))


_sent_at: Callable[[Message], datetime] = lambda message: message.sent_at  # noqa: E731  a key used in a hot loop


def _state_after(message: Message, case: Case) -> Case:
    """A person's message opens the case again, an answer to the newest one sets it waiting, a robot's does neither."""
    if case.state is CaseState.MERGED or message.direction is Direction.NOTE:
        return case
    if message.asks_for_an_answer:
        reopened = replace(case, state=CaseState.OPEN, state_at=message.sent_at, closed_at=None)
        return reopened if reopened.waiting_since else case
    if message.answers and case.state is CaseState.OPEN and case.waiting_since is None:
        return replace(case, state=CaseState.WAITING, state_at=message.sent_at)
    return case
