"""Keeps tests off the real network: only this computer can be reached, and whoever tried is remembered."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_GUARDED = ("connect", "connect_ex", "sendto")
_INTERNET = (socket.AF_INET, socket.AF_INET6)


class RealNetworkError(AssertionError):
    """A test went for the real network; it is an AssertionError so that no adapter takes it for a broken line."""


@dataclass
class NetworkGuard:
    """Where somebody went, or whose address he asked for, beyond this computer."""

    attempts: list[str] = field(default_factory=list)

    def refuse(self, what: str) -> RealNetworkError:
        """Remember an attempt; the error to raise."""
        self.attempts.append(what)
        return RealNetworkError(f"a test {what}")


@contextmanager
def no_network() -> Iterator[NetworkGuard]:
    """Let sockets reach loopback alone while the block lasts; blocks may lie in one another."""
    guard = NetworkGuard()
    before = {name: vars(socket.socket).get(name) for name in _GUARDED}
    resolving = socket.getaddrinfo
    for name in _GUARDED:
        setattr(socket.socket, name, _only_loopback(getattr(socket.socket, name), guard))
    socket.getaddrinfo = _only_local_names(resolving, guard)
    try:
        yield guard
    finally:
        socket.getaddrinfo = resolving
        for name, original in before.items():
            if original is None:
                delattr(socket.socket, name)
            else:
                setattr(socket.socket, name, original)


def _only_loopback(original: Callable[..., Any], guard: NetworkGuard) -> Callable[..., Any]:
    def guarded(self: socket.socket, *args: Any) -> Any:
        address = args[-1]
        if self.family in _INTERNET and not is_loopback(str(address[0])):
            raise guard.refuse(f"went for the real network: {address}")
        return original(self, *args)

    return guarded


def _only_local_names(original: Callable[..., Any], guard: NetworkGuard) -> Callable[..., Any]:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not is_loopback(name):
            raise guard.refuse(f"asked the real network for {name}")
        return original(host, *args, **kwargs)

    return guarded


def is_loopback(host: str) -> bool:
    """Whether a host is this very computer, without asking anybody."""
    if host in ("", "localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
