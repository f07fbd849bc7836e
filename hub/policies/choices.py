"""The seller's own policies.toml: which policy a channel follows, what is changed of shipped ones, and new ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hub.errors import ConfigurationError
from hub.policies.reading import SCHEMA, ReadPolicy, read_table, schema_fits
from hub.policies.surroundings import Surroundings
from hub.policies.tables import PolicyFile, Problems, Table, nearest, parsed, shown

HOUSE = "office"
"""The id of the policy that every case follows for which there is no other."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the seller set for a channel: a policy (none: by the channel's adapter), and options."""

    policy: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnPolicies:
    """All the versions there are once the seller's changes and own policies are in, and the choices of channels."""

    policies: tuple[ReadPolicy, ...]
    choices: Mapping[str, Choice] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class OwnFile:
    """The seller's policies.toml over the shipped policies; `broken` has the ids of shipped ones that are of no use.

    Such a policy is missed with a warning: a plugin's mistake stops nobody. `None` among them is one without an id.
    """

    def __init__(
        self, shipped: Sequence[ReadPolicy], broken: frozenset[str | None], surroundings: Surroundings, today: date
    ) -> None:
        self._shipped = shipped
        self._broken = broken
        self._surroundings = surroundings
        self._today = today
        self._warnings: list[str] = []

    def read(self, file: PolicyFile, adapters: Mapping[str, str]) -> OwnPolicies:
        """The policies and choices; one ConfigurationError tells all that is wrong with the file."""
        problems = Problems(file.where)
        root = Table(parsed(file), "", problems)
        found = self._read(root, adapters) if schema_fits(root) else OwnPolicies(())
        problems.raise_any()
        return found

    def _read(self, root: Table, adapters: Mapping[str, str]) -> OwnPolicies:
        changed = self._changed(root)
        own = tuple(self._own(root))
        everything = (*(changed.get(_key(read), read) for read in self._shipped), *own)
        _refuse_twins(root, everything)
        choices = dict(self._choices(root, everything, adapters))
        self._warnings += _unknown_channels((*changed.values(), *own), adapters)
        root.finish()
        return OwnPolicies(everything, choices, tuple(self._warnings))

    def _changed(self, root: Table) -> Mapping[tuple[str, str], ReadPolicy]:
        """The shipped versions that are overridden."""
        from hub.policies.overrides import overridden, read_override  # noqa: PLC0415  most sellers have no such file

        found = {}
        for name, table in root.named_tables("override"):
            versions = [read for read in self._shipped if read.policy.id == name]
            if not versions:
                self._miss(table, name, "override it", {read.policy.id for read in self._shipped})
                continue
            before = len(root.problems)
            override = read_override(table, [read.table for read in versions])
            for read in versions if len(root.problems) == before else ():
                where = f"{read.where}, overridden in {root.problems.where}"
                changed = Table(overridden(read.table, override, root.problems.where), table.path, root.problems)
                found[_key(read)] = read_table(changed, where, self._surroundings, self._today)
                if len(root.problems) > before:
                    break  # another version would say the same again
        return found

    def _own(self, root: Table) -> Iterator[ReadPolicy]:
        for table in root.tables("policy", "id"):
            # The file has told for which casehub it is written.
            whole = Table({"schema": SCHEMA, **table.values}, table.path, root.problems)
            yield read_table(whole, f"{root.problems.where}: {table.path}", self._surroundings, self._today)

    def _choices(
        self, root: Table, everything: Sequence[ReadPolicy], adapters: Mapping[str, str]
    ) -> Iterator[tuple[str, Choice]]:
        for channel, table in root.named_tables("channels"):
            if channel not in adapters:
                table.problems.add(table.path, f"there is no such channel in hub.toml; {nearest(channel, adapters)}")
            named = table.text("policy", "")
            ids = {read.policy.id for read in everything}
            missed = bool(named) and named not in ids
            if missed:
                self._miss(table, named, "follow it", ids, "policy")
            offered = _candidates(everything, named, adapters.get(channel, ""))
            options = {} if missed and "options" in table else self._options(table, offered)
            yield channel, Choice("" if missed else named, options)
            table.finish()

    def _options(self, channel: Table, offered: Sequence[ReadPolicy]) -> Mapping[str, str]:
        from hub.policies.vector_tables import read_options  # noqa: PLC0415  the same

        options = channel.table("options")
        if options is None:
            return {}
        if not self._broken:
            return read_options(options, *(read.policy for read in offered))
        # They may be those of a policy that cannot be read.
        unsure = Problems(channel.problems.where)
        chosen = read_options(Table(options.values, options.path, unsure), *(read.policy for read in offered))
        self._warnings += unsure.lines
        return {} if len(unsure) else chosen

    def _miss(self, table: Table, name: str, wish: str, known: set[str], key: str = "") -> None:
        """Say that there is no such policy; only a warning where a broken file may be to blame."""
        if name in self._broken or None in self._broken:
            self._warnings.append(
                f"{table.problems.where}: {table.path}: policy {shown(name)} cannot be read, so nothing can {wish}"
            )
        else:
            path = table.at(key) if key else table.path
            table.problems.add(path, f"there is no policy {shown(name)}; {nearest(name, known)}")


def own_file(path: Path | None) -> PolicyFile | None:
    """The seller's file, if there is one."""
    if path is None or not path.exists():
        return None
    try:
        return PolicyFile(path.name, path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{path} is not text: byte {error.start + 1} is not UTF-8; save it as UTF-8"
        ) from error


def twin_of(read: ReadPolicy, others: Sequence[ReadPolicy]) -> str:
    """Why a version cannot stand beside others; an empty text if it can."""
    policy = read.policy
    for other in (other for other in others if other.policy.id == policy.id):
        if policy.id == HOUSE:
            return f"the id {shown(HOUSE)} is that of casehub's own house policy"
        if other.policy.version == policy.version:
            there = f"policy {shown(policy.id)} {policy.version} is there already, from {other.where}"
            return f"{there}; give this one another id or version"
        if other.policy.effective_from == policy.effective_from:
            both = f"versions {other.policy.version} and {policy.version} of policy {shown(policy.id)}"
            return f"{both} both have effective_from {policy.effective_from}; one of them must come later"
    return ""


def _refuse_twins(root: Table, everything: Sequence[ReadPolicy]) -> None:
    for place, read in enumerate(everything):
        if read.policy.id and (twin := twin_of(read, everything[:place])):
            root.wrong("policy", twin)


def _unknown_channels(reads: Iterable[ReadPolicy], adapters: Mapping[str, str]) -> Iterator[str]:
    """Where a rule asks for a channel that is not set up, and so for no case."""
    for read in reads:
        for rule in read.policy.rules:
            asked = {value for condition in rule.when if condition.field == "channel" for value in condition.values}
            for channel in sorted(str(value) for value in asked - adapters.keys()):
                yield f"{read.where}: rule {shown(rule.id)}: no channel of hub.toml is called {shown(channel)}"


def _candidates(everything: Sequence[ReadPolicy], named: str, adapter: str) -> list[ReadPolicy]:
    """The versions that a channel can come to follow."""
    if named:
        return [read for read in everything if read.policy.id == named]
    return [read for read in everything if adapter in read.policy.adapters]


def _key(read: ReadPolicy) -> tuple[str, str]:
    return read.policy.id, read.policy.version
