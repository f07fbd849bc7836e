"""E-mail over IMAP and SMTP as a channel of casehub."""

from __future__ import annotations

from collections.abc import Callable

from hub import Adapter, hookimpl


@hookimpl
def hub_register_adapters(register: Callable[[type[Adapter]], None]) -> None:
    """Offer the e-mail adapter."""
    from hub_email_imap.adapter import EmailAdapter  # noqa: PLC0415  only who asks for adapters pays for IMAP

    register(EmailAdapter)
