"""The places where a run can be killed: each write to disk, each lease, and each byte boundary on the network."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import ssl
import threading
from collections.abc import Callable, Iterator
from functools import partial, wraps
from pathlib import Path
from random import Random
from typing import Any

from filelock import FileLock

from hub.store import leases

_WRITES = re.compile(
    r"\s*(BEGIN|COMMIT|INSERT|UPDATE|DELETE)\b(?:\s+OR\s+\w+)?(?:\s+INTO|\s+FROM)?\s*(\w+)?", re.IGNORECASE
)
_INTERNET = (socket.AF_INET, socket.AF_INET6)
_DOT = b".\r\n"
_LIKE_ANOTHER = re.compile(
    r"(before (BEGIN|INSERT|UPDATE|DELETE) .*|.* budgets|.* an answer to .*|.* letting go of .*)"
)


class Points:
    """Counts the places that a process passes, and calls `end` with the name of the one that is `wanted` ("": none).

    `seed` chooses where a packet is cut besides the end of its head, its middle and its last byte.
    """

    def __init__(self, wanted: str, end: Callable[[str], None], seed: int = 0) -> None:
        self.names: list[str] = []
        self.said = ""
        self._wanted, self._end, self._random = wanted, end, Random(seed)
        self._times: dict[str, int] = {}
        self._lock = threading.RLock()

    def reach(self, what: str, before: Callable[[], object] | None = None) -> None:
        """Pass a place; `before` is what still happens if the process ends here."""
        with self._lock:
            times = self._times[what] = self._times.get(what, 0) + 1
            self.names.append(what if times == 1 else f"{what}, time {times}")
            if self.names[-1] == self._wanted:
                if before is not None:
                    before()
                self._end(self.names[-1])

    def cuts(self, packet: bytes) -> Iterator[tuple[str, int]]:
        """How much of a packet may have left: its head, half of it, all but a byte, and what the seed says.

        Half a command of a mail server is no command; but the end of the dot that ends a mail is where it is taken.
        """
        head, size = packet.find(b"\r\n\r\n") + 4, len(packet)
        wanted = {"its head": head if head > 3 else 0, "half of it": size // 2, "all but a byte": size - 1}
        if _is_command(packet) and packet != _DOT:
            return
        if size > 2:
            wanted["some bytes"] = self._random.randrange(1, size - 1)
        left = set[int]()
        for name, amount in wanted.items():
            if 0 < amount < size and amount not in left:
                left.add(amount)
                yield name, amount


def kind_of(name: str) -> str:
    """What a place is, without its number where one is like another.

    Inside a transaction it does not matter before which of several like statements a process dies, nor in the account
    of requests, nor how many pieces an answer came in. What was sent whole waits for its answer.
    """
    without = name.partition(", time ")[0]
    if without.startswith("after sending "):
        return without.replace("after sending ", "before receiving an answer to ")
    return without if _LIKE_ANOTHER.fullmatch(without) else name


def watch(points: Points) -> None:
    """Let this process, from now on, pass each of the places."""
    _watch_database(points)
    _watch_files(points)
    _watch_leases(points)
    _watch_network(points)


def _watch_database(points: Points) -> None:
    class Watched(sqlite3.Connection):
        def __init__(self, database: str | Path, *options: Any, **named: Any) -> None:
            super().__init__(database, *options, **named)
            self._of = " of budgets" if Path(database).stem == "budgets" else ""

        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            return _written(points, statement, self._of, partial(super().execute, statement, *values))

        def executemany(self, statement: str, *values: Any) -> sqlite3.Cursor:
            return _written(points, statement, self._of, partial(super().executemany, statement, *values))

    setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Watched))  # noqa: B010  mypy knows it as a function


def _written(points: Points, statement: str, of: str, execute: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
    found = _WRITES.match(statement)
    if found is None:
        return execute()
    verb = f"{found[1]} {found[2] or ''}".strip()
    points.reach(f"before {verb}{of}")
    done = execute()
    if verb == "COMMIT":
        points.reach(f"after {verb}{of}")
    return done


def _watch_files(points: Points) -> None:
    for name in ("replace", "fsync"):
        _around(points, os, name, f"{name} of a file")


def _watch_leases(points: Points) -> None:
    class Watched(FileLock):
        def acquire(self, *options: Any, **named: Any) -> Any:
            taken = super().acquire(*options, **named)
            points.reach(f"after taking {_lock_of(self)}")
            return taken

        def release(self, force: bool = False) -> None:
            points.reach(f"before letting go of {_lock_of(self)}")
            super().release(force)

    setattr(leases, "FileLock", Watched)  # noqa: B010  the same


def _lock_of(lock: FileLock) -> str:
    return Path(lock.lock_file).stem.partition("-")[0]


def _watch_network(points: Points) -> None:
    _around(points, socket.socket, "connect", "connecting")
    for kind in (socket.socket, ssl.SSLSocket):
        for name in ("send", "sendall"):
            _watch_sending(points, kind, name)
        for name in ("recv", "recv_into"):
            _around(points, kind, name, "receiving an answer to")


def _watch_sending(points: Points, kind: type[socket.socket], name: str) -> None:
    original, whole = getattr(kind, name), kind.sendall

    @wraps(original)
    def sending(self: socket.socket, data: Any, *flags: Any) -> Any:
        if self.family not in _INTERNET or _busy.inside:
            return original(self, data, *flags)
        with _busy:
            packet = bytes(data)
            what = points.said = _named(packet)
            points.reach(f"before sending {what}")
            for cut, size in points.cuts(packet):
                points.reach(f"{cut} sent of {what}", partial(whole, self, packet[:size]))
            sent = original(self, data, *flags)
            points.reach(f"after sending {what}")
        return sent

    setattr(kind, name, sending)


def _around(points: Points, owner: Any, name: str, what: str) -> None:
    original = getattr(owner, name)

    @wraps(original)
    def watched(*values: Any, **named: Any) -> Any:
        outside = isinstance(values[0], socket.socket) and values[0].family not in _INTERNET
        if outside or _busy.inside:
            return original(*values, **named)
        with _busy:
            place = f"{what} {points.said}" if what.endswith(" to") else what
            points.reach(f"before {place}")
            done = original(*values, **named)
            points.reach(f"after {place}")
        return done

    setattr(owner, name, watched)


class _Busy(threading.local):
    """Whether this thread is inside a watched call: TLS sends through the same methods again."""

    inside = False

    def __enter__(self) -> None:
        self.inside = True

    def __exit__(self, *_: object) -> None:
        self.inside = False


_busy = _Busy()


def _is_command(packet: bytes) -> bool:
    return len(packet) < 100 and packet.endswith(b"\r\n")


def _named(packet: bytes) -> str:
    """What a packet is, as far as it tells nobody's words: a request's first line, a command of a mail server."""
    words = [word.decode("ascii", "replace") for word in packet[:200].split(None, 2)[:2]]
    if b" HTTP/1.1\r\n" in packet[:400] and len(words) == 2:
        return f"{words[0]} {words[1].partition('?')[0]}"
    if packet == _DOT:
        return "the dot"
    if _is_command(packet) and words:
        tagged = any(letter.isdigit() for letter in words[0]) and len(words) > 1
        return words[tagged].partition(":")[0][:12]
    return "a body"
