"""Which passwords are taken: long ones that are not among those everybody tries first (NIST SP 800-63B, 5.1.1.2)."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from hub.core.common_passwords import COMMON
from hub.errors import Refused

SHORTEST, LONGEST = 12, 256
_LEAST_DIFFERENT = 5
_LEAST_OF_ITS_OWN = 6


def normal(password: str) -> str:
    """The password as it is hashed: the same letters, whichever keyboard wrote them."""
    return unicodedata.normalize("NFKC", password)


def require_good(password: str, *own: str) -> None:
    """Refuse a password that is short, or that somebody would guess who knows `own`, the names of its person."""
    password = normal(password)
    if len(password) < SHORTEST:
        raise Refused(f"A password has at least {SHORTEST} characters; four words in a row are easy to remember.")
    if len(password) > LONGEST:
        raise Refused(f"A password has at most {LONGEST} characters.")
    folded = _plain(password)
    if len(set(folded)) < _LEAST_DIFFERENT or folded in COMMON or _is_a_row(folded):
        raise Refused("This password is among those that are tried first; take four words in a row.")
    if len(_without(folded, own)) < _LEAST_OF_ITS_OWN:
        raise Refused("This password is little more than a name or a usual word; take four words in a row.")


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _is_a_row(text: str) -> bool:
    """Whether each character is the one after, or before, the one before it: 123456789012, abcdefghijkl."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9}


def _without(folded: str, own: tuple[str, ...]) -> str:
    """What is left without the names of its person and the words that everybody takes."""
    words = [_plain(part) for name in own for part in name.replace("@", " ").replace(".", " ").split()]
    words += [_plain(name) for name in own]
    words += ["casehub", "password", "passwort", "losenord", "lösenord", "wachtwoord", "heslo", "welcome", "admin"]
    for word in sorted({word for word in words if len(word) > 2}, key=len, reverse=True):
        folded = folded.replace(word, "")
    return folded.strip("0123456789")
