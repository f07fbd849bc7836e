"""What a FETCH asks for, and the answer for one mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hub_email_imap.simulator.mailbox import StoredMail
from hub_email_imap.simulator.sections import Part, section
from hub_email_imap.simulator.structure import envelope, structure
from hub_email_imap.simulator.syntax import BadCommand, internal_date, literal

Value = Callable[[StoredMail], bytes]

_BODY = re.compile(
    rb"BODY(?P<peek>\.PEEK)?\[(?P<section>.*)\](?:<(?P<start>\d{1,10})\.(?P<length>\d{1,10})>)?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to fetch: under which label, how it is made, and whether fetching it sets \\Seen."""

    label: bytes
    value: Value
    marks_seen: bool = False

    def of(self, mail: StoredMail) -> bytes:
        """The item as it stands in the answer."""
        return self.label + b" " + self.value(mail)


def flag_list(flags: frozenset[str]) -> bytes:
    """Flags as they are written, in a fixed order."""
    return b"(" + " ".join(sorted(flags)).encode() + b")"


SIMPLE: dict[bytes, Value] = {
    b"UID": lambda mail: b"%d" % mail.uid,
    b"FLAGS": lambda mail: flag_list(mail.flags),
    b"INTERNALDATE": lambda mail: internal_date(mail.at),
    b"RFC822.SIZE": lambda mail: b"%d" % len(mail.raw),
    b"ENVELOPE": lambda mail: envelope(mail.headers),
    b"BODYSTRUCTURE": lambda mail: structure(Part(mail.raw), extended=True),
    b"BODY": lambda mail: structure(Part(mail.raw), extended=False),
}
FAST = [b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"]
MACROS = {b"FAST": FAST, b"ALL": [*FAST, b"ENVELOPE"], b"FULL": [*FAST, b"ENVELOPE", b"BODY"]}
# The names of RFC 822 and the sections they stand for; reading the header alone never counted as reading the mail.
OLD_NAMES = {b"RFC822": (b"", True), b"RFC822.HEADER": (b"HEADER", False), b"RFC822.TEXT": (b"TEXT", True)}


def items(words: list[bytes], by_uid: bool) -> list[Item]:
    """The items that the words of a FETCH name; UID FETCH always tells the UID."""
    names = [word.upper() for word in words]
    if len(names) == 1:
        names = MACROS.get(names[0], names)
    if by_uid and b"UID" not in names:
        names = [b"UID", *names]
    return [_item(name) for name in names]


def fetched(position: int, mail: StoredMail, wanted: list[Item]) -> bytes:
    """The untagged answer for one mail."""
    return b"* %d FETCH (" % position + b" ".join(item.of(mail) for item in wanted) + b")"


def _item(name: bytes) -> Item:
    if name in SIMPLE:
        return Item(name, SIMPLE[name])
    if name in OLD_NAMES:
        wanted, marks_seen = OLD_NAMES[name]
        return Item(name, lambda mail: _part(mail, wanted), marks_seen)
    found = _BODY.fullmatch(name)
    if not found:
        raise BadCommand(f"Unknown parameter: {name.decode('ascii', 'replace')}")
    section(b"", found["section"])  # an unknown section is refused also where there is no mail
    return _body_item(found)


def _body_item(found: re.Match[bytes]) -> Item:
    wanted, marks_seen = found["section"], found["peek"] is None
    label = b"BODY[" + wanted + b"]"
    if found["start"] is None:
        return Item(label, lambda mail: _part(mail, wanted), marks_seen)
    start, end = int(found["start"]), int(found["start"]) + int(found["length"])
    return Item(label + b"<%d>" % start, lambda mail: _part(mail, wanted, start, end), marks_seen)


def _part(mail: StoredMail, wanted: bytes, start: int = 0, end: int | None = None) -> bytes:
    part = section(mail.raw, wanted)
    return b"NIL" if part is None else literal(part[start:end])
