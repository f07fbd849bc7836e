"""From the office in the settings to a calendar and a promise, and what set-up can propose."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.core.model import epoch, from_epoch
from hub.core.targets import Unit, reach
from hub.errors import ConfigurationError
from hub.office import OfficeHours, local_timezone, office_calendar, propose_holidays, surroundings

OFFICE = OfficeHours("Europe/Stockholm", date(2012, 1, 1), date(2028, 12, 31))


def test_the_rule_of_thumb_gives_the_deadline_of_the_article_it_comes_from() -> None:
    around = surroundings(OFFICE)

    legs = reach(epoch(datetime(2012, 9, 10, 10, tzinfo=UTC)), around.answer_within, around.office)

    assert from_epoch(legs[-1].end) == datetime(2012, 9, 11, 10, tzinfo=UTC)


def test_hours_holidays_and_special_days_reach_the_calendar() -> None:
    office = replace(
        OFFICE,
        hours={"mon": ("10:00-12:00",), "tue": ("22:00-02:00",)},
        holidays=(date(2026, 11, 16),),
        special={date(2026, 11, 20): ("08:00-09:00",)},
    )
    made = office_calendar(office)
    start, end = (epoch(datetime(2026, 11, day, tzinfo=UTC)) for day in (16, 24))

    opened = [from_epoch(s.start) for s in made.explain(start, end) if s.open]

    assert opened == [
        datetime(2026, 11, 17, 21, tzinfo=UTC),
        datetime(2026, 11, 20, 7, tzinfo=UTC),
        datetime(2026, 11, 23, 9, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("1wh", Unit.OPEN_TIME, 3600),
        ("90wm", Unit.OPEN_TIME, 5400),
        ("24h", Unit.ELAPSED_TIME, 86400),
        ("1wd", Unit.WORKING_DAYS, 1),
    ],
)
def test_an_office_may_promise_in_any_unit(text: str, unit: Unit, amount: int) -> None:
    [step] = surroundings(replace(OFFICE, answer_within=text)).answer_within

    assert (step.unit, step.amount) == (unit, amount)


@pytest.mark.parametrize("text", ["", "8", "0wh", "-1wh", "8 wh", "1.5wh", "٨wh", "8wh\n", "999999wh"])
def test_an_unusable_promise_names_its_key_and_the_way_out(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"\[office\] answer_within: .* is no step of a target: write"):
        surroundings(replace(OFFICE, answer_within=text))


@pytest.mark.parametrize(
    ("office", "problem"),
    [
        (replace(OFFICE, timezone="Mars/Olympus"), r"\[office\] time zone 'Mars/Olympus' is unknown"),
        (replace(OFFICE, known_until=date(2000, 1, 1)), r"\[office\] known_until 2000-01-01 is before known_from "),
        (replace(OFFICE, hours={"mon": ("9-17",)}), r"\[office\] hours\.mon: '9-17' is no interval"),
        (replace(OFFICE, holidays=(date(2031, 1, 1),)), r"\[office\] holidays: 2031-01-01 lies outside the dates"),
    ],
)
def test_a_wrong_office_is_told_in_one_sentence(office: OfficeHours, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        office_calendar(office)


def test_sweden_has_its_red_days_and_no_ordinary_sundays() -> None:
    proposed = propose_holidays("se", 2026, 2026)

    assert [day for day, _ in proposed if day.weekday() < 5] == [
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),
        date(2026, 12, 25),
    ]
    assert (date(2026, 5, 14), "Ascension Day") in proposed
    assert date(2026, 11, 15) not in dict(proposed)


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("NL", date(2026, 4, 27), "King's Day"),
        ("NO", date(2026, 5, 17), "Constitution Day"),
        ("JP", date(2026, 9, 22), "National Holiday"),
        ("NZ", date(2026, 2, 6), "Waitangi Day"),  # the library knows its names in English only
    ],
)
def test_names_of_holidays_are_english(country: str, day: date, name: str) -> None:
    assert dict(propose_holidays(country, 2026, 2026))[day] == name


def test_proposed_holidays_are_sorted_and_within_the_years_asked_for() -> None:
    days = [day for day, _ in propose_holidays("US", 2021, 2023)]

    assert days == sorted(days)
    assert {day.year for day in days} == {2021, 2022, 2023}


def test_proposed_holidays_fit_the_calendar() -> None:
    days = tuple(day for day, _ in propose_holidays("SE", 2012, 2028))

    made = office_calendar(replace(OFFICE, holidays=days))

    assert not made.is_open(epoch(datetime(2026, 12, 25, 10, tzinfo=UTC)))
    assert made.is_open(epoch(datetime(2026, 12, 28, 10, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("country", "advice"),
    [
        ("Sweden", r"did you mean SE \(Sweden\)\?"),
        ("united kingdom", r"GB \(United Kingdom\)"),
        ("Nederland", r"NL \(Netherlands\)"),
        ("QQ", r"use its two letters in ISO 3166, such as SE"),
        ("漢字", r"use its two letters"),
        ("", r"use its two letters"),
    ],
)
def test_an_unknown_country_names_near_ones(country: str, advice: str) -> None:
    with pytest.raises(ConfigurationError, match=advice):
        propose_holidays(country, 2026, 2026)


def test_the_environment_names_the_time_zone_first(tmp_path: Path) -> None:
    (tmp_path / "timezone").write_text("Europe/Stockholm\n")

    assert local_timezone({"TZ": "Asia/Tokyo"}, tmp_path) == "Asia/Tokyo"
    assert local_timezone({"TZ": ":Asia/Tokyo"}, tmp_path) == "Asia/Tokyo"
    assert local_timezone({}, tmp_path) == "Europe/Stockholm"
    assert local_timezone({"TZ": ""}, tmp_path) == "Europe/Stockholm"


def test_a_time_zone_nobody_knows_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "timezone").write_bytes(b"\xff\xfe nonsense\n")
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Prague")

    assert local_timezone({"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"}, tmp_path) == "Europe/Prague"
    assert local_timezone({"TZ": "Europe"}, tmp_path) == "Europe/Prague"


def test_without_any_hint_the_time_zone_is_utc(tmp_path: Path) -> None:
    (tmp_path / "localtime").write_bytes(b"TZif2")

    assert local_timezone({}, tmp_path) == "UTC"
    assert local_timezone({}, tmp_path / "missing") == "UTC"


def test_the_environment_of_the_process_is_asked_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Lima")

    assert local_timezone() == "America/Lima"
