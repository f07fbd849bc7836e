"""Requests on the wire: kept connections, and answers that are neither too large nor too slow; imported when used."""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Iterator
from functools import cache

import httpx

from hub.http.api import Api
from hub.http.exchange import Headers, Request, Response
from hub.http.posting import silence_httpx

_CONNECTIONS = httpx.Limits(max_connections=4, max_keepalive_connections=2, keepalive_expiry=15.0)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_BRIEF = 1_000_000  # so much is read of an answer that only tells what is wrong
_EITHER_ZLIB = 32 + zlib.MAX_WBITS  # gzip or deflate, whichever begins


class Lost(Exception):
    """The connection broke, or was never made; `sent` tells whether the server may have the request."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


class TooLarge(Exception):
    """The answer is larger than the adapter takes."""


class Unspeakable(Exception):
    """The request cannot be written as HTTP, as with a key that holds a line break; nothing was sent."""


class Wire:
    """Sends requests; any thread may use it. No redirect is followed, no cookie kept, no proxy of the environment used.

    The time-out is for each step of a request, and for the whole body of its answer.
    """

    def __init__(self, api: Api, transport: httpx.BaseTransport | None = None) -> None:
        silence_httpx()
        self._api = api
        self._transport = transport or httpx.HTTPTransport(verify=_trusted(), trust_env=False, limits=_CONNECTIONS)

    def send(self, request: Request) -> Response:
        """Send it once and return the answer; Lost, TooLarge or Unspeakable, none of which names the address."""
        try:
            answer = self._transport.handle_request(self._prepared(request))
        except _NOT_SENT as error:
            raise Lost(_why(error), sent=False) from None
        except (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError):
            raise Unspeakable from None
        except httpx.TransportError as error:
            raise Lost(_why(error), sent=True) from None
        try:
            body = self._body(answer)
        finally:
            answer.close()
        return Response(answer.status_code, body, Headers(answer.headers.multi_items()))

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def _prepared(self, request: Request) -> httpx.Request:
        timeout = httpx.Timeout(self._api.timeout).as_dict()
        headers = {"accept-encoding": "gzip", **request.headers}
        return httpx.Request(
            request.method, request.url, headers=headers, content=request.body or None, extensions={"timeout": timeout}
        )

    def _body(self, answer: httpx.Response) -> bytes:
        """The body as far as it came, of a refusal; the whole body of any other answer."""
        refusal = answer.status_code >= 400
        content = bytearray()
        try:
            for part in self._parts(answer, min(self._api.largest, _BRIEF) if refusal else self._api.largest):
                content += part
        except httpx.TransportError as error:
            if not refusal:
                raise Lost(_why(error), sent=True) from None
        except (TooLarge, Lost):
            if not refusal:
                raise
        return bytes(content)

    def _parts(self, answer: httpx.Response, largest: int) -> Iterator[bytes]:
        """The decoded body in parts; what is counted is what came out, since a small archive may hold a large text."""
        until, size = time.monotonic() + self._api.timeout, 0
        decoder = _decoder(answer)
        for raw in answer.iter_raw():
            rest = raw
            while rest:
                part, rest = decoder.decode(rest, largest - size + 1)
                size += len(part)
                if size > largest:
                    raise TooLarge
                yield part
            if time.monotonic() > until:
                raise Lost(f"it took longer than {self._api.timeout:g} seconds", sent=True)
        if not decoder.finished:
            raise Lost("its end is missing", sent=True)


class _Plain:
    finished = True

    def decode(self, raw: bytes, most: int) -> tuple[bytes, bytes]:
        return raw[:most], raw[most:]


class _Unzipping:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(_EITHER_ZLIB)
        self._begun = False

    def decode(self, raw: bytes, most: int) -> tuple[bytes, bytes]:
        self._begun = True
        if self._inner.eof:
            return b"", b""  # padding after the end
        try:
            part = self._inner.decompress(raw, most)
        except zlib.error:
            raise Lost("it cannot be unpacked", sent=True) from None
        return part, self._inner.unconsumed_tail

    @property
    def finished(self) -> bool:
        return self._inner.eof or not self._begun


def _decoder(answer: httpx.Response) -> _Plain | _Unzipping:
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return _Plain()
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _Unzipping()
    raise Lost("it is packed in a way that was not asked for", sent=True)


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _why(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "it took too long"
    return str(error) or "the connection was closed"
