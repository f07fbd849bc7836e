"""Which adapters decide what may be done with a case: that of its channel, and that of the platform it is about."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hub.adapter import Adapter, Capability
from hub.errors import ConfigurationError
from hub.settings import adapter_settings

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case
    from hub.plugins import AdapterInfo
    from hub.runs.reach import Reach


def reach_of(hub: Hub, case: Case) -> Reach:
    """What may be done with a case on its platform, by casehub or by a person.

    The channel's secrets are looked up only when its plugin is asked something, as for its offers.
    """
    from hub.core.soft_checks import SoftChecks  # noqa: PLC0415  only who acts on a platform needs it
    from hub.runs.reach import Reach  # noqa: PLC0415  the same

    info = adapter_of(hub, case.channel)
    about = hub.plugins.adapters.get(case.about.platform) if case.about else None
    steps = about.adapter.portal_steps if about else info.adapter.portal_steps if info else {}
    table = hub.settings.channels.get(case.channel)
    reach = Reach(
        case.channel,
        steps=steps,
        about=about.create() if about and about != info else None,
        portal=about.create if about else None,
        soft_checks=SoftChecks(table.soft_checks) if table else SoftChecks.WARN,
    )
    if info is None:
        return reach
    settings = partial(adapter_settings, info, case.channel, hub.settings)
    return replace(reach, adapter=info.create(), settings=settings)


def adapter_of(hub: Hub, channel: str) -> AdapterInfo | None:
    """The adapter of a channel, if the channel is set and its plugin is there."""
    table = hub.settings.channels.get(channel)
    return hub.plugins.adapters.get(table.adapter) if table else None


def marks_read(hub: Hub, channel: str) -> bool:
    """Whether what a person opens is marked as read on the platform of this channel."""
    table, info = hub.settings.channels.get(channel), adapter_of(hub, channel)
    wanted = table is not None and table.enabled and table.mark_read
    return wanted and info is not None and Capability.MARK_READ in info.adapter.capabilities


def require_may_mark_read(channel: str, adapter: Adapter) -> None:
    """Refuse the setting where the platform has nothing that could be marked."""
    if Capability.MARK_READ not in adapter.capabilities:
        setting = f"channels.{channel}.mark_read"
        raise ConfigurationError(f"{setting}: {adapter.title} has no marks of what was read; take it out")
