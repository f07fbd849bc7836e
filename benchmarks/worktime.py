"""Working time: the calendar's index beside libraries that add business hours, and beside a walk over the days.

Run by hand: python -m benchmarks.worktime. All answer the same questions, turn about, in one process; a shared machine
only ever makes a round slower, so that the fastest one is compared. Trust the ratios, not the microseconds.
"""

from __future__ import annotations

import argparse
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from importlib import import_module
from statistics import median
from types import MappingProxyType, ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from hub.core.model import epoch, from_epoch
from hub.core.worktime import Calendar, Convention
from hub.policies.holiday_sets import holiday_set

TZ = "Europe/Amsterdam"
ZONE = ZoneInfo(TZ)
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00-17:00",))
FIRST, LAST = date(2025, 1, 1), date(2039, 12, 31)
FIVE_YEARS_LATER = date(2029, 12, 31)
KNOWN = holiday_set("NL")
# The long span runs beyond what the set knows; after it every year has only the days that never move.
LATER = (date(year, *day) for year in range(KNOWN.last.year + 1, 2040) for day in ((1, 1), (4, 27), (12, 25), (12, 26)))
HOLIDAYS = frozenset(day for day in (*KNOWN.days, *LATER) if day >= FIRST)
LONG_HOURS, LONG_QUESTIONS, LONG_WALKS, LONG_ROUNDS = 20_000, 200, 4, 5
Verdicts = Mapping[str, Sequence[int]]
WORDS = ("exact", "equivalent", "wrong")


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to answer: `asks` turns an instant into its own terms and `told` turns back; only `answers` is timed.

    `grid` is the least number of seconds that it tells apart, and on this grid it is asked. `walks` says that it goes
    from day to day, so that it is asked less often of a long span.
    """

    name: str
    answers: Callable[[Any], Any]
    asks: Callable[[int], Any] = int
    told: Callable[[Any], int] = int
    grid: int = 1
    with_datetimes: bool = False
    walks: bool = False

    def instants(self, starts: Sequence[int], hours: int) -> list[int]:
        """Those of the instants that it can be asked of in a reasonable time, on its grid."""
        asked = starts[:LONG_WALKS] if self.walks and hours == LONG_HOURS else starts
        return [start - start % self.grid for start in asked]


Lap = tuple[Contestant, Sequence[int]]
"""Who is asked, and of which instants."""


def main() -> None:
    """Measure a short target beside the peers, a long one, the other questions, and the making of a calendar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25, help="how often each answers all questions (25)")
    parser.add_argument("--questions", type=int, default=1_000, help="from how many instants is asked (1000)")
    wanted = parser.parse_args()
    calendar = Calendar(TZ, WEEK, HOLIDAYS, valid_from=FIRST, valid_to=LAST)
    calendar.between(epoch_of(FIRST), epoch_of(LAST))  # the index grows before the clock runs
    starts = random_instants(wanted.questions)
    race("+8 working hours", calendar, 8, starts, wanted.rounds)
    race(f"+{LONG_HOURS:,} working hours", calendar, LONG_HOURS, starts[:LONG_QUESTIONS], LONG_ROUNDS)
    print_table("the other questions", [(one, starts) for one in other_questions(calendar)], wanted.rounds)
    print_cost_of_calendar()
    missing = [module for module in PEERS if imported(module) is None]
    if missing:
        print(f"not installed and so not measured: pip install {' '.join(missing)}")


def random_instants(count: int) -> list[int]:
    """The same instants of 2025 to 2027 at every run."""
    chance = random.Random(20261116)
    return [chance.randrange(epoch_of(date(2025, 1, 2)), epoch_of(date(2028, 1, 1))) for _ in range(count)]


def epoch_of(day: date) -> int:
    """The instant at which a date begins in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def race(title: str, calendar: Calendar, hours: int, starts: Sequence[int], rounds: int) -> None:
    """Measure everybody who can add working hours, and count whose answers are not those of the calendar."""
    laps = [(one, one.instants(starts, hours)) for one in (*own(calendar, hours), *peers(hours))]
    verdicts = {one.name: verdict(one, calendar, hours * 3600, instants) for one, instants in laps[1:]}
    print_table(title, laps, rounds, verdicts)


def own(calendar: Calendar, hours: int) -> Iterator[Contestant]:
    """What needs nothing installed: the floor, the calendar, and a careful walk."""
    seconds = hours * 3600
    yield Contestant("floor: an empty call", lambda start: start)
    yield Contestant("casehub", lambda start: calendar.add(start, seconds))
    yield Contestant(
        "casehub, datetimes",
        lambda start: from_epoch(calendar.add(epoch(start), seconds)),
        from_epoch,
        epoch,
        with_datetimes=True,
    )
    yield Contestant("day walk with zoneinfo", lambda start: walk(start, seconds), walks=True)


def walk(start: int, seconds: int) -> int:
    """The same answer by going from day to day, as one would write it without an index."""
    day, left = datetime.fromtimestamp(start, ZONE).date(), seconds
    while True:
        if day.weekday() < 5 and day not in HOLIDAYS:
            opens = datetime(day.year, day.month, day.day, 9, tzinfo=ZONE).timestamp()
            closes = datetime(day.year, day.month, day.day, 17, tzinfo=ZONE).timestamp()
            begins = max(opens, start)
            if left <= closes - begins:
                return int(begins + left)
            left -= max(int(closes - begins), 0)
        day += timedelta(days=1)


def peers(hours: int) -> Iterator[Contestant]:
    """The libraries that are installed."""
    for module, make in PEERS.items():
        library = imported(module)
        if library is not None:
            yield make(library, hours)


def imported(module: str) -> ModuleType | None:
    """A library that the project does without; None if it is not installed."""
    try:
        return import_module(module)
    except ImportError:
        return None


def pandas_hours(pandas: ModuleType, hours: int) -> Contestant:
    """CustomBusinessHour of pandas, which takes the next opening where the time runs out at a closing."""
    offset = pandas.offsets.CustomBusinessHour(hours, start="09:00", end="17:00", holidays=sorted(HOLIDAYS))
    return Contestant(
        "pandas CustomBusinessHour",
        lambda start: start + offset,
        lambda start: pandas.Timestamp(start, unit="s", tz=TZ),
        lambda due: int(due.timestamp()),
        with_datetimes=True,
    )


def business_time_delta(library: ModuleType, hours: int) -> Contestant:
    """The rules of businesstimedelta, whose zones are those of pytz."""
    zone = import_module("pytz").timezone(TZ)
    workdays = library.WorkDayRule(time_of_day(9), time_of_day(17), [0, 1, 2, 3, 4], tz=zone)
    delta = library.BusinessTimeDelta(library.Rules([workdays, library.HolidayRule(HOLIDAYS, tz=zone)]), hours=hours)
    return Contestant(
        "businesstimedelta", lambda start: start + delta, from_epoch, epoch, with_datetimes=True, walks=True
    )


def exchange_hours(library: ModuleType, hours: int) -> Contestant:
    """A calendar of exchange_calendars, which counts trading minutes: the due instant is the end of the last one."""
    pandas = import_module("pandas")
    calendar, minutes, minute = exchange(library, LAST), hours * 60, pandas.Timedelta(minutes=1)
    return Contestant(
        "exchange_calendars, minutes",
        lambda start: (
            calendar.minute_offset(calendar.minute_to_trading_minute(start, "next"), minutes - 1, _parse=False) + minute
        ),
        lambda start: pandas.Timestamp(start, unit="s", tz="UTC"),
        lambda due: int(due.timestamp()),
        grid=60,
        with_datetimes=True,
    )


def exchange(library: ModuleType, last: date) -> Any:
    """The office as an exchange that trades from nine to five."""
    pandas = import_module("pandas")
    members = {
        "name": "office",
        "tz": ZONE,
        "open_times": ((None, time_of_day(9)),),
        "close_times": ((None, time_of_day(17)),),
        "adhoc_holidays": [pandas.Timestamp(day) for day in sorted(HOLIDAYS)],
    }
    return type("Office", (library.ExchangeCalendar,), members)(start=str(FIRST), end=str(last), side="left")


PEERS: Mapping[str, Callable[[ModuleType, int], Contestant]] = {
    "pandas": pandas_hours,
    "businesstimedelta": business_time_delta,
    "exchange_calendars": exchange_hours,
}


def verdict(contestant: Contestant, calendar: Calendar, seconds: int, starts: Sequence[int]) -> Sequence[int]:
    """How many answers are the calendar's, how many are the next opening instead of the closing, how many neither."""
    found = dict.fromkeys(WORDS, 0)
    for start in starts:
        due = contestant.told(contestant.answers(contestant.asks(start)))
        if due == calendar.add(start, seconds):
            found["exact"] += 1
        else:
            found["equivalent" if due == calendar.add(start, seconds, Convention.OPENING) else "wrong"] += 1
    return list(found.values())


def other_questions(calendar: Calendar) -> Iterator[Contestant]:
    """What else a clock asks of a calendar."""
    day, hour = 86_400, 3_600
    pauses = ((1 * hour, 5 * hour), (1 * day, 2 * day), (2 * day + hour, 3 * day))
    yield Contestant("floor: an empty call", lambda start: start)
    yield Contestant("casehub", lambda start: calendar.add(start, 8 * hour))
    yield Contestant("between, of five days", lambda start: calendar.between(start, start + 5 * day))
    yield Contestant("is_open", calendar.is_open)
    yield Contestant("last_open", calendar.last_open)
    yield Contestant(
        "add_paused, three pauses",
        lambda spans: calendar.add_paused(spans[0], 8 * hour, spans[1]),
        lambda start: (start, [(start + begin, start + end) for begin, end in pauses]),
    )


def print_table(title: str, laps: Sequence[Lap], rounds: int, verdicts: Verdicts = MappingProxyType({})) -> None:
    """Measure turn about, and print each beside casehub asked in the same terms."""
    asked = [(one, list(map(one.asks, instants))) for one, instants in laps]
    taken: dict[str, list[float]] = {one.name: [] for one, _ in asked}
    for _ in range(rounds):
        for one, questions in asked:
            taken[one.name].append(seconds_an_answer(one, questions))
    heading = "".join(f"{word:>12}" for word in WORDS) if verdicts else ""
    print(f"{f'{title}: microseconds':<36}{'fastest':>12}{'median':>12}{'times':>11}{heading}")
    for one, _ in asked:
        unit = min(taken["casehub, datetimes" if one.with_datetimes else "casehub"])
        counts = "".join(f"{count:>12,}" for count in verdicts.get(one.name, ()))
        fastest, usual = min(taken[one.name]), median(taken[one.name])
        print(f"  {one.name:<34}{fastest * 1e6:>12,.2f}{usual * 1e6:>12,.2f}{fastest / unit:>11,.1f}{counts}")


def seconds_an_answer(contestant: Contestant, questions: Sequence[Any]) -> float:
    """The processor's seconds that an answer takes, in one round."""
    answers = contestant.answers
    began = time.process_time()
    for question in questions:
        answers(question)
    return (time.process_time() - began) / len(questions)


def print_cost_of_calendar() -> None:
    """Print the time and the memory that a calendar of five years takes, and what the dearest peer needs."""
    made = [seconds_to_make(five_years) for _ in range(5)]
    tracemalloc.start()
    kept = five_years()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    print(f"a calendar of five years until {kept.valid_to}: {min(made) * 1e3:.1f} ms, {size / 1024:.0f} KiB")
    library = imported("exchange_calendars")
    if library is not None:
        peer = min(seconds_to_make(lambda: exchange(library, FIVE_YEARS_LATER).minutes) for _ in range(5))
        print(f"the same as an exchange calendar, with its minutes: {peer * 1e3:.1f} ms")


def five_years() -> Calendar:
    """A calendar whose index has grown to its end."""
    calendar = Calendar(
        TZ, WEEK, (day for day in HOLIDAYS if day.year < 2030), valid_from=FIRST, valid_to=FIVE_YEARS_LATER
    )
    calendar.between(epoch_of(FIRST), epoch_of(FIVE_YEARS_LATER))
    return calendar


def seconds_to_make(make: Callable[[], object]) -> float:
    """The processor's seconds that making something takes."""
    began = time.process_time()
    make()
    return time.process_time() - began


if __name__ == "__main__":
    main()
