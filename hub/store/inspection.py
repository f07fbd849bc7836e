"""Reads all of a store and tells what is wrong with it."""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hub.core.events import Event, ReplyDelivered
from hub.core.model import Case, CaseState
from hub.core.ports import Finding
from hub.core.readings import Deadline
from hub.core.replay import replay
from hub.errors import NotFound, StoreError
from hub.store.blobs import Blobs
from hub.store.clocks import load_readings
from hub.store.connection import Connection
from hub.store.origins import agrees
from hub.store.people_rows import unreadable
from hub.store.projection import CASE_COLUMNS, case_values, named_contents
from hub.store.reading import history
from hub.store.rebuilding import case_ids
from hub.store.search import document_id, documents
from hub.store.values import chunks, from_body, marks, number_of, storable

_REBUILD = "run `casehub db rebuild`"
_RESTORE = "restore a backup"
_HARMLESS = "harmless; it may be deleted"


def inspect(connection: Connection, blobs: Blobs) -> list[Finding]:
    """Every finding; a file that cannot be read to the end is itself one."""
    found: list[Finding] = []
    try:
        # One transaction, so that a writer at work is not taken for a contradiction.
        with connection.transaction():
            found.extend(_check_file(connection))
            found.extend(_check_cases(connection))
            found.extend(_check_contents(connection, blobs))
            found.extend(_check_people(connection))
    except StoreError as error:
        found.append(Finding(str(error), _RESTORE))
    return found


def _check_file(connection: Connection) -> Iterator[Finding]:
    for (text,) in connection.rows("PRAGMA integrity_check"):
        if text != "ok":
            yield Finding(f"the file {connection.file} is damaged: {text}", _RESTORE)
    for table, _, parent, _ in connection.rows("PRAGMA foreign_key_check"):
        yield Finding(f"a row of {table} points at a row of {parent} that does not exist", _RESTORE)
    query = "SELECT id FROM cases WHERE NOT EXISTS (SELECT 1 FROM events WHERE case_id = cases.id)"
    for (case_id,) in connection.rows(query):
        yield Finding(f"{number_of(case_id)} has no events", _RESTORE)


def _check_cases(connection: Connection) -> Iterator[Finding]:
    for ids in case_ids(connection):
        for case_id in ids:
            try:
                events = history(connection, number_of(case_id))
                yield from _check_case(connection, case_id, replay(events), events)
            except StoreError as error:
                yield Finding(str(error), _RESTORE)
            except (ValueError, TypeError):
                yield Finding(f"the events of {number_of(case_id)} do not add up to a case", _RESTORE)


def _check_case(connection: Connection, case_id: int, case: Case, events: list[Event]) -> Iterator[Finding]:
    if connection.row(f"SELECT {CASE_COLUMNS} FROM cases WHERE id = ?", (case_id,)) != case_values(case):
        yield Finding(f"the list shows {case.number} other than its events say", _REBUILD)
    if not agrees(connection, case):
        yield Finding(f"figures count {case.number} other than its events say", _REBUILD)
    yield from _check_clocks(connection, case_id, len(events))
    if _written(connection, case_id) != documents(case, events):
        yield Finding(f"the search index does not know all of {case.number}", _REBUILD)
    refs = {ref for (ref,) in connection.rows("SELECT ref FROM messages WHERE case_id = ?", (case_id,))}
    shown = {storable(message.ref) for message in case.messages}
    # A reply that the platform told of before its receipt came is one message, and is found by both refs.
    told = shown | {storable(one.what.message.ref) for one in events if isinstance(one.what, ReplyDelivered)}
    # The messages of a merged case belong to the case that absorbed it.
    if case.state is not CaseState.MERGED and not shown <= refs <= told:
        yield Finding(f"messages of {case.number} cannot be found by their references", _REBUILD)
    if not _all_known(connection, named_contents(events)):
        yield Finding(f"contents of {case.number} are not listed", _REBUILD)


def _check_clocks(connection: Connection, case_id: int, events: int) -> Iterator[Finding]:
    number = number_of(case_id)
    seen, deadline = connection.rows("SELECT events, deadline FROM cases WHERE id = ?", (case_id,))[0]
    # None is right too: a case that an older casehub kept and that no command has evaluated since.
    if seen not in (None, events):
        yield Finding(f"the clocks of {number} do not know all of its events", _REBUILD)
    try:
        load_readings(connection, number)
        if deadline is not None:
            from_body(Deadline, deadline)
    except StoreError as error:
        yield Finding(f"of the clocks of {number}, {error}", _REBUILD)


def _written(connection: Connection, case_id: int) -> list[str]:
    query = "SELECT words FROM search WHERE rowid >= ? AND rowid < ? ORDER BY rowid"
    return [words for (words,) in connection.rows(query, (document_id(case_id, 0), document_id(case_id + 1, 0)))]


def _all_known(connection: Connection, named: Iterable[str]) -> bool:
    for some in chunks(sorted(named)):
        query = f"SELECT count(*) FROM contents WHERE digest IN ({marks(some)})"
        if connection.value(query, some) != len(some):
            return False
    return True


def _check_contents(connection: Connection, blobs: Blobs) -> Iterator[Finding]:
    for (digest,) in connection.rows("SELECT digest FROM contents ORDER BY digest"):
        try:
            blobs.content(digest)
        except (NotFound, StoreError) as error:
            yield Finding(str(error), _RESTORE)
    for digest in blobs.digests():
        if connection.row("SELECT 1 FROM contents WHERE digest = ?", (digest,)) is None:
            yield Finding(f"no message names the content {digest}", _HARMLESS, harmless=True)
    for file in blobs.leavings():
        yield Finding(f"{file} was left by a process that died while writing it", _HARMLESS, harmless=True)


def _check_people(connection: Connection) -> Iterator[Finding]:
    for what in unreadable(connection):
        yield Finding(what, _RESTORE)
