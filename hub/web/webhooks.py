"""The page of webhooks: which programs are told of what, how that goes, and what was given up."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from hub import webhooks
from hub.core.people import Actor, Permission
from hub.core.webhook_events import TYPES
from hub.core.webhooks import DeliveryState, Endpoint
from hub.errors import NotFound, Refused
from hub.web.routing import Room
from hub.web.site import Here
from hub.webhooks_json import host_of

room = Room()

PAGE = 50
_DONE = frozenset({"paused", "resumed", "replayed"})


@room.get("/webhooks", Permission.MANAGE)
def all_of_them(here: Here) -> Response:
    """Every endpoint and how it is doing, and the form for another one."""
    store = here.hub.store.webhooks
    found = [(standing, store.counts(standing.endpoint.id)) for standing in store.standings()]
    removed = here.query.get("done", "") == "removed"
    channels = sorted(here.hub.settings.channels)
    return here.page("webhooks.html", found=found, host_of=host_of, types=TYPES, channels=channels, removed=removed)


@room.post("/webhooks", Permission.MANAGE)
def add(here: Here) -> Response:
    """Add an endpoint, and show its secret in this one answer alone."""
    endpoint, secret = webhooks.add_endpoint(
        here.hub,
        here.said("url"),
        types=here.all_said("types"),
        channels=here.all_said("channels"),
        include=here.all_said("include"),
        by=_actor(here),
    )
    return _one(here, endpoint.id, secret=secret)


@room.get("/webhooks/{name}", Permission.MANAGE)
def one(here: Here) -> Response:
    """One endpoint with its messages."""
    done = here.query.get("done", "")
    return _one(here, here.path["name"], done=done if done in _DONE else "")


@room.post("/webhooks/{name}/test", Permission.MANAGE)
def test(here: Here) -> Response:
    """Send a message that tells of nothing, and show what came of it."""
    outcome = webhooks.try_out(here.hub, here.path["name"], _actor(here))
    return _one(here, here.path["name"], outcome=outcome)


@room.post("/webhooks/{name}/rotate", Permission.MANAGE)
def rotate(here: Here) -> Response:
    """Replace the secret, and show the new one in this one answer alone."""
    at_once = bool(here.said("at_once"))
    _, secret = webhooks.rotate(here.hub, here.path["name"], _actor(here), at_once=at_once)
    return _one(here, here.path["name"], secret=secret, replaced=True)


@room.post("/webhooks/{name}/pause", Permission.MANAGE)
def pause(here: Here) -> Response:
    """Switch an endpoint off."""
    webhooks.pause(here.hub, here.path["name"], _actor(here))
    return _back(here, "paused")


@room.post("/webhooks/{name}/resume", Permission.MANAGE)
def resume(here: Here) -> Response:
    """Switch an endpoint on again."""
    webhooks.resume(here.hub, here.path["name"], _actor(here))
    return _back(here, "resumed")


@room.post("/webhooks/{name}/remove", Permission.MANAGE)
def remove(here: Here) -> Response:
    """Remove an endpoint with its messages."""
    webhooks.remove(here.hub, here.path["name"], _actor(here))
    return here.go("/webhooks?done=removed")


@room.post("/webhooks/{name}/replay", Permission.MANAGE)
def replay(here: Here) -> Response:
    """Send one message once more, or (without its number) all that was given up."""
    number, name = here.said("number"), here.path["name"]
    if not number:
        webhooks.replay_dead(here.hub, name, _actor(here))
    elif _number(number) and here.hub.store.webhooks.delivery(_number(number)).endpoint == name:
        webhooks.replay_one(here.hub, _number(number), _actor(here))
    else:
        raise NotFound(here.words("webhooks.no_message"))
    return _back(here, "replayed")


@room.get("/webhooks/{name}/messages/{number}", Permission.MANAGE)
def message(here: Here) -> Response:
    """One message: what came of it, and what is sent."""
    number, name = _number(here.path["number"]), here.path["name"]
    delivery = here.hub.store.webhooks.delivery(number)
    if delivery.endpoint != name:
        raise NotFound(here.words("webhooks.no_message"))
    try:
        content = json.dumps(json.loads(webhooks.content_sent(here.hub, delivery)), ensure_ascii=False, indent=2)
    except NotFound:
        content = ""
    return here.page("webhooks_message.html", delivery=delivery, content=content, pill=_PILLS[delivery.state])


_PILLS = {DeliveryState.PENDING: "warn", DeliveryState.DELIVERED: "good", DeliveryState.DEAD: "bad"}


def _one(here: Here, name: str, **about: Any) -> Response:
    """The page of an endpoint; what an act brought is shown in its own answer, so that no secret lies anywhere."""
    store = here.hub.store.webhooks
    standing = store.standing(name)
    wanted = here.query.get("state", "")
    state = DeliveryState(wanted) if wanted in set(DeliveryState) else None
    usual: dict[str, Any] = {"secret": "", "replaced": False, "outcome": None, "done": ""}
    return here.page(
        "webhooks_one.html",
        **(usual | about),
        standing=standing,
        endpoint=standing.endpoint,
        health=standing.health,
        counts=store.counts(name),
        deliveries=store.deliveries(name, state, PAGE),
        state=state,
        states=DeliveryState,
        pills=_PILLS,
        types=_wanted(standing.endpoint),
        both=len(standing.endpoint.generations(here.now)) > 1,
        host=host_of(standing.endpoint.url),
    )


def _wanted(endpoint: Endpoint) -> list[str]:
    return [kind for kind in TYPES if kind in endpoint.types]


def _back(here: Here, done: str) -> Response:
    return here.go(f"/webhooks/{here.path['name']}?done={done}")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        return 0
    return int(text)


def _actor(here: Here) -> Actor:
    if here.caller is None:
        raise Refused("nobody is signed in")
    return here.caller.actor
