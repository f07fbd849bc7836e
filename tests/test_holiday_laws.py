"""The frozen holidays are those of the laws, read a second time and computed without any library."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hub.policies.holiday_sets import holiday_set, holiday_set_names


def easter(year: int) -> date:
    """Easter Sunday by Gauss's rule, with the constants of 1900 to 2099."""
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    day = date(year, 3, 22) + timedelta(days=d + e)
    late = day == date(year, 4, 26) or (day == date(year, 4, 25) and d == 28 and a > 10)
    return day - timedelta(days=7) if late else day


def around_easter(year: int, *offsets: int) -> set[date]:
    return {easter(year) + timedelta(days=offset) for offset in offsets}


def on(year: int, *days: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in days}


def first(weekday: int, start: date) -> date:
    return start + timedelta(days=(weekday - start.weekday()) % 7)


def swedish(year: int) -> set[date]:
    saturdays = {first(5, date(year, 6, 20)), first(5, date(year, 10, 31))}
    fixed = on(year, "01-01", "01-06", "05-01", "06-06", "12-25", "12-26")
    return fixed | saturdays | around_easter(year, -2, 0, 1, 39, 49)


def swedish_with_eves(year: int) -> set[date]:
    return swedish(year) | {first(4, date(year, 6, 19))} | on(year, "12-24", "12-31")


def dutch(year: int) -> set[date]:
    king = date(year, 4, 27)
    celebrated = king - timedelta(days=king.weekday() == 6)
    liberation = on(year, "05-05") if year % 5 == 0 else set()
    return on(year, "01-01", "12-25", "12-26") | {celebrated} | liberation | around_easter(year, 0, 1, 39, 49, 50)


def belgian(year: int) -> set[date]:
    return on(year, "01-01", "05-01", "07-21", "08-15", "11-01", "11-11", "12-25") | around_easter(year, 1, 39, 50)


def french(year: int) -> set[date]:
    fixed = on(year, "01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25")
    return fixed | around_easter(year, 1, 39, 50)


def japanese(year: int) -> set[date]:
    spring, autumn = {2024: (20, 22), 2025: (20, 23), 2026: (20, 23), 2027: (21, 23), 2028: (20, 22)}[year]
    fixed = on(year, "01-01", "02-11", "02-23", "04-29", "05-03", "05-04", "05-05", "08-11", "11-03", "11-23")
    mondays = {first(0, date(year, month, day)) for month, day in ((1, 8), (7, 15), (9, 15), (10, 8))}
    named = fixed | mondays | {date(year, 3, spring), date(year, 9, autumn)}
    one = timedelta(days=1)
    substitutes = {next_free(day, named) for day in named if day.weekday() == 6}
    between = {day + one for day in named if day + 2 * one in named and (day + one).weekday() != 6}
    return named | substitutes | between


def next_free(day: date, taken: set[date]) -> date:
    while day in taken:
        day += timedelta(days=1)
    return day


def japanese_banks(year: int) -> set[date]:
    return japanese(year) | on(year, "01-02", "01-03", "12-31")


LAWS = {
    "BE": belgian,
    "FR": french,
    "JP": japanese,
    "JP-bank": japanese_banks,
    "NL": dutch,
    "NL-good-friday": lambda year: dutch(year) | around_easter(year, -2),
    "NL-liberation-day": lambda year: dutch(year) | on(year, "05-05"),
    "SE": swedish,
    "SE-eves": swedish_with_eves,
}


@pytest.mark.parametrize("name", holiday_set_names())
def test_the_days_of_a_set_are_those_of_the_law(name: str) -> None:
    found = holiday_set(name)
    by_law = [day for year in range(found.first.year, found.last.year + 1) for day in sorted(LAWS[name](year))]

    assert list(found.days) == by_law
