"""A program that is told of events: a real HTTP server on loopback, which takes messages or fails as it is told to."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Got:
    """A message that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Takes what is posted; `answers` says how, one after another, the last one for ever."""

    answers: list[int | Callable[[http.server.BaseHTTPRequestHandler], None]] = field(default_factory=lambda: [204])
    tls: ssl.SSLContext | None = None
    got: list[Got] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.got.append(Got(self.path, headers, body))
                answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                if isinstance(answer, int):
                    self.send_response(answer)
                    self.send_header("content-length", "0")
                    self.end_headers()
                else:
                    answer(self)

            def log_message(self, *_: Any) -> None:
                return

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = False

            def handle_error(self, *_: Any) -> None:
                return

        self._server = Server(("127.0.0.1", 0), Handler)
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    def never(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        """Do not answer until the test is over."""
        self.released.wait(20)
        handler.close_connection = True

    def drip(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        """Answer a byte at a time, for ever."""
        while not self.released.wait(0.02):
            try:
                handler.wfile.write(b"H" if not hasattr(handler, "begun") else b" ")
                handler.wfile.flush()
            except OSError:
                break
        handler.close_connection = True

    def slow_body(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        """Say 200 at once, and then talk a byte at a time, for ever."""
        handler.send_response(200)
        handler.send_header("content-length", "1000000")
        handler.end_headers()
        while not self.released.wait(0.02):
            try:
                handler.wfile.write(b"x")
                handler.wfile.flush()
            except OSError:
                break
        handler.close_connection = True

    def endless_body(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        """Say 200 and send as much as is read."""
        handler.send_response(200)
        handler.send_header("content-length", "1000000000")
        handler.end_headers()
        try:
            while not self.released.is_set():
                handler.wfile.write(b"x" * 65536)
                self.sent = getattr(self, "sent", 0) + 65536
        except OSError:
            pass
        handler.close_connection = True


def sends_on(to: str, status: int = 302) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    """An answer that names another address."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("location", to)
        handler.send_header("content-length", "0")
        handler.end_headers()

    return answer


def asks_to_wait(seconds: int, status: int = 429) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    """An answer that asks to be left alone."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("retry-after", str(seconds))
        handler.send_header("content-length", "0")
        handler.end_headers()

    return answer


def hangs_up(handler: http.server.BaseHTTPRequestHandler) -> None:
    """No answer: the connection is closed."""
    handler.close_connection = True
