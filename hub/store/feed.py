"""The events of all cases in the order of their recording, and whether anything was written at all."""

from __future__ import annotations

from collections.abc import Sequence

from hub.core.ports import Recorded, Version
from hub.errors import Refused
from hub.store.connection import Connection
from hub.store.reading import to_event
from hub.store.values import number_of

# An event gets the next id within the one write transaction that there can be at a time (BEGIN IMMEDIATE), and none is
# ever deleted. So ids are given in the order of the commits, and whoever sees an id sees all below it: no event can
# turn up later behind a cursor, as it could where several writers take ids from a sequence and commit out of order.
_SINCE = """
SELECT events.id, case_id, channel, kind, body, at, seen_at FROM events JOIN cases ON cases.id = case_id
WHERE events.id > ? ORDER BY events.id LIMIT ?
"""


def list_events(connection: Connection, cursor: int, limit: int) -> tuple[Sequence[Recorded], int]:
    """The events after a place, oldest first, and the place to go on from."""
    with connection.transaction():
        rows = connection.rows(_SINCE, (cursor, limit))
        last = last_event(connection)
    if not 0 <= cursor <= last:
        raise Refused(f"There is no event {cursor}: the newest is {last}, as after a backup was put back; begin there.")
    found = [
        Recorded(event_id, number_of(case_id), channel, to_event(case_id, *columns))
        for event_id, case_id, channel, *columns in rows
    ]
    return found, found[-1].cursor if found else cursor


def last_event(connection: Connection) -> int:
    """The place of the newest event; 0 where there is none."""
    return connection.value("SELECT max(id) FROM events") or 0


def load_version(connection: Connection) -> Version:
    """What tells of any write by another connection than this one, which itself never writes."""
    # In this order: what is written in between shows the next time.
    written = connection.value("PRAGMA data_version")
    return Version(written, last_event(connection))
