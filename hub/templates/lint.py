"""Looking a template through: what is wrong with it, what it lacks, and on which platforms it cannot be used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from hub.errors import HubError
from hub.templates.filling import Missing, fill_in
from hub.templates.model import Problem, Template, ValueKind, Variant
from hub.templates.parsing import Parsed, parse
from hub.templates.placeholders import DATES, Facts, example_facts

_WANTED_PARTS = {
    "greeting": "the salutation",
    "next": "what happens next",
    "closing": "the closing",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a template: an error, which keeps it from being used, or a note."""

    template: str
    problem: Problem
    error: bool = False


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform, and what may not be filled in there, with the reasons."""

    title: str
    forbidden: Mapping[str, str]


def lint(template: Template, platforms: Iterable[Platform], languages: Collection[str]) -> list[Finding]:
    """Everything to be said of a template; `languages` are those that customers are answered in."""
    found = [Finding(template.name, problem, error=True) for problem in template.all_problems]
    readable = [variant for variant in template.variants.values() if not variant.problems]
    parsed = {variant.language: parse(variant.text, template.values) for variant in readable}
    for variant in readable:
        found += [Finding(template.name, problem, error=True) for problem in _failures(template, variant)]
        found += [Finding(template.name, problem) for problem in _lacks(template, variant, parsed[variant.language])]
    if not template.problems:
        found += [Finding(template.name, problem) for problem in _of_all(template, parsed, languages)]
        found += [Finding(template.name, problem) for problem in _refused(template, readable, platforms)]
    return found


def usable_on(template: Template, platform: Platform) -> bool:
    """Whether no text of a template needs what may not be filled in on a platform."""
    readable = (variant for variant in template.variants.values() if not variant.problems)
    return not any(_needed(template, variant, platform.forbidden) for variant in readable)


def _failures(template: Template, variant: Variant) -> Iterator[Problem]:
    """What keeps a text from being filled in with everything known, and with only what must be."""
    optional = {name for name, value in template.values.items() if value.optional}
    for without in (set(), optional):
        try:
            _example(template, variant, example_facts(), without)
        except Missing as error:
            asked = ", ".join(error.names)
            yield Problem(variant.where, 0, f"{asked} may be left out: ask for it first, {{% if {error.names[0]} %}}")
        except HubError as error:
            yield Problem(variant.where, 0, str(error))
            return


def _lacks(template: Template, variant: Variant, parsed: Parsed) -> Iterator[Problem]:
    for part, what in _WANTED_PARTS.items():
        if part not in parsed.parts:
            yield Problem(variant.where, 0, f"{what} has no part of its own: {{% block {part} %}}…{{% endblock %}}")
    days = {name for name, value in template.values.items() if value.kind is ValueKind.DATE}
    where = parsed.used_in.get("next", set()) if "next" in parsed.parts else set(parsed.uses)
    if not where & (days | DATES):
        yield Problem(
            variant.where, 0, "it says nowhere by when something happens: use promise.on, or a value of a day"
        )


def _of_all(template: Template, parsed: Mapping[str, Parsed], languages: Collection[str]) -> Iterator[Problem]:
    if lacking := [language for language in languages if language not in template.variants]:
        yield Problem(template.name, 0, f"there is no text in {', '.join(lacking)}")
    used = {name for one in parsed.values() for name in one.uses}
    for name in template.values:
        if parsed and name not in used:
            yield Problem(template.name, 0, f"the value {name} is asked for, and no text has a place for it")
    if not template.types:
        yield Problem(template.name, 0, "types is missing, so it is never suggested for a case")


def _refused(template: Template, variants: Collection[Variant], platforms: Iterable[Platform]) -> Iterator[Problem]:
    for platform in platforms:
        for variant in variants:
            for name in _needed(template, variant, platform.forbidden):
                told = f"it cannot be used on {platform.title} because of {name}: {platform.forbidden[name]}"
                yield Problem(variant.where, 0, told)


def _needed(template: Template, variant: Variant, forbidden: Collection[str]) -> tuple[str, ...]:
    """What of the forbidden a text does not do without."""
    facts = {name: fact for name, fact in example_facts().items() if name not in forbidden}
    try:
        _example(template, variant, facts, set())
    except Missing as error:
        return tuple(name for name in error.names if name in forbidden)
    except HubError:
        return ()
    return ()


def _example(template: Template, variant: Variant, facts: Facts, without: Collection[str]) -> str:
    values = {name: value.example or "…" for name, value in template.values.items() if name not in without}
    return fill_in(variant.text, facts, values)
