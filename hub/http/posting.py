"""The way to the web, and the only importer of httpx.

Whatever goes wrong is told with the name of the host only: an address may hold a key in its path or its query.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hub.core.ports import Clock
from hub.errors import AuthenticationFailed, ConfigurationError, RateLimited, Rejected, Unavailable, Uncertain
from hub.http.waiting import told_to_wait

if TYPE_CHECKING:
    import httpx

_TEXT_LENGTH = 2000
_LARGEST_ANSWER = 1_000_000
_TRY_AGAIN = frozenset({408, 425})  # the request did not arrive whole, or came too early (RFC 9110 15.5.9, RFC 8470)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a server said to a request that it took: the status, and the beginning of its text."""

    status: int
    text: str


class HttpClient:
    """Speaks HTTP within time-outs, checks certificates against the system's authorities, and follows no redirect.

    Neither proxies nor passwords of the environment (.netrc) are used: a request goes where its address says, with
    what it was given. `timeout` is in seconds, for each step of a request and for the whole text of an answer.
    """

    def __init__(self, clock: Clock, timeout: float = 20.0, transport: httpx.BaseTransport | None = None) -> None:
        self._clock = clock
        self._timeout = timeout
        self._transport = transport

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """Send the body, once, and return the answer of a server that took it.

        Raises Unavailable (surely not taken: try again), RateLimited, AuthenticationFailed (as surely not taken),
        Rejected (never again), Uncertain (it was sent, and the answer was lost), and ConfigurationError for an address
        that cannot be used.
        """
        if problem := problem_with_url(url):
            raise ConfigurationError(f"the address {problem}")
        host = urlsplit(url).hostname or ""
        answer, retry_after = self._exchange(url, body, headers, host)
        return self._taken(answer, retry_after, host)

    def _exchange(self, url: str, body: bytes, headers: Mapping[str, str], host: str) -> tuple[HttpAnswer, str]:
        """What was answered, and how long it asks to wait.

        Trouble before the connection stands means that nothing was sent; from then on nobody knows what arrived.
        """
        import httpx  # noqa: PLC0415  it takes a fifth of a second, and most runs make no request

        silence_httpx()
        client = httpx.Client(
            timeout=self._timeout,
            follow_redirects=False,
            trust_env=False,
            verify=self._trusted,
            transport=self._transport,
        )
        plain = {"accept-encoding": "identity", **headers}
        try:
            with client, client.stream("POST", url, content=body, headers=plain) as response:
                return HttpAnswer(response.status_code, self._text(response)), response.headers.get("retry-after", "")
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Unavailable(f"{host} cannot be reached: {error}") from error
        except (httpx.InvalidURL, UnicodeError):  # the latter from Python's look-up of a host such as a..example
            raise ConfigurationError(f"the address at {host} is none that a request can be sent to") from None
        except httpx.TransportError as error:
            raise Uncertain(f"the connection to {host} was lost before it answered what was sent") from error

    def _text(self, response: httpx.Response) -> str:
        """The beginning of the text; whatever cuts it short, the status has been heard."""
        import httpx  # noqa: PLC0415  see _exchange

        content, until = bytearray(), time.monotonic() + self._timeout
        with contextlib.suppress(httpx.RequestError):
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > _LARGEST_ANSWER or time.monotonic() > until:
                    break
        return content.decode("utf-8", "replace")[:_TEXT_LENGTH]

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def _taken(self, answer: HttpAnswer, retry_after: str, host: str) -> HttpAnswer:
        """The answer, if it is one of a server that took the request; else what it means for a second try."""
        status = answer.status
        if 200 <= status < 300:
            return answer
        if status == 429 or (status == 503 and retry_after):
            raise RateLimited(f"{host} asks to wait (HTTP {status})", told_to_wait(retry_after, self._clock.now()))
        if status >= 500 or status in _TRY_AGAIN:
            raise Unavailable(f"{host} is in trouble (HTTP {status})")
        if status in (401, 403):
            raise AuthenticationFailed(f"{host} does not accept who we say we are (HTTP {status}); check the secret")
        if status >= 400:
            raise Rejected(f"{host} refused what was sent (HTTP {status})")
        raise ConfigurationError(
            f"{host} sends on to another address (HTTP {status}), which is not followed: set that one"
        )


def problem_with_url(url: str) -> str:
    """Why nothing may be sent to this address, as the end of a sentence, or nothing; it does not repeat the address."""
    # Two parsers may see two hosts in an address with blanks or backslashes.
    if not url.isascii() or not url.isprintable() or re.search(r"[\s\\]", url):
        return "holds signs that no address has: write a host such as öberg.example as xn--berg-4qa.example"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if not host or parts.scheme not in ("https", "http"):
        return "should be one such as https://shop.example/path"
    if "@" in parts.netloc:
        return "should hold no name and no password"
    if parts.scheme == "http" and not is_loopback(host):
        return "should begin with https://: without it anybody on the way can read what is sent"
    return ""


def is_loopback(host: str) -> bool:
    """Whether a host is this very computer, so that clear text never leaves it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def silence_httpx() -> None:
    """Its log holds whole addresses, and so the keys in them."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
