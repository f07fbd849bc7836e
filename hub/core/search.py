"""How text is folded for searching, the same in every store."""

from __future__ import annotations

import re
import unicodedata

# Only the marks of Latin, Greek and Cyrillic letters: Japanese voicing marks change the word.
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
# Without the iota subscript, the only mark that folding makes a letter.
_UNCASED_MARKS = re.compile("[\u0300-\u0344\u0346-\u036f]+")
# Kana, CJK ideographs and their extensions: languages written without spaces.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart into a base letter and a mark.
_FOLDED = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŧ": "t", "ħ": "h"}


def fold(text: str) -> str:
    """The text as it is searched: small letters, no diacritics, and each Chinese or Japanese sign a word of its own."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    # Most European words are plain now; the rest of the way would not change them, and takes three times as long.
    plain = _UNCASED_MARKS.sub("", decomposed)
    if plain.isascii():
        return plain.lower()
    # Again: taking ™ or № apart brings new capitals (Unicode 3.13, compatibility caseless match).
    folded = decomposed.casefold()
    if folded != decomposed:
        decomposed = unicodedata.normalize("NFKD", folded)
    plain = _LATIN_MARKS.sub("", decomposed)
    for letter, letters in _FOLDED.items():  # quicker than str.translate, by ten times
        plain = plain.replace(letter, letters)
    return _UNSPACED.sub(_parted, unicodedata.normalize("NFC", plain))


def _parted(signs: re.Match[str]) -> str:
    return f" {'  '.join(signs[0])} "


def words(text: str) -> list[str]:
    """The folded words of a text; everything that is neither letter nor digit parts two words."""
    return _WORD.findall(fold(text))


def lookup_key(text: str) -> str:
    """What an address or a number is looked up by: neither spaces, nor the case and width of letters make another."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
