"""One connection to the database, whose every error is a StoreError that says what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage
from typing import Any

from hub.errors import StoreError

Row = tuple[Any, ...]
BUSY_SECONDS = 30.0
CACHE_KILOBYTES = 4_000
_NEXT_TO_NOTHING = 256 * 1024
_WAYS_OUT = (
    ("SQLITE_FULL", "the disk of {file} is full; free some space and run again"),
    ("SQLITE_BUSY", "another process has been writing to {file} for more than {seconds:.0f} seconds; try again later"),
    ("SQLITE_LOCKED", "another part of this process holds {file}; try again later"),
    ("SQLITE_NOTADB", "{file} is not a database of casehub; move it away or restore a backup"),
    ("SQLITE_CORRUPT", "{file} is damaged; restore a backup"),
    ("SQLITE_READONLY", "{file} cannot be written; check who owns the folder and its permissions"),
    ("SQLITE_CANTOPEN", "{file} cannot be opened; check that the folder exists, who owns it and its permissions"),
    ("SQLITE_PERM", "{file} cannot be opened; check who owns the folder and its permissions"),
    ("SQLITE_IOERR", "the disk of {file} reports an error; check the disk, then run `casehub db check`"),
    ("SQLITE_CONSTRAINT", "{file} refused a row that contradicts what it holds ({error}); nothing of it was kept"),
)


class Connection:
    """A connection with explicit transactions; used by one thread at a time."""

    def __init__(self, file: Path) -> None:
        self.file = file
        with self.translated():
            # Statements begin transactions themselves: the module's own begin is deferred, and fails under two writers.
            self.raw = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except BaseException:
            self.raw.close()
            raise

    def _prepare(self) -> None:
        self.run("PRAGMA foreign_keys = ON")
        # A reply's row must outlive a power cut before its first byte leaves, and NORMAL does not sync a commit in
        # WAL mode. Measured: 0.2 ms a commit with FULL, 0.02 without, of the 45 ms that a batch of 100 mails takes.
        self.run("PRAGMA synchronous = FULL")
        # The lists and counts of 100,000 cases read 3 MB of indexes; with SQLite's own 2 MB they take twice as long.
        self.run(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        """Execute one statement that answers nothing."""
        with self.translated():
            self.raw.execute(statement, values)

    def run_many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute one statement for each row of values."""
        with self.translated():
            self.raw.executemany(statement, rows)

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows a query answers."""
        with self.translated():
            return self.raw.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[object] = ()) -> Row | None:
        """The first row a query answers, if there is one."""
        found = self.rows(statement, values)
        return found[0] if found else None

    def value(self, statement: str, values: Sequence[object] = ()) -> Any:
        """The one value a query answers, None if it answers nothing."""
        found = self.row(statement, values)
        return found[0] if found else None

    @contextmanager
    def transaction(self, kind: str = "DEFERRED") -> Iterator[None]:
        """Commit at the end of the block, or undo everything when an exception leaves it."""
        self.run(f"BEGIN {kind}")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        # A full disk makes SQLite roll back by itself; a second rollback would hide the first error.
        if self.raw.in_transaction:
            with self.translated():
                self.raw.rollback()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn the database's errors into StoreError."""
        try:
            yield
        except sqlite3.Error as error:
            raise store_error(error, self.file) from error

    def close(self) -> None:
        """Let go of the file."""
        with self.translated():
            self.raw.close()


def store_error(error: sqlite3.Error, file: Path) -> StoreError:
    """The database's error as a sentence that names the file and the way out."""
    name = getattr(error, "sqlite_errorname", "")
    # With not a page left, SQLite cannot even grow its shared memory, and calls that a fault of the disk.
    if name.startswith("SQLITE_IOERR") and _is_full(file):
        name = "SQLITE_FULL"
    for beginning, text in _WAYS_OUT:
        if name.startswith(beginning):
            return StoreError(text.format(file=file, seconds=BUSY_SECONDS, error=error))
    return StoreError(f"the database {file} refused: {error}")


def _is_full(file: Path) -> bool:
    try:
        return disk_usage(file.parent).free < _NEXT_TO_NOTHING
    except OSError:
        return False
