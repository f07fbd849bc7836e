"""The tables, as migrations that every opening brings up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hub.errors import StoreError
from hub.store.connection import Connection
from hub.store.figures_schema import add_figures
from hub.store.lists_schema import count_tasks, make_lists
from hub.store.people_schema import people_tables
from hub.store.personal_schema import personal_tables
from hub.store.requests_schema import request_tables
from hub.store.webhooks_schema import make_webhooks

if TYPE_CHECKING:
    from sqlite_utils import Database

_CASES = """
CREATE TABLE cases (
    id INTEGER PRIMARY KEY,
    number TEXT GENERATED ALWAYS AS ('CH-' || id) VIRTUAL,
    channel TEXT NOT NULL,
    ref TEXT NOT NULL,
    type TEXT NOT NULL,
    type_raw TEXT NOT NULL,
    state TEXT NOT NULL,
    is_open INTEGER GENERATED ALWAYS AS (state IN ('open', 'waiting')) VIRTUAL,
    subject TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    customer_email TEXT NOT NULL,
    order_number TEXT NOT NULL,
    assignee TEXT NOT NULL,
    opened INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    unreadable INTEGER NOT NULL,
    documents INTEGER NOT NULL,
    rule TEXT,
    started INTEGER,
    due INTEGER,
    problem TEXT,
    UNIQUE (channel, ref)
) STRICT
"""

# Instants in columns are UTC microseconds; an event's own are text, so that its zone is kept as it was told.
_TABLES = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE numbers (only INTEGER PRIMARY KEY CHECK (only = 1), last INTEGER NOT NULL) STRICT",
    "CREATE TABLE channels (name TEXT PRIMARY KEY, checkpoint TEXT, record TEXT) STRICT",
    _CASES,
    # The lists: what is due first, what changed last, what is open on a channel, how many there are of each state.
    """CREATE INDEX cases_by_due
    ON cases (due IS NULL, due, started IS NULL, started, changed DESC, id DESC) WHERE is_open""",
    "CREATE INDEX cases_by_change ON cases (changed DESC, id DESC)",
    "CREATE INDEX cases_open_on_channel ON cases (channel, id) WHERE is_open",
    "CREATE INDEX cases_by_state ON cases (state)",
    """CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        case_id INTEGER NOT NULL REFERENCES cases (id),
        seq INTEGER NOT NULL,
        kind TEXT NOT NULL,
        at TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (case_id, seq)
    ) STRICT""",
    """CREATE TABLE messages (
        channel TEXT NOT NULL,
        ref TEXT NOT NULL,
        case_id INTEGER NOT NULL REFERENCES cases (id),
        sent INTEGER NOT NULL,
        inbound INTEGER NOT NULL,
        unreadable INTEGER NOT NULL,
        PRIMARY KEY (channel, ref)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX messages_of_case ON messages (case_id)",
    "CREATE INDEX messages_inbound ON messages (channel, sent) WHERE inbound",
    "CREATE INDEX messages_unreadable ON messages (sent, case_id) WHERE unreadable",
    """CREATE TABLE thread_keys (
        channel TEXT NOT NULL,
        key TEXT NOT NULL,
        case_id INTEGER NOT NULL REFERENCES cases (id),
        PRIMARY KEY (channel, key)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE replies (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        case_id INTEGER NOT NULL REFERENCES cases (id),
        channel TEXT NOT NULL,
        state TEXT NOT NULL,
        written INTEGER NOT NULL,
        not_before INTEGER,
        body TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX replies_by_state ON replies (state, written)",
    "CREATE INDEX replies_of_case ON replies (case_id)",
    "CREATE TABLE contents (digest TEXT PRIMARY KEY, size INTEGER) STRICT, WITHOUT ROWID",
    """CREATE TABLE leases (
        name TEXT PRIMARY KEY,
        pid INTEGER NOT NULL,
        host TEXT NOT NULL,
        since INTEGER NOT NULL
    ) STRICT""",
)

_EVALUATION_COLUMNS = (
    "wakeup INTEGER",
    "deadline TEXT",
    "risk_at INTEGER",
    "urgent INTEGER GENERATED ALWAYS AS (type = 'missing_item') VIRTUAL",
    "policy TEXT",
    "version TEXT",
    "digest TEXT",
    "events INTEGER",
    "rating TEXT NOT NULL DEFAULT ''",
    "rated INTEGER",
)
_CLOCKS = (
    *(f"ALTER TABLE cases ADD COLUMN {column}" for column in _EVALUATION_COLUMNS),
    "DROP INDEX cases_by_due",
    """CREATE INDEX cases_by_due
    ON cases (due IS NULL, due, urgent DESC, started IS NULL, started, changed DESC, id DESC) WHERE is_open""",
    "CREATE INDEX cases_by_risk ON cases (risk_at) WHERE risk_at IS NOT NULL",
    "CREATE INDEX cases_by_wakeup ON cases (wakeup) WHERE wakeup IS NOT NULL",
    "CREATE INDEX cases_by_rating ON cases (rated) WHERE rated IS NOT NULL",
    """CREATE TABLE clocks (
        case_id INTEGER NOT NULL REFERENCES cases (id),
        clock TEXT NOT NULL,
        cycle INTEGER NOT NULL,
        head TEXT NOT NULL,
        rule TEXT NOT NULL,
        policy TEXT NOT NULL,
        version TEXT NOT NULL,
        start INTEGER NOT NULL,
        due INTEGER,
        ended INTEGER,
        cancelled INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (case_id, clock, cycle)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX clocks_by_start ON clocks (clock, start)",
    """CREATE TABLE steps (
        case_id INTEGER NOT NULL REFERENCES cases (id),
        clock TEXT NOT NULL,
        head TEXT NOT NULL,
        name TEXT NOT NULL,
        notifier TEXT NOT NULL,
        at INTEGER NOT NULL,
        state TEXT NOT NULL,
        changed INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (case_id, clock, head, name, notifier)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX steps_by_state ON steps (state)",
    "CREATE INDEX steps_by_change ON steps (changed, at)",
    """CREATE TABLE figures (
        channel TEXT NOT NULL,
        name TEXT NOT NULL,
        period TEXT NOT NULL,
        read INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (channel, name, period)
    ) STRICT, WITHOUT ROWID""",
)

_PORTAL_TASKS = (
    "ALTER TABLE cases ADD COLUMN open_tasks INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE cases ADD COLUMN tasks INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX cases_by_open_tasks ON cases (id) WHERE open_tasks > 0",
    "CREATE INDEX cases_by_tasks ON cases (id) WHERE tasks > 0",
)
_ORDERS = (
    "ALTER TABLE cases ADD COLUMN about TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cases ADD COLUMN order_due INTEGER",
    "CREATE INDEX cases_by_order ON cases (order_due) WHERE order_due IS NOT NULL",
)

# Python has folded the text and parted its words with spaces. The ascii tokenizer parts at those alone, so that both
# agree on what a word is, whichever versions of Unicode they know.
SEARCH_TABLE = "CREATE VIRTUAL TABLE search USING fts5(words, tokenize = 'ascii', columnsize = 0)"

_MIGRATIONS = "casehub"


def prepare(connection: Connection) -> None:
    """Bring the tables up to date; StoreError if a newer casehub has been here."""
    # Looked up by hand: importing sqlite-utils takes 35 ms and 5 MB, and nearly always there is nothing to do.
    applied = _applied(connection)
    _refuse_newer(applied, connection)
    if len(applied) == len(_STEPS):
        return
    # Migrations alone begin deferred, and two processes that open a new folder at once would both make the tables.
    with connection.transaction("IMMEDIATE"), connection.translated():
        _migrate(connection)


def _first_tables(db: Database) -> None:
    for statement in (*_TABLES, SEARCH_TABLE):
        db.execute(statement)


def _clocks(db: Database) -> None:
    for statement in _CLOCKS:
        db.execute(statement)


def _portal_tasks(db: Database) -> None:
    for statement in _PORTAL_TASKS:
        db.execute(statement)


def _orders(db: Database) -> None:
    for statement in _ORDERS:
        db.execute(statement)


_STEPS: dict[str, Callable[[Database], None]] = {
    "first_tables": _first_tables,
    "clocks": _clocks,
    "portal_tasks": _portal_tasks,
    "orders": _orders,
    "people": people_tables,
    "lists": make_lists,
    "figures_by_case": lambda db: add_figures(db.execute),
    "webhooks": make_webhooks,
    "personal": personal_tables,
    "lists_of_tasks": count_tasks,
    "requests": request_tables,
}


def _migrate(connection: Connection) -> None:
    from sqlite_utils import Database, Migrations  # noqa: PLC0415  see prepare

    migrations = Migrations(_MIGRATIONS)
    for name, step in _STEPS.items():
        migrations(name=name)(step)
    migrations.apply(Database(connection.raw, execute_plugins=False))


def _applied(connection: Connection) -> list[str]:
    """The names of the migrations that this database has been through, in the order in which they were applied."""
    if connection.row("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'") is None:
        return []
    query = "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid"
    return [name for (name,) in connection.rows(query, (_MIGRATIONS,))]


def _refuse_newer(applied: Iterable[str], connection: Connection) -> None:
    newer = [name for name in applied if name not in _STEPS]
    if newer:
        raise StoreError(
            f"{connection.file} was written by a newer casehub ({newer[-1]}); install that version or restore a backup"
        )
