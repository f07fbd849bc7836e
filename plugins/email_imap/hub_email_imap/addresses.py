"""Addresses and Message-IDs out of header fields, however they are broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from hub_email_imap.headers import words
from hub_email_imap.limits import Notes
from hub_email_imap.parsed import Address
from hub_email_imap.text import one_line

# RFC 5321 section 4.5.3.1 allows 64 + 1 + 255; what is longer is no address.
_LONGEST_ADDRESS = 320
_LONGEST_ID = 998
_SPECIAL = re.compile(r'[",;:(<]')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMMENT_SIGN = re.compile(r"[()]|\\.", re.DOTALL)
_ANGLE = re.compile(r"<([^<>]*)(>?)")
_INNER_COMMENT = re.compile(r"\([^()]*\)")


class _Kind(Enum):
    TEXT = auto()
    QUOTED = auto()
    ANGLE = auto()
    COMMENT = auto()
    GROUP = auto()
    SEPARATOR = auto()


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: _Kind
    text: str


def addresses(value: str, most: int, notes: Notes) -> tuple[Address, ...]:
    """The mailboxes of a field, at most so many; what names neither a person nor an address is left out."""
    if "@" not in value and "=?" in value:
        # Some programs encode the whole field, address and all.
        value = words(value, notes)
    found: list[Address] = []
    for mailbox in _mailboxes(value):
        address = _address(mailbox, notes)
        if address.name or address.email:
            found.append(address)
        if len(found) == most:
            break
    return tuple(found)


def bare_addresses(value: str) -> list[str]:
    """Only the addresses of a field such as Delivered-To."""
    return [address.email for address in addresses(value, 100, set()) if address.email]


def message_ids(value: str, most: int) -> tuple[str, ...]:
    """The newest Message-IDs of a field with their angle brackets, oldest first; words and comments are overlooked."""
    found = [_id(content, closed=bool(end)) for content, end in _ANGLE.findall(value)]
    if not any(found):
        bare = _INNER_COMMENT.sub(" ", value).replace("<", " ").replace(">", " ").replace(",", " ")
        found = [_id(word, closed=False) for word in bare.split()]
    return tuple(dict.fromkeys(f"<{one}>" for one in found if one))[-most:]


def own_message_id(value: str) -> str:
    """The Message-ID a mail carries, in angle brackets, also where the brackets or the host are missing."""
    found = message_ids(value, 1)
    if found:
        return found[0]
    bare = _id("".join(value.split()).strip("<>"), closed=True)
    return f"<{bare}>" if bare else ""


def _id(text: str, *, closed: bool) -> str:
    # A fold in the middle of an id leaves a blank that is not part of it; an unclosed one ends at its first blank.
    parts = text.split()
    bare = one_line("".join(parts) if closed else "".join(parts[:1])).strip(",;")
    return bare if len(bare) <= _LONGEST_ID and (closed or "@" in bare) else ""


class _Scanner:
    """Cuts an address field into pieces in one pass.

    A quote or comment that is never closed is an ordinary sign, and so are all later ones: none is looked for twice.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._ordinary: set[str] = set()

    def pieces(self) -> Iterator[_Piece]:
        """The pieces, first to last."""
        readers = {'"': self._quoted, "(": self._comment, "<": self._angle}
        while self._position < len(self._text):
            sign = self._text[self._position]
            if sign in ",;:":
                self._position += 1
                yield _Piece(_Kind.GROUP if sign == ":" else _Kind.SEPARATOR, sign)
            elif sign in readers and sign not in self._ordinary:
                yield readers[sign]()
            else:
                yield self._plain()

    def _plain(self) -> _Piece:
        start = self._position
        special = _SPECIAL.search(self._text, start + 1)
        self._position = special.start() if special else len(self._text)
        return _Piece(_Kind.TEXT, self._text[start : self._position].strip('"('))

    def _quoted(self) -> _Piece:
        found = _QUOTED.match(self._text, self._position)
        if found is None:
            return self._never_closed('"')
        self._position = found.end()
        return _Piece(_Kind.QUOTED, _ESCAPED.sub(r"\1", found[1]))

    def _comment(self) -> _Piece:
        start, depth = self._position, 0
        for sign in _COMMENT_SIGN.finditer(self._text, start):
            depth += {"(": 1, ")": -1}.get(sign[0], 0)
            if depth == 0:
                self._position = sign.end()
                return _Piece(_Kind.COMMENT, self._text[start + 1 : sign.start()])
        return self._never_closed("(")

    def _angle(self) -> _Piece:
        found = _ANGLE.match(self._text, self._position)
        assert found is not None, "the scanner stands at an angle bracket"  # noqa: S101  tells mypy what pieces() saw
        content, end = found[1], found.end()
        # `<@relay,@relay:a@x>` is an obsolete route; any other comma ends an address whose bracket is missing.
        comma = -1 if content.startswith("@") else content.find(",")
        if comma >= 0:
            content, end = content[:comma], self._position + 1 + comma
        self._position = end
        return _Piece(_Kind.ANGLE, content)

    def _never_closed(self, sign: str) -> _Piece:
        self._ordinary.add(sign)
        return self._plain()


def _mailboxes(value: str) -> Iterator[list[_Piece]]:
    """The pieces of each mailbox of a field; the name of a group, or `mailto:`, is dropped."""
    current: list[_Piece] = []
    for piece in _Scanner(value).pieces():
        if piece.kind is _Kind.SEPARATOR:
            yield current
            current = []
        elif piece.kind is _Kind.GROUP:
            current = current if any("@" in earlier.text for earlier in current) else []
        else:
            current.append(piece)
    yield current


def _address(pieces: list[_Piece], notes: Notes) -> Address:
    angles = [piece.text for piece in pieces if piece.kind is _Kind.ANGLE]
    if angles:
        # `Shop <b2b> <a@x>`: the last one that is an address.
        email = next((text for text in reversed(angles) if "@" in text), "")
        return Address(_name(pieces, notes), _tidy(email))
    return _without_angles(pieces, notes)


def _without_angles(pieces: list[_Piece], notes: Notes) -> Address:
    """An address that stands bare among words: `a@x (Åsa)`, `"a b"@x`, `Åsa a@x`."""
    for place, piece in enumerate(pieces):
        if piece.kind is not _Kind.TEXT or "@" not in piece.text:
            continue
        parts = piece.text.split()
        if not any(part.rstrip("@").find("@") > 0 for part in parts):
            # `a @ x` is an obsolete way of writing (RFC 5322 section 4.4).
            parts = " ".join(parts).replace(" @", "@").replace("@ ", "@").split()
        word = max(parts, key=lambda part: part.rstrip("@").find("@") > 0)
        local_part = pieces[place - 1] if place and word.startswith("@") else None
        if local_part is not None and local_part.kind is _Kind.QUOTED:
            return Address("", _tidy(f'"{local_part.text}"{word}'))
        rest = _Piece(_Kind.TEXT, " ".join(part for part in parts if part is not word))
        return Address(_name([*pieces[:place], rest, *pieces[place + 1 :]], notes), _tidy(word))
    return Address(_name(pieces, notes), "")


def _name(pieces: list[_Piece], notes: Notes) -> str:
    said = "".join(piece.text for piece in pieces if piece.kind in (_Kind.TEXT, _Kind.QUOTED))
    if not said.strip():
        said = " ".join(piece.text for piece in pieces if piece.kind is _Kind.COMMENT)
    return words(said, notes).strip("'\" ")


def _tidy(email: str) -> str:
    """The bare address in small letters, or nothing if it is none."""
    text = email.rpartition(":")[2] if email.startswith("@") else email
    bare = one_line(text).removeprefix("mailto:").strip("<>,; '").rstrip(".").lower()
    if '"' not in bare:
        bare = bare.replace(" ", "")
    local_part, _, host = bare.rpartition("@")
    return bare if local_part and host and len(bare) <= _LONGEST_ADDRESS else ""
