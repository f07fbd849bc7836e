"""The frozen holidays: sound as data, with the days that the platforms' documents name, read one country at a time."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hub.errors import ConfigurationError
from hub.policies import holiday_sets
from hub.policies.holiday_sets import holiday_set, holiday_set_names, holiday_table

FOLDER = Path(holiday_sets.__file__).parent / "holidays"
NAMES = holiday_set_names()
LINE = re.compile(r'"(\d{4}-\d\d-\d\d)" = "[^"]+"  # (\w{3})')
SET = """
[sets.{name}]
title = "Åsas dagar"
source = "Åsa Öberg 漢字 🙂"
checked_on = 2026-11-22
mark = "assumed"
valid = [2026-01-01, 2026-12-31]
note = ""
{more}
[sets.{name}.days]
"2026-02-13" = "Åsas dag"
"""


@pytest.fixture
def other_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder from which sets are read instead of the real one."""
    caches = (holiday_sets.holiday_set, holiday_sets.holiday_set_names, holiday_sets._tables, holiday_sets._countries)
    monkeypatch.setattr(holiday_sets, "_FOLDER", tmp_path)
    for cached in caches:
        cached.cache_clear()
    yield tmp_path
    for cached in caches:
        cached.cache_clear()


def days_of(name: str, year: int) -> set[date]:
    return {day for day in holiday_set(name).days if day.year == year}


def test_these_sets_are_there() -> None:
    assert NAMES == ("BE", "FR", "JP", "JP-bank", "NL", "NL-good-friday", "NL-liberation-day", "SE", "SE-eves")


@pytest.mark.parametrize("name", NAMES)
def test_every_day_of_a_set_is_within_its_dates_sorted_and_named(name: str) -> None:
    found = holiday_set(name)
    own = [date.fromisoformat(day) for day in holiday_table(name)["days"]]

    assert own == sorted(own)
    assert list(found.days) == sorted(found.days)
    assert [day for day in found.days if not found.first <= day <= found.last] == []
    assert [day for day, title in found.days.items() if title != title.strip() or not title] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_set_knows_whole_years_and_none_of_them_is_empty(name: str) -> None:
    found = holiday_set(name)
    per_year = [len(days_of(name, year)) for year in range(found.first.year, found.last.year + 1)]

    assert (found.first, f"{found.last:%m-%d}") == (date(2024, 1, 1), "12-31")
    assert len(per_year) >= 5
    assert min(per_year) >= 9


@pytest.mark.parametrize("name", NAMES)
def test_a_set_says_where_it_comes_from_and_when_somebody_looked(name: str) -> None:
    found = holiday_set(name)

    assert all((found.title, found.source, found.note))
    assert "\n" not in found.note
    assert found.checked_on >= date(2026, 11, 22)
    assert {"country", "language", "categories"} <= holiday_table(name)["library"].keys()


@pytest.mark.parametrize("name", [name for name in NAMES if "extends" in holiday_table(name)])
def test_a_set_that_extends_another_is_known_as_long_and_repeats_no_day(name: str) -> None:
    base = holiday_set(holiday_table(name)["extends"])
    extended = holiday_set(name)

    assert (extended.first, extended.last) == (base.first, base.last)
    assert base.days.keys() & {date.fromisoformat(day) for day in holiday_table(name)["days"]} == set()
    assert base.days.items() < extended.days.items()


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_a_file_has_the_sets_of_its_country_only_and_the_right_weekdays(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    sets = tomllib.loads(text)["sets"]
    lines = LINE.findall(text)

    assert file.suffix == ".toml"
    assert {name.partition("-")[0] for name in sets} == {file.stem}
    assert len(lines) == sum(len(table["days"]) for table in sets.values())
    assert [day for day, weekday in lines if f"{date.fromisoformat(day):%a}" != weekday] == []


@pytest.mark.parametrize(
    ("name", "day", "title"),
    [
        ("SE", "2026-04-03", "Långfredagen"),
        ("SE", "2026-04-06", "Annandag påsk"),
        ("SE", "2026-05-14", "Kristi himmelsfärdsdag"),
        ("SE", "2026-06-06", "Nationaldagen"),
        ("SE", "2026-12-25", "Juldagen"),
        ("SE-eves", "2026-06-19", "Midsommarafton"),
        ("SE-eves", "2026-12-24", "Julafton"),
        ("SE-eves", "2026-12-31", "Nyårsafton"),
        ("SE-eves", "2026-12-25", "Juldagen"),
        ("NL", "2025-04-26", "Koningsdag"),
        ("NL", "2025-05-05", "Bevrijdingsdag"),
        ("NL-good-friday", "2026-04-03", "Goede vrijdag"),
        ("NL-liberation-day", "2026-05-05", "Bevrijdingsdag"),
        ("BE", "2026-05-01", "Dag van de Arbeid"),
        ("BE", "2026-07-21", "Nationale feestdag"),
        ("JP", "2025-02-24", "振替休日"),
        ("JP", "2025-05-06", "振替休日"),
        ("JP", "2025-11-24", "振替休日"),
        ("JP", "2026-05-06", "振替休日"),
        ("JP", "2026-09-21", "敬老の日"),
        ("JP", "2026-09-22", "国民の休日"),
        ("JP", "2026-09-23", "秋分の日"),
        ("JP", "2027-03-22", "振替休日"),
        ("JP-bank", "2027-01-01", "元日"),
        ("JP-bank", "2026-12-31", "銀行休業日"),
        ("JP-bank", "2027-01-02", "銀行休業日"),
        ("JP-bank", "2027-01-03", "銀行休業日"),
        ("FR", "2026-07-14", "Fête nationale"),
    ],
)
def test_a_day_that_a_platforms_document_names_is_a_holiday(name: str, day: str, title: str) -> None:
    assert holiday_set(name).days[date.fromisoformat(day)] == title


@pytest.mark.parametrize(
    ("name", "day"),
    [
        *(("SE", day) for day in ("2026-06-19", "2026-12-24", "2026-12-31", "2026-02-01", "2026-05-25")),
        *(("SE-eves", day) for day in ("2026-01-05", "2026-04-02", "2026-04-30", "2026-05-15", "2026-10-30")),
        *(("NL", day) for day in ("2026-04-03", "2026-05-05", "2027-05-05", "2025-04-27", "2026-12-24", "2026-12-31")),
        ("NL-good-friday", "2026-05-05"),
        ("NL-liberation-day", "2026-04-03"),
        *(("BE", day) for day in ("2026-04-03", "2026-04-27", "2026-12-26", "2026-04-05")),
        *(("JP", day) for day in ("2026-12-29", "2026-12-30", "2026-12-31", "2027-01-02", "2027-01-04")),
        *(("JP-bank", day) for day in ("2026-12-29", "2026-12-30", "2027-01-04")),
        *(("FR", day) for day in ("2026-04-03", "2026-12-26")),
    ],
)
def test_a_day_that_only_looks_like_a_holiday_is_none(name: str, day: str) -> None:
    assert date.fromisoformat(day) not in holiday_set(name).days


@pytest.mark.parametrize(
    ("year", "weekdays"),
    [
        (2025, ["01-01", "04-21", "05-05", "05-29", "06-09", "12-25", "12-26"]),
        (2026, ["01-01", "04-06", "04-27", "05-14", "05-25", "12-25"]),
        (2027, ["01-01", "03-29", "04-27", "05-06", "05-17"]),
    ],
)
def test_the_dutch_holidays_on_weekdays_are_those_of_the_recommended_reading(year: int, weekdays: list[str]) -> None:
    assert [f"{day:%m-%d}" for day in sorted(days_of("NL", year)) if day.weekday() < 5] == weekdays


def test_a_set_is_read_whole_and_only_from_the_file_of_its_country(other_folder: Path) -> None:
    more = 'extends = "XX"'
    (other_folder / "XX.toml").write_text(
        SET.format(name="XX", more="") + SET.format(name="XX-eves", more=more), "utf-8"
    )
    (other_folder / "YY.toml").write_text("this is no TOML", "utf-8")
    found = holiday_set("XX-eves")

    assert (found.name, found.title, found.source) == ("XX-eves", "Åsas dagar", "Åsa Öberg 漢字 🙂")
    assert (found.first, found.last, found.checked_on) == (date(2026, 1, 1), date(2026, 12, 31), date(2026, 11, 22))
    assert (found.mark, found.note) == ("assumed", "")
    assert found.days == {date(2026, 2, 13): "Åsas dag"}


def test_nobody_can_change_the_days_of_a_set() -> None:
    with pytest.raises(TypeError, match="does not support item assignment"):
        holiday_set("SE").days[date(2026, 2, 13)] = "Åsas dag"  # type: ignore[index]  # that it is refused is the point


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("se", "holiday set 'se' is not known: did you mean SE? There are BE, FR, "),
        ("SE-eve", "holiday set 'SE-eve' is not known: did you mean SE-eves? There are BE, "),
        ("SE-漢字 🙂", "holiday set 'SE-漢字 🙂' is not known: choose one of BE, FR, "),
        ("../XX", "holiday set '../XX' is not known: choose one of BE, FR, JP, JP-bank, NL, NL-good-friday, "),
        ("", "holiday set '' is not known: choose one of BE, FR, "),
    ],
)
def test_an_unknown_set_is_told_with_the_names_there_are(name: str, advice: str) -> None:
    with pytest.raises(ConfigurationError, match="^" + re.escape(advice)):
        holiday_set(name)


def test_a_set_is_read_without_the_library_of_holidays() -> None:
    code = (
        "import sys; from hub.policies.holiday_sets import holiday_set as s; s('SE'); print('holidays' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
