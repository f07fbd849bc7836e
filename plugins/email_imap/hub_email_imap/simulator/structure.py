"""ENVELOPE and BODYSTRUCTURE: what a mail looks like, told without its content (RFC 3501 section 7.4.2)."""

from __future__ import annotations

import re
from email.message import Message
from email.utils import getaddresses

from hub_email_imap.simulator.sections import content, parts
from hub_email_imap.simulator.syntax import quoted


def envelope(message: Message) -> bytes:
    """The ten fields of an ENVELOPE; a missing Sender or Reply-To is the From."""
    author = _addresses(message, "From")
    fields = [
        quoted(_field(message, "Date")),
        quoted(_field(message, "Subject")),
        author,
        _addresses(message, "Sender", author),
        _addresses(message, "Reply-To", author),
        _addresses(message, "To"),
        _addresses(message, "Cc"),
        _addresses(message, "Bcc"),
        quoted(_field(message, "In-Reply-To")),
        quoted(_field(message, "Message-ID")),
    ]
    return _list(fields)


def structure(part: Message, extended: bool) -> bytes:
    """BODYSTRUCTURE, or, not extended, BODY."""
    children = parts(part)
    if part.get_content_maintype() == "multipart" and children:
        fields = [b"".join(structure(child, extended) for child in children), _text(part.get_content_subtype().upper())]
        return _list(fields + ([_parameters(part), *_extension(part)] if extended else []))
    return _list(_single(part, extended) + ([b"NIL", *_extension(part)] if extended else []))


def _single(part: Message, extended: bool) -> list[bytes]:
    body = content(part)
    lines = b"%d" % body.count(b"\n")
    encoding = part.get("Content-Transfer-Encoding")
    about = [
        _parameters(part),
        quoted(_field(part, "Content-ID")),
        quoted(_field(part, "Content-Description")),
        _text(str(encoding or "7BIT").strip().upper()),
        b"%d" % len(body),
    ]
    if part.get_content_type() == "message/rfc822" and (inner := parts(part)):
        return [b'"MESSAGE" "RFC822"', *about, envelope(inner[0]), structure(inner[0], extended), lines]
    if part.get_content_maintype() in ("text", "multipart"):  # a multipart without parts is shown as text
        subtype = part.get_content_subtype() if part.get_content_maintype() == "text" else "plain"
        return [b'"TEXT"', _text(subtype.upper()), *about, lines]
    return [_text(part.get_content_maintype().upper()), _text(part.get_content_subtype().upper()), *about]


def _extension(part: Message) -> list[bytes]:
    """Disposition, language and location."""
    disposition = part.get_content_disposition()
    if disposition is None:
        return [b"NIL", b"NIL", b"NIL"]
    return [_list([_text(disposition.upper()), _parameters(part, "Content-Disposition")]), b"NIL", b"NIL"]


def _parameters(part: Message, field: str = "Content-Type") -> bytes:
    found = part.get_params(failobj=[], header=field)[1:]
    pairs = [_text(text) for name, value in found for text in _written(name, value)]
    return _list(pairs) if pairs else b"NIL"


def _written(name: str, value: str | tuple[str | None, str | None, str]) -> tuple[str, str]:
    """Name and value of a parameter, put back as RFC 2231 writes it if it was."""
    if isinstance(value, str):
        return name.upper(), value
    charset, language, text = value
    escaped = "".join(letter if letter.isalnum() and letter.isascii() else _percent(letter) for letter in text)
    return f"{name.upper()}*", f"{charset or ''}'{language or ''}'{escaped}"


def _percent(letter: str) -> str:
    return f"%{ord(letter) & 0xFF:02X}"


def _addresses(message: Message, name: str, default: bytes = b"NIL") -> bytes:
    field = _field(message, name)
    if not field:
        return default
    found = getaddresses([field.decode("ascii", "surrogateescape")])
    return b"(" + b"".join(_address(display, address) for display, address in found) + b")"


def _address(name: str, address: str) -> bytes:
    mailbox, _, host = address.rpartition("@")
    return _list([_text(name) if name else b"NIL", b"NIL", _text(mailbox or host), _text(host if mailbox else "")])


def _field(message: Message, name: str) -> bytes | None:
    """The first field of this name, unfolded, in the bytes in which it was written."""
    for field, value in message.raw_items():
        if field.lower() == name.lower():
            return re.sub(rb"\r?\n(?=[ \t])", b"", str(value).encode("ascii", "surrogateescape")).strip()
    return None


def _text(text: str) -> bytes:
    return quoted(text.encode("utf-8", "surrogateescape"))


def _list(fields: list[bytes]) -> bytes:
    return b"(" + b" ".join(fields) + b")"
