"""Acme as a plugin of casehub: the adapter and the policy that Acme's channels follow."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable

import hub


@hub.hookimpl
def hub_register_adapters(register: Callable[[type[hub.Adapter]], None]) -> None:
    """Offer the adapter."""
    from hub.scaffold.acme.adapter import AcmeAdapter  # noqa: PLC0415  loaded only where a command needs adapters

    register(AcmeAdapter)


@hub.hookimpl
def hub_register_policies(register: Callable[[Traversable], None]) -> None:
    """Offer the policy that lies beside this module."""
    register(files("hub.scaffold.acme").joinpath("policy.toml"))
