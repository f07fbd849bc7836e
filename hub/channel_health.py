"""How the channels of an opened hub are doing, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.as_json import instant
from hub.runs.health import ChannelHealth, examine

if TYPE_CHECKING:
    from hub.app import Hub


def examined(hub: Hub) -> list[ChannelHealth]:
    """The health of every channel that is read, is broken, or has replies to send."""
    silence = {channel.name: channel.silent_after for channel in hub.channels() if channel.enabled}
    broken = {channel.name: channel.error for channel in hub.broken_channels()}
    return examine(hub.store, hub.clock, silence, broken, hub.settings.outbox.limits.limits)


def health_json(channel: ChannelHealth) -> dict[str, Any]:
    """The health of one channel."""
    record = channel.record
    return {
        "channel": channel.name,
        "ok": channel.well,
        "troubles": list(channel.troubles),
        "last_success": instant(record.succeeded_at),
        "last_start": instant(record.started_at),
        "failing_since": instant(record.failing_since),
        "last_message": instant(record.last_message_at),
        "replies_waiting": channel.replies_waiting,
        "replies_for_a_person": channel.replies_for_a_person,
        "unreadable_messages": channel.unreadable,
        "notices": list(record.notices),
    }
