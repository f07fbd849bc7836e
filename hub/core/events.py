"""What can happen to a case; a case is the sum of its events."""

# ruff: noqa: PLC0414  what happens by acts on the platform, and to replies, is told of here too

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from hub.core.acting_events import Acted as Acted
from hub.core.acting_events import PortalTaskDone as PortalTaskDone
from hub.core.acting_events import PortalTaskGiven as PortalTaskGiven
from hub.core.evidence_events import OfEvidence
from hub.core.exhibits import Exhibit
from hub.core.model import (
    Author,
    CaseState,
    CaseType,
    Message,
    Order,
    Party,
    PlatformCase,
    comparable,
)
from hub.core.portal import Decision, PortalTask
from hub.core.reply_events import ApprovalWanted as ApprovalWanted
from hub.core.reply_events import ReplyApproved as ReplyApproved
from hub.core.reply_events import ReplyBounced as ReplyBounced
from hub.core.reply_events import ReplyDelivered as ReplyDelivered
from hub.core.reply_events import ReplyEdited as ReplyEdited
from hub.core.reply_events import ReplyQueued as ReplyQueued
from hub.core.reply_events import ReplyStopped as ReplyStopped
from hub.core.turns import Detection, GivenPromise, Owner, Settlement


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
    priority: str = ""
    market: str = ""
    marketplace: str = ""
    about: PlatformCase | None = None


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """Somebody wrote something; `reason` says why it belongs to this case.

    `channel` is the one it came by, where that is not the case's own.
    """

    message: Message
    reason: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class MessageReread:
    """A message that could not be read, or was read badly, was read again from its kept original."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageRecalled:
    """The platform took the message with this ref back: nobody waits for an answer to it; our copy stays readable."""

    ref: str


@dataclass(frozen=True, slots=True)
class Detected:
    """The hub takes the case for another type than the platform does, for what the customer wrote."""

    detection: Detection


@dataclass(frozen=True, slots=True)
class OrderSought:
    """The platform was asked for these order numbers and surely has none of them."""

    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactsLearnt:
    """The platform told something new about the case; None means that it said nothing of it."""

    subject: str | None = None
    type: CaseType | None = None
    type_raw: str | None = None
    customer: Party | None = None
    order: Order | None = None
    url: str | None = None
    priority: str | None = None
    market: str | None = None
    marketplace: str | None = None
    about: PlatformCase | None = None


FACTS = tuple(fact.name for fact in fields(FactsLearnt) if fact.name != "about")
"""The names of what a platform may tell anew about a case; what a mail's case is about is learnt from the mail."""


@dataclass(frozen=True, slots=True)
class Classified:
    """A person said what type of case this is, or how urgent; the platform's word does not change it again."""

    type: CaseType | None = None
    priority: str | None = None
    who: str = ""


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
class OwnerChanged:
    """The platform took the case over or sent it on to the seller, or the seller passed it on to the platform."""

    to: Owner
    by: Author
    who: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NoReplyNeeded:
    """A person said that these messages of the customer, such as a word of thanks, need no answer."""

    refs: tuple[str, ...]
    who: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """The customer was told by when an answer comes, in the message with `key`."""

    key: str
    due: datetime
    who: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "due", comparable(self.due))


@dataclass(frozen=True, slots=True)
class DeadlineGiven:
    """The platform, or a person, set a clock's due instant in the place of the computed one; None takes it back."""

    clock: str
    due: datetime | None
    by: Author
    who: str = ""
    why: str = ""

    def __post_init__(self) -> None:
        if self.due is not None:
            object.__setattr__(self, "due", comparable(self.due))


@dataclass(frozen=True, slots=True)
class OutcomeLearnt:
    """The platform told what it did, such as a refund of its own accord."""

    what: str


@dataclass(frozen=True, slots=True)
class Rated:
    """The customer rated how the case was dealt with: up, down, or (empty) took the rating back."""

    rating: str


@dataclass(frozen=True, slots=True)
class Absorbed:
    """Another case turned out to be the same matter, and why; its messages go on here, settled ones as settled.

    `settled` holds the bare refs of older versions, which did not keep since when.
    """

    number: str
    messages: tuple[Message, ...] = ()
    who: str = ""
    reason: str = ""
    settled: tuple[str, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    promises: tuple[GivenPromise, ...] = ()
    decisions: tuple[Decision, ...] = ()
    portal_tasks: tuple[PortalTask, ...] = ()
    evidence: tuple[Exhibit, ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """This case went on as another one."""

    into: str
    who: str = ""
    reason: str = ""


Happening = (
    Opened
    | MessageArrived
    | MessageReread
    | MessageRecalled
    | Detected
    | OrderSought
    | FactsLearnt
    | Classified
    | StateChanged
    | OwnerChanged
    | NoReplyNeeded
    | PromiseMade
    | DeadlineGiven
    | OutcomeLearnt
    | Rated
    | Assigned
    | ReplyQueued
    | ReplyDelivered
    | ReplyStopped
    | ApprovalWanted
    | ReplyApproved
    | ReplyEdited
    | ReplyBounced
    | Absorbed
    | Merged
    | Acted
    | PortalTaskGiven
    | PortalTaskDone
    | OfEvidence
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
