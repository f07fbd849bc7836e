"""A listening socket of the pretended mail server, and one conversation with one client."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Lock, Thread

from hub_email_imap.simulator.mailbox import MailPlatform

HOST = "127.0.0.1"
LONGEST_LINE = 8192
SEND_AT = 1 << 16
_STOP_WITHIN = 0.02  # seconds; socketserver looks that often whether it shall stop


class Hangup(Exception):
    """The conversation is over: the client left, or a fault wants the connection to be lost."""


class LineTooLong(Exception):
    """The client sent a line longer than any server takes; it was read to its end, and `start` is its beginning."""

    def __init__(self, start: bytes) -> None:
        super().__init__("a line is too long")
        self.start = start


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a server talks: TLS from the start, by STARTTLS or not at all; with sign-in or without."""

    tls: ssl.SSLContext | None = None
    starttls: bool = False
    require_auth: bool = False


class Listener(ThreadingTCPServer):
    """Accepts connections on a port (0: any that is free) and lets each be handled in a thread of its own."""

    request_queue_size = 64
    allow_reuse_address = True  # the port that was asked for may have been served a moment ago

    def __init__(self, conversation: type[Conversation], platform: MailPlatform, terms: Terms, port: int = 0) -> None:
        super().__init__((HOST, port), conversation)
        self.platform = platform
        self.terms = terms
        self.lock = Lock()
        self._open: set[Conversation] = set()
        self._stopping = False

    @property
    def port(self) -> int:
        """The port that was free."""
        return int(self.socket.getsockname()[1])

    @property
    def connections(self) -> int:
        """How many clients are at the line."""
        with self.lock:
            return len(self._open)

    @contextmanager
    def running(self) -> Iterator[Listener]:
        """Serve until the block ends; then no thread and no socket is left."""
        thread = Thread(target=self.serve_forever, args=(_STOP_WITHIN,), name="pretended mail server")
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            self._hang_up_all()
            self.server_close()
            thread.join()

    def opened(self, conversation: Conversation) -> None:
        """Remember a conversation, so that it can be ended; too late when the server is stopping."""
        with self.lock:
            if self._stopping:
                raise Hangup
            self._open.add(conversation)

    def closed(self, conversation: Conversation) -> None:
        """Forget a conversation that ended."""
        with self.lock:
            self._open.discard(conversation)

    def _hang_up_all(self) -> None:
        with self.lock:
            self._stopping = True
            for conversation in self._open:
                conversation.hang_up()


class Conversation(BaseRequestHandler):
    """One client at the line: reads lines, collects answers, and starts TLS in between."""

    server: Listener
    connection: socket.socket
    _reader: BufferedReader

    def setup(self) -> None:
        """Take the connection over, without TCP's delay of small answers (49 ms each otherwise)."""
        self.connection = self.request
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = self.connection.makefile("rb")
        self._waiting = bytearray()
        self.secure = False

    def handle(self) -> None:
        """Talk until one side has enough; a client that vanishes is no event."""
        with suppress(Hangup, OSError):
            self.server.opened(self)
            if self.server.terms.tls and not self.server.terms.starttls:
                self.start_tls()
            self.converse()
            self.flush()

    def finish(self) -> None:
        """Let go of the connection, whichever way it ended."""
        self.server.closed(self)
        self._reader.close()
        self.connection.close()

    def converse(self) -> None:
        """Speak the protocol until the client signs off."""
        raise NotImplementedError

    @property
    def platform(self) -> MailPlatform:
        """The provider for which this server speaks."""
        return self.server.platform

    @property
    def offers_starttls(self) -> bool:
        """Whether the client can and must ask for TLS before it signs in."""
        return self.server.terms.starttls and not self.secure

    def hang_up(self) -> None:
        """Make a read that waits in another thread come to an end."""
        with suppress(OSError):
            # SSLSocket.shutdown would take the TLS state away from the thread that is reading.
            socket.socket.shutdown(self.connection, socket.SHUT_RDWR)

    def start_tls(self) -> None:
        """Go on encrypted; what the client sent ahead in the clear is thrown away (CVE-2011-0411)."""
        context = self.server.terms.tls
        if context is None:
            raise Hangup
        self.flush()
        self._reader.close()
        with self.server.lock:
            secured = context.wrap_socket(self.connection, server_side=True, do_handshake_on_connect=False)
            self.connection = secured
        secured.do_handshake()
        self._reader = secured.makefile("rb")
        self.secure = True

    def read_line(self) -> bytes:
        """The next line without its end."""
        line = self._reader.readline(LONGEST_LINE + 1)
        if not line:
            raise Hangup
        if len(line) <= LONGEST_LINE:
            return line.removesuffix(b"\n").removesuffix(b"\r")
        start = line
        while line and not line.endswith(b"\n"):
            line = self._reader.readline(LONGEST_LINE)
        raise LineTooLong(start)

    def read_raw_line(self) -> bytes:
        """The next line with its end, however long."""
        line = self._reader.readline()
        if not line:
            raise Hangup
        return line

    def read_exactly(self, size: int) -> bytes:
        """The next bytes, as many as were announced."""
        data = self._reader.read(size)
        if len(data) < size:
            raise Hangup
        return data

    def send(self, data: bytes) -> None:
        """Put something in the answer."""
        self._waiting += data
        if len(self._waiting) > SEND_AT:
            self.flush()

    def flush(self) -> None:
        """Let the client have what was answered so far."""
        waiting, self._waiting = self._waiting, bytearray()
        self.connection.sendall(waiting)

    def send_line(self, text: str | bytes) -> None:
        """Put a line in the answer."""
        self.send((text.encode() if isinstance(text, str) else text) + b"\r\n")
