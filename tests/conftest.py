"""Pretended plugins, installed as a stranger's would be: a module and a distribution with an entry point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL
from tests.deciding_shop import SHOP as DECIDING_SHOP
from tests.installing import InstallPlugin, installed_into

if TYPE_CHECKING:
    from tests.web_world import WebWorld

WriteSettings = Callable[[str], Path]

SHOP = """
from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr

import hub


class ShopConnection(hub.Connection):
    def __init__(self, settings):
        self.settings = settings

    def check(self):
        yield hub.Proof("sign-in", ok=self.settings.password.get_secret_value() == "Åsa 漢字", advice="ask Åsa")
        if self.settings.shop == "breaks":
            raise KeyError("a secret of the plugin")


class Shop(hub.Adapter):
    key = "shop"
    title = "A pretended shop"
    capabilities = frozenset({hub.Capability.FETCH})
    limits = ("sells nothing",)

    class Settings(BaseModel):
        shop: str = Field(description="which shop")
        password: SecretStr = Field(description="its password")
        port: int = Field(993, ge=1, description="its port")
        folders: tuple[str, ...] = Field(("INBOX",), description="what to read")
        token: SecretStr | None = Field(None, description="another secret")

    def open(self, settings, tools):
        return ShopConnection(settings)


@hub.hookimpl
def hub_register_adapters(register):
    register(Shop)
"""

# From the year of the tests' clock to the present one, since some commands are tested by the computer's own clock.
OFFICE = f"""
[office]
timezone = "Europe/Stockholm"
known_from = 2026-01-01
known_until = {datetime.now(UTC).year + 1}-12-31
"""


@pytest.fixture
def install_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstallPlugin]:
    """A function that installs a plugin of this name with this source, `install_plugin("shop", SHOP)`."""
    with installed_into(tmp_path, monkeypatch, SHOP) as install:
        yield install


@pytest.fixture
def shop_source() -> str:
    """The source of a plugin that works."""
    return SHOP


@pytest.fixture
def write_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteSettings:
    """A function that writes a hub.toml with an office and this text, in the folder in which the test then works."""
    folder = tmp_path / "office"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def write(text: str = "") -> Path:
        file = folder / "hub.toml"
        # Keys outside any table come before the first one.
        file.write_text(text if "[office]" in text else f"{text}\n{OFFICE}", encoding="utf-8")
        return file

    return write


@pytest.fixture
def world(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: InstallPlugin
) -> Iterator[WebWorld]:
    """A served hub with a pretended shop and a portal."""
    from tests.web_world import web_world  # noqa: PLC0415  only tests of pages need what serves them

    config, state = tmp_path / "hub.toml", tmp_path / "state.json"
    config.write_text(HUB_TOML, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", DECIDING_SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    with web_world(Desktop(config, state, clock)) as made:
        yield made
