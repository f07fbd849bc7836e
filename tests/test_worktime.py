"""Working time: examples, probes over DST nights, an oracle that steps minute by minute, and properties."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.worktime import DAYS, BeyondCalendar, Calendar, CalendarError, NeverOpen, Segment

HOUR = 3600
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = dict.fromkeys(WEEKDAYS, ("09:00-17:00",))
ALWAYS = dict.fromkeys(DAYS, ("00:00-24:00",))
NIGHTS = dict.fromkeys(DAYS, ("22:00-06:00",))
CHRISTMAS = [date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)]


def calendar(
    tz: str = "Europe/Stockholm",
    hours: Mapping[str, Sequence[str]] = OFFICE,
    holidays: Sequence[date] = (),
    special: Mapping[date, Sequence[str]] | None = None,
    known: tuple[date, date] = (date(2010, 1, 1), date(2037, 12, 31)),
) -> Calendar:
    return Calendar(tz, hours, holidays, special, valid_from=known[0], valid_to=known[1])


def at(text: str, tz: str = "Europe/Stockholm", fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz), fold=fold).timestamp())


def local(instant: int, tz: str = "Europe/Stockholm") -> str:
    return f"{datetime.fromtimestamp(instant, ZoneInfo(tz)):%Y-%m-%d %H:%M:%S}".removesuffix(":00")


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2012-09-10 12:00", 8, "2012-09-11 12:00"),  # the rule of thumb's own example
        ("2026-11-20 09:00", 8, "2026-11-20 17:00"),  # due falls on closing time
        ("2026-11-20 17:00", 8, "2026-11-23 17:00"),  # arrives exactly at closing time
        ("2026-11-20 16:59:59", 8, "2026-11-23 16:59:59"),
        ("2026-11-21 23:00", 8, "2026-11-23 17:00"),  # on a closed day
        ("2026-11-20 08:59:59", 8, "2026-11-20 17:00"),  # before opening
        ("2026-11-20 12:34:56", 0, "2026-11-20 12:34:56"),
        ("2026-11-21 12:34:56", 0, "2026-11-21 12:34:56"),  # nothing is owed, also when closed
        ("2026-11-16 09:00", 40, "2026-11-20 17:00"),
        ("2026-11-16 09:00", 41, "2026-11-23 10:00"),
        ("2026-03-27 16:00", 2, "2026-03-30 10:00"),  # over the spring week-end
        ("2026-10-23 16:00", 2, "2026-10-26 10:00"),  # over the autumn week-end
    ],
)
def test_office_hours_give_the_due_instant(start: str, hours: int, due: str) -> None:
    found = calendar().add(at(start), hours * HOUR)

    assert local(found) == due


def test_a_half_day_and_holidays_are_passed_over_at_christmas() -> None:
    christmas = calendar(holidays=CHRISTMAS, special={date(2026, 12, 24): ["09:00-13:00"]})

    due = christmas.add(at("2026-12-23 16:00"), 8 * HOUR)

    assert local(due) == "2026-12-28 12:00"


def test_a_lunch_break_does_not_count() -> None:
    lunching = calendar(hours=dict.fromkeys(WEEKDAYS, ("13:00-17:00", "09:00-12:00")))

    assert local(lunching.add(at("2026-11-18 11:30"), 1 * HOUR)) == "2026-11-18 13:30"
    assert local(lunching.add(at("2026-11-18 11:30"), HOUR // 2)) == "2026-11-18 12:00"
    assert lunching.between(at("2026-11-18 00:00"), at("2026-11-19 00:00")) == 7 * HOUR


def test_an_opening_on_a_holiday_is_a_special_day_and_a_special_day_may_be_closed() -> None:
    day = date(2026, 12, 25)
    open_then = calendar(holidays=[day], special={day: ["10:00-12:00"], date(2026, 12, 28): []})

    assert local(open_then.next_open(at("2026-12-25 00:00"))) == "2026-12-25 10:00"
    assert local(open_then.add(at("2026-12-25 10:00"), 3 * HOUR)) == "2026-12-29 10:00"


# The probes of the design's table, in Europe/Amsterdam unless said.
SPRING, AUTUMN = "2026-03-28 12:00", "2026-10-24 12:00"
PROBES = [
    ("24 h over the spring night", "Europe/Amsterdam", ALWAYS, SPRING, 24, "2026-03-29 13:00"),
    ("24 h over the autumn night", "Europe/Amsterdam", ALWAYS, AUTUMN, 24, "2026-10-25 11:00"),
    ("a night shift in spring is 7 h", "Europe/Amsterdam", NIGHTS, "2026-03-28 22:00", 8, "2026-03-29 23:00"),
    ("a night shift in autumn is 9 h", "Europe/Amsterdam", NIGHTS, "2026-10-24 22:00", 8, "2026-10-25 05:00"),
    ("a night shift over midnight", "Europe/Amsterdam", NIGHTS, "2026-11-18 01:00", 6, "2026-11-18 23:00"),
    ("no midnight", "America/Sao_Paulo", ALWAYS, "2015-10-17 12:00", 24, "2015-10-18 13:00"),
    ("a missing day", "Pacific/Apia", ALWAYS, "2011-12-29 12:00", 24, "2011-12-31 12:00"),
    ("a missing night", "Pacific/Apia", NIGHTS, "2011-12-29 22:00", 8, "2011-12-31 06:00"),
    ("half an hour in spring", "Australia/Lord_Howe", ALWAYS, "2026-10-03 12:00", 24, "2026-10-04 12:30"),
    ("half an hour in autumn", "Australia/Lord_Howe", ALWAYS, "2026-04-04 12:00", 24, "2026-04-05 11:30"),
    ("ten years of office hours", "Europe/Amsterdam", OFFICE, "2026-01-05 09:00", 521 * 40 + 32, "2036-01-03 17:00"),
]


@pytest.mark.parametrize(("tz", "hours", "start", "worked", "due"), [p[1:] for p in PROBES], ids=[p[0] for p in PROBES])
def test_dst_and_odd_days_do_not_shift_a_deadline(
    tz: str, hours: Mapping[str, Sequence[str]], start: str, worked: int, due: str
) -> None:
    found = calendar(tz, hours).add(at(start, tz), worked * HOUR)

    assert local(found, tz) == due


def test_kings_day_is_free_in_the_netherlands() -> None:
    dutch = calendar("Europe/Amsterdam", holidays=[date(2026, 4, 27)])

    due = dutch.add(at("2026-04-24 12:00", "Europe/Amsterdam"), 8 * HOUR)

    assert local(due, "Europe/Amsterdam") == "2026-04-28 12:00"


def test_an_opening_in_the_gap_begins_at_the_first_real_instant() -> None:
    early = calendar(hours={"sun": ["02:30-04:00"]})

    opened = early.next_open(at("2026-03-28 12:00"))

    assert local(opened) == "2026-03-29 03:00"
    assert early.is_open(at("2026-03-29 03:10"))
    assert local(early.add(opened, HOUR)) == "2026-03-29 04:00"


def test_an_opening_wholly_in_the_gap_never_comes() -> None:
    gone = calendar(hours={}, special={date(2026, 3, 29): ["02:10-02:50"]})

    with pytest.raises(NeverOpen):
        gone.next_open(at("2026-03-28 12:00"))


def test_both_passes_of_an_ambiguous_hour_are_open() -> None:
    early = calendar(hours={"sun": ["02:15-02:45"]})
    first, second = at("2026-10-25 02:15", fold=0), at("2026-10-25 02:15", fold=1)

    assert second - first == HOUR
    assert [early.is_open(first + m * 60) for m in (0, 29, 30, 59)] == [True, True, False, False]
    assert [early.is_open(second + m * 60) for m in (0, 29, 30)] == [True, True, False]
    assert early.between(at("2026-10-25 00:00"), at("2026-10-26 00:00")) == HOUR


def test_openings_within_an_ambiguous_hour_come_in_the_order_of_real_time() -> None:
    early = calendar(hours={"sun": ["02:00-02:15", "02:30-02:45"]})
    first, second = at("2026-10-25 02:00", fold=0), at("2026-10-25 02:00", fold=1)

    opened = [s.start for s in early.explain(first, second + HOUR) if s.open]
    due = [early.add(first, minutes * 60) for minutes in (15, 20, 30, 45, 60)]

    assert opened == [first, first + 1800, second, second + 1800]
    assert due == [first + 900, first + 2100, first + 2700, second + 900, second + 2700]


def test_intervals_may_touch() -> None:
    touching = calendar(hours={"mon": ["12:00-17:00", "09:00-12:00", "22:00-06:00"], "tue": ["06:00-07:00"]})

    assert local(touching.add(at("2026-11-16 09:00"), 8 * HOUR)) == "2026-11-16 17:00"
    assert local(touching.add(at("2026-11-16 22:00"), 9 * HOUR)) == "2026-11-17 07:00"


def test_a_long_shift_in_the_west_runs_on_over_new_year_in_utc() -> None:
    west = calendar("America/Los_Angeles", dict.fromkeys(DAYS, ("20:00-19:30",)))
    start = at("2026-12-30 20:00", "America/Los_Angeles")

    assert local(west.add(start, 23 * HOUR), "America/Los_Angeles") == "2026-12-31 19:00"
    assert west.is_open(at("2026-12-31 19:29", "America/Los_Angeles"))
    assert not west.is_open(at("2026-12-31 19:30", "America/Los_Angeles"))


def test_a_night_shift_belongs_to_the_date_on_which_it_starts() -> None:
    nights = calendar(hours=NIGHTS, holidays=[date(2026, 12, 25)])

    assert nights.is_open(at("2026-12-25 05:59"))
    assert not nights.is_open(at("2026-12-25 23:00"))
    assert not nights.is_open(at("2026-12-26 05:00"))
    assert nights.is_open(at("2026-12-26 22:00"))


def test_a_night_shift_from_before_the_calendar_is_not_guessed() -> None:
    nights = calendar(hours=NIGHTS, known=(date(2026, 1, 1), date(2026, 12, 31)))

    assert local(nights.next_open(at("2026-01-01 00:00"))) == "2026-01-01 22:00"


def test_closing_time_is_closed_and_opening_time_is_open() -> None:
    office = calendar()

    assert office.is_open(at("2026-11-20 09:00"))
    assert office.is_open(at("2026-11-20 16:59:59"))
    assert not office.is_open(at("2026-11-20 17:00"))
    assert not office.is_open(at("2026-11-20 08:59:59"))
    assert local(office.next_open(at("2026-11-20 17:00"))) == "2026-11-23 09:00"


def test_between_runs_backwards_too() -> None:
    office = calendar()
    monday, tuesday = at("2026-11-16 12:00"), at("2026-11-17 12:00")

    assert office.between(monday, tuesday) == 8 * HOUR
    assert office.between(tuesday, monday) == -8 * HOUR
    assert office.between(monday, monday) == 0


def test_questions_in_any_order_have_the_same_answers() -> None:
    forwards, backwards = calendar(), calendar()
    starts = [at(f"{year}-06-15 12:00") for year in range(2011, 2037)]

    there = [forwards.add(start, 80 * HOUR) for start in starts]
    back = [backwards.add(start, 80 * HOUR) for start in reversed(starts)]

    assert there == list(reversed(back))


def test_explain_names_what_was_counted_and_what_was_not() -> None:
    christmas = calendar(holidays=CHRISTMAS, special={date(2026, 12, 24): ["09:00-13:00"]})

    told = christmas.explain(at("2026-12-24 12:00"), at("2026-12-28 10:00"))

    assert [(local(s.start), s.open, s.name) for s in told] == [
        ("2026-12-24 12:00", True, "2026-12-24 special hours"),
        ("2026-12-24 13:00", False, "2026-12-24 special hours"),
        ("2026-12-25 00:00", False, "2026-12-25 holiday"),
        ("2026-12-26 00:00", False, "2026-12-26 holiday"),
        ("2026-12-27 00:00", False, "sun closed"),
        ("2026-12-28 00:00", False, "mon closed"),
        ("2026-12-28 09:00", True, "mon open"),
    ]
    assert sum(s.end - s.start for s in told if s.open) == 2 * HOUR


def test_explain_names_a_night_shift_after_the_day_on_which_it_started() -> None:
    nights = calendar(hours=NIGHTS)

    told = nights.explain(at("2026-10-24 23:00"), at("2026-10-25 07:00"))

    assert told == (
        Segment(at("2026-10-24 23:00"), at("2026-10-25 06:00"), True, "sat open"),
        Segment(at("2026-10-25 06:00"), at("2026-10-25 07:00"), False, "sun closed"),
    )


def test_explain_of_nothing_is_empty_and_backwards_is_refused() -> None:
    office = calendar()
    noon = at("2026-11-20 12:00")

    assert office.explain(noon, noon) == ()
    with pytest.raises(CalendarError, match="earlier instant"):
        office.explain(noon, noon - 1)


KNOWN_2026 = (date(2026, 1, 1), date(2026, 12, 31))


def test_beyond_its_dates_a_calendar_refuses_to_answer() -> None:
    office = calendar(known=KNOWN_2026)
    until = "the calendar is known until 2026-12-31 only: add the holidays after it and move its end"
    since = "the calendar is known from 2026-01-01 only: add the holidays before it and move its beginning"

    for ask, problem in (
        (lambda: office.add(at("2026-12-31 12:00"), 6 * HOUR), until),
        (lambda: office.add(at("2027-01-04 12:00"), HOUR), until),
        (lambda: office.is_open(at("2027-01-01 00:00")), until),
        (lambda: office.between(at("2026-12-31 12:00"), at("2027-01-01 00:00:01")), until),
        (lambda: office.next_open(at("2026-12-31 17:00")), until),
        (lambda: office.explain(at("2026-12-31 12:00"), at("2027-02-01 00:00")), until),
        (lambda: office.add(at("2025-12-31 23:59:59"), HOUR), since),
        (lambda: office.is_open(at("2025-12-31 23:59:59")), since),
        (lambda: office.between(at("2026-02-01 12:00"), at("2025-12-31 12:00")), since),
    ):
        with pytest.raises(BeyondCalendar) as caught:
            ask()
        assert str(caught.value) == problem


def test_the_last_second_that_is_known_is_answered() -> None:
    office = calendar(known=KNOWN_2026)

    assert local(office.add(at("2026-12-31 12:00"), 5 * HOUR)) == "2026-12-31 17:00"
    assert not office.is_open(at("2026-12-31 23:59:59"))
    assert office.between(at("2026-01-01 00:00"), at("2027-01-01 00:00")) == 261 * 8 * HOUR


def test_a_calendar_that_never_opens_again_says_so() -> None:
    days = {date(2026, 5, 2): ["10:00-12:00"], date(2026, 5, 3): ["10:00-12:00"], date(2026, 5, 4): []}
    fair = calendar(hours={}, special=days)

    assert local(fair.add(at("2026-01-01 00:00"), 3 * HOUR)) == "2026-05-03 11:00"
    with pytest.raises(NeverOpen, match=r"the last opening .* 2026-05-03: add weekly opening hours"):
        fair.add(at("2026-05-03 11:30"), HOUR)


def test_a_negative_target_is_refused() -> None:
    with pytest.raises(CalendarError, match="lies ahead: -1 seconds"):
        calendar().add(at("2026-11-20 12:00"), -1)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"hours": {"mon": ["09:00-12:00", "11:00-17:00"]}}, r"hours\.mon: two .* overlap"),
        ({"hours": {"mon": ["09:00-12:00", "22:00-06:00", "23:00-23:30"]}}, r"hours\.mon: two .* overlap"),
        ({"hours": {"tue": ["09:00-09:00"]}}, r"hours\.tue: '09:00-09:00' is empty, write 00:00-24:00"),
        ({"hours": {"wed": ["9-17"]}}, r"hours\.wed: '9-17' is no interval such as 09:00-17:00"),
        ({"hours": {"wed": ["09:00-17:60"]}}, r"hours\.wed: .* a time that no day has"),
        ({"hours": {"wed": ["09:00-24:01"]}}, r"hours\.wed: .* a time that no day has"),
        ({"hours": {"wed": ["24:00-06:00"]}}, r"hours\.wed: .* a time that no day has"),
        ({"hours": {"wed": ["٠٩:00-17:00"]}}, r"hours\.wed: .* is no interval"),
        ({"hours": {"wed": "09:00-17:00"}}, r"hours\.wed: give a list of intervals"),
        ({"hours": {"mån": ["09:00-17:00"]}}, r"hours: 'mån' is no day, use mon, tue"),
        ({"hours": {"mon": ["22:00-06:00"], "tue": ["05:00-09:00"]}}, r"hours\.tue: .* night hours of the day before"),
        ({"hours": {"sun": ["22:00-06:00"], "mon": ["05:00-09:00"]}}, r"hours\.mon: .* night hours of the day before"),
        ({"hours": {}}, r"hours: there is no opening at all"),
        ({"hours": {"mon": []}, "special": {date(2026, 5, 1): []}}, r"hours: there is no opening at all"),
        ({"hours": NIGHTS, "special": {date(2026, 5, 1): ["05:00-07:00"]}}, r"special\.2026-05-01: .* night hours"),
        ({"special": {date(2026, 5, 1): ["22:00-10:00"]}, "hours": ALWAYS}, r"special\.2026-05-01: .* night hours"),
        ({"special": {date(2026, 5, 1): ["noon"]}}, r"special\.2026-05-01: 'noon' is no interval"),
        ({"special": {date(2046, 5, 1): ["09:00-10:00"]}}, r"special: 2046-05-01 lies outside the dates 2010-01-01 to"),
        ({"holidays": [date(2009, 12, 25)]}, r"holidays: 2009-12-25 lies outside the dates 2010-01-01 to"),
        ({"holidays": [datetime(2026, 1, 1, tzinfo=UTC)]}, r"holidays: .* is an instant, give a date"),
        ({"holidays": [datetime(2026, 1, 1)]}, r"holidays: .* is an instant, give a date"),  # noqa: DTZ001  the naive one
        ({"tz": "Europe/Stokholm"}, r"time zone 'Europe/Stokholm' is unknown: use a name such as Europe/Stockholm"),
        ({"tz": "Europe"}, r"time zone 'Europe' is unknown"),
        ({"tz": ""}, r"time zone '' is unknown"),
        ({"tz": "../etc/passwd"}, r"time zone '../etc/passwd' is unknown"),
        ({"known": (date(2027, 1, 1), date(2026, 1, 1))}, r"valid_from 2027-01-01 and valid_to 2026-01-01"),
        ({"known": (date(2026, 2, 1), date(2026, 1, 1))}, r"valid_from 2026-02-01 and valid_to 2026-01-01"),
        ({"known": (date(1, 1, 1), date(2026, 1, 1))}, r"valid_from 0001-01-01 and valid_to"),
        ({"known": (date(2026, 1, 1), date(9999, 12, 31))}, r"valid_from 2026-01-01 and valid_to 9999-12-31"),
    ],
)
def test_data_that_cannot_be_meant_is_refused_by_its_key(wrong: Mapping[str, object], problem: str) -> None:
    with pytest.raises(CalendarError, match=problem):
        calendar(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_the_digest_is_of_the_meaning_and_not_of_the_writing() -> None:
    plain = calendar(hours={"mon": ["09:00-12:00", "13:00-17:00"]}, holidays=CHRISTMAS)
    other = calendar(hours={"tue": [], "mon": ["13:00 - 17:00", "9:00-12:00"]}, holidays=CHRISTMAS[::-1] * 2)

    assert plain.digest == other.digest
    assert len(plain.digest) == 12


def test_the_digest_changes_with_every_part_of_the_data() -> None:
    day = date(2026, 12, 24)
    variants = [
        calendar(),
        calendar("Europe/Berlin"),
        calendar(hours=NIGHTS),
        calendar(holidays=[day]),
        calendar(special={day: ["09:00-13:00"]}),
        calendar(special={day: []}),
        calendar(known=(date(2010, 1, 1), date(2037, 12, 30))),
        calendar(known=(date(2010, 1, 2), date(2037, 12, 31))),
    ]

    assert len({variant.digest for variant in variants}) == len(variants)


# --- An oracle that shares nothing with the calendar: it looks at every minute through zoneinfo. ---

ODD_NIGHTS = [
    ("Europe/Stockholm", date(2026, 3, 29)),
    ("Europe/Stockholm", date(2026, 10, 25)),
    ("Europe/Dublin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Sao_Paulo", date(2015, 10, 18)),  # no midnight
    ("America/Sao_Paulo", date(2016, 2, 21)),  # 23:xx twice
    ("America/St_Johns", date(2006, 10, 29)),  # back from 00:01 to 23:01: the dates interleave
    ("America/Havana", date(2026, 3, 8)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that never was
    ("Pacific/Kiritimati", date(1994, 12, 31)),  # the same at the turn of a year
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Dhaka", date(2009, 12, 31)),  # back at the turn of a year
    ("Asia/Tehran", date(2021, 3, 22)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Antarctica/Troll", date(2026, 3, 29)),  # two hours
    ("Atlantic/Azores", date(2026, 10, 25)),
    ("Asia/Kathmandu", date(2026, 5, 1)),  # 05:45, no DST
    ("Asia/Tokyo", date(2026, 5, 6)),
]
Intervals = list[tuple[int, int]]


class Oracle:
    """Open minutes by the wall clock: today's intervals, or last night's that run on."""

    def __init__(self, tz: str, rule: Mapping[date, Intervals], since: int, until: int) -> None:
        self._zone, self._rule = ZoneInfo(tz), rule
        self.since, self.until = since, until
        self.minutes = [self._is_open(minute) for minute in range(since, until, 60)]

    def _is_open(self, instant: int) -> bool:
        wall = datetime.fromtimestamp(instant, UTC).astimezone(self._zone)
        minute, today = wall.hour * 60 + wall.minute, wall.date()
        if any(opens <= minute < closes for opens, closes in self._rule.get(today, [])):
            return True
        last_night = self._rule.get(today - timedelta(days=1), [])
        return any(opens <= minute + 1440 < closes for opens, closes in last_night)

    def is_open(self, instant: int) -> bool:
        return self.minutes[(instant - self.since) // 60]

    def between(self, start: int, end: int) -> int:
        total = 0
        for number in range((start - self.since) // 60, -(-(end - self.since) // 60)):
            minute = self.since + number * 60
            total += (min(end, minute + 60) - max(start, minute)) * self.minutes[number]
        return total

    def add(self, start: int, seconds: int) -> int | None:
        left = seconds
        for number in range((start - self.since) // 60, len(self.minutes)):
            minute = self.since + number * 60
            begin = max(start, minute)
            if self.minutes[number] and left <= minute + 60 - begin:
                return begin + left
            left -= (minute + 60 - begin) * self.minutes[number]
        return None


def random_day(rng: random.Random, at_night: bool) -> Intervals:
    """The hours of a day, in minutes; night workers begin after 06:00 so that no two shifts overlap."""
    early = [[(0, 180)], [(30, 150), (180, 200)], [(120, 180)], [(0, 1440)], [(145, 155)]]
    night = [[(1320, 1440 + 360)], [(540, 720), (1380, 1440 + 150)], [(1380, 1440)], [(1410, 1440 + 1)]]
    day = [[(540, 1020)], [(540, 720), (780, 1020)], [], [(605, 606)], [(600, 1440)]]
    return rng.choice((night if at_night else early) * 2 + day)


def text(intervals: Intervals) -> list[str]:
    def clock(minute: int) -> str:
        return "24:00" if minute == 1440 else f"{minute // 60 % 24:02}:{minute % 60:02}"

    return [f"{clock(opens)}-{clock(closes)}" for opens, closes in intervals]


def random_calendar(rng: random.Random) -> tuple[Calendar, Oracle, str]:
    tz, odd = rng.choice(ODD_NIGHTS)
    at_night = rng.random() < 0.5
    week = [random_day(rng, at_night) for _ in DAYS] if rng.random() < 0.5 else [random_day(rng, at_night)] * 7
    week[rng.randrange(7)] = week[rng.randrange(7)] = [(600, 900)]
    days = [odd + timedelta(days=shift) for shift in range(-3, 5)]
    holidays = [day for day in days if rng.random() < 0.15]
    special = {day: random_day(rng, at_night) for day in days if rng.random() < 0.2}
    rule = {day: special.get(day, [] if day in holidays else week[day.weekday()]) for day in days}
    hours = {name: text(intervals) for name, intervals in zip(DAYS, week, strict=True)}
    specials = {day: text(intervals) for day, intervals in special.items()}
    made = calendar(tz, hours, holidays, specials, (days[0], days[-1]))
    zone = ZoneInfo(tz)
    edges = [datetime(d.year, d.month, d.day, tzinfo=zone) for d in (days[0], days[-1] + timedelta(days=1))]
    oracle = Oracle(tz, rule, *(int(edge.timestamp()) for edge in edges))
    return made, oracle, f"{tz} {odd} week={week} holidays={holidays} special={special}"


@pytest.mark.parametrize("seed", range(150))
def test_a_walk_through_every_minute_finds_the_same(seed: int) -> None:
    rng = random.Random(seed)
    made, oracle, told = random_calendar(rng)
    middle = (oracle.since + oracle.until) // 2
    for _ in range(10):
        start = rng.choice((rng.randrange(oracle.since, oracle.until), middle + rng.randrange(-86400, 86400)))
        seconds = rng.choice((1, 60, HOUR, 8 * HOUR, 24 * HOUR, rng.randrange(1, 40 * HOUR)))
        due = oracle.add(start, seconds)
        case = f"seed {seed}: {start} + {seconds} in {told}"

        assert made.is_open(start) == oracle.is_open(start), case
        if due is None:
            with pytest.raises(BeyondCalendar):
                made.add(start, seconds)
        else:
            assert made.add(start, seconds) == due, case
            assert made.between(start, due) == oracle.between(start, due) == seconds, case
            told_open = [(s.start, s.end) for s in made.explain(start, due) if s.open]
            assert sum(end - begin for begin, end in told_open) == seconds, case


# --- Properties ---

CALENDARS = [
    calendar(holidays=CHRISTMAS, special={date(2026, 12, 24): ["09:00-13:00"]}),
    calendar("Europe/Amsterdam", ALWAYS),
    calendar("America/St_Johns", NIGHTS),
    calendar("Australia/Lord_Howe", {"sat": ["22:30-02:15"], "sun": ["02:20-03:10"], "wed": ["00:00-24:00"]}),
]
calendars = st.sampled_from(CALENDARS)
instants = st.integers(at("2025-01-01 00:00"), at("2028-01-01 00:00")) | st.integers(
    at("2026-10-24 12:00"), at("2026-10-25 12:00")
)
spans = st.integers(0, 400 * HOUR)


@given(calendars, instants, spans, spans)
def test_more_working_time_is_never_due_earlier(made: Calendar, start: int, some: int, more: int) -> None:
    assert made.add(start, some) <= made.add(start, some + more)


@given(calendars, instants, st.integers(0, 10**6), spans)
def test_a_later_start_is_never_due_earlier(made: Calendar, start: int, later: int, some: int) -> None:
    early, late = made.add(start, some + 1), made.add(start + later, some + 1)

    assert early <= late


@given(calendars, instants, spans, spans)
def test_two_steps_are_due_when_one_step_is(made: Calendar, start: int, first: int, second: int) -> None:
    assert made.add(made.add(start, first), second + 1) == made.add(start, first + second + 1)


@given(calendars, instants, spans)
def test_the_working_time_until_the_due_instant_is_the_target(made: Calendar, start: int, some: int) -> None:
    assert made.between(start, made.add(start, some)) == some


@given(calendars, instants, spans)
def test_the_due_instant_is_the_earliest_one(made: Calendar, start: int, some: int) -> None:
    due = made.add(start, some + 1)

    assert made.is_open(due - 1)
    assert made.between(start, due - 1) == some


@given(calendars, instants)
def test_next_open_is_open_and_nothing_before_it_is(made: Calendar, instant: int) -> None:
    opened = made.next_open(instant)

    assert made.is_open(opened)
    assert made.between(instant, opened) == 0


@given(calendars, instants, st.integers(0, 20 * 86400))
def test_explained_segments_join_and_sum_to_the_working_time(made: Calendar, start: int, length: int) -> None:
    told = made.explain(start, start + length)

    assert sum(s.end - s.start for s in told if s.open) == made.between(start, start + length)
    assert all(made.is_open(s.start) == s.open == made.is_open(s.end - 1) for s in told)
    edges = [start, *(s.end for s in told)]
    assert [s.start for s in told] == edges[:-1]
    assert edges[-1] == start + length
