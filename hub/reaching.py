"""Which adapters decide what may be done with a case: that of its channel, and that of the platform it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.adapter import Adapter, Capability
from hub.errors import ConfigurationError

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case
    from hub.runs.reach import Reach


def reach_of(hub: Hub, case: Case) -> Reach:
    """What may be done with a case on its platform, by casehub or by a person."""
    from hub.runs.reach import Reach  # noqa: PLC0415  only who acts on a platform needs it

    channel = next((known for known in hub.channels() if known.name == case.channel), None)
    about = hub.plugins.adapters.get(case.about.platform) if case.about else None
    steps = about.adapter.portal_steps if about else channel.adapter.portal_steps if channel else {}
    if channel is None:
        return Reach(case.channel, steps=steps)
    return Reach(case.channel, channel.adapter, channel.adapter_settings, steps)


def require_may_mark_read(channel: str, adapter: Adapter) -> None:
    """Refuse the setting where the platform has nothing that could be marked."""
    if Capability.MARK_READ not in adapter.capabilities:
        setting = f"channels.{channel}.mark_read"
        raise ConfigurationError(f"{setting}: {adapter.title} has no marks of what was read; take it out")
