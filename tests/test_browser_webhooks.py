"""The pages of webhooks in a real Chromium: an address from its adding to its removal, without barriers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hub.core.people import Role
from hub.webhooks import tell_programs
from tests.browser import LAPTOP, PHONE, Seller, on_loopback, seller
from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP
from tests.receiver import Receiver
from tests.web_world import WebWorld, web_world

pytestmark = pytest.mark.chromium


@pytest.fixture
def world(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Iterator[WebWorld]:
    config, state = tmp_path / "hub.toml", tmp_path / "state.json"
    config.write_text(f"{HUB_TOML}\n[webhooks]\nallow_private = true\n", encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    with web_world(Desktop(config, state, clock)) as made:
        yield made


@pytest.fixture
def boss(chromium: Browser, world: WebWorld) -> Iterator[Seller]:
    world.person("eva", Role.ADMIN)
    with on_loopback(world) as address, seller(chromium, world, address) as found:
        yield found
    assert found.complaints == []


def test_an_address_lives_from_its_adding_to_its_removal(boss: Seller, world: WebWorld) -> None:
    with Receiver() as receiver:
        page = boss.opens("/webhooks")
        page.keyboard.press("n")
        page.keyboard.type(receiver.url)
        page.locator("summary", has_text="Only these types").click()
        page.get_by_label("case.opened").check()
        page.get_by_role("button", name="Add an address").click()
        expect(page.locator(".secret")).to_contain_text("whsec_")
        assert boss.barriers() == []

        world.desktop.opens(ref="s1")
        tell_programs(world.hub)
        page.keyboard.press("t")
        expect(page.get_by_text("It took the message (HTTP 204).")).to_be_visible()
        expect(page.get_by_text("whsec_")).to_have_count(0)
        page.get_by_role("link", name="case.opened").click()
        expect(page.locator(".sent")).to_contain_text('"type": "case.opened"')
        assert boss.barriers() == []
        page.get_by_role("button", name="Send once more").click()
        expect(page.get_by_text("It goes out once more in a moment.")).to_be_visible()

        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_text("The address is removed.")).to_be_visible()
        assert [len(receiver.got), world.hub.store.webhooks.standings()] == [2, []]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_the_page_of_an_address_shuts_nobody_out(
    boss: Seller, world: WebWorld, theme: str, size: tuple[int, int]
) -> None:
    boss.page.set_viewport_size({"width": size[0], "height": size[1]})
    boss.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    with Receiver([410]) as receiver:
        boss.opens("/webhooks").get_by_role("textbox", name="Address").fill(receiver.url)
        boss.page.get_by_role("button", name="Add an address").click()
        world.desktop.opens(ref="s1")
        tell_programs(world.hub)
        [standing] = world.hub.store.webhooks.standings()

        for path in ("/webhooks", f"/webhooks/{standing.endpoint.id}", f"/webhooks/{standing.endpoint.id}?state=dead"):
            boss.opens(path)
            assert (boss.barriers(), boss.too_wide()) == ([], []), path
            assert boss.shift() < 0.05, path
