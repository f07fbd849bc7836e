"""Webhooks as every door uses them: endpoints are added, tried, replaced and replayed here, and told of news."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from hub.core.escalation import Step
from hub.core.people import Actor
from hub.core.policy import Audience
from hub.core.standard_webhooks import as_secret
from hub.core.webhook_events import TYPES, Happened, content_of, trial_content, type_of
from hub.core.webhooks import TEXT, Delivery, DeliveryState, Endpoint, Outcome, Standing, rotated
from hub.errors import NotFound, Refused
from hub.secrets import webhook_key
from hub.webhooks_json import host_of

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.ports import Clock
    from hub.core.webhook_ports import WebhookStore
    from hub.runs.webhooks import EndpointResult, WebhookPorts

OUTLET = "webhooks"
"""The name under which endpoints are told of steps that are due."""

INCLUDES = (TEXT,)
"""What an endpoint may ask for beside the bare facts."""

_AT_ONCE = 500


class WebhookAct(StrEnum):
    """What people do with webhooks, as the log of acts calls it; `about` is the endpoint's id."""

    ADDED = "webhook_added"
    TRIED = "webhook_tried"
    ROTATED = "webhook_rotated"
    PAUSED = "webhook_paused"
    RESUMED = "webhook_resumed"
    REMOVED = "webhook_removed"
    REPLAYED = "webhook_replayed"


def webhook_ports(hub: Hub, stop: threading.Event | None = None) -> WebhookPorts:
    """What telling other programs needs, from the opened hub."""
    from hub.http import TellingDoor
    from hub.runs.webhooks import WebhookPorts

    allow_private = hub.settings.webhooks.allow_private
    return WebhookPorts(
        store=hub.store,
        clock=hub.clock,
        open_door=lambda: TellingDoor(hub.clock, allow_private=allow_private),
        key_of=partial(webhook_key, hub.signing_key),
        address=hub.settings.web.public_url,
        stop=stop or threading.Event(),
    )


def tell_programs(hub: Hub, stop: threading.Event | None = None) -> list[EndpointResult]:
    """One round of telling other programs what happened: for `casehub run`, and for a thread of `casehub serve`."""
    if not hub.store.webhooks.standings():
        return []
    from hub.runs.webhooks import tell_programs as tell

    return tell(webhook_ports(hub, stop))


def add_endpoint(
    hub: Hub,
    url: str,
    *,
    types: Collection[str] = (),
    channels: Collection[str] = (),
    include: Collection[str] = (),
    by: Actor,
) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, which is shown to nobody again; Refused says what stands against it."""
    from hub.http import problem_with_address

    if problem := problem_with_address(url, allow_private=hub.settings.webhooks.allow_private):
        raise Refused(f"the address {problem}")
    _require_known("type", types, TYPES)
    _require_known("channel", channels, hub.settings.channels)
    _require_known("thing to include", include, INCLUDES)
    wanted = (frozenset(types), frozenset(channels), frozenset(include))
    endpoint = Endpoint(f"ep_{secrets.token_hex(8)}", url, hub.clock.now(), by.who, *wanted)
    hub.store.webhooks.add(endpoint)
    _note(hub, by, WebhookAct.ADDED, endpoint.id, host_of(url))
    return endpoint, secret_of(hub, endpoint)


def named(hub: Hub, beginning: str) -> Standing:
    """The one endpoint whose id begins so; NotFound and Refused tell which there are."""
    found = [one for one in hub.store.webhooks.standings() if one.endpoint.id.startswith(beginning)]
    if len(found) == 1:
        return found[0]
    ids = ", ".join(one.endpoint.id for one in found)
    if found:
        raise Refused(f"{beginning!r} may be {ids}: name one of them")
    raise NotFound(f"there is no endpoint {beginning!r}; `casehub webhook list` has them all")


def rotate(hub: Hub, name: str, by: Actor, *, at_once: bool = False) -> tuple[Endpoint, str]:
    """Replace an endpoint's secret; unless `at_once`, both sign for a day."""
    endpoint = rotated(hub.store.webhooks.standing(name).endpoint, hub.clock.now(), at_once=at_once)
    hub.store.webhooks.change(endpoint)
    _note(hub, by, WebhookAct.ROTATED, name, "at once" if at_once else "")
    return endpoint, secret_of(hub, endpoint)


def secret_of(hub: Hub, endpoint: Endpoint) -> str:
    """The secret with which an endpoint's receiver checks what comes; for whoever has just made it."""
    return as_secret(webhook_key(hub.signing_key, endpoint.id, endpoint.generation))


def try_out(hub: Hub, name: str, by: Actor) -> Outcome:
    """Send an endpoint a message that tells of nothing, also where it is switched off."""
    from hub.runs.webhooks import try_endpoint

    event = f"evt_test_{secrets.token_hex(8)}"
    endpoint = hub.store.webhooks.standing(name).endpoint
    outcome = try_endpoint(endpoint, event, trial_content(event, hub.clock.now()), webhook_ports(hub))
    _note(hub, by, WebhookAct.TRIED, name, str(outcome))
    return outcome


def pause(hub: Hub, name: str, by: Actor) -> None:
    """Switch an endpoint off; nothing is lost, for it goes on where it stopped."""
    hub.store.webhooks.standing(name)
    hub.store.webhooks.switch(name, f"{by.who} switched it off", hub.clock.now())
    _note(hub, by, WebhookAct.PAUSED, name)


def resume(hub: Hub, name: str, by: Actor) -> None:
    """Switch an endpoint on again; it is told of everything since."""
    hub.store.webhooks.switch(name, "", hub.clock.now())
    _note(hub, by, WebhookAct.RESUMED, name)


def remove(hub: Hub, name: str, by: Actor) -> None:
    """Forget an endpoint with its messages."""
    endpoint = hub.store.webhooks.standing(name).endpoint
    hub.store.webhooks.remove(name)
    _note(hub, by, WebhookAct.REMOVED, name, host_of(endpoint.url))


def replay_one(hub: Hub, number: int, by: Actor) -> int:
    """Send one message once more."""
    delivery = hub.store.webhooks.delivery(number)
    count = hub.store.webhooks.replay([delivery], hub.clock.now())
    _note(hub, by, WebhookAct.REPLAYED, delivery.endpoint, f"message {number}")
    return count


def replay_dead(hub: Hub, name: str, by: Actor) -> int:
    """Send everything once more that was given up at an endpoint; how many messages that is."""
    store = hub.store.webhooks
    store.standing(name)
    count = store.replay(store.deliveries(name, DeliveryState.DEAD, limit=-1), hub.clock.now())
    _note(hub, by, WebhookAct.REPLAYED, name, f"{count} that were given up")
    return count


def replay_since(hub: Hub, name: str, when: datetime, by: Actor) -> int:
    """Send everything once more that was seen at an instant or later; how many messages that is."""
    from hub.runs.webhooks import deliveries_of

    endpoint, count = hub.store.webhooks.standing(name).endpoint, 0
    for happened in _seen_since(hub.store.webhooks, when):
        now = hub.clock.now()
        count += hub.store.webhooks.replay(deliveries_of(endpoint, happened, now), now)
    _note(hub, by, WebhookAct.REPLAYED, name, f"{count} since {when:%Y-%m-%d %H:%M %Z}")
    return count


def _note(hub: Hub, by: Actor, act: WebhookAct, name: str, detail: str = "") -> None:
    hub.store.people.note(by.did(hub.clock.now(), act, name, detail))


def _seen_since(store: WebhookStore, when: datetime) -> Iterator[Sequence[Happened]]:
    after = (0, 0)
    while True:
        happened, after = store.since(when, after, _AT_ONCE)
        if not happened:
            return
        yield happened


def content_sent(hub: Hub, delivery: Delivery) -> bytes:
    """The body of a message as its endpoint gets it."""
    endpoint = hub.store.webhooks.standing(delivery.endpoint).endpoint
    happened = hub.store.webhooks.happened(delivery.origin)
    return content_of(happened, endpoint.include, hub.settings.web.public_url)


@dataclass(frozen=True)
class WebhookOutlet:
    """Tells the endpoints of steps that are due: the ladder's run keeps them here, and the next round sends them."""

    store: WebhookStore
    clock: Clock
    endpoints: Sequence[Endpoint]
    name: str = OUTLET

    def wants(self, step: Step) -> bool:
        """Whether any endpoint is told of such a step."""
        kind = type_of(_as_happened(step, self.clock.now())) or ""
        return any(endpoint.wants(kind, step.channel) for endpoint in self.endpoints)

    def tell(self, notification: str, audience: Audience, steps: Sequence[Step], now: datetime) -> None:
        """Keep them for the endpoints; each is kept once, however often it is told."""
        del notification, audience
        self.store.note_steps(steps, now)


def webhook_outlets(hub: Hub) -> list[WebhookOutlet]:
    """The outlet of the endpoints, where any is switched on."""
    on = [standing.endpoint for standing in hub.store.webhooks.standings() if not standing.off]
    return [WebhookOutlet(hub.store.webhooks, hub.clock, on)] if on else []


def _as_happened(step: Step, now: datetime) -> Happened:
    return Happened("", step.case_number, step.channel, 0, step, now)


def _require_known(what: str, given: Collection[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            raise Refused(f"there is no {what} {name!r}; there is {', '.join(sorted(known)) or 'none yet'}")
