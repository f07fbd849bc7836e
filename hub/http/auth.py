"""Signing in to an API: generators that yield requests and are sent answers, and so can be tried without a network."""

from __future__ import annotations

import base64
import threading
from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from pydantic import SecretStr

from hub.core.ports import Clock
from hub.errors import AuthenticationFailed, Misunderstood, Unavailable
from hub.http.exchange import Headers, Request, Response

AuthFlow = Generator[Request, Response, None]
"""Yields each request to be made and is sent its answer; the answer to the last request is the one that counts."""

_EARLY = timedelta(seconds=30)
_USUAL_LIFE = timedelta(minutes=5)
_LONGEST_LIFE = timedelta(days=366)
_REFUSED = 401


class Auth(ABC):
    """How an API is told who asks. One object serves all threads of a channel."""

    @abstractmethod
    def flow(self, request: Request, clock: Clock) -> AuthFlow:
        """Make the request with what proves who asks; AuthenticationFailed when the credentials are surely wrong."""

    def secrets(self) -> frozenset[str]:
        """Every text that must appear in no log, error or recording, as far as it is known now."""
        return frozenset()

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that it asks by itself, such as one that hands out tokens."""
        return frozenset()


@dataclass(frozen=True)
class HeaderAuth(Auth):
    """A header that is the same with every request, such as an API key."""

    name: str
    value: SecretStr

    def flow(self, request: Request, clock: Clock) -> AuthFlow:
        """Add the header."""
        del clock
        yield with_header(request, self.name, self.value.get_secret_value())

    def secrets(self) -> frozenset[str]:
        """The header's value."""
        return frozenset({self.value.get_secret_value()})


@dataclass(frozen=True)
class BasicAuth(Auth):
    """A name and a password with every request (RFC 7617); `scheme` for platforms with a word of their own."""

    user: str
    password: SecretStr
    scheme: str = "Basic"

    def flow(self, request: Request, clock: Clock) -> AuthFlow:
        """Add the Authorization header."""
        del clock
        yield with_header(request, "authorization", f"{self.scheme} {self._encoded}")

    def secrets(self) -> frozenset[str]:
        """The password, also as it is encoded."""
        return frozenset({self.password.get_secret_value(), self._encoded})

    @property
    def _encoded(self) -> str:
        return base64.b64encode(f"{self.user}:{self.password.get_secret_value()}".encode()).decode()


@dataclass
class ClientCredentials(Auth):
    """OAuth 2 client credentials (RFC 6749 4.4): one token for all, renewed early, and once when it is refused.

    Whoever comes while another renews waits for that token instead of asking for one of his own: a platform may block
    an address that asks for many.
    """

    token_url: str
    client_id: str
    client_secret: SecretStr
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _token: str = field(default="", repr=False)
    _until: datetime | None = field(default=None, repr=False)
    _refused: bool = field(default=False, repr=False)

    @property
    def hosts(self) -> frozenset[str]:
        """The host that hands out tokens."""
        return frozenset({Request("POST", self.token_url).host})

    def secrets(self) -> frozenset[str]:
        """The client's secret, the present token, and how both are encoded."""
        basic = BasicAuth(self.client_id, self.client_secret)
        return frozenset({*basic.secrets(), self._token} - {""})

    def flow(self, request: Request, clock: Clock) -> AuthFlow:
        """Send the token along; one that is refused is renewed once."""
        token = yield from self._valid(clock)
        answer = yield _bearing(request, token)
        if answer.status == _REFUSED:
            token = yield from self._valid(clock, instead_of=token)
            yield _bearing(request, token)

    def _valid(self, clock: Clock, instead_of: str = "") -> Generator[Request, Response, str]:
        with self._lock:
            if self._refused:
                raise AuthenticationFailed(f"{self._host} does not accept the client id and secret")
            good = self._token and self._until is not None and clock.now() < self._until
            if not good or self._token == instead_of:
                basic = BasicAuth(self.client_id, self.client_secret)
                body = urlencode({"grant_type": "client_credentials"}).encode()
                headers = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
                asking = Request("POST", self.token_url, Headers(headers), body)
                answer = yield next(basic.flow(asking, clock))
                self._take(answer, clock.now())
            return self._token

    def _take(self, answer: Response, now: datetime) -> None:
        if answer.status in (400, 401, 403):
            self._refused = True  # every further try would look like an attack
            raise AuthenticationFailed(f"{self._host} does not accept the client id and secret (HTTP {answer.status})")
        if not answer.ok:
            raise Unavailable(f"{self._host} hands out no token now (HTTP {answer.status})")
        told = answer.json()
        token = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(token, str) or not token or str(told.get("token_type", "")).lower() != "bearer":
            raise Misunderstood(f"{self._host} answers a request for a token with something else")
        life = _life(told.get("expires_in"))
        self._token, self._until = token, now + max(life - _EARLY, life / 2)

    @property
    def _host(self) -> str:
        return Request("POST", self.token_url).host


def _life(told: object) -> timedelta:
    """How long a token lasts; where that is not told (RFC 6749 5.1 only recommends it) or makes no sense, some time."""
    if isinstance(told, int | float | str):
        with suppress(ValueError):
            seconds = float(told)
            if 0 < seconds <= _LONGEST_LIFE.total_seconds():
                return timedelta(seconds=seconds)
    return _USUAL_LIFE


def with_header(request: Request, name: str, value: str) -> Request:
    """The request with one more header."""
    return replace(request, headers=Headers({**request.headers, name: value}))


def _bearing(request: Request, token: str) -> Request:
    return with_header(request, "authorization", f"Bearer {token}")
