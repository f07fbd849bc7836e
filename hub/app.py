"""The composition root: settings, store, clock, plugins and policies, put together for one command."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel

from hub import log
from hub.adapter import Adapter, Connection, Tools
from hub.clock import present_clock
from hub.core.evaluation import evaluate
from hub.core.matching import MatchingRules
from hub.core.model import Case, epoch
from hub.core.policy import Policy
from hub.core.ports import Clock, Store
from hub.core.readings import Deadline, Evaluation, headline, noticed
from hub.core.worktime import Calendar
from hub.errors import ConfigurationError, HubError
from hub.front import folder_of
from hub.mail_readers import MailReaders
from hub.office import OfficeHours, surroundings
from hub.plugins import AdapterInfo, Plugins, disabled_by, load_plugins
from hub.policies.book import PolicyBook, load_book
from hub.policies.kept import with_last_good
from hub.policies.surroundings import Surroundings
from hub.policies.tables import PolicyFile
from hub.policies.versions import tzdata_version
from hub.reaching import require_may_mark_read
from hub.refreshing import refresh_evaluations
from hub.runs.announcing import about_to_send
from hub.secrets import signer, signing_key
from hub.settings import Office, Settings, adapter_settings, load_settings
from hub.store import open_store

if TYPE_CHECKING:
    from hub.http import Api, ApiClient
    from hub.store.budgets import SqliteLedger


@dataclass(frozen=True, slots=True)
class Channel:
    """One configured account on a platform, ready to be opened."""

    name: str
    adapter: Adapter
    adapter_settings: BaseModel
    silent_after: timedelta
    rules: MatchingRules
    enabled: bool = True
    acknowledges: bool = False
    language: str = ""
    marks_read: bool = False
    detects: bool = True

    def open(self, tools: Tools) -> Connection:
        """A connection to the platform, for one run."""
        return self.adapter.open(self.adapter_settings, tools)


@dataclass(frozen=True, slots=True)
class BrokenChannel:
    """A channel that cannot be used as it is set, and why."""

    name: str
    error: str


@dataclass
class Hub:
    """Everything a command works with; a context manager that closes the store."""

    settings: Settings
    store: Store
    clock: Clock
    plugins: Plugins
    surroundings: Surroundings
    book: PolicyBook
    refreshed: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def office(self) -> Calendar:
        """When somebody is there to answer."""
        return self.surroundings.office

    def evaluate(self, case: Case) -> Evaluation:
        """What the clocks of a case show under its policy."""
        return self.evaluate_at(case, self.clock.now())

    def evaluate_at(self, case: Case, now: datetime) -> Evaluation:
        """What they showed, or will show, at another instant, by what is known today."""
        chosen = self.book.chosen(case)
        return evaluate(case, chosen.policy, chosen.options, now, self.office)

    def evaluation_of(self, case: Case) -> Evaluation:
        """The same for keeping: a case with a step that is due already wakes at once, so that somebody looks at it."""
        return noticed(self.evaluate(case), epoch(self.clock.now()))

    def deadline_of(self, case: Case) -> Deadline | None:
        """What a list shows of a case; None when nothing is owed."""
        return headline(self.evaluate(case))

    def policy_of(self, channel: str) -> Policy:
        """The policy that a new case of a channel follows, as far as its channel alone tells."""
        now = self.clock.now()
        return self.book.chosen(Case("", channel, "", now, now)).policy

    def book_with(self, own: Path | PolicyFile | None) -> PolicyBook:
        """The book as it would be with another file in the place of policies.toml, once all its versions have begun."""
        book = _book(self.settings, self.plugins, self.surroundings, own, self.clock)
        return replace(book, today=date.max)

    @cached_property
    def whole_book(self) -> PolicyBook:
        """The book with the policies that no channel follows, and with the tests that stand in all of them."""
        own = self.settings.policies_file
        return _book(self.settings, self.plugins, self.surroundings, own, self.clock, whole=True)

    def channels(self) -> list[Channel]:
        """The channels that are set rightly, also those that are not enabled, in the order of the file."""
        return [channel for channel in self._configured if isinstance(channel, Channel)]

    def broken_channels(self) -> list[BrokenChannel]:
        """The enabled channels that cannot be used as they are set."""
        return [channel for channel in self._configured if isinstance(channel, BrokenChannel)]

    def tools(self, channel: str) -> Tools:
        """What a connection of this channel is lent."""
        return Tools(
            channel=channel,
            clock=self.clock,
            log=log.logger(channel=channel),
            keep=self.store.keep,
            content=self.store.content,
            sign=partial(self._sign, channel),
            read_mail=self._mail_readers,
            open_api=partial(self._open_api, channel),
            about_to_send=partial(about_to_send, self.store, channel),
            folder=partial(folder_of, self.settings.data_folder, channel),
        )

    @cached_property
    def origin(self) -> str:
        """What the evaluations made here stem from: the policies and the rules of time zones."""
        return f"{self.book.digest}:tzdata-{tzdata_version()}"

    def close(self) -> None:
        """Let go of the database, once it is said whose evaluations may lie in it.

        Somebody may have changed the policies while this command ran on the old ones: what it wrote is then stale, and
        the next command computes anew.
        """
        if "ledger" in vars(self):
            self.ledger.close()
        with suppress(HubError):
            if self.refreshed and self.store.fact("policies") != self.origin:
                with self.store.writing() as writer:
                    writer.set_fact("policies", self.origin)
        self.store.close()

    @cached_property
    def _mail_readers(self) -> MailReaders:
        return MailReaders(self.plugins.mail_readers, log.logger())

    def _open_api(self, channel: str, api: Api) -> ApiClient:
        from hub.http import api_door  # noqa: PLC0415  a hub of mailboxes does without

        return api_door(self.clock, self.ledger, about_to_send=partial(about_to_send, self.store, channel))(api)

    @cached_property
    def ledger(self) -> SqliteLedger:
        """Where the requests of all processes of this hub are counted."""
        from hub.store.budgets import SqliteLedger  # noqa: PLC0415  the same

        return SqliteLedger(self.settings.data_folder, self.clock)

    def _sign(self, channel: str, text: str) -> str:
        # The key is made when something is first signed: a check, say, leaves no trace.
        return signer(self.signing_key, channel)(text)

    @cached_property
    def _configured(self) -> Sequence[Channel | BrokenChannel]:
        found = [_configure(name, self.settings, self.plugins) for name in self.settings.channels]
        return [self._permitted(channel) for channel in found if channel is not None]

    def _permitted(self, channel: Channel | BrokenChannel) -> Channel | BrokenChannel:
        """The channel, unless it is set to do what its platform forbids."""
        if not isinstance(channel, Channel):
            return channel
        try:
            if channel.marks_read:
                require_may_mark_read(channel.name, channel.adapter)
            if channel.acknowledges:
                from hub.runs.acknowledge import require_may_acknowledge  # noqa: PLC0415  most channels do not

                require_may_acknowledge(channel.name, channel.adapter, self.policy_of(channel.name))
        except ConfigurationError as error:
            return BrokenChannel(channel.name, f"{self.settings.file}: {error}")
        return channel

    @cached_property
    def signing_key(self) -> bytes:
        """The hub's own key, made when something is first signed."""
        return signing_key(self.settings.data_folder)


def open_hub(config: Path | None = None, clock: Clock | None = None, refresh: bool = True) -> Hub:
    """Read the settings, load the plugins, open the store, and bring the deadlines up to the policies.

    Only what mends a damaged store does without the refreshing.
    """
    settings = load_settings(config)
    around = surroundings(office_hours(settings.office))
    plugins = load_plugins(disabled_by(settings.plugins.disabled, os.environ))
    clock = clock or present_clock()
    book = _book(settings, plugins, around, settings.policies_file, clock)
    hub = Hub(settings, open_store(settings.data_folder, clock), clock, plugins, around, book)
    try:
        if refresh:
            refresh_evaluations(hub.store, hub.evaluation_of, hub.origin)
            hub.refreshed = True
    except BaseException:
        hub.close()
        raise
    return hub


def _book(
    settings: Settings,
    plugins: Plugins,
    around: Surroundings,
    own: Path | PolicyFile | None,
    clock: Clock,
    whole: bool = False,
) -> PolicyBook:
    """The book of these settings; unless it shall be the whole one, without what decides nothing here."""
    adapters = {name: table.adapter for name, table in settings.channels.items()}
    # A policy that no channel follows by its adapter counts only where the seller's own file may name it, or where a
    # mail may turn out to be about its platform.
    every = whole or own is not None
    recognised = {reader.plugin for reader in plugins.mail_readers}
    files = [
        PolicyFile(policy.where, policy.text)
        for policy in plugins.policies
        if every or policy.plugin in recognised or any(adapter in policy.text for adapter in adapters.values())
    ]

    def load(read: Sequence[PolicyFile]) -> PolicyBook:
        return load_book(read, own, around, adapters, clock.now().date(), tests=whole)

    broken = {plugin.name for plugin in plugins.broken}
    return load(files) if whole else with_last_good(files, load, settings.data_folder / "policies", broken)


def office_hours(office: Office) -> OfficeHours:
    """The office as the calendar wants it."""
    return OfficeHours(
        timezone=office.timezone,
        known_from=office.known_from,
        known_until=office.known_until,
        hours={day: intervals for day, intervals in office.hours if intervals},
        holidays=office.holidays,
        special=office.special,
        answer_within=office.answer_within,
    )


def _configure(name: str, settings: Settings, plugins: Plugins) -> Channel | BrokenChannel | None:
    """The channel, or why it cannot be used; None for a broken one that is switched off anyway."""
    table = settings.channels[name]
    try:
        info = _adapter_of(name, settings, plugins)
        own = adapter_settings(info, name, settings)
        adapter = info.create()
    except HubError as error:
        return BrokenChannel(name, str(error)) if table.enabled else None
    rules = MatchingRules(timedelta(days=table.new_case_after_days), timedelta(days=table.new_subject_after_days))
    return Channel(
        name,
        adapter,
        own,
        table.silent_after or settings.run.silent_after,
        rules,
        table.enabled,
        table.acknowledge,
        table.acknowledge_language,
        table.mark_read,
        table.detect_missing,
    )


def _adapter_of(name: str, settings: Settings, plugins: Plugins) -> AdapterInfo:
    try:
        return plugins.adapter(settings.channels[name].adapter)
    except ConfigurationError as error:
        raise ConfigurationError(f"{settings.file}: channels.{name}.adapter: {error}") from error
