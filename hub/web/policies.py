"""What the platforms promise: what is in force for which channel, each policy in full, and its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.responses import PlainTextResponse, Response

from hub.core.people import Permission
from hub.core.policy import Policy
from hub.in_force import Bound, InForce, Version
from hub.policies.changes import Changed
from hub.policies.holiday_sets import holiday_set, holiday_set_names
from hub.policies.places import mistakes
from hub.policies.versions import tzdata_version
from hub.web.policy_words import PolicyWords
from hub.web.routing import Room
from hub.web.site import Here

room = Room()


@dataclass(frozen=True, slots=True)
class Shown:
    """A policy as the page tells of it: its versions, where it was read, and what the seller changed of it."""

    policy: Policy
    where: str
    versions: list[Version]
    changes: tuple[Changed, ...]
    tests: int


@room.get("/policies", Permission.SEE)
def policies(here: Here) -> Response:
    """What is in force for each channel, what is broken, and what deserves a look."""
    force = in_force(here)
    channels = force.channels()
    for_seller, for_authors = force.warnings()
    trouble = force.file_trouble()
    return here.page(
        "policies.html",
        words=words_of(here),
        channels=[(channel, shown_of(force, channel)) for channel in channels],
        others=[_shown(force, policy.id) for policy in force.every() if not _binds(policy, channels)],
        broken=force.broken(),
        trouble=mistakes(trouble, force.own.text if force.own else "") if trouble else (),
        outdated=not trouble and force.is_outdated(),
        for_seller=for_seller,
        for_authors=for_authors,
        digest=force.book.digest,
        tzdata=tzdata_version(),
        sets=[holiday_set(name) for name in holiday_set_names()],
    )


@room.get("/policies/{name}", Permission.SEE)
def policy(here: Here) -> Response:
    """One policy in full, in the version of today or the one asked for."""
    force = in_force(here)
    shown = _shown(force, here.path["name"], here.query.get("version", ""))
    used = {clock.calendar_name: clock.calendar for rule in shown.policy.rules for clock in rule.clocks}
    return here.page("policies_one.html", words=words_of(here), one=shown, used=used, settings=_settings(force, shown))


@room.get("/policies/{name}/source", Permission.SEE)
def source(here: Here) -> Response:
    """The text that a policy was read from."""
    force = in_force(here)
    file = force.source(force.entry(here.path["name"], here.query.get("version", "")))
    return PlainTextResponse(file.text, headers={"Cache-Control": "no-store"})


def in_force(here: Here) -> InForce:
    """The policies on the day on which they are looked at."""
    return InForce(here.hub, here.now.date())


def words_of(here: Here) -> PolicyWords:
    """What writes policies in the language of the page."""
    return PolicyWords(here.words, here.formats)


def shown_of(force: InForce, channel: Bound) -> list[Shown]:
    """The policies of a channel as the page tells of them."""
    return [_shown(force, policy.id) for policy in channel.policies]


def _shown(force: InForce, name: str, version: str = "") -> Shown:
    entry = force.entry(name, version)
    tests = sum(
        len(one.vectors) for one in force.whole.entries if _key(one.policy) == _key(entry.policy)
    )  # those that are followed were read without their tests
    return Shown(entry.policy, entry.where, force.versions(name), force.changes(entry), tests)


def _key(policy: Policy) -> tuple[str, str]:
    return policy.id, policy.version


def _settings(force: InForce, shown: Shown) -> list[tuple[str, dict[str, str]]]:
    """What the options of a policy are set to in each channel that it can bind."""
    return [
        (channel.channel, {option.name: channel.options[option.name] for option in shown.policy.options})
        for channel in force.channels()
        if any(policy.id == shown.policy.id for policy in channel.policies)
    ]


def _binds(policy: Policy, channels: list[Bound]) -> bool:
    return any(policy.id == bound.id for channel in channels for bound in channel.policies)


def day_said(text: str) -> date | None:
    """The date that somebody wrote; None for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
