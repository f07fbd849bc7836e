"""The tables of people: who works here, what signs them in, when they are away, and the log of acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

# Names and digests are compared byte by byte, as SQLite compares by default. Instants are UTC microseconds.
_PEOPLE = (
    """CREATE TABLE people (
        name TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        since INTEGER NOT NULL,
        full_name TEXT NOT NULL,
        email TEXT NOT NULL,
        language TEXT NOT NULL,
        active INTEGER NOT NULL,
        takes_cases INTEGER NOT NULL,
        password TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE sessions (
        key TEXT PRIMARY KEY,
        who TEXT NOT NULL REFERENCES people (name),
        began INTEGER NOT NULL,
        seen INTEGER NOT NULL,
        until INTEGER NOT NULL,
        address TEXT NOT NULL,
        agent TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX sessions_of_person ON sessions (who, seen)",
    """CREATE TABLE sign_in_links (
        key TEXT PRIMARY KEY,
        who TEXT NOT NULL REFERENCES people (name),
        until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE tokens (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        who TEXT NOT NULL REFERENCES people (name),
        label TEXT NOT NULL,
        permissions TEXT NOT NULL,
        made INTEGER NOT NULL,
        until INTEGER,
        seen INTEGER
    ) STRICT""",
    "CREATE INDEX tokens_of_person ON tokens (who)",
    """CREATE TABLE absences (
        key TEXT PRIMARY KEY,
        who TEXT NOT NULL REFERENCES people (name),
        since INTEGER NOT NULL,
        until INTEGER NOT NULL,
        cover TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX absences_by_end ON absences (until)",
    # No id is given twice, whatever becomes of the newest entry: a page of the log goes on from one.
    """CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        door TEXT NOT NULL,
        act TEXT NOT NULL,
        about TEXT NOT NULL,
        address TEXT NOT NULL,
        detail TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX audit_of_person ON audit (who)",
    "CREATE INDEX audit_about ON audit (about) WHERE about <> ''",
    """CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the log of acts is never changed'); END""",
    """CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the log of acts is never shortened'); END""",
)


def people_tables(db: Database) -> None:
    """Make the tables of people."""
    for statement in _PEOPLE:
        db.execute(statement)
