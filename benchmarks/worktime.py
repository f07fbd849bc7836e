"""Working-time arithmetic: the index with two bisects beside a plain walk over the days with zoneinfo.

Run by hand: python benchmarks/worktime.py. Both answer the same questions, turn about, in one process; the fastest
round of each is shown, because a shared machine only ever makes a round slower. Trust the ratio, not the microseconds.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.core.worktime import Calendar

ZONE = ZoneInfo("Europe/Amsterdam")
HOLIDAYS = frozenset(date(year, *day) for year in range(2025, 2038) for day in ((1, 1), (4, 27), (12, 25), (12, 26)))
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00-17:00",))
KNOWN = (date(2025, 1, 1), date(2037, 12, 31))
ROUNDS, QUESTIONS = 25, 2_000
Adder = Callable[[int, int], int]


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


def main() -> None:
    """Measure a short and a long target, and the building of the index."""
    calendar = _calendar()
    starts = _starts()
    _agree(calendar.add, walk, starts)
    print(f"{'microseconds an answer':<28}{'index':>10}{'day walk':>10}{'ratio':>8}")
    for title, hours, count in (("8 working hours", 8, QUESTIONS), ("20,000 working hours", 20_000, 50)):
        index, walked = _race(calendar.add, walk, starts[:count], hours * 3600)
        print(f"{title:<28}{index * 1e6:>10.2f}{walked * 1e6:>10.2f}{walked / index:>8.1f}")
    print(f"the index of four years is built in {_build_time() * 1e3:.1f} ms")


def _build_time() -> float:
    since, until = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2025, 2029))
    began = time.process_time()
    _calendar().between(since, until)
    return time.process_time() - began


def _calendar() -> Calendar:
    return Calendar("Europe/Amsterdam", WEEK, HOLIDAYS, valid_from=KNOWN[0], valid_to=KNOWN[1])


def _starts() -> list[int]:
    rng = random.Random(20261116)
    first, last = (int(datetime(year, 1, 2, tzinfo=UTC).timestamp()) for year in (2025, 2028))
    return [rng.randrange(first, last) for _ in range(QUESTIONS)]


def _agree(one: Adder, other: Adder, starts: Sequence[int]) -> None:
    for start in starts:
        if one(start, 8 * 3600) != other(start, 8 * 3600):
            raise SystemExit(f"the two disagree at {start}: nothing was measured")


def _race(one: Adder, other: Adder, starts: Sequence[int], seconds: int) -> tuple[float, float]:
    """The processor seconds an answer takes, each in its fastest round."""
    count = ROUNDS if len(starts) == QUESTIONS else 3
    rounds = [(_time(one, starts, seconds), _time(other, starts, seconds)) for _ in range(count)]
    return min(first for first, _ in rounds), min(second for _, second in rounds)


def _time(add: Adder, starts: Sequence[int], seconds: int) -> float:
    began = time.process_time()
    for start in starts:
        add(start, seconds)
    return (time.process_time() - began) / len(starts)


if __name__ == "__main__":
    main()
