"""The store as webhooks see it, as a protocol whose docstrings are its contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from hub.core.escalation import Step
from hub.core.webhook_events import Happened
from hub.core.webhooks import Delivery, DeliveryState, Endpoint, Standing


class WebhookStore(Protocol):
    """Endpoints and the messages on their way; each call is one transaction, and any thread may make it."""

    def add(self, endpoint: Endpoint) -> None:
        """Keep a new endpoint, which is told of what happens from now on."""
        ...

    def change(self, endpoint: Endpoint) -> None:
        """Replace what is set of an endpoint; NotFound if there is none with its id."""
        ...

    def switch(self, name: str, off: str, now: datetime) -> None:
        """Switch an endpoint off, for this reason, or (empty) on again: its failures are forgotten, and what waits is
        sent from the first try on.
        """
        ...

    def remove(self, name: str) -> None:
        """Forget an endpoint and its messages; NotFound if there is none."""
        ...

    def standings(self) -> Sequence[Standing]:
        """Every endpoint as it stands, oldest first."""
        ...

    def standing(self, name: str) -> Standing:
        """One endpoint; NotFound if there is none."""
        ...

    def note_steps(self, steps: Iterable[Step], now: datetime) -> None:
        """Keep steps that became due, each once, for the endpoints that are told of deadlines."""
        ...

    def news(self, name: str, limit: int) -> tuple[Sequence[Happened], tuple[int, int]]:
        """What happened since the endpoint's messages were made last, and where it goes on after that."""
        ...

    def put(self, name: str, deliveries: Iterable[Delivery], after: tuple[int, int]) -> None:
        """Keep new messages, and that everything up to there was looked at; one that is there already stays."""
        ...

    def happened(self, origin: str) -> Happened:
        """What a message tells of; NotFound if it is forgotten."""
        ...

    def since(self, when: datetime, after: tuple[int, int], limit: int) -> tuple[Sequence[Happened], tuple[int, int]]:
        """What was seen at an instant or later, beyond `after`, and where it goes on."""
        ...

    def pending(self, name: str, limit: int) -> Sequence[Delivery]:
        """The messages that wait, those first whose pause ends soonest."""
        ...

    def deliveries(self, name: str, state: DeliveryState | None = None, limit: int = 50) -> Sequence[Delivery]:
        """The messages of an endpoint (of all where it is empty), newest first."""
        ...

    def delivery(self, number: int) -> Delivery:
        """One message; NotFound if there is none."""
        ...

    def counts(self, name: str) -> dict[DeliveryState, int]:
        """How many messages of an endpoint are in each state."""
        ...

    def settle(self, standing: Standing, delivery: Delivery | None) -> None:
        """Keep what came of an attempt; what a person set of the endpoint meanwhile stays as it is."""
        ...

    def give_up(self, name: str, before: datetime, why: str) -> int:
        """Make dead what has been waiting since before an instant; how many that were."""
        ...

    def replay(self, deliveries: Iterable[Delivery], now: datetime) -> int:
        """Send these once more, from the first try on, known or not; how many there are."""
        ...

    def prune(self, before: datetime) -> None:
        """Forget what was delivered, and the steps that were seen, before an instant."""
        ...
