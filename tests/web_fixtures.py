"""A served hub with the pretended shop and portal, as the tests of pages want it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP
from tests.web_world import WebWorld, web_world


@contextmanager
def served(
    folder: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None], more: str = ""
) -> Iterator[WebWorld]:
    """Serve an empty hub; `more` is added to its settings."""
    config, state = folder / "hub.toml", folder / "state.json"
    config.write_text(HUB_TOML + more, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    with web_world(Desktop(config, state, clock)) as made:
        yield made
