"""What changed since somebody last looked, for whoever follows the cases."""

from __future__ import annotations

from hub.core.records import Told
from hub.store.connection import Connection
from hub.store.reading import to_event
from hub.store.values import number_of


def newest_event(connection: Connection) -> int:
    """The place of the newest event, 0 without any."""
    return int(connection.value("SELECT max(id) FROM events") or 0)


def events_since(connection: Connection, cursor: int, limit: int) -> list[Told]:
    """The events after a place, in the order in which they were recorded.

    None is ever missed: writers follow one another, so an event with a lower place is never seen later.
    """
    rows = connection.rows(
        "SELECT events.id, case_id, cases.channel, kind, body, at, seen_at FROM events "
        "JOIN cases ON cases.id = case_id "
        "WHERE events.id > ? ORDER BY events.id LIMIT ?",
        (cursor, limit),
    )
    return [
        Told(place, number_of(case_id), channel, to_event(case_id, *rest)) for place, case_id, channel, *rest in rows
    ]


def version(connection: Connection) -> int:
    """A number that is another one as soon as any other connection has written anything."""
    return int(connection.value("PRAGMA data_version"))
