"""Leases: who holds a name is decided by a lock of the operating system, which dies with its holder."""

from __future__ import annotations

import hashlib
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from hub.core.ports import Clock
from hub.errors import Busy, HubError
from hub.store.blobs import disk_errors
from hub.store.connection import Connection
from hub.store.values import from_micros, storable, to_micros

_SAVE = """
INSERT INTO leases (name, pid, host, since) VALUES (?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET pid = excluded.pid, host = excluded.host, since = excluded.since
"""


@contextmanager
def locked(file: Path, seconds: float, late: Callable[[], HubError]) -> Iterator[None]:
    """Hold the lock of a file; raises what `late` says when it is not free within so many seconds."""
    # Two FileLock objects exclude each other also within one process and one thread.
    lock = FileLock(file, timeout=seconds, thread_local=False)
    with disk_errors(file.parent):
        try:
            lock.acquire()
        except Timeout:
            raise late() from None
    try:
        yield
    finally:
        lock.release()


def lock_file(folder: Path, name: str) -> Path:
    """The lock file of a name, which may hold any characters."""
    readable = re.sub(r"[^\w-]", "_", name, flags=re.ASCII)[:60]
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    return folder / f"{readable}-{digest[:12]}.lock"


def note_holder(connection: Connection, name: str, clock: Clock) -> None:
    """Write down for others that this process holds the name."""
    with connection.transaction("IMMEDIATE"):
        connection.run(_SAVE, (storable(name), os.getpid(), socket.gethostname(), to_micros(clock.now())))


def busy(connection: Connection, name: str, clock: Clock) -> Busy:
    """The error that names who holds the name."""
    row = connection.row("SELECT pid, host, since FROM leases WHERE name = ?", (storable(name),))
    if row is None:
        return Busy(f"{name} is being worked on by another process")
    pid, host, since = row
    return Busy(f"{name} is being worked on by process {pid} on {host} since {_when(from_micros(since), clock.now())}")


def _when(since: datetime, now: datetime) -> str:
    same_day = since.date() == now.astimezone(since.tzinfo).date()
    return since.strftime("%H:%M UTC" if same_day else "%Y-%m-%d %H:%M UTC")
