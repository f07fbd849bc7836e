"""How a channel is doing, for programs."""

from __future__ import annotations

from typing import Any

from hub.as_json import instant
from hub.runs.health import ChannelHealth


def health_json(channel: ChannelHealth) -> dict[str, Any]:
    """The health of one channel."""
    record = channel.record
    return {
        "channel": channel.name,
        "ok": channel.well,
        "troubles": list(channel.troubles),
        "read_until": instant(record.read_until),
        "silent_after_seconds": None if channel.silent_after is None else channel.silent_after.total_seconds(),
        "key_expires": None if channel.key_expires is None else channel.key_expires.isoformat(),
        "last_success": instant(record.succeeded_at),
        "last_start": instant(record.started_at),
        "failing_since": instant(record.failing_since),
        "last_message": instant(record.last_message_at),
        "replies_waiting": channel.replies_waiting,
        "replies_for_a_person": channel.replies_for_a_person,
        "unreadable_messages": channel.unreadable,
        "notices": list(channel.notes),
    }
