"""What a person gives for a template: checked, and written out in the language of the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from hub.core.plain_text import clean
from hub.errors import Refused
from hub.templates.model import Template, Value, ValueKind
from hub.templates.placeholders import PLACEHOLDERS, Fact, Facts, may_be_given
from hub.templates.words import day_words, instant_words

LONGEST_VALUE = 1_000
"""How many letters a person may give for one value."""

_PARCELS = "tracking.parcels"


@dataclass(frozen=True, slots=True)
class Wording:
    """How days are written: in which language and zone, and what day it is."""

    language: str
    zone: ZoneInfo
    today: date


def given_facts(facts: Facts, given: Mapping[str, str]) -> dict[str, Fact]:
    """The facts with those that a person gave in their places."""
    told = {name: _said(name, text) for name, text in given.items() if name in PLACEHOLDERS}
    found: dict[str, Fact] = {**facts, **told}
    parcel = {name: told[f"tracking.{name}"] for name in ("carrier", "number") if f"tracking.{name}" in told}
    if parcel:
        found[_PARCELS] = (parcel,)
    return found


def values_for(template: Template, given: Mapping[str, str], facts: Facts, wording: Wording) -> dict[str, str]:
    """What a text of this template has for its values; what nobody gave and nothing stands in for is left out."""
    require_known(template, given)
    found: dict[str, str] = {}
    for name, value in template.values.items():
        if name in given:
            found[name] = _worded(value, _said(name, given[name]), wording)
        elif isinstance(fact := facts.get(value.otherwise), str):
            found[name] = fact
    return found


def require_known(template: Template, given: Mapping[str, str]) -> None:
    """Refuse what the template has no place for, naming the nearest it has."""
    possible = [*template.values, *(name for name in PLACEHOLDERS if may_be_given(name))]
    for name in given:
        if name in possible:
            continue
        near = get_close_matches(name, possible, n=1)
        there = f"its values are {', '.join(template.values)}" if template.values else "it has no values of its own"
        hint = f"did you mean {near[0]}?" if near else f"{there}."
        raise Refused(f"The template {template.name} has no value {name!r}; {hint}")


def how_to_give(template: Template, name: str) -> str:
    """What is missing, in words, and what to type to give it."""
    value = template.values.get(name)
    if value is not None:
        example = _example(value)
        return f'{name} ({value.question.rstrip(".")}): give it with --set {name}="{example}"'
    meaning = PLACEHOLDERS[name].meaning if name in PLACEHOLDERS else "in one of its lines"
    parts = ("tracking.carrier", "tracking.number") if name == _PARCELS else (name,) if may_be_given(name) else ()
    if not parts:
        return f"{name} ({meaning}), which is not known and cannot be given"
    typed = " ".join(f'--set {part}="…"' for part in parts)
    return f"{name} ({meaning}): give it with {typed}"


def _example(value: Value) -> str:
    return value.example or ("2026-12-04" if value.kind is ValueKind.DATE else "…")


def _said(name: str, text: str) -> str:
    said = clean(text).strip()
    if not said:
        raise Refused(f"{name} is empty; give something, or leave it out.")
    if len(said) > LONGEST_VALUE:
        raise Refused(f"{name} has {len(said):,} letters, and {LONGEST_VALUE:,} are allowed.")
    return said


def _worded(value: Value, said: str, wording: Wording) -> str:
    """A day in the words of the language where it was given in figures, else what was said."""
    if value.kind is not ValueKind.DATE:
        return said
    try:
        moment = datetime.fromisoformat(said).replace(tzinfo=wording.zone)
    except ValueError:
        return said
    if moment.date() < wording.today:
        raise Refused(f"{value.name} is {said}, which has passed; give a day that lies ahead.")
    only_a_day = len(said) <= len("2026-12-04")
    return (
        day_words(moment.date(), wording.language)
        if only_a_day
        else instant_words(moment, wording.zone, wording.language)
    )
