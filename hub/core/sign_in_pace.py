"""How quickly somebody may go on guessing passwords: after some wrong ones each further one has to wait, and longer."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

_STRONGEST = 3 / 4


@dataclass(frozen=True, slots=True)
class Pace:
    """How many wrong guesses are free, how long the first pause is and the longest, and when all is forgotten."""

    free: int
    first: timedelta
    longest: timedelta
    forgotten_after: timedelta

    def __post_init__(self) -> None:
        if not timedelta(0) < self.first <= self.longest < self.forgotten_after:
            raise ValueError("pauses grow from the first to the longest, and outlast no memory of them")


OF_A_NAME = Pace(5, timedelta(seconds=2), timedelta(minutes=2), timedelta(hours=1))
"""For one name, from wherever: short pauses only, or a stranger could lock somebody out by guessing on."""
OF_AN_ADDRESS = Pace(20, timedelta(seconds=5), timedelta(minutes=15), timedelta(hours=2))
"""For one address, whatever the names: a whole office may share one, so more is free, and the pauses grow longer."""


@dataclass(frozen=True, slots=True)
class Tries:
    """How many guesses were wrong, and when the last one was made."""

    wrong: int
    last: datetime


def pause(wrong: int, pace: Pace) -> timedelta:
    """How long to wait after so many wrong guesses: nothing at first, then each time twice as long."""
    beyond = wrong - pace.free
    if beyond < 0:
        return timedelta(0)
    # More doublings than this would be longer than any pause, and a number too large for a span of time.
    doubled: int = 2 ** min(beyond, 30)
    return min(pace.first * doubled, pace.longest)


def to_wait(tries: Tries | None, now: datetime, pace: Pace) -> timedelta:
    """How long the next guess still has to wait."""
    if tries is None or is_forgotten(tries, now, pace):
        return timedelta(0)
    # A clock that was set back must not make a pause longer than it was.
    passed = max(now - tries.last, timedelta(0))
    return max(pause(tries.wrong, pace) - passed, timedelta(0))


def tried(tries: Tries | None, now: datetime, pace: Pace) -> Tries:
    """After one more guess, which counts as wrong until it proves right."""
    if tries is None or is_forgotten(tries, now, pace):
        return Tries(1, now)
    return Tries(tries.wrong + 1, now)


def is_forgotten(tries: Tries, now: datetime, pace: Pace) -> bool:
    """Whether the guesses lie so far back that they count no more."""
    return now - tries.last >= pace.forgotten_after


def thinned(tries: Mapping[str, Tries], now: datetime, pace: Pace, most: int) -> dict[str, Tries]:
    """What is worth remembering of too many: nothing forgotten, and of the rest those with the most wrong guesses.

    Whoever guesses for many names, or from many addresses, does not make the hub forget the one it guesses hardest.
    """
    kept = {key: one for key, one in tries.items() if not is_forgotten(one, now, pace)}
    if len(kept) < most:
        return kept
    strongest = sorted(kept, key=lambda key: (kept[key].wrong, kept[key].last), reverse=True)
    return {key: kept[key] for key in strongest[: int(most * _STRONGEST)]}


def neighbourhood(address: str) -> str:
    """Whom an address counts for: of IPv6 all its network, whose every address one guesser may use."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
