"""The client of one API: signs in, keeps to budgets, asks again where that is safe, and says what went wrong."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from functools import cache, partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from hub.errors import ConfigurationError, Misunderstood, RateLimited, Unavailable, Uncertain, Unsupported
from hub.http.addresses import Addresses
from hub.http.answers import Judge, asks_to_wait, news_of, wait_until
from hub.http.api import Api, Upload
from hub.http.auth import AuthFlow
from hub.http.bodies import body_of
from hub.http.exchange import Headers, Request, Response
from hub.http.spending import Spending, Surroundings

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from hub.http.wire import Wire

_OK = frozenset({200})
_DONE = frozenset({200, 201, 202, 204})
_TRIES = 3
_LONGEST_WAIT_IN_A_READ = 5.0


class HttpApiClient:
    """The ApiClient that speaks HTTP; any thread may use it."""

    def __init__(self, api: Api, around: Surroundings) -> None:
        self._api, self._around = api, around
        self._addresses = Addresses(api)
        self._spending = Spending(api, self._addresses, around)
        self._judge = Judge(api)
        self._opened: Wire | None = None
        self._closed = False
        self._opening = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"HttpApiClient({self._addresses.host})"

    def read(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        method: str = "GET",
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        expected: frozenset[int] = _OK,
    ) -> Response:
        """Ask for something that changes nothing, a few times if need be."""
        from tenacity import Retrying, stop_after_attempt, wait_exponential, wait_random  # noqa: PLC0415  as httpx

        request = self._request(method, path, params, headers, body_of(json, None, ()))
        usual = wait_exponential(multiplier=0.5, max=4) + wait_random(0, 0.5)
        asking = Retrying(
            stop=stop_after_attempt(_TRIES),
            retry=self._is_worth_another_try,
            wait=lambda state: self._asked_wait(state) or usual(state),
            sleep=self._around.pause,
            reraise=True,
        )
        return asking(partial(self._read_once, request, expected))

    def write(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        uploads: Sequence[Upload] = (),
        headers: Mapping[str, str] | None = None,
        expected: frozenset[int] = _DONE,
    ) -> Response:
        """Change something, once."""
        if self._around.reads_only:
            raise Unsupported(f"{self._addresses.host} is only read now; nothing was sent")
        request = self._request(method, path, params, headers, body_of(json, form, uploads))
        response = self._answer(request, writing=True)
        if response.status not in expected:
            self._judge.refuse_write(request, response, self._after(response))
        return response

    def close(self) -> None:
        """Close every connection."""
        with self._opening:
            opened, self._opened, self._closed = self._opened, None, True
        if opened is not None:
            opened.close()

    def _read_once(self, request: Request, expected: frozenset[int]) -> Response:
        response = self._answer(request, writing=False)
        if response.status not in expected:
            after = self._after(response)
            if asks_to_wait(response):
                raise self._judge.limited(request, response, after)
            self._judge.refuse_read(request, response, after)
        return response

    def _answer(self, request: Request, writing: bool) -> Response:
        """The answer that counts, after whatever the auth has to ask before and after it."""
        auth = self._api.auth
        flow = auth.flow(request, self._around.clock) if auth else _as_it_is(request)
        # Closed at once and not when it is forgotten: it may hold a lock for which other threads wait.
        with closing(flow):
            self._learn_secrets()
            asking = next(flow)
            while True:
                own = (asking.method, asking.host, asking.path) == (request.method, request.host, request.path)
                response = self._exchange(asking, changes=writing and own)
                if not own and asks_to_wait(response):
                    raise self._judge.limited(asking, response, self._after(response))
                try:
                    asking = flow.send(response)
                except StopIteration:
                    return response
                finally:
                    self._learn_secrets()

    def _exchange(self, request: Request, changes: bool) -> Response:
        """Send one request within its budget; `changes` tells whether what is lost leaves a doubt."""
        self._addresses.require_known(request)
        grant = self._spending.take(request)
        response = self._sent(request, changes)
        self._spending.learn(grant, response)
        if self._around.recorder is not None:
            self._around.recorder(request, response, self._judge.secrets)
        return response

    def _sent(self, request: Request, changes: bool) -> Response:
        from hub.http.wire import Lost, TooLarge, Unspeakable  # noqa: PLC0415  imports httpx

        if changes and self._around.about_to_send is not None:
            self._around.about_to_send()
        try:
            return self._wire.send(request)
        except Lost as lost:
            if changes and lost.sent:
                told = self._judge.said(request, f"the answer to what was sent was lost ({lost})")
                raise Uncertain(f"{told}; whether it was taken is not known") from None
            trouble = "its answer did not arrive whole" if lost.sent else "it cannot be reached"
            raise Unavailable(self._judge.said(request, f"{trouble} ({lost})")) from None
        except TooLarge:
            told = self._judge.said(request, f"its answer is larger than {self._api.largest:,} bytes")
            raise (Uncertain if changes else Misunderstood)(told) from None
        except Unspeakable:
            told = f"{request.host}: a key or an address in the settings holds a sign that HTTP cannot carry"
            raise ConfigurationError(told) from None

    def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        headers: Mapping[str, str] | None,
        body: tuple[bytes, str],
    ) -> Request:
        content, media_type = body
        fields = {"accept": "application/json", "user-agent": f"casehub/{_version()}"}
        if media_type:
            fields["content-type"] = media_type
        for given in (self._api.headers, headers or {}):
            fields |= {name.lower(): value for name, value in given.items()}
        if media_type.startswith("multipart/"):
            fields["content-type"] = media_type  # it names where the parts end, which nobody else knows
        return Request(method.upper(), self._addresses.whole(path, params), Headers(fields), content)

    def _after(self, response: Response) -> datetime:
        now = self._around.clock.now()
        return wait_until(response, news_of(self._api, response, now), now)

    def _is_worth_another_try(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RateLimited):
            return state.idle_for + self._asked_wait(state) <= _LONGEST_WAIT_IN_A_READ
        return isinstance(error, Unavailable)

    def _asked_wait(self, state: RetryCallState) -> float:
        """For how many seconds the platform asked to be left alone; none if it did not."""
        error = state.outcome.exception() if state.outcome else None
        if not isinstance(error, RateLimited):
            return 0.0
        return max((error.after - self._around.clock.now()).total_seconds(), 0.001)

    def _learn_secrets(self) -> None:
        if self._api.auth is not None:
            self._judge.learn(self._api.auth.secrets())

    @property
    def _wire(self) -> Wire:
        from hub.http.wire import Wire  # noqa: PLC0415  imports httpx, and most runs make no request

        with self._opening:
            if self._closed:
                raise RuntimeError(f"the client of {self._addresses.host} is closed; open another one")
            if self._opened is None:
                self._opened = Wire(self._api, self._transport())
            return self._opened

    def _transport(self) -> Any:
        if self._around.transport is None:
            return None
        from hub.http.pretending import PretendedTransport  # noqa: PLC0415  imports httpx

        return PretendedTransport(self._around.transport)


def _as_it_is(request: Request) -> AuthFlow:
    yield request


@cache
def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415  reads files

    return version("casehub")
