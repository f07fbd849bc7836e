"""Write docs/screens: pictures of the pages as the demo's day leaves them. Run `make screens`; needs Chromium."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from hub.app import Hub, open_hub
from hub.cli import main
from hub.clock import SystemClock, time_told_by
from hub.core.people import Actor, Door, Person, Role
from hub.core.ports import CaseFilter, CaseSummary
from hub.demo import stage
from hub.demo.day import DemoClock, working_morning
from hub.demo.story import play
from hub.desks import desk_of
from hub.passwords import Passwords
from hub.people import Staff
from hub.signing_in import SigningIn
from hub.web.app import make_app, make_site
from hub.web.serving import bound_socket

SCREENS = Path(__file__).parent / "screens"
LAPTOP, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SWITCHES = ("--no-sandbox", "--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-first-run")
HEAVIEST, QUALITY = 118_000, 82
DENSE = ("list", "case", "overview", "policies")
"""What is drawn as JPEG: so much stands on it that a PNG would weigh too much."""
THEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")
FRONT_DOOR = """
[channels.contact]
adapter = "web_form"
shop = "Nordljus"
"""


@contextmanager
def the_day(folder: Path) -> Iterator[Hub]:
    """The hub as the demo leaves it at noon, with a staff and a contact page besides."""
    today = SystemClock().now()
    clock = DemoClock(working_morning(today, stage.holidays(today.year), stage.ZONE))
    platforms = stage.pretended_platforms(clock)
    with ExitStack() as running:
        for platform in platforms.values():
            running.enter_context(platform)
        settings = stage.write_settings(folder, platforms, today.year)
        with settings.open("a", encoding="utf-8") as file:
            file.write(FRONT_DOOR)
        running.enter_context(stage.settings_in_force(settings.resolve()))
        running.enter_context(time_told_by(clock))
        play(folder, clock, platforms, lambda _text: None, run_quietly)
        clock.set(clock.now() + timedelta(minutes=1))
        with open_hub(settings, clock) as hub:
            hire(hub)
            yield hub


def run_quietly(arguments: Sequence[str]) -> None:
    """Run a command of the story without its output."""
    from click.testing import CliRunner  # noqa: PLC0415  only here

    CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def hire(hub: Hub) -> None:
    """Let three people in, and let them take some cases."""
    now = hub.clock.now()
    staff = (
        Person("eva", Role.ADMIN, now, full_name="Eva Lund"),
        Person("bo", Role.LEAD, now, full_name="Bo Ek"),
        Person("mia", Role.AGENT, now, full_name="Mia de Vries", language="nl"),
    )
    by = Actor("eva", Door.COMMAND)
    for person in staff:
        Staff(hub.store.people, hub.clock, Passwords()).add(person, by)
    for place, case in enumerate(hub.store.cases(CaseFilter(limit=None))):
        if place % 2:
            desk_of(hub, "eva").assign(case.number, staff[place % 3].name)


@contextmanager
def served(hub: Hub) -> Iterator[tuple[str, dict[str, str]]]:
    """The pages on loopback: their address, and the cookie of Eva's session."""
    signing_in, at = SigningIn(hub.store.people, hub.clock), bound_socket("127.0.0.1", 0)
    site = make_site(hub, signing_in)
    server = uvicorn.Server(uvicorn.Config(make_app(site), log_config=None, timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]})
    thread.start()
    session = signing_in.sign_in_by_link(signing_in.link_for("eva"), "192.0.2.7")
    try:
        yield f"http://127.0.0.1:{at.getsockname()[1]}", {"name": site.doorkeeper.cookie, "value": session}
    finally:
        site.live.end()
        server.should_exit = True
        thread.join()


def told(hub: Hub) -> str:
    """The case whose page is shown: the one that costs most if nobody answers."""
    return max(hub.store.cases(CaseFilter(limit=None)), key=cost_of).number


def cost_of(case: CaseSummary) -> Decimal:
    """What a miss takes."""
    risk = case.deadline.at_risk if case.deadline is not None else None
    return risk.amount if risk is not None else Decimal()


def pages_of(hub: Hub) -> dict[str, str]:
    """What is shown under which name."""
    return {
        "list": "/cases",
        "case": f"/cases/{told(hub)}",
        "overview": "/overview",
        "policies": "/policies",
        "calendar": "/policies/calendar",
        "people": "/people",
        "account": "/account",
        "audit": "/audit",
        "webhooks": "/webhooks",
        "sign-in": "/sign-in",
        "contact": "/shop/contact/",
    }


def take(page: Page, name: str) -> None:
    """Write the picture of a page that is open, as JPEG where much stands on it."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(600)  # what the page fetches by itself
    if not name.endswith("phone"):
        page.evaluate("scrollTo(0, 0)")  # a case begins at its reply box: here its head is shown
    if name.endswith("phone") or name.partition("-")[0] not in DENSE:
        page.screenshot(path=SCREENS / f"{name}.png")
        return
    quality = QUALITY
    while len(page.screenshot(type="jpeg", quality=quality)) > HEAVIEST:
        quality -= 4
    page.screenshot(path=SCREENS / f"{name}.jpg", type="jpeg", quality=quality)


def take_all(browser: Browser, hub: Hub, address: str, cookie: dict[str, str]) -> None:
    """Every page in both themes, and the list and a case on a phone."""
    pages = pages_of(hub)
    for theme in THEMES:
        with browser.new_context(viewport=LAPTOP, color_scheme=theme, locale="en-GB") as context:
            for name, path in pages.items():
                take(opened(context, address, path, cookie), f"{name}-{theme}")
    with browser.new_context(viewport=PHONE, color_scheme="light", locale="en-GB", has_touch=True) as context:
        for name in ("list", "case"):
            take(opened(context, address, pages[name], cookie), f"{name}-phone")


def opened(context: BrowserContext, address: str, path: str, cookie: dict[str, str]) -> Page:
    """A page as Eva sees it, or a stranger where only strangers come."""
    context.clear_cookies()
    if path != "/sign-in":
        context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": address}])
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(address + path)
    return page


def make() -> None:
    """Play the day, serve it, and take every picture."""
    SCREENS.mkdir(exist_ok=True)
    for old in SCREENS.iterdir():
        old.unlink()
    with ExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory())
        hub = running.enter_context(the_day(Path(folder)))
        address, cookie = running.enter_context(served(hub))
        playwright = running.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        running.callback(browser.close)
        take_all(browser, hub, address, cookie)


if __name__ == "__main__":
    make()
