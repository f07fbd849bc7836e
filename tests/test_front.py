"""The front desk: what a site may ask of its own channel, and that one broken site stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from hub.app import open_hub
from hub.desks import desk_of as person
from hub.errors import StoreError
from hub.front import ChannelDesk, folder_of, front_sites
from tests.fakes import MovableClock
from tests.front_shop import CUSTOMER, JPEG, Browser, FrontShop, front_shop, words_of

BROKEN = """
import hub
from pydantic import BaseModel

class Broken(hub.Adapter):
    key = "broken"
    title = "Broken"
    capabilities = frozenset({hub.Capability.FETCH})
    portal_steps = {}

    class Settings(BaseModel):
        how: str = ""

    def open(self, settings, tools):
        raise NotImplementedError

    def site(self, settings, tools, desk):
        if settings.how == "breaks":
            raise KeyError("a secret")
        if settings.how == "says":
            raise hub.ConfigurationError("the topics are wrong")
        return None

@hub.hookimpl
def hub_register_adapters(register):
    register(Broken)
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontShop]:
    monkeypatch.setenv("FRONT_PASSWORD", "pretended-password")
    with front_shop(tmp_path) as opened:
        yield opened


def desk_of(shop: FrontShop) -> ChannelDesk:
    [channel] = shop.hub.channels()
    return ChannelDesk(shop.hub, channel, patience=0)


def test_a_broken_site_is_left_out_and_told_and_the_others_are_shown(
    install_plugin: Callable[..., None], write_settings: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    install_plugin("broken", BROKEN)
    tables = [f'[channels.{name}]\nadapter = "broken"\nhow = "{name}"' for name in ("breaks", "says", "none")]
    shop = '[channels.shop]\nadapter = "web_form"\nshop = "A"\n[channels.off]\nadapter = "web_form"\nshop = "B"\n'
    config = write_settings("\n".join([*tables, shop + "enabled = false"]))

    with open_hub(config, MovableClock()) as hub:
        sites = front_sites(hub)

    assert [name for name, _ in sites] == ["shop"]
    told = capsys.readouterr().err
    assert "channel=breaks why='the plugin broke with KeyError'" in told
    assert "channel=says why='the topics are wrong'" in told
    assert "a secret" not in told


def test_a_case_is_found_by_its_ref_and_followed_where_it_was_merged(shop: FrontShop) -> None:
    shop.write()
    shop.write(email="bo@kund.example", text="The same lamp, asked by somebody else.")
    first, second = shop.cases()
    desk = desk_of(shop)
    person(shop.hub, "eva").merge(first.number, second.number)

    found = desk.case(first.ref)
    assert found is not None
    assert found.number == second.number
    assert desk.case("w0000000000000000") is None
    by_number = desk.case_by_number(first.number)
    assert by_number is not None
    assert by_number.ref == first.ref
    assert desk.case_by_number("CH-9999") is None
    assert desk.case_by_number("nonsense") is None


def test_of_a_case_that_ours_was_merged_into_the_page_shows_nothing_of_the_others(shop: FrontShop) -> None:
    shop.write(email="bo@kund.example", text="This is my secret.")
    shop.new_browser()
    shop.write()
    first, second = shop.cases()
    person(shop.hub, "eva").merge(second.number, first.number)

    page = shop.client.get("/shop/shop/case/view?lang=en")

    assert "Finns lampan" in words_of(page)
    assert "secret" not in page.text


def test_another_channels_case_is_not_known_at_this_desk(shop: FrontShop) -> None:
    shop.write()
    [channel] = shop.hub.channels()
    other = ChannelDesk(shop.hub, replace(channel, name="other"))

    assert other.case_by_number("CH-1001") is None
    assert other.case(shop.cases()[0].ref) is None


def test_a_desk_waits_for_another_reading_only_so_long(shop: FrontShop) -> None:
    desk = desk_of(shop)
    with shop.hub.store.lease("sync:shop"):
        assert desk.take_in() is False

    assert desk.take_in() is True


def test_an_answered_case_promises_nothing(shop: FrontShop) -> None:
    shop.write()
    desk = desk_of(shop)
    [case] = shop.cases()
    assert desk.promised(case) is not None
    assert desk.is_confirmed(case)

    shop.answer("CH-1001", "Yes, in blue.")

    assert desk.promised(shop.cases()[0]) is None


def test_a_second_message_within_the_hour_promises_no_mail_because_none_goes(shop: FrontShop) -> None:
    shop.write()
    page = shop.write(text="And does it come in green as well?")

    assert "No confirmation goes out by mail this time" in words_of(page)
    assert [mail["To"] for mail in shop.mails()] == [CUSTOMER]


def test_a_backup_has_the_record_and_goes_on_with_it(shop: FrontShop, tmp_path: Path) -> None:
    shop.write(files={"photos": ("a.jpg", JPEG)})
    shop.hub.store.backup(tmp_path / "backup")
    shop.write(text="This came after the backup.")
    settings = (tmp_path / "hub.toml").read_text(encoding="utf-8")
    (tmp_path / "again.toml").write_text(f'data = "backup"\n{settings}', encoding="utf-8")

    with open_hub(tmp_path / "again.toml", shop.clock) as hub:
        [(_, site)] = front_sites(hub)
        app = Starlette(routes=[Mount("/shop/shop", site)])
        restored = FrontShop(hub, Browser(app), shop.clock, shop.mail)
        restored.sign_in("CH-1001")
        page = restored.client.get("/shop/shop/case/view?lang=en")
        assert "Finns lampan" in words_of(page)
        restored.send_out()  # what was open in a backup is doubted first
        restored.answer("CH-1001", "Yes, still in blue.")
        assert "Yes, still in blue." in words_of(restored.client.get("/shop/shop/case/view"))

    assert "still in blue" not in words_of(shop.client.get("/shop/shop/case/view"))


def test_a_channel_has_a_folder_of_its_own_that_only_its_owner_reads(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "data", "shop")

    assert folder == tmp_path / "data" / "channels" / "shop"
    assert folder.stat().st_mode & 0o777 == 0o700
    (tmp_path / "in the way").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        folder_of(tmp_path / "in the way", "shop")
