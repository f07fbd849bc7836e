"""Calendars: instant + working duration -> instant.

Every question is answered from one index: when each opening starts, and how much open time lies before it. Two bisects
then find any deadline, however far away. Instants are whole UTC seconds, so that no step can fall into a DST gap.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from types import MappingProxyType

from hub.core.openings import DAYS, CalendarError, interval_texts, plain_date, read_openings, read_zone
from hub.core.pauses import Convention, Segment, Timeline, refuse_backwards, refuse_negative
from hub.core.zones import DAY, Span, first_showing, midnight, real_spans, stretches, wall_clock, wall_date

__all__ = ["DAYS", "BeyondCalendar", "Calendar", "CalendarError", "Convention", "NeverOpen", "Segment"]


class BeyondCalendar(CalendarError):
    """The answer lies where the calendar knows no holidays, so that it would be a guess."""


class NeverOpen(CalendarError):
    """The calendar never opens again, so that the open time asked for never comes."""


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


class Calendar(Timeline):
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
        holidays: Iterable[date] | Mapping[date, str] = (),
        special: Mapping[date, Sequence[str]] | None = None,
        *,
        valid_from: date,
        valid_to: date,
    ) -> None:
        self._tz, self._zone = tz, read_zone(tz)
        self._openings = read_openings(hours, holidays, special or {}, valid_from, valid_to)
        self._since = first_showing(self._zone, midnight(valid_from))
        self._until = first_showing(self._zone, midnight(valid_to) + DAY)
        self._index = _Index((), (0,), self._since)
        self._days: dict[date, tuple[Span, ...]] = {}

    @property
    def tz(self) -> str:
        """The name of the time zone."""
        return self._tz

    @property
    def valid_from(self) -> date:
        """The first date of which the holidays are known."""
        return self._openings.first

    @property
    def valid_to(self) -> date:
        """The last date of which the holidays are known."""
        return self._openings.last

    @property
    def hours(self) -> Mapping[str, tuple[str, ...]]:
        """The intervals of each day of the week, as they are written."""
        return MappingProxyType(dict(zip(DAYS, map(interval_texts, self._openings.week), strict=True)))

    @property
    def holidays(self) -> Mapping[date, str]:
        """The holidays in order, each with its name or an empty text."""
        return self._openings.holidays

    @property
    def special(self) -> Mapping[date, tuple[str, ...]]:
        """The intervals of each special day in order, none for one that is closed."""
        return MappingProxyType({day: interval_texts(found) for day, found in self._openings.special.items()})

    @property
    def digest(self) -> str:
        """Changes whenever an answer of the calendar could, however its data was written; names do not count."""
        known = self._openings
        special = [(str(day), intervals) for day, intervals in known.special.items()]
        data = [self._tz, str(known.first), str(known.last), known.week, [str(day) for day in known.holidays], special]
        return hashlib.sha256(json.dumps(data).encode()).hexdigest()[:12]

    def add(self, start: int, seconds: int, convention: Convention = Convention.CLOSING) -> int:
        """The earliest instant by which `seconds` open seconds have passed since `start`.

        Earliest: when the time runs out as the office closes, that is the closing. By the opening convention of some
        other products it is the next opening then, after the same working time. Nothing added is always the start.
        """
        index = self._covering(start)
        if seconds <= 0:
            refuse_negative(seconds)
            return start
        wanted = index.worked(start) + seconds
        while index.cum[-1] < wanted:
            index = self._grow(index)
        opening = bisect_left(index.cum, wanted) - 1
        due = index.starts[opening] + wanted - index.cum[opening]
        return due if convention == Convention.CLOSING else self.next_open(due)

    def between(self, start: int, end: int) -> int:
        """The open seconds from `start` to `end`; negative when `end` is the earlier one."""
        self._covering(min(start, end))
        index = self._covering(max(start, end))
        return index.worked(end) - index.worked(start)

    def lengths(self, spans: Sequence[Span]) -> list[int]:
        """The open seconds of each of many spans that do not run backwards, in half the time of asking one by one."""
        if not spans:
            return []
        self._covering(min(start for start, _ in spans))
        worked = self._covering(max(end for _, end in spans)).worked
        return [worked(end) - worked(start) for start, end in spans]

    def is_open(self, instant: int) -> bool:
        """Whether the second that begins at this instant is open."""
        self._covering(instant)
        index = self._covering(instant + 1)
        return index.worked(instant + 1) > index.worked(instant)

    def next_open(self, instant: int) -> int:
        """The first open instant from this one on; the instant itself if it is open."""
        return self.add(instant, 1) - 1

    def last_open(self, instant: int) -> int:
        """The instant itself if somebody is there, up to the closing itself; else the last closing before it."""
        self._covering(instant)
        index = self._covering(min(instant + 1, self._until))  # an opening that starts at this instant is in it
        latest = bisect_right(index.starts, instant) - 1
        if latest < 0:
            raise BeyondCalendar(f"the calendar knows no opening before that instant: {self._known_from()}")
        return min(instant, index.starts[latest] + index.cum[latest + 1] - index.cum[latest])

    def openings_of(self, day: date) -> tuple[Span, ...]:
        """From which instant to which it is open, of the openings that start on a date."""
        if day not in self._days:
            self._days[day] = tuple(self._real_openings(day))
        return self._days[day]

    def is_open_day(self, day: date) -> bool:
        """Whether the calendar opens at all on a date: whether an opening starts on it."""
        return bool(self.openings_of(day))

    def opening_of(self, day: date) -> int | None:
        """The first instant of the openings that start on a date."""
        return min((start for start, _ in self.openings_of(day)), default=None)

    def closing_of(self, day: date) -> int | None:
        """The last closing of the openings that start on a date; for a night shift it lies on the next one."""
        return max((end for _, end in self.openings_of(day)), default=None)

    def explain(self, start: int, end: int) -> tuple[Segment, ...]:
        """What `between` counted and what it did not, cut where the local date changes."""
        refuse_backwards(start, end)
        self._covering(start)
        self._covering(end)
        cuts = {start, end}
        for span in self._spans(start, end, with_dates=True):
            cuts.update(span)
        pieces = [self._segment(*edges) for edges in pairwise(sorted(cuts))]
        return tuple(_join(list(same)) for _, same in groupby(pieces, key=lambda piece: (piece.open, piece.name)))

    def _covering(self, instant: int) -> _Index:
        """The index, grown as far as this instant."""
        index = self._index
        if instant < self._since:
            raise BeyondCalendar(self._known_from())
        if instant > self._until:
            raise BeyondCalendar(self._known_until())
        while index.until < instant:
            index = self._grow(index)
        return index

    def _grow(self, index: _Index) -> _Index:
        """The index with one more year.

        It is replaced, never changed: threads that grow it at once do the same work twice, and no harm.
        """
        if index.until >= self._until:
            raise self._no_more_openings()
        year = datetime.fromtimestamp(index.until, UTC).year
        until = min(int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp()), self._until)
        spans = sorted(self._spans(index.until, until))
        cum = [index.cum[-1]]
        for start, end in spans:
            cum.append(cum[-1] + end - start)
        grown = _Index(index.starts + tuple(start for start, _ in spans), index.cum[:-1] + tuple(cum), until)
        self._index = grown
        return grown

    def _no_more_openings(self) -> CalendarError:
        if any(self._openings.week):
            return BeyondCalendar(self._known_until())
        last = max(day for day, intervals in self._openings.special.items() if intervals)
        return NeverOpen(f"the last opening of the calendar is on {last}: add weekly opening hours")

    def _known_from(self) -> str:
        return f"the calendar is known from {self.valid_from} only: add the holidays before it and move its beginning"

    def _known_until(self) -> str:
        return f"the calendar is known until {self.valid_to} only: add the holidays after it and move its end"

    def _spans(self, start: int, end: int, with_dates: bool = False) -> Iterator[Span]:
        """The openings, and if asked for the whole dates, as real spans of time between two instants."""
        offsets = stretches(self._zone, start, end)
        # The local date may be a day off either way, and a night shift belongs to the date before its end.
        for number in range(start // DAY - 2, (end - 1) // DAY + 2):
            intervals = self._openings.on(wall_date(number * DAY))
            for opens, closes in (*intervals, (0, DAY)) if with_dates else intervals:
                yield from real_spans(number * DAY + opens, number * DAY + closes, offsets)

    def _real_openings(self, day: date) -> list[Span]:
        """The real spans of the openings that start on a date.

        A date that never was has none, although a night shift of it may have an end: 2011-12-30 in Pacific/Apia.
        """
        if plain_date("day", day) < self.valid_from:
            raise BeyondCalendar(self._known_from())
        if day > self.valid_to:
            raise self._no_more_openings()
        intervals, begins = self._openings.on(day), midnight(day)
        offsets = stretches(self._zone, begins - 2 * DAY, begins + 4 * DAY) if intervals else ()
        if not any(real_spans(begins, begins + DAY, offsets)):
            return []
        return [span for opens, closes in intervals for span in real_spans(begins + opens, begins + closes, offsets)]

    def _segment(self, start: int, end: int) -> Segment:
        """The segment between two instants between which nothing changes."""
        wall = wall_clock(self._zone, start)
        today, second = wall_date(wall), wall % DAY
        for day, after_midnight in ((today, second), (today - timedelta(days=1), second + DAY)):
            if any(opens <= after_midnight < closes for opens, closes in self._openings.on(day)):
                return Segment(start, end, True, self._openings.name(day, "open"))
        return Segment(start, end, False, self._openings.name(today, "closed"))


def _join(pieces: Sequence[Segment]) -> Segment:
    return Segment(pieces[0].start, pieces[-1].end, pieces[0].open, pieces[0].name)
