"""What keeps machines from a form without asking a third party: signed tokens, limits, and suspicions."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock

YOUNGEST = timedelta(seconds=3)
"""Nobody fills in a form more quickly than this."""
OLDEST = timedelta(hours=12)
MOST_LINKS = 3
THROUGH_A_PROXY = 20
"""So many times as much may come from this computer itself: behind a proxy that passes no address on, all share it."""
_MOST_ADDRESSES = 10_000
_MOST_TEXTS = 5_000
_LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)
_TOKEN = re.compile(r"([0-9a-f]{16})\.([0-9]{1,12})\.([0-9a-f]{16,128})")


class TokenState(StrEnum):
    """What a token proves."""

    GOOD = "good"
    YOUNG = "young"
    OLD = "old"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Token:
    """What came back with a form: the number of that very form, and whether it can be believed."""

    state: TokenState
    nonce: str = ""


@dataclass(frozen=True)
class Tokens:
    """Signs what a form shall bring back, for one purpose, and reads it again."""

    sign: Callable[[str], str]
    now: Callable[[], datetime]

    def new(self, purpose: str, ago: timedelta = timedelta()) -> str:
        """A token for a form that is shown now, or was `ago`."""
        nonce, issued = secrets.token_hex(8), int((self.now() - ago).timestamp())
        return f"{nonce}.{issued}.{self._mac(purpose, nonce, issued)}"

    def read(self, token: str, purpose: str) -> Token:
        """What the token proves for this purpose now."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            return Token(TokenState.FORGED)
        nonce, issued = found[1], int(found[2])
        if not hmac.compare_digest(found[3], self._mac(purpose, nonce, issued)):
            return Token(TokenState.FORGED)
        age = self.now().timestamp() - issued
        if age > OLDEST.total_seconds():
            return Token(TokenState.OLD)
        return Token(TokenState.YOUNG if age < YOUNGEST.total_seconds() else TokenState.GOOD, nonce)

    def _mac(self, purpose: str, nonce: str, issued: int) -> str:
        return self.sign(f"form {purpose} {nonce} {issued}")


@dataclass
class RateLimit:
    """How often an address may do something in an hour; only the newest addresses are remembered."""

    most: int
    now: Callable[[], datetime]
    within: timedelta = timedelta(hours=1)
    _seen: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def allows(self, address: str) -> bool:
        """Count one more, and say whether it is still within the limit."""
        key, now = network(address), self.now()
        with self._lock:
            times = self._seen.setdefault(key, deque())
            self._seen.move_to_end(key)
            while times and now - times[0] >= self.within:
                times.popleft()
            if len(times) >= self.most * (THROUGH_A_PROXY if _is_this_computer(key) else 1):
                return False
            times.append(now)
            while len(self._seen) > _MOST_ADDRESSES:
                self._seen.popitem(last=False)
        return True


def _is_this_computer(address: str) -> bool:
    return address.startswith("127.") or address == "::/64"


def network(address: str) -> str:
    """The address as it is counted: a whole /64 of IPv6 belongs to one line."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


@dataclass
class Repeats:
    """Which texts came lately, by a digest: the same one from many forms is no person's."""

    now: Callable[[], datetime]
    within: timedelta = timedelta(hours=1)
    most: int = 2
    _seen: OrderedDict[str, tuple[datetime, int]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def is_repeated(self, text: str) -> bool:
        """Count the text once more; whether it came too often."""
        words = " ".join(text.lower().split())
        if len(words) < 20:
            return False
        digest, now = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest(), self.now()
        with self._lock:
            first, count = self._seen.pop(digest, (now, 0))
            if now - first >= self.within:
                first, count = now, 0
            self._seen[digest] = (first, count + 1)
            while len(self._seen) > _MOST_TEXTS:
                self._seen.popitem(last=False)
        return count + 1 > self.most


def suspicions(token: Token, trap: str, text: str, *, repeated: bool) -> tuple[str, ...]:
    """Why a machine may have written this, in words for the seller; it is kept all the same."""
    found = []
    if trap.strip():
        found.append("a field was filled in that people do not see")
    if token.state is TokenState.YOUNG:
        found.append(f"the form came back within {YOUNGEST.total_seconds():.0f} seconds")
    if (links := len(_LINK.findall(text))) > MOST_LINKS:
        found.append(f"it has {links} links")
    if repeated:
        found.append("the same text came several times within an hour")
    return tuple(found)
