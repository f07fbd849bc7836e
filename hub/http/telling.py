"""Posting to addresses that strangers chose: to the public internet only, in bounded time, with no redirect followed.

A name is looked up once, and the connection goes to the very address that was judged: a name that leads elsewhere a
moment later leads nobody astray. Certificates are checked against the name. No proxy of the environment is used.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from hub.core.ports import Clock
from hub.core.webhooks import Outcome
from hub.http.posting import problem_with_url, silence_httpx
from hub.http.public_addresses import Address, may_be_told
from hub.http.waiting import told_to_wait

if TYPE_CHECKING:
    import httpcore

Resolve = Callable[[str, int], Sequence[Address]]
"""The addresses of a host; OSError if it has none."""

_LARGEST_ANSWER = 65_536
_TIMEOUT = 15.0
_NOT_PUBLIC = "its name leads to an address that is not on the public internet"


class TellingDoor:
    """Posts to one receiver, keeping its connection; used by one thread at a time. A context manager."""

    def __init__(
        self,
        clock: Clock,
        *,
        allow_private: bool = False,
        timeout: float = _TIMEOUT,
        resolve: Resolve | None = None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._clock, self._allow_private, self._timeout = clock, allow_private, timeout
        self._resolve, self._trusted = resolve or resolved, trusted
        self._until = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if "_pool" in vars(self):
            self._pool.close()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Post it once; whatever goes wrong is told in the outcome, which never names the address."""
        if problem := problem_with_address(url, allow_private=self._allow_private):
            return Outcome(trouble=f"its address {problem}")
        self._until = time.monotonic() + self._timeout
        try:
            return self._exchange(url, body, headers)
        except _NotPublic:
            return Outcome(trouble=_NOT_PUBLIC)
        except OSError:
            return Outcome(trouble="its name is not known")

    def _exchange(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        import httpcore  # noqa: PLC0415  it takes a moment, and most runs tell nobody

        silence_httpx()
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self._timeout)
        plain = list({"accept": "*/*", "accept-encoding": "identity", **headers}.items())
        try:
            with self._pool.stream("POST", url, headers=plain, content=body, extensions={"timeout": timeout}) as answer:
                self._read(answer.iter_stream())
                return self._outcome(answer)
        except httpcore.TimeoutException:
            return Outcome(trouble=f"it did not answer within {self._timeout:g} seconds")
        except httpcore.ConnectError as error:
            return Outcome(trouble=f"it cannot be reached ({_why(error)})")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, httpcore.UnsupportedProtocol):
            return Outcome(trouble="the connection was lost before it answered")

    def _read(self, parts: Iterable[bytes]) -> None:
        """Read some of what it says, for the connection's sake; the status was heard, and nobody is shown the rest."""
        import httpcore  # noqa: PLC0415  see _exchange

        size = 0
        with contextlib.suppress(httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
            for part in parts:
                size += len(part)
                if size > _LARGEST_ANSWER:
                    return

    def _outcome(self, answer: httpcore.Response) -> Outcome:
        status = answer.status
        asked = next((value for name, value in answer.headers if name.lower() == b"retry-after"), b"")
        after: datetime | None = None
        if status == 429 or (status == 503 and asked):
            after = told_to_wait(asked.decode("ascii", "replace"), self._clock.now())
        sends_on = f"HTTP {status}: it sends on to another address, which is not followed" if status // 100 == 3 else ""
        return Outcome(status, sends_on, after)

    @cached_property
    def _pool(self) -> httpcore.ConnectionPool:
        import httpcore  # noqa: PLC0415  see _exchange

        from hub.http.pinned import Pinned  # noqa: PLC0415  the same

        network = Pinned(self._judged, lambda: self._until - time.monotonic())
        trusted = self._trusted or _of_the_system()
        return httpcore.ConnectionPool(ssl_context=trusted, max_connections=1, network_backend=network)

    def _judged(self, host: str, port: int) -> Sequence[Address]:
        """The addresses to connect to; one bad one among them is enough to go to none."""
        found = self._resolve(host, port)
        if not found or not all(may_be_told(address, allow_private=self._allow_private) for address in found):
            raise _NotPublic
        return found


class _NotPublic(Exception):
    """The name leads to where no message may go."""


def problem_with_address(url: str, *, allow_private: bool = False) -> str:
    """Why no webhook may go to this address, as the end of a sentence, or nothing; the name is not looked up."""
    if problem := problem_with_url(url):
        return problem
    parts = urlsplit(url)
    if parts.scheme != "https" and not allow_private:
        return "should begin with https://"
    if parts.fragment:
        return "should hold no #"
    with contextlib.suppress(ValueError):
        if not may_be_told(ip_address(parts.hostname or ""), allow_private=allow_private):
            return "should be one on the public internet"
    return ""


def resolved(host: str, port: int) -> Sequence[Address]:
    """The addresses that this computer knows for a host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # from Python's look-up of a host such as a..example
        raise OSError("no such name") from error
    return tuple(dict.fromkeys(ip_address(str(address[0]).partition("%")[0]) for *_, address in found))


@cache
def _of_the_system() -> ssl.SSLContext:
    return ssl.create_default_context()


def _why(error: BaseException) -> str:
    cause: Any = error.__cause__ or error.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not good: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return "it does not speak TLS as we do"
    return "the connection was refused"
