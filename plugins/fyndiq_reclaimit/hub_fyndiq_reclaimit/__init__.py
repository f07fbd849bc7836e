"""Fyndiq and CDON, whose errands are handled in Reclaimit: their policies, their errands, and their mails."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable

import hub


@hub.hookimpl
def hub_register_adapters(register: Callable[[type[hub.Adapter]], None]) -> None:
    """Offer the adapter for errands."""
    from hub_fyndiq_reclaimit.adapter import ReclaimitAdapter  # noqa: PLC0415  only who asks for adapters pays for it

    register(ReclaimitAdapter)


@hub.hookimpl
def hub_register_policies(register: Callable[[Traversable], None]) -> None:
    """Offer the policies that lie beside this module."""
    register(files("hub_fyndiq_reclaimit").joinpath("fyndiq.toml"))
    register(files("hub_fyndiq_reclaimit").joinpath("cdon.toml"))


@hub.hookimpl
def hub_read_mail(mail: hub.Mail) -> hub.MailReading | None:
    """Recognise a notification of Fyndiq or CDON; its senders are those of CASEHUB_RECLAIMIT_SENDERS too."""
    from hub_fyndiq_reclaimit.mail_rules import rules_of  # noqa: PLC0415  only who reads mail pays for it
    from hub_fyndiq_reclaimit.mails import read_notification  # noqa: PLC0415  the same

    return read_notification(mail, rules_of(os.environ))
