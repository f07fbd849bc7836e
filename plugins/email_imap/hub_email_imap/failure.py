"""What is still told of a mail that could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from hub_email_imap.parsed import Address
from hub_email_imap.text import one_line

_FIRST_BYTES = 65_536
_NOBODY = Address("", "")


@dataclass(frozen=True, slots=True)
class ParseFailure:
    """A mail that could not be read: why, and what a glance at its head shows, so that a person can look for it."""

    reason: str
    subject: str = ""
    sender: Address = _NOBODY
    message_id: str = ""


def failure(raw: bytes, reason: str) -> ParseFailure:
    """The failure with what a naive look at the raw head finds; it shares no code with the reader that failed."""
    seen = {"subject": "", "from": "", "message-id": ""}
    for line in raw[:_FIRST_BYTES].splitlines():
        if not line.strip():
            break
        name, _, value = line.partition(b":")
        key = name.strip().lower().decode("latin-1")
        if not seen.get(key, "."):
            seen[key] = one_line(value[:1000].decode("utf-8", "replace"))
    return ParseFailure(reason, seen["subject"], _sender(seen["from"]), seen["message-id"])


def _sender(value: str) -> Address:
    name, bracket, rest = value.rpartition("<")
    email = rest.partition(">")[0].strip().lower()
    return Address(name.strip('" ') if bracket else "", email if "@" in email else "")
