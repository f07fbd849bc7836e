"""A simulator on loopback: real sockets, real broken connections, and nothing left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub import Adapter
from hub.http import Request, Response
from hub.testing import Fault, SimulatedClock, Simulator


class Echo(Simulator):
    """Answers with what it was asked, and does nothing else."""

    adapter = Adapter
    channel = "echo"

    def answer(self, request: Request) -> Response:
        return Response.of_json({"method": request.method, "path": request.path, "body": request.body.decode()})

    def list_nothing(self, request: Request, after: timedelta | None) -> Response:
        return Response.of_json([])

    def refuse_reply(self, request: Request, after: timedelta | None) -> Response:
        return Response.of_json({"error": self.refusal}, 422)

    def settings(self) -> Mapping[str, Any]:
        return {"base_url": self.url}

    def secrets(self) -> Mapping[str, str]:
        return {}

    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        raise NotImplementedError

    def seller_writes(self, case: str, text: str) -> None:
        raise NotImplementedError

    def stranger_writes(self, case: str, text: str) -> None:
        raise NotImplementedError

    def received(self, case: str = "") -> Sequence[str]:
        return ()

    @property
    def state(self) -> object:
        return None

    def tick(self) -> None:
        """Do nothing."""


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo(SimulatedClock()) as served:
        yield served


def test_what_is_asked_on_loopback_is_answered_as_in_the_process(echo: Echo) -> None:
    with httpx.Client(base_url=echo.url) as client:
        answers = [client.get("/a?b=1").json(), client.post("/c", content="å 漢字 🙂").json(), client.put("/d").json()]

    assert answers[1] == {"method": "POST", "path": "/c", "body": "å 漢字 🙂"}
    assert [request.method for request in echo.requests] == ["GET", "POST", "PUT"]
    assert echo.requests[0].query == {"b": "1"}


def test_a_body_in_chunks_arrives_whole(echo: Echo) -> None:
    with httpx.Client(base_url=echo.url) as client:
        answer = client.post("/c", content=iter([b"one ", b"two"])).json()

    assert answer["body"] == "one two"


def test_fifty_requests_on_one_connection_do_not_wait_for_receipts_of_packets(echo: Echo) -> None:
    with httpx.Client(base_url=echo.url) as client:
        client.get("/")
        started = time.perf_counter()
        for _ in range(50):
            client.get("/")
        took = time.perf_counter() - started

    assert took < 1.0, "with Nagle's algorithm it takes more than two seconds"


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.LOST_ANSWER])
def test_a_lost_answer_is_a_connection_that_breaks(echo: Echo, fault: Fault) -> None:
    echo.inject(fault)

    with httpx.Client(base_url=echo.url) as client, pytest.raises(httpx.TransportError):
        client.post("/c", content="x")
    assert echo.writes == (fault is Fault.LOST_ANSWER)


def test_a_truncated_answer_ends_in_its_middle(echo: Echo) -> None:
    echo.inject(Fault.TRUNCATED)

    with (
        httpx.Client(base_url=echo.url) as client,
        pytest.raises(httpx.RemoteProtocolError, match="without sending complete"),
    ):
        client.get("/c")


def test_a_simulator_that_breaks_says_so_instead_of_going_silent(echo: Echo) -> None:
    echo.answer = lambda request: 1 / 0  # type: ignore[method-assign,assignment,return-value]

    assert "ZeroDivisionError" in httpx.get(f"{echo.url}/c").text


def test_no_thread_and_no_connection_is_left_when_serving_ends() -> None:
    before, echo = threading.active_count(), Echo(SimulatedClock())
    with httpx.Client() as client:
        with echo:
            url = echo.url
            client.get(url)
            assert echo.connections == 1
        assert threading.active_count() == before
        with pytest.raises(httpx.TransportError):
            client.get(url)
    assert (echo.connections, echo.served_at, echo.url) == (0, "", Echo.base_url)


def test_a_platform_that_is_served_twice_has_one_address_and_can_be_served_again(echo: Echo) -> None:
    assert echo.serve() == echo.url
    echo.stop()
    echo.stop()

    assert httpx.get(echo.serve()).status_code == 200


def test_a_platform_that_is_asked_without_end_ends_the_asking() -> None:
    echo = Echo(SimulatedClock())
    echo.inject(Fault.TROUBLE, None)

    for _ in range(100):
        echo(Request("GET", "https://api.platform.example/"))
    with pytest.raises(AssertionError, match="100 times in vain"):
        echo(Request("GET", "https://api.platform.example/"))


def test_a_fault_that_cannot_happen_on_a_platform_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Echo, "faults", frozenset({Fault.TROUBLE}))
    monkeypatch.setattr(Echo.adapter, "title", "Echo", raising=False)

    with pytest.raises(ValueError, match="garbled cannot happen on Echo"):
        Echo(SimulatedClock()).inject(Fault.GARBLED)
