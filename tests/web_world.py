"""The pages over a real database with a shop and a portal: people sign in, look and act, without a browser."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from hub.app import Hub, open_hub
from hub.core.model import Case
from hub.core.people import Person, Role, Session
from hub.signing_in import SigningIn
from hub.web.app import make_app, make_site
from hub.web.site import Site
from tests.deciding_desk import Desktop

HOST = "127.0.0.1"
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
_CSRF = re.compile(r'<body[^>]* data-csrf="([^"]*)"')


@dataclass
class Visitor:
    """Somebody's browser: it keeps cookies, and sends forms from the page it has seen last."""

    client: TestClient
    csrf: str = ""

    def get(self, address: str, **headers: str) -> Response:
        response = self.client.get(address, headers=_headers(headers))
        found = _CSRF.search(response.text)
        self.csrf = unescape(found[1]) if found else self.csrf
        return response

    def page(self, address: str) -> str:
        """The text of a page that must be there, without its markup."""
        response = self.get(address)
        assert response.status_code == 200, response.text
        return words_of(response.text)

    def post(self, address: str, data: dict[str, Any] | None = None, files: Any = None, **headers: str) -> Response:
        """Send a form; the cookies of whoever is signed in prove nothing without the page's own token."""
        if not self.csrf:
            self.get("/account")
        form = {"csrf": self.csrf, **(data or {})}
        return self.client.post(address, data=form, files=files, headers=_headers(headers))


@dataclass
class WebWorld:
    """One served hub, whose cases come from the desktop's shop and portal."""

    desktop: Desktop
    hub: Hub
    site: Site
    app: Any
    _clients: list[TestClient] = field(default_factory=list)

    def stranger(self) -> Visitor:
        """Somebody who is not signed in."""
        client = TestClient(self.app, base_url=f"http://{HOST}", follow_redirects=False, raise_server_exceptions=False)
        self._clients.append(client)
        return Visitor(client)

    def person(self, name: str = "eva", role: Role = Role.AGENT, **facts: Any) -> Person:
        """Somebody who works here."""
        person = Person(name, role, self.hub.clock.now(), **facts)
        self.site.people.save_person(person)
        return person

    def signed_in(self, name: str = "eva", role: Role = Role.AGENT, **facts: Any) -> Visitor:
        """The browser of somebody who works here and has signed in."""
        self.person(name, role, **facts)
        raw, now = f"session of {name}".encode().hex(), self.hub.clock.now()
        key = hashlib.sha256(raw.encode()).hexdigest()
        self.site.people.save_session(Session(key, name, now, now, now + timedelta(days=7)))
        visitor = self.stranger()
        visitor.client.cookies.set(self.site.doorkeeper.cookie, raw, domain=HOST)
        return visitor

    def case(self, number: str = "CH-1001") -> Case:
        return self.hub.store.case(number)


@contextmanager
def web_world(desktop: Desktop, **options: Any) -> Iterator[WebWorld]:
    """Serve the desktop's database as long as the block lasts."""
    with open_hub(desktop.config) as hub:
        site = make_site(hub, SigningIn(hub.store.people, hub.clock), **options)
        world = WebWorld(desktop, hub, site, make_app(site))
        try:
            yield world
        finally:
            for client in world._clients:
                client.close()


def words_of(page: str) -> str:
    """What a person reads of a page, on one line."""
    return " ".join(unescape(_TAGS.sub(" ", page)).split())


def _headers(given: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in given.items()}
