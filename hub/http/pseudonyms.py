"""Stand-ins for personal values: of the same shape, the same for the same value, and never a value that was there."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from hub.http.personal import Kind

_VOWELS, _CONSONANTS = "aeiou", "bdfghklmnprstv"
_IDEOGRAPHS = "山川田中森林石木水火土空花星月雪海東西南北春夏秋冬"
_WORDS = (
    "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore "
    "magna aliqua enim ad minim veniam quis nostrud exercitation"
)
_LOREM = _WORDS.split()
_FIRST_IDEOGRAPH = "\u2e80"
_NOWHERE = "example.com"
_TRIES = 300
_LONG = re.compile(r"\w{3,}")
_PREFIX = re.compile(r"[^\W\d_]{1,6}(?=[-_ ]?\d)")


@dataclass
class Pseudonyms:
    """The stand-ins of one recording; another salt gives others, so that nobody finds a value by trying all."""

    salt: bytes
    taboo: set[str] = field(default_factory=set)
    """Values that were there, as `folded` gives them: no stand-in may be one of them, nor hold one as a word."""
    _given: dict[tuple[Kind, str], str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def of(self, kind: Kind, value: str, keep: str = "") -> str:
        """The stand-in for a value; `keep` is the end of an address that may stay."""
        known = self._given.get((kind, value))
        if known is None:
            known = self._given[kind, value] = self._fresh(kind, value, keep)
        return known

    def _fresh(self, kind: Kind, value: str, keep: str) -> str:
        makers: dict[Kind, Callable[[str, Iterator[int]], str]] = {
            Kind.SECRET: lambda _, dice: f"secret-{_number(dice)}",
            Kind.TEXT: self._text,
            Kind.ID: _number_like,
            Kind.EMAIL: lambda value, dice: f"{_word_like(value.partition('@')[0], dice)}@{keep or _NOWHERE}",
            Kind.PHONE: _phone_like,
        }
        make = makers.get(kind, _word_like)
        made = value
        for attempt in range(_TRIES):
            made = make(value, self._dice(kind, value, attempt))
            # A text is no key to anything: two of them may well have the same stand-in.
            if kind is Kind.TEXT or (self._is_free(made, keep) and made not in self._taken):
                break
        self._taken.add(made)
        return made

    def _text(self, value: str, dice: Iterator[int]) -> str:
        """As many lines, each about as long, of words that were not there."""
        pool = [word for word in _LOREM if word not in self.taboo]
        return "\n".join(_line(line, pool, dice) for line in value.split("\n"))

    def _is_free(self, made: str, keep: str) -> bool:
        """Whether neither it nor a word in it was there before."""
        own = made.removesuffix(keep)
        return folded(made) not in self.taboo and all(folded(word) not in self.taboo for word in _LONG.findall(own))

    def _dice(self, kind: Kind, value: str, attempt: int) -> Iterator[int]:
        count = 0
        while True:
            yield from hmac.digest(self.salt, f"{kind}\0{attempt}\0{count}\0{value}".encode(errors="replace"), "sha256")
            count += 1


def same_shape(number: int, stand_in: str) -> int:
    """A stand-in made of digits as a number with the same sign."""
    return -int(stand_in) if number < 0 else int(stand_in)


def _word_like(value: str, dice: Iterator[int]) -> str:
    """Letters for letters and digits for digits, in syllables that can be spoken."""
    made: list[str] = []
    vowel = False
    for sign in value:
        if sign.isdecimal():
            made.append(str(next(dice) % 10))
        elif not sign.isalpha():
            made.append(sign)
            vowel = False
        elif sign >= _FIRST_IDEOGRAPH:
            made.append(_IDEOGRAPHS[next(dice) % len(_IDEOGRAPHS)])
        else:
            pool = _VOWELS if vowel else _CONSONANTS
            letter = pool[next(dice) % len(pool)]
            made.append(letter.upper() if sign.isupper() else letter)
            vowel = not vowel
    return "".join(made)


def _number_like(value: str, dice: Iterator[int]) -> str:
    """Digits for digits, none of which becomes a leading nought; the letters in front, as in CH-1001, stay."""
    prefix = _PREFIX.match(value)
    start = prefix.end() if prefix else 0
    hexadecimal = re.fullmatch(r"[0-9a-fA-F-]{12,}", value) is not None
    made = [value[:start]]
    for index, sign in enumerate(value[start:], start):
        first = index == start or not value[index - 1].isalnum()
        if sign.isdecimal():
            made.append(str(1 + next(dice) % 9 if first and sign != "0" else next(dice) % 10))
        elif sign.isalpha():
            pool = "abcdef" if hexadecimal else "abcdefghijklmnopqrstuvwxyz"
            letter = pool[next(dice) % len(pool)]
            made.append(letter.upper() if sign.isupper() else letter)
        else:
            made.append(sign)
    return "".join(made)


def _phone_like(value: str, dice: Iterator[int]) -> str:
    """Digits for digits; a leading nought stays."""
    lead = len(value) - len(value.lstrip("+0"))
    return value[:lead] + _number_like(value[lead:], dice)


def _line(line: str, pool: Sequence[str], dice: Iterator[int]) -> str:
    words, length = list[str](), 0
    while pool and length < len(line.strip()):
        words.append(pool[next(dice) % len(pool)])
        length += len(words[-1]) + 1
    return " ".join(words) + ("\r" if line.endswith("\r") else "")


def _number(dice: Iterator[int]) -> str:
    return hashlib.sha256(bytes(next(dice) for _ in range(8))).hexdigest()[:12]


def folded(text: str) -> str:
    """How a value is compared: whatever the letters' case and composition."""
    return unicodedata.normalize("NFC", text).casefold()
