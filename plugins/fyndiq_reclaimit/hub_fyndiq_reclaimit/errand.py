"""Errands and their threads as the platform has them, read from the payloads of the errand contract; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub import Author, Direction, Misunderstood
from hub.core.plain_text import one_line
from hub_fyndiq_reclaimit.markup import to_text
from hub_fyndiq_reclaimit.money import decimal_of
from hub_fyndiq_reclaimit.payload import an_object, identity, needed_instant, objects, text, word

_SYSTEM = "SYSTEM"
_WRITERS: Mapping[tuple[str, str], tuple[Author, Direction]] = {
    ("CUSTOMER", "INBOUND"): (Author.CUSTOMER, Direction.INBOUND),
    ("MERCHANT", "OUTBOUND"): (Author.SELLER, Direction.OUTBOUND),
    ("MARKETPLACE", "INBOUND"): (Author.PLATFORM, Direction.INBOUND),
    # To the customer: for the seller it is news all the same, and never his own answer.
    ("MARKETPLACE", "OUTBOUND"): (Author.PLATFORM, Direction.INBOUND),
}
_AUTHORS = frozenset({"CUSTOMER", "MERCHANT", "MARKETPLACE"})


@dataclass(frozen=True, slots=True)
class FileNote:
    """What a message tells of a file that hangs on it."""

    id: str
    name: str
    media_type: str
    size: int | None


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One message of an errand's thread, as the platform has it."""

    id: str
    author: Author
    direction: Direction
    sent_at: datetime
    text: str
    automatic: bool
    client_reference: str
    files: tuple[FileNote, ...]


@dataclass(frozen=True, slots=True)
class Errand:
    """An errand as the platform has it, as far as it is more than a message to the hub."""

    id: str
    marketplace: str
    created_at: datetime
    updated_at: datetime
    state: str
    status: str
    fields: Mapping[str, Any]

    @property
    def ref(self) -> str:
        """By what the hub knows it."""
        return ref_of(self.marketplace, self.id)


def ref_of(marketplace: str, errand_id: str) -> str:
    """The ref of an errand: ids are unique within a marketplace only."""
    return f"{marketplace}:{errand_id}"


def id_of(ref: str) -> str:
    """The platform's id in a ref, empty if it is none of ours."""
    return ref.partition(":")[2]


def read_errands(payload: Any) -> list[Errand]:
    """A page of errands."""
    return [read_errand(item) for item in objects(payload, "the list of errands")]


def read_errand(payload: Any) -> Errand:
    """One errand."""
    fields = an_object(payload, "an errand")
    errand_id = identity(fields, "an errand")
    what = f"errand {errand_id}"
    state = word(fields, "state")
    if not state:
        raise Misunderstood(f"{what} has no state")
    created_at = needed_instant(fields, "created_at", what)
    return Errand(
        id=errand_id,
        marketplace=word(fields, "marketplace").lower(),
        created_at=created_at,
        updated_at=needed_instant(fields, "updated_at", what),
        state=state,
        status=word(fields, "status"),
        fields=fields,
    )


def read_messages(payload: Any, errand: str) -> list[ThreadMessage]:
    """A page of an errand's thread."""
    return [_read_message(item, errand) for item in objects(payload, f"the thread of errand {errand}")]


def _read_message(fields: Mapping[str, Any], errand: str) -> ThreadMessage:
    message_id = identity(fields, f"a message of errand {errand}")
    what = f"message {message_id} of errand {errand}"
    author, direction = _writer(word(fields, "author"), word(fields, "direction"), what)
    return ThreadMessage(
        id=message_id,
        author=author,
        direction=direction,
        sent_at=needed_instant(fields, "created_at", what),
        text=text(fields, "body_text") or to_text(text(fields, "body_html")),
        automatic=word(fields, "direction") == _SYSTEM,
        client_reference=text(fields, "client_reference"),
        files=tuple(_files(fields, what)),
    )


def _writer(author: str, direction: str, what: str) -> tuple[Author, Direction]:
    """Who wrote a message to whom; a role that is not known is an error, because a clock hangs on it."""
    if author in _AUTHORS and direction == _SYSTEM:
        return Author.PLATFORM, Direction.INBOUND
    known = _WRITERS.get((author, direction))
    if known is None:
        raise Misunderstood(
            f"{what} is from {author or 'nobody'} and {direction or 'goes nowhere'}, which is not known"
        )
    return known


def _files(fields: Mapping[str, Any], what: str) -> Iterator[FileNote]:
    for file in objects(fields.get("attachments") or [], f"the attachments of {what}"):
        size = decimal_of(file.get("size"))
        yield FileNote(
            id=identity(file, f"an attachment of {what}"),
            name=one_line(text(file, "file_name")) or "attachment",
            media_type=word(file, "content_type") or "application/octet-stream",
            size=None if size is None else int(size),
        )
