"""A pretended server behind the client: a callable in the place of the network."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from hub.http.exchange import Answering, ConnectionLost, Headers, Request, Response

_BODILESS = frozenset({204, 304})


class PretendedTransport(httpx.BaseTransport):
    """Lets a callable answer, and its broken connections look as real ones do."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask the callable."""
        asked = Request(request.method, str(request.url), Headers(request.headers.multi_items()), request.read())
        try:
            answer = self._answering(asked)
        except ConnectionLost as lost:
            if lost.sent:
                raise httpx.ReadError("the pretended connection was lost") from None
            raise httpx.ConnectError("the pretended connection was refused") from None
        whole = asked.method == "HEAD" or answer.status in _BODILESS
        headers = list(answer.headers.items())
        return httpx.Response(answer.status, headers=headers, stream=_Body(answer, whole))


class _Body(httpx.SyncByteStream):
    """A body that breaks off where fewer bytes come than were announced."""

    def __init__(self, answer: Response, whole: bool) -> None:
        self._answer, self._whole = answer, whole

    def __iter__(self) -> Iterator[bytes]:
        if self._answer.body:
            yield self._answer.body
        announced = self._answer.headers.get("content-length", "")
        if not self._whole and announced.isdecimal() and int(announced) > len(self._answer.body):
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
