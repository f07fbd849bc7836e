"""How the channels of an opened hub are doing, for every door that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.runs.health import ChannelHealth, examine

if TYPE_CHECKING:
    from hub.app import Hub


def health_of(hub: Hub) -> list[ChannelHealth]:
    """The health of every channel that is switched on, broken, or still has replies to send."""
    silence = {channel.name: channel.silent_after for channel in hub.channels() if channel.enabled}
    broken = {channel.name: channel.error for channel in hub.broken_channels()}
    tables = hub.settings.channels.items()
    keys = {name: table.key_expires for name, table in tables if table.enabled and table.key_expires is not None}
    return examine(hub.store, hub.clock, silence, broken, hub.settings.outbox.limits.limits, keys)
