"""Lends connections to whoever reads or writes, a few at a time, in the order in which they are asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, local

from hub.errors import StoreError
from hub.store.connection import BUSY_SECONDS, Connection

MOST_CONNECTIONS = 8
"""So many at once: each has pages of the database in memory, and more reading at once are only slower, each of them."""


@dataclass(slots=True)
class _Turn:
    """A thread that waits for a connection, and the one that it is given; none when the database is closed."""

    come: Event = field(default_factory=Event)
    connection: Connection | None = None


class Lending:
    """The connections to one database; any thread may ask for one."""

    def __init__(self, file: Path, most: int = MOST_CONNECTIONS) -> None:
        self._file, self._most = file, most
        self._lock = Lock()
        self._idle: list[Connection] = []
        self._waiting: deque[_Turn] = deque()
        self._opened = 0
        self._closed = False
        self._mine = local()

    @property
    def opened(self) -> int:
        """How many connections there are, lent or not."""
        return self._opened

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection that nobody else uses; whoever holds one already never waits for another."""
        connection = self._take()
        self._mine.held = self._held() + 1
        try:
            yield connection
        finally:
            self._mine.held -= 1
            self._give_back(connection)

    def require_open(self) -> None:
        """Refuse, with a StoreError, what comes after the closing."""
        if self._closed:
            raise self._is_closed()

    def close(self) -> None:
        """Close what is not lent now, and the rest when it comes back; whoever waits is told."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            self._opened -= len(idle)
            waiting, self._waiting = self._waiting, deque()
        for turn in waiting:
            turn.come.set()
        for connection in idle:
            connection.close()

    def _held(self) -> int:
        """How many connections this thread holds: it would wait for itself."""
        return int(getattr(self._mine, "held", 0))

    def _take(self) -> Connection:
        with self._lock:
            self.require_open()
            if self._idle:
                return self._idle.pop()
            turn = None if self._opened < self._most or self._held() else _Turn()
            if turn is None:
                self._opened += 1
            else:
                self._waiting.append(turn)
        return self._open() if turn is None else self._wait(turn)

    def _open(self) -> Connection:
        try:
            return Connection(self._file)
        except BaseException:
            with self._lock:
                self._opened -= 1
            raise

    def _wait(self, turn: _Turn) -> Connection:
        if not turn.come.wait(BUSY_SECONDS):
            with self._lock:
                late = turn in self._waiting
                if late:
                    self._waiting.remove(turn)
            if late:
                raise StoreError(f"others have been reading {self._file} for a long time; try again later")
            turn.come.wait()
        if turn.connection is None:
            raise self._is_closed()
        return turn.connection

    def _give_back(self, connection: Connection) -> None:
        with self._lock:
            if self._waiting:
                # Into the hands of who has waited longest: else whoever gives one back is the first to take it again.
                turn = self._waiting.popleft()
                turn.connection = connection
                turn.come.set()
                return
            if not self._closed and self._opened <= self._most:
                self._idle.append(connection)
                return
            self._opened -= 1
        connection.close()

    def _is_closed(self) -> StoreError:
        return StoreError(f"the store in {self._file.parent} is closed")
