"""Cases made up for measuring: the same for the same seed, in the mixture that a busy shop of four channels has."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from benchmarks.made_up_words import LANGUAGES, PEOPLE, PRODUCTS, SELLERS, Tongue
from hub.core.acting_events import PortalTaskGiven
from hub.core.events import Assigned, Event, MessageArrived, Opened, ReplyDelivered, ReplyQueued, StateChanged
from hub.core.model import (
    Attachment,
    Author,
    CaseState,
    CaseType,
    Direction,
    Message,
    Money,
    Order,
    OrderLine,
    Party,
)
from hub.core.outbox import Hold, Reply, ReplyState, as_message

LONGEST = 40
"""So many messages a case has at most."""
_TYPES = (
    *(CaseType.QUESTION,) * 8,
    *(CaseType.RETURN,) * 4,
    *(CaseType.MISSING_ITEM,) * 2,
    *(CaseType.COMPLAINT,) * 3,
    *(CaseType.DELAY,) * 3,
    CaseType.ORDER_CHANGE,
    CaseType.UNKNOWN,
)
_UNSENT: Sequence[tuple[ReplyState, Hold | None, str]] = (
    *((ReplyState.QUEUED, None, ""),) * 8,
    *((ReplyState.HELD, Hold.APPROVAL, "waits for a second person"),) * 5,
    (ReplyState.HELD, Hold.GROWN, "the customer has written since"),
    (ReplyState.UNCERTAIN, None, "the connection broke after sending"),
    (ReplyState.REJECTED, None, "the platform refused it: the case is closed there"),
    (ReplyState.FAILED, None, "the platform took it and failed at it"),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """A person who has written to the shop once or many times."""

    party: Party
    tongue: Tongue


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One case as its events, and its replies in the outbox."""

    events: tuple[Event, ...]
    replies: tuple[Reply, ...] = ()


class Shop:
    """Makes up one case after another."""

    def __init__(self, seed: int, now: datetime, customers: int, files: Sequence[Attachment]) -> None:
        self._chance, self._now, self._files = random.Random(seed), now, files
        self._customers = [self._customer(place) for place in range(customers)]
        self._refs = count(1)

    def case(self, number: str, messages: int, closed: bool = False) -> MadeUp:
        """A case of so many messages, the newest of which came within the last days."""
        return _Case(self._chance, self._now, self._next_customer(), self._files, next(self._refs)).told(
            number, messages, closed
        )

    def _customer(self, place: int) -> Customer:
        tongue = self._chance.choice(LANGUAGES)
        first, last = self._chance.choice(PEOPLE[tongue.code])
        hides = tongue.code in ("nl", "fr") and self._chance.random() < 0.3
        email = "" if hides else f"kund{place}@{self._chance.choice(('mail', 'post', 'web'))}.example"
        return Customer(Party(f"{first} {last}", email, f"K{100_000 + place}", tongue.code), tongue)

    def _next_customer(self) -> Customer:
        """Most customers write once, some all the time."""
        place = int(len(self._customers) * self._chance.random() ** 2)
        return self._customers[place]


class _Case:
    def __init__(
        self, chance: random.Random, now: datetime, customer: Customer, files: Sequence[Attachment], ref: int
    ) -> None:
        self._chance, self._now, self._customer, self._files = chance, now, customer, files
        self._ref = f"{customer.tongue.channel}-{ref}"
        self._channel = customer.tongue.channel
        self._events: list[Event] = []
        self._replies: list[Reply] = []
        self._assignee = ""

    def told(self, number: str, messages: int, closed: bool) -> MadeUp:
        chance, order = self._chance, self._order()
        instants = self._instants(messages)
        words = {"order": order.number, "product": order.lines[0].title}
        subject = chance.choice(self._customer.tongue.subjects).format(**words)
        kind = chance.choice(_TYPES)
        self._add(
            instants[0],
            Opened(
                number, self._channel, self._ref, subject, kind, kind.value, self._customer.party, order, market="SE"
            ),
        )
        self._assign(instants[0])
        for place, at in enumerate(instants):
            self._write(number, place, at, subject, words, is_last=place == messages - 1)
        self._finish(number, instants[-1], closed)
        return MadeUp(tuple(self._events), tuple(self._replies))

    def _instants(self, messages: int) -> list[datetime]:
        """Oldest first; the newest within some days, soon after the one before it."""
        mean = self._chance.choice((5, 20, 60))
        at = self._now - timedelta(hours=min(self._chance.expovariate(1 / mean), 240), seconds=60)
        found = [at]
        for _ in range(messages - 1):
            at -= timedelta(hours=self._chance.expovariate(1 / 14), seconds=5)
            found.append(at)
        return found[::-1]

    def _write(
        self, number: str, place: int, at: datetime, subject: str, words: dict[str, str], *, is_last: bool
    ) -> None:
        ref = f"{self._ref}-{place}"
        if place and self._chance.random() < 0.06:
            self._add(at, MessageArrived(Message(ref, Author.SELLER, Direction.NOTE, at, self._text(words, ours=True))))
        elif place and (self._chance.random() < 0.42 if not is_last else self._chance.random() < 0.2):
            self._answer(number, ref, at, self._text(words, ours=True))
        else:
            files = (self._chance.choice(self._files),) if self._files and self._chance.random() < 0.03 else ()
            message = Message(
                ref,
                Author.CUSTOMER,
                Direction.INBOUND,
                at,
                self._text(words, ours=False),
                subject=subject if not place else f"Re: {subject}",
                sender=self._customer.party,
                thread_keys=(f"<{ref}>",),
                attachments=files,
            )
            self._add(at, MessageArrived(message))

    def _answer(self, number: str, ref: str, at: datetime, text: str) -> None:
        who = self._assignee or self._chance.choice(SELLERS)
        if self._chance.random() < 0.6:
            self._add(
                at,
                MessageArrived(Message(ref, Author.SELLER, Direction.OUTBOUND, at, text, sender=Party(who))),
            )
            return
        key = f"{self._chance.getrandbits(64):016x}"
        queued = at - timedelta(seconds=30)
        reply = Reply(key, number, self._channel, text, queued, by=who, state=ReplyState.DELIVERED, receipt_ref=ref)
        self._add(queued, ReplyQueued(key, who))
        self._add(at, ReplyDelivered(key, as_message(reply, at, ref)))
        self._replies.append(reply)

    def _finish(self, number: str, at: datetime, closed: bool) -> None:
        if closed:
            self._add(at + timedelta(minutes=5), StateChanged(CaseState.CLOSED, Author.SELLER, self._assignee or "eva"))
            return
        if self._chance.random() < 0.015:
            task = PortalTaskGiven(
                f"{self._chance.getrandbits(64):016x}", "decide", "Approve the return", "Open the return"
            )
            self._add(at + timedelta(minutes=7), task)
        if self._chance.random() < 0.01:
            self._leave_unsent(number, at + timedelta(minutes=9))

    def _leave_unsent(self, number: str, at: datetime) -> None:
        state, hold, reason = self._chance.choice(_UNSENT)
        key, who = f"{self._chance.getrandbits(64):016x}", self._assignee or self._chance.choice(SELLERS)
        text = self._text({"order": "", "product": ""}, ours=True)
        approval = "refunds" if hold is Hold.APPROVAL else ""
        later = self._now + timedelta(days=3650) if state is ReplyState.QUEUED else None
        reply = Reply(
            key,
            number,
            self._channel,
            text,
            at,
            by=who,
            state=state,
            hold=hold,
            reason=reason,
            not_before=later,
            approval=approval,
        )
        self._add(at, ReplyQueued(key, who))
        self._replies.append(reply)

    def _assign(self, at: datetime) -> None:
        if self._chance.random() < 0.6:
            self._assignee = self._chance.choice(SELLERS)
            self._add(at, Assigned(self._assignee, "eva"))

    def _order(self) -> Order:
        chance, tongue = self._chance, self._customer.tongue
        lines = tuple(
            OrderLine(title, f"SKU-{place:04}", chance.choice((1, 1, 1, 2, 3)), Money(Decimal(price), tongue.currency))
            for place, (title, price) in chance.sample(list(enumerate(PRODUCTS)), chance.choice((1, 1, 1, 2, 3)))
        )
        value = sum((line.price.amount * line.quantity for line in lines if line.price), Decimal(0))
        number = f"{tongue.prefix}-{chance.randrange(10**7, 10**8)}"
        return Order(number, lines, Money(value, tongue.currency), confirmed=True)

    def _text(self, words: dict[str, str], *, ours: bool) -> str:
        tongue, chance = self._customer.tongue, self._chance
        sentences = chance.sample(tongue.ours if ours else tongue.theirs, chance.randint(2, 5))
        parcel = f"{chance.getrandbits(40):x}"
        return " ".join(sentence.format(parcel=parcel, **words) for sentence in sentences)

    def _add(self, at: datetime, what: object) -> None:
        self._events.append(Event(what, at, at))  # type: ignore[arg-type]  # each caller gives a Happening


def lengths(seed: int, cases: int, messages: int) -> Iterator[int]:
    """How many messages each case has: most few, some many, and all together so many (nearly)."""
    chance = random.Random(seed)
    mean = messages / cases
    for _ in range(cases):
        yield max(1, min(LONGEST, round(chance.gammavariate(2.0, mean / 2.0 * 1.005))))
