"""A hub at work on some channels: the one place that knows how the outbox is called."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from hub import Adapter, Connection, Mail, MailReading, Reply, Tools
from hub.core.outbox import FINAL
from hub.core.ports import Store
from hub.http import api_door
from hub.http.wire import _trusted
from hub.runs.acknowledge import AcknowledgePorts, AcknowledgeResult, AcknowledgingChannel, acknowledge_new
from hub.runs.announcing import about_to_send
from hub.runs.channel import Source
from hub.runs.delivery import DeliveryPorts, DeliveryResult, deliver
from hub.runs.desk import Desk
from hub.runs.sync import ChannelResult, SyncPorts, sync
from hub.scaffold.acme.adapter import AcmeAdapter
from hub.store import open_store
from hub.store.budgets import SqliteLedger
from hub_bolcom.adapter import BolAdapter
from hub_email_imap.adapter import EmailAdapter
from hub_fyndiq_reclaimit.adapter import ReclaimitAdapter
from hub_rakuten.france.adapter import FranceAdapter
from hub_rakuten.ichiba.adapter import IchibaAdapter
from tests.fakes import MovableClock, a_day_later

ADAPTERS: Mapping[str, type[Adapter]] = {
    kind.key: kind for kind in (AcmeAdapter, BolAdapter, EmailAdapter, FranceAdapter, IchibaAdapter, ReclaimitAdapter)
}


def warm_up() -> None:
    """Load, once, what a run loads only when it needs it."""
    _trusted()
    for module in ("hub_email_imap.compose", "hub.smtp", "hub.http.client"):
        import_module(module)


def _nobody_reads(mail: Mail) -> MailReading | None:
    del mail
    return None


@dataclass(frozen=True, slots=True)
class Account:
    """A channel as hub.toml has it, its secrets looked up."""

    channel: str
    adapter: str
    settings: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Office:
    """A folder of data, a clock and some channels; can be sent to another process."""

    data: Path
    clock: MovableClock
    accounts: tuple[Account, ...]

    @contextmanager
    def open(self) -> Iterator[Hub]:
        """The hub, while the block lasts."""
        store, ledger = open_store(self.data, self.clock), SqliteLedger(self.data, self.clock)
        try:
            yield Hub(self, store, ledger)
        finally:
            ledger.close()
            store.close()

    def run(self, steps: tuple[str, ...]) -> list[str]:
        """Take these steps, each by its name: `deliver`, `sync`, `acknowledge`; what they did, in words."""
        with self.open() as hub:
            return [line for step in steps for result in getattr(hub, step)() for line in _told(result)]


class Hub:
    """What is done with the store of an office."""

    def __init__(self, office: Office, store: Store, ledger: SqliteLedger) -> None:
        self.office, self.store, self.clock, self._ledger = office, store, office.clock, ledger

    def deliver(self) -> list[DeliveryResult]:
        """One delivery of the outbox."""
        return deliver(self._sources(), DeliveryPorts(self.store, self.clock, a_day_later, jitter=lambda: 0.0))

    def sync(self) -> list[ChannelResult]:
        """One reading of every channel."""
        return sync(self._sources(), SyncPorts(self.store, self.clock, a_day_later))

    def acknowledge(self) -> list[AcknowledgeResult]:
        """Queue an acknowledgement in each new case."""
        channels = [
            AcknowledgingChannel(one.channel, "Butiken", ZoneInfo("Europe/Stockholm"), "sv")
            for one in self.office.accounts
        ]
        return acknowledge_new(AcknowledgePorts(self.store, self.clock, a_day_later), channels)

    def desk(self, key: str) -> Desk:
        """The desk of a person whose next reply gets this key."""
        return Desk(self.store, self.clock, a_day_later, lambda: key, "eva")

    def begin(self) -> None:
        """Let the time pass in which a person may still take a reply back."""
        self.clock.advance(timedelta(minutes=1))

    def replies(self) -> list[Reply]:
        """Every reply, whatever became of it."""
        return list(self.store.replies())

    def needs_nobody(self) -> bool:
        """Whether nothing is left for a run to do: each reply is settled, or a person is asked."""
        return all(is_settled(reply) for reply in self.replies())

    def _sources(self) -> list[Source]:
        return [
            Source(
                one.channel,
                partial(self._connect, one),
                adapter=one.adapter,
                tells=ADAPTERS[one.adapter].tells_when_it_sends,
            )
            for one in self.office.accounts
        ]

    def _connect(self, account: Account) -> Connection:
        adapter = ADAPTERS[account.adapter]()
        return adapter.open(adapter.Settings.model_validate(account.settings), self._tools(account.channel))

    def _tools(self, channel: str) -> Tools:
        tell = partial(about_to_send, self.store, channel)
        return Tools(
            channel=channel,
            clock=self.clock,
            log=structlog.get_logger(),
            keep=self.store.keep,
            content=self.store.content,
            sign=_signer(channel),
            open_api=api_door(self.clock, self._ledger, pause=self._pause, about_to_send=tell),
            about_to_send=tell,
            read_mail=_nobody_reads,
        )

    def _pause(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))


def _told(result: DeliveryResult | ChannelResult | AcknowledgeResult) -> Iterator[str]:
    """What a run says of a channel that other runs are to be compared with."""
    if isinstance(result, DeliveryResult):
        yield from (f"delivered {key}" for key in result.delivered)
        yield from [f"skipped {result.name}"] if result.skipped else []


def _signer(channel: str) -> Callable[[str], str]:
    return lambda text: hmac.new(channel.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_settled(reply: Reply) -> bool:
    """Whether nothing more happens to it."""
    return reply.state in FINAL or reply.needs_a_person
