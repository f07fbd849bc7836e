"""Parts of a mail as IMAP cuts them out: header, text, chosen header fields, numbered MIME parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from functools import cached_property

from hub_email_imap.simulator.syntax import BadCommand

DEEPEST = 50  # levels; what lies deeper is not looked into, as on real servers
_FIELDS = re.compile(rb"HEADER\.FIELDS(?P<other>\.NOT)? \((?P<names>[^()]*)\)")
_PART = re.compile(rb"[1-9]\d{0,4}(\.[1-9]\d{0,4})*")
_FIELD = re.compile(rb"[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")


@dataclass(frozen=True)
class Part:
    """A mail or a part of one, cut out of the bytes, which Python's own parser could not give back as they were."""

    raw: bytes
    depth: int = 0

    @cached_property
    def headers(self) -> Message:
        """The header fields, parsed."""
        return BytesHeaderParser().parsebytes(header(self.raw))

    @property
    def body(self) -> bytes:
        """What follows the header, its transfer encoding left as it is."""
        return self.raw[len(header(self.raw)) :]

    @cached_property
    def children(self) -> list[Part]:
        """The parts of a multipart, or the one mail that is enclosed."""
        if self.depth >= DEEPEST:
            return []
        if self.headers.get_content_type() == "message/rfc822":
            return [Part(self.body, self.depth + 1)]
        boundary = self.headers.get_boundary()
        if self.headers.get_content_maintype() != "multipart" or not boundary:
            return []
        return [Part(raw, self.depth + 1) for raw in _between(self.body, boundary.encode("utf-8", "surrogateescape"))]


def section(raw: bytes, name: bytes) -> bytes | None:
    """What BODY[name] stands for; None for a part that the mail does not have."""
    if name == b"":
        return raw
    if name == b"HEADER":
        return header(raw)
    if name == b"TEXT":
        return raw[len(header(raw)) :]
    if fields := _FIELDS.fullmatch(name):
        wanted = {field.strip(b'"') for field in fields["names"].split()}
        return header_fields(raw, wanted, without=fields["other"] is not None)
    if _PART.fullmatch(name):
        part = _numbered(Part(raw), [int(number) for number in name.split(b".")])
        return None if part is None else part.body
    raise BadCommand("Unknown body section.")


def header(raw: bytes) -> bytes:
    """The header with the empty line that ends it."""
    if raw.startswith(b"\r\n"):
        return b"\r\n"
    end = raw.find(b"\r\n\r\n")
    return raw if end < 0 else raw[: end + 4]


def header_fields(raw: bytes, names: set[bytes], without: bool) -> bytes:
    """The fields with these names (in capitals), or all others, as they stand in the mail, and an empty line."""
    fields = _FIELD.findall(header(raw))
    kept = [field for field in fields if field != b"\r\n" and (_name(field) in names) is not without]
    return b"".join(kept) + b"\r\n"


def _numbered(mail: Part, numbers: list[int]) -> Part | None:
    """The part that `1.2` names; None if there is none."""
    part, parts = mail, _parts_of_mail(mail)
    for number in numbers:
        if number > len(parts):
            return None
        part = parts[number - 1]
        enclosed = part.headers.get_content_type() == "message/rfc822" and part.children
        parts = _parts_of_mail(part.children[0]) if enclosed else part.children
    return part


def _parts_of_mail(mail: Part) -> list[Part]:
    """The parts of a mail; one that is not multipart is its own part 1."""
    return mail.children if mail.headers.get_content_maintype() == "multipart" and mail.children else [mail]


def _between(body: bytes, boundary: bytes) -> list[bytes]:
    """What lies between the boundary lines; the line end before a boundary belongs to the boundary (RFC 2046)."""
    line = re.compile(rb"(?:\A|\r\n)--" + re.escape(boundary) + rb"(?P<last>--)?[ \t]*(?:(?=\r\n)|\Z)")
    parts: list[bytes] = []
    start = None
    for found in line.finditer(body):
        if start is not None:
            parts.append(body[start : found.start()])
        if found["last"]:
            return parts
        start = found.end() + 2
    return parts if start is None else [*parts, body[start:]]


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].strip().upper()
