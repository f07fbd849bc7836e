"""What stands around every answer: the headers that keep a page to itself, and how much a request may weigh."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from hub.web.api.problems import Kind, Problem

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""What a page may load: only what lies beside it, and nothing that stands in the page itself."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
"""What is said with every answer that does not say otherwise."""

LARGEST_REQUEST = 25 * 1024 * 1024
CUSTOMERS = "/shop/"
"""Below here are the sites of channels, each with bounds of its own for how much a customer may send."""
_LARGEST_OF_CUSTOMERS = 256 * 1024 * 1024


class _TooLarge(ClientDisconnect):
    """More came than a request may have; to whoever reads it the request ends here."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """An application whose answers carry the headers, and which refuses requests that are too large.

    What nobody foresaw is answered by `failed`, here, so that this answer carries the headers as well.
    """

    app: Any
    failed: Callable[[Request, Exception], Response]
    secure: bool = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if _announced(scope) > _most_of(scope):
            await _too_large(scope)(scope, receive, send)
            return
        begun = False

        async def answer(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(self._with_headers(message))

        try:
            await self.app(scope, _counted(receive, _most_of(scope)), answer)
        except Exception as error:
            if begun:
                raise  # the server breaks the answer off
            await self._instead(Request(scope), error)(scope, receive, answer)

    def _instead(self, request: Request, error: Exception) -> Response:
        if isinstance(error, _TooLarge):
            return _too_large(request.scope)
        if isinstance(error, ClientDisconnect):  # nobody is there to hear it
            return Response(status_code=400)
        return self.failed(request, error)

    def _with_headers(self, message: Any) -> Any:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if self.secure:
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return message


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """An application that answers only requests that name a host of its own; a customers' one leads to their pages."""

    app: Any
    hosts: Sequence[str]
    for_customers: Sequence[str] = ()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on if it names a host that is known at this address."""
        own = scope["path"].startswith(CUSTOMERS) if scope["type"] == "http" else False
        known = [*self.hosts, *(self.for_customers if own else ())]
        await TrustedHostMiddleware(self.app, known, www_redirect=False)(scope, receive, send)


def _counted(receive: Any, most: int) -> Any:
    """What comes of a request that announced no size, and no more of it than a request may have."""
    left = most

    async def counted() -> Any:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _TooLarge
        return message

    return counted


def _most_of(scope: Any) -> int:
    return _LARGEST_OF_CUSTOMERS if scope["path"].startswith(CUSTOMERS) else LARGEST_REQUEST


def _announced(scope: Any) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else _most_of(scope) + 1
    return 0


def _too_large(scope: Any) -> Response:
    text = f"A request may have {_most_of(scope) // 1024**2} MB; send fewer or smaller files."
    if scope["path"].startswith("/api/"):
        return Problem(Kind.TOO_LARGE, text, HEADERS).response
    return PlainTextResponse(text, 413, HEADERS)
