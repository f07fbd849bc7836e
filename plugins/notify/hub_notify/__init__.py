"""Ways to tell people of steps that are due: the terminal, a signed webhook, and the messengers apprise knows."""

from __future__ import annotations

from collections.abc import Callable

from hub import Notifier, hookimpl


@hookimpl
def hub_register_notifiers(register: Callable[[type[Notifier]], None]) -> None:
    """Offer the three of them."""
    from hub_notify.messenger import AppriseNotifier  # noqa: PLC0415  only who asks for notifiers pays for them
    from hub_notify.terminal import TerminalNotifier  # noqa: PLC0415  the same
    from hub_notify.webhook import WebhookNotifier  # noqa: PLC0415  the same

    register(TerminalNotifier)
    register(WebhookNotifier)
    register(AppriseNotifier)
