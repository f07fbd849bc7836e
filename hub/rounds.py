"""What every round of reading and sending needs: the chosen channels and the ports, from an opened hub."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from hub.errors import NotFound

if TYPE_CHECKING:
    from hub.app import Channel, Hub
    from hub.core.stopping import Stop
    from hub.runs.acknowledge import AcknowledgingChannel
    from hub.runs.channel import Source
    from hub.runs.delivery import DeliveryPorts
    from hub.runs.sharing import Shared
    from hub.runs.sync import ChannelResult, SyncPorts, Watcher
    from hub.runs.telling import EscalationPorts, Outlet


def require_channel(name: str, known: Iterable[str]) -> None:
    """Refuse the name of a channel that is not there; NotFound lists those that are."""
    names = sorted(known)
    if name not in names:
        raise NotFound(f"There is no channel {name!r}; the channels are: {', '.join(names) or 'none yet'}.")


def chosen_sources(hub: Hub, names: Sequence[str]) -> list[Source]:
    """The channels named, or all enabled ones; NotFound lists what there is."""
    channels = {channel.name: channel for channel in hub.channels()}
    known = {*channels, *(channel.name for channel in hub.broken_channels())}
    for name in names:
        require_channel(name, known)
    wanted = [c for c in channels.values() if (c.name in names if names else c.enabled)]
    return [_source(hub, channel) for channel in wanted]


def _source(hub: Hub, channel: Channel) -> Source:
    from hub.runs.channel import Source

    connect = _connector(hub, channel)
    adapter = channel.adapter
    return Source(channel.name, connect, channel.rules, channel.detects, adapter.key, tells=adapter.tells_when_it_sends)


def _connector(hub: Hub, channel: Channel) -> Any:
    return lambda: channel.open(hub.tools(channel.name))


def broken_channels(hub: Hub, names: Sequence[str]) -> list[dict[str, Any]]:
    """The channels whose settings or plugin do not work, as results of a run."""
    return [
        {"channel": channel.name, "ok": False, "error": channel.error, "error_kind": "ConfigurationError"}
        for channel in hub.broken_channels()
        if not names or channel.name in names
    ]


def sync_ports(hub: Hub, watcher: Watcher, stop: threading.Event) -> SyncPorts:
    """What a reading needs, from the opened hub."""
    from hub.runs.sync import SyncPorts

    return SyncPorts(hub.store, hub.clock, hub.evaluation_of, watcher, stop, hub.book.adapters)


def delivery_ports(hub: Hub, stop: threading.Event, *, patient: bool = True) -> DeliveryPorts:
    """What a delivery needs, from the opened hub; a person at the keyboard is not `patient`."""
    from hub.runs.delivery import DeliveryPorts

    return DeliveryPorts(hub.store, hub.clock, hub.evaluation_of, stop=stop, patient=patient)


def hold_what_no_channel_sends(hub: Hub, ports: DeliveryPorts) -> None:
    """Hold the replies of channels that are broken, switched off or gone, with the reason; they go on with them."""
    from hub.core.outbox import ReplyState
    from hub.runs.delivery import hold_idle
    from hub.runs.health import IDLE

    queued = {reply.channel for reply in hub.store.replies(frozenset({ReplyState.QUEUED, ReplyState.SENDING}))}
    if not queued:
        return
    broken = {channel.name: channel.error for channel in hub.broken_channels()}
    idle = queued - {channel.name for channel in hub.channels() if channel.enabled}
    hold_idle({name: broken.get(name, IDLE) for name in sorted(idle)}, ports)


def stops(hub: Hub) -> list[Stop]:
    """Every stop of the sending that is in force."""
    from hub.core.outbox import WAITING
    from hub.core.stopping import read, stop_fact

    names = ["", *sorted({*hub.settings.channels, *(reply.channel for reply in hub.store.replies(WAITING))})]
    return [read(text) for text in (hub.store.fact(stop_fact(name)) for name in names) if text]


def look_up_orders(hub: Hub, results: Sequence[ChannelResult], stop: threading.Event) -> None:
    """Let cases learn of their orders on the channels that were just read; what went wrong becomes a notice there."""
    from hub.adapter import Capability

    able = [c for c in hub.channels() if c.enabled and Capability.LOOK_UP_ORDER in c.adapter.capabilities]
    read = {result.name: result for result in results if result.ok and not result.skipped}
    if not read.keys() & {channel.name for channel in able}:
        return
    from hub.runs.enrich import EnrichPorts, enrich, order_sources

    sources = order_sources([_source(hub, channel) for channel in able], read)
    silent = enrich(EnrichPorts(hub.store, hub.clock, hub.evaluation_of, stop), sources)
    for name, why in silent.items():
        read[name].notices = (*read[name].notices, f"orders were not looked up: {why}")


def share_cases(hub: Hub) -> Shared:
    """Give new cases to people, and those of people who are away to their covers, where that is switched on."""
    from hub.core.sharing import ITSELF
    from hub.desks import desk_of
    from hub.drafts import drafts_of
    from hub.runs.sharing import Shared, share

    table = hub.settings.sharing
    if not table.enabled:
        return Shared()
    drafts = drafts_of(hub)
    return share(desk_of(hub, ITSELF), table.sharing, lambda number: any(one.is_written for one in drafts.of(number)))


def acknowledge(hub: Hub) -> list[str]:
    """Queue the acknowledgements of new cases on the channels that want them; what went wrong, a sentence each."""
    channels = [channel for channel in hub.channels() if channel.enabled and channel.acknowledges]
    if not channels:
        return []
    from hub.runs.acknowledge import AcknowledgePorts, acknowledge_new
    from hub.runs.channel import explain

    wanted: list[AcknowledgingChannel] = []
    troubles: list[str] = []
    for channel in channels:
        try:
            wanted.append(_acknowledging(hub, channel))
        except Exception as error:  # noqa: BLE001  a plugin may fail in any way it likes; the other channels go on
            troubles.append(f"{channel.name}: {explain(error).text}")
    results = acknowledge_new(AcknowledgePorts(hub.store, hub.clock, hub.evaluation_of), wanted)
    return troubles + [f"{result.name}: {result.failure.text}" for result in results if result.failure is not None]


def _acknowledging(hub: Hub, channel: Channel) -> AcknowledgingChannel:
    """The channel with the name and address in which it acknowledges."""
    from zoneinfo import ZoneInfo

    from hub.runs.acknowledge import AcknowledgingChannel

    us = channel.adapter.speaks_as(channel.adapter_settings)
    zone = ZoneInfo(hub.settings.office.timezone)
    own = frozenset({us.email} - {""})
    joins = not channel.adapter.mail_goes_elsewhere
    return AcknowledgingChannel(channel.name, us.name or us.email, zone, channel.language, own, joins)


def escalation_ports(hub: Hub, outlets: Sequence[Outlet], stop: threading.Event, *, patient: bool) -> EscalationPorts:
    """What telling people by these outlets needs, from the opened hub."""
    from hub.outlets import notification_hours
    from hub.runs.telling import EscalationPorts
    from hub.webhooks import OUTLET, webhook_outlets

    return EscalationPorts(
        store=hub.store,
        clock=hub.clock,
        evaluation_of=hub.evaluate,
        outlets=[*outlets, *webhook_outlets(hub)],
        awake=frozenset({OUTLET}),
        new_id=lambda: secrets.token_hex(16),
        hours=notification_hours(hub.settings, hub.office),
        stop=stop,
        patient=patient,
        limits=hub.settings.outbox.limits.limits,
    )


def what_is_due(hub: Hub, limit: int) -> list[dict[str, Any]]:
    """The cases whose deadlines come next, as JSON knows them."""
    from hub.core.ports import CaseFilter

    listed = hub.store.cases(CaseFilter(limit=limit))
    return [
        {"case": case.number, "channel": case.channel, "due": case.deadline.due, "subject": case.subject}
        for case in listed
        if case.deadline is not None and case.deadline.due is not None
    ]
