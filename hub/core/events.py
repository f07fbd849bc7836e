"""What can happen to a case; a case is the sum of its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import singledispatch

from hub.core.model import (
    Author,
    Case,
    CaseState,
    CaseType,
    Direction,
    Message,
    Order,
    Party,
    comparable,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """The case began; `reason` says why it is a case of its own."""

    number: str
    channel: str
    ref: str
    subject: str = ""
    type: CaseType = CaseType.UNKNOWN
    type_raw: str = ""
    customer: Party = Party()
    order: Order | None = None
    url: str = ""
    linked: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """Somebody wrote something; `reason` says why it belongs to this case."""

    message: Message
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MessageReread:
    """A message that could not be read, or was read badly, was read again from its kept original."""

    message: Message


@dataclass(frozen=True, slots=True)
class FactsLearnt:
    """The platform told something new about the case; None means that it said nothing of it."""

    subject: str | None = None
    type: CaseType | None = None
    type_raw: str | None = None
    customer: Party | None = None
    order: Order | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The case was closed, reopened or set waiting, by the person or platform named."""

    state: CaseState
    by: Author
    who: str = ""
    reason: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Somebody took the case, or it was given back (empty `to`)."""

    to: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class ReplyQueued:
    """A person approved a reply; it waits in the outbox under `key`."""

    key: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class ReplyDelivered:
    """The platform took the reply with `key`; the message is what the customer gets."""

    key: str
    message: Message
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReplyStopped:
    """The reply with `key` was not delivered: rejected, uncertain, held or cancelled, and why."""

    key: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Absorbed:
    """Another case turned out to be the same matter; its messages go on here, `settled` ones as settled."""

    number: str
    messages: tuple[Message, ...] = ()
    who: str = ""
    settled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """This case went on as another one."""

    into: str
    who: str = ""


Happening = (
    Opened
    | MessageArrived
    | MessageReread
    | FactsLearnt
    | StateChanged
    | Assigned
    | ReplyQueued
    | ReplyDelivered
    | ReplyStopped
    | Absorbed
    | Merged
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case: at the platform's instant, and when we learnt of it."""

    what: Happening
    at: datetime
    seen_at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", comparable(self.at))
        object.__setattr__(self, "seen_at", comparable(self.seen_at))


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
    case = replace(case, messages=in_order((*case.messages, what.message)))
    return _state_after(what.message, case)


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
    changed = replace(case, state=what.state, state_raw=what.raw, state_at=at, closed_at=None)
    if what.state is not CaseState.CLOSED:
        return changed
    # By ref and not by time: a mail that was on its way when the case was closed is settled by nobody.
    settled = frozenset(m.ref for m in case.messages if m.asks_for_an_answer)
    return replace(changed, closed_at=at, settled=settled)


@_after.register
def _(what: Assigned, case: Case, _at: datetime) -> Case:
    return replace(case, assignee=what.to)


@_after.register
def _(_what: ReplyQueued, case: Case, _at: datetime) -> Case:
    return case


@_after.register
def _(what: ReplyDelivered, case: Case, _at: datetime) -> Case:
    if any(m.ref == what.message.ref for m in case.messages):
        return case
    case = replace(case, messages=in_order((*case.messages, what.message)))
    return _state_after(what.message, case)


@_after.register
def _(_what: ReplyStopped, case: Case, _at: datetime) -> Case:
    return case


@_after.register
def _(what: Absorbed, case: Case, _at: datetime) -> Case:
    known = {m.ref for m in case.messages}
    new = tuple(m for m in what.messages if m.ref not in known)
    case = replace(
        case,
        messages=in_order((*case.messages, *new)),
        linked=(*case.linked, what.number),
        settled=case.settled.union(what.settled),
    )
    for message in new:
        case = _state_after(message, case)
    return case


@_after.register
def _(what: Merged, case: Case, at: datetime) -> Case:
    return replace(case, state=CaseState.MERGED, merged_into=what.into, state_at=at, closed_at=at)


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
