"""Rakuten Ichiba and Rakuten France as channels of casehub, and what each asks of its sellers."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable

import hub


@hub.hookimpl
def hub_register_adapters(register: Callable[[type[hub.Adapter]], None]) -> None:
    """Offer both marketplaces: they have nothing in common but the name."""
    from hub_rakuten.france.adapter import FranceAdapter  # noqa: PLC0415  only who asks for adapters pays for them
    from hub_rakuten.ichiba.adapter import IchibaAdapter  # noqa: PLC0415  the same

    register(IchibaAdapter)
    register(FranceAdapter)


@hub.hookimpl
def hub_register_policies(register: Callable[[Traversable], None]) -> None:
    """Offer the policies that lie beside this module."""
    register(files("hub_rakuten").joinpath("ichiba.toml"))
    register(files("hub_rakuten").joinpath("france.toml"))
