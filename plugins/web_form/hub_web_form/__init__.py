"""A shop's own contact page as a channel of casehub: the front door for its customers."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from importlib.resources.abc import Traversable

from hub import Adapter, hookimpl


@hookimpl
def hub_register_adapters(register: Callable[[type[Adapter]], None]) -> None:
    """Offer the front door."""
    from hub_web_form.adapter import WebFormAdapter  # noqa: PLC0415  loaded only where a command needs adapters

    register(WebFormAdapter)


@hookimpl
def hub_register_policies(register: Callable[[Traversable], None]) -> None:
    """Offer what a shop promises whoever writes on its contact page."""
    register(resources.files("hub_web_form") / "policy.toml")
