"""The table of the requests that programs made under keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

# Instants are UTC microseconds; a request without a status was begun, and nobody knows how it ended.
_REQUESTS = (
    """CREATE TABLE requests (
        who TEXT NOT NULL,
        key TEXT NOT NULL,
        what TEXT NOT NULL,
        digest TEXT NOT NULL,
        begun INTEGER NOT NULL,
        until INTEGER NOT NULL,
        status INTEGER,
        location TEXT NOT NULL DEFAULT '',
        body BLOB,
        PRIMARY KEY (who, key)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX requests_by_end ON requests (until)",
)


def request_tables(db: Database) -> None:
    """Make the table."""
    for statement in _REQUESTS:
        db.execute(statement)
