"""What an adapter hands over from one reading step: pure data about cases and messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.core.model import VANISHED, CaseState, CaseType, Message, Order, Party, PlatformCase, require_aware
from hub.core.turns import Owner

Checkpoint = Mapping[str, Any]


class ClueKind(StrEnum):
    """How a message points at the case it belongs to, the most trustworthy way first.

    The `…_TOKEN` kinds carry a case number whose signature the adapter has verified. PLATFORM_KEY is a platform's own
    mark of its case, `PlatformCase.key`, out of a mail that surely comes from that platform.
    """

    RECIPIENT_TOKEN = "recipient_token"  # noqa: S105  the name of a kind, not a password
    REFERENCE_TOKEN = "reference_token"  # noqa: S105  the same
    PLATFORM_KEY = "platform_key"
    MESSAGE_ID = "message_id"
    SAME_PARENT = "same_parent"
    BOUNCE_TOKEN = "bounce_token"  # noqa: S105  the same
    BOUNCED_MESSAGE_ID = "bounced_message_id"
    QUOTED_TOKEN = "quoted_token"  # noqa: S105  the same
    SUBJECT_NUMBER = "subject_number"


@dataclass(frozen=True, slots=True)
class Clue:
    """One pointer from a message to a case: a case number, or a thread key of a stored message."""

    kind: ClueKind
    value: str


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message that does not say by itself which case it belongs to; matching finds the case or opens one.

    `order_numbers` are further candidates beside `order_number`; the first one that its platform knows is the order's.
    """

    message: Message
    clues: tuple[Clue, ...] = ()
    may_open: bool = True
    type: CaseType = CaseType.QUESTION
    order_number: str = ""
    order_numbers: tuple[str, ...] = ()
    about: PlatformCase | None = None


@dataclass(frozen=True, slots=True)
class OwnEcho:
    """Our own reply met again on the platform: it proves that the reply with `key` was delivered."""

    key: str
    case_number: str
    seen_at: datetime
    ref: str = ""

    def __post_init__(self) -> None:
        require_aware(self.seen_at)


@dataclass(frozen=True, slots=True)
class CaseUpdate:
    """What a platform says of one of its cases now; None means that it says nothing of it.

    `priority`, `market` and `marketplace` are the platform's own words. `owner` with `owner_at` says who has to deal
    with the case since when; a seller who had it from the beginning is not told. `deadlines` has the due instants that
    the platform itself gives, by the name of the clock.
    """

    ref: str
    opened_at: datetime
    messages: tuple[Message, ...] = ()
    subject: str | None = None
    type: CaseType | None = None
    type_raw: str | None = None
    state: CaseState | None = None
    state_raw: str = ""
    state_at: datetime | None = None
    customer: Party | None = None
    order: Order | None = None
    url: str | None = None
    priority: str | None = None
    market: str | None = None
    marketplace: str | None = None
    owner: Owner | None = None
    owner_at: datetime | None = None
    deadlines: Mapping[str, datetime | None] | None = None
    outcome: str | None = None
    outcome_at: datetime | None = None
    rating: str | None = None
    rated_at: datetime | None = None

    def __post_init__(self) -> None:
        require_aware(self.opened_at)
        for name, value, at in (
            ("owner", self.owner, self.owner_at),
            ("outcome", self.outcome, self.outcome_at),
            ("rating", self.rating, self.rated_at),
        ):
            if value is not None and at is None:
                raise ValueError(f"the {name} told by a platform comes with its instant")
        for at in (self.state_at, self.owner_at, self.outcome_at, self.rated_at, *(self.deadlines or {}).values()):
            if at is not None:
                require_aware(at)
        if self.state is not None and self.state_at is None:
            raise ValueError("a state from a platform comes with its instant, state_at")
        if self.state is CaseState.MERGED:
            raise ValueError("cases are merged by people here only; say closed, and the own word in state_raw")

    @classmethod
    def vanished(cls, ref: str, changed_at: datetime, now: datetime) -> CaseUpdate:
        """That a case which was open, and changed last at `changed_at`, is not in its platform's list any more."""
        closed = CaseState.CLOSED
        return cls(ref, changed_at, state=closed, state_raw=VANISHED, state_at=now, outcome=VANISHED, outcome_at=now)


Incoming = IncomingMessage | OwnEcho | CaseUpdate


@dataclass(frozen=True, slots=True)
class Notice:
    """Something an operator should know about a channel; it stops nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading has come: `done` of `total` items, where the platform tells the total."""

    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A score as the platform itself reports it, such as `RESPONSE_TIME` of the week 2026-W47.

    `value` and `norm` are text as sent, numerator and denominator None where the platform gives none; `conforms` is its
    own verdict. Later readings of the same name and period replace earlier ones.
    """

    name: str
    period: str
    value: str = ""
    numerator: int | None = None
    denominator: int | None = None
    norm: str = ""
    conforms: bool | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step of reading brings; stored whole, with its checkpoint, before the next step is asked for."""

    items: tuple[Incoming, ...]
    checkpoint: Checkpoint
    notices: tuple[Notice, ...] = ()
    progress: Progress | None = None
    figures: tuple[Figure, ...] = ()

    def __post_init__(self) -> None:
        # A generator would be used up by the first look, and its items would be lost behind the checkpoint.
        object.__setattr__(self, "items", tuple(self.items))
        object.__setattr__(self, "notices", tuple(self.notices))
        object.__setattr__(self, "figures", tuple(self.figures))


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case the hub holds open on a channel, for adapters that must re-read what a date filter misses."""

    ref: str
    changed_at: datetime
    extra: Mapping[str, str] = field(default_factory=dict)
