"""What a calendar shows of its days is what its clocks count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.openings import DAYS
from hub.core.worktime import Calendar
from hub.core.zones import first_showing, midnight
from hub.policy_calendars import DayKind, day_of, days_of
from hub.web.policies_calendar import clock_times, month_of, nominal_minutes

ZONES = ("Europe/Stockholm", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Africa/Casablanca")
ALWAYS = dict.fromkeys(DAYS, ("00:00-24:00",))
KNOWN = (date(2026, 1, 1), date(2028, 12, 31))


def calendar(tz: str = "Europe/Stockholm", **facts: object) -> Calendar:
    given_facts: dict[str, object] = {"hours": ALWAYS, **facts}
    return Calendar(tz, valid_from=KNOWN[0], valid_to=KNOWN[1], **given_facts)  # type: ignore[arg-type]


def begin(day: date, tz: str) -> int:
    return first_showing(ZoneInfo(tz), midnight(day))


@st.composite
def hours_of_a_day(draw: st.DrawFn) -> tuple[str, ...]:
    """None, one or two intervals of a day, by quarters of an hour."""
    edges = draw(st.lists(st.integers(0, 96), unique=True, max_size=4).map(sorted))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple(f"{a // 4:02}:{a % 4 * 15:02}-{b // 4:02}:{b % 4 * 15:02}" for a, b in pairs)


@given(
    tz=st.sampled_from(ZONES),
    week=st.lists(hours_of_a_day(), min_size=7, max_size=7),
    holidays=st.dictionaries(st.dates(*KNOWN), st.sampled_from(["", "Jul", "元日"]), max_size=20),
    special=st.dictionaries(st.dates(*KNOWN), hours_of_a_day(), max_size=10),
    year=st.integers(2026, 2028),
    month=st.integers(1, 12),
)
def test_the_minutes_shown_of_a_month_are_those_that_clocks_count(
    tz: str,
    week: list[tuple[str, ...]],
    holidays: dict[date, str],
    special: dict[date, tuple[str, ...]],
    year: int,
    month: int,
) -> None:
    hours = {day: list(found) for day, found in zip(DAYS, week, strict=True)}
    if not any(week):
        hours["mon"] = ["09:00-17:00"]
    known = calendar(tz, hours=hours, holidays=holidays, special=special)
    first = date(year, month, 1)
    shown = month_of(known, first)
    after = first.replace(year=year + month // 12, month=month % 12 + 1)
    last = min(after, KNOWN[1])

    assert all(
        day.minutes * 60 == known.between(begin(day.day, tz), begin(day.day + timedelta(days=1), tz))
        for day in shown.days
        if day.day < KNOWN[1]
    )
    counted = [day for day in shown.days if day.day < last]
    assert sum(day.minutes for day in counted) * 60 == known.between(begin(first, tz), begin(last, tz))
    assert [day.day for _, week_ in shown.weeks for _, day in week_ if day] == [
        first + timedelta(days=number) for number in range((after - first).days)
    ]


def test_the_day_on_which_clocks_go_forward_has_an_hour_less_and_the_other_one_more() -> None:
    known = calendar()
    march, october = day_of(known, date(2026, 3, 29)), day_of(known, date(2026, 10, 25))

    assert (march.minutes, october.minutes) == (23 * 60, 25 * 60)
    assert nominal_minutes(march.hours) == 24 * 60
    assert month_of(known, date(2026, 3, 1)).minutes == (31 * 24 - 1) * 60


def test_a_leap_year_has_its_day() -> None:
    february = month_of(calendar(), date(2028, 2, 1))

    assert [len(month_of(calendar(), date(year, 2, 1)).days) for year in (2026, 2028)] == [28, 29]
    assert february.days[-1].day == date(2028, 2, 29)
    assert len(february.weeks) == 5


def test_a_night_shift_counts_on_the_day_on_which_it_starts() -> None:
    known = calendar(hours={"sat": ["22:00-06:00"]})
    saturday, sunday = (day_of(known, date(2026, 3, day)) for day in (28, 29))

    assert (saturday.minutes, sunday.minutes) == (7 * 60, 0)
    assert (nominal_minutes(saturday.hours), clock_times(saturday.hours)) == (8 * 60, ["22:00–06:00"])


def test_each_kind_of_day_is_told_apart() -> None:
    known = calendar(
        hours={"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]},
        holidays={date(2026, 6, 1): "Pingst"},
        special={date(2026, 6, 2): ["09:00-12:00"], date(2026, 6, 3): []},
    )

    assert [(day.kind, day.why, day.minutes) for day in days_of(known, date(2026, 6, 1), 4)] == [
        (DayKind.HOLIDAY, "Pingst", 0),
        (DayKind.SPECIAL, "special hours", 180),
        (DayKind.SPECIAL, "special hours", 0),
        (DayKind.CLOSED, "", 0),
    ]


@pytest.mark.parametrize(("first", "count"), [(date(2025, 12, 30), 2), (date(2028, 12, 30), 2), (date(2031, 1, 1), 0)])
def test_days_that_are_not_known_are_left_out(first: date, count: int) -> None:
    assert len(days_of(calendar(), first, 4)) == count


def test_an_opening_is_given_as_real_instants() -> None:
    known = calendar(hours={"mon": ["09:00-12:00", "13:00-17:00"]})
    spans = day_of(known, date(2026, 6, 1)).spans

    assert [datetime.fromtimestamp(start, UTC).hour for start, _ in spans] == [7, 11]
