"""What platforms push, as every door takes it: the channel's plugin checks it, and its replies are read back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hub.errors import NotFound, Refused, Unsupported
from hub.rounds import chosen_sources, delivery_ports, require_channel

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.pushes import PushRequest, PushSubscription
    from hub.runs.delivery import DeliveryResult
    from hub.runs.pushes import PushPorts, PushResult


def push_ports(hub: Hub, name: str) -> PushPorts:
    """What taking a push to a channel needs; NotFound for no channel that works, Unsupported where nobody pushes."""
    from hub.runs.pushes import PushPorts

    channels = {channel.name: channel for channel in hub.channels() if channel.enabled}
    require_channel(name, channels)
    channel = channels[name]
    if not channel.adapter.pushes_news:
        raise Unsupported(f"{channel.adapter.title} pushes nothing: {name} is read by `casehub run`")
    tools = hub.tools(name)
    return PushPorts(hub.store, hub.clock, lambda: channel.adapter.open_pushes(channel.adapter_settings, tools))


def take(hub: Hub, name: str, request: PushRequest) -> PushResult:
    """Check what was pushed to a channel, and keep what it says."""
    from hub.runs.pushes import PushResult, take_push

    try:
        ports = push_ports(hub, name)
    except (NotFound, Unsupported):
        # Which channels there are is nobody's business out there.
        return PushResult(404, "nothing is pushed here")
    return take_push(name, request, ports)


def subscriptions(hub: Hub, name: str) -> Sequence[PushSubscription]:
    """To which addresses a channel's platform pushes."""
    with push_ports(hub, name).open_pushes() as pushes:
        return pushes.subscriptions()


def subscribe(hub: Hub, name: str, url: str) -> None:
    """Let a channel's platform push to an address; its keys are read first, so that the first push finds them."""
    from hub.http import problem_with_address
    from hub.runs.pushes import read_keys

    if problem := problem_with_address(url):
        raise Refused(f"the address {problem}")
    ports = push_ports(hub, name)
    read_keys(name, ports)
    with ports.open_pushes() as pushes:
        pushes.subscribe(url)


def unsubscribe(hub: Hub, name: str, subscription: str) -> None:
    """End a subscription of a channel."""
    with push_ports(hub, name).open_pushes() as pushes:
        pushes.unsubscribe(subscription)


def push_address(hub: Hub, name: str) -> str:
    """The address at which this hub takes what is pushed to a channel; empty where its own is not set."""
    base = hub.settings.web.public_url
    return f"{base.rstrip('/')}/push/{name}" if base else ""


def follow_up(hub: Hub, name: str) -> list[DeliveryResult]:
    """Read back at once what a push had news of; whatever comes of it, the next round looks as well."""
    from hub.runs.delivery import deliver

    return deliver(chosen_sources(hub, [name]), delivery_ports(hub, threading.Event()))
