"""The contact page in a real browser: nobody is shut out, on a phone or a desktop, in light or dark."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.front_shop import CUSTOMER, JPEG, FrontShop, front_shop, text_of

pytestmark = pytest.mark.chromium

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
LOOKS = [(PHONE, "light", "sv"), (PHONE, "dark", "ja"), (DESKTOP, "light", "de"), (DESKTOP, "dark", "en")]


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The application on loopback."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 10
        while not server.started and time.monotonic() < until:
            thread.join(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontShop]:
    monkeypatch.setenv("FRONT_PASSWORD", "pretended-password")
    with front_shop(tmp_path) as opened:
        yield opened


def problems_of(page: Page) -> list[str]:
    """What axe finds, and whether anything sticks out to the right."""
    found = [f"{page.url}: {one['id']}" for one in Axe().run(page, options=RULES).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *([f"{page.url} is {wide} px too wide"] if wide else [])]


@pytest.mark.parametrize(("size", "scheme", "language"), LOOKS)
def test_nobody_is_shut_out_of_any_page(
    shop: FrontShop, chromium: Browser, size: Any, scheme: Any, language: str
) -> None:
    told: list[str] = []
    found: list[str] = []
    with served(shop.client.app) as address, chromium.new_context(viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        page.on("console", lambda message: told.append(message.text))
        base, lang = f"{address}/shop/shop", f"?lang={language}"

        def look(path: str = "") -> None:
            if path:
                page.goto(f"{base}{path}{lang}")
            found.extend(problems_of(page))

        def send() -> None:
            shop.clock.advance(minutes=1)
            page.click("main form button[type=submit] >> nth=0")
            page.wait_for_load_state()
            look()

        look("/")
        look("/about/complaint")
        page.click("summary >> nth=0")
        send()  # with every mistake there is
        page.fill("#f-email", CUSTOMER)
        page.fill("#f-order_number", "SE-17")
        page.fill("#f-item", "Lampa")
        page.check("input[name=damage][value=stopped]")
        page.check("input[name=complaint_wish][value=repair]")
        page.set_input_files("#f-photos", {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": JPEG})
        send()
        look("/case/view")
        look("/case/return")
        send()
        look("/nowhere")
        context.clear_cookies()
        look("/case")
        page.fill("#f-number", "CH-1001")
        page.fill("#f-email", CUSTOMER)
        send()
        wait_for_mail(shop, 2)
        page.fill("#f-code", next(word for word in text_of(shop.mails()[-1]).split() if word.isdigit()))
        send()
        assert "CH-1001" in page.inner_text("h1")

    assert found == []
    # A page that broke its own policy of contents would be told of here.
    assert [text for text in told if "status of 4" not in text] == []


def wait_for_mail(shop: FrontShop, count: int) -> None:
    """Codes leave after the answer."""
    until = time.monotonic() + 10
    while len(shop.mails()) < count and time.monotonic() < until:
        time.sleep(0.01)


def test_a_visitor_writes_by_keyboard_alone_and_without_scripts(shop: FrontShop, chromium: Browser) -> None:
    with served(shop.client.app) as address, chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/shop/shop/?lang=en")
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to the content"
        page.keyboard.press("Enter")
        for _ in range(7):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/about/question*")
        page.focus("#f-email")
        page.keyboard.type(CUSTOMER)
        page.focus("#f-text")
        page.keyboard.type("Is it blue?")
        shop.clock.advance(minutes=1)
        page.focus("main button[type=submit]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/thanks*")

        assert "Your case number is CH-1001." in page.inner_text("main")
