"""The requests that programs made under keys, in the same database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from hub.core.requests_port import Keyed, Remembered
from hub.store.connection import Connection
from hub.store.values import from_micros, storable, to_micros

_FIND = "SELECT what, digest, begun, status, location, body FROM requests WHERE who = ? AND key = ?"
_BEGIN = "INSERT INTO requests (who, key, what, digest, begun, until) VALUES (?, ?, ?, ?, ?, ?)"
_FINISH = "UPDATE requests SET status = ?, location = ?, body = ? WHERE who = ? AND key = ?"


class SqliteRequests:
    """The Requests of the port; it borrows the store's connection, and writes in turn with it."""

    def __init__(self, writing: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._writing = writing

    def begin(self, keyed: Keyed, now: datetime, until: datetime) -> Remembered | None:
        place = (storable(keyed.who), storable(keyed.key))
        with self._writing() as connection:
            connection.run("DELETE FROM requests WHERE until <= ?", (to_micros(now),))
            found = connection.row(_FIND, place)
            if found is None:
                values = (storable(keyed.what), keyed.digest, to_micros(now), to_micros(until))
                connection.run(_BEGIN, (*place, *values))
                return None
        what, digest, begun, status, location, body = found
        return Remembered(what, digest, from_micros(begun), status, location, body or b"")

    def finish(self, keyed: Keyed, status: int, location: str, body: bytes) -> None:
        with self._writing() as connection:
            connection.run(_FINISH, (status, storable(location), body, storable(keyed.who), storable(keyed.key)))

    def forget(self, keyed: Keyed) -> None:
        with self._writing() as connection:
            place = (storable(keyed.who), storable(keyed.key))
            connection.run("DELETE FROM requests WHERE who = ? AND key = ?", place)
