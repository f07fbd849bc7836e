"""What Fyndiq and CDON ask of their sellers in Reclaimit, as policies of casehub."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable

import hub


@hub.hookimpl
def hub_register_policies(register: Callable[[Traversable], None]) -> None:
    """Offer the policies that lie beside this module."""
    register(files("hub_fyndiq_reclaimit").joinpath("fyndiq.toml"))
    register(files("hub_fyndiq_reclaimit").joinpath("cdon.toml"))
