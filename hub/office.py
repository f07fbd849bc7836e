"""The seller's office: its hours, holidays and promise, from settings to what policies refer to."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from inspect import signature
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hub.core.targets import TargetError, parse_step
from hub.core.worktime import Calendar, CalendarError
from hub.errors import ConfigurationError
from hub.policies.surroundings import Surroundings

RULE_OF_THUMB = "8wh"
_NINE_TO_FIVE: Mapping[str, tuple[str, ...]] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00-17:00",))


@dataclass(frozen=True)
class OfficeHours:
    """When somebody is there to answer, for which dates that is known, and how soon the customer gets an answer."""

    timezone: str
    known_from: date
    known_until: date
    hours: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(_NINE_TO_FIVE))
    holidays: tuple[date, ...] = ()
    special: Mapping[date, tuple[str, ...]] = field(default_factory=dict)
    answer_within: str = RULE_OF_THUMB


def office_calendar(office: OfficeHours) -> Calendar:
    """The calendar of an office; a ConfigurationError names what in it cannot be meant."""
    if office.known_until < office.known_from:
        raise ConfigurationError(f"[office] known_until {office.known_until} is before known_from {office.known_from}")
    try:
        return Calendar(
            office.timezone,
            office.hours,
            office.holidays,
            office.special,
            valid_from=office.known_from,
            valid_to=office.known_until,
        )
    except CalendarError as error:
        raise ConfigurationError(f"[office] {error}") from error


def surroundings(office: OfficeHours) -> Surroundings:
    """What policies may refer to of an office: its calendar, and how soon it promises an answer."""
    try:
        step = parse_step(office.answer_within)
    except TargetError as error:
        raise ConfigurationError(f"[office] answer_within: {error}") from error
    return Surroundings(office_calendar(office), (step,))


def propose_holidays(country: str, first_year: int, last_year: int) -> list[tuple[date, str]]:
    """The public holidays of a country, by date, for a person to look through before they become settings.

    A proposal only: what an office keeps differs, and a newer library may know better than last year's.
    """
    import holidays  # noqa: PLC0415  only setting up needs it, and every command would wait for it

    code = _country_code(country)
    kind = type(holidays.country_holidays(code))
    # Defaults of the library have changed between versions: whatever can be said is said.
    ordinary_sundays: dict[str, Any] = (
        {"include_sundays": False} if "include_sundays" in signature(kind).parameters else {}
    )
    found = holidays.country_holidays(
        code,
        years=range(first_year, last_year + 1),
        expand=False,
        observed=True,
        categories=("public",),
        language=next((name for name in kind.supported_languages if name.startswith("en")), None),
        **ordinary_sundays,
    )
    return sorted(found.items())


def local_timezone(environment: Mapping[str, str] | None = None, etc: Path = Path("/etc")) -> str:
    """The name of this computer's time zone as far as it can be told, else UTC."""
    told = (os.environ if environment is None else environment).get("TZ", "").removeprefix(":")
    link = os.path.realpath(etc / "localtime")
    for name in (told, _first_line(etc / "timezone"), link.rpartition("zoneinfo/")[2]):
        if is_zone(name):
            return name
    return "UTC"


def _country_code(country: str) -> str:
    """The two-letter code (ISO 3166-1) of a country that the library of holidays knows."""
    from holidays.registry import COUNTRIES  # noqa: PLC0415  see propose_holidays

    wanted = country.strip().upper()
    codes = {name.replace("_", " "): codes[0] for name, (_, *codes) in COUNTRIES.items()}
    if wanted in codes.values():
        return wanted
    names = difflib.get_close_matches(wanted.lower(), codes, n=3)
    near = [f"{codes[name]} ({name.title()})" for name in names] or difflib.get_close_matches(wanted, codes.values())
    advice = f"did you mean {' or '.join(near)}?" if near else "use its two letters in ISO 3166, such as SE"
    raise ConfigurationError(f"country {country!r} is not one whose holidays are known: {advice}")


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
    except OSError:
        return ""


def is_zone(name: str) -> bool:
    """Whether this is the name of a time zone, such as Europe/Stockholm."""
    try:
        return bool(name) and bool(ZoneInfo(name).key)
    except (KeyError, ValueError, OSError):  # unknown; not a name; a folder of zones
        return False
