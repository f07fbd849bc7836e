"""A real Chromium on a served hub, for what only a browser can tell."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from hub.web.serving import bound_socket
from tests.web_world import WebWorld

PROGRAM = "/usr/bin/chromium"
PHONE, LAPTOP, WIDE = (390, 844), (1280, 800), (2560, 1440)
_SWITCHES = (
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_SHIFTS = """() => new Promise((told) => new PerformanceObserver((list) =>
  told(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))).observe({type: "layout-shift", buffered: true})
  || setTimeout(() => told(0), 300))"""

_TOO_WIDE = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => one.outerHTML.slice(0, 90))"""


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """The browser itself, for a whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=list(_SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """None: the tests have their own."""


@contextmanager
def on_loopback(world: WebWorld) -> Iterator[str]:
    """Serve the pages on loopback in a thread; answers their address."""
    at = bound_socket("127.0.0.1", 0)
    config = uvicorn.Config(world.app, log_config=None, lifespan="on", timeout_graceful_shutdown=2)
    server = _Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{at.getsockname()[1]}"
    finally:
        world.site.live.end()
        server.should_exit = True
        thread.join(timeout=30)
        at.close()


@dataclass
class Seller:
    """Somebody at a browser, signed in; what goes wrong in its console is remembered."""

    page: Page
    address: str
    complaints: list[str]

    def opens(self, path: str) -> Page:
        """Go to a page."""
        self.page.goto(self.address + path)
        return self.page

    def barriers(self) -> list[str]:
        """What axe-core says shuts people out of the page that is open (WCAG 2.2 A and AA, and its best practice)."""
        found = Axe().run(self.page)
        return [
            f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']]}"
            for one in found.response["violations"]
        ]

    def too_wide(self) -> list[str]:
        """What of the page reaches beyond its window, so that people would have to scroll sideways."""
        return [str(name) for name in self.page.evaluate(_TOO_WIDE)]

    def shift(self) -> float:
        """How much of the page moved while it came up, as Chromium counts it (0.1 is called poor)."""
        return float(self.page.evaluate(_SHIFTS))


def watched(context: BrowserContext) -> tuple[Page, list[str]]:
    """A new page, and what it will complain of in its console."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if _is_complaint(told) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def _is_complaint(told: ConsoleMessage) -> bool:
    # htmx says so of a request that was under way when somebody went on, to the next page or in the same.
    cut_off = told.text.startswith(("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort"))
    return told.type in ("error", "warning") and not cut_off


@contextmanager
def seller(
    browser: Browser, world: WebWorld, address: str, name: str = "eva", size: tuple[int, int] = LAPTOP, **options: Any
) -> Iterator[Seller]:
    """Somebody with a page of their own, who has signed in."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    doorkeeper = world.site.doorkeeper
    session = doorkeeper.signing_in.sign_in_by_link(doorkeeper.signing_in.link_for(name).rpartition("/")[2])
    context.add_cookies([{"name": doorkeeper.cookie, "value": session, "url": address, "httpOnly": True}])
    page, complaints = watched(context)
    try:
        yield Seller(page, address, complaints)
    finally:
        context.close()
