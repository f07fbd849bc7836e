"""The one case model that every platform is translated into."""

# ruff: noqa: PLC0414  what tells instants and files belongs to the model too: most modules take them from here

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from hub.core.attachments import Attachment as Attachment
from hub.core.exhibits import Exhibit
from hub.core.instants import comparable as comparable
from hub.core.instants import epoch as epoch
from hub.core.instants import from_epoch as from_epoch
from hub.core.instants import require_aware as require_aware
from hub.core.portal import Decision, PortalTask
from hub.core.shipments import Shipment
from hub.core.turns import Detection, GivenDeadline, GivenPromise, Handover, Outcome, Owner, Settlement, Sought, Turn

_CURRENCY = re.compile("[A-Z]{3}")

FROM_OUTBOX = "reply:"
"""How the ref of a message begins that the hub sent itself."""
RECALLED = "recalled"
"""The label of a message that its platform took back."""
BOUNCED = "bounced"
"""The label of a message of ours that did not arrive, as a delivery report told."""
UNDELIVERED = "undelivered"
"""The label of a delivery report by which a message of ours did not arrive for good."""
VANISHED = "vanished"
"""The word that an adapter tells as the state of a case which its platform's list no longer has."""
STANDS_IN = "stands_in"
"""The label of a notification that stands for what a customer wrote on the platform; its text is not his."""


class CaseState(StrEnum):
    """Where a case stands, seen from the seller."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"
    MERGED = "merged"


class CaseType(StrEnum):
    """What a case is about; a platform's own word that fits none is kept as raw text beside UNKNOWN."""

    QUESTION = "question"
    RETURN = "return"
    MISSING_ITEM = "missing_item"
    COMPLAINT = "complaint"
    DELAY = "delay"
    ORDER_CHANGE = "order_change"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"


class Author(StrEnum):
    """In which role a message was written."""

    CUSTOMER = "customer"
    SELLER = "seller"
    PLATFORM = "platform"


class Direction(StrEnum):
    """Which way a message goes; a note stays in the house."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217); an amount nobody knows is None, never zero."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.amount.is_finite():
            raise ValueError("an amount of money is a finite number")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"a currency is three capital letters, not {self.currency!r}")

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"


@dataclass(frozen=True, slots=True)
class Party:
    """A person on a case, as far as the platform tells."""

    name: str = ""
    email: str = ""
    customer_number: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One product of an order."""

    title: str
    sku: str = ""
    quantity: int = 1
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The order a case is about.

    `value` is what the customer paid, VAT included, and None where it is unknown; `fulfilment` is the platform's word
    for who ships it, such as FBB; `language` is its word for the language of whoever ordered. A number out of a mail is
    a guess until its platform `confirmed` it; `candidates` has the others that stood there. `placed_at` is when it was
    ordered, None where nobody told.
    """

    number: str
    lines: tuple[OrderLine, ...] = ()
    value: Money | None = None
    fulfilment: str = ""
    confirmed: bool = False
    candidates: tuple[str, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    language: str = ""
    placed_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.placed_at is not None:
            object.__setattr__(self, "placed_at", comparable(self.placed_at))


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that was written on a case; `ref` is unique on its channel and the same at every reading."""

    ref: str
    author: Author
    direction: Direction
    sent_at: datetime
    text: str = ""
    html: str = ""
    subject: str = ""
    sender: Party = Party()
    recipients: tuple[str, ...] = ()
    automatic: bool = False
    labels: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    raw: str = ""
    thread_keys: tuple[str, ...] = ()
    problem: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sent_at", comparable(self.sent_at))

    @property
    def asks_for_an_answer(self) -> bool:
        """Whether somebody must answer this: a person who is not us wrote it, or it stands for what one wrote."""
        if self.direction is not Direction.INBOUND or RECALLED in self.labels:
            return False
        return (self.author is Author.CUSTOMER and not self.automatic) or STANDS_IN in self.labels

    @property
    def answers(self) -> bool:
        """Whether this counts as the seller's answer: public, written by a person, and not known to be lost."""
        return self.direction is Direction.OUTBOUND and not self.automatic and BOUNCED not in self.labels

    @property
    def from_outbox(self) -> bool:
        """Whether the hub sent this itself, so that it is known what its writer had seen."""
        return self.ref.startswith(FROM_OUTBOX)

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """What this message is found by on its channel: its thread keys, and its kept original."""
        return (*self.thread_keys, original_key(self.raw)) if self.raw else self.thread_keys


@dataclass(frozen=True, slots=True)
class PlatformCase:
    """A case of another platform than the one whose channel it came by, as those are that a notification mail tells of.

    `platform` is the key of that platform's adapter; `ref` is the case's ref there, empty where nobody told it.
    """

    platform: str
    ref: str = ""
    marketplace: str = ""
    market: str = ""
    type_raw: str = ""
    url: str = ""

    @property
    def key(self) -> str:
        """The mark by which mails about this case are found on their channel; empty without a ref.

        Its space keeps it apart from the id of any mail, which its sender chooses and which has none.
        """
        return f"{self.platform}: {self.ref}" if self.ref else ""


@dataclass(frozen=True, slots=True)
class Case:
    """One customer matter in our form: the sum of its events.

    `state_at` is the instant of what brought it into its state, None while it is as it was opened; `turns` has every
    state it was in. `settled` has, by ref, the customer's messages that nobody waits for any more, and since when.
    `approved` has, for each reply that is not delivered, what its writer had seen of them. `classified` means that a
    person said what type of case it is, whatever the platform says; `type_told` is what that said last, `detected` why
    the hub took the case for another type. `sought` is how often its order was looked up in vain. `due_by_platform` and
    `due_by_person` have deadlines that somebody gave, by the name of the clock. `decisions` has what the platform was
    told to decide, `portal_tasks` what only a person can do there, `evidence` what a person gave as proof.
    """

    number: str
    channel: str
    ref: str
    opened_at: datetime
    changed_at: datetime
    subject: str = ""
    type: CaseType = CaseType.UNKNOWN
    type_raw: str = ""
    type_told: CaseType = CaseType.UNKNOWN
    detected: Detection | None = None
    state: CaseState = CaseState.OPEN
    state_raw: str = ""
    state_at: datetime | None = None
    closed_at: datetime | None = None
    settled: Mapping[str, Settlement] = field(default_factory=dict)
    approved: Mapping[str, frozenset[str]] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    handovers: tuple[Handover, ...] = ()
    promises: tuple[GivenPromise, ...] = ()
    due_by_platform: Mapping[str, GivenDeadline] = field(default_factory=dict)
    due_by_person: Mapping[str, GivenDeadline] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()
    rating: str = ""
    rated_at: datetime | None = None
    classified: bool = False
    priority: str = ""
    market: str = ""
    marketplace: str = ""
    about: PlatformCase | None = None
    customer: Party = Party()
    order: Order | None = None
    sought: Sought | None = None
    messages: tuple[Message, ...] = ()
    assignee: str = ""
    url: str = ""
    linked: tuple[str, ...] = ()
    merged_into: str = ""
    decisions: tuple[Decision, ...] = ()
    portal_tasks: tuple[PortalTask, ...] = ()
    evidence: tuple[Exhibit, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the case still needs somebody, the seller or the customer."""
        return self.state in (CaseState.OPEN, CaseState.WAITING)

    @property
    def owner(self) -> Owner:
        """Who has to deal with the case now."""
        return self.handovers[-1].to if self.handovers else Owner.SELLER

    @property
    def waiting_since(self) -> datetime | None:
        """When the customer wrote the oldest message that is not settled yet."""
        if not self.is_open:
            return None
        waiting = (m.sent_at for m in self.messages if m.asks_for_an_answer and m.ref not in self.settled)
        return next(waiting, None)

    @property
    def last_inbound(self) -> Message | None:
        """The newest message that came from outside and was written by a person, else the newest inbound one."""
        inbound = [m for m in self.messages if m.direction is Direction.INBOUND]
        human = [m for m in inbound if m.asks_for_an_answer]
        newest = human or inbound
        return newest[-1] if newest else None

    @property
    def open_tasks(self) -> tuple[PortalTask, ...]:
        """What a person still has to do in the platform's portal, oldest first."""
        return tuple(task for task in self.portal_tasks if task.is_open and not self.merged_into)

    @property
    def addresses(self) -> frozenset[str]:
        """Every e-mail address that took part in the case, in small letters.

        Unverified writers are left out, and machines: a delivery report joins a case whoever sends it.
        """
        found = {self.customer.email.lower()}
        for message in self.messages:
            if "unverified" in message.labels or message.automatic or message.direction is Direction.NOTE:
                continue
            found.add(message.sender.email.lower())
            found.update(address.lower() for address in message.recipients)
        return frozenset(found - {""})


def original_key(digest: str) -> str:
    """The key under which a message is found by the digest of its original."""
    return f"sha256:{digest}"
