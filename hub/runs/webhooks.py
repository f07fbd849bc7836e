"""One round of telling other programs: messages are made of what happened, and sent until they are taken.

At least once: a message is kept before it is sent, and what came of it afterwards, so that a run that dies in between
sends it once more, under the same id. Endpoints are worked on side by side, each by one run at a time; one that fails
rests and delays nobody.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from hub.core.ports import Clock, Store
from hub.core.standard_webhooks import signed_headers
from hub.core.uptime import uptime_of
from hub.core.webhook_events import Happened, content_of, event_id, type_of
from hub.core.webhooks import (
    Delivery,
    DeliveryState,
    Endpoint,
    Moment,
    Outcome,
    Standing,
    after_attempt,
    hopeless_before,
)
from hub.errors import Busy, HubError, NotFound

KEPT_FOR = timedelta(days=30)
"""For so long a message that was delivered is listed, and can be replayed by its number."""

DELIVERY_ID = "casehub-delivery-id"
"""The header that names an attempt; every attempt has another."""

_AT_ONCE = 200
_GIVEN_UP = "the endpoint took nothing for three days"


class Door(Protocol):
    """The way to one receiver."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Post it once; whatever goes wrong is told in the outcome."""
        ...


@dataclass(frozen=True)
class WebhookPorts:
    """What telling other programs needs from the shell; `key_of` answers the key of an endpoint's generation.

    An endpoint is worked on for about `seconds` a round, and so many endpoints as `side_by_side` at once.
    """

    store: Store
    clock: Clock
    open_door: Callable[[], AbstractContextManager[Door]]
    key_of: Callable[[str, int], bytes]
    address: str = ""
    jitter: Callable[[], float] = random.random
    stop: threading.Event = field(default_factory=threading.Event)
    side_by_side: int = 8
    seconds: float = 60.0


@dataclass(slots=True)
class EndpointResult:
    """What came of one endpoint's messages in a round; `off` says why it was switched off in it."""

    endpoint: str
    delivered: int = 0
    failed: int = 0
    dead: int = 0
    trouble: str = ""
    off: str = ""
    skipped: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not (self.failed or self.dead or self.trouble)


def tell_programs(ports: WebhookPorts) -> list[EndpointResult]:
    """Send every endpoint what is due for it."""
    standings = [standing for standing in ports.store.webhooks.standings() if not standing.off]
    if not standings or ports.stop.is_set():
        return []
    results = {standing.endpoint.id: EndpointResult(standing.endpoint.id) for standing in standings}
    busy = [name for name in results if _has_work(name, ports)]
    if busy:
        with ThreadPoolExecutor(min(ports.side_by_side, len(busy)), thread_name_prefix="webhook") as workers:
            results |= zip(busy, workers.map(lambda name: _tell(name, ports), busy), strict=True)
    ports.store.webhooks.prune(ports.clock.now() - KEPT_FOR)
    return [*results.values()]


def try_endpoint(endpoint: Endpoint, event: str, content: bytes, ports: WebhookPorts) -> Outcome:
    """Send one message that nothing is kept of."""
    with ports.open_door() as door:
        return _post(door, endpoint, event, f"{event}_1", content, ports)


def deliveries_of(endpoint: Endpoint, happened: Sequence[Happened], now: datetime) -> Iterator[Delivery]:
    """The messages that an endpoint gets of what happened."""
    for one in happened:
        kind = type_of(one)
        if kind is not None and endpoint.wants(kind, one.channel):
            yield Delivery(0, endpoint.id, one.origin, event_id(one), kind, one.case_number, now)


def _tell(name: str, ports: WebhookPorts) -> EndpointResult:
    result = EndpointResult(name)
    try:
        with ports.store.lease(f"webhook:{name}"):
            standing = ports.store.webhooks.standing(name)
            _make(standing.endpoint, ports)
            if not standing.off and standing.health.has_rested(ports.clock.now(), uptime_of(ports.clock)):
                _send(standing, ports, result)
    except Busy as busy:
        result.skipped = str(busy)
    except HubError as error:  # a full disk, or an endpoint that somebody removed meanwhile, stops no other
        result.trouble = str(error)
    return result


def _has_work(name: str, ports: WebhookPorts) -> bool:
    """Whether there is anything to make or to send; asking writes nothing, so that it may be asked often."""
    store, now, uptime = ports.store.webhooks, ports.clock.now(), uptime_of(ports.clock)
    try:
        rested = store.standing(name).health.has_rested(now, uptime)
        waits = rested and any(delivery.may_go(now, uptime) for delivery in store.pending(name, _AT_ONCE))
        return waits or bool(store.news(name, 1)[0])
    except NotFound:  # somebody has just removed it
        return False


def _make(endpoint: Endpoint, ports: WebhookPorts) -> None:
    """Make the messages of all that happened since the last round."""
    store = ports.store.webhooks
    while not ports.stop.is_set():
        happened, after = store.news(endpoint.id, _AT_ONCE)
        if not happened:
            return
        store.put(endpoint.id, deliveries_of(endpoint, happened, ports.clock.now()), after)


def _send(standing: Standing, ports: WebhookPorts, result: EndpointResult) -> None:
    """Send what is due until nothing is, the endpoint fails, or its time in this round is over."""
    until = time.monotonic() + ports.seconds
    with ports.open_door() as door:
        for delivery in _due(standing.endpoint.id, ports):
            if ports.stop.is_set() or time.monotonic() > until:
                return
            outcome = _attempt(door, standing.endpoint, delivery, ports)
            moment = Moment(ports.clock.now(), uptime_of(ports.clock), ports.jitter())
            standing, settled = after_attempt(standing, delivery, outcome, moment)
            ports.store.webhooks.settle(standing, settled)
            _count(result, settled, standing)
            if standing.off or outcome.about_the_endpoint:
                if (hopeless := hopeless_before(standing, moment.now)) is not None:
                    result.dead += ports.store.webhooks.give_up(standing.endpoint.id, hopeless, _GIVEN_UP)
                return


def _due(name: str, ports: WebhookPorts) -> Iterator[Delivery]:
    """The messages whose pause is over, each once a round."""
    seen: set[int] = set()
    while True:
        now, uptime = ports.clock.now(), uptime_of(ports.clock)
        waiting = ports.store.webhooks.pending(name, _AT_ONCE)
        fresh = [one for one in waiting if one.id not in seen and one.may_go(now, uptime)]
        if not fresh:
            return
        seen.update(one.id for one in fresh)
        yield from fresh


def _attempt(door: Door, endpoint: Endpoint, delivery: Delivery, ports: WebhookPorts) -> Outcome:
    try:
        happened = ports.store.webhooks.happened(delivery.origin)
    except NotFound as error:
        return Outcome(trouble=str(error))
    content = content_of(happened, endpoint.include, ports.address)
    return _post(door, endpoint, delivery.event, delivery.attempt_id, content, ports)


def _post(door: Door, endpoint: Endpoint, event: str, attempt: str, content: bytes, ports: WebhookPorts) -> Outcome:
    now = ports.clock.now()
    keys = [ports.key_of(endpoint.id, generation) for generation in endpoint.generations(now)]
    headers = {**signed_headers(event, now, content, keys), DELIVERY_ID: attempt}
    return door.post(endpoint.url, content, headers)


def _count(result: EndpointResult, settled: Delivery, standing: Standing) -> None:
    result.delivered += settled.state is DeliveryState.DELIVERED
    result.failed += settled.state is DeliveryState.PENDING
    result.dead += settled.state is DeliveryState.DEAD
    result.trouble = settled.trouble or result.trouble
    result.off = standing.off
