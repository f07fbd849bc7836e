"""A shop with a contact page: a real hub on a clock that a test moves, a browser, and a mail server on loopback."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

from httpx import ASGITransport, AsyncClient, Cookies, Response
from starlette.applications import Starlette
from starlette.routing import Mount

from hub.app import Hub, open_hub
from hub.core.model import Case, CaseState
from hub.core.outbox import Reply
from hub.core.ports import CaseFilter
from hub.desks import desk_of
from hub.front import front_sites
from hub.rounds import chosen_sources, delivery_ports, sync_ports
from hub.runs.delivery import deliver
from hub.runs.sync import Silent, sync
from hub_email_imap.simulator import MailPlatform, MailServers
from tests.fakes import MovableClock

SHOP_MAIL, PASSWORD = "hej@butiken.example", "pretended-password"
CUSTOMER = "asa@kund.example"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
SETTINGS = """
[office]
timezone = "Europe/Stockholm"
known_from = 2026-01-01
known_until = 2027-12-31

[outbox]
undo = "0s"

[channels.shop]
adapter = "web_form"
shop = "Butiken"
{more}
"""
MAIL = """
acknowledge = true
address = "hej@butiken.example"
smtp_host = "127.0.0.1"
smtp_port = {port}
smtp_security = "none"
smtp_password = "env:FRONT_PASSWORD"
public_url = "https://butiken.example/shop/shop"
"""
QUESTION = {"name": "Åsa Öberg", "email": CUSTOMER, "text": "Finns lampan i blått också? Jag undrar."}


class Browser:
    """A browser whose requests go straight to an application, over HTTPS as it were."""

    def __init__(self, app: Any, base_url: str = "https://butiken.example") -> None:
        self.app, self._base = app, base_url
        self.cookies = Cookies()
        self.address = "192.0.2.1"
        self.forgiving = False

    def get(self, url: Any, **how: Any) -> Response:
        """Open a page."""
        return self._ask("GET", url, **how)

    def post(self, url: Any, **how: Any) -> Response:
        """Send a form."""
        return self._ask("POST", url, **how)

    def _ask(self, method: str, url: Any, *, follow_redirects: bool = True, **how: Any) -> Response:
        async def ask() -> Response:
            transport = ASGITransport(self.app, raise_app_exceptions=not self.forgiving, client=(self.address, 50_000))
            async with AsyncClient(transport=transport, base_url=self._base, cookies=self.cookies) as client:
                answer = await client.request(method, url, follow_redirects=follow_redirects, **how)
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())


@dataclass
class FrontShop:
    """The hub, the browser of one visitor, and what mails went out."""

    hub: Hub
    client: Browser
    clock: MovableClock
    mail: MailPlatform

    def token(self, path: str, lang: str = "en") -> str:
        """The token of the form on a page."""
        page = self.client.get(path, params={"lang": lang})
        found = re.search(r'name="token" value="([^"]+)"', page.text)
        assert found is not None, page.text
        return found[1]

    def fill_in(self, path: str, page: str = "", files: Any = None, lang: str = "en", **values: str) -> Response:
        """Open a form, take a minute to fill it in, and send it."""
        token = self.token(page or path, lang)
        self.clock.advance(minutes=1)
        given: dict[str, Any] = {"token": token, **values}
        return self.client.post(f"{path}?lang={lang}", data=given, files=files, follow_redirects=True)

    def write(self, lang: str = "en", files: Any = None, **values: str) -> Response:
        """Send the form for any other question."""
        return self.fill_in("/shop/shop/about/question", lang=lang, files=files, **{**QUESTION, **values})

    def cases(self) -> list[Case]:
        """Every case, oldest first."""
        numbers = sorted(one.number for one in self.hub.store.cases(CaseFilter(states=frozenset(CaseState))))
        return [self.hub.store.case(number) for number in numbers]

    def mails(self) -> list[EmailMessage]:
        """What customers got."""
        return [message_from_bytes(mail.raw, policy=policy.default) for mail in self.mail.sent]

    def answer(self, number: str, text: str) -> Reply:
        """The seller answers, and what waits is sent."""
        last = self.hub.store.case(number).last_inbound
        reply = desk_of(self.hub, "eva").reply(number, text, after=last.ref if last is not None else "")
        self.send_out()
        return reply

    def send_out(self) -> None:
        """A round of deliveries."""
        deliver(chosen_sources(self.hub, []), delivery_ports(self.hub, threading.Event()))

    def read(self) -> None:
        """A round of readings."""
        sync(chosen_sources(self.hub, []), sync_ports(self.hub, Silent(), threading.Event()))

    def sign_in(self, number: str, email: str = CUSTOMER) -> Response:
        """Ask for a code, take it out of the mail, and enter it."""
        page = self.fill_in("/shop/shop/case/code", page="/shop/shop/case", number=number, email=email)
        code = text_of(self.mails()[-1]).split("Your code is ")[1][:6]
        return self.enter(page, code)

    def enter(self, page: Response, code: str) -> Response:
        """Enter a code on the page that asks for it."""
        values = dict(re.findall(r'name="(token|handle)" value="([^"]+)"', page.text))
        return self.client.post("/shop/shop/case/enter", data={**values, "code": code}, follow_redirects=True)

    def new_browser(self) -> None:
        """Another visitor."""
        self.client.cookies.clear()


def words_of(page: Response) -> str:
    """What a person reads on a page, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def text_of(mail: EmailMessage) -> str:
    """The text of a mail."""
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


@contextmanager
def front_shop(
    folder: Path, more: str = "", *, mail: bool = True, clock: MovableClock | None = None
) -> Iterator[FrontShop]:
    """A shop that is open while the block lasts; the environment has its password."""
    platform, clock = MailPlatform(), clock or MovableClock()
    platform.add_user(SHOP_MAIL, PASSWORD)
    with MailServers(platform, require_auth=True) as servers:
        config = folder / "hub.toml"
        ports = {"port": servers.smtp_port, "imap_port": servers.imap_port}
        settings = (MAIL.format(**ports) if mail else "") + (more.format(**ports) if "{port}" in more else more)
        config.write_text(SETTINGS.format(more=settings), encoding="utf-8")
        with open_hub(config, clock) as hub:
            app = Starlette(routes=[Mount(f"/shop/{name}", site) for name, site in front_sites(hub)])
            yield FrontShop(hub, Browser(app), clock, platform)
