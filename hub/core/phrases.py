"""Finding any of some phrases in a text: plain words, written so that a person can read and extend a list of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

_GAP = r"[\s,]+(?:[^\s.!?]+[\s,]+){0,4}?"


class Phrases:
    """Some phrases to look for, without regard to capitals.

    In a phrase `*` stands for any letters (`refund*`), `#` for a number, and `…` for up to four words. Between words
    stand blanks or a comma. `anywhere` is for languages that put no blanks between words.
    """

    def __init__(self, phrases: Iterable[str], *, anywhere: bool = False) -> None:
        self._pattern = _compiled(tuple(phrases), anywhere)

    def first_in(self, text: str) -> str:
        """The first place in the text where one of them stands, as it is written there; empty if none does."""
        found = self._pattern.search(unicodedata.normalize("NFC", text.replace("’", "'")))
        return found.group() if found else ""


@cache
def _compiled(phrases: tuple[str, ...], anywhere: bool) -> re.Pattern[str]:
    if anywhere:
        return re.compile("|".join(map(_part, phrases)), re.IGNORECASE)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_phrase, phrases))})(?!\w)", re.IGNORECASE)


def _phrase(phrase: str) -> str:
    parts = phrase.split(" … ")
    return _GAP.join(r"[\s,]+".join(map(_part, part.split())) for part in parts)


def _part(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*").replace(r"\#", r"\d+")
