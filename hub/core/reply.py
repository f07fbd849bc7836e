"""A reply that a person approved and the platform's word on it, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.model import Attachment, require_aware
from hub.core.platform_acts import Act, ActKind
from hub.core.uptime import Rest, Uptime


class ReplyState(StrEnum):
    """Where a reply stands; each name is what a person may rely on."""

    QUEUED = "queued"  # surely not sent; the next delivery run sends it
    HELD = "held"  # surely not sent; waits for a person or for its channel
    SENDING = "sending"  # a delivery run is at it now, or died at it
    ACCEPTED = "accepted"  # the platform took it and will say later what became of it
    DELIVERED = "delivered"  # the platform's word that it was taken for good
    UNCERTAIN = "uncertain"  # may have been sent: read back, never repeated blindly
    REJECTED = "rejected"  # the platform refused it for good
    FAILED = "failed"  # the platform took it and failed at it in the end: surely not done
    CANCELLED = "cancelled"  # taken back, or given up where nobody is asked


class Hold(StrEnum):
    """What a held reply waits for."""

    GROWN = "grown"  # a person to read what the customer wrote since
    APPROVAL = "approval"  # a second person to agree
    PERSON = "person"  # whoever stopped it to let it go
    CHANNEL = "channel"  # its channel to work again, which lets it go


MOST_READ_BACKS = 3
"""After so many read-backs that could not tell, a person decides."""

_WITH_A_MESSAGE = frozenset({None, ActKind.DECIDE, ActKind.CLOSE, ActKind.REOPEN})


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply a person approved, under the key that makes it one: the same text twice is two keys.

    An `automatic` one nobody wrote: it answers nothing, and nobody is asked about it. With its delivery the customer
    has the `promise` of an answer by that instant. With an `act` it is done on the platform as well, or, where the
    text is empty, instead of writing. It is not sent before `send_at`; `rest` is the pause until `not_before`, kept
    apart from wall clocks. `client_key` is the name by which a program that asks twice is known, `client_digest` what
    it asked for. `approval` names the rule that wants a second person, one of `approvers` where the rule names any,
    and `approved_by` who agreed. `left` names side work of a delivered one that failed `left_tries` times. One that is
    being sent and not `gone` yet has surely not been sent. Its writer, or who let it go, had before him what was there
    at `seen_at`; where that is not told, when it was written.
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
    hold: Hold | None = None
    rest: Rest | None = None
    send_at: datetime | None = None
    client_key: str = ""
    client_digest: str = ""
    approval: str = ""
    approvers: tuple[str, ...] = ()
    approved_by: str = ""
    left: tuple[str, ...] = ()
    left_tries: int = 0
    gone: bool = True
    seen_at: datetime | None = None

    def __post_init__(self) -> None:
        require_aware(self.written_at)
        for instant in (self.promise, self.until, self.send_at):
            if instant is not None:
                require_aware(instant)

    @property
    def needs_a_person(self) -> bool:
        """Whether the hub can do nothing more for this reply by itself."""
        if self.state is ReplyState.HELD:
            return self.hold is not Hold.CHANNEL
        return self.asked_enough or self.state in (ReplyState.REJECTED, ReplyState.FAILED)

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

    @property
    def wants_approval(self) -> bool:
        """Whether a second person has still to agree."""
        return bool(self.approval) and not self.approved_by

    def may_go(self, now: datetime, uptime: Uptime) -> bool:
        """Whether its pause is over; where the machine was started anew meanwhile, the clock on the wall decides."""
        return (self.send_at is None or self.send_at <= now) and self.has_rested(now, uptime)

    def has_rested(self, now: datetime, uptime: Uptime) -> bool:
        """Whether its pause is over, be its time to be sent yet to come."""
        over = self.rest.is_over(uptime) if self.rest is not None else None
        return (self.not_before is None or self.not_before <= now) if over is None else over

    def waits_to_be_undone(self, now: datetime, uptime: Uptime) -> timedelta:
        """For how long its writer may still take it back before anything is tried; zero when that is over."""
        fresh = self.state is ReplyState.QUEUED and not self.attempts and not self.reason and self.send_at is None
        if not fresh or self.not_before is None or self.may_go(now, uptime):
            return timedelta()
        if self.rest is not None and self.rest.boot == uptime.boot:
            return timedelta(milliseconds=self.rest.until - uptime.milliseconds)
        return self.not_before - now


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's word on a reply: its own reference and instant, and whether that is final.

    `ref` is the ref under which `fetch` tells that message later, so that it stands in its case once; where nobody
    knows it yet, `fetch` yields an OwnEcho with the reply's key in the message's place.

    With one that is not final, `until` is by when the platform will have said what became of it; left out, it is asked
    a few times within the next minutes, and then a person is.

    `left` names side work that has failed, such as the copy for the sent folder: what is delivered stays delivered, and
    `Connection.finish` is asked to do that alone.
    """

    ref: str
    at: datetime
    final: bool = True
    warnings: tuple[str, ...] = ()
    until: datetime | None = None
    left: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_aware(self.at)
        if self.until is not None:
            require_aware(self.until)
