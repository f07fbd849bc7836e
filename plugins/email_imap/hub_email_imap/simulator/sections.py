"""Parts of a mail as IMAP cuts them out: header, text, chosen header fields, numbered MIME parts."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from hub_email_imap.simulator.syntax import BadCommand

_FIELDS = re.compile(rb"HEADER\.FIELDS(?P<other>\.NOT)? \((?P<names>[^()]*)\)")
_PART = re.compile(rb"[1-9]\d*(\.[1-9]\d*)*")
_FIELD = re.compile(rb"[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")
# A part keeps the line ends and the folding in which it came.
_AS_IT_CAME = compat32.clone(linesep="\r\n", max_line_length=0)


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
        part = numbered_part(message_from_bytes(raw), [int(number) for number in name.split(b".")])
        return None if part is None else content(part)
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


def numbered_part(message: Message, numbers: list[int]) -> Message | None:
    """The part that `1.2` names; None if there is none."""
    part, children = message, _parts_of_mail(message)
    for number in numbers:
        if number > len(children):
            return None
        part = children[number - 1]
        children = _parts_of_part(part)
    return part


def _parts_of_mail(message: Message) -> list[Message]:
    """The parts of a mail; one that is not multipart is its own part 1."""
    return parts(message) or [message]


def _parts_of_part(part: Message) -> list[Message]:
    """The parts within a part; those of an enclosed mail count as the part's own."""
    inner = parts(part)
    if part.get_content_type() == "message/rfc822" and inner:
        return _parts_of_mail(inner[0])
    return inner if part.get_content_maintype() == "multipart" else []


def parts(message: Message) -> list[Message]:
    """What the parser found within: the parts of a multipart, the mail in a message/rfc822, or nothing."""
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def content(part: Message) -> bytes:
    """The body of a part, its transfer encoding left as it is."""
    payload = part.get_payload()
    if isinstance(payload, str):
        return payload.encode("ascii", "surrogateescape")
    whole = part.as_bytes(policy=_AS_IT_CAME)
    return whole[len(header(whole)) :]


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].strip().upper()
