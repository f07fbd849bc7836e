"""Serving the pages until somebody ends it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import uvicorn

from hub.errors import Refused
from hub.web.app import customers_hosts, hosts_of, make_app
from hub.web.worker import Worker

if TYPE_CHECKING:
    from hub.web.site import Site

_LET_GO = 5
_BACKLOG = 512


@dataclass(frozen=True, slots=True)
class Serving:
    """Where the pages are served, and what is done beside."""

    host: str
    port: int
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    every: timedelta | None = None


class _Server(uvicorn.Server):
    """A server that lets the open streams go before it waits for them."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop in order at Ctrl-C and SIGTERM.

        uvicorn raises the signal anew when it has stopped: the process would die before what is beside has finished.
        """
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking requests and finish those under way."""
        self._site.live.end()
        await super().shutdown(sockets)


def bound_socket(host: str, port: int) -> socket.socket:
    """The socket the pages are served on; Refused says why it cannot be had. Port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # By its full name, or asyncio does not know it for TCP and lets each answer wait for its last packet: 40 ms.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(_BACKLOG)  # from here on a browser waits instead of being refused
    except OSError as error:
        found.close()
        raise Refused(
            f"Nothing can be served at {host}:{port} ({error.strerror}); say another with --port, or with "
            "`port` under [web] in hub.toml."
        ) from error
    return found


def serve(site: Site, serving: Serving, at: socket.socket, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; what is under way is finished."""
    app = make_app(site, hosts_of(serving.public_url, serving.host), customers_hosts(site.hub))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        lifespan="on",
        proxy_headers=bool(serving.trusted_proxies),
        forwarded_allow_ips=list(serving.trusted_proxies),
        timeout_graceful_shutdown=_LET_GO,
        timeout_keep_alive=30,
    )
    worker = Worker(site, serving.every, say)
    worker.start()
    try:
        _Server(config, site).run(sockets=[at])
    finally:
        worker.end()
