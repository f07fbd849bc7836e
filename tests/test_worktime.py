"""Working time: examples, probes over DST nights, and properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.model import epoch
from hub.core.worktime import DAYS, BeyondCalendar, Calendar, CalendarError, Convention, NeverOpen, Segment

HOUR = 3600
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = dict.fromkeys(WEEKDAYS, ("09:00-17:00",))
ALWAYS = dict.fromkeys(DAYS, ("00:00-24:00",))
NIGHTS = dict.fromkeys(DAYS, ("22:00-06:00",))
CHRISTMAS = [date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)]


def calendar(
    tz: str = "Europe/Stockholm",
    hours: Mapping[str, Sequence[str]] = OFFICE,
    holidays: Sequence[date] | Mapping[date, str] = (),
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


# --- What a calendar shows of itself ---


def test_a_holiday_is_explained_by_its_name() -> None:
    named = calendar(holidays={date(2026, 12, 25): "Juldagen 漢字 🙂", date(2026, 12, 26): ""})

    told = named.explain(at("2026-12-25 12:00"), at("2026-12-26 12:00"))

    assert [segment.name for segment in told] == ["2026-12-25 holiday (Juldagen 漢字 🙂)", "2026-12-26 holiday"]


def test_a_calendar_shows_what_it_was_made_of() -> None:
    made = calendar(
        hours={"fri": ["22:00-06:00"], "mon": ["13:00 - 17:00", "9:00-12:00"], "sun": ["10:00-00:00"]},
        holidays={date(2026, 12, 26): "Annandagen", date(2026, 12, 25): "Juldagen"},
        special={date(2026, 12, 24): ["09:00-13:00"], date(2026, 12, 23): []},
        known=KNOWN_2026,
    )

    assert (made.tz, made.valid_from, made.valid_to) == ("Europe/Stockholm", *KNOWN_2026)
    assert made.hours == {
        **dict.fromkeys(DAYS, ()),
        "mon": ("09:00-12:00", "13:00-17:00"),
        "fri": ("22:00-06:00",),
        "sun": ("10:00-24:00",),
    }
    assert list(made.holidays.items()) == [(date(2026, 12, 25), "Juldagen"), (date(2026, 12, 26), "Annandagen")]
    assert list(made.special.items()) == [(date(2026, 12, 23), ()), (date(2026, 12, 24), ("09:00-13:00",))]
    again = Calendar(made.tz, made.hours, made.holidays, made.special, valid_from=KNOWN_2026[0], valid_to=KNOWN_2026[1])
    assert again.digest == made.digest


def test_what_is_shown_cannot_be_changed() -> None:
    made = calendar(holidays=CHRISTMAS, special={date(2026, 12, 24): []})

    for shown in (made.hours, made.holidays, made.special):
        with pytest.raises(TypeError):
            shown[next(iter(shown))] = "x"  # type: ignore[index]  # that it cannot be set is the point


def test_a_calendar_keeps_its_data_when_what_it_was_read_from_changes() -> None:
    holidays, special = {date(2026, 12, 25): "Juldagen"}, {date(2026, 12, 24): ["09:00-13:00"]}
    made = calendar(holidays=holidays, special=special)

    holidays.clear()
    special[date(2026, 12, 24)].append("14:00-15:00")

    assert not made.is_open_day(date(2026, 12, 25))
    assert local(made.closing_of(date(2026, 12, 24)) or 0) == "2026-12-24 13:00"


def test_the_names_of_holidays_change_no_digest() -> None:
    named, other = dict.fromkeys(CHRISTMAS, "jul"), dict.fromkeys(CHRISTMAS[::-1], "🎄")

    assert calendar(holidays=named).digest == calendar(holidays=other).digest == calendar(holidays=CHRISTMAS).digest


def test_the_digest_stays_what_it_was_when_deadlines_were_stored_with_it() -> None:
    hours = {"mon": ["09:00-12:00", "22:00-06:00"]}
    special: dict[date, list[str]] = {date(2026, 12, 24): ["09:00-13:00"], date(2026, 12, 23): []}

    made = calendar("Europe/Stockholm", hours, [date(2026, 12, 25)], special, (date(2026, 1, 1), date(2027, 12, 31)))

    assert made.digest == "70f34e63ab54"


def test_a_day_is_told_by_the_openings_that_start_on_it() -> None:
    office = calendar(
        hours={"fri": ["09:00-12:00", "22:00-06:00"]}, holidays=CHRISTMAS, special={date(2026, 11, 18): ["10:00-11:00"]}
    )
    friday, saturday, christmas, special = (
        date(2026, 11, 20),
        date(2026, 11, 21),
        date(2026, 12, 25),
        date(2026, 11, 18),
    )

    assert [office.is_open_day(day) for day in (friday, saturday, christmas, special)] == [True, False, False, True]
    assert office.opening_of(friday) == at("2026-11-20 09:00")
    assert office.closing_of(friday) == at("2026-11-21 06:00")
    assert office.closing_of(special) == at("2026-11-18 11:00")
    assert (office.opening_of(saturday), office.closing_of(christmas)) == (None, None)


def test_a_day_that_never_was_is_no_open_day() -> None:
    nights = calendar("Pacific/Apia", NIGHTS)

    assert nights.is_open_day(date(2011, 12, 29))
    assert not nights.is_open_day(date(2011, 12, 30))
    assert nights.is_open_day(date(2011, 12, 31))


def test_a_day_whose_only_opening_falls_into_the_gap_is_no_open_day() -> None:
    early = calendar(hours={"sun": ["02:10-02:50"]})

    assert not early.is_open_day(date(2026, 3, 29))
    assert early.closing_of(date(2026, 3, 29)) is None
    assert early.opening_of(date(2026, 10, 25)) == at("2026-10-25 02:10")
    assert early.closing_of(date(2026, 10, 25)) == at("2026-10-25 02:50", fold=1)


def test_days_beyond_the_known_ones_are_not_guessed() -> None:
    office = calendar(known=KNOWN_2026)
    fair = calendar(hours={}, special={date(2026, 5, 2): ["10:00-12:00"]}, known=KNOWN_2026)

    assert office.is_open_day(date(2026, 1, 1))
    for day, problem in ((date(2025, 12, 31), "known from 2026-01-01"), (date(2027, 1, 1), "known until 2026-12-31")):
        with pytest.raises(BeyondCalendar, match=problem):
            office.is_open_day(day)
    with pytest.raises(NeverOpen, match="2026-05-02: add weekly opening hours"):
        fair.is_open_day(date(2027, 1, 1))


@pytest.mark.parametrize("instant", [datetime(2026, 11, 20, 9), datetime(2026, 11, 20, 9, tzinfo=UTC)])  # noqa: DTZ001  the naive one
def test_an_instant_is_no_day(instant: datetime) -> None:
    office = calendar()

    for question in (office.is_open_day, office.opening_of, office.closing_of):
        with pytest.raises(CalendarError, match="is an instant, give a date such as 2026-11-20"):
            question(instant)
    with pytest.raises(CalendarError, match=r"valid_from: .* is an instant"):
        calendar(known=(instant, date(2026, 12, 31)))
    with pytest.raises(CalendarError, match=r"holidays: .* is an instant"):
        calendar(holidays=[date(2026, 12, 25), instant])


def test_a_case_that_came_at_an_instant_without_a_zone_is_refused_before_any_calendar() -> None:
    with pytest.raises(ValueError, match=r"(?i)naive|aware|zone"):
        epoch(datetime(2026, 11, 20, 9))  # noqa: DTZ001  the naive one


# --- The other convention, and the way back to the last closing ---


@pytest.mark.parametrize(
    ("start", "hours", "closing", "opening"),
    [
        ("2026-11-20 09:00", 8, "2026-11-20 17:00", "2026-11-23 09:00"),
        ("2026-11-20 10:00", 8, "2026-11-23 10:00", "2026-11-23 10:00"),
        ("2026-11-16 09:00", 40, "2026-11-20 17:00", "2026-11-23 09:00"),
        ("2026-11-21 12:00", 8, "2026-11-23 17:00", "2026-11-24 09:00"),
        ("2026-11-21 12:00", 0, "2026-11-21 12:00", "2026-11-21 12:00"),  # nothing is owed: no step to anywhere
        ("2026-11-20 17:00", 0, "2026-11-20 17:00", "2026-11-20 17:00"),
    ],
)
def test_what_is_used_up_at_closing_is_due_then_or_at_the_next_opening(
    start: str, hours: int, closing: str, opening: str
) -> None:
    office = calendar()

    assert local(office.add(at(start), hours * HOUR)) == closing
    assert local(office.add(at(start), hours * HOUR, Convention.CLOSING)) == closing
    assert local(office.add(at(start), hours * HOUR, Convention.OPENING)) == opening


def test_the_next_opening_after_the_last_known_closing_is_not_guessed() -> None:
    office = calendar(known=KNOWN_2026)

    with pytest.raises(BeyondCalendar, match="known until 2026-12-31"):
        office.add(at("2026-12-31 09:00"), 8 * HOUR, Convention.OPENING)


def test_where_openings_touch_nothing_closes() -> None:
    touching = calendar(hours={"mon": ["09:00-12:00", "12:00-17:00"]})

    assert local(touching.add(at("2026-11-16 09:00"), 3 * HOUR, Convention.OPENING)) == "2026-11-16 12:00"


@pytest.mark.parametrize(
    ("instant", "last"),
    [
        ("2026-11-20 12:34:56", "2026-11-20 12:34:56"),
        ("2026-11-20 09:00", "2026-11-20 09:00"),
        ("2026-11-20 17:00", "2026-11-20 17:00"),  # they are just leaving
        ("2026-11-20 17:00:01", "2026-11-20 17:00"),
        ("2026-11-22 12:00", "2026-11-20 17:00"),
        ("2026-11-23 08:59:59", "2026-11-20 17:00"),
        ("2026-12-28 08:00", "2026-12-24 13:00"),  # a half day before Christmas
    ],
)
def test_a_warning_moves_back_to_when_somebody_was_there(instant: str, last: str) -> None:
    christmas = calendar(holidays=CHRISTMAS, special={date(2026, 12, 24): ["09:00-13:00"]})

    assert local(christmas.last_open(at(instant))) == last


def test_before_the_first_opening_there_is_no_last_one() -> None:
    office = calendar(known=KNOWN_2026)

    assert local(office.last_open(at("2026-01-01 09:00"))) == "2026-01-01 09:00"
    for instant in ("2026-01-01 00:00", "2026-01-01 08:59:59"):
        with pytest.raises(BeyondCalendar, match="no opening before that instant: the calendar is known from 2026"):
            office.last_open(at(instant))
    with pytest.raises(BeyondCalendar, match="known from 2026-01-01"):
        office.last_open(at("2025-12-31 12:00"))


def test_an_opening_at_the_turn_of_the_year_in_utc_is_open_at_once() -> None:
    tokyo = calendar("Asia/Tokyo", dict.fromkeys(DAYS, ("09:00-17:00",)), known=(date(2026, 1, 1), date(2027, 12, 31)))
    first, second = at("2026-01-01 09:00", "Asia/Tokyo"), at("2027-01-01 09:00", "Asia/Tokyo")

    assert second == int(datetime(2027, 1, 1, tzinfo=UTC).timestamp())
    assert (tokyo.last_open(first), tokyo.last_open(second)) == (first, second)


def test_a_calendar_that_is_always_open_is_open_from_its_first_to_its_last_instant() -> None:
    always = calendar(hours=ALWAYS, known=KNOWN_2026)
    first, end = at("2026-01-01 00:00"), at("2027-01-01 00:00")

    assert always.last_open(first) == first
    assert always.last_open(end) == end
    assert always.add(first, end - first) == end


def test_a_zone_with_seconds_in_its_offset_is_counted_in_seconds() -> None:
    monrovia = calendar("Africa/Monrovia", OFFICE, known=(date(1971, 1, 1), date(1972, 12, 31)))
    start = at("1971-12-31 16:59:59", "Africa/Monrovia")

    due = monrovia.add(start, 2)

    assert start % 60 == 29  # 44 minutes and 30 seconds behind
    assert local(due, "Africa/Monrovia") == "1972-01-03 09:00:01"


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


@given(calendars, instants, spans)
def test_the_opening_convention_is_never_earlier_and_equal_in_working_time(
    made: Calendar, start: int, some: int
) -> None:
    closing, opening = made.add(start, some), made.add(start, some, Convention.OPENING)

    assert closing <= opening
    assert made.between(start, opening) == some
    assert some == 0 or made.is_open(opening)


@given(calendars, instants)
def test_nobody_is_there_between_the_last_open_instant_and_this_one(made: Calendar, instant: int) -> None:
    last = made.last_open(instant)

    assert last <= instant
    assert made.between(last, instant) == 0
    assert made.is_open(last) or made.is_open(last - 1)


@given(calendars, st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_the_days_of_a_calendar_hold_all_its_open_time(made: Calendar, day: date) -> None:
    opening, closing = made.opening_of(day), made.closing_of(day)

    assert (opening is None) == (closing is None) == (not made.is_open_day(day))
    if opening is not None and closing is not None:
        assert made.is_open(opening)
        assert made.last_open(closing) == closing


@given(st.lists(st.tuples(st.integers(0, 300 * 86_400), st.integers(0, 30 * 86_400))))
def test_the_lengths_of_many_spans_are_those_of_each(drawn: list[tuple[int, int]]) -> None:
    began, made = at("2026-01-05"), calendar()
    spans = [(began + start, began + start + length) for start, length in drawn]

    assert made.lengths(spans) == [made.between(*span) for span in spans]


def test_many_spans_of_which_one_lies_beyond_the_calendar_are_refused_as_one_is() -> None:
    made = calendar(known=(date(2026, 1, 1), date(2026, 12, 31)))

    with pytest.raises(BeyondCalendar):
        made.lengths([(at("2026-03-02"), at("2026-03-03")), (at("2026-12-30"), at("2027-01-02"))])
