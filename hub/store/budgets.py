"""The ledger of request budgets that all processes of a hub share: a small file of its own beside the database.

Nothing in it is worth a backup. Should it be lost, a budget may be spent twice within one of its periods.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from hub.core.ports import Clock
from hub.errors import StoreError
from hub.store.blobs import disk_errors, make_private
from hub.store.connection import BUSY_SECONDS, Connection
from hub.store.leases import locked
from hub.store.values import from_micros, to_micros

FILE = "budgets.sqlite"
_OPENING = "budgets.lock"
_MICROSECOND = timedelta(microseconds=1)
_TABLES = (
    """CREATE TABLE IF NOT EXISTS grants
    (serial INTEGER PRIMARY KEY AUTOINCREMENT, budget TEXT NOT NULL, at INTEGER NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS grants_of_a_budget ON grants (budget, at)",
    """CREATE TABLE IF NOT EXISTS corrections
    (budget TEXT PRIMARY KEY, left INTEGER NOT NULL, whole_at INTEGER NOT NULL, noted_at INTEGER NOT NULL)
    WITHOUT ROWID""",
)
_CORRECT = """
INSERT INTO corrections (budget, left, whole_at, noted_at) VALUES (?, ?, ?, ?)
ON CONFLICT (budget) DO UPDATE SET left = excluded.left, whole_at = excluded.whole_at, noted_at = excluded.noted_at
"""


class SqliteLedger:
    """The Ledger of hub.http in a file of this folder, which any number of processes and threads may use.

    A grant survives the death of its process; only a power cut may forget the newest. Of accounts a digest is stored.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.file = folder / FILE
        self._clock = clock
        self._lock = Lock()
        self._opened: Connection | None = None

    def take(self, account: str, budget: str, requests: int, per: timedelta) -> int | datetime:
        """A grant, or when to ask again."""
        key = _key(account, budget)
        with self._lock, self._connection.transaction("IMMEDIATE"):
            # Read once nobody else can write: what waits for another process must not tell the time of before.
            now = to_micros(self._clock.now())
            self._leave_the_future(key, now)
            until = self._spent_until(key, now, requests, per // _MICROSECOND)
            if until is not None:
                return from_micros(until)
            self._connection.run("UPDATE corrections SET left = left - 1 WHERE budget = ?", (key,))
            self._connection.run("INSERT INTO grants (budget, at) VALUES (?, ?)", (key, now))
            return int(self._connection.value("SELECT last_insert_rowid()"))

    def correct(self, account: str, budget: str, serial: int, left: int, whole_at: datetime) -> None:
        """Note what the platform said, less what was granted since."""
        key = _key(account, budget)
        with self._lock, self._connection.transaction("IMMEDIATE"):
            now = to_micros(self._clock.now())
            since = self._connection.value("SELECT count(*) FROM grants WHERE budget = ? AND serial > ?", (key, serial))
            self._connection.run(_CORRECT, (key, max(left - since, 0), to_micros(whole_at), now))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def _leave_the_future(self, key: str, now: int) -> None:
        """After a clock jumped back, whatever happened in its future happened just now."""
        self._connection.run("UPDATE grants SET at = ? WHERE budget = ? AND at > ?", (now, key, now))
        self._connection.run(
            "UPDATE corrections SET whole_at = ? + whole_at - noted_at, noted_at = ? WHERE budget = ? AND noted_at > ?",
            (now, now, key, now),
        )

    def _spent_until(self, key: str, now: int, requests: int, per: int) -> int | None:
        """Until when nothing is left, None if something is; what no longer counts is forgotten."""
        self._connection.run("DELETE FROM grants WHERE budget = ? AND at <= ?", (key, now - per))
        self._connection.run("DELETE FROM corrections WHERE budget = ? AND whole_at <= ?", (key, now))
        full_since = self._connection.value(
            "SELECT at FROM grants WHERE budget = ? ORDER BY at DESC LIMIT 1 OFFSET ?", (key, requests - 1)
        )
        if full_since is not None:
            return int(full_since) + per
        spent = self._connection.value("SELECT whole_at FROM corrections WHERE budget = ? AND left <= 0", (key,))
        return None if spent is None else int(spent)

    @property
    def _connection(self) -> Connection:
        if self._opened is None:
            self._opened = _open(self.file)
        return self._opened


def _open(file: Path) -> Connection:
    late = StoreError(f"another process has been opening {file} for a long time; try again later")
    with locked(file.with_name(_OPENING), BUSY_SECONDS, lambda: late), disk_errors(file.parent):
        make_private(file)
        try:
            return _prepared(Connection(file))
        except StoreError as error:
            hint = "; it only says which requests were made lately, so it may be deleted while casehub does not run"
            raise StoreError(f"{error}{hint}") from error


def _prepared(connection: Connection) -> Connection:
    try:
        connection.run("PRAGMA journal_mode = WAL")
        connection.run("PRAGMA synchronous = NORMAL")  # see the class: a sync for each request would cost more
        for statement in _TABLES:
            connection.run(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def _key(account: str, budget: str) -> str:
    return hashlib.sha256(f"{account}\n{budget}".encode(errors="surrogatepass")).hexdigest()
