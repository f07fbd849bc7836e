"""The tables of what a person keeps for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_TABLES = (
    """CREATE TABLE saved_views (
        who TEXT NOT NULL,
        name TEXT NOT NULL,
        place INTEGER NOT NULL,
        wanted TEXT NOT NULL,
        PRIMARY KEY (who, name)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE preferences (
        who TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (who, name)
    ) STRICT, WITHOUT ROWID""",
)


def personal_tables(db: Database) -> None:
    """Make the tables of saved views and preferences."""
    for statement in _TABLES:
        db.execute(statement)
