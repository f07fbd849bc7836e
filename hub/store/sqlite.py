"""The store on SQLite: one file, any number of readers, one writer at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

from hub.core.counting import Counting
from hub.core.escalation import StepRecord, StepState
from hub.core.events import Event
from hub.core.incoming import OpenCase
from hub.core.model import Case, CaseState
from hub.core.outbox import Reply, ReplyState
from hub.core.ports import (
    CaseFilter,
    CaseSummary,
    ChannelRecord,
    Clock,
    ClockRow,
    Count,
    EvaluationOf,
    FigureRow,
    Finding,
    Rating,
    Recorded,
    Version,
)
from hub.core.readings import Reading
from hub.core.views import View
from hub.errors import Busy, StoreError
from hub.store import clocks, feed, finding, leases, listing, reading, scores, steps
from hub.store.backup import back_up
from hub.store.blobs import Blobs, disk_errors, make_private
from hub.store.connection import BUSY_SECONDS, Connection
from hub.store.counting import SqliteCounting
from hub.store.inspection import inspect
from hub.store.lending import Lending
from hub.store.people import SqlitePeople
from hub.store.personal import SqlitePersonal
from hub.store.rebuilding import rebuild
from hub.store.requests import SqliteRequests
from hub.store.schema import prepare
from hub.store.webhooks import SqliteWebhooks
from hub.store.writing import SqliteWriter

FILE = "casehub.sqlite"
CONTENTS = "contents"
LOCKS = "locks"


def open_store(folder: Path, clock: Clock) -> SqliteStore:
    """Open the store in this folder; a new or empty folder becomes one."""
    with disk_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / CONTENTS).mkdir(mode=0o700, exist_ok=True)
        (folder / LOCKS).mkdir(mode=0o700, exist_ok=True)
    # SQLite does not make two processes wait for one another that turn to WAL at once.
    late = StoreError(f"another process has been opening {folder} for a long time; try again later")
    with leases.locked(folder / LOCKS / "opening.lock", BUSY_SECONDS, lambda: late):
        _make_tables(folder / FILE)
    return SqliteStore(folder, clock)


def _make_tables(file: Path) -> None:
    make_private(file)
    connection = Connection(file)
    try:
        connection.run("PRAGMA journal_mode = WAL")
        prepare(connection)
    finally:
        connection.close()


class SqliteStore:
    """The Store of the ports, in one folder; any thread may use it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self._blobs = Blobs(folder / CONTENTS)
        self._writer = Lock()
        self._lending = Lending(folder / FILE)
        self._connection = self._lending.connection
        self._watch: Connection | None = None
        self._watch_lock = Lock()
        self.webhooks = SqliteWebhooks(self._connection, self._alone)

    @property
    def people(self) -> SqlitePeople:
        return SqlitePeople(self._connection, self._transaction)

    @property
    def personal(self) -> SqlitePersonal:
        return SqlitePersonal(self._connection, self._transaction)

    @property
    def requests(self) -> SqliteRequests:
        return SqliteRequests(self._transaction)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._alone(), self._connection() as connection, connection.transaction("IMMEDIATE"):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[SqliteWriter]:
        with self._transaction() as connection:
            writer = SqliteWriter(connection, self._blobs)
            yield writer
            writer.finish()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # Threads of one process wait here in turn; SQLite makes waiters poll, and some of them starve.
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            raise StoreError(f"another thread has been writing to {self.folder} for a long time; try again later")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def lease(self, name: str) -> Iterator[None]:
        with leases.locked(leases.lock_file(self.folder / LOCKS, name), 0, lambda: self._busy(name)):
            with self._alone(), self._connection() as connection:
                leases.note_holder(connection, name, self._clock)
            yield

    def _busy(self, name: str) -> Busy:
        with self._connection() as connection:
            return leases.busy(connection, name, self._clock)

    def case(self, number: str) -> Case:
        with self._connection() as connection:
            return reading.load_case(connection, number)

    def number_with_ref(self, channel: str, ref: str) -> str:
        with self._connection() as connection:
            return reading.number_with_ref(connection, channel, ref)

    def history(self, number: str) -> Sequence[Event]:
        with self._connection() as connection:
            return reading.history(connection, number)

    def cases(self, wanted: CaseFilter) -> Sequence[CaseSummary]:
        with self._connection() as connection:
            return listing.list_cases(connection, wanted)

    def count(self, wanted: CaseFilter, cap: int | None = None) -> Count:
        with self._connection() as connection:
            return listing.count_cases(connection, wanted, cap)

    def view_counts(self, views: Iterable[View], cap: int | None = 999) -> dict[str, Count]:
        with self._connection() as connection:
            return listing.count_views(connection, views, cap)

    def search(self, text: str, limit: int = 50, within: CaseFilter | None = None) -> Sequence[CaseSummary]:
        with self._connection() as connection:
            return finding.find_cases(connection, text, limit, within or CaseFilter(states=frozenset()))

    def summary(self, number: str) -> CaseSummary:
        with self._connection() as connection:
            return listing.load_summary(connection, number)

    def others(self, number: str, limit: int = 20) -> Sequence[CaseSummary]:
        with self._connection() as connection:
            return listing.list_others(connection, number, limit)

    def events_since(self, cursor: int, limit: int = 500) -> tuple[Sequence[Recorded], int]:
        with self._connection() as connection:
            return feed.list_events(connection, cursor, limit)

    def version(self) -> Version:
        with self._watch_lock:
            return feed.load_version(self._watching())

    def _watching(self) -> Connection:
        """The connection that never writes, by which it is seen that others do: SQLite counts those for each one."""
        if self._watch is None:
            self._lending.require_open()
            self._watch = Connection(self.folder / FILE)
        return self._watch

    def awake(self, now: datetime, limit: int | None = None) -> Sequence[str]:
        with self._connection() as connection:
            return clocks.list_awake(connection, now, limit)

    def evaluated(self, number: str) -> tuple[Reading, ...]:
        with self._connection() as connection:
            return clocks.load_readings(connection, number)

    def clocks(self, clock: str, since: datetime, until: datetime, channel: str = "") -> Sequence[ClockRow]:
        with self._connection() as connection:
            return clocks.list_clocks(connection, clock, since, until, channel)

    def ratings(self, since: datetime, until: datetime, channel: str = "") -> Sequence[Rating]:
        with self._connection() as connection:
            return scores.list_ratings(connection, since, until, channel)

    def figures(self, channel: str = "") -> Sequence[FigureRow]:
        with self._connection() as connection:
            return scores.list_figures(connection, channel)

    @property
    def counting(self) -> Counting:
        return SqliteCounting(self._connection)

    def steps(
        self,
        states: frozenset[StepState] | None = None,
        case_number: str = "",
        since: datetime | None = None,
        limit: int | None = None,
    ) -> Sequence[StepRecord]:
        with self._connection() as connection:
            return steps.list_steps(connection, states, case_number, since, limit)

    def numbers(self, states: frozenset[CaseState]) -> Sequence[str]:
        with self._connection() as connection:
            return reading.list_numbers(connection, states)

    def with_tasks(self, done: bool = False) -> Sequence[str]:
        with self._connection() as connection:
            return reading.list_with_tasks(connection, done)

    def counts(self) -> dict[CaseState, int]:
        with self._connection() as connection:
            return reading.count_states(connection)

    def open_cases(self, channel: str) -> Sequence[OpenCase]:
        with self._connection() as connection:
            return reading.list_open(connection, channel)

    def orders_to_look_up(self, channels: Sequence[str], platform: str, now: datetime, limit: int) -> Sequence[str]:
        with self._connection() as connection:
            return reading.list_orders(connection, channels, platform, now, limit)

    def channel(self, name: str) -> ChannelRecord:
        with self._connection() as connection:
            return reading.load_channel(connection, name)

    def replies(
        self, states: frozenset[ReplyState] | None = None, case_number: str = "", channel: str = ""
    ) -> Sequence[Reply]:
        with self._connection() as connection:
            return reading.list_replies(connection, states, case_number, channel)

    def replies_named(self, beginning: str) -> Sequence[Reply]:
        with self._connection() as connection:
            return reading.replies_named(connection, beginning)

    def unreadable(self) -> Sequence[tuple[str, str]]:
        with self._connection() as connection:
            return reading.list_unreadable(connection)

    def fact(self, name: str) -> str:
        with self._connection() as connection:
            return reading.load_fact(connection, name)

    def keep(self, content: bytes) -> str:
        return self._blobs.keep(content)

    def content(self, digest: str) -> bytes:
        return self._blobs.content(digest)

    def inspect(self) -> Sequence[Finding]:
        with self._connection() as connection:
            return inspect(connection, self._blobs)

    def backup(self, folder: Path) -> None:
        with self._connection() as connection:
            back_up(connection, self._blobs, folder, self._clock)

    def rebuild(self, evaluations: EvaluationOf) -> int:
        with self._alone(), self._connection() as connection:
            return rebuild(connection, self._blobs, evaluations)

    def close(self) -> None:
        self._lending.close()
        with self._watch_lock:
            watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()
