"""The composition root: settings, store, clock, plugins and promise, put together for one command."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import BaseModel

from hub import log
from hub.adapter import Adapter, Connection, Tools
from hub.core.matching import MatchingRules
from hub.core.model import Case
from hub.core.policy import Deadline, Promise, deadline
from hub.core.ports import CaseFilter, Clock, DeadlineOf, Store
from hub.errors import ConfigurationError, HubError
from hub.office import OfficeHours
from hub.office import promise as promise_of
from hub.plugins import AdapterInfo, Plugins, disabled_by, load_plugins
from hub.secrets import signer, signing_key
from hub.settings import Office, Settings, adapter_settings, load_settings
from hub.store import open_store


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Channel:
    """One configured account on a platform, ready to be opened."""

    name: str
    adapter: Adapter
    adapter_settings: BaseModel
    silent_after: timedelta
    rules: MatchingRules
    enabled: bool = True

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
    promise: Promise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def deadline_of(self, case: Case) -> Deadline | None:
        """The deadline of a case under the office's promise; None when nobody waits for an answer."""
        return deadline(case, self.promise)

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
        )

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()

    def _sign(self, channel: str, text: str) -> str:
        # The key is made when something is first signed: a check, say, leaves no trace.
        return signer(self._key, channel)(text)

    @cached_property
    def _configured(self) -> Sequence[Channel | BrokenChannel]:
        found = [_configure(name, self.settings, self.plugins) for name in self.settings.channels]
        return [channel for channel in found if channel is not None]

    @cached_property
    def _key(self) -> bytes:
        return signing_key(self.settings.data_folder)


def open_hub(config: Path | None = None, clock: Clock | None = None, refresh: bool = True) -> Hub:
    """Read the settings, load the plugins, open the store, and bring the deadlines up to the promise.

    Only what mends a damaged store does without the refreshing.
    """
    settings = load_settings(config)
    promise = promise_of(office_hours(settings.office))
    plugins = load_plugins(disabled_by(settings.plugins.disabled, os.environ))
    clock = clock or SystemClock()
    hub = Hub(settings, open_store(settings.data_folder, clock), clock, plugins, promise)
    try:
        if refresh:
            refresh_deadlines(hub.store, hub.deadline_of, promise.digest)
    except BaseException:
        hub.close()
        raise
    return hub


def refresh_deadlines(store: Store, deadline_of: DeadlineOf, digest: str) -> int:
    """Compute all open cases' deadlines anew, in one transaction, if they stem from another promise; how many."""
    if store.fact("promise") == digest:
        return 0
    with store.writing() as writer:
        numbers = [case.number for case in store.cases(CaseFilter())]
        for number in numbers:
            writer.set_deadline(number, deadline_of(writer.case(number)))
        writer.set_fact("promise", digest)
    return len(numbers)


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
    return Channel(name, adapter, own, table.silent_after or settings.run.silent_after, rules, table.enabled)


def _adapter_of(name: str, settings: Settings, plugins: Plugins) -> AdapterInfo:
    try:
        return plugins.adapter(settings.channels[name].adapter)
    except ConfigurationError as error:
        raise ConfigurationError(f"{settings.file}: channels.{name}.adapter: {error}") from error
