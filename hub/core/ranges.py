"""A range of days, and the days or weeks in it, as instants where the office stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.core.zones import Span, first_showing, midnight
from hub.errors import Refused

_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)
_MOST_DAYS = 3_660
_MOST_SINGLE_DAYS = 62
_ONE_DAY = timedelta(days=1)


class Grain(StrEnum):
    """How finely a range is cut."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One day (2026-11-19) or week (2026-W47) of a range, from which instant to which, in UTC seconds."""

    name: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """From which instant to which; the second one is no longer part of it."""
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class DayRange:
    """Whole days in a zone, the last one included; a long range is cut into weeks, of which the outer ones are clipped.

    Refused, with the way out, where the days are the wrong way round, too many or beyond what calendars know.
    """

    first: date
    last: date
    zone: str

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Refused(f"a range cannot end on {self.last}, before it begins on {self.first}: change the two days")
        if self.first < _FIRST or self.last > _LAST:
            raise Refused(f"a range lies between {_FIRST} and {_LAST}; this one goes from {self.first} to {self.last}")
        if self.days > _MOST_DAYS:
            raise Refused(f"a range has at most {_MOST_DAYS} days, and this one {self.days}: begin it later")

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    @property
    def grain(self) -> Grain:
        """Whether it is shown by day or by week."""
        return Grain.DAY if self.days <= _MOST_SINGLE_DAYS else Grain.WEEK

    @property
    def span(self) -> Span:
        """From which instant to which; the second one is no longer part of it."""
        return self._begin(self.first), self._begin(self.last + _ONE_DAY)

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """Its days or weeks, which touch and do not overlap."""
        starts = [*self._starts(), self.last + _ONE_DAY]
        instants = [self._begin(day) for day in starts]
        names = [_name(day, self.grain) for day in starts]
        return tuple(Bucket(name, start, end) for name, start, end in zip(names, instants, instants[1:], strict=False))

    def _starts(self) -> Iterator[date]:
        yield self.first
        day = self.first + _ONE_DAY
        while day <= self.last:
            if self.grain is Grain.DAY or day.isoweekday() == 1:
                yield day
            day += _ONE_DAY

    def _begin(self, day: date) -> int:
        return first_showing(ZoneInfo(self.zone), midnight(day))


def recent_days(now: datetime, zone: str, days: int = 30) -> DayRange:
    """The last days in a zone, today included."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return DayRange(today - timedelta(days=days - 1), today, zone)


def week_name(day: date) -> str:
    """The name of the ISO week of a day: 2026-W47."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def _name(day: date, grain: Grain) -> str:
    return day.isoformat() if grain is Grain.DAY else week_name(day)
