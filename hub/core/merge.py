"""Known cases + what a platform says now -> changes; the one place where intake becomes events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.core.about import opened_about
from hub.core.events import (
    FACTS,
    DeadlineGiven,
    Event,
    FactsLearnt,
    Happening,
    MessageArrived,
    Opened,
    OutcomeLearnt,
    OwnerChanged,
    Rated,
    StateChanged,
)
from hub.core.incoming import CaseUpdate, Incoming, IncomingMessage, OwnEcho
from hub.core.matching import KnownThreads, Match, MatchingRules, match
from hub.core.model import Author, Case, CaseType, Direction, Message, Order, Party, comparable, original_key
from hub.core.outbox import Reply, ReplyState, as_message, delivered
from hub.core.replay import apply, open_case
from hub.core.turns import Owner


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one case: the new events, and the case as it stands after them."""

    case: Case
    events: tuple[Event, ...]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """What a batch could point at: the store looks all of it up at once."""

    case_refs: frozenset[str] = frozenset()
    message_refs: frozenset[str] = frozenset()
    thread_keys: frozenset[str] = frozenset()
    case_numbers: frozenset[str] = frozenset()
    reply_keys: frozenset[str] = frozenset()


@dataclass
class Known:
    """What the store holds of the keys of a batch; merging adds to it as it goes along."""

    threads: KnownThreads = field(default_factory=KnownThreads)
    by_ref: dict[str, str] = field(default_factory=dict)
    message_refs: set[str] = field(default_factory=set)
    replies: dict[str, Reply] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MergeResult:
    """All that a batch changes: cases, and replies that turned out to be delivered."""

    changes: tuple[Change, ...]
    delivered: tuple[str, ...] = ()
    new_messages: int = 0


def keys_of(items: Iterable[Incoming]) -> Keys:
    """Everything the items of a batch could point at."""
    refs: set[str] = set()
    messages: set[str] = set()
    threads: set[str] = set()
    numbers: set[str] = set()
    replies: set[str] = set()
    for item in items:
        if isinstance(item, CaseUpdate):
            refs.add(item.ref)
            messages.update(message.ref for message in item.messages)
        elif isinstance(item, OwnEcho):
            replies.add(item.key)
            numbers.add(item.case_number)
        else:
            refs.add(item.message.ref)
            messages.add(item.message.ref)
            values = {clue.value for clue in item.clues}
            threads |= values
            if item.message.raw:
                threads.add(original_key(item.message.raw))
            numbers |= values
    return Keys(*(frozenset(found) for found in (refs, messages, threads, numbers, replies)))


def merge_batch(
    items: Iterable[Incoming],
    known: Known,
    channel: str,
    now: datetime,
    next_number: Callable[[], str],
    rules: MatchingRules | None = None,
) -> MergeResult:
    """Turn what a channel brought into events; what is known already changes nothing."""
    merging = _Merging(known, channel, now, next_number, rules or MatchingRules())
    for item in items:
        merging.take(item)
    return merging.result()


class _Merging:
    """The state of merging one batch: which cases have got which events so far."""

    def __init__(
        self, known: Known, channel: str, now: datetime, next_number: Callable[[], str], rules: MatchingRules
    ) -> None:
        self._known, self._channel, self._now = known, channel, now
        self._next_number, self._rules = next_number, rules
        self._events: dict[str, list[Event]] = {}
        self._new: set[str] = set()
        self._delivered: list[str] = []
        self._messages = 0

    def take(self, item: Incoming) -> None:
        if isinstance(item, CaseUpdate):
            self._take_update(item)
        elif isinstance(item, OwnEcho):
            self._take_echo(item)
        else:
            self._take_message(item)

    def result(self) -> MergeResult:
        cases = self._known.threads.cases
        changes = tuple(
            Change(cases[number], tuple(events), is_new=number in self._new) for number, events in self._events.items()
        )
        return MergeResult(changes, tuple(self._delivered), self._messages)

    def _take_message(self, incoming: IncomingMessage) -> None:
        message = incoming.message
        if message.ref in self._known.message_refs or self._has_original(message):
            return
        found = self._match(incoming)
        if not found.number and not incoming.may_open:
            return
        if found.number:
            message = _as_joined(message, found, self._case(found.number).addresses)
        number = found.number or self._open(incoming, found)
        self._add_message(number, message, found.reason)

    def _has_original(self, message: Message) -> bool:
        """Whether the very same original is here under another ref, as when another version of the plugin read it."""
        number = self._known.threads.by_thread_key.get(original_key(message.raw), "")
        case = self._known.threads.current(number)
        return bool(message.raw) and case is not None and any(m.raw == message.raw for m in case.messages)

    def _match(self, incoming: IncomingMessage) -> Match:
        found = match(incoming, self._known.threads, self._rules)
        if not found.number or self._case(found.number).channel == self._channel:
            return found
        # Refs are unique on a channel only: a message kept under another one would be new at every reading.
        return Match("", f"it belongs to {found.number}, which came by another channel", linked=(found.number,))

    def _open(self, incoming: IncomingMessage, found: Match) -> str:
        message = incoming.message
        linked = tuple(number for number in found.linked if number in self._known.threads.cases)
        opened = Opened(
            number=self._next_number(),
            channel=self._channel,
            ref=message.ref,
            subject=message.subject,
            type=incoming.type,
            customer=message.sender,
            order=Order(incoming.order_number) if incoming.order_number else None,
            linked=linked,
            reason=found.reason,
        )
        return self._record_opening(opened_about(opened, incoming), message.sent_at)

    def _take_update(self, update: CaseUpdate) -> None:
        number = self._known.by_ref.get(update.ref)
        if number is None:
            number = self._record_opening(_opening(update, self._next_number(), self._channel), update.opened_at)
        else:
            self._learn_facts(number, update)
        goes_on = self._known.threads.current(number) or self._case(number)
        for message in update.messages:
            if message.ref not in self._known.message_refs:
                self._add_message(goes_on.number, message, "the platform lists it in this case")
        if goes_on.number == number:
            self._follow_state(number, update)
            self._follow_clocks(number, update)

    def _learn_facts(self, number: str, update: CaseUpdate) -> None:
        case = self._case(number)
        told = {name: getattr(update, name) for name in FACTS if getattr(update, name) is not None}
        news = {name: value for name, value in told.items() if value != getattr(case, name)}
        if news:
            self._record(number, FactsLearnt(**news), self._now)

    def _follow_state(self, number: str, update: CaseUpdate) -> None:
        case = self._case(number)
        same = update.state is case.state and update.state_raw == case.state_raw
        if update.state is None or update.state_at is None or same:
            return
        # Told again, an older word would undo what a person here or a newer message has done since.
        if case.state_at is not None and update.state_at < case.state_at:
            return
        self._record(number, StateChanged(update.state, Author.PLATFORM, raw=update.state_raw), update.state_at)

    def _follow_clocks(self, number: str, update: CaseUpdate) -> None:
        """Record what else clocks run by, where the platform tells something new of it."""
        case = self._case(number)
        if update.owner and update.owner_at and _is_handed_over(case, update.owner, update.owner_at):
            self._record(number, OwnerChanged(update.owner, Author.PLATFORM), update.owner_at)
        for clock, told in (update.deadlines or {}).items():
            known, due = case.due_by_platform.get(clock), _given(told)
            if due != (known.due if known else None):
                self._record(number, DeadlineGiven(clock, due, Author.PLATFORM), self._now)
        if update.outcome and update.outcome_at and update.outcome not in {outcome.what for outcome in case.outcomes}:
            self._record(number, OutcomeLearnt(update.outcome), update.outcome_at)
        if update.rating is not None and update.rated_at is not None and update.rating != case.rating:
            self._record(number, Rated(update.rating), update.rated_at)

    def _take_echo(self, echo: OwnEcho) -> None:
        """Our own reply came back: if its receipt was never stored, this is the receipt."""
        reply = self._known.replies.get(echo.key)
        # One that was cancelled counts too: a person may cancel a reply that is uncertain, and it was sent after all.
        if reply is None or reply.state is ReplyState.DELIVERED:
            return
        case = self._known.threads.current(reply.case_number)
        if case is None:
            return
        for what in delivered(reply, echo.seen_at, echo.ref, "met again on the platform"):
            self._record(case.number, what, echo.seen_at)
        self._remember(case.number, as_message(reply, echo.seen_at, echo.ref))
        self._known.replies[echo.key] = replace(reply, state=ReplyState.DELIVERED)
        self._delivered.append(reply.key)

    def _add_message(self, number: str, message: Message, reason: str) -> None:
        self._record(number, MessageArrived(message, reason), message.sent_at)
        self._remember(number, message)
        self._messages += 1

    def _remember(self, number: str, message: Message) -> None:
        """Let the next items of the batch find this message, as those of the next batch will."""
        self._known.message_refs.add(message.ref)
        for key in message.lookup_keys:
            self._known.threads.by_thread_key.setdefault(key, number)

    def _record_opening(self, opened: Opened, at: datetime) -> str:
        event = Event(opened, at, self._now)
        self._known.threads.cases[opened.number] = open_case(event)
        self._known.by_ref[opened.ref] = opened.number
        self._events[opened.number] = [event]
        self._new.add(opened.number)
        return opened.number

    def _record(self, number: str, what: Happening, at: datetime) -> None:
        event = Event(what, at, self._now)
        self._known.threads.cases[number] = apply(self._case(number), event)
        self._events.setdefault(number, []).append(event)

    def _case(self, number: str) -> Case:
        return self._known.threads.cases[number]


def _is_handed_over(case: Case, to: Owner, at: datetime) -> bool:
    """Whether a handover is news: one that a later one undid is told again at every reading."""
    if not case.handovers and to is Owner.SELLER:
        return at > case.opened_at
    return to is not case.owner and all((old.to, old.at) != (to, comparable(at)) for old in case.handovers)


def _given(due: datetime | None) -> datetime | None:
    """The deadline that a platform gives, as it is kept; the end of 9999, which some write for none, is none."""
    return comparable(due) if due is not None and 1970 <= due.year < 9000 else None


def _as_joined(message: Message, found: Match, known: frozenset[str]) -> Message:
    """The message as it stands in the case it joins, in which these addresses take part."""
    if found.unverified:
        message = replace(message, labels=(*message.labels, "unverified"))
    if found.guessable:
        message = _kept_to(known, message)
    if message.answers and message.recipients and known.isdisjoint(map(str.lower, message.recipients)):
        # "Re:" to the warehouse answers no customer, and must not stop the clock.
        message = replace(message, direction=Direction.NOTE)
    return message


def _kept_to(known: frozenset[str], message: Message) -> Message:
    """The message without anybody new to its case.

    Whoever writes a customer's address into From and a number into the subject must not lead the answer elsewhere by
    a Reply-To, or bring a stranger into the case by a Cc.
    """
    wanted = message.extra.get("reply_to", "")
    extra = dict(message.extra)
    if not known.issuperset(filter(None, wanted.split(", "))):
        extra["reply_to_refused"] = extra.pop("reply_to")
    return replace(message, extra=extra, recipients=tuple(a for a in message.recipients if a.lower() in known))


def _opening(update: CaseUpdate, number: str, channel: str) -> Opened:
    return Opened(
        number=number,
        channel=channel,
        ref=update.ref,
        subject=update.subject or "",
        type=update.type or CaseType.UNKNOWN,
        type_raw=update.type_raw or "",
        customer=update.customer or Party(),
        order=update.order,
        url=update.url or "",
        reason="the platform opened it",
        priority=update.priority or "",
        market=update.market or "",
        marketplace=update.marketplace or "",
    )
