"""Personal values found again wherever they stand: as a whole field, in the middle of a text, or in an address."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from hub.http.personal import Kind
from hub.http.pseudonyms import Pseudonyms, folded

_TOKEN = re.compile(r"\w+")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_PHONE = re.compile(
    r"(?<![\w.:/+-])(?:\+|00)\d{1,3}[\d ()./-]{6,16}\d|(?<![\w.:/+-])0\d{1,3}[ /-]\d[\d -]{4,10}\d(?![\w-])"
)
_DAY = re.compile(r"\d\d[/-]\d\d[/-]\d{2,4}")
_SHORTEST = 3
_SHORTEST_ID = 4
_WITHOUT_BLANKS = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uff66-\uff9f]")


_PATTERNS = ((Kind.EMAIL, _EMAIL), (Kind.SECRET, _JWT), (Kind.ID, _IBAN), (Kind.PHONE, _PHONE))


class Traces:
    """Learns personal values in a first look, and replaces them in a second."""

    def __init__(self, pseudonyms: Pseudonyms, secrets: frozenset[str], hosts: frozenset[str]) -> None:
        self._pseudonyms = pseudonyms
        self._known: dict[str, tuple[Kind, str]] = {}
        for secret in secrets - {""}:
            self._note(Kind.SECRET, secret)
        self._kept_ends = tuple(f"{sign}{host}" for host in hosts for sign in "@.")
        self._by_token: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._literal: list[tuple[Kind, str]] = [(Kind.SECRET, secret) for secret in secrets if secret]

    def learn(self, kind: Kind | None, text: str) -> str:
        """Take note of a value, and of the addresses within any text; the text comes back as it is."""
        plain = unicodedata.normalize("NFC", text)
        for found in _EMAIL.findall(plain):
            self._note(Kind.EMAIL, found)
        if kind in (Kind.NAME, Kind.EMAIL):
            for part in _TOKEN.findall(_EMAIL.sub(" ", plain)):
                self._note(Kind.NAME, part)
        elif kind is not None and kind is not Kind.TEXT and plain.strip():
            self._note(kind, plain.strip())
        return text

    def settle(self) -> None:
        """Learn no more: order what is known by how it begins."""
        self._pseudonyms.taboo |= set(self._known)
        for key in sorted(self._known, key=len, reverse=True):
            kind, value = self._known[key]
            first = _TOKEN.search(value)
            if _WITHOUT_BLANKS.search(value):
                self._literal.append((kind, value))
            if first is not None and len(value) >= (_SHORTEST_ID if kind is Kind.ID else _SHORTEST):
                self._by_token[folded(first.group())].append((value, first.start()))

    def replaced(self, kind: Kind | None, text: str) -> str:
        """The text with stand-ins: all of it where its field is personal, else each known value within it."""
        plain = unicodedata.normalize("NFC", text)
        bare = plain.strip()
        if not bare or (kind is Kind.ID and len(bare) < _SHORTEST_ID):
            return text
        if kind is None or kind is Kind.EMAIL or kind is Kind.NAME:
            return self._within(plain, all_words=kind is not None)
        return plain.replace(bare, self._stand_in(kind, bare))

    def _note(self, kind: Kind, value: str) -> None:
        self._known.setdefault(folded(value), (kind, value))

    def _stand_in(self, kind: Kind, value: str) -> str:
        """The stand-in; the same for a value in other letters' case, and for one that another kind of field had."""
        known_kind, known = self._known.get(folded(value), (kind, value))
        keep = known.rpartition("@")[2] if known_kind is Kind.EMAIL and known.endswith(self._kept_ends) else ""
        made = self._pseudonyms.of(known_kind, known, keep)
        if value == known:
            return made
        return made.upper() if value.isupper() else made.lower() if value.islower() else made

    def _within(self, text: str, all_words: bool) -> str:
        made, end = list[str](), 0
        for start, stop, stand_in in sorted(self._found(text, all_words), key=lambda found: (found[0], -found[1])):
            if start >= end:
                made += [text[end:start], stand_in]
                end = stop
        return "".join([*made, text[end:]])

    def _found(self, text: str, all_words: bool) -> Iterator[tuple[int, int, str]]:
        """Where something personal stands, and what is to stand there; some may lie within others."""
        for kind, pattern in _PATTERNS:
            for found in pattern.finditer(text):
                if not _DAY.match(found.group()):
                    yield *found.span(), self._stand_in(kind, found.group())
        for kind, value in self._literal:
            if value[0].casefold() in text or value[0].upper() in text:  # a quick no to most of them
                for found in re.finditer(re.escape(value), text, re.IGNORECASE):
                    yield *found.span(), self._stand_in(kind, found.group())
        for word in _TOKEN.finditer(text):
            yield from self._known_at(text, word)
            if all_words:
                yield *word.span(), self._stand_in(Kind.NAME, word.group())

    def _known_at(self, text: str, word: re.Match[str]) -> Iterator[tuple[int, int, str]]:
        for value, offset in self._by_token.get(folded(word.group()), ()):
            start = word.start() - offset
            # A word in capitals may be longer than in small letters: STRASSE, Straße.
            stop = start + len(value) if folded(word.group()) != folded(value) else word.end()
            if start >= 0 and folded(text[start:stop]) == folded(value) and not text[stop : stop + 1].isalnum():
                yield start, stop, self._stand_in(Kind.ID, text[start:stop])
