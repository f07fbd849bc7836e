"""Ranges of days, and the days and weeks in them, where the office stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.ranges import DayRange, Grain, recent_days
from hub.errors import Refused

ZONES = ("Europe/Stockholm", "Asia/Tokyo", "America/St_Johns", "Asia/Kolkata", "Pacific/Apia", "UTC")
days = st.dates(date(2001, 1, 1), date(2100, 1, 1))


@given(first=days, length=st.integers(0, 400), zone=st.sampled_from(ZONES))
def test_the_buckets_of_a_range_are_the_range_without_gap_or_overlap(first: date, length: int, zone: str) -> None:
    asked = DayRange(first, first + timedelta(days=length), zone)

    edges = [edge for bucket in asked.buckets for edge in bucket.span]

    assert (edges[0], edges[-1]) == asked.span
    assert edges[1:-1:2] == edges[2::2]
    assert edges == sorted(edges)
    assert len({bucket.name for bucket in asked.buckets}) == len(asked.buckets)


def test_a_day_is_as_long_as_it_is_in_its_zone() -> None:
    autumn = DayRange(date(2026, 10, 24), date(2026, 10, 26), "Europe/Stockholm")

    assert [(b.name, (b.end - b.start) // 3600) for b in autumn.buckets] == [
        ("2026-10-24", 24),
        ("2026-10-25", 25),
        ("2026-10-26", 24),
    ]


def test_a_long_range_is_cut_into_weeks_that_begin_on_monday() -> None:
    asked = DayRange(date(2026, 9, 2), date(2026, 11, 22), "Europe/Stockholm")

    assert asked.grain is Grain.WEEK
    assert [bucket.name for bucket in asked.buckets[:2]] == ["2026-W36", "2026-W37"]
    assert datetime.fromtimestamp(asked.buckets[1].start, UTC) == datetime(2026, 9, 6, 22, tzinfo=UTC)


def test_the_last_days_end_with_today_where_the_office_stands() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    assert recent_days(late, "Europe/Stockholm", 2) == DayRange(
        date(2026, 11, 22), date(2026, 11, 23), "Europe/Stockholm"
    )


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2026, 2, 1), date(2026, 1, 1), "cannot end on 2026-01-01"),
        (date(1999, 1, 1), date(2026, 1, 1), "lies between 2000-01-01"),
        (date(2026, 1, 1), date(2300, 1, 1), "lies between"),
        (date(2010, 1, 1), date(2026, 1, 1), "at most 3660 days"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused_with_the_way_out(first: date, last: date, told: str) -> None:
    with pytest.raises(Refused, match=told):
        DayRange(first, last, "UTC")
