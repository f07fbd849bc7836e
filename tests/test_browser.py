"""The pages in a real Chromium: by keyboard alone, live, without barriers, calm while they come up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from hub.core.model import CaseType
from hub.core.people import Role
from tests.browser import LAPTOP, PHONE, Seller, on_loopback, seller
from tests.web_world import WebWorld

pytestmark = pytest.mark.chromium

PAGES = (
    "/cases",
    "/cases/CH-1001",
    "/overview",
    "/policies",
    "/policies/calendar",
    "/people",
    "/account",
    "/audit",
    "/webhooks",
)


@pytest.fixture
def address(world: WebWorld) -> Iterator[str]:
    world.person("eva", Role.ADMIN, full_name="Eva Lund")
    world.desktop.opens(ref="s1", type=CaseType.MISSING_ITEM)
    world.desktop.opens(channel="portal", ref="p1", type=CaseType.QUESTION)
    with on_loopback(world) as found:
        yield found


@pytest.fixture
def eva(chromium: Browser, world: WebWorld, address: str) -> Iterator[Seller]:
    with seller(chromium, world, address) as found:
        yield found
    assert found.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_no_page_shuts_anybody_out_or_moves_while_it_comes_up(
    eva: Seller, theme: Literal["light", "dark"], size: tuple[int, int]
) -> None:
    eva.page.set_viewport_size({"width": size[0], "height": size[1]})
    eva.page.emulate_media(color_scheme=theme)

    for path in PAGES:
        eva.opens(path)
        assert eva.shift() < 0.05, path
        assert eva.barriers() == [], path
        assert eva.too_wide() == [], path


def test_the_way_in_shuts_nobody_out(chromium: Browser, world: WebWorld, address: str) -> None:
    with seller(chromium, world, address) as found:
        found.page.context.clear_cookies()
        found.opens("/sign-in")

        assert found.barriers() == []


def test_news_come_into_an_open_list_without_a_reload(eva: Seller, world: WebWorld) -> None:
    page = eva.opens("/cases")
    expect(page.locator(".case")).to_have_count(2)

    world.desktop.opens(ref="s9", subject="Helt ny vas")

    expect(page.locator(".case", has_text="Helt ny vas")).to_be_visible(timeout=10_000)


def test_many_pages_of_one_person_are_open_at_once_and_all_hear_the_news(eva: Seller, world: WebWorld) -> None:
    # Over HTTP/1.1 a browser keeps six connections to one server: a stream for each page would leave none to ask by.
    eva.opens("/cases")
    pages = [eva.page, *(eva.page.context.new_page() for _ in range(8))]
    for page in pages[1:]:
        page.goto(f"{eva.address}/cases", timeout=10_000)
    world.desktop.opens(ref="s7", subject="En ny vas")

    for page in pages[1:]:
        expect(page.locator(".case", has_text="En ny vas")).to_be_visible(timeout=10_000)
    pages[0].close()  # whichever page held the stream, another one takes it over
    world.desktop.opens(ref="s8", subject="Ett nytt fat")
    for page in pages[1:]:
        expect(page.locator(".case", has_text="Ett nytt fat")).to_be_visible(timeout=10_000)


def test_a_search_follows_what_is_typed(eva: Seller) -> None:
    page = eva.opens("/cases")
    page.keyboard.press("/")
    page.keyboard.type("öberg")
    expect(page.locator(".found")).to_contain_text("öberg")
    page.keyboard.press("ArrowDown")

    assert page.evaluate("document.activeElement.closest('.case') !== null")


def test_no_page_asks_anything_of_anybody_else(eva: Seller) -> None:
    asked: list[str] = []
    eva.page.on("request", lambda request: asked.append(request.url))

    for path in PAGES:
        eva.opens(path)

    assert [url for url in asked if not url.startswith(eva.address)] == []


def test_a_page_without_its_pictures_weighs_under_150_kb(eva: Seller) -> None:
    for path in PAGES:
        with weighed(eva.page) as answers:
            eva.opens(path)
            weight = sum(len(answer.body()) for answer in answers if "/live" not in answer.url)

        assert 0 < weight < 150_000, path


@contextmanager
def weighed(page: Page) -> Iterator[list[Response]]:
    answers: list[Response] = []

    def keep(answer: Response) -> None:
        answers.append(answer)

    page.on("response", keep)
    yield answers
    page.remove_listener("response", keep)
