"""Which policies bind which channels now, from when to when, what the seller changed of them, and what is broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from hub.core.policy import Policy
from hub.errors import ConfigurationError, NotFound
from hub.policies.book import BrokenPolicy, PolicyBook, house_file, load_book
from hub.policies.changes import Changed, changed
from hub.policies.choices import Choice, own_file
from hub.policies.doubts import doubts
from hub.policies.kept import kept_files
from hub.policies.reading import ReadPolicy
from hub.policies.tables import PolicyFile

if TYPE_CHECKING:
    from hub.app import Hub

_LONG_AGO = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a policy on the line of time; `until` is the day on which the next one begins."""

    policy: Policy
    since: date
    until: date | None
    is_now: bool
    is_to_come: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """A channel, the policies its cases can follow in the order in which they are tried, and what it chose."""

    channel: str
    adapter: str
    policies: tuple[Policy, ...]
    chosen: bool
    options: Mapping[str, str]


@dataclass
class InForce:
    """The policies of a hub on a day as a person asks for them; what is shown is what deadlines are computed by."""

    hub: Hub
    day: date

    @property
    def book(self) -> PolicyBook:
        """The book that every deadline follows."""
        return self.hub.book

    @property
    def whole(self) -> PolicyBook:
        """The book with the policies that no channel follows, too."""
        return self.hub.whole_book

    @cached_property
    def shipped(self) -> PolicyBook:
        """The policies as they are shipped, without the seller's own file."""
        files = [PolicyFile(file.where, file.text) for file in self.hub.plugins.policies]
        adapters, today = self.book.adapters, self.book.today
        return load_book(files, None, self.hub.surroundings, adapters, today, tests=False)

    @cached_property
    def own(self) -> PolicyFile | None:
        """The seller's own file as it lies on the disk now, if there is one."""
        return own_file(self.hub.settings.policies_file)

    def channels(self) -> list[Bound]:
        """Every channel with the policies that can bind its cases."""
        return [self._bound(channel, table.adapter) for channel, table in self.hub.settings.channels.items()]

    def _bound(self, channel: str, adapter: str) -> Bound:
        choice = self.book.choices.get(channel, Choice())
        policies = tuple(self.book.in_force(name, self.day) for name in self.book.binding(channel, self.day))
        options = {name: value for policy in policies for name, value in policy.settled(choice.options).items()}
        return Bound(channel, adapter, policies, bool(choice.policy), options)

    def every(self) -> tuple[Policy, ...]:
        """Every policy that is known here, in its version of the day: those that bind a channel first."""
        bound = (policy.id for channel in self.channels() for policy in channel.policies)
        ids = dict.fromkeys((*bound, *(policy.id for policy in self.whole.policies)))
        return tuple(self._book_of(name).in_force(name, self.day) for name in ids)

    def versions(self, name: str) -> list[Version]:
        """Every version of a policy from the oldest to the newest, with the days between which each is in force."""
        book = self._book_of(name)
        now, entries = book.in_force(name, self.day), [entry.policy for entry in book.versions(name)]
        ends = [*(later.effective_from for later in entries[1:]), None]
        return [
            Version(policy, policy.effective_from, until, policy is now, policy.effective_from > self.day)
            for policy, until in zip(entries, ends, strict=True)
        ]

    def entry(self, name: str, version: str = "") -> ReadPolicy:
        """One version of a policy with what it was read from; that of the day unless one is named."""
        book = self._book_of(name)
        wanted = book.named(name, version) if version else book.in_force(name, self.day)
        return next(entry for entry in book.versions(name) if entry.policy is wanted)

    def changes(self, entry: ReadPolicy) -> tuple[Changed, ...]:
        """What the seller's own file changes of a shipped version."""
        wanted = (entry.policy.id, entry.policy.version)
        bases = (one for one in self.shipped.entries if (one.policy.id, one.policy.version) == wanted)
        return next((changed(base.table, entry.table) for base in bases), ())

    def broken(self) -> tuple[BrokenPolicy, ...]:
        """The files of policies that cannot be read, each once."""
        return tuple(dict.fromkeys((*self.book.broken, *self.whole.broken)))

    def warnings(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What deserves a look: what is for the seller, and what is for the authors of shipped policies."""
        for_authors = self.notes_for_authors()
        everything = dict.fromkeys((*self.book.warnings, *self.whole.warnings))
        return (
            tuple(warning for warning in everything if warning not in for_authors),
            tuple(warning for warning in everything if warning in for_authors),
        )

    def notes_for_authors(self) -> frozenset[str]:
        """The warnings about how rules of shipped policies overlap that nobody here has changed.

        A doubt that a policy had before any source or calendar was old is one about its rules.
        """
        shipped = {house_file().where, *(policy.where for policy in self.hub.plugins.policies)}
        entries = [entry for entry in self.whole.entries if entry.where in shipped]
        about_rules = {f"{entry.where}: {doubt}" for entry in entries for doubt in doubts(entry.policy, _LONG_AGO)}
        return frozenset(about_rules.intersection(self.whole.warnings))

    def file_trouble(self) -> str:
        """Why the seller's file as it lies on the disk now cannot be used; empty where it can."""
        try:
            self.hub.book_with(self.own)
        except ConfigurationError as error:
            return str(error)
        return ""

    def is_outdated(self) -> bool:
        """Whether the seller's file, which can be used, would lead to other deadlines than those computed here."""
        fresh = replace(self.hub.book_with(self.own), today=self.book.today)
        return fresh.digest != self.book.digest

    def source(self, entry: ReadPolicy) -> PolicyFile:
        """The text that a version was read from; where the file is broken now, the text that is followed instead."""
        bad = {where for where, _ in self.broken()}
        kept = [file for file in kept_files(self.hub.settings.data_folder / "policies") if file.where in bad]
        shipped = (PolicyFile(file.where, file.text) for file in self.hub.plugins.policies)
        for file in (*kept, house_file(), *shipped, *filter(None, [self.own])):
            if entry.where == file.where or entry.where.startswith((f"{file.where}:", f"{file.where},")):
                return file
        raise NotFound(f"the text of the policy {entry.policy.id} does not lie here any more")

    def _book_of(self, name: str) -> PolicyBook:
        """The book that a policy is in: the one that is followed, else the whole one."""
        return self.book if any(policy.id == name for policy in self.book.policies) else self.whole
