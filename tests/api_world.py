"""The API over a real database with a shop and a portal, as a program with a token sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from hub.core.credentials import digest, token_text
from hub.core.people import Permission, Role, Token
from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP
from tests.web_world import HOST, WebWorld, web_world

ADDRESS = "/api/v1"


@dataclass
class Program:
    """A program that signs in with a token."""

    client: TestClient
    token: str = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """Ask for something and get the answer, whatever it is."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("authorization", f"Bearer {self.token}")
        return self.client.request(method, ADDRESS + path, json=body, headers=sent)

    def get(self, path: str) -> Any:
        """What is answered to something that must be there."""
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """What is answered to something that must be done."""
        answer = self.ask("POST", path, {} if body is None else body, **headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, str]:
        """The status, the kind and the detail of the problem that something is answered with."""
        answer = self.ask(method, path, body, **headers)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        told = answer.json()
        assert told["status"] == answer.status_code
        return answer.status_code, told["type"].removeprefix("docs/api.md#problem-"), told["detail"]


@dataclass
class ApiWorld:
    """One served hub and the programs that use it."""

    web: WebWorld

    @property
    def desktop(self) -> Desktop:
        return self.web.desktop

    def program(self, name: str = "eva", role: Role = Role.AGENT, *may: Permission) -> Program:
        """A program of somebody who works here, whose token may all that they may, unless it is named."""
        person = self.web.person(name, role)
        secret = f"{name}{''.join(may)}".ljust(43, "x")
        token = Token(digest(secret), name, "a program", frozenset(may or person.permissions), self.web.hub.clock.now())
        self.web.site.people.save_token(token)
        return Program(self.web.stranger().client, token_text(secret))

    def stranger(self) -> Program:
        return Program(self.web.stranger().client)

    def acts(self) -> list[tuple[str, str, str]]:
        """Who did what to what, the newest first."""
        return [(entry.who, entry.act, entry.about) for entry in self.web.site.people.audit()]


@contextmanager
def api_world(
    tmp_path: Path,
    clock: AnyClock,
    monkeypatch: pytest.MonkeyPatch,
    install_plugin: Callable[..., None],
    more: str = "",
) -> Iterator[ApiWorld]:
    """Serve a hub with a shop that takes decisions and a portal, as long as the block lasts."""
    config, state = tmp_path / "hub.toml", tmp_path / "state.json"
    config.write_text(HUB_TOML + more, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    with web_world(Desktop(config, state, clock)) as made:
        yield ApiWorld(made)


__all__ = ["ADDRESS", "HOST", "ApiWorld", "Program", "api_world"]
