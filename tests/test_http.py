"""The way to the web: what a second try may do, and that no address is told."""

from __future__ import annotations

import logging
import socket
import ssl
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from hub.errors import AuthenticationFailed, ConfigurationError, HubError, RateLimited, Rejected, Unavailable, Uncertain
from hub.http import HttpAnswer, HttpClient, is_loopback, problem_with_url
from tests.fakes import MovableClock
from tests.servers import HOST, free_ports, show

URL = "https://hooks.shop.example/key-in-the-path?token=hunter2"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def client_for(answer: httpx.Response | Exception) -> HttpClient:
    """A client whose every request has this outcome."""

    def respond(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return HttpClient(MovableClock(NOW), transport=httpx.MockTransport(respond))


def redirecting(asked: list[str]) -> HttpClient:
    """A client that is sent on by whatever it asks; the addresses it asks are collected."""

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"location": "https://evil.example/"})

    return HttpClient(MovableClock(NOW), transport=httpx.MockTransport(respond))


def outcome_of(answer: httpx.Response | Exception) -> HubError:
    """What posting raises when this is the answer."""
    with pytest.raises(HubError) as caught:
        client_for(answer).post(URL, b"{}", {})
    return caught.value


@contextmanager
def server(serve: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server on this computer that does so with its only connection; its port."""
    with socket.create_server((HOST, 0)) as listener:

        def run() -> None:
            connection, _ = listener.accept()
            try:
                with tls.wrap_socket(connection, server_side=True) if tls else connection as ready:
                    serve(ready)
            except OSError:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join()


def request_of(connection: socket.socket) -> bytes:
    """A whole request whose body ends in }."""
    request = b""
    while not request.endswith(b"}"):
        request += connection.recv(65536)
    return request


# What is sent


def test_the_body_is_sent_once_as_it_is_and_the_answer_read() -> None:
    seen: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        seen.append(request_of(connection))
        text = "tack, Åsa 漢字 🙂".encode()
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\n\r\n" % len(text) + text)

    with server(serve) as port:
        answer = HttpClient(MovableClock()).post(f"http://{HOST}:{port}/a?b=c", '{"å":1}'.encode(), {"x-one": "1"})

    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert answer == HttpAnswer(202, "tack, Åsa 漢字 🙂")
    assert head.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert b"x-one: 1" in head
    assert body == '{"å":1}'.encode()


def test_neither_a_proxy_nor_a_netrc_of_the_environment_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {HOST} login asa password hunter2\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    seen: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        seen.append(request_of(connection).lower())
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with server(serve) as port:
        HttpClient(MovableClock()).post(f"http://{HOST}:{port}/", b"{}", {})

    assert b"authorization" not in seen[0]


# What is answered


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_server_that_takes_it_is_believed(status: int) -> None:
    answer = client_for(httpx.Response(status, text="ok")).post(URL, b"{}", {})

    assert answer == HttpAnswer(status, "ok")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, ConfigurationError),
        (307, ConfigurationError),
        (308, ConfigurationError),
        (400, Rejected),
        (401, AuthenticationFailed),
        (404, Rejected),
        (408, Unavailable),
        (410, Rejected),
        (425, Unavailable),
        (429, RateLimited),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (599, Unavailable),
    ],
)
def test_a_status_says_whether_to_try_again_and_names_the_host_only(status: int, kind: type[HubError]) -> None:
    error = outcome_of(httpx.Response(status, text="no, hunter2", headers={"location": "https://evil.example/"}))

    assert type(error) is kind
    assert "hooks.shop.example" in str(error)
    assert str(status) in str(error)
    assert "hunter2" not in str(error)
    assert "evil" not in str(error)


@pytest.mark.parametrize(
    ("status", "text", "after"),
    [
        (429, "", timedelta(minutes=1)),
        (429, "7", timedelta(seconds=7)),
        (429, "0", timedelta()),
        (429, "Mon, 23 Nov 2026 08:02:00 GMT", timedelta(minutes=2)),
        (429, "Mon, 23 Nov 2026 08:02:00 -0000", timedelta(minutes=2)),
        (429, "Mon, 23 Nov 2026 07:00:00 GMT", timedelta()),
        (429, "999999999", timedelta(days=1)),
        (429, "9" * 5000, timedelta(minutes=1)),
        (429, "-5", timedelta(minutes=1)),
        (429, "1.5", timedelta(minutes=1)),
        (429, "tomorrow", timedelta(minutes=1)),
        (429, "Mon, 99 Nov 2026 08:02:00 GMT", timedelta(minutes=1)),
        (429, "Mon, 23 Nov 99999999999 08:02:00 GMT", timedelta(minutes=1)),
        (503, "7", timedelta(seconds=7)),
    ],
)
def test_the_time_to_wait_is_the_servers_within_reason(status: int, text: str, after: timedelta) -> None:
    error = outcome_of(httpx.Response(status, headers={"retry-after": text} if text else {}))

    assert isinstance(error, RateLimited)
    assert error.after == NOW + after


def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    with pytest.raises(ConfigurationError, match="sends on to another address"):
        redirecting(asked).post(URL, b"{}", {})
    assert asked == [URL]


def test_a_long_answer_is_cut_and_an_endless_one_not_read_to_its_end() -> None:
    def serve(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:  # until the client hangs up
            connection.sendall(b"x" * 65536)

    with server(serve) as port:
        answer = HttpClient(MovableClock()).post(f"http://{HOST}:{port}/", b"{}", {})

    assert answer == HttpAnswer(200, "x" * 2000)


def test_a_text_that_breaks_off_does_not_undo_the_status() -> None:
    def serve(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf \xe6")

    with server(serve) as port:
        answer = HttpClient(MovableClock()).post(f"http://{HOST}:{port}/", b"{}", {})

    assert answer == HttpAnswer(200, "half \ufffd")


# What is not answered


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), Unavailable),
        (httpx.ConnectTimeout("timed out"), Unavailable),
        (httpx.WriteError("broken pipe"), Uncertain),
        (httpx.WriteTimeout("timed out"), Uncertain),
        (httpx.ReadError("reset"), Uncertain),
        (httpx.ReadTimeout("timed out"), Uncertain),
        (httpx.RemoteProtocolError("no HTTP"), Uncertain),
    ],
)
def test_only_trouble_before_the_connection_stands_is_surely_harmless(
    trouble: httpx.TransportError, kind: type[HubError]
) -> None:
    error = outcome_of(trouble)

    assert type(error) is kind
    assert "hooks.shop.example" in str(error)
    assert "hunter2" not in "".join(traceback.format_exception(error))


def test_nobody_listening_is_unavailable() -> None:
    [port] = free_ports(1)

    with pytest.raises(Unavailable, match=f"^{HOST} cannot be reached: .*refused"):
        HttpClient(MovableClock()).post(f"http://{HOST}:{port}/", b"{}", {})


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200", b"SSH-2.0-OpenSSH_9\r\n\r\n"])
def test_a_connection_that_ends_without_an_answer_is_uncertain(answer: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(answer)

    with server(serve) as port, pytest.raises(Uncertain, match=f"the connection to {HOST} was lost"):
        HttpClient(MovableClock()).post(f"http://{HOST}:{port}/", b"{}", {})


def test_a_server_that_stays_silent_is_uncertain_after_the_time_out() -> None:
    done = threading.Event()

    def serve(connection: socket.socket) -> None:
        request_of(connection)
        done.wait()

    with server(serve) as port:
        with pytest.raises(Uncertain):
            HttpClient(MovableClock(), timeout=0.2).post(f"http://{HOST}:{port}/", b"{}", {})
        done.set()


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_certificate: Path) -> None:
    with (
        server(lambda connection: None, show(tls_certificate)) as port,
        pytest.raises(Unavailable, match="certificate verify failed"),
    ):
        HttpClient(MovableClock()).post(f"https://{HOST}:{port}/?token=hunter2", b"{}", {})


# Addresses


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://hooks.shop.example/a?b=c", ""),
        ("https://hooks.shop.example:8443", ""),
        ("https://[2001:db8::1]/", ""),
        ("http://localhost:8000/", ""),
        ("http://127.0.0.9/", ""),
        ("http://[::1]:8000/", ""),
        ("http://hooks.shop.example/", "should begin with https://"),
        ("http://127.0.0.1.evil.example/", "should begin with https://"),
        ("http://0.0.0.0/", "should begin with https://"),
        ("https://asa:hunter2@shop.example/", "should hold no name and no password"),
        ("http://localhost@evil.example/", "should hold no name and no password"),
        ("https://shop.example\\@evil.example/", "holds signs that no address has"),
        ("https://shop.example/\r\nx: y", "holds signs that no address has"),
        ("https://shop example/", "holds signs that no address has"),
        ("https://öberg.example/", "holds signs that no address has: write a host such as öberg.example as xn--"),
        ("ftp://shop.example/", "should be one such as https://"),
        ("file:///etc/passwd", "should be one such as https://"),
        ("shop.example/hook", "should be one such as https://"),
        ("https://", "should be one such as https://"),
        ("https://shop.example:99999/", "should be one such as https://"),
        ("https://[::1", "should be one such as https://"),
        ("", "should be one such as https://"),
    ],
)
def test_an_address_that_is_not_safe_is_told_without_repeating_it(url: str, problem: str) -> None:
    told = problem_with_url(url)

    assert told.startswith(problem)
    assert bool(told) == bool(problem)
    assert "hunter2" not in told


def test_nothing_is_sent_to_an_address_that_is_not_safe() -> None:
    asked: list[str] = []

    with pytest.raises(ConfigurationError, match="the address should hold no name and no password"):
        redirecting(asked).post("https://asa:hunter2@shop.example/", b"{}", {})
    assert asked == []


def test_a_host_that_cannot_be_is_a_wrong_setting() -> None:
    as_python_says_of_two_dots = UnicodeError("label empty or too long")

    assert isinstance(outcome_of(as_python_says_of_two_dots), ConfigurationError)
    with pytest.raises(ConfigurationError, match="the address at xn-- is none that a request can be sent to"):
        HttpClient(MovableClock()).post("https://xn--/?token=hunter2", b"{}", {})


@pytest.mark.parametrize(
    ("host", "is_here"), [("localhost", True), ("127.1.2.3", True), ("::1", True), ("10.0.0.1", False)]
)
def test_only_this_computer_is_loopback(host: str, is_here: bool) -> None:
    assert is_loopback(host) is is_here


# What is left unsaid and unloaded


def test_no_log_holds_an_address(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client_for(httpx.Response(200)).post(URL, b"{}", {})

    assert "hunter2" not in caplog.text
    assert caplog.records == []


def test_httpx_is_imported_with_the_first_request() -> None:
    code = "import hub.http, sys; hub.http.HttpClient(None); print('httpx' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
