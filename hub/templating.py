"""Writing to a customer from a template: which one, in which language, and with what filled in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hub.adapter import Capability
from hub.core.instants import epoch, from_epoch
from hub.core.outbox import Reply
from hub.core.targets import TargetError, reach
from hub.core.worktime import CalendarError
from hub.errors import HubError, NotFound, Refused
from hub.reaching import adapter_of, reach_of
from hub.templates.facts import Source, customer_of, facts_of, guessed_language
from hub.templates.filling import UNSALUTED, Missing, Unfillable, fill_in
from hub.templates.languages import Chosen, choose, primary
from hub.templates.library import Library, load_library, starter_set
from hub.templates.lint import Platform
from hub.templates.model import Stage, Template, Variant
from hub.templates.parsing import parse
from hub.templates.placeholders import Facts
from hub.templates.reading import read_template
from hub.templates.values import Wording, given_facts, how_to_give, values_for

if TYPE_CHECKING:
    from datetime import datetime

    from hub.adapter import Adapter
    from hub.app import Hub
    from hub.core.model import Case

_UNDERWAY_NOT_YET = ("", "PRE_ANNOUNCED")


@dataclass(frozen=True, slots=True)
class Rendering:
    """A text for a customer, in which language and why, of which template, and what was filled in."""

    text: str
    language: str
    why: str
    template: str
    filled: Mapping[str, str] = field(default_factory=dict)


def library_of(hub: Hub) -> Library:
    """The starter set and the seller's own templates."""
    return load_library(hub.settings.templates_folder)


def render(
    hub: Hub,
    case: Case,
    name: str,
    *,
    language: str = "",
    values: Mapping[str, str] | None = None,
    greet: bool = True,
    who: str = "",
) -> Rendering:
    """The text of a template for a case; Refused names what is not known, and how to give it.

    Without `language` it is the customer's. `greet=False` leaves out salutation and closing, for where the platform
    writes its own: see `writes_greeting`.
    """
    template, given = library_of(hub).named(name), values or {}
    _require_usable(template)
    chosen = _language(hub, case, template, language)
    variant = template.variants[chosen.language]
    if variant.problems:
        raise Refused(f"The template {name} cannot be used: {_listed(variant.problems)}.")
    source = source_of(hub, case, who)
    facts = given_facts(facts_of(source, chosen.language), given)
    forbidden = forbidden_for(hub, case)
    for placeholder in given:
        if placeholder in forbidden:
            raise Refused(f"{placeholder} cannot be used here: {forbidden[placeholder]}.")
    allowed = {known: fact for known, fact in facts.items() if known not in forbidden}
    wording = Wording(chosen.language, source.zone, source.now.astimezone(source.zone).date())
    worded = values_for(template, given, allowed, wording)
    without = frozenset[str]() if greet else UNSALUTED
    try:
        text = fill_in(variant.text, allowed, worded, without)
    except Missing as error:
        raise Refused(_what_is_missing(template, variant, error, forbidden)) from error
    except Unfillable as error:
        raise Refused(f"The template {name} cannot be used for {case.number}: {error}.") from error
    return Rendering(
        text, chosen.language, chosen.why, name, _filled(template, variant, {**allowed, **worded}, without)
    )


def suggested(hub: Hub, case: Case) -> tuple[str, ...]:
    """The names of the templates that fit a case by its type and by how far its order has come."""
    return tuple(template.name for template in library_of(hub).fitting(case.type, stage_of(case)))


def refusal_of(hub: Hub, case: Case, text: str) -> str:
    """Why the case's platform would refuse a text, or nothing; only asked where a program can send it."""
    way = reach_of(hub, case)
    if not way.can(Capability.REPLY, case):
        return ""
    seen = case.last_inbound.ref if case.last_inbound else ""
    try:
        way.require_acceptable(Reply("", case.number, case.channel, text, hub.clock.now(), after=seen), case)
    except HubError as error:
        return str(error)
    return ""


def stage_of(case: Case) -> Stage | None:
    """How far the case's order has come, by what its platform tells of its parcels; None where no order is known.

    Platforms have words of their own; whatever tells of no arrival counts as underway. It only sorts suggestions.
    """
    if case.order is None:
        return None
    states = [parcel.state.upper() for parcel in case.order.shipments]
    if all(state in _UNDERWAY_NOT_YET for state in states):
        return Stage.CONFIRMED
    there = all(state.startswith(("DELIVERED", "PICKED_UP")) for state in states)
    return Stage.DELIVERED if there else Stage.DISPATCHED


def writes_greeting(hub: Hub, case: Case) -> bool:
    """Whether a reply to this case is written on a page of its platform, which adds salutation and closing itself."""
    if reach_of(hub, case).can(Capability.REPLY, case):
        return False
    return any(adapter.writes_greeting for adapter in _platforms(hub, case))


def forbidden_for(hub: Hub, case: Case) -> dict[str, str]:
    """The placeholders that may not be used for a case, each with its platform's reason."""
    return {
        placeholder: f"{adapter.title}: {reason}"
        for adapter in _platforms(hub, case)
        for placeholder, reason in adapter.forbidden_placeholders.items()
    }


def source_of(hub: Hub, case: Case, who: str = "") -> Source:
    """What is known of a case and around it."""
    deadline, now = hub.deadline_of(case), hub.clock.now()
    due = deadline.due if deadline is not None else None
    zone = ZoneInfo(hub.settings.office.timezone)
    return Source(case, now, zone, due, _promise(hub, now), _shop(hub, case.channel), who)


def _require_usable(template: Template) -> None:
    if template.problems:
        raise Refused(f"The template {template.name} cannot be used: {_listed(template.problems)}.")


def _listed(problems: tuple[object, ...]) -> str:
    return "; ".join(str(problem).rstrip(".") for problem in problems)


def _language(hub: Hub, case: Case, template: Template, wanted: str) -> Chosen:
    there = template.variants
    if wanted:
        if primary(wanted) not in there:
            raise Refused(f"The template {template.name} has no text in {wanted!r}; there is {', '.join(there)}.")
        return Chosen(primary(wanted), "as you asked")
    table = hub.settings.channels.get(case.channel)
    told = customer_of(case).language
    chosen = choose(there, told, "" if told else guessed_language(case), table.languages if table else ("en",))
    if chosen is None:
        raise Refused(f"The template {template.name} has no text; `casehub template lint` tells more.")
    return chosen


def _what_is_missing(template: Template, variant: Variant, error: Missing, forbidden: Mapping[str, str]) -> str:
    """Everything that the text lacks, and how to give it, or why it cannot be."""
    said = [
        f"{name} cannot be used here: {forbidden[name]}" if name in forbidden else how_to_give(template, name)
        for name in error.names
    ]
    return f"The template {template.name} ({variant.language}) lacks {'; '.join(said)}."


def _filled(template: Template, variant: Variant, known: Facts, without: Collection[str]) -> dict[str, str]:
    """What the text uses and is known, as a person looks through it; of a list, how many things are in it."""
    parsed = parse(variant.text, template.values)
    shown = {name for part, names in parsed.used_in.items() if part not in without for name in names}
    used = [name for name in parsed.uses if name in shown]
    return {
        name: fact if isinstance(fact, str) else f"{len(fact)} in the list"
        for name in used
        if (fact := known.get(name)) is not None
    }


def _platforms(hub: Hub, case: Case) -> list[type[Adapter]]:
    """The adapter of the case's channel, and that of the platform it is about."""
    keys = [info.adapter for info in [adapter_of(hub, case.channel)] if info is not None]
    about = hub.plugins.adapters.get(case.about.platform) if case.about else None
    return [*keys, *([about.adapter] if about is not None and about.adapter not in keys else [])]


def _shop(hub: Hub, channel: str) -> str:
    """The name a channel writes under, as far as it is set rightly."""
    found = next((known for known in hub.channels() if known.name == channel), None)
    return found.adapter.speaks_as(found.adapter_settings).name if found else ""


def _promise(hub: Hub, now: datetime) -> datetime | None:
    """By when the office answers what is asked now; None beyond the dates for which its hours are known."""
    try:
        return from_epoch(reach(epoch(now), hub.surroundings.answer_within, hub.office)[-1].end)
    except (TargetError, CalendarError):
        return None


def platforms(hub: Hub) -> list[Platform]:
    """Every platform that casehub knows here, with what may not be filled in there."""
    adapters = [info.adapter for _, info in sorted(hub.plugins.adapters.items())]
    return [Platform(adapter.title, adapter.forbidden_placeholders) for adapter in adapters]


def languages_wanted(hub: Hub) -> tuple[str, ...]:
    """The languages in which the channels answer where the customer's is not known."""
    tables = hub.settings.channels.values()
    return tuple(dict.fromkeys(language for table in tables if table.enabled for language in table.languages))


def template_at(folder: Path) -> Template:
    """The template in a folder, over that of the starter set with its name."""
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}; a template is a folder with a template.toml and its texts.")
    return read_template(folder, str(folder), own=True, beneath=starter_set().get(folder.name))
