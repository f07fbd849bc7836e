"""A store with cases, endpoints on loopback, and rounds of telling them, by a clock that a test moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook

from hub.core.events import Event, Happening, MessageArrived, Opened
from hub.core.merge import Change
from hub.core.model import Author, Direction, Message
from hub.core.replay import apply, replay
from hub.core.standard_webhooks import as_secret
from hub.core.webhooks import Delivery, Endpoint, Standing
from hub.http import TellingDoor
from hub.runs.webhooks import EndpointResult, WebhookPorts, tell_programs
from hub.secrets import webhook_key
from hub.store import open_store
from hub.store.sqlite import SqliteStore
from tests.fakes import MovableClock, a_day_later
from tests.receiver import Got, Receiver

KEY = b"k" * 32


@dataclass
class World:
    """What one test of webhooks plays in."""

    folder: Path
    clock: MovableClock = field(default_factory=MovableClock)
    timeout: float = 5.0

    def __post_init__(self) -> None:
        self.store: SqliteStore = open_store(self.folder, self.clock)

    def endpoint(self, receiver: Receiver, name: str = "ep_1", **more: Any) -> Endpoint:
        """An endpoint that is told from now on."""
        made = replace(Endpoint(name, receiver.url, self.clock.now()), **more)
        self.store.webhooks.add(made)
        return made

    def opens(self, count: int = 1, channel: str = "support") -> list[str]:
        """So many customers ask; each case has two events."""
        numbers = []
        for _ in range(count):
            with self.store.writing() as writer:
                number = writer.next_number()
                now = self.clock.now()
                message = Message(f"m-{number}", Author.CUSTOMER, Direction.INBOUND, now, text="Var är paketet?")
                whats = (Opened(number, channel, f"E-{number}"), MessageArrived(message))
                events = tuple(Event(what, now, now) for what in whats)
                case = replay(events)
                writer.save(Change(case, events, is_new=True), a_day_later(case))
            numbers.append(number)
        return numbers

    def learns(self, number: str, what: Happening) -> None:
        """Something more happens to a case."""
        now = self.clock.now()
        with self.store.writing() as writer:
            event = Event(what, now, now)
            case = apply(writer.case(number), event)
            writer.save(Change(case, (event,)), a_day_later(case))

    def ports(self, **more: Any) -> WebhookPorts:
        """What a round needs."""
        usual: dict[str, Any] = {
            "store": self.store,
            "clock": self.clock,
            "open_door": lambda: TellingDoor(self.clock, allow_private=True, timeout=self.timeout),
            "key_of": lambda name, generation: webhook_key(KEY, name, generation),
            "jitter": lambda: 0.5,
        }
        return WebhookPorts(**(usual | more))

    def round(self, **more: Any) -> list[EndpointResult]:
        """One round."""
        return tell_programs(self.ports(**more))

    def rounds_for(self, days: float, every: timedelta = timedelta(minutes=30)) -> None:
        """Rounds, until so many days are over."""
        until = self.clock.now() + timedelta(days=days)
        while self.clock.now() < until:
            self.round()
            self.clock.advance(every)

    def standing(self, name: str = "ep_1") -> Standing:
        """The endpoint as it stands."""
        return self.store.webhooks.standing(name)

    def deliveries(self, name: str = "ep_1") -> list[Delivery]:
        """Its messages, oldest first."""
        return [*reversed(self.store.webhooks.deliveries(name, limit=-1))]

    def states(self, name: str = "ep_1") -> list[str]:
        """The states of its messages, oldest first."""
        return [delivery.state.value for delivery in self.deliveries(name)]


def ids(receiver: Receiver) -> list[str]:
    """The ids of the events that arrived."""
    return [got.headers["webhook-id"] for got in receiver.got]


def is_signed(got: Got, name: str = "ep_1", generation: int = 1) -> bool:
    """Whether a receiver's library takes the signature; how old it is is not asked, for the clock is pretended."""
    webhook = Webhook(as_secret(webhook_key(KEY, name, generation)))
    webhook._Webhook__verify_timestamp = _instant  # type: ignore[attr-defined]
    try:
        webhook.verify(got.body.decode(), got.headers)
    except Exception:  # noqa: BLE001  the library has one error for each way to be wrong
        return False
    return True


def _instant(stamp: str) -> datetime:
    return datetime.fromtimestamp(float(stamp), UTC)


@contextmanager
def receivers(count: int) -> Iterator[list[Receiver]]:
    """So many programs that are told."""
    found = [Receiver() for _ in range(count)]
    for one in found:
        one.__enter__()
    try:
        yield found
    finally:
        for one in found:
            one.__exit__(None, None, None)
