"""What happens to the replies of a case on their way out."""

from __future__ import annotations

from dataclasses import dataclass

from hub.core.model import Message
from hub.core.platform_acts import ActKind


@dataclass(frozen=True, slots=True)
class ReplyQueued:
    """A person approved a reply, or an act on the platform; it waits in the outbox under `key`."""

    key: str
    who: str = ""
    act: ActKind | None = None


@dataclass(frozen=True, slots=True)
class ReplyDelivered:
    """The platform took the reply with `key`; the message is what the customer gets.

    It answers what its writer had seen: of what was there when the reply was queued, everything up to the message with
    the ref `after`. Where `after` is empty, that had been written before it. `then_close` closes the case unless
    somebody waits.
    """

    key: str
    message: Message
    reason: str = ""
    after: str = ""
    then_close: bool = False


@dataclass(frozen=True, slots=True)
class ReplyStopped:
    """The reply with `key` was not delivered, or the act not done: rejected, uncertain, held or cancelled, and why."""

    key: str
    state: str
    reason: str = ""
    act: ActKind | None = None


@dataclass(frozen=True, slots=True)
class ApprovalWanted:
    """The reply or act with `key` waits for a second person, by the rule named."""

    key: str
    rule: str
    act: ActKind | None = None


@dataclass(frozen=True, slots=True)
class ReplyApproved:
    """A second person agreed to the reply or act with `key`."""

    key: str
    who: str
    rule: str = ""
    act: ActKind | None = None


@dataclass(frozen=True, slots=True)
class ReplyEdited:
    """A person wrote the waiting reply with `key` anew, having read all that was there."""

    key: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class ReplyBounced:
    """The message of ours with this ref did not arrive, says the report with the ref `report`, and why."""

    ref: str
    report: str = ""
    reason: str = ""
