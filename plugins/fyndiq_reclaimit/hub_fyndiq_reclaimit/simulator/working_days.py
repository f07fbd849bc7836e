"""The days on which the pretended platform's clock runs, worked out by rule and not from the shipped calendars."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache

from hub.core.model import epoch, from_epoch
from hub.core.worktime import Calendar

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_YEARS = range(2024, 2029)


def later(start: datetime, working: timedelta) -> datetime:
    """The instant by which so much time of working days has passed."""
    return from_epoch(_calendar().add(epoch(start), int(working.total_seconds())))


def between(start: datetime, end: datetime) -> timedelta:
    """How much time of working days lies between two instants."""
    return timedelta(seconds=_calendar().between(epoch(start), epoch(end)))


def red_days(year: int) -> Iterator[date]:
    """The Swedish public holidays of a year that are not bound to be a Sunday (Lag 1989:253)."""
    for month, day in ((1, 1), (1, 6), (5, 1), (6, 6), (12, 25), (12, 26)):
        yield date(year, month, day)
    easter = easter_day(year)
    yield from (easter + timedelta(days=after) for after in (-2, 0, 1, 39, 49))
    yield _saturday_from(date(year, 6, 20))
    yield _saturday_from(date(year, 10, 31))


def easter_day(year: int) -> date:
    """The Sunday of Easter, by the rule of Gauss as Butcher wrote it down."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _saturday_from(day: date) -> date:
    return day + timedelta(days=(5 - day.weekday()) % 7)


@cache
def _calendar() -> Calendar:
    return Calendar(
        "Europe/Stockholm",
        dict.fromkeys(_WEEKDAYS, ("00:00-24:00",)),
        [day for year in _YEARS for day in red_days(year)],
        valid_from=date(_YEARS[0], 1, 1),
        valid_to=date(_YEARS[-1], 12, 31),
    )


LATEST = datetime(2028, 12, 1, tzinfo=UTC)
"""After this the calendar ends, and the platform does nothing by itself."""
