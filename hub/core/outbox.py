"""What a person approved, and what became of it: the states of a reply and the ways between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.acted import effects
from hub.core.events import Happening, PromiseMade, ReplyDelivered
from hub.core.model import (
    FROM_OUTBOX,
    Attachment,
    Author,
    Case,
    Direction,
    Message,
    Party,
    require_aware,
)
from hub.core.platform_acts import Act, ActKind


class ReplyState(StrEnum):
    """Where a reply stands; each name is what a person may rely on."""

    QUEUED = "queued"  # surely not sent; the next delivery run sends it
    HELD = "held"  # surely not sent; waits for a person or for its channel
    SENDING = "sending"  # a delivery run is at it now, or died at it
    ACCEPTED = "accepted"  # the platform took it and will say later what became of it
    DELIVERED = "delivered"  # the platform's word that it was taken for good
    UNCERTAIN = "uncertain"  # may have been sent: read back, never repeated blindly
    REJECTED = "rejected"  # the platform refused it for good
    CANCELLED = "cancelled"  # taken back, or given up where nobody is asked


FINAL = frozenset({ReplyState.DELIVERED, ReplyState.REJECTED, ReplyState.CANCELLED})
WAITING = frozenset({ReplyState.QUEUED, ReplyState.HELD, ReplyState.SENDING, ReplyState.ACCEPTED, ReplyState.UNCERTAIN})
_WAYS: Mapping[ReplyState, frozenset[ReplyState]] = {
    # QUEUED becomes UNCERTAIN when a backup was put back: it may have been sent since the backup was made.
    ReplyState.QUEUED: frozenset(
        {ReplyState.SENDING, ReplyState.HELD, ReplyState.CANCELLED, ReplyState.DELIVERED, ReplyState.UNCERTAIN}
    ),
    ReplyState.HELD: frozenset({ReplyState.QUEUED, ReplyState.CANCELLED, ReplyState.DELIVERED}),
    ReplyState.SENDING: frozenset(
        {
            ReplyState.ACCEPTED,
            ReplyState.DELIVERED,
            ReplyState.UNCERTAIN,
            ReplyState.REJECTED,
            ReplyState.QUEUED,
            ReplyState.HELD,
        }
    ),
    ReplyState.ACCEPTED: frozenset({ReplyState.DELIVERED, ReplyState.REJECTED, ReplyState.UNCERTAIN}),
    # UNCERTAIN becomes REJECTED when the platform tells later that what it took has failed.
    ReplyState.UNCERTAIN: frozenset(
        {ReplyState.DELIVERED, ReplyState.QUEUED, ReplyState.REJECTED, ReplyState.CANCELLED}
    ),
    ReplyState.REJECTED: frozenset({ReplyState.DELIVERED, ReplyState.CANCELLED}),
    ReplyState.DELIVERED: frozenset(),
    ReplyState.CANCELLED: frozenset({ReplyState.DELIVERED}),
}

SETTLE = timedelta(minutes=2)
"""How long an uncertain reply rests before it is read back, so that a late landing is seen."""

MOST_READ_BACKS = 3
"""After so many read-backs that could not tell, a person decides."""

LONGEST_WORD = timedelta(days=1)
"""So long at most the hub waits for what a platform said it would tell, then a person decides."""

THEN = "then"
"""The name in a reply's `extra` of the kind of act that follows it, once it is delivered."""

_ITSELF = "casehub"
_WITH_A_MESSAGE = frozenset({None, ActKind.DECIDE, ActKind.CLOSE, ActKind.REOPEN})
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply a person approved, under the key that makes it one: the same text twice is two keys.

    An `automatic` one nobody wrote: it answers nothing, and nobody is asked about it. With its delivery the customer
    has the `promise` of an answer by that instant. With an `act` it is done on the platform as well, or, where the
    text is empty, instead of writing.
    """

    key: str
    case_number: str
    channel: str
    text: str
    written_at: datetime
    by: str = ""
    attachments: tuple[Attachment, ...] = ()
    after: str = ""
    state: ReplyState = ReplyState.QUEUED
    not_before: datetime | None = None
    attempts: int = 0
    read_backs: int = 0
    reason: str = ""
    receipt_ref: str = ""
    then_close: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)
    automatic: bool = False
    promise: datetime | None = None
    act: Act | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        require_aware(self.written_at)
        for instant in (self.promise, self.until):
            if instant is not None:
                require_aware(instant)

    @property
    def needs_a_person(self) -> bool:
        """Whether the hub can do nothing more for this reply by itself."""
        return self.asked_enough or self.state in (ReplyState.HELD, ReplyState.REJECTED)

    @property
    def asked_enough(self) -> bool:
        """Whether the platform was read back so often, and so late, that only a person can tell what became of it."""
        return self.state is ReplyState.UNCERTAIN and self.read_backs >= MOST_READ_BACKS and self.until is None

    @property
    def is_taken(self) -> bool:
        """Whether the platform has it and will say what became of it."""
        doubtful = self.state is ReplyState.UNCERTAIN and bool(self.receipt_ref)
        return self.state is ReplyState.ACCEPTED or doubtful

    @property
    def kind(self) -> ActKind | None:
        """What is done on the platform; None for a mere reply to the customer."""
        return None if self.act is None else self.act.kind

    @property
    def is_quiet(self) -> bool:
        """Whether nobody asked for it and nobody is told of it, as of marking read what a person has opened."""
        return self.kind is ActKind.MARK_READ

    @property
    def writes_to_the_customer(self) -> bool:
        """Whether a message reaches the customer by it."""
        return self.kind in _WITH_A_MESSAGE and (self.act is None or bool(self.text.strip()))


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's word on a reply: its own reference and instant, and whether that is final.

    `ref` is the ref under which `fetch` tells that message later, so that it stands in its case once; where nobody
    knows it yet, `fetch` yields an OwnEcho with the reply's key in the message's place.

    With one that is not final, `until` is by when the platform will have said what became of it; left out, it is asked
    a few times within the next minutes, and then a person is.
    """

    ref: str
    at: datetime
    final: bool = True
    warnings: tuple[str, ...] = ()
    until: datetime | None = None

    def __post_init__(self) -> None:
        require_aware(self.at)
        if self.until is not None:
            require_aware(self.until)


def follow_up(reply: Reply, now: datetime) -> Reply | None:
    """The act that follows a reply once it is delivered, if one does: closing the case on the platform as well."""
    if reply.state is not ReplyState.DELIVERED or reply.extra.get(THEN) != ActKind.CLOSE:
        return None
    return Reply(
        f"{reply.key}-{ActKind.CLOSE}",
        reply.case_number,
        reply.channel,
        "",
        now,
        by=reply.by,
        after=reply.after,
        act=Act(ActKind.CLOSE),
    )


class WrongWayError(ValueError):
    """A reply cannot go from the state it is in to the one asked for."""


def move(reply: Reply, state: ReplyState, reason: str = "", not_before: datetime | None = None) -> Reply:
    """The reply in its next state; a way that does not exist is a WrongWayError."""
    if state not in _WAYS[reply.state]:
        raise WrongWayError(f"a reply that is {reply.state} cannot become {state}")
    return replace(reply, state=state, reason=reason, not_before=not_before)


def start_sending(reply: Reply) -> Reply:
    """The reply as it must be stored before the first byte leaves."""
    return replace(move(reply, ReplyState.SENDING), attempts=reply.attempts + 1, until=None, receipt_ref="")


def retry_later(reply: Reply, reason: str, now: datetime, jitter: float, after: datetime | None = None) -> Reply:
    """Queue a reply again that was surely not accepted; `jitter` in [0, 1) spreads the pauses.

    Where the platform said `after`, that is the pause and the attempt does not count.
    """
    if after is not None:
        waiting = move(reply, ReplyState.QUEUED, reason, max(after, now))
        return replace(waiting, attempts=max(reply.attempts - 1, 0))
    pause = min(_FIRST_PAUSE * 2 ** min(max(reply.attempts - 1, 0), 16), _LONGEST_PAUSE)
    return move(reply, ReplyState.QUEUED, reason, now + pause * (0.5 + jitter / 2))


def become_uncertain(reply: Reply, reason: str, now: datetime, settle: timedelta = SETTLE) -> Reply:
    """Mark a reply that may have been sent; it rests for `settle` before it is read back."""
    return replace(move(reply, ReplyState.UNCERTAIN, reason, now + settle), read_backs=0)


def still_uncertain(reply: Reply, reason: str, now: datetime, settle: timedelta = SETTLE) -> Reply:
    """Count a read-back that could not tell; the pauses grow until a person is asked.

    Before the instant by which the platform said it would tell, nobody is asked.
    """
    if reply.state is not ReplyState.UNCERTAIN:
        raise WrongWayError(f"a reply that is {reply.state} is not read back")
    tried = reply.read_backs + 1
    again = now + min(settle * 2 ** min(tried, 16), _LONGEST_PAUSE)
    until = reply.until if reply.until is not None and now < reply.until else None
    if until is not None:
        again = min(again, until)
    return replace(reply, read_backs=tried, reason=reason, not_before=again, until=until)


def with_receipt(reply: Reply, receipt: Receipt, now: datetime) -> Reply:
    """The reply with the platform's own reference, and with its word when it will say more, which it gives once."""
    until = reply.until
    if not receipt.final and receipt.until is not None and not reply.receipt_ref:
        until = min(receipt.until, now + LONGEST_WORD)
    return replace(reply, receipt_ref=receipt.ref or reply.receipt_ref, until=until)


def without_asking(reply: Reply) -> Reply:
    """The reply as it is; one that is automatic is cancelled instead of asking a person about it."""
    if reply.automatic and reply.needs_a_person:
        return move(reply, ReplyState.CANCELLED, reply.reason)
    return reply


def has_grown(case: Case, reply: Reply) -> Message | None:
    """The customer's newer message that the writer of this reply had not seen, if there is one."""
    newest = case.last_inbound
    if newest is None or not reply.after or newest.ref == reply.after or not newest.asks_for_an_answer:
        return None
    seen = next((m for m in case.messages if m.ref == reply.after), None)
    return newest if seen is None or newest.sent_at >= seen.sent_at else None


def delivered(reply: Reply, at: datetime, ref: str = "", how: str = "") -> tuple[Happening, ...]:
    """What happened to the case of a reply that the platform took at this instant, under its own reference `ref`."""
    written = _written(reply, at, ref, how) if reply.writes_to_the_customer else ()
    if reply.act is None:
        return written
    reason = reply.extra.get("reason", "")
    return (*written, *effects(reply.act, reply.key, reply.by, reply.text, at, reason, ref))


def _written(reply: Reply, at: datetime, ref: str, reason: str) -> tuple[Happening, ...]:
    message = as_message(reply, at, ref)
    if reply.automatic:
        # Whatever its `after` names was acknowledged and not answered, so it settles nothing and closes nothing.
        told = ReplyDelivered(reply.key, message, reason)
    else:
        told = ReplyDelivered(reply.key, message, reason, reply.after, reply.then_close)
    return (told,) if reply.promise is None else (told, PromiseMade(reply.key, reply.promise, _ITSELF))


def as_message(reply: Reply, at: datetime, ref: str = "") -> Message:
    """The delivered reply as a message of its case; `ref` is the platform's own reference, which answers point at."""
    return Message(
        ref=FROM_OUTBOX + reply.key,
        author=Author.SELLER,
        direction=Direction.OUTBOUND,
        sent_at=at,
        text=reply.text,
        sender=Party(name=reply.by),
        automatic=reply.automatic,
        attachments=reply.attachments,
        thread_keys=(ref,) if ref else (),
    )
