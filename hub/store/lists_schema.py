"""What lists, their pages and their counts are read from without looking at every case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.core.search import lookup_key
from hub.store.values import storable

if TYPE_CHECKING:
    from sqlite_utils import Database

_COLUMNS = (
    "ALTER TABLE cases ADD COLUMN customer_key TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cases ADD COLUMN order_key TEXT NOT NULL DEFAULT ''",
    "UPDATE cases SET customer_key = lookup_key(customer_email), order_key = lookup_key(order_number)",
    "ALTER TABLE replies ADD COLUMN hold TEXT",
    "UPDATE replies SET hold = json_extract(body, '$.hold') WHERE state = 'held'",
)
_DUE = "due IS NULL, due, urgent DESC, started IS NULL, started, changed DESC, id DESC"
# What people filter by stands in the indexes too: a case that does not fit is passed over without its row being read.
_INDEXES = (
    "DROP INDEX cases_by_due",
    "DROP INDEX cases_by_change",
    f"CREATE INDEX cases_by_due ON cases ({_DUE}, channel, assignee, type, state, opened) WHERE is_open",
    f"CREATE INDEX cases_by_assignee ON cases (assignee, {_DUE}, channel, type, state, opened) WHERE is_open",
    "CREATE INDEX cases_by_change ON cases (changed DESC, id DESC, state, channel, assignee, type, opened)",
    "CREATE INDEX cases_by_customer ON cases (customer_key, changed DESC, id DESC) WHERE customer_key <> ''",
    "CREATE INDEX cases_by_order_number ON cases (order_key, changed DESC, id DESC) WHERE order_key <> ''",
    "CREATE INDEX replies_by_hold ON replies (hold, case_id) WHERE hold IS NOT NULL",
)

_TASKS = (
    "DROP INDEX cases_by_open_tasks",
    "CREATE INDEX cases_by_open_tasks ON cases (id, state, channel, assignee, type) WHERE open_tasks > 0",
)


def make_lists(db: Database) -> None:
    """Add what an older store lacks for lists, and fill it in."""
    db.conn.create_function("lookup_key", 1, lambda text: storable(lookup_key(text)), deterministic=True)
    for statement in (*_COLUMNS, *_INDEXES):
        db.execute(statement)


def count_tasks(db: Database) -> None:
    """Let the cases with something to do in a portal be counted without their rows being read."""
    for statement in _TASKS:
        db.execute(statement)
