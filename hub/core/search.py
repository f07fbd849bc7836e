"""How text is folded for searching, the same in every store."""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not take apart into a base letter and a mark.
_FOLDED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŧ": "t", "ħ": "h"}
)


def fold(text: str) -> str:
    """The text as it is searched: small letters, no diacritics, and each Chinese or Japanese sign a word of its own."""
    if text.isascii():
        return text.lower()
    # Twice: taking ™ or № apart brings new capitals (Unicode 3.13, compatibility caseless match).
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold()).casefold())
    plain = "".join(c for c in decomposed if not _is_latin_mark(c)).translate(_FOLDED)
    recomposed = unicodedata.normalize("NFC", plain)
    return "".join(f" {c} " if _is_unspaced(c) else c for c in recomposed)


def words(text: str) -> list[str]:
    """The folded words of a text; everything that is neither letter nor digit parts two words."""
    return "".join(c if c.isalnum() else " " for c in fold(text)).split()


def _is_latin_mark(char: str) -> bool:
    # Only the marks of Latin, Greek and Cyrillic letters: Japanese voicing marks change the word.
    return "\u0300" <= char <= "\u036f"


def _is_unspaced(char: str) -> bool:
    # Kana, CJK ideographs and their extensions: languages written without spaces.
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff"
