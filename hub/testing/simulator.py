"""A pretended platform that speaks HTTP: a callable from request to answer, with faults on the way."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from hub.core.ports import Clock
from hub.http.exchange import ConnectionLost, Headers, Request, Response
from hub.testing.platform import Fault, Platform
from hub.testing.recordings import Exchange, Replay
from hub.testing.serving import LoopbackServer

READS = frozenset({"GET", "HEAD"})

_MOST_IN_VAIN = 100


@dataclass(slots=True)
class _Pending:
    fault: Fault
    times: int | None
    after: timedelta | None
    met: int = 0


class Simulator(Platform):
    """The part of a pretended HTTP platform that is alike for all: being called, and what goes wrong.

    A subclass answers requests in `answer`, and says in its class which of them write.
    """

    base_url: ClassVar[str] = "https://api.platform.example"
    """Where it pretends to be while it does not serve."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.requests: list[Request] = []
        self.served_at = ""
        self._pending: list[_Pending] = []
        self._server: LoopbackServer | None = None
        self._taken = 0
        self._clients = 0
        self._one_at_a_time = threading.RLock()
        self._replay = Replay()

    @abstractmethod
    def answer(self, request: Request) -> Response:
        """What the platform answers when nothing goes wrong."""

    def is_write(self, request: Request) -> bool:
        """Whether a request changes something; faults of writes wait for one."""
        return request.method not in READS

    def is_sign_in(self, request: Request) -> bool:
        """Whether a request only asks for a token: faults but wrong credentials and no connection pass it by."""
        del request
        return False

    def __call__(self, request: Request) -> Response:
        """Answer a request; ConnectionLost where the connection breaks."""
        with self._one_at_a_time:
            self.requests.append(request)
            self.tick()
            fault = self._next_fault(request)
            return self._take(request) if fault is None else self._go_wrong(fault, request)

    def serve(self, port: int = 0) -> str:
        """Begin to serve on loopback (port 0: any that is free); the base address."""
        if self._server is None:
            self._server = LoopbackServer(self, port)
            self.served_at = self._server.url
        return self.served_at

    def stop(self) -> None:
        """Stop serving; no thread and no connection is left."""
        if self._server is not None:
            self._server.stop()
        self._server, self.served_at = None, ""

    @property
    def writes(self) -> int:
        """How many requests that write it has taken, whether or not the answer arrived."""
        return self._taken

    @property
    def connections(self) -> int:
        """How many clients, or connections on loopback, are open now."""
        return self._clients + (self._server.connections if self._server is not None else 0)

    def client_opened(self) -> None:
        """Count a client in this process."""
        self._clients += 1

    def client_closed(self) -> None:
        """Count it no more."""
        self._clients -= 1

    def _take(self, request: Request) -> Response:
        writes = self.is_write(request) and not self.is_sign_in(request)
        replayed = None if writes or self.is_sign_in(request) else self._replay(request)
        answer = replayed or self.answer(request)
        self._taken += writes and answer.status < 400
        return answer

    def seed(self, exchanges: Iterable[Exchange]) -> None:
        """Answer reads as they were answered in a recording (`recordings.read`), and others as always."""
        self._replay = Replay(exchanges)

    def inject(self, fault: Fault, times: int | None = 1, after: timedelta | None = None) -> None:
        """Let this go wrong for the next requests that it can happen to."""
        if fault not in self.faults:
            raise ValueError(f"{fault} cannot happen on {self.adapter.title}")
        self._pending.append(_Pending(fault, times, after))

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        self._pending.clear()

    @property
    def url(self) -> str:
        """The base address: on loopback while it serves."""
        return self.served_at or self.base_url

    def _next_fault(self, request: Request) -> _Pending | None:
        for pending in self._pending:
            if self._can_happen(pending.fault, request):
                pending.met += 1
                if pending.met > _MOST_IN_VAIN:
                    raise AssertionError(f"the platform was asked more than {_MOST_IN_VAIN} times in vain")
                if pending.times is not None:
                    pending.times -= 1
                    if pending.times <= 0:
                        self._pending.remove(pending)
                return pending
        return None

    def _can_happen(self, fault: Fault, request: Request) -> bool:
        if fault in (Fault.UNREACHABLE, Fault.WRONG_CREDENTIALS):
            return True
        if self.is_sign_in(request):
            return False
        if fault in (Fault.LOST_ANSWER, Fault.LOST_REQUEST, Fault.REFUSED_REPLY, Fault.FAILED_LATER):
            return self.is_write(request)
        if fault in (Fault.EMPTY, Fault.GARBLED, Fault.TRUNCATED):
            return not self.is_write(request)
        return True

    def _go_wrong(self, pending: _Pending, request: Request) -> Response:
        ways: dict[Fault, Callable[[Request, timedelta | None], Response]] = {
            Fault.UNREACHABLE: self._unreachable,
            Fault.LOST_REQUEST: self._lose_request,
            Fault.LOST_ANSWER: self._lose_answer,
            Fault.WRONG_CREDENTIALS: self.refuse_credentials,
            Fault.EXPIRED_TOKEN: self.refuse_token,
            Fault.SUSPENDED: self.refuse_account,
            Fault.RATE_LIMITED: self.ask_to_wait,
            Fault.TROUBLE: self.be_in_trouble,
            Fault.EMPTY: self.list_nothing,
            Fault.GARBLED: self.garble,
            Fault.TRUNCATED: self._truncate,
            Fault.REFUSED_REPLY: self.refuse_reply,
            Fault.FAILED_LATER: self.fail_later,
        }
        return ways[pending.fault](request, pending.after)

    # How this platform shows each fault; a subclass overrides those that its API has a shape of its own for.

    def refuse_credentials(self, request: Request, after: timedelta | None) -> Response:
        """Answer that the credentials are wrong."""
        del request, after
        return Response.of_json({"error": "unauthorized"}, 401)

    def refuse_token(self, request: Request, after: timedelta | None) -> Response:
        """Answer that the token has expired; where there are no tokens, that the credentials are wrong, this once."""
        return self.refuse_credentials(request, after)

    def refuse_account(self, request: Request, after: timedelta | None) -> Response:
        """Answer that the account may do nothing."""
        del request, after
        return Response.of_json({"error": "forbidden"}, 403)

    def ask_to_wait(self, request: Request, after: timedelta | None) -> Response:
        """Answer that there were too many requests; without `after` it does not say how long to wait."""
        del request
        wait = {} if after is None else {"retry-after": str(int(after.total_seconds()))}
        return Response.of_json({"error": "too many requests"}, 429, wait)

    def be_in_trouble(self, request: Request, after: timedelta | None) -> Response:
        """Answer as a server does that broke: with a page in HTML."""
        del request, after
        return Response.of_text("<html><h1>Internal Server Error</h1></html>", 500, "text/html")

    def garble(self, request: Request, after: timedelta | None) -> Response:
        """Answer in a shape that nobody knows."""
        del request, after
        return Response.of_json({"surprise": [1, 2, 3]})

    @abstractmethod
    def list_nothing(self, request: Request, after: timedelta | None) -> Response:
        """Answer a listing as if there were nothing, and anything else as always."""

    @abstractmethod
    def refuse_reply(self, request: Request, after: timedelta | None) -> Response:
        """Refuse a write for good, in the words of `refusal`."""

    def fail_later(self, request: Request, after: timedelta | None) -> Response:
        """Accept a write that fails later; where nothing is accepted so, refuse it at once."""
        return self.refuse_reply(request, after)

    def _unreachable(self, request: Request, after: timedelta | None) -> Response:
        del request, after
        raise ConnectionLost(sent=False)

    def _lose_request(self, request: Request, after: timedelta | None) -> Response:
        del request, after
        raise ConnectionLost(sent=True)

    def _lose_answer(self, request: Request, after: timedelta | None) -> Response:
        del after
        self._take(request)
        raise ConnectionLost(sent=True)

    def _truncate(self, request: Request, after: timedelta | None) -> Response:
        del after
        answer = self._take(request)
        cut = replace(answer, body=answer.body[: len(answer.body) // 2])
        return replace(cut, headers=Headers({**answer.headers, "content-length": str(len(answer.body))}))
