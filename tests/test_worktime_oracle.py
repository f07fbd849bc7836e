"""The calendar beside an oracle that looks at every minute: 20,800 questions about offices on odd nights."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from hub.core.targets import parse_step, reach
from hub.core.worktime import DAYS, BeyondCalendar, Calendar, Convention
from tests.oracle import Intervals, Office, Window, window

ODD_NIGHTS = [
    ("Europe/Stockholm", date(2026, 3, 29)),
    ("Europe/Stockholm", date(2026, 10, 25)),
    ("Europe/Dublin", date(2026, 10, 25)),
    ("Europe/London", date(2026, 3, 29)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Sao_Paulo", date(2015, 10, 18)),  # no midnight
    ("America/Sao_Paulo", date(2016, 2, 21)),  # the hour before midnight twice
    ("America/St_Johns", date(2006, 10, 29)),  # back from 00:01 to 23:01: the dates interleave
    ("America/Havana", date(2026, 3, 8)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that never was
    ("Pacific/Kwajalein", date(1993, 8, 21)),  # the same in another year
    ("Pacific/Kiritimati", date(1994, 12, 31)),  # the same at the turn of a year
    ("Pacific/Kwajalein", date(1969, 9, 30)),  # a day that came twice, but for an hour
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Dhaka", date(2009, 12, 31)),  # back at the turn of a year
    ("Asia/Tehran", date(2021, 3, 22)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Antarctica/Troll", date(2026, 3, 29)),  # two hours
    ("Atlantic/Azores", date(2026, 10, 25)),
    ("Asia/Kathmandu", date(2026, 5, 1)),  # 05:45, no DST
    ("Asia/Tokyo", date(2026, 1, 1)),  # opens at midnight in UTC
]
OFFICES, QUESTIONS = 16, 50
HOUR, ONE_DAY = 3600, timedelta(days=1)
EARLY: Sequence[Intervals] = [[(0, 180)], [(30, 150), (180, 200)], [(120, 180)], [(0, 1440)], [(145, 155)]]
NIGHT: Sequence[Intervals] = [[(1320, 1800)], [(540, 720), (1380, 1590)], [(1380, 1440)], [(1410, 1441)]]
DAY: Sequence[Intervals] = [[(540, 1020)], [(540, 720), (780, 1020)], [], [(605, 606)], [(600, 1440)]]


@dataclass(frozen=True, slots=True)
class Trial:
    """The same office for the calendar and for the oracle, and the dice that ask about it."""

    rng: random.Random
    calendar: Calendar
    office: Office

    @property
    def window(self) -> Window:
        return self.office.window

    def instant(self) -> int:
        """Any instant of the window, rather one near the odd night, and rather a whole minute or hour."""
        since, until = self.window.since, self.window.until
        middle = (since + until) // 2
        found = self.rng.choice((self.rng.randrange(since, until), middle + self.rng.randrange(-86400, 86400)))
        return found - found % self.rng.choice((1, 1, 60, 1800, HOUR))

    def seconds(self) -> int:
        return self.rng.choice((1, 60, HOUR, 8 * HOUR, self.rng.randrange(1, 40 * HOUR)))

    def pauses(self) -> list[tuple[int, int]]:
        """Pauses in any order, some of them empty, touching or overlapping."""
        begins = [self.instant() for _ in range(self.rng.randrange(5))]
        found = [(begin, begin + self.rng.choice((0, 1, HOUR, self.rng.randrange(30 * HOUR)))) for begin in begins]
        return found + [(end, end + HOUR) for _, end in found if self.rng.random() < 0.3]


def random_trial(rng: random.Random, tz: str, odd: date) -> Trial:
    around = window(tz, odd)
    # Who works at night begins after 06:00, so that no two shifts overlap.
    shifts = [*rng.choice((NIGHT, EARLY)), *DAY]
    week = [rng.choice(shifts) for _ in DAYS] if rng.random() < 0.5 else [rng.choice(shifts)] * 7
    week[rng.randrange(7)] = week[rng.randrange(7)] = [(600, 900)]
    days = [around.first + shift * ONE_DAY for shift in range((around.last - around.first).days + 1)]
    holidays = [day for day in days if rng.random() < 0.15]
    special = {day: rng.choice(shifts) for day in days if rng.random() < 0.2}
    rule = {day: special.get(day, () if day in holidays else week[day.weekday()]) for day in days}
    hours = {name: written(intervals) for name, intervals in zip(DAYS, week, strict=True)}
    specials = {day: written(intervals) for day, intervals in special.items()}
    made = Calendar(tz, hours, holidays, specials, valid_from=around.first, valid_to=around.last)
    return Trial(rng, made, Office(around, rule))


def written(intervals: Intervals) -> list[str]:
    def clock(minute: int) -> str:
        return "24:00" if minute == 1440 else f"{minute // 60 % 24:02}:{minute % 60:02}"

    return [f"{clock(opens)}-{clock(closes)}" for opens, closes in intervals]


def answer(question: Callable[[], object]) -> object:
    """What the calendar says, None where it refuses to answer beyond its dates."""
    try:
        return question()
    except BeyondCalendar:
        return None


Told = tuple[str, object, object]


def ask_add(trial: Trial) -> Told:
    start, seconds = trial.instant(), trial.seconds()
    found = answer(lambda: trial.calendar.add(start, seconds))
    return f"add({start}, {seconds})", found, trial.office.add(start, seconds)


def ask_add_by_the_other_convention(trial: Trial) -> Told:
    start, seconds, pauses = trial.instant(), trial.seconds(), trial.pauses()
    due = trial.office.add(start, seconds, pauses)
    opened = None if due is None else trial.office.next_open(due)
    found = answer(lambda: trial.calendar.add_paused(start, seconds, pauses, Convention.OPENING))
    return f"add_paused({start}, {seconds}, {pauses}, OPENING)", found, opened


def ask_add_paused(trial: Trial) -> Told:
    start, seconds, pauses = trial.instant(), trial.seconds(), trial.pauses()
    found = answer(lambda: trial.calendar.add_paused(start, seconds, pauses))
    return f"add_paused({start}, {seconds}, {pauses})", found, trial.office.add(start, seconds, pauses)


def ask_between(trial: Trial) -> Told:
    start, end = sorted((trial.instant(), trial.instant()))
    return f"between({start}, {end})", trial.calendar.between(start, end), trial.office.between(start, end)


def ask_between_paused(trial: Trial) -> Told:
    start, end = sorted((trial.instant(), trial.instant()))
    pauses = trial.pauses()
    found = trial.calendar.between_paused(start, end, pauses)
    return f"between_paused({start}, {end}, {pauses})", found, trial.office.between(start, end, pauses)


def ask_is_open(trial: Trial) -> Told:
    instant = trial.instant()
    return f"is_open({instant})", trial.calendar.is_open(instant), trial.office.is_open(instant)


def ask_next_open(trial: Trial) -> Told:
    instant = trial.instant()
    found = answer(lambda: trial.calendar.next_open(instant))
    return f"next_open({instant})", found, trial.office.next_open(instant)


def ask_last_open(trial: Trial) -> Told:
    instant = trial.instant()
    found = answer(lambda: trial.calendar.last_open(instant))
    return f"last_open({instant})", found, trial.office.last_open(instant)


def ask_days(trial: Trial) -> Told:
    start = trial.instant()
    today = trial.window.date_at(start)
    count = trial.rng.randrange(1, max(2, (trial.window.last - today).days + 1))
    found = reach(start, [parse_step(f"{count}d")], trial.calendar)[-1].end
    return f"{start} + {count}d", found, trial.window.same_time(start, today + count * ONE_DAY)


def ask_working_days(trial: Trial) -> Told:
    start, count, landing = trial.instant(), trial.rng.randrange(1, 4), trial.rng.choice(("", "!end", "!open"))
    day = trial.office.working_day(trial.window.date_at(start), count)
    expected: int | None = None
    if day is not None:
        expected = trial.office.closing_of(day) if landing == "!end" else trial.window.same_time(start, day)
    if landing == "!open" and expected is not None:
        expected = trial.office.next_open(expected)
    found = answer(lambda: reach(start, [parse_step(f"{count}wd{landing}")], trial.calendar)[-1].end)
    return f"{start} + {count}wd{landing}", found, expected


ASKED = [
    ask_add,
    ask_add_by_the_other_convention,
    ask_add_paused,
    ask_add_paused,
    ask_between,
    ask_between_paused,
    ask_is_open,
    ask_next_open,
    ask_last_open,
    ask_days,
    ask_working_days,
]


@pytest.mark.parametrize(("tz", "odd"), ODD_NIGHTS, ids=[f"{tz}-{odd}" for tz, odd in ODD_NIGHTS])
def test_looking_at_every_minute_finds_the_same(tz: str, odd: date) -> None:
    for number in range(OFFICES):
        seed = f"{tz} {odd} {number}"
        trial = random_trial(random.Random(seed), tz, odd)
        for _ in range(QUESTIONS):
            question, found, expected = trial.rng.choice(ASKED)(trial)
            assert found == expected, f"seed {seed!r}: {question}"


def test_the_oracle_is_asked_twenty_thousand_questions_in_twenty_zones() -> None:
    assert len(ODD_NIGHTS) * OFFICES * QUESTIONS >= 20_000
    assert len({tz for tz, _ in ODD_NIGHTS}) >= 20


def test_the_oracle_is_not_fooled_by_a_wrong_calendar() -> None:
    """A calendar in the neighbours' zone is told apart, so that the comparison above can fail."""
    trial = random_trial(random.Random("wrong"), "Europe/Stockholm", date(2026, 3, 29))
    calendar = trial.calendar
    wrong = Calendar(
        "Europe/Helsinki",
        calendar.hours,
        calendar.holidays,
        calendar.special,
        valid_from=calendar.valid_from - ONE_DAY,
        valid_to=calendar.valid_to + ONE_DAY,
    )
    fooled = Trial(trial.rng, wrong, trial.office)
    told = [trial.rng.choice(ASKED)(fooled) for _ in range(QUESTIONS)]

    assert any(found != expected for _, found, expected in told)
