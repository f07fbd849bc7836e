"""The pages in a real Chromium: live, without barriers, calm while they come up, and with nothing of anybody else's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, Dialog, Page, Response, expect

from hub.core.model import CaseType
from tests.browser import LAPTOP, PHONE, Seller, seller
from tests.browser_world import Served, served_world
from tests.test_web_hostile import CORPUS, MARK, arrive
from tests.web_world import WebWorld

pytestmark = pytest.mark.chromium
expect.set_options(timeout=15_000)

PAGES = (
    "/cases",
    "/cases?view=late",
    "/cases/CH-1001",
    "/cases/CH-1001/explain",
    "/cases/CH-1001/history",
    "/overview",
    "/policies",
    "/policies/email",
    "/policies/calendar",
    "/policies/what-if",
    "/people",
    "/people/eva",
    "/account",
    "/audit",
    "/webhooks",
)
UNFOLD = "for (const one of document.querySelectorAll('main details')) one.open = true"
STRANGE = """(mark) => [...document.querySelectorAll("script, style, base, object, embed, math, meta[http-equiv]")]
  .filter((one) => one.outerHTML.includes(mark)).map((one) => one.outerHTML)"""
DOORS = ("/shop/contact/", "/shop/contact/about/question", "/shop/contact/about/complaint", "/shop/contact/case")
NOT_FOUND = ("/cases/CH-9999", "/nowhere")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_world(tmp_path_factory.mktemp("pages")) as found:
        found.world.desktop.opens(ref="s1", type=CaseType.MISSING_ITEM)
        found.world.desktop.opens(channel="portal", ref="p1", type=CaseType.QUESTION)
        yield found


@pytest.fixture
def world(served: Served) -> WebWorld:
    return served.world


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, served: Served) -> Iterator[Seller]:
    with seller(chromium, served.world, served.address) as found:
        yield found


@pytest.fixture
def eva(signed_in: Seller) -> Iterator[Seller]:
    signed_in.complaints.clear()
    yield signed_in
    assert signed_in.complaints == []


@pytest.fixture
def look(eva: Seller, request: pytest.FixtureRequest) -> Seller:
    """Eva at a screen of a size, in a theme."""
    size, theme = request.param
    eva.page.set_viewport_size({"width": size[0], "height": size[1]})
    eva.page.emulate_media(color_scheme=theme)
    return eva


LOOKS: list[tuple[tuple[int, int], Literal["light", "dark"]]] = [
    (PHONE, "light"),
    (PHONE, "dark"),
    (LAPTOP, "light"),
    (LAPTOP, "dark"),
]
every_look = pytest.mark.parametrize("look", LOOKS, ids=lambda one: f"{one[0][0]}-{one[1]}", indirect=True)


def nobody_is_shut_out(one: Seller, what: str) -> None:
    assert one.barriers() == [], what
    assert one.too_wide() == [], what


@every_look
def test_no_page_shuts_anybody_out_or_moves_while_it_comes_up(look: Seller) -> None:
    for path in PAGES:
        look.opens(path)
        assert look.shift() < 0.05, path
        nobody_is_shut_out(look, path)


@every_look
def test_what_opens_on_a_page_shuts_nobody_out_either(look: Seller) -> None:
    for path, opens in OPENED.items():
        opens(look.opens(path))
        nobody_is_shut_out(look, path)


def unfold(page: Page) -> None:
    """Open every box of a case's page, with a reply and a template in the making."""
    page.keyboard.press("r")
    page.keyboard.type("Hej http://x.example")
    expect(page.locator("#findings li").first).to_be_visible()
    page.evaluate(UNFOLD)
    expect(page.locator("#events li").or_(page.locator("#events tr")).first).to_be_visible()


def ask(page: Page) -> None:
    """Come as far as the question before money moves."""
    page.keyboard.press("d")
    page.locator("#offer-1 input[name=percent]").fill("50")
    page.locator("#offer-1 textarea").fill("Hälften.")
    page.locator("#offer-1 button").click()
    expect(page.locator("#asked dialog").or_(page.locator("#notices .notice")).first).to_be_visible()


def show_keys(page: Page) -> None:
    """Open the dialog of the keys."""
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def show_menu(page: Page) -> None:
    """Open one's own menu."""
    page.locator("details.own summary").click()
    expect(page.locator(".drop select[name=theme]")).to_be_visible()


def save_view(page: Page) -> None:
    """Open the dialog that keeps a list."""
    page.locator("[data-opens=save-view]").click()
    expect(page.locator("#save-view")).to_be_visible()


def tick(page: Page) -> None:
    """Tick all, so that what can be done to many is there."""
    page.keyboard.press("*")
    expect(page.locator("#deeds")).to_be_visible()


OPENED: dict[str, Callable[[Page], None]] = {
    "/cases/CH-1001": unfold,
    "/cases/CH-1001?": ask,
    "/cases": show_keys,
    "/cases?": tick,
    "/overview": show_menu,
    "/cases?q=vas": save_view,
}


@every_look
def test_errors_and_the_way_in_and_the_front_door_shut_nobody_out(look: Seller, chromium: Browser) -> None:
    for path in NOT_FOUND:
        look.opens(path)
        nobody_is_shut_out(look, path)
    look.complaints.clear()  # that there is no such page

    dark = look.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    size = look.page.viewport_size
    with chromium.new_context(viewport=size, color_scheme="dark" if dark else "light") as context:
        stranger = Seller(context.new_page(), look.address, [])
        for path in ("/sign-in", "/sign-in/a-link-that-was-sent", *DOORS):
            stranger.opens(path)
            nobody_is_shut_out(stranger, path)


def test_news_come_into_an_open_list_without_a_reload(eva: Seller, world: WebWorld) -> None:
    page = eva.opens("/cases")
    expect(page.locator(".case")).to_have_count(2)

    world.desktop.opens(ref="s9", subject="Helt ny vas")

    expect(page.locator(".case", has_text="Helt ny vas")).to_be_visible()


def test_many_pages_of_one_person_are_open_at_once_and_all_hear_the_news(chromium: Browser, served: Served) -> None:
    # Over HTTP/1.1 a browser keeps six connections to one server: a stream for each page would leave none to ask by.
    with seller(chromium, served.world, served.address) as eva:
        eva.opens("/cases")
        pages = [eva.page, *(eva.page.context.new_page() for _ in range(8))]
        for page in pages[1:]:
            page.goto(f"{eva.address}/cases")
        served.world.desktop.opens(ref="s7", subject="En ny vas")

        for page in pages[1:]:
            expect(page.locator(".case", has_text="En ny vas")).to_be_visible()
        pages[0].close()  # whichever page held the stream, another one takes it over
        served.world.desktop.opens(ref="s8", subject="Ett nytt fat")
        for page in pages[1:]:
            expect(page.locator(".case", has_text="Ett nytt fat")).to_be_visible()


def test_a_search_follows_what_is_typed(eva: Seller) -> None:
    page = eva.opens("/cases")
    page.keyboard.press("/")
    page.keyboard.type("öberg")
    expect(page.locator(".found")).to_contain_text("öberg")
    page.keyboard.press("ArrowDown")

    assert page.evaluate("document.activeElement.closest('.case') !== null")


def test_no_page_asks_anything_of_anybody_else_and_none_weighs_150_kb(eva: Seller) -> None:
    for path in (*PAGES, *DOORS):
        with answered(eva.page) as answers:
            eva.opens(path)
            weight = sum(len(answer.body()) for answer in answers if "/live" not in answer.url)

        assert [answer.url for answer in answers if not answer.url.startswith(eva.address)] == []
        assert 0 < weight < 150_000, path


def test_what_strangers_write_runs_nothing_and_asks_nothing_of_anybody(
    chromium: Browser, served: Served, world: WebWorld
) -> None:
    for place, bad in enumerate(CORPUS):
        arrive(world, bad, f"hostile{place}")
    numbers = [world.hub.store.number_with_ref("shop", f"hostile{place}") for place in range(len(CORPUS))]
    with seller(chromium, world, served.address) as eva:
        went_wrong: list[str] = []

        def dismiss(dialog: Dialog) -> None:
            went_wrong.append(dialog.message)
            dialog.dismiss()

        eva.page.on("dialog", dismiss)
        eva.page.on("request", lambda asked: went_wrong.extend([asked.url] if is_foreign(asked.url, eva) else []))
        for path in ("/cases", *(f"/cases/{number}" for number in numbers), "/overview", "/audit"):
            page = eva.opens(path)
            page.evaluate(UNFOLD)
            went_wrong += page.evaluate(STRANGE, MARK)

        assert went_wrong == []
        assert [told for told in eva.complaints if not is_of_the_guard(told)] == []


def is_foreign(url: str, one: Seller) -> bool:
    return not url.startswith((one.address, "blob:", "data:", "about:"))


def is_of_the_guard(told: str) -> bool:
    """Whether a complaint says that the browser kept something from running, as it was told to."""
    return bool(re.search(r"Content Security Policy|sandboxed", told))


@contextmanager
def answered(page: Page) -> Iterator[list[Response]]:
    answers: list[Response] = []

    def keep(answer: Response) -> None:
        answers.append(answer)

    page.on("response", keep)
    yield answers
    page.remove_listener("response", keep)
