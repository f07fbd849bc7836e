"""When an office is open, read from texts and refused if it cannot be meant: weekly hours, holidays, special days."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import TypeVar

from hub.core.zones import DAY

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_Value = TypeVar("_Value")
_INTERVAL = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", re.ASCII)
Intervals = tuple[tuple[int, int], ...]
"""From when to when a date is open, in seconds after its midnight on the wall clock; past 86,400 over the night."""


class CalendarError(ValueError):
    """A calendar cannot answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Openings:
    """From when to when each date is open: special days before holidays before the week, from `first` to `last`."""

    week: tuple[Intervals, ...]
    holidays: Mapping[date, str]
    special: Mapping[date, Intervals]
    first: date
    last: date

    def on(self, day: date) -> Intervals:
        """The intervals that start on a date.

        Outside the known dates there are none: a night shift that starts there may have been one of a holiday.
        """
        if day in self.special:
            return self.special[day]
        if day in self.holidays or not self.first <= day <= self.last:
            return ()
        return self.week[day.weekday()]

    def name(self, day: date, what: str) -> str:
        """Why a date is open or closed: by its special hours, by a holiday, or as every week."""
        if day in self.special:
            return f"{day} special hours"
        if day not in self.holidays:
            return f"{DAYS[day.weekday()]} {what}"
        called = self.holidays[day]
        return f"{day} holiday ({called})" if called else f"{day} holiday"


def read_openings(
    hours: Mapping[str, Sequence[str]],
    holidays: Iterable[date] | Mapping[date, str],
    special: Mapping[date, Sequence[str]],
    first: date,
    last: date,
) -> Openings:
    """The openings that the data says; a CalendarError names the key of what cannot be meant."""
    openings = Openings(
        _read_week(hours),
        _by_date("holidays", holidays if isinstance(holidays, Mapping) else dict.fromkeys(holidays, "")),
        _by_date("special", {day: read_intervals(f"special.{day}", texts) for day, texts in special.items()}),
        plain_date("valid_from", first),
        plain_date("valid_to", last),
    )
    _refuse_nonsense(openings)
    return openings


def read_zone(tz: str) -> zoneinfo.ZoneInfo:
    """The time zone of this name; a CalendarError proposes one that exists."""
    try:
        return zoneinfo.ZoneInfo(tz)
    except (KeyError, ValueError, OSError) as error:  # unknown; not a relative path; a folder of zones
        near = difflib.get_close_matches(tz, zoneinfo.available_timezones(), n=1)
        raise CalendarError(
            f"time zone {tz!r} is unknown: use a name such as {(*near, 'Europe/Stockholm')[0]}"
        ) from error


def plain_date(key: str, day: date) -> date:
    """The date itself, unless it is an instant: which local date that means would depend on a zone."""
    if isinstance(day, datetime):  # to Python it is a date too
        raise CalendarError(f"{key}: {day} is an instant, give a date such as {day.date()}")
    return day


def read_intervals(key: str, texts: Sequence[str]) -> Intervals:
    """The intervals of a date, in order, from texts such as 09:00-17:00."""
    if isinstance(texts, str):
        raise CalendarError(f"{key}: give a list of intervals, not the text {texts!r}")
    intervals = tuple(sorted(_read_interval(key, text) for text in texts))
    for one, other in pairwise(intervals):
        if other[0] < one[1]:
            raise CalendarError(f"{key}: two of the intervals {', '.join(texts)} overlap")
    return intervals


def interval_texts(intervals: Intervals) -> tuple[str, ...]:
    """The intervals as they are written, so that reading them again gives the same ones."""
    return tuple(f"{_clock(opens)}-{_clock(closes if closes <= DAY else closes - DAY)}" for opens, closes in intervals)


def _by_date(key: str, values: Mapping[date, _Value]) -> Mapping[date, _Value]:
    plain = {plain_date(key, day): value for day, value in values.items()}
    return MappingProxyType(dict(sorted(plain.items(), key=lambda item: item[0])))


def _read_week(hours: Mapping[str, Sequence[str]]) -> tuple[Intervals, ...]:
    for key in hours:
        if key not in DAYS:
            raise CalendarError(f"hours: {key!r} is no day, use {', '.join(DAYS)}")
    week = tuple(read_intervals(f"hours.{day}", hours.get(day, ())) for day in DAYS)
    for number, day in enumerate(DAYS):
        _refuse_overlap(f"hours.{day}", week[number - 1], week[number])
    return week


def _read_interval(key: str, text: str) -> tuple[int, int]:
    found = _INTERVAL.fullmatch(text.strip())
    if found is None:
        raise CalendarError(f"{key}: {text!r} is no interval such as 09:00-17:00")
    opens, closes = _time(*found.group(1, 2)), _time(*found.group(3, 4))
    if opens is None or closes is None or opens == DAY:
        raise CalendarError(f"{key}: {text!r} has a time that no day has")
    if opens == closes:
        raise CalendarError(f"{key}: {text!r} is empty, write 00:00-24:00 for a whole day")
    return opens, closes if closes > opens else closes + DAY


def _time(hour: str, minute: str) -> int | None:
    seconds = int(hour) * 3600 + int(minute) * 60
    return seconds if seconds <= DAY and int(minute) < 60 else None


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


def _refuse_nonsense(openings: Openings) -> None:
    """Refuse data that is well formed and yet cannot be meant."""
    first, last = openings.first, openings.last
    if not 1902 <= first.year <= last.year <= 9000 or last < first:
        raise CalendarError(f"valid_from {first} and valid_to {last} are no range of dates")
    if not any(openings.week) and not any(openings.special.values()):
        raise CalendarError("hours: there is no opening at all, add some such as mon = 09:00-17:00")
    for key, days in (("holidays", openings.holidays), ("special", openings.special)):
        for day in days:
            if not first <= day <= last:
                raise CalendarError(f"{key}: {day} lies outside the dates {first} to {last} of the calendar")
    for day in openings.special:
        for one in (day - timedelta(days=1), day):
            _refuse_overlap(f"special.{day}", openings.on(one), openings.on(one + timedelta(days=1)))


def _refuse_overlap(key: str, before: Intervals, after: Intervals) -> None:
    if before and after and after[0][0] < before[-1][1] - DAY:
        raise CalendarError(f"{key}: an interval overlaps with the night hours of the day before")
