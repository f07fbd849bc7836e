"""The tables of webhooks: endpoints, the steps they are told of, and the messages on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_TABLES = (
    # `cursor` and `steps_cursor` say up to which event and step its messages were made.
    """CREATE TABLE webhook_endpoints (
        id TEXT PRIMARY KEY,
        created INTEGER NOT NULL,
        off TEXT NOT NULL DEFAULT '',
        cursor INTEGER NOT NULL,
        steps_cursor INTEGER NOT NULL,
        body TEXT NOT NULL,
        health TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE webhook_steps (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        case_id INTEGER NOT NULL REFERENCES cases (id),
        seen INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE webhook_deliveries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        endpoint TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
        origin TEXT NOT NULL,
        state TEXT NOT NULL,
        since INTEGER NOT NULL,
        not_before INTEGER NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (endpoint, origin)
    ) STRICT""",
    "CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (endpoint, state, not_before, id)",
    "CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (state, since)",
)


def make_webhooks(db: Database) -> None:
    """Make the tables."""
    for statement in _TABLES:
        db.execute(statement)
