"""bol.com as a channel of casehub, what it promises its customers, and what its mails tell."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable

import hub


@hub.hookimpl
def hub_register_adapters(register: Callable[[type[hub.Adapter]], None]) -> None:
    """Offer the adapter for seller accounts."""
    from hub_bolcom.adapter import BolAdapter  # noqa: PLC0415  only who asks for adapters pays for it

    register(BolAdapter)


@hub.hookimpl
def hub_register_policies(register: Callable[[Traversable], None]) -> None:
    """Offer the policies that lie beside this module."""
    register(files("hub_bolcom").joinpath("bolcom.toml"))
    register(files("hub_bolcom").joinpath("bolcom-24h.toml"))


@hub.hookimpl
def hub_read_mail(mail: hub.Mail) -> hub.MailReading | None:
    """Say what a mail of bol.com tells of a customer's question."""
    from hub_bolcom.mails import read_mail  # noqa: PLC0415  most runs read no mail

    return read_mail(mail)
