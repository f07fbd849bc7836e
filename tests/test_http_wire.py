"""The client against a real server on this computer that misbehaves, and with many threads."""

from __future__ import annotations

import gc
import gzip
import json
import logging
import socket
import threading
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from pydantic import SecretStr

from hub.clock import SystemClock
from hub.errors import ConfigurationError, HubError, Misunderstood, Unavailable, Uncertain
from hub.http import (
    Api,
    ApiClient,
    ClientCredentials,
    ConnectionLost,
    HeaderAuth,
    Request,
    Response,
    api_door,
    without_pauses,
)
from hub.testing import SimulatedClock
from tests.servers import HOST, free_ports, show

SECRET = "hunter2-hunter2"
IN_THE_QUERY = "-".join(["in", "the", "query"])  # as a whole it stands in no line that a traceback shows
AUTH = HeaderAuth("x-key", SecretStr(SECRET))
HEAD = b"HTTP/1.1 200 OK\r\n"
FINE = HEAD + b"content-length: 4\r\n\r\nfine"
Serve = Callable[[socket.socket], None]


class Server:
    """Does the same with every connection that is made to it."""

    def __init__(self, serve: Serve) -> None:
        self.connections = 0
        self._serve = serve
        self._listener = socket.create_server((HOST, 0))
        self.base = f"http://{HOST}:{self._listener.getsockname()[1]}/v1"
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                self._threads.append(threading.Thread(target=self._run, args=(connection,)))
                self._threads[-1].start()

    def _run(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self._serve(connection)


@contextmanager
def client_of(serve: Serve, **api: object) -> Iterator[tuple[ApiClient, Server]]:
    """A client of a server that does so."""
    with closing(Server(serve)) as server:
        declared = Api(server.base, AUTH, **{"timeout": 5.0, **api})  # type: ignore[arg-type]
        with api_door(SimulatedClock())(declared) as client:
            yield client, server


def request_of(connection: socket.socket) -> bytes:
    """A request without a body; empty where the client hung up."""
    request = b""
    while not request.endswith(b"\r\n\r\n"):
        part = connection.recv(65536)
        if not part:
            return b""
        request += part
    return request


def answering(answer: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        while request_of(connection):
            connection.sendall(answer)
            if answer != FINE:
                return

    return serve


def outcome(serve: Serve, **api: object) -> tuple[HubError, HubError]:
    """What a read and a write raise."""
    with client_of(serve, **api) as (client, _):
        with pytest.raises(HubError) as read:
            client.read("/orders", {"key": IN_THE_QUERY})
        with pytest.raises(HubError) as written:
            client.write("DELETE", "/orders/1", {"key": IN_THE_QUERY})
    for error in (read.value, written.value):
        told = "".join(traceback.format_exception(error))
        assert SECRET not in told
        assert IN_THE_QUERY not in told
    return read.value, written.value


def test_connections_are_kept_and_none_nor_a_thread_is_left() -> None:
    threads = threading.active_count()

    with client_of(answering(FINE)) as (client, server):
        bodies = [client.read("/orders").body for _ in range(20)]
        seen = server.connections

    gc.collect()  # a socket that was left open would be warned of, and warnings are errors
    assert (bodies, seen) == ([b"fine"] * 20, 1)
    assert threading.active_count() == threads


def test_a_client_that_is_closed_says_so() -> None:
    with client_of(answering(FINE)) as (client, _):
        client.close()
        with pytest.raises(RuntimeError, match="is closed; open another one"):
            client.read("/orders")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        b"SSH-2.0-OpenSSH_9\r\n\r\n",
        HEAD + b"content-length: 100\r\n\r\nhalf",
        HEAD + b"transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        HEAD + b"content-encoding: gzip\r\nconnection: close\r\n\r\n" + gzip.compress(b"x" * 1000, mtime=0)[:-9],
        HEAD + b"content-encoding: gzip\r\ncontent-length: 4\r\n\r\nfine",
        HEAD + b"content-encoding: br\r\ncontent-length: 4\r\n\r\nfine",
    ],
)
def test_an_answer_that_breaks_off_is_asked_for_again_by_a_read_and_leaves_a_write_in_doubt(answer: bytes) -> None:
    read, written = outcome(answering(answer))

    assert type(read) is Unavailable
    assert type(written) is Uncertain
    assert "whether it was taken is not known" in str(written)


def test_a_server_that_hangs_up_once_is_asked_again() -> None:
    answers = [b"", b"HTTP/1.1 500 Oops\r\nconnection: close\r\n\r\n", FINE]

    def serve(connection: socket.socket) -> None:
        if request_of(connection):
            connection.sendall(answers.pop(0))

    with client_of(serve) as (client, server):
        assert client.read("/orders").body == b"fine"
        assert server.connections == 3


def test_nobody_listening_is_unavailable_for_both() -> None:
    [port] = free_ports(1)
    door = api_door(SimulatedClock())

    with door(Api(f"http://{HOST}:{port}", AUTH)) as client:
        with pytest.raises(Unavailable, match=f"^{HOST}/a: it cannot be reached .*refused"):
            client.read("/a")
        with pytest.raises(Unavailable, match="cannot be reached"):
            client.write("POST", "/a", json={})


def test_a_silent_server_costs_the_time_out() -> None:
    done = threading.Event()

    def serve(connection: socket.socket) -> None:
        request_of(connection)
        done.wait(10)

    with client_of(serve, timeout=0.1) as (client, server):
        with pytest.raises(Unavailable, match="it took too long"):
            client.read("/orders")
        with pytest.raises(Uncertain, match="it took too long"):
            client.write("DELETE", "/orders/1")
        assert server.connections == 4
        done.set()


def test_a_dripping_server_costs_the_time_out_though_each_drop_is_in_time() -> None:
    never = threading.Event()

    def serve(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(HEAD + b"content-length: 100000\r\n\r\n")
        while not never.wait(0.01):
            connection.sendall(b"x")

    began = time.monotonic()
    read, written = outcome(serve, timeout=0.15)

    assert (type(read), type(written)) == (Unavailable, Uncertain)
    assert time.monotonic() - began < 5


def packed(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(b"\0" * size) + packer.flush()


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"content-length: 2000\r\n\r\n" + b"x" * 2000,
        HEAD + b"connection: close\r\n\r\n" + b"x" * 2000,
        HEAD + b"content-encoding: gzip\r\nconnection: close\r\n\r\n" + packed(50_000_000),
    ],
)
def test_a_large_answer_is_not_taken_packed_or_not(answer: bytes) -> None:
    read, written = outcome(answering(answer), largest=1999)

    assert type(read) is Misunderstood
    assert type(written) is Uncertain
    assert "larger than 1,999 bytes" in str(read)


def test_an_answer_of_just_the_largest_size_is_taken_packed_or_not() -> None:
    body = packed(2000)
    with_length = b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body)

    for answer in (HEAD + with_length + body, HEAD + b"content-length: 2000\r\n\r\n" + bytes(2000)):
        with client_of(answering(answer), largest=2000) as (client, _):
            assert client.read("/orders").body == bytes(2000)


def test_a_long_refusal_is_cut_and_stays_a_refusal() -> None:
    answer = b"HTTP/1.1 403 No\r\nconnection: close\r\n\r\n" + b"x" * 5000

    read, _ = outcome(answering(answer), largest=1999)

    assert "HTTP 403" in str(read)


def test_a_redirect_is_not_followed_to_another_server() -> None:
    with closing(Server(answering(FINE))) as elsewhere:
        answer = b"HTTP/1.1 307 Go\r\nlocation: %s/a\r\ncontent-length: 0\r\n\r\n" % elsewhere.base.encode()
        read, written = outcome(answering(answer))

        assert "not followed" in str(read)
        assert (type(read), type(written)) == (Misunderstood, Uncertain)
        assert elsewhere.connections == 0


@pytest.mark.parametrize("key", ["hunter2\r\nx-evil: 1", "hunter2-å"])
def test_a_key_that_http_cannot_carry_is_a_wrong_setting(key: str) -> None:
    with closing(Server(answering(FINE))) as server:
        api = Api(server.base, HeaderAuth("x-key", SecretStr(key)))
        with (
            api_door(SimulatedClock())(api) as client,
            pytest.raises(ConfigurationError, match="holds a sign that HTTP cannot carry") as caught,
        ):
            client.read("/orders")

    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(tls_certificate: Path) -> None:
    seen: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        with show(tls_certificate).wrap_socket(connection, server_side=True) as secure:
            seen.append(request_of(secure))

    with closing(Server(serve)) as server:
        api = Api(server.base.replace("http:", "https:"), AUTH)
        with api_door(SimulatedClock())(api) as client, pytest.raises(Unavailable, match="certificate verify failed"):
            client.write("POST", "/a", json={})

    assert seen == []


def test_cookies_are_not_kept_and_the_environment_adds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    seen: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        while request := request_of(connection):
            seen.append(request.lower())
            connection.sendall(HEAD + b"set-cookie: session=1\r\ncontent-length: 4\r\n\r\nfine")

    with client_of(serve) as (client, _):
        client.read("/orders")
        client.read("/orders")

    assert len(seen) == 2
    assert all(b"cookie" not in request for request in seen)
    assert seen[0].startswith(b"get /v1/orders http/1.1\r\n")


def test_neither_logs_nor_reprs_hold_an_address_or_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), client_of(answering(FINE)) as (client, _):
        client.read("/orders", {"key": IN_THE_QUERY})
        shown = repr(client) + repr(vars(client))

    assert caplog.records == []
    assert SECRET not in shown


def test_pauses_can_be_switched_off_for_the_computers_own_clock() -> None:
    def broken(request: Request) -> Response:
        return Response(500)

    began = time.monotonic()
    with without_pauses(), api_door(SystemClock(), transport=broken)(Api("https://a.example")) as client:
        for _ in range(5):
            with pytest.raises(Unavailable):
                client.read("/orders")

    assert time.monotonic() - began < 2  # five times more than a second with pauses


# Many threads and one token


class Platform:
    """Takes the newest token only; a token request takes a moment, in which others come along."""

    def __init__(self, troubles: int = 0) -> None:
        self.given, self.troubles, self.asked = 0, troubles, 0
        self._lock, self._never = threading.Lock(), threading.Event()

    def __call__(self, request: Request) -> Response:
        if request.host == "login.example":
            self._never.wait(0.02)
            with self._lock:
                self.asked += 1
                if self.asked <= self.troubles:
                    return Response(500)
                self.given += 1
            return Response.of_json({"access_token": f"token-{self.given}", "token_type": "Bearer", "expires_in": 300})
        good = request.headers["authorization"] == f"Bearer token-{self.given}"
        return Response.of_json({"fine": True}, 200 if good else 401)


def auth() -> ClientCredentials:
    return ClientCredentials("https://login.example/token", "us", SecretStr(SECRET))


def test_many_threads_ask_for_one_token_and_renew_a_refused_one_once() -> None:
    platform = Platform()
    api = Api("https://api.example", auth())

    with api_door(SimulatedClock(), transport=platform)(api) as client, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: client.read(f"/orders/{number}"), range(40)))
        first = platform.given
        platform.given += 1  # the platform forgets the token
        list(pool.map(lambda number: client.read(f"/orders/{number}"), range(40)))

    assert (first, platform.given, platform.asked) == (1, 3, 2)


def token(name: str) -> Response:
    return Response.of_json({"access_token": name, "token_type": "bearer", "expires_in": 300})


def test_whoever_was_refused_with_a_token_that_another_has_renewed_takes_the_new_one() -> None:
    shared, clock, request = auth(), SimulatedClock(), Request("GET", "https://api.example/a")
    first, second = shared.flow(request, clock), shared.flow(request, clock)
    next(first)
    first.send(token("old"))
    assert next(second).headers["authorization"] == "Bearer old"

    assert first.send(Response(401)).host == "login.example"
    assert first.send(token("new")).headers["authorization"] == "Bearer new"

    assert second.send(Response(401)).headers["authorization"] == "Bearer new"


def test_an_error_that_is_kept_keeps_no_renewal_open() -> None:
    def lost(request: Request) -> Response:
        raise ConnectionLost(sent=True)

    shared = auth()
    with (
        api_door(SimulatedClock(), transport=lost)(Api("https://api.example", shared)) as client,
        pytest.raises(Unavailable) as caught,
    ):
        client.read("/orders")

    assert caught.value.__traceback__ is not None
    assert not shared._lock.locked()


def test_a_renewal_that_fails_blocks_nobody() -> None:
    platform = Platform(troubles=2)
    api = Api("https://api.example", auth())

    with api_door(SimulatedClock(), transport=platform)(api) as client, ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: client.read(f"/orders/{number}").status, range(8)))

    assert answers == [200] * 8
    assert platform.given == 1


def test_a_flow_that_is_given_up_in_the_middle_of_a_renewal_blocks_nobody() -> None:
    shared, clock = auth(), SimulatedClock()
    request = Request("GET", "https://api.example/a")
    given_up = shared.flow(request, clock)
    assert next(given_up).host == "login.example"

    given_up.close()

    other = shared.flow(request, clock)
    assert next(other).host == "login.example"
    bearing = other.send(Response.of_json({"access_token": "a", "token_type": "bearer"}))
    assert bearing.headers["authorization"] == "Bearer a"


def test_an_error_thrown_into_a_renewal_blocks_nobody() -> None:
    shared, clock = auth(), SimulatedClock()
    request = Request("GET", "https://api.example/a")
    broken = shared.flow(request, clock)
    next(broken)

    with pytest.raises(OSError, match="gone"):
        broken.throw(OSError("gone"))

    assert next(shared.flow(request, clock)).host == "login.example"


@pytest.mark.parametrize("life", [None, 0, -5, "soon", "60", 1e400, [], True])
def test_a_token_whose_life_is_not_told_is_used_more_than_once(life: object) -> None:
    shared, clock = auth(), SimulatedClock()
    first = shared.flow(Request("GET", "https://api.example/a"), clock)
    next(first)
    first.send(
        Response(200, f'{{"access_token": "a", "token_type": "bearer", "expires_in": {json_of(life)}}}'.encode())
    )
    first.close()

    assert next(shared.flow(Request("GET", "https://api.example/a"), clock)).host == "api.example"


def json_of(value: object) -> str:
    return "1e400" if value == float("inf") else json.dumps(value)
