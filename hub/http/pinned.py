"""Connections that go to addresses judged before, and that end when their time is over; imported when used."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from hub.http.public_addresses import Address

Left = Callable[[], float]
"""For how many seconds the exchange may still go on."""

_MOST_ADDRESSES = 3


class Pinned(httpcore.NetworkBackend):
    """Connects to what `judged` answers for a host, which raises where nobody may connect to."""

    def __init__(self, judged: Callable[[str, int], Sequence[Address]], left: Left) -> None:
        self._judged, self._left = judged, left
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the addresses that answers."""
        failed: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError()
        for address in self._judged(host, port)[:_MOST_ADDRESSES]:
            try:
                wait = within(self._left, timeout, httpcore.ConnectTimeout)
                stream = self._inner.connect_tcp(str(address), port, wait, local_address, socket_options)
                return _Bounded(stream, self._left)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed


class _Bounded(httpcore.NetworkStream):
    """A stream on which no step outlasts the exchange: one that drips a byte at a time ends as well."""

    def __init__(self, inner: httpcore.NetworkStream, left: Left) -> None:
        self._inner, self._left = inner, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, within(self._left, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, within(self._left, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        wait = within(self._left, timeout, httpcore.ConnectTimeout)
        return _Bounded(self._inner.start_tls(ssl_context, server_hostname, wait), self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def within(left: Left, timeout: float | None, late: type[Exception]) -> float:
    """The time a step may take; raises `late` when there is none left."""
    rest = left()
    if rest <= 0:
        raise late
    return rest if timeout is None else min(rest, timeout)
