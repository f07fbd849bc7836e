"""Which passwords are taken: long ones that are not among those everybody tries first (NIST SP 800-63B, 5.1.1.2)."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from hub.core.common_passwords import COMMON
from hub.errors import Refused

SHORTEST, LONGEST = 12, 256
_LEAST_DIFFERENT = 5
_LEAST_OF_ITS_OWN = 6
_INSTEAD = "take four words in a row"


class PoorPassword(Refused):
    """A password that is not taken; `reason` is short, long, common or own, for whoever tells it in other words."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def normal(password: str) -> str:
    """The password as it is hashed: the same letters, whichever keyboard wrote them."""
    return unicodedata.normalize("NFKC", password)


def require_good(password: str, *own: str) -> None:
    """Refuse (PoorPassword) what is short, or guessed by whoever knows `own`, the names of its person."""
    password = normal(password)
    if len(password) < SHORTEST:
        told = f"A password has at least {SHORTEST} characters; four words in a row are easy to remember."
        raise PoorPassword("short", told)
    if len(password) > LONGEST:
        raise PoorPassword("long", f"A password has at most {LONGEST} characters.")
    folded = _plain(password)
    if len(set(folded)) < _LEAST_DIFFERENT or folded in COMMON or _is_a_row(folded):
        raise PoorPassword("common", f"This password is among those that are tried first; {_INSTEAD}.")
    if len(_without(folded, own)) < _LEAST_OF_ITS_OWN:
        raise PoorPassword("own", f"This password is little more than a name or a usual word; {_INSTEAD}.")


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
