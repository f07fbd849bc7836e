"""E-mail over IMAP and SMTP as a channel of casehub."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from importlib.resources.abc import Traversable

from hub import Adapter, Notifier, hookimpl


@hookimpl
def hub_register_adapters(register: Callable[[type[Adapter]], None]) -> None:
    """Offer the e-mail adapter."""
    from hub_email_imap.adapter import EmailAdapter  # noqa: PLC0415  only who asks for adapters pays for IMAP

    register(EmailAdapter)


@hookimpl
def hub_register_notifiers(register: Callable[[type[Notifier]], None]) -> None:
    """Offer to tell people by e-mail."""
    from hub_email_imap.notifier import MailNotifier  # noqa: PLC0415  the same

    register(MailNotifier)


@hookimpl
def hub_register_policies(register: Callable[[Traversable], None]) -> None:
    """Offer what a shop promises its customers who write mails."""
    # By its whole name: this package has a module called files.
    register(resources.files("hub_email_imap") / "policy.toml")
