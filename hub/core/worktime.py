"""Calendars: instant + working duration -> instant.

Every question is answered from one index: when each opening starts, and how much open time lies before it. Two bisects
then find any deadline, however far away. Instants are whole UTC seconds, so that no step can fall into a DST gap.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import zoneinfo
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise

from hub.core.zones import DAY, real_spans, stretches

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EPOCH = date(1970, 1, 1).toordinal()
_INTERVAL = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", re.ASCII)
_Openings = tuple[tuple[int, int], ...]
"""From when to when a date is open, in seconds after its midnight on the wall clock; past 86,400 over the night."""


class CalendarError(ValueError):
    """A calendar cannot answer; the text says why."""


class BeyondCalendar(CalendarError):
    """The answer lies where the calendar knows no holidays, so that it would be a guess."""


class NeverOpen(CalendarError):
    """The calendar never opens again, so that the open time asked for never comes."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a span of time that is wholly open or wholly closed, and why."""

    start: int
    end: int
    open: bool
    name: str


@dataclass(frozen=True, slots=True)
class _Index:
    """When each opening starts, and the open seconds before it (one more: those before `until`)."""

    starts: tuple[int, ...]
    cum: tuple[int, ...]
    until: int

    def worked(self, instant: int) -> int:
        """The open seconds from the beginning of the index to an instant."""
        latest = bisect_right(self.starts, instant) - 1
        if latest < 0:
            return 0
        return min(self.cum[latest] + instant - self.starts[latest], self.cum[latest + 1])


class Calendar:
    """When an office is open, as data: weekly hours, holidays over them, special days over both, in a time zone.

    An interval such as "22:00-06:00" ends on the next day and belongs to the date on which it starts. A date is all
    the real instants whose local date it is: an opening inside a DST gap begins at the first instant after the gap,
    and both passes of an hour that comes twice are open. The calendar is known from the date `valid_from` to the end
    of `valid_to`; it refuses to answer outside.
    """

    def __init__(
        self,
        tz: str,
        hours: Mapping[str, Sequence[str]],
        holidays: Iterable[date] = (),
        special: Mapping[date, Sequence[str]] | None = None,
        *,
        valid_from: date,
        valid_to: date,
    ) -> None:
        self._tz, self._zone = tz, _zone(tz)
        self._first, self._last = _plain_date("valid_from", valid_from), _plain_date("valid_to", valid_to)
        self._week = _read_week(hours)
        self._holidays = frozenset(_plain_date("holidays", day) for day in holidays)
        self._special = {
            _plain_date("special", day): _read_intervals(f"special.{day}", texts)
            for day, texts in (special or {}).items()
        }
        self._refuse_nonsense()
        self._since = self._wall(self._first)
        self._until = self._wall(self._last + timedelta(days=1))
        self._index = _Index((), (0,), self._since)

    @property
    def digest(self) -> str:
        """Changes whenever the data of the calendar does, however it was written."""
        special = sorted((str(day), openings) for day, openings in self._special.items())
        data = [self._tz, str(self._first), str(self._last), self._week, sorted(map(str, self._holidays)), special]
        return hashlib.sha256(json.dumps(data).encode()).hexdigest()[:12]

    def add(self, start: int, seconds: int) -> int:
        """The earliest instant by which `seconds` open seconds have passed since `start`.

        Earliest: when the time runs out as the office closes, that is the closing, not the next opening.
        """
        index = self._covering(start)
        if seconds <= 0:
            return _only_zero(start, seconds)
        wanted = index.worked(start) + seconds
        while index.cum[-1] < wanted:
            index = self._grow(index)
        opening = bisect_left(index.cum, wanted) - 1
        return index.starts[opening] + wanted - index.cum[opening]

    def between(self, start: int, end: int) -> int:
        """The open seconds from `start` to `end`; negative when `end` is the earlier one."""
        self._covering(min(start, end))
        index = self._covering(max(start, end))
        return index.worked(end) - index.worked(start)

    def is_open(self, instant: int) -> bool:
        """Whether the second that begins at this instant is open."""
        self._covering(instant)
        index = self._covering(instant + 1)
        return index.worked(instant + 1) > index.worked(instant)

    def next_open(self, instant: int) -> int:
        """The first open instant from this one on; the instant itself if it is open."""
        return self.add(instant, 1) - 1

    def explain(self, start: int, end: int) -> tuple[Segment, ...]:
        """What `between` counted and what it did not, cut where the local date changes."""
        if end < start:
            raise CalendarError("an explanation runs from the earlier instant to the later one")
        self._covering(start)
        self._covering(end)
        cuts = {start, end}
        for span in self._spans(start, end, with_dates=True):
            cuts.update(span)
        pieces = [self._segment(*edges) for edges in pairwise(sorted(cuts))]
        return tuple(_join(list(same)) for _, same in groupby(pieces, key=lambda piece: (piece.open, piece.name)))

    def _refuse_nonsense(self) -> None:
        """Refuse data that is well formed and yet cannot be meant."""
        if not 1902 <= self._first.year <= self._last.year <= 9000 or self._last < self._first:
            raise CalendarError(f"valid_from {self._first} and valid_to {self._last} are no range of dates")
        if not any(self._week) and not any(self._special.values()):
            raise CalendarError("hours: there is no opening at all, add some such as mon = 09:00-17:00")
        for key, days in (("holidays", self._holidays), ("special", self._special)):
            for day in sorted(days):
                if not self._first <= day <= self._last:
                    raise CalendarError(
                        f"{key}: {day} lies outside the dates {self._first} to {self._last} of the calendar"
                    )
        for day in sorted(self._special):
            for one in (day - timedelta(days=1), day):
                other = one + timedelta(days=1)
                _refuse_overlap(f"special.{day}", self._openings(one), self._openings(other))

    def _openings(self, day: date) -> _Openings:
        """From when to when a date is open: special days before holidays before the week."""
        if day in self._special:
            return self._special[day]
        # A night shift that starts outside the range is unknown too: its date may have been a holiday.
        if day in self._holidays or not self._first <= day <= self._last:
            return ()
        return self._week[day.weekday()]

    def _covering(self, instant: int) -> _Index:
        """The index, grown as far as this instant."""
        index = self._index
        if instant < self._since:
            raise BeyondCalendar(
                f"the calendar is known from {self._first} only: add the holidays before it and move its beginning"
            )
        if instant > self._until:
            raise self._known_until()
        while index.until < instant:
            index = self._grow(index)
        return index

    def _grow(self, index: _Index) -> _Index:
        """The index with one more year.

        It is replaced, never changed: threads that grow it at once do the same work twice, and no harm.
        """
        if index.until >= self._until:
            raise self._known_until() if any(self._week) else self._never_open()
        year = datetime.fromtimestamp(index.until, UTC).year
        until = min(int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp()), self._until)
        spans = sorted(self._spans(index.until, until))
        cum = [index.cum[-1]]
        for start, end in spans:
            cum.append(cum[-1] + end - start)
        grown = _Index(index.starts + tuple(start for start, _ in spans), index.cum[:-1] + tuple(cum), until)
        self._index = grown
        return grown

    def _never_open(self) -> NeverOpen:
        last = max(day for day, openings in self._special.items() if openings)
        return NeverOpen(f"the last opening of the calendar is on {last}: add weekly opening hours")

    def _known_until(self) -> BeyondCalendar:
        return BeyondCalendar(
            f"the calendar is known until {self._last} only: add the holidays after it and move its end"
        )

    def _spans(self, start: int, end: int, with_dates: bool = False) -> Iterator[tuple[int, int]]:
        """The openings, and if asked for the whole dates, as real spans of time between two instants."""
        offsets = stretches(self._zone, start, end)
        # The local date may be a day off either way, and a night shift belongs to the date before its end.
        for number in range(start // DAY - 2, (end - 1) // DAY + 2):
            openings = self._openings(date.fromordinal(_EPOCH + number))
            for opens, closes in (*openings, (0, DAY)) if with_dates else openings:
                yield from real_spans(number * DAY + opens, number * DAY + closes, offsets)

    def _segment(self, start: int, end: int) -> Segment:
        """The segment between two instants between which nothing changes."""
        local = datetime.fromtimestamp(start, self._zone)
        today, second = local.date(), local.hour * 3600 + local.minute * 60 + local.second
        for day, after_midnight in ((today, second), (today - timedelta(days=1), second + DAY)):
            if any(opens <= after_midnight < closes for opens, closes in self._openings(day)):
                return Segment(start, end, True, self._name(day, "open"))
        return Segment(start, end, False, self._name(today, "closed"))

    def _name(self, day: date, what: str) -> str:
        if day in self._special:
            return f"{day} special hours"
        return f"{day} holiday" if day in self._holidays else f"{DAYS[day.weekday()]} {what}"

    def _wall(self, day: date) -> int:
        """The first instant at which the wall clock shows this date or a later one."""
        midnight = (day.toordinal() - _EPOCH) * DAY
        around = stretches(self._zone, midnight - 2 * DAY, midnight + 2 * DAY)
        return min(start for start, _ in real_spans(midnight, midnight + 2 * DAY, around))


def _zone(tz: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(tz)
    except (KeyError, ValueError, OSError) as error:  # unknown; not a relative path; a folder of zones
        near = difflib.get_close_matches(tz, zoneinfo.available_timezones(), n=1)
        raise CalendarError(
            f"time zone {tz!r} is unknown: use a name such as {(*near, 'Europe/Stockholm')[0]}"
        ) from error


def _plain_date(key: str, day: date) -> date:
    # A datetime is a date to Python; which local date it means would depend on a zone.
    if isinstance(day, datetime):
        raise CalendarError(f"{key}: {day} is an instant, give a date such as {day.date()}")
    return day


def _read_week(hours: Mapping[str, Sequence[str]]) -> tuple[_Openings, ...]:
    for key in hours:
        if key not in DAYS:
            raise CalendarError(f"hours: {key!r} is no day, use {', '.join(DAYS)}")
    week = tuple(_read_intervals(f"hours.{day}", hours.get(day, ())) for day in DAYS)
    for number, day in enumerate(DAYS):
        _refuse_overlap(f"hours.{day}", week[number - 1], week[number])
    return week


def _read_intervals(key: str, texts: Sequence[str]) -> _Openings:
    if isinstance(texts, str):
        raise CalendarError(f"{key}: give a list of intervals, not the text {texts!r}")
    openings = tuple(sorted(_read_interval(key, text) for text in texts))
    for one, other in pairwise(openings):
        if other[0] < one[1]:
            raise CalendarError(f"{key}: two of the intervals {', '.join(texts)} overlap")
    return openings


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


def _refuse_overlap(key: str, before: _Openings, after: _Openings) -> None:
    if before and after and after[0][0] < before[-1][1] - DAY:
        raise CalendarError(f"{key}: an interval overlaps with the night hours of the day before")


def _only_zero(start: int, seconds: int) -> int:
    if seconds < 0:
        raise CalendarError(f"a deadline lies ahead: {seconds} seconds cannot be added")
    return start


def _join(pieces: Sequence[Segment]) -> Segment:
    return Segment(pieces[0].start, pieces[-1].end, pieces[0].open, pieces[0].name)
