"""The frozen holidays against the library that proposes them, and the proposal that a person reviews."""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Iterable
from datetime import date
from typing import Any

import holidays
import pytest

from docs.make_holidays import Difference, by_recipe, differences, main, own_days, proposal, rendered
from hub.errors import ConfigurationError
from hub.policies.holiday_sets import holiday_set, holiday_set_names

EVE, CHRISTMAS = date(2026, 12, 24), date(2026, 12, 25)


class LibraryDiffers(UserWarning):
    """The library of holidays no longer says what is frozen: a person should look at it."""


def frozen_years(name: str) -> range:
    found = holiday_set(name)
    return range(found.first.year, found.last.year + 1)


def warn_where_they_part(name: str, frozen: dict[date, str], proposed: dict[date, str]) -> None:
    if parted := differences(frozen, proposed):
        warnings.warn(LibraryDiffers(f"{name}: {'; '.join(map(str, parted))}"), stacklevel=2)


def pretended_library(country: str, years: Iterable[int], **options: object) -> dict[date, str]:
    """A library that knows Christmas in Dutch, and the eve in one more category, if it is asked without defaults."""
    asked = dict(options)
    categories = asked.pop("categories")
    assert (country, asked) == ("NL", {"language": "nl", "expand": False, "observed": True})
    names = {CHRISTMAS: 'Kerst "漢字"'} if categories == ["public"] else {EVE: "Kerstavond", CHRISTMAS: "Kerst"}
    return {day.replace(year=year): name for year in years for day, name in names.items()}


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pretended library in place of the one that is installed, whose answers may change."""
    monkeypatch.setattr(holidays, "country_holidays", pretended_library)


@pytest.fixture
def two_sets(pretended: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """NL with a day of its own, and NL-good-friday that extends it, by recipes for the pretended library."""
    recipe = {"country": "NL", "language": "nl", "categories": ["public"]}
    tables: dict[str, dict[str, Any]] = {
        "NL": {"days": {"2026-02-13": "Åsas dag"}, "library": recipe},
        "NL-good-friday": {"days": {}, "library": {**recipe, "categories": ["more"]}, "extends": "NL"},
    }
    monkeypatch.setattr("docs.make_holidays.holiday_table", tables.__getitem__)


@pytest.mark.filterwarnings("always::UserWarning")  # to be seen in the summary, and no failure: the library may change
@pytest.mark.parametrize("name", holiday_set_names())
def test_the_library_of_holidays_says_the_same_or_a_warning_is_shown(name: str) -> None:
    years = frozen_years(name)
    try:
        proposed = proposal(name, years)
    except ConfigurationError as error:
        warnings.warn(LibraryDiffers(f"{name}: {error}"), stacklevel=1)
    else:
        warn_where_they_part(name, own_days(name, years), proposed)


def test_the_warning_names_every_day_that_differs() -> None:
    midsummer, before = date(2026, 6, 19), date(2026, 12, 23)
    told = (
        "SE-eves: 2026-06-19 frozen as an ordinary day, proposed as 'Midsommarafton'; "
        "2026-12-23 frozen as 'Dan före dan', proposed as an ordinary day; "
        "2026-12-24 frozen as 'Jul', proposed as 'Julafton'"
    )

    with pytest.warns(LibraryDiffers) as warned:
        warn_where_they_part(
            "SE-eves",
            {before: "Dan före dan", EVE: "Jul", CHRISTMAS: "Juldagen"},
            {CHRISTMAS: "Juldagen", EVE: "Julafton", midsummer: "Midsommarafton"},
        )

    assert [str(warning.message) for warning in warned] == [told]


def test_lists_that_say_the_same_in_another_order_do_not_differ() -> None:
    assert differences({EVE: "Julafton", CHRISTMAS: "Juldagen"}, {CHRISTMAS: "Juldagen", EVE: "Julafton"}) == []
    assert differences({}, {EVE: "Jul"}) == [Difference(EVE, None, "Jul")]


@pytest.mark.parametrize("change", [{"country": "漢字"}, {"categories": ["moon"]}, {"sundays": True}])
def test_a_recipe_that_the_library_does_not_take_is_told(change: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match=r"^the library of holidays does not take the recipe {'country': "):
        by_recipe({"country": "SE", "categories": ["public"], **change}, range(2026, 2027))


def test_a_recipe_removes_by_name_and_by_date_and_adds_in_the_years_asked_for(pretended: None) -> None:
    recipe = {
        "country": "NL",
        "language": "nl",
        "categories": ["more"],
        "remove": ["Kerstavond", "2027-12-25"],
        "add": {"2026-02-13": "Åsas dag", "2028-02-13": "Åsas dag"},
    }

    assert by_recipe(recipe, range(2026, 2028)) == {CHRISTMAS: "Kerst", date(2026, 2, 13): "Åsas dag"}


def test_a_set_that_extends_another_is_proposed_its_own_days_only(two_sets: None) -> None:
    assert proposal("NL-good-friday", range(2026, 2027)) == {EVE: "Kerstavond"}


def test_what_is_proposed_can_be_pasted_and_marks_what_a_person_must_look_at(
    two_sets: None, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["NL", "2026", "2029"])
    head, _, table = capsys.readouterr().out.partition("[sets.NL.days]\n")

    assert head.endswith("\n# Then: valid = [2024-01-01, 2029-12-31] and checked_on = the day of the review.\n")
    assert tomllib.loads(table) == {f"{year}-12-25": 'Kerst "漢字"' for year in range(2026, 2030)}
    assert table.split("\n\n") == [
        (
            "# Fri  REVIEW: 2026-02-13 frozen as 'Åsas dag', proposed as an ordinary day\n"
            '"2026-12-25" = "Kerst \\"漢字\\""  # Fri  REVIEW: 2026-12-25 frozen as an ordinary day, '
            "proposed as 'Kerst \"漢字\"'"
        ),
        *(
            f'"{year}-12-25" = "Kerst \\"漢字\\""  # {weekday}  REVIEW: {year}-12-25 frozen as an ordinary day, '
            "proposed as 'Kerst \"漢字\"'"
            for year, weekday in ((2027, "Sat"), (2028, "Mon"))
        ),
        '"2029-12-25" = "Kerst \\"漢字\\""  # Tue  REVIEW: beyond the frozen list\n',
    ]


def test_what_is_frozen_as_proposed_bears_no_mark(two_sets: None, monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"days": {"2026-12-24": "Kerstavond", "2026-12-25": "Kerst"}, "library": {"country": "NL"}}
    monkeypatch.setattr("docs.make_holidays.holiday_table", {"NL": table}.__getitem__)
    monkeypatch.setattr(holidays, "country_holidays", lambda *_, **__: {CHRISTMAS: "Kerst", EVE: "Kerstavond"})

    assert rendered("NL", range(2026, 2027)).endswith(
        '[sets.NL.days]\n"2026-12-24" = "Kerstavond"  # Thu\n"2026-12-25" = "Kerst"  # Fri\n'
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["se"], "did you mean SE?"),
        (["SE", "2028", "2027"], "the last year 2027 is before the first year 2028"),
        (["SE", "2030"], "2030 to 2030 leaves a gap: the list is from 2024-01-01 to 2028-12-31"),
        (["SE", "2020", "2022"], "2020 to 2022 leaves a gap: the list is from 2024-01-01 to 2028-12-31"),
        (["SE", "0"], "year 0 is out of range"),
    ],
)
def test_a_wrong_question_is_answered_in_one_sentence(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)

    assert problem in capsys.readouterr().err
