"""A time zone as stretches of one UTC offset, so that wall-clock times become real ones without a guess at DST.

A time on the wall clock is counted in seconds since 1970 as if it were in UTC: a date begins at a multiple of DAY.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
Span = tuple[int, int]
"""From which instant to which; the second one is no longer part of it."""
Stretch = tuple[int, int, int]
"""From which instant to which a zone keeps one UTC offset, and that offset."""


def midnight(day: date) -> int:
    """The time on the wall clock at which a date begins."""
    return (day.toordinal() - _EPOCH) * DAY


def wall_date(wall: int) -> date:
    """The date of a time on the wall clock."""
    return date.fromordinal(_EPOCH + wall // DAY)


def wall_clock(zone: ZoneInfo, instant: int) -> int:
    """The time that the wall clock shows at an instant."""
    return instant + _offset(zone, instant)


def first_showing(zone: ZoneInfo, wall: int) -> int:
    """The first instant at which the wall clock shows this time or a later one.

    A time that comes twice is meant the first time; for one that is skipped it is the instant after the gap.
    """
    around = stretches(zone, wall - 2 * DAY, wall + 2 * DAY)
    return min(start for start, _ in real_spans(wall, wall + 2 * DAY, around))


def stretches(zone: ZoneInfo, start: int, end: int) -> list[Stretch]:
    """The time from start to end, cut where the zone changes its offset.

    Looking once a day finds every change: since 1902 no zone changed its offset twice within three days.
    """
    found: list[Stretch] = []
    since, offset = start, _offset(zone, start)
    # On whole days of UTC, so that the next question finds what this one asked of the zone.
    for probe in (*range((start // DAY + 1) * DAY, end, DAY), end):
        if (_offset(zone, probe) if probe % DAY else _offset_at_day(zone, probe)) != offset:
            change = _change(zone, range(max(probe - DAY, since), probe), offset)
            found.append((since, change, offset))
            since, offset = change, _offset(zone, change)
    return [*found, (since, end, offset)]


def real_spans(opens: int, closes: int, zone_stretches: Iterable[Stretch]) -> Iterator[Span]:
    """The real spans during which the wall clock shows a time in [opens, closes)."""
    for start, end, offset in zone_stretches:
        real_start, real_end = max(start, opens - offset), min(end, closes - offset)
        if real_start < real_end:
            yield real_start, real_end


def _change(zone: ZoneInfo, seconds: range, offset: int) -> int:
    """The first of these seconds at which the zone no longer has this offset; the one after them if it keeps it."""
    return seconds.start + bisect_left(seconds, 1, key=lambda at: int(_offset(zone, at) != offset))


@lru_cache(maxsize=10_000)
def _offset_at_day(zone: ZoneInfo, instant: int) -> int:
    return _offset(zone, instant)


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = datetime.fromtimestamp(instant, zone).utcoffset()
    return offset.days * DAY + offset.seconds if offset else 0
