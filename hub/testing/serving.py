"""A pretended HTTP platform on a loopback port of its own, with connections that really break."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from hub.http.exchange import ConnectionLost, Headers, Request, Response

_HOST = "127.0.0.1"
_RESET = struct.pack("ii", 1, 0)  # linger for no time: closing sends a reset instead of a farewell

Answering = Callable[[Request], Response]


class LoopbackServer:
    """Serves on loopback until it is stopped; each connection has a thread, and none outlives it.

    Whoever asks here has a connection already: a platform that is unreachable breaks it, which looks as if the request
    had been lost. In the process the two are told apart.
    """

    def __init__(self, answering: Answering, port: int = 0) -> None:
        self._http = _Server((_HOST, port), _Handler)
        self._http.answering = answering
        self.url = f"http://{_HOST}:{self._http.server_address[1]}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name=f"serves {self.url}", daemon=True
        )
        self._thread.start()

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        return len(self._http.sockets)

    def stop(self) -> None:
        """Take no more connections, break those that are open, and wait for every thread."""
        self._http.shutdown()
        self._thread.join()
        self._http.break_all()
        self._http.server_close()  # waits for the threads of the connections


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # with True, server_close would not wait for them
    block_on_close = True
    answering: Answering

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.sockets: set[socket.socket] = set()
        self._lock = threading.Lock()

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Remember the connection before its thread starts."""
        with self._lock:
            self.sockets.add(request)  # type: ignore[arg-type]  # of a TCP server it is a socket
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Forget the connection that ends."""
        with self._lock:
            self.sockets.discard(request)
        super().shutdown_request(request)

    def break_all(self) -> None:
        """Wake every thread that waits for a client's next request."""
        with self._lock:
            for connection in self.sockets:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it ended by itself

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that goes away is no error here, and a mistake in a simulator is answered with 500."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the second packet of an answer waits for the first's receipt, some 40 ms
    timeout: ClassVar[float] = 60.0

    def handle_one_request(self) -> None:
        """Answer a request of any method."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        try:
            self._send(self.server.answering(self._asked()))
        except ConnectionLost:
            self._reset()
        except Exception as error:  # noqa: BLE001  a simulator may be wrong in any way; its author is to see it
            self._send(Response.of_text(f"the simulator broke: {type(error).__name__}: {error}", 500))

    def _asked(self) -> Request:
        length = int(self.headers.get("content-length") or 0)
        body = self._chunks() if "chunked" in self.headers.get("transfer-encoding", "") else self.rfile.read(length)
        own = f"http://{self.headers.get('host') or _HOST}"
        return Request(self.command, f"{own}{self.path}", Headers(list(self.headers.items())), body)

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _send(self, answer: Response) -> None:
        told = {name: answer.headers[name] for name in answer.headers}
        told.setdefault("content-length", str(len(answer.body)))
        self.send_response(answer.status)
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(answer.body)
        if int(told["content-length"]) > len(answer.body):
            self.close_connection = True  # the rest of a truncated answer never comes

    def _reset(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's own name
        """Keep silent: `requests` has all of it."""
