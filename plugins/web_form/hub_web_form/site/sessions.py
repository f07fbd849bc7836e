"""Who may look into a conversation: one-time codes that go by mail, and the cookie that follows."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from hub_web_form.entries import is_safe

COOKIE = "front_case"
LASTS = timedelta(hours=2)
LASTS_WITHOUT_MAIL = timedelta(days=30)
"""Where no code can be sent, the browser that wrote is the only key there is."""
CODE_LASTS = timedelta(minutes=15)
MOST_ATTEMPTS = 5
MOST_CODES = 3
"""So many codes a case may have at once: nobody's mailbox is flooded."""
_MOST_CHALLENGES = 5_000


@dataclass(frozen=True)
class Sessions:
    """Makes and reads the signed value of the cookie, which names one conversation until an instant."""

    sign: Callable[[str], str]
    now: Callable[[], datetime]

    def new(self, ref: str, lasts: timedelta = LASTS) -> str:
        """The cookie's value for a conversation."""
        until = int((self.now() + lasts).timestamp())
        return f"{ref}.{until}.{self._mac(ref, until)}"

    def read(self, cookie: str) -> str:
        """The conversation that a cookie opens, empty where it opens none (any more)."""
        ref, _, rest = cookie.partition(".")
        until, _, mac = rest.partition(".")
        if not (is_safe(ref) and until.isascii() and until.isdigit() and len(until) < 12 and mac.isascii()):
            return ""
        if not hmac.compare_digest(mac, self._mac(ref, int(until))):
            return ""
        return ref if self.now().timestamp() < int(until) else ""

    def _mac(self, ref: str, until: int) -> str:
        return self.sign(f"session {ref} {until}")


@dataclass(frozen=True, slots=True)
class _Challenge:
    ref: str
    digest: str
    until: datetime
    attempts: int = 0


@dataclass
class Codes:
    """The codes that are on their way, as digests in memory: after a restart a visitor asks for a new one.

    A challenge is begun whether or not there is such a case, and nothing tells the one from the other.
    """

    now: Callable[[], datetime]
    _open: OrderedDict[str, _Challenge] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, ref: str) -> tuple[str, str]:
        """A handle for the page, and the code to send; without a case, or with too many codes, there is no code."""
        handle, code = secrets.token_hex(16), f"{secrets.randbelow(1_000_000):06}"
        with self._lock:
            self._forget()
            crowded = ref and sum(one.ref == ref for one in self._open.values()) >= MOST_CODES
            known = "" if crowded else ref
            self._open[handle] = _Challenge(known, _digest(handle, code), self.now() + CODE_LASTS)
        return handle, code if known else ""

    def redeem(self, handle: str, code: str) -> str:
        """The conversation that the code opens; a code is good once, and a wrong one only a few times."""
        with self._lock:
            self._forget()
            challenge = self._open.get(handle, _Challenge("", "", self.now()))
            right = hmac.compare_digest(challenge.digest, _digest(handle, "".join(code.split())))
            if handle in self._open:
                tried = replace(challenge, attempts=challenge.attempts + 1)
                self._open[handle] = tried
                if right or tried.attempts >= MOST_ATTEMPTS:
                    del self._open[handle]
        return challenge.ref if right else ""

    def _forget(self) -> None:
        now = self.now()
        for handle in [handle for handle, one in self._open.items() if one.until <= now]:
            del self._open[handle]
        while len(self._open) > _MOST_CHALLENGES:
            self._open.popitem(last=False)


def _digest(handle: str, code: str) -> str:
    return hashlib.sha256(f"{handle} {code}".encode("utf-8", "replace")).hexdigest()
