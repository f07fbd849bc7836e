"""ENVELOPE and BODYSTRUCTURE: what a mail looks like, told without its content (RFC 3501 section 7.4.2)."""

from __future__ import annotations

import re
from email.message import Message
from email.utils import getaddresses

from hub_email_imap.simulator.sections import Part
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


def structure(part: Part, extended: bool) -> bytes:
    """BODYSTRUCTURE, or, not extended, BODY."""
    headers = part.headers
    if headers.get_content_maintype() == "multipart" and part.children:
        children = b"".join(structure(child, extended) for child in part.children)
        fields = [children, _text(headers.get_content_subtype().upper())]
        return _list(fields + ([_parameters(headers), *_extension(headers)] if extended else []))
    return _list(_single(part, extended) + ([b"NIL", *_extension(headers)] if extended else []))


def _single(part: Part, extended: bool) -> list[bytes]:
    headers = part.headers
    lines = b"%d" % part.body.count(b"\n")
    about = [
        _parameters(headers),
        quoted(_field(headers, "Content-ID")),
        quoted(_field(headers, "Content-Description")),
        quoted(_field(headers, "Content-Transfer-Encoding") or b"7BIT").upper(),
        b"%d" % len(part.body),
    ]
    if headers.get_content_type() == "message/rfc822" and part.children:
        inner = part.children[0]
        return [b'"MESSAGE" "RFC822"', *about, envelope(inner.headers), structure(inner, extended), lines]
    if headers.get_content_maintype() == "text":
        return [b'"TEXT"', _text(headers.get_content_subtype().upper()), *about, lines]
    return [*_opaque_type(headers), *about]


def _opaque_type(headers: Message) -> list[bytes]:
    """Type and subtype of what is not looked into; broken multiparts and mails too deep have to be called otherwise."""
    kind, subtype = headers.get_content_maintype(), headers.get_content_subtype()
    if kind == "multipart" or f"{kind}/{subtype}" == "message/rfc822":
        kind, subtype = "application", "octet-stream"
    return [_text(kind.upper()), _text(subtype.upper())]


def _extension(headers: Message) -> list[bytes]:
    """Disposition, language and location."""
    disposition = headers.get_content_disposition()
    if disposition is None:
        return [b"NIL", b"NIL", b"NIL"]
    return [_list([_text(disposition.upper()), _parameters(headers, "Content-Disposition")]), b"NIL", b"NIL"]


def _parameters(headers: Message, field: str = "Content-Type") -> bytes:
    found = headers.get_params(failobj=[], header=field)[1:]
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
