"""Calendars of a policy file: hours, frozen holidays with what is added to and removed from them, special days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hub.core.openings import DAYS, CalendarError, read_intervals, read_zone
from hub.core.worktime import Calendar
from hub.errors import ConfigurationError
from hub.policies.holiday_sets import HolidaySet, holiday_set
from hub.policies.surroundings import OFFICE
from hub.policies.tables import NAME, Table, nearest, read_day, shown

_KEYS = ("hours", "holidays", "special")
Days = Mapping[date, str]
"""Holidays and what they are called."""


@dataclass(frozen=True, slots=True)
class _Holidays:
    """The holidays that a table lists itself, and the set it begins with."""

    listed: Days = field(default_factory=dict)
    added: Days = field(default_factory=dict)
    removed: Days = field(default_factory=dict)
    base: HolidaySet | None = None

    def between(self, first: date, last: date) -> Days:
        """All of them; of the set only those that are asked for, since a table may know less than it."""
        base = {day: name for day, name in self.base.days.items() if first <= day <= last} if self.base else {}
        found = {**base, **self.listed, **self.added}
        return {day: name for day, name in found.items() if day not in self.removed}


def read_calendars(root: Table, office: Calendar) -> Mapping[str, Calendar]:
    """Every calendar that the rules may name, the office among them."""
    found = {OFFICE: office}
    for name, table in root.named_tables("calendars"):
        if not NAME.fullmatch(name):
            table.problems.add(table.path, "is no name; write small letters, digits and -, beginning with a letter")
        if name == OFFICE:
            table.problems.add(table.path, "cannot be defined here: it is the [office] of hub.toml")
        else:
            found[name] = read_calendar(table, office)
            table.finish()
    return found


def read_calendar(table: Table, stand_in: Calendar) -> Calendar:
    """The calendar that a table says; the stand-in where it says none that can be meant."""
    before = len(table.problems)
    tz = read_zone_name(table, "tz")
    hours, special = _hours(table), _special(table)
    holidays = _holidays(table)
    first, last = _valid(table, holidays)
    if len(table.problems) == before:
        _refuse_days_outside(table, first, last, holidays, special)
    if len(table.problems) > before:
        return stand_in
    try:
        return Calendar(tz, hours, holidays.between(first, last), special, valid_from=first, valid_to=last)
    except CalendarError as error:
        _tell(table, error)
    return stand_in


def read_zone_name(table: Table, key: str) -> str:
    """The name of a time zone."""
    name = table.text(key)
    try:
        return read_zone(name).key if name else "UTC"
    except CalendarError as error:
        table.wrong(key, str(error))
    return "UTC"


def _hours(table: Table) -> Mapping[str, Sequence[str]]:
    week = table.table("hours")
    if week is None:
        if "hours" not in table.values:
            table.wrong("hours", "is missing; a day that is left out is closed")
        return {}
    found = {day: _intervals(week, day) for day in DAYS if day in week}
    for key in week.values:
        if key not in DAYS:
            week.wrong(key, f"is no day; {nearest(key, DAYS)}")
    return found


def _special(table: Table) -> Mapping[date, Sequence[str]]:
    days = table.table("special")
    found: dict[date, Sequence[str]] = {}
    if days is None:
        return found
    for key in days.values:
        day = read_day(key)
        if day is None:
            days.wrong(key, "is no date such as 2026-12-24")
        else:
            found[day] = _intervals(days, key)
    return found


def _intervals(table: Table, key: str) -> tuple[str, ...]:
    texts = table.texts(key)
    try:
        read_intervals(key, texts)
    except CalendarError as error:
        table.wrong(key, str(error).removeprefix(f"{key}: "))
    return texts


def _holidays(table: Table) -> _Holidays:
    value = table.value("holidays")
    base = _named_set(table, value) if isinstance(value, str) else None
    listed = {} if isinstance(value, str) else _days(table, "holidays")
    known = base.days if base else listed
    removed = _days(table, "remove")
    for day in removed:
        if known and day not in known:
            table.wrong("remove", f"{day} is no holiday of this calendar")
    return _Holidays(listed, _days(table, "add"), removed, base)


def _named_set(table: Table, name: str) -> HolidaySet | None:
    try:
        return holiday_set(name)
    except ConfigurationError as error:
        table.wrong("holidays", str(error))
    return None


def _days(table: Table, key: str) -> Days:
    """A list of dates, or a table of dates with names."""
    value = table.value(key)
    if value is None:
        return {}
    if not isinstance(value, (list, dict)):
        table.wrong(key, "should be a list of dates such as 2026-12-24")
        return {}
    items = value.items() if isinstance(value, dict) else [(item, "") for item in value]
    found = {}
    for written, name in items:
        day = read_day(written)
        if day is None:
            table.wrong(key, f"{shown(written)} is no date such as 2026-12-24")
        elif not isinstance(name, str):
            table.wrong(key, f"the name of {day} should be text in quotes")
        else:
            found[day] = name
    return found


def _valid(table: Table, holidays: _Holidays) -> tuple[date, date]:
    """Between which dates the calendar is known."""
    value = table.value("valid")
    if value is None:
        if holidays.base:
            return holidays.base.first, holidays.base.last
        if isinstance(table.value("holidays"), str):
            return date.min, date.max  # that there is no such set was said already
        table.wrong("valid", "is missing; give the first and the last date for which the holidays are known")
        return date.min, date.max
    days = [read_day(item) for item in value] if isinstance(value, list) else []
    first, last = days if len(days) == 2 else (None, None)
    if first is None or last is None or last < first:
        table.wrong("valid", "should be the first and the last date, such as [2026-01-01, 2028-12-31]")
        return date.min, date.max
    _refuse_unknown_years(table, first, last, holidays)
    return first, last


def _refuse_unknown_years(table: Table, first: date, last: date, holidays: _Holidays) -> None:
    """Complain of each year beyond the frozen set that the table adds no holiday to: it would have none at all."""
    base = holidays.base
    if base is None:
        return
    years = [year for year in range(first.year, last.year + 1) if not base.first.year <= year <= base.last.year]
    for year in years:
        if not any(day.year == year for day in holidays.added):
            known = f"{base.name} is known from {base.first} to {base.last}"
            table.wrong("valid", f"{known}: add the holidays of {year} with add = [...], or leave {year} out")


def _refuse_days_outside(
    table: Table, first: date, last: date, holidays: _Holidays, special: Mapping[date, Sequence[str]]
) -> None:
    for key, days in (("holidays", holidays.listed), ("add", holidays.added), ("special", special)):
        for day in days:
            if not first <= day <= last:
                table.wrong(key, f"{day} lies outside of valid, {first} to {last}")


def _tell(table: Table, error: CalendarError) -> None:
    """Note what the calendar itself refuses, at the key that its text begins with."""
    key, _, text = str(error).partition(": ")
    name, _, rest = key.partition(".")
    if name in _KEYS:
        table.problems.add(f"{table.at(name)}.{rest}" if rest else table.at(name), text)
    else:
        table.problems.add(table.path, str(error))
