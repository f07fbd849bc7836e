"""The licence key's last day: asked for once a day, and warned of from two weeks ahead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from hub import AuthenticationFailed, HubError, Misunderstood, Unavailable
from hub_rakuten.ichiba.rms import Rms
from hub_rakuten.ichiba.times import JST, day_in_japan, instant_of

WARN_DAYS = 14

_NEW_ONE = (
    "Issue a new one in RMS, at RMS WEB SERVICE, and put it into license_key at once: the old one dies when the new "
    "one is issued"
)
_SWITCH_ON = "switch on the function license.expiryDate.get in RMS, at RMS WEB SERVICE"


@dataclass(frozen=True, slots=True)
class Licence:
    """What is known of a licence key: when it dies, None where RMS does not tell, and the day it was asked on."""

    fingerprint: str
    asked_on: date
    expires: datetime | None

    @classmethod
    def of(cls, plain: Any) -> Self | None:
        """What a checkpoint remembers."""
        if not isinstance(plain, Mapping):
            return None
        told = plain.get("expires")
        expires = instant_of(told, "the stored expiry") if told else None
        return cls(str(plain["key"]), date.fromisoformat(str(plain["asked_on"])), expires)

    def plain(self) -> dict[str, str]:
        """What a checkpoint remembers of it."""
        expires = self.expires.isoformat() if self.expires else ""
        return {"key": self.fingerprint, "asked_on": self.asked_on.isoformat(), "expires": expires}

    def warning(self, now: datetime) -> str:
        """What an operator should know of it, or nothing."""
        if self.expires is None:
            return f"It is not known when the licence key expires: {_SWITCH_ON}"
        left = (day_in_japan(self.expires) - day_in_japan(now)).days
        return "" if left > WARN_DAYS else f"The licence key {in_words(self.expires, now)}. {_NEW_ONE}"


def in_words(expires: datetime, now: datetime) -> str:
    """When a key dies, counted in Japanese days."""
    on = f"on {expires.astimezone(JST):%Y-%m-%d at %H:%M} Japanese time"
    if expires < now:
        return f"has expired, {on}"
    left = (day_in_japan(expires) - day_in_japan(now)).days
    when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
    return f"expires {when}, {on}"


def looked_at(known: Licence | None, fingerprint: str, rms: Rms, now: datetime) -> Licence | None:
    """What is known of the key today; asked of RMS once a day, and again for every new key.

    Ask only when the key has just been accepted elsewhere: then a refusal means the function, not the key.
    """
    today = day_in_japan(now)
    if known is not None and (known.fingerprint, known.asked_on) == (fingerprint, today):
        return known
    try:
        return Licence(fingerprint, today, rms.expiry())
    except (AuthenticationFailed, Misunderstood):
        return Licence(fingerprint, today, None)
    except Unavailable:  # no reason to stop reading; what was known is better than nothing
        return known if known is not None and known.fingerprint == fingerprint else None


def proof_words(rms: Rms, now: datetime) -> tuple[bool, str, str]:
    """Whether the key is good for some time yet, in which words, and what to do."""
    try:
        expires = rms.expiry()
    except AuthenticationFailed:
        return False, "RMS does not tell when it expires", _SWITCH_ON
    except HubError as error:
        return False, "RMS does not tell when it expires", str(error)
    left = (day_in_japan(expires) - day_in_japan(now)).days
    soon = "" if left > WARN_DAYS else f". {_NEW_ONE}"
    return expires >= now, in_words(expires, now) + soon, soon.removeprefix(". ")
