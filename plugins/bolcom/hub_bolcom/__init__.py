"""What bol.com promises its customers and asks of its sellers, as policies of casehub."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable

import hub


@hub.hookimpl
def hub_register_policies(register: Callable[[Traversable], None]) -> None:
    """Offer the policies that lie beside this module."""
    register(files("hub_bolcom").joinpath("bolcom.toml"))
    register(files("hub_bolcom").joinpath("bolcom-24h.toml"))
