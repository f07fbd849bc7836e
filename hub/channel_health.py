"""How the channels of an opened hub are doing, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.runs.health import ChannelHealth, examine

if TYPE_CHECKING:
    from hub.app import Hub


def health_of(hub: Hub) -> list[ChannelHealth]:
    """The health of every channel that is read, is broken, or has replies to send."""
    silence = {channel.name: channel.silent_after for channel in hub.channels() if channel.enabled}
    broken = {channel.name: channel.error for channel in hub.broken_channels()}
    return examine(hub.store, hub.clock, silence, broken, hub.settings.outbox.limits.limits)
