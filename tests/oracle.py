"""Working time by looking at every minute through zoneinfo, to compare the calendar with: slow, plain, and its own.

It shares nothing with hub.core, not even the reading of intervals. It looks at a window of some days around an odd
night; what every minute of the window shows on the wall is found once, however many offices are tried on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

Intervals = Sequence[tuple[int, int]]
"""From when to when a date is open, in minutes after midnight; past 1440 over the night."""
Pauses = Sequence[tuple[int, int]]
ONE_DAY = timedelta(days=1)


class Window:
    """Every minute of some dates in a zone: which date and which minute of it the wall clock shows."""

    def __init__(self, tz: str, first: date, last: date) -> None:
        self.tz, self.first, self.last = tz, first, last
        zone = ZoneInfo(tz)
        begin = datetime(first.year, first.month, first.day, tzinfo=UTC) - 2 * ONE_DAY
        minutes = ((last - first).days + 6) * 1440
        self.instants = range(int(begin.timestamp()), int(begin.timestamp()) + minutes * 60, 60)
        shown = (datetime.fromtimestamp(instant, UTC).astimezone(zone) for instant in self.instants)
        self.walls = [(wall.date(), wall.hour * 60 + wall.minute) for wall in shown]
        # As a calendar is known: until the midnight after its last date comes, not until it comes again.
        self.begin = next(number for number, (day, _) in enumerate(self.walls) if day >= first)
        self.end = next(number for number, (day, _) in enumerate(self.walls) if day > last)
        self.since, self.until = self.instants[self.begin], self.instants[self.end]
        self.dates = {day for day, _ in self.walls}
        self.first_seen: dict[tuple[date, int], int] = {}
        for number, wall in enumerate(self.walls):
            self.first_seen.setdefault(wall, number)

    def number(self, instant: int) -> int:
        """Which minute an instant lies in."""
        return (instant - self.instants[0]) // 60

    def date_at(self, instant: int) -> date:
        """The local date."""
        return self.walls[self.number(instant)][0]

    def same_time(self, instant: int, day: date) -> int:
        """When the wall clock first shows on that date what it shows at an instant; if never, the first instant later.

        The seconds are those of the instant, except after a gap.
        """
        wanted = day, self.walls[self.number(instant)][1]
        if wanted in self.first_seen:
            return self.instants[self.first_seen[wanted]] + instant % 60
        return next(at for at, wall in zip(self.instants, self.walls, strict=True) if wall > wanted)


@cache
def window(tz: str, odd: date) -> Window:
    """The days around an odd night; the same window whenever asked again."""
    return Window(tz, odd - 4 * ONE_DAY, odd + 4 * ONE_DAY)


class Office:
    """An office in a window: for each minute the date whose opening it lies in, or None while it is closed."""

    def __init__(self, around: Window, rule: Mapping[date, Intervals]) -> None:
        self.window = around
        self.owners = [_owner(rule, day, minute) for day, minute in around.walls]
        self.last_minutes = {owner: number for number, owner in enumerate(self.owners)}

    def is_open(self, instant: int) -> bool:
        """Whether the minute in which the instant lies is open."""
        return self.owners[self.window.number(instant)] is not None

    def between(self, start: int, end: int, pauses: Pauses = ()) -> int:
        """The open seconds between two instants that lie in no pause."""
        total = 0
        for number in self._open_minutes(start, self.window.number(end) + 1, pauses):
            minute = self.window.instants[number]
            if start <= minute and minute + 60 <= end and not _is_cut(minute, pauses):
                total += 60
            else:
                total += sum(start <= at < end and not _is_paused(at, pauses) for at in range(minute, minute + 60))
        return total

    def add(self, start: int, seconds: int, pauses: Pauses = ()) -> int | None:
        """The first instant by which so many open seconds outside of the pauses have passed; None after the window."""
        left = seconds
        for number in self._open_minutes(start, self.window.end, pauses):
            minute = self.window.instants[number]
            if left > 60 and start <= minute and not _is_cut(minute, pauses):
                left -= 60
                continue
            for second in range(max(minute, start), minute + 60):
                left -= not _is_paused(second, pauses)
                if not left:
                    return second + 1
        return None

    def next_open(self, instant: int) -> int | None:
        """The instant itself if it is open, else the beginning of the next open minute; None after the window."""
        found = next(iter(self._open_minutes(instant, self.window.end, ())), None)
        return None if found is None else max(self.window.instants[found], instant)

    def last_open(self, instant: int) -> int | None:
        """The instant itself while it is open, else the end of the last open minute; None before the window."""
        numbers = range(self.window.number(instant), self.window.begin - 1, -1)
        found = next((number for number in numbers if self.owners[number] is not None), None)
        return None if found is None else min(self.window.instants[found] + 60, instant)

    def opens_on(self, day: date) -> bool:
        """Whether the date comes, and a minute of an opening that belongs to it."""
        return day in self.window.dates and day in self.last_minutes

    def closing_of(self, day: date) -> int:
        """The end of the last minute that belongs to an opening of that date."""
        return self.window.instants[self.last_minutes[day]] + 60

    def working_day(self, day: date, count: int) -> date | None:
        """The nth date after this one on which the office opens; None after the window."""
        while count and day < self.window.last:
            day += ONE_DAY
            count -= self.opens_on(day)
        return None if count else day

    def _open_minutes(self, start: int, end: int, pauses: Pauses) -> list[int]:
        """The numbers of the minutes from an instant to a number that are open, but for those wholly in a pause."""
        paused = {self.window.number(at) for begin, end in pauses for at in range(-(-begin // 60) * 60, end - 59, 60)}
        numbers = range(self.window.number(start), end)
        return [number for number in numbers if self.owners[number] is not None and number not in paused]


def _owner(rule: Mapping[date, Intervals], day: date, minute: int) -> date | None:
    if any(opens <= minute < closes for opens, closes in rule.get(day, ())):
        return day
    last_night = day - ONE_DAY
    return last_night if any(opens <= minute + 1440 < closes for opens, closes in rule.get(last_night, ())) else None


def _is_cut(minute: int, pauses: Pauses) -> bool:
    """Whether a pause begins or ends within a minute."""
    return any(minute < edge < minute + 60 for pause in pauses for edge in pause)


def _is_paused(second: int, pauses: Pauses) -> bool:
    return any(begin <= second < end for begin, end in pauses)
