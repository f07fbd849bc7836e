"""A visitor of the page in this process: sends what a browser would send, straight to the application."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hub import Case, Site
from hub_web_form.site.sessions import COOKIE

Files = Mapping[str, tuple[str, bytes]]


@dataclass(slots=True)
class Answer:
    """What came back; `cookie` is the new value of the one there is."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cookie: str = ""

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode("utf-8", "replace")


@dataclass
class Visitor:
    """Somebody with a browser, at a network address."""

    site: Site
    address: str
    cookie: str = ""

    def post(self, path: str, values: Mapping[str, str], files: Files | None = None) -> Answer:
        """Send a form."""
        boundary = secrets.token_hex(16)
        body = _multipart(values, files or {}, boundary)
        kind = f"multipart/form-data; boundary={boundary}"
        return asyncio.run(self._ask("POST", path, body, kind))

    async def _ask(self, method: str, path: str, body: bytes, kind: str) -> Answer:
        answer, sent = Answer(), False

        async def receive() -> MutableMapping[str, Any]:
            nonlocal sent
            if sent:
                return {"type": "http.disconnect"}
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        await self.site(self._scope(method, path, body, kind), receive, send)
        morsel = SimpleCookie(answer.headers.get("set-cookie", "")).get(COOKIE)
        answer.cookie = morsel.value if morsel is not None else ""
        return answer

    def _scope(self, method: str, path: str, body: bytes, kind: str) -> MutableMapping[str, Any]:
        headers = [
            (b"host", b"front.example"),
            (b"content-type", kind.encode()),
            (b"content-length", b"%d" % len(body)),
        ]
        if self.cookie:
            headers.append((b"cookie", f"{COOKIE}={self.cookie}".encode()))
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": headers,
            "client": (self.address, 50000),
            "server": ("front.example", 80),
        }


class Nobody:
    """A front desk at which nobody is: what comes in waits in the record."""

    zone = ZoneInfo("UTC")
    confirms = False

    def take_in(self) -> bool:
        """Nobody reads now."""
        return False

    def send_out(self) -> None:
        """Nobody sends."""

    def case(self, ref: str) -> Case | None:
        """Nobody knows."""
        del ref
        return None

    def case_by_number(self, number: str) -> Case | None:
        """Nobody knows."""
        del number
        return None

    def promised(self, case: Case) -> datetime | None:
        """Nothing."""
        del case
        return None

    def is_confirmed(self, case: Case) -> bool:
        """Not at all."""
        del case
        return False

    def return_label(self, case: Case) -> Path | None:
        """There is none."""
        del case
        return None


def _multipart(values: Mapping[str, str], files: Files, boundary: str) -> bytes:
    """A form as browsers send it (RFC 7578)."""
    parts = [
        f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n'.encode() + value.encode() + b"\r\n"
        for name, value in values.items()
    ]
    parts += [
        f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"; filename="{file}"\r\n'
        "content-type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, (file, content) in files.items()
    ]
    return b"".join([*parts, f"--{boundary}--\r\n".encode()])
