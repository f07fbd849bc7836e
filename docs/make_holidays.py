"""Proposes the days of a holiday set with the `holidays` library, for a person to review.

    .venv/bin/python docs/make_holidays.py SE 2024 2030

The lists in hub/policies/holidays are frozen: what a deadline is computed with changes by a commit that somebody read,
never by an update of a library. To make a set reach further, or after a test warned that the library parts with it:

1. Run this for the set and for every set that extends it. Years are optional, and those of the frozen list by default.
2. Look at each marked line and hold it against the `source` of the set. What the set shall not have goes into `remove`
   of its recipe `library` (by name or date), what the library lacks into `add`, and the reason into `note`.
3. Paste the days, move the end of `valid` (all sets of a country alike), and set `checked_on` to the day of the review.

A new set begins with its table, an empty [sets.XX.days] included; then as above.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from itertools import groupby
from typing import Any

import holidays

from hub.errors import ConfigurationError
from hub.policies.holiday_sets import HolidaySet, holiday_set, holiday_table

Days = Mapping[date, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A day on which a frozen list and a proposal part ways; None stands for an ordinary day."""

    day: date
    frozen: str | None
    proposed: str | None

    def __str__(self) -> str:
        return f"{self.day} frozen as {_said(self.frozen)}, proposed as {_said(self.proposed)}"


def differences(frozen: Days, proposed: Days) -> list[Difference]:
    """The days on which the two do not say the same, in order."""
    return [
        Difference(day, frozen.get(day), proposed.get(day))
        for day in sorted(frozen.keys() | proposed.keys())
        if frozen.get(day) != proposed.get(day)
    ]


def proposal(name: str, years: range) -> dict[date, str]:
    """The days the library proposes for a set by its recipe, without those of the set it extends."""
    table = holiday_table(name)
    inherited = _in_all(table["extends"], years) if "extends" in table else {}
    return {day: title for day, title in by_recipe(table["library"], years).items() if day not in inherited}


def by_recipe(recipe: Mapping[str, Any], years: range) -> dict[date, str]:
    """What the library gives for a recipe, without what the recipe removes and with what it adds."""
    removed = set(recipe.get("remove", ()))
    added = {date.fromisoformat(day): name for day, name in recipe.get("add", {}).items()}
    kept = {day: name for day, name in _asked(recipe, years).items() if not removed & {name, day.isoformat()}}
    return kept | {day: name for day, name in added.items() if day.year in years}


def rendered(name: str, years: range) -> str:
    """The own days of a set as TOML; comments mark what is not as in the frozen list."""
    frozen, proposed = holiday_set(name), proposal(name, years)
    parted = {difference.day: difference for difference in differences(own_days(name, years), proposed)}
    lines = [(day, _line(day, proposed.get(day), parted.get(day), frozen)) for day in sorted(proposed.keys() | parted)]
    by_year = ("".join(line for _, line in group) for _, group in groupby(lines, lambda pair: pair[0].year))
    return "".join([*_head(frozen, years), f"[sets.{name}.days]\n", "\n".join(by_year)])


def own_days(name: str, years: range) -> dict[date, str]:
    """The frozen days of a set without those of the set it extends."""
    days = {date.fromisoformat(day): title for day, title in holiday_table(name)["days"].items()}
    return {day: title for day, title in days.items() if day.year in years}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the proposal for the set and the years that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("set", help="the name of the set, such as SE-eves")
    parser.add_argument("first_year", type=int, nargs="?")
    parser.add_argument("last_year", type=int, nargs="?")
    given = parser.parse_args(arguments)
    try:
        years = _years(holiday_set(given.set), given.first_year, given.last_year)
        sys.stdout.write(rendered(given.set, years))
    except (ConfigurationError, ValueError) as error:
        parser.error(str(error))


def _years(frozen: HolidaySet, wanted_first: int | None, wanted_last: int | None) -> range:
    first = frozen.first.year if wanted_first is None else wanted_first
    last = max(first, frozen.last.year) if wanted_last is None else wanted_last
    if last < first:
        raise ConfigurationError(f"the last year {last} is before the first year {first}")
    if first > frozen.last.year + 1 or last < frozen.first.year - 1:
        # Pasted, they would make the years between look as if they had no holidays.
        raise ConfigurationError(f"{first} to {last} leaves a gap: the list is from {frozen.first} to {frozen.last}")
    return range(first, last + 1)


def _in_all(name: str, years: range) -> set[date]:
    table = holiday_table(name)
    inherited = _in_all(table["extends"], years) if "extends" in table else set()
    return inherited | by_recipe(table["library"], years).keys()


def _asked(recipe: Mapping[str, Any], years: range) -> dict[date, str]:
    # Every option is said, since the defaults of the library have changed between its versions.
    options = {option: value for option, value in recipe.items() if option not in ("country", "remove", "add")}
    try:
        found = holidays.country_holidays(recipe["country"], years=years, expand=False, observed=True, **options)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ConfigurationError(f"the library of holidays does not take the recipe {dict(recipe)}: {error}") from error
    return dict(found.items())


def _head(frozen: HolidaySet, years: range) -> Iterator[str]:
    yield f"# Proposed by holidays {version('holidays')}; frozen from {frozen.first} to {frozen.last}.\n"
    yield f"# Review it against: {frozen.source}\n"
    first, last = min(frozen.first, date(years[0], 1, 1)), max(frozen.last, date(years[-1], 12, 31))
    yield f"# Then: valid = [{first}, {last}] and checked_on = the day of the review.\n"


def _line(day: date, title: str | None, parted: Difference | None, frozen: HolidaySet) -> str:
    # What is written between quotes is written in TOML as in JSON. A day that is to go is a comment.
    start = "# " if title is None else f'"{day}" = {json.dumps(title, ensure_ascii=False)}  # '
    return f"{start}{day:%a}{_review(parted, frozen)}\n"


def _review(parted: Difference | None, frozen: HolidaySet) -> str:
    if parted is None:
        return ""
    known = frozen.first <= parted.day <= frozen.last
    return f"  REVIEW: {parted}" if known else "  REVIEW: beyond the frozen list"


def _said(name: str | None) -> str:
    return "an ordinary day" if name is None else repr(name)


if __name__ == "__main__":
    main()
