"""Known cases + what a platform says now -> changes; the one place where intake becomes events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.core.about import filled_in, opened_about
from hub.core.admission import as_joined, as_note, tombstone
from hub.core.events import Detected, Event, Happening, MessageArrived, MessageRecalled, Opened
from hub.core.incoming import CaseUpdate, ClueKind, Incoming, IncomingMessage, OwnEcho
from hub.core.matching import KnownThreads, Match, MatchingRules, match
from hub.core.missing import detect
from hub.core.model import RECALLED, STANDS_IN, Author, Case, CaseType, Direction, Message, Order, Party, original_key
from hub.core.news import News, new_facts, new_for_clocks, new_state
from hub.core.outbox import Reply, ReplyState, as_message, delivered
from hub.core.replay import apply, open_case
from hub.core.taken_back import bounced_by


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
            threads.update(message.ref for message in item.messages if message.direction is not Direction.INBOUND)
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
    *,
    detects: bool = True,
) -> MergeResult:
    """Turn what a channel brought into events; what is known already changes nothing.

    Where it `detects`, what customers write is looked through for missing items.
    """
    merging = _Merging(known, channel, now, next_number, rules or MatchingRules(), detects)
    for item in items:
        merging.take(item)
    return merging.result()


def looked_through(change: Change, message: Message, now: datetime) -> Change:
    """A change that made a message readable, with what its words make of the case."""
    detection = detect(change.case, message)
    if detection is None:
        return change
    event = Event(Detected(detection), message.sent_at, now)
    return replace(change, case=apply(change.case, event), events=(*change.events, event))


class _Merging:
    """The state of merging one batch: which cases have got which events so far."""

    def __init__(
        self,
        known: Known,
        channel: str,
        now: datetime,
        next_number: Callable[[], str],
        rules: MatchingRules,
        detects: bool,
    ) -> None:
        self._known, self._channel, self._now = known, channel, now
        self._next_number, self._rules, self._detects = next_number, rules, detects
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
        message = _with_platform_keys(incoming)
        if message.ref in self._known.message_refs or self._has_original(message):
            self._follow_recall(message)
            return
        found = self._match(incoming)
        if not found.number and not incoming.may_open:
            return
        if found.number:
            message = as_joined(message, found, self._case(found.number).addresses)
            if self._case(found.number).channel != self._channel:
                message = as_note(message)
        number = found.number or self._open(incoming, found)
        self._add_message(number, message, found.reason)
        bounce = bounced_by(self._case(number), incoming)
        if bounce is not None:
            self._record(number, bounce, message.sent_at)
        news = filled_in(self._case(number), incoming, order_of(incoming)) if found.by_platform else None
        if news is not None:
            self._record(number, news, self._now)

    def _has_original(self, message: Message) -> bool:
        """Whether the very same original is here under another ref, as when another version of the plugin read it."""
        number = self._known.threads.by_thread_key.get(original_key(message.raw), "")
        case = self._known.threads.current(number)
        return bool(message.raw) and case is not None and any(m.raw == message.raw for m in case.messages)

    def _match(self, incoming: IncomingMessage) -> Match:
        found = match(incoming, self._known.threads, self._rules)
        if not found.number or found.by_platform or self._case(found.number).channel == self._channel:
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
            customer=customer_of(message),
            order=order_of(incoming),
            linked=linked,
            reason=found.reason,
        )
        return self._record_opening(opened_about(opened, incoming), message.sent_at)

    def _take_update(self, update: CaseUpdate) -> None:
        number = self._known.by_ref.get(update.ref)
        if number is None:
            number = self._record_opening(_opening(update, self._next_number(), self._channel), update.opened_at)
        else:
            self._record_all(number, new_facts(self._case(number), update, self._now))
        goes_on = self._known.threads.current(number) or self._case(number)
        for message in update.messages:
            if message.ref in self._known.message_refs:
                self._follow_recall(message)
            elif not self._is_our_reply(message):
                self._add_message(goes_on.number, message, "the platform lists it in this case")
        if goes_on.number == number:
            self._record_all(number, new_state(self._case(number), update, self._now))
            self._record_all(number, new_for_clocks(self._case(number), update, self._now))

    def _is_our_reply(self, message: Message) -> bool:
        """Whether the hub sent this itself and has it already, under a ref of its own."""
        case = self._known.threads.current(self._known.threads.by_thread_key.get(message.ref, ""))
        ours = () if case is None or message.direction is Direction.INBOUND else case.messages
        return any(m.from_outbox and message.ref in m.thread_keys for m in ours)

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
        if RECALLED in message.labels:
            message = tombstone(message)
        came_by = "" if self._case(number).channel == self._channel else self._channel
        self._record(number, MessageArrived(message, reason, came_by), message.sent_at)
        self._remember(number, message)
        self._messages += 1
        detection = detect(self._case(number), message) if self._detects else None
        if detection is not None:
            self._record(number, Detected(detection), message.sent_at)

    def _follow_recall(self, message: Message) -> None:
        """Mark a message that is here and that its platform has taken back since."""
        if RECALLED not in message.labels:
            return
        for case in tuple(self._known.threads.cases.values()):
            if not case.merged_into and any(m.ref == message.ref and RECALLED not in m.labels for m in case.messages):
                self._record(case.number, MessageRecalled(message.ref), self._now)

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

    def _record_all(self, number: str, news: News) -> None:
        for what, at in news:
            self._record(number, what, at)

    def _case(self, number: str) -> Case:
        return self._known.threads.cases[number]


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


def _with_platform_keys(incoming: IncomingMessage) -> Message:
    """The message with the marks by which the next mails about the same case of a platform will find it."""
    message = incoming.message
    keys = (clue.value for clue in incoming.clues if clue.kind is ClueKind.PLATFORM_KEY)
    new = tuple(key for key in keys if key not in message.thread_keys)
    return replace(message, thread_keys=(*message.thread_keys, *new)) if new else message


def order_of(incoming: IncomingMessage) -> Order | None:
    """The order that a message is about, as far as it tells: the numbers in it are guesses."""
    numbers = tuple(dict.fromkeys(filter(None, (incoming.order_number, *incoming.order_numbers))))
    return Order(numbers[0], candidates=numbers[1:]) if numbers else None


def customer_of(message: Message) -> Party:
    """Who the customer is by a message that opens a case; who sends a notification is not."""
    stands_in = STANDS_IN in message.labels and message.author is not Author.CUSTOMER
    return Party() if stands_in else message.sender
