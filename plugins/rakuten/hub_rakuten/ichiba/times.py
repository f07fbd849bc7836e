"""Instants as RMS writes them, in Japanese time, and the slices in which it lets a list be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from hub import Misunderstood

JST = timezone(timedelta(hours=9), "JST")
"""Japan has no summer time."""

LONGEST_SLICE = timedelta(days=30)
"""The page allows "within 31 days" and refuses "31 days or more", so the edge is kept away from."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A span of creation dates that one list is asked for."""

    begin: datetime
    end: datetime

    def holds(self, instant: datetime) -> bool:
        """Whether something created at this instant is in the list."""
        return self.begin <= instant <= self.end


def slices(end: datetime, days: int) -> Iterator[Slice]:
    """So many days up to an instant, the newest slice first; neighbours share the second where they meet."""
    end = end.replace(microsecond=0)  # what is created in the rest of this second is read next time
    first = end - timedelta(days=days)
    while end > first:
        begin = max(end - LONGEST_SLICE, first)
        yield Slice(begin, end)
        end = begin


def in_jst(instant: datetime) -> str:
    """The instant as a list is asked for: Japanese time without an offset, which RMS would refuse."""
    return instant.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S")


def day_in_japan(instant: datetime) -> date:
    """The day that it is in Japan."""
    return instant.astimezone(JST).date()


def instant_of(text: object, what: str) -> datetime:
    """What RMS wrote, as an aware instant; a time without an offset is Japanese."""
    try:
        read = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        read = None
    if read is None:
        raise Misunderstood(f"{what} is not an instant")
    return read.replace(tzinfo=JST) if read.tzinfo is None else read
