"""Targets: reading their steps, and the tables of what three platforms' rules mean, from their published texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.targets import Landing, Leg, Step, TargetError, Unit, parse_step, reach
from hub.core.worktime import DAYS, BeyondCalendar, Calendar, Convention, NeverOpen

WEEKDAYS = DAYS[:5]
OFFICE = dict.fromkeys(WEEKDAYS, ("09:00-17:00",))
WORKING_DAYS = dict.fromkeys(WEEKDAYS, ("00:00-24:00",))
KNOWN = (date(2025, 1, 1), date(2027, 12, 31))


def days(*texts: str) -> list[date]:
    """The dates of texts such as "2026-05-01 05-14": a year counts until the next one is named."""
    found: list[date] = []
    for text in " ".join(texts).split():
        found.append(date.fromisoformat(text if len(text) == 10 else f"{found[-1].year}-{text}"))
    return found


def calendar(
    tz: str = "Europe/Stockholm",
    hours: Mapping[str, Sequence[str]] = OFFICE,
    holidays: Sequence[date] = (),
    known: tuple[date, date] = KNOWN,
) -> Calendar:
    return Calendar(tz, hours, holidays, valid_from=known[0], valid_to=known[1])


def at(text: str, tz: str = "Europe/Stockholm", fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz), fold=fold).timestamp())


def due(start: int, target: str, made: Calendar) -> str:
    """When a target such as "24h 1wd" is due, in the calendar's own time."""
    end = reach(start, [parse_step(text) for text in target.split()], made)[-1].end
    return f"{datetime.fromtimestamp(end, ZoneInfo(made.tz)):%Y-%m-%d %H:%M:%S}".removesuffix(":00")


# --- Reading ---


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("24h", Step("24h", Unit.ELAPSED_TIME, 86_400)),
        ("90m", Step("90m", Unit.ELAPSED_TIME, 5_400)),
        ("30s", Step("30s", Unit.ELAPSED_TIME, 30)),
        ("8wh", Step("8wh", Unit.OPEN_TIME, 28_800)),
        ("45wm", Step("45wm", Unit.OPEN_TIME, 2_700)),
        ("99999wh", Step("99999wh", Unit.OPEN_TIME, 359_996_400)),
        ("2d", Step("2d", Unit.CALENDAR_DAYS, 2)),
        ("1wd", Step("1wd", Unit.WORKING_DAYS, 1)),
        ("1wd!end", Step("1wd!end", Unit.WORKING_DAYS, 1, Landing.CLOSING)),
        ("3wd!open", Step("3wd!open", Unit.WORKING_DAYS, 3, Landing.OPENING)),
    ],
)
def test_a_step_is_read(text: str, step: Step) -> None:
    assert parse_step(text) == step
    assert step.pausable == (step.unit in {Unit.ELAPSED_TIME, Unit.OPEN_TIME})


@pytest.mark.parametrize(
    "text",
    [
        *("", "h", "24", "0h", "00h", "08wh", "-1h", "+1h", "1.5h", "100000h", "24H", "24 h", " 24h", "24h ", "24h\n"),
        *("1ws", "1w", "1h30m", "1d!end", "8wh!open", "1wd!", "1wd!close", "1wd!END", "!end", "٢٤h", "1日", "åtta 🙂"),
    ],
)
def test_a_text_that_is_no_step_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(TargetError) as caught:
        parse_step(text)

    assert str(caught.value).startswith(f"{text!r} is no step of a target: write 1 to 99999 of h, m, s (elapsed)")
    assert "\n" not in str(caught.value)


def test_a_target_without_steps_is_refused() -> None:
    with pytest.raises(TargetError, match="at least one step, such as 24h or 8wh"):
        reach(0, [], calendar())


# --- The units ---


def test_the_steps_are_taken_from_left_to_right_and_each_leg_is_told() -> None:
    start = at("2026-11-20 16:00")

    legs = reach(start, [parse_step(text) for text in ("2wh", "1h", "1d", "1wd!end")], calendar())

    assert legs == (
        Leg("2wh", start, at("2026-11-23 10:00")),
        Leg("1h", at("2026-11-23 10:00"), at("2026-11-23 11:00")),
        Leg("1d", at("2026-11-23 11:00"), at("2026-11-24 11:00")),
        Leg("1wd!end", at("2026-11-24 11:00"), at("2026-11-25 17:00")),
    )


@pytest.mark.parametrize(
    ("start", "target", "expected"),
    [
        ("2026-03-28 12:00", "24h", "2026-03-29 13:00"),  # 24 real hours over the spring night
        ("2026-03-28 12:00", "1d", "2026-03-29 12:00"),  # the same time: 23 hours
        ("2026-10-24 12:00", "24h", "2026-10-25 11:00"),
        ("2026-10-24 12:00", "1d", "2026-10-25 12:00"),
        ("2026-03-28 02:30", "1d", "2026-03-29 03:00"),  # skipped: the first instant after the gap
        ("2026-03-28 02:59:59", "1d", "2026-03-29 03:00"),
        ("2026-03-27 02:30:15", "2d", "2026-03-29 03:00"),
        ("2026-03-28 03:00", "1d", "2026-03-29 03:00"),
        ("2026-12-30 23:59:59", "2d", "2027-01-01 23:59:59"),
        ("2026-11-20 16:59:59", "1wd", "2026-11-23 16:59:59"),
        ("2026-11-21 12:00", "1wd", "2026-11-23 12:00"),  # the day of the start is never the first one
        ("2026-11-20 23:00", "1wd", "2026-11-23 23:00"),  # the time stays, open or not
        ("2026-11-20 23:00", "1wd!open", "2026-11-24 09:00"),
        ("2026-11-20 12:00", "1wd!open", "2026-11-23 12:00"),
        ("2026-11-20 08:00", "1wd!open", "2026-11-23 09:00"),
        ("2026-11-20 17:00", "1wd!open", "2026-11-24 09:00"),  # closing time is closed
        ("2026-11-20 23:00", "1wd!end", "2026-11-23 17:00"),
        ("2026-11-16 10:00", "5wd", "2026-11-23 10:00"),
    ],
)
def test_the_units_are_four_different_ones(start: str, target: str, expected: str) -> None:
    assert due(at(start), target, calendar()) == expected


def test_a_time_that_comes_twice_is_meant_the_first_time() -> None:
    first, second = at("2026-10-25 02:30", fold=0), at("2026-10-25 02:30", fold=1)

    assert second - first == 3600
    assert reach(at("2026-10-24 02:30"), [parse_step("1d")], calendar())[-1].end == first
    assert reach(second, [parse_step("1d")], calendar())[-1].end == at("2026-10-26 02:30")


def test_a_day_from_the_second_pass_is_later_even_where_a_whole_day_nearly_came_twice() -> None:
    """Kwajalein put its clocks back by 23 hours on 30 September 1969."""
    kwajalein = calendar("Pacific/Kwajalein", known=(date(1969, 1, 1), date(1969, 12, 31)))
    one_day = [parse_step("1d")]
    starts = range(at("1969-09-29 00:00", kwajalein.tz), at("1969-10-02 00:00", kwajalein.tz), 600)

    ends = [reach(start, one_day, kwajalein)[-1].end for start in starts]

    assert all(end > start for start, end in zip(starts, ends, strict=True))
    assert max(starts) - min(starts) > 3 * 86_400


def test_a_day_that_never_was_is_counted_as_a_date_but_not_as_a_working_day() -> None:
    apia = calendar("Pacific/Apia", dict.fromkeys(DAYS, ("09:00-17:00",)), known=(date(2011, 1, 1), date(2012, 12, 31)))
    start = at("2011-12-29 12:00", apia.tz)

    assert due(start, "1d", apia) == "2011-12-31 00:00"  # the first instant after the missing day
    assert due(start, "2d", apia) == "2011-12-31 12:00"
    assert due(start, "1wd", apia) == "2011-12-31 12:00"
    assert due(start, "2wd!end", apia) == "2012-01-01 17:00"


def test_a_night_shift_ends_its_working_day_on_the_next_morning() -> None:
    nights = calendar(hours=dict.fromkeys(WEEKDAYS, ("22:00-06:00",)))

    assert due(at("2026-11-19 12:00"), "1wd!end", nights) == "2026-11-21 06:00"
    assert due(at("2026-11-20 12:00"), "1wd!open", nights) == "2026-11-23 22:00"


def test_elapsed_time_and_calendar_days_need_no_known_holidays() -> None:
    short = calendar(known=(date(2026, 1, 1), date(2026, 1, 31)))

    assert due(at("2026-01-31 12:00"), "24h", short) == "2026-02-01 12:00"
    assert due(at("2026-01-31 12:00"), "40d", short) == "2026-03-12 12:00"
    for target in ("1wd", "1wd!end", "1wh"):
        with pytest.raises(BeyondCalendar, match="known until 2026-01-31"):
            due(at("2026-01-31 12:00"), target, short)


def test_working_days_that_never_come_are_an_error() -> None:
    special = {date(2026, 5, 2): ["10:00-12:00"]}
    fair = Calendar("Europe/Stockholm", {}, special=special, valid_from=KNOWN[0], valid_to=KNOWN[1])

    assert due(at("2026-01-01 11:00"), "1wd", fair) == "2026-05-02 11:00"
    with pytest.raises(NeverOpen, match="last opening of the calendar is on 2026-05-02"):
        due(at("2026-01-01 11:00"), "2wd", fair)


# --- Pauses and conventions ---


def test_each_leg_leaves_out_the_pauses() -> None:
    start = at("2026-11-20 10:00")
    away = [(at("2026-11-20 11:00"), at("2026-11-20 12:00")), (at("2026-11-23 10:00"), at("2026-11-23 12:00"))]

    legs = reach(start, [parse_step("6wh"), parse_step("66h")], calendar(), away)

    assert legs == (
        Leg("6wh", start, at("2026-11-20 17:00")),
        Leg("66h", at("2026-11-20 17:00"), at("2026-11-23 13:00")),
    )


def test_a_pause_in_which_a_leg_would_begin_counts_for_that_leg() -> None:
    start = at("2026-11-20 09:00")
    away = [(at("2026-11-20 12:00"), at("2026-11-20 15:00"))]

    legs = reach(start, [parse_step("3wh"), parse_step("1wh")], calendar(), away)

    assert [leg.end for leg in legs] == [at("2026-11-20 12:00"), at("2026-11-20 16:00")]


@pytest.mark.parametrize("text", ["2d", "1wd", "1wd!end", "1wd!open"])
def test_days_cannot_be_paused(text: str) -> None:
    start, steps = at("2026-11-20 09:00"), [parse_step("1wh"), parse_step(text)]

    with pytest.raises(TargetError, match=rf"'{text}' counts days and cannot be paused: count in h or wh"):
        reach(start, steps, calendar(), [(start + 10, start + 20)])
    assert reach(start, steps, calendar(), [(start + 10, start + 10)]) == reach(start, steps, calendar())


def test_the_opening_convention_holds_for_every_step_of_open_time() -> None:
    start, steps = at("2026-11-20 09:00"), [parse_step("8wh"), parse_step("2h")]

    closing = reach(start, steps, calendar())
    opening = reach(start, steps, calendar(), convention=Convention.OPENING)

    assert [leg.end for leg in closing] == [at("2026-11-20 17:00"), at("2026-11-20 19:00")]
    assert [leg.end for leg in opening] == [at("2026-11-23 09:00"), at("2026-11-23 11:00")]


OFFICES = (calendar(), calendar("America/Sao_Paulo", WORKING_DAYS), calendar("Australia/Lord_Howe"))
starts = st.integers(at("2026-01-01 12:00"), at("2026-12-01 00:00"))
texts = st.sampled_from(["24h", "90m", "30s", "8wh", "45wm", "2d", "1wd", "1wd!end", "1wd!open"])


@given(st.sampled_from(OFFICES), starts, st.lists(texts, min_size=1, max_size=4))
def test_legs_follow_each_other_and_never_run_back(made: Calendar, start: int, target: list[str]) -> None:
    legs = reach(start, [parse_step(text) for text in target], made)

    assert [leg.step for leg in legs] == target
    assert [leg.start for leg in legs] == [start, *(leg.end for leg in legs[:-1])]
    assert all(leg.start < leg.end for leg in legs)


# --- Fyndiq: the clock stands still on weekends and Swedish holidays ---

RED_DAYS = days("2026-01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-20 10-31 12-25 12-26 2027-01-01 01-06")
EVES = days("2026-06-19 12-24 12-31")
RED = calendar(hours=WORKING_DAYS, holidays=RED_DAYS)
RED_AND_EVES = calendar(hours=WORKING_DAYS, holidays=RED_DAYS + EVES)
# Created; 24 h; 24 h on working days; the same without the eves; 48 h on working days; 24 h and a working day; 72 h.
FYNDIQ = """
09-07 12:00 | 09-08 12:00 | 09-08 12:00 | 09-08 12:00 | 09-09 12:00 | 09-09 12:00 | 09-10 12:00
09-11 15:00 | 09-12 15:00 | 09-14 15:00 | 09-14 15:00 | 09-15 15:00 | 09-14 15:00 | 09-16 15:00
09-12 10:00 | 09-13 10:00 | 09-15 00:00 | 09-15 00:00 | 09-16 00:00 | 09-14 10:00 | 09-17 00:00
09-13 23:30 | 09-14 23:30 | 09-15 00:00 | 09-15 00:00 | 09-16 00:00 | 09-15 23:30 | 09-17 00:00
06-18 15:00 | 06-19 15:00 | 06-19 15:00 | 06-22 15:00 | 06-22 15:00 | 06-22 15:00 | 06-23 15:00
05-13 16:00 | 05-14 16:00 | 05-15 16:00 | 05-15 16:00 | 05-18 16:00 | 05-15 16:00 | 05-19 16:00
04-02 14:00 | 04-03 14:00 | 04-07 14:00 | 04-07 14:00 | 04-08 14:00 | 04-07 14:00 | 04-09 14:00
12-23 09:00 | 12-24 09:00 | 12-24 09:00 | 12-28 09:00 | 12-28 09:00 | 12-28 09:00 | 12-29 09:00
03-28 12:00 | 03-29 13:00 | 03-31 00:00 | 03-31 00:00 | 04-01 00:00 | 03-30 13:00 | 04-02 00:00
"""


@pytest.mark.parametrize("row", FYNDIQ.strip().splitlines())
def test_fyndiq_counts_day_and_night_but_not_on_red_days(row: str) -> None:
    created, *expected = (f"2026-{cell.strip()}" for cell in row.split("|"))
    start = at(created)

    assert [
        due(start, "24h", RED),
        due(start, "24wh", RED),
        due(start, "24wh", RED_AND_EVES),
        due(start, "24wh 24wh", RED),
        due(start, "24h 1wd", RED),
        due(start, "72wh", RED),
    ] == expected


# --- bol: eight working hours, or 24 hours of working days ---

DUTCH = days("2025-01-01 04-21 04-26 05-05 05-29 06-09 12-25 12-26 2026-01-01 04-06 04-27 05-14 05-25 12-25 12-26")
DUTCH += days("2027-01-01 03-29 04-27 05-06 05-17 12-25 12-26")
DUTCH_FREE = DUTCH + days("2025-04-18 2026-04-03 05-05 2027-03-26 05-05")  # and Good Friday, and 5 May in every year
BELGIAN = days("2025-01-01 04-21 05-01 05-29 06-09 07-21 08-15 11-01 11-11 12-25")
BELGIAN += days("2026-01-01 04-06 05-01 05-14 05-25 07-21 08-15 11-01 11-11 12-25 2027-01-01")
AMSTERDAM = "Europe/Amsterdam"
BOL_8 = calendar(AMSTERDAM, OFFICE, DUTCH)
BOL_8_FREE = calendar(AMSTERDAM, OFFICE, DUTCH_FREE)
BOL_8_BELGIAN = calendar(AMSTERDAM, OFFICE, BELGIAN)
BOL_24 = calendar(AMSTERDAM, WORKING_DAYS, DUTCH)
# Received; 8 working hours (a); with more holidays (b); in Belgium (c); 24 hours of working days (d); 18 of them (e).
BOL = """
2026-06-01 09:00 | 06-01 17:00 | 06-01 17:00 | 06-01 17:00 | 06-02 09:00 | 06-02 03:00
2026-06-01 10:00 | 06-02 10:00 | 06-02 10:00 | 06-02 10:00 | 06-02 10:00 | 06-02 04:00
2026-06-01 08:15 | 06-01 17:00 | 06-01 17:00 | 06-01 17:00 | 06-02 08:15 | 06-02 02:15
2026-06-01 17:00 | 06-02 17:00 | 06-02 17:00 | 06-02 17:00 | 06-02 17:00 | 06-02 11:00
2026-06-05 16:30 | 06-08 16:30 | 06-08 16:30 | 06-08 16:30 | 06-08 16:30 | 06-08 10:30
2026-06-06 11:00 | 06-08 17:00 | 06-08 17:00 | 06-08 17:00 | 06-09 00:00 | 06-08 18:00
2026-04-24 15:00 | 04-28 15:00 | 04-28 15:00 | 04-27 15:00 | 04-28 15:00 | 04-28 09:00
2026-04-02 14:00 | 04-03 14:00 | 04-07 14:00 | 04-03 14:00 | 04-03 14:00 | 04-03 08:00
2026-05-13 12:00 | 05-15 12:00 | 05-15 12:00 | 05-15 12:00 | 05-15 12:00 | 05-15 06:00
2026-05-04 12:00 | 05-05 12:00 | 05-06 12:00 | 05-05 12:00 | 05-05 12:00 | 05-05 06:00
2025-05-02 12:00 | 05-06 12:00 | 05-06 12:00 | 05-05 12:00 | 05-06 12:00 | 05-06 06:00
2025-04-25 15:00 | 04-28 15:00 | 04-28 15:00 | 04-28 15:00 | 04-28 15:00 | 04-28 09:00
2026-12-24 13:00 | 12-28 13:00 | 12-28 13:00 | 12-28 13:00 | 12-28 13:00 | 12-28 07:00
2026-12-31 16:00 | 2027-01-04 16:00 | 2027-01-04 16:00 | 2027-01-04 16:00 | 2027-01-04 16:00 | 2027-01-04 10:00
2026-03-27 16:00 | 03-30 16:00 | 03-30 16:00 | 03-30 16:00 | 03-30 16:00 | 03-30 10:00
2026-10-23 16:00 | 10-26 16:00 | 10-26 16:00 | 10-26 16:00 | 10-26 16:00 | 10-26 10:00
2026-05-22 16:00 | 05-26 16:00 | 05-26 16:00 | 05-26 16:00 | 05-26 16:00 | 05-26 10:00
"""


@pytest.mark.parametrize("row", BOL.strip().splitlines())
def test_bol_counts_eight_working_hours_or_a_day_of_working_days(row: str) -> None:
    received, *cells = (cell.strip() for cell in row.split("|"))
    expected = [cell if len(cell) == 16 else f"{received[:4]}-{cell}" for cell in cells]
    start = at(received, AMSTERDAM)

    assert [
        due(start, "8wh", BOL_8),
        due(start, "8wh", BOL_8_FREE),
        due(start, "8wh", BOL_8_BELGIAN),
        due(start, "24wh", BOL_24),
        due(start, "18wh", BOL_24),
    ] == expected


def test_eight_office_hours_are_never_later_than_a_day_of_working_days() -> None:
    starts = range(at("2025-12-20 00:00", AMSTERDAM), at("2026-07-01 00:00", AMSTERDAM), 900)
    office, round_the_clock = [parse_step("8wh")], [parse_step("24wh")]

    differ = 0
    for start in starts:
        eight, day = (reach(start, s, c)[-1].end for s, c in ((office, BOL_8), (round_the_clock, BOL_24)))
        assert eight <= day
        differ += eight != day
        assert (eight == day) == BOL_8.is_open(start - 1), "equal if it came after 09:00 and until 17:00"
    assert 0 < differ < len(starts)


# --- Rakuten: elapsed time in Japan; days and working days in France ---

JAPANESE = days("2026-09-21 09-22 09-23 10-12 11-03 11-23 2027-01-01 01-11")
BANK_DAYS = days("2026-12-31 2027-01-02 01-03")
TOKYO, PARIS = "Asia/Tokyo", "Europe/Paris"
ICHIBA = calendar(TOKYO, OFFICE, JAPANESE)
ICHIBA_BANK = calendar(TOKYO, OFFICE, JAPANESE + BANK_DAYS)
FRANCE = calendar(PARIS, OFFICE, days("2026-05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25"))
RAKUTEN = [
    ("a first answer within a day", ICHIBA, "2026-09-18 18:00", "24h", "2026-09-19 18:00"),
    ("three business days over five free ones", ICHIBA, "2026-09-18 18:00", "3wd", "2026-09-28 18:00"),
    ("a first answer at the end of the year", ICHIBA, "2026-12-28 10:00", "24h", "2026-12-29 10:00"),
    ("three business days by public holidays", ICHIBA, "2026-12-28 10:00", "3wd", "2026-12-31 10:00"),
    ("three business days when banks are closed", ICHIBA_BANK, "2026-12-28 10:00", "3wd", "2027-01-04 10:00"),
    ("not as described, calendar days", FRANCE, "2026-07-09 10:00", "3d", "2026-07-12 10:00"),
    ("not as described, working days over 14 July", FRANCE, "2026-07-09 10:00", "3wd", "2026-07-15 10:00"),
    ("not received, confirm the dispatch", FRANCE, "2026-07-09 10:00", "48h", "2026-07-11 10:00"),
    ("not received, proof of delivery after that", FRANCE, "2026-07-09 10:00", "48h 2d", "2026-07-13 10:00"),
]


@pytest.mark.parametrize(("made", "asked", "target", "expected"), [r[1:] for r in RAKUTEN], ids=[r[0] for r in RAKUTEN])
def test_rakuten_counts_elapsed_time_and_days(made: Calendar, asked: str, target: str, expected: str) -> None:
    assert due(at(asked, made.tz), target, made) == expected
