"""Public holidays as frozen, reviewed data: named sets of days, each with its source and the dates it is known for.

They are written down rather than computed, so that no newer library moves a deadline that was promised. The sets of a
country lie in one file of hub/policies/holidays; docs/make_holidays.py proposes their next years.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from hub.core.policy import Mark
from hub.errors import ConfigurationError

_FOLDER = files("hub.policies") / "holidays"


@dataclass(frozen=True, slots=True)
class HolidaySet:
    """The holidays between two dates, by name, and who says so; outside of `first` to `last` it knows nothing."""

    name: str
    title: str
    source: str
    checked_on: date
    mark: Mark
    note: str
    first: date
    last: date
    days: Mapping[date, str]


@cache
def holiday_set(name: str) -> HolidaySet:
    """The set of this name, with the days of the one it extends; a ConfigurationError says which names there are."""
    table = holiday_table(name)
    first, last = table["valid"]
    days = {date.fromisoformat(day): title for day, title in table["days"].items()}
    if "extends" in table:
        days |= holiday_set(table["extends"]).days
    return HolidaySet(
        name=name,
        title=table["title"],
        source=table["source"],
        checked_on=table["checked_on"],
        mark=Mark(table["mark"]),
        note=table["note"],
        first=first,
        last=last,
        days=MappingProxyType(dict(sorted(days.items()))),
    )


@cache
def holiday_set_names() -> tuple[str, ...]:
    """The name of every set, sorted."""
    return tuple(sorted(name for country in _countries() for name in _tables(country)))


def holiday_table(name: str) -> Mapping[str, Any]:
    """A set as its file has it: its own days only, and the recipe by which they are proposed."""
    # The part before the first hyphen names the file, so that asking for SE-eves reads one country.
    table = _tables(name.partition("-")[0]).get(name)
    if table is None:
        raise ConfigurationError(f"holiday set {name!r} is not known: {_advice(name)}")
    return table


@cache
def _tables(country: str) -> Mapping[str, Mapping[str, Any]]:
    if country not in _countries():
        return {}
    sets: Mapping[str, Mapping[str, Any]] = tomllib.loads((_FOLDER / f"{country}.toml").read_text("utf-8"))["sets"]
    return sets


@cache
def _countries() -> frozenset[str]:
    names = (file.name.partition(".") for file in _FOLDER.iterdir())
    return frozenset(country for country, _, kind in names if kind == "toml")


def _advice(name: str) -> str:
    spellings = {known.casefold(): known for known in holiday_set_names()}
    near = difflib.get_close_matches(name.casefold(), spellings, n=1)
    listed = ", ".join(spellings.values())
    return f"did you mean {spellings[near[0]]}? There are {listed}" if near else f"choose one of {listed}"
