"""All policies that are known here, and which of them each case follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from importlib.resources import files as resources
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from hub.core.conditions import Facts, Verdict, facts_of, verdict
from hub.core.model import Case
from hub.core.policy import Pin, Policy
from hub.errors import ConfigurationError, NotFound
from hub.policies.choices import HOUSE, Choice, OwnFile, OwnPolicies, own_file, twin_of
from hub.policies.digest import digest_of
from hub.policies.doubts import ends_soon
from hub.policies.reading import ReadPolicy, read_policy
from hub.policies.surroundings import Surroundings
from hub.policies.tables import PolicyFile, nearest, parsed, shown, without_tests


class BrokenPolicy(NamedTuple):
    """A policy file of a plugin that is of no use, and why."""

    where: str
    error: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The policy that a case follows, and what its options are set to."""

    policy: Policy
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """Every version of every policy, and how a channel comes to its own; `adapters` has each one's adapter.

    A version that begins after `today` binds no case yet.
    """

    entries: tuple[ReadPolicy, ...]
    adapters: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    broken: tuple[BrokenPolicy, ...] = ()
    today: date = date.max
    _by_id: Mapping[str, tuple[Policy, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Every case of every run asks: the versions of a policy are gathered once.
        ids = sorted({policy.id for policy in self.policies})
        gathered = {name: tuple(policy for policy in self.policies if policy.id == name) for name in ids}
        object.__setattr__(self, "_by_id", gathered)

    @property
    def policies(self) -> tuple[Policy, ...]:
        """All versions, by id and from the oldest to the newest."""
        return tuple(entry.policy for entry in self.entries)

    @property
    def digest(self) -> str:
        """Changes whenever a deadline of any case could."""
        versions = [(policy.id, policy.version, policy.adapters, policy.digest) for policy in self.policies]
        newest = [self._newest(name) for name in self._by_id]
        followed = [(policy.id, policy.version) for policy in newest if policy.pin is Pin.FOLLOW]
        parts = {"versions": versions, "followed": followed, "choices": self.choices, "adapters": self.adapters}
        return digest_of(parts)

    def chosen(self, case: Case) -> Chosen:
        """The policy of a case: the choice of its channel, else one of the platform that it is about, else the house's.

        What a mail tells of another platform's case is about that platform, whichever mailbox it came by.
        """
        choice = self.choices.get(case.channel, Choice())
        policy = self._bound(choice.policy or HOUSE, case)
        if not choice.policy:
            about = case.about.platform if case.about else ""
            adapters = filter(None, (about, self.adapters.get(case.channel)))
            policy = next(chain.from_iterable(self._of_adapter(adapter, case) for adapter in adapters), policy)
        return Chosen(policy, policy.settled(choice.options))

    def named(self, policy: str, version: str = "") -> Policy:
        """A policy by its id, in its newest version unless one is named."""
        versions = self._versions(policy)
        if not versions:
            raise NotFound(f"there is no policy {shown(policy)}; {nearest(policy, self._by_id)}")
        for known in reversed(versions):
            if version in {"", known.version}:
                return known
        there = [known.version for known in versions]
        raise NotFound(f"policy {policy} has no version {shown(version)}; {nearest(version, there)}")

    def versions(self, policy: str) -> tuple[ReadPolicy, ...]:
        """Every version of a policy, from the oldest to the newest; NotFound if there is none."""
        self.named(policy)
        return tuple(entry for entry in self.entries if entry.policy.id == policy)

    def in_force(self, policy: str, day: date) -> Policy:
        """The version by which cases that are opened on a day are judged."""
        self.named(policy)
        newest = self._newest(policy)
        return newest if newest.pin is Pin.FOLLOW else self._begun(policy, day)

    def binding(self, channel: str, day: date) -> tuple[str, ...]:
        """The ids of the policies that cases of a channel can follow by its choice or adapter, as they are tried."""
        choice, adapter = self.choices.get(channel, Choice()), self.adapters.get(channel, "")
        if choice.policy:
            return (choice.policy,)
        here = (self.in_force(name, day) for name in self._by_id)
        mine = [policy for policy in here if adapter in policy.adapters]
        narrow = [policy.id for policy in mine if policy.applies]
        always = [policy.id for policy in mine if not policy.applies]
        return (*narrow, *(always[:1] or (HOUSE,)))

    def _versions(self, policy: str) -> tuple[Policy, ...]:
        return self._by_id.get(policy, ())

    def _bound(self, policy: str, case: Case) -> Policy:
        """The version that binds a case; the newest one in force says how."""
        newest = self._newest(policy)
        if newest.pin is Pin.FOLLOW:
            return newest
        return self._begun(policy, case.opened_at.astimezone(UTC).date())

    def _newest(self, policy: str) -> Policy:
        return self._begun(policy, self.today)

    def _begun(self, policy: str, day: date) -> Policy:
        """The version in force on a day, the first one before there was any."""
        versions = self._versions(policy)
        return next((known for known in reversed(versions) if known.effective_from <= day), versions[0])

    def _of_adapter(self, adapter: str, case: Case) -> Iterator[Policy]:
        """The adapter's policies for a case: those that apply before those that always do."""
        named = [name for name, known in self._by_id.items() if any(adapter in policy.adapters for policy in known)]
        mine = [policy for policy in (self._bound(name, case) for name in named) if adapter in policy.adapters]
        narrow = [policy for policy in mine if policy.applies]
        facts = facts_of(case, {}) if narrow else {}
        yield from (policy for policy in narrow if _applies(policy, facts))
        yield from (policy for policy in mine if not policy.applies)


def load_book(
    files: Sequence[PolicyFile],
    own: Path | PolicyFile | None,
    surroundings: Surroundings,
    adapters: Mapping[str, str],
    today: date,
    *,
    tests: bool = True,
) -> PolicyBook:
    """The book of the plugins' files, the house policy and the seller's own file (or its text), which may be missing.

    Without `tests` those of the plugins' files are not read, which saves half the time. A plugin's file that is wrong
    is listed in `broken` and stops no other; a mistake of the seller's own is a ConfigurationError.
    """
    sources = (house_file(), *files)
    whole = sources if tests else tuple(without_tests(file) for file in sources)
    shipped, broken, lost = _read_shipped(whole, surroundings, today)
    found = OwnPolicies(tuple(shipped))
    file = own if isinstance(own, PolicyFile) else own_file(own)
    if file is not None:
        found = OwnFile(shipped, frozenset(lost), surroundings, today).read(file, adapters)
    entries = tuple(sorted(found.policies, key=_by_age))
    warnings = [*found.warnings, *(warning for entry in entries for warning in entry.warnings)]
    warnings += [*_rivals([entry.policy for entry in entries]), *_office_warnings(surroundings, today)]
    return PolicyBook(entries, dict(adapters), found.choices, tuple(warnings), tuple(broken), today)


def house_file() -> PolicyFile:
    """The house policy as casehub ships it."""
    return PolicyFile("office.toml", (resources("hub.policies") / "office.toml").read_text("utf-8"))


def _read_shipped(
    files: Iterable[PolicyFile], surroundings: Surroundings, today: date
) -> tuple[list[ReadPolicy], list[BrokenPolicy], list[str | None]]:
    """The policies of the files, the broken ones, and the ids of these (None where even that cannot be read)."""
    found: list[ReadPolicy] = []
    broken: list[BrokenPolicy] = []
    lost: list[str | None] = []
    for file in files:
        table: Mapping[str, object] = {}
        try:
            table = parsed(file)
            read = read_policy(table, file.where, surroundings, today)
            _refuse_twin(read, found)
        except ConfigurationError as error:
            broken.append(BrokenPolicy(file.where, str(error)))
            name = table.get("id")
            lost.append(name if isinstance(name, str) else None)
        else:
            found.append(read)
    return found, broken, lost


def _refuse_twin(read: ReadPolicy, found: Sequence[ReadPolicy]) -> None:
    if twin := twin_of(read, found):
        raise ConfigurationError(f"{read.where}: {twin}")


def _applies(policy: Policy, facts: Facts) -> bool:
    return verdict(policy.applies, facts, policy.rates) is Verdict.TRUE


def _by_age(entry: ReadPolicy) -> tuple[str, date]:
    return entry.policy.id, entry.policy.effective_from


def _rivals(policies: Sequence[Policy]) -> Iterator[str]:
    """Where an adapter has two policies for every case, of which only the first can ever be chosen."""
    for adapter in sorted({adapter for policy in policies for adapter in policy.adapters}):
        always = sorted({policy.id for policy in policies if adapter in policy.adapters and not policy.applies})
        if len(always) > 1:
            others = ", ".join(map(shown, always[1:]))
            yield (
                f"policy {shown(always[0])} is for every case of the adapter {adapter}, so that {others} is followed "
                "only where policies.toml chooses it for a channel"
            )


def _office_warnings(surroundings: Surroundings, today: date) -> Iterator[str]:
    if ends_soon(surroundings.office, today):
        until = surroundings.office.valid_to
        yield f"the [office] of hub.toml is known until {until} only: add the holidays after it to move known_until"
