"""Makes everything but the events anew."""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hub.core.merge import Change
from hub.core.ports import EvaluationOf
from hub.core.replay import replay
from hub.store.blobs import Blobs
from hub.store.clocks import Clocks
from hub.store.connection import Connection
from hub.store.indexing import Indexing
from hub.store.projection import Lookups, save_case
from hub.store.reading import histories, to_event
from hub.store.schema import SEARCH_TABLE
from hub.store.values import number_of

_AT_ONCE = 200


def rebuild(connection: Connection, blobs: Blobs, evaluations: EvaluationOf) -> int:
    """Throw away every projection and make it again from the events, in one transaction; the number of cases."""
    with connection.transaction("IMMEDIATE"):
        # Emptying a full-text table row by row takes longer than filling it.
        connection.run("DROP TABLE search")
        connection.run(SEARCH_TABLE)
        connection.run("UPDATE cases SET documents = 0")
        for table in ("messages", "thread_keys", "contents", "clocks", "origins", "products"):
            connection.run(f"DELETE FROM {table}")
        count = _remake_cases(connection, evaluations)
        _remake_lookups(connection, blobs)
    return count


def _remake_cases(connection: Connection, evaluations: EvaluationOf) -> int:
    count = 0
    indexing, clocks = Indexing(connection), Clocks(connection)
    told = {case_id for (case_id,) in connection.rows("SELECT DISTINCT case_id FROM steps")}
    for ids in case_ids(connection):
        for case_id, events in histories(connection, ids):
            case = replay(events)
            evaluation = evaluations(case)
            if case_id in told:
                # Nobody knows whether somebody has looked at it since the news came that its steps may be untrue by.
                evaluation = replace(evaluation, wakeup=0)
            save_case(connection, case, evaluation, len(events))
            clocks.add(case_id, evaluation, is_new=True)
            indexing.add(Change(case, tuple(events), is_new=True))
            count += 1
        indexing.write()
        clocks.write()
    return count


def case_ids(connection: Connection) -> Iterator[list[int]]:
    """The ids of all cases that have events, a few hundred at a time."""
    last = 0
    query = "SELECT DISTINCT case_id FROM events WHERE case_id > ? ORDER BY case_id LIMIT ?"
    while ids := [case_id for (case_id,) in connection.rows(query, (last, _AT_ONCE))]:
        yield ids
        last = ids[-1]


def _remake_lookups(connection: Connection, blobs: Blobs) -> None:
    # In the order in which all events were recorded: of two cases that know a key the first one has it, and a merge
    # moves what was there before it.
    lookups = Lookups(connection, blobs)
    last = 0
    query = (
        "SELECT events.id, case_id, kind, body, at, seen_at, channel FROM events JOIN cases ON cases.id = case_id "
        "WHERE events.id > ? ORDER BY events.id LIMIT ?"
    )
    while rows := connection.rows(query, (last, _AT_ONCE)):
        for _, case_id, kind, body, at, seen_at, channel in rows:
            lookups.add(number_of(case_id), channel, (to_event(case_id, kind, body, at, seen_at),))
        lookups.write()
        last = rows[-1][0]
