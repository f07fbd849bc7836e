"""What Rakuten Ichiba and Rakuten France ask of their sellers, as policies of casehub."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable

import hub


@hub.hookimpl
def hub_register_policies(register: Callable[[Traversable], None]) -> None:
    """Offer the policies that lie beside this module."""
    register(files("hub_rakuten").joinpath("ichiba.toml"))
    register(files("hub_rakuten").joinpath("france.toml"))
