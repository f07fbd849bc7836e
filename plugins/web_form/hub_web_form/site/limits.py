"""What holds for every request and every answer: how much may come in, and what a browser may do with a page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hub_web_form.settings import WebFormSettings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_ROOM = 256 * 1024


class TooLarge(Exception):
    """More came in than a form may bring."""


def headers(settings: WebFormSettings) -> list[tuple[bytes, bytes]]:
    """The headers of every answer."""
    ancestors = " ".join(settings.frame_ancestors) or "'none'"
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        f"frame-ancestors {ancestors}; base-uri 'none'"
    )
    found = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }
    if not settings.frame_ancestors:
        found["x-frame-options"] = "DENY"
    return [(name.encode(), value.encode()) for name, value in found.items()]


class Guarded:
    """An application with bounds around it."""

    def __init__(self, app: Any, settings: WebFormSettings) -> None:
        self._app, self._headers = app, headers(settings)
        self._most = settings.most_files * settings.largest_file_mb * 1024 * 1024 + 4 * settings.longest_text + _ROOM

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, self._counted(receive), self._with_headers(send))

    def _counted(self, receive: Receive) -> Receive:
        taken = 0

        async def take() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                raise TooLarge
            return message

        return take

    def _with_headers(self, send: Send) -> Send:
        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name.lower() for name, _ in message.get("headers", [])}
                own = [pair for pair in self._headers if pair[0] not in named]
                message = {**message, "headers": [*message.get("headers", []), *own]}
            await send(message)

        return pass_on
