"""One served hub for all tests of a module: starting one for each would cost more than what they look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.core.people import Role
from tests.browser import on_loopback
from tests.deciding_desk import Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP
from tests.fakes import MovableClock
from tests.installing import installed_into
from tests.web_world import WebWorld, web_world

FRONT_DOOR = """
[channels.careful]
adapter = "shop"

[approval.careful]
channels = ["careful"]

[channels.contact]
adapter = "web_form"
shop = "Butiken"
"""


@dataclass
class Served:
    """A hub that is served, and its address."""

    world: WebWorld
    address: str


@contextmanager
def served_world(folder: Path, *, undo: str = "0s", language: str = "en") -> Iterator[Served]:
    """Serve a shop, one whose replies a second person approves, a portal and a contact page to Eva, an admin."""
    clock = MovableClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    config, state = folder / "hub.toml", folder / "state.json"
    config.write_text(HUB_TOML + FRONT_DOOR, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, installed_into(folder, patch) as install:
        patch.setattr("hub.clock.SystemClock", lambda: clock)
        patch.setenv("CASEHUB_OUTBOX__UNDO", undo)
        install(
            "shop", SHOP.format(state=str(state)).replace("Capability.NOTE,", "Capability.NOTE, Capability.ATTACH,")
        )
        install("portal", PORTAL)
        with web_world(Desktop(config, state, clock)) as world:
            world.person("eva", Role.ADMIN, full_name="Eva Lund", language=language)
            with on_loopback(world) as address:
                yield Served(world, address)
