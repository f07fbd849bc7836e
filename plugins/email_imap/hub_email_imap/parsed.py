"""A mail as read from its bytes, before anybody asks which case it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox as a header names it: the decoded display name and the bare address in small letters."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A part of a mail that is not its body: a cleaned file name, a sniffed type and the decoded content."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""
    declared_type: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """What a delivery report says of one recipient (RFC 3464)."""

    recipient: str
    action: str
    status: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """A server that a mail says it came through; `by` is its name in small letters."""

    by: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a field says that a server found of a mail's signatures: the domains that signed it rightly.

    `tells_of_dkim` is whether it says anything of them; another field may be about something else.
    """

    server: str
    tells_of_dkim: bool = False
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """Everything casehub reads from a mail; every field is text that is safe to store and show.

    `message_id`, `in_reply_to` and `references` keep their angle brackets; `references` is oldest first.
    `original_message_id` is that of the mail a delivery report is about. `html` is sanitised. `labels` are short words
    such as `charset-guessed`, `auto-reply`, `out-of-office`, `bounce`, `list`, `bulk`, `truncated`, `remote-images`.
    `automatic` means that no person wrote it (email.md item 29); `loop` holds the X-Hub-Loop header.
    """

    subject: str = ""
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None
    sender: Address = Address("", "")
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()
    return_path: str | None = None
    text: str = ""
    html: str = ""
    files: tuple[ParsedFile, ...] = ()
    automatic: bool = False
    labels: tuple[str, ...] = ()
    language: str = ""
    loop: str = ""
    original_message_id: str = ""
    failed: tuple[FailedDelivery, ...] = ()
    thread_index: str = ""
    thread_topic: str = ""
    answer_to: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trace: tuple[Hop | Checked, ...] = ()
