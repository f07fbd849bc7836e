"""What one write transaction does."""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from hub.core.codec import dump_happening
from hub.core.escalation import StepRecord
from hub.core.events import Event
from hub.core.incoming import Checkpoint, Figure
from hub.core.matching import KnownThreads
from hub.core.merge import Change, Keys, Known
from hub.core.model import Case
from hub.core.outbox import Reply, ReplyState
from hub.core.ports import ChannelRecord
from hub.core.readings import Evaluation
from hub.store.blobs import Blobs
from hub.store.clocks import Clocks, save_evaluation
from hub.store.connection import Connection, Row
from hub.store.indexing import Indexing
from hub.store.projection import Lookups, save_case
from hub.store.reading import find_replies, load_case, load_cases, load_reply
from hub.store.scores import save_figures
from hub.store.steps import save_steps
from hub.store.values import (
    FIRST_CASE,
    chunks,
    find_id,
    id_of,
    marks,
    no_case,
    number_of,
    optional_micros,
    storable,
    to_body,
    to_micros,
)

_NEXT_NUMBER = f"""
INSERT INTO numbers (only, last) SELECT 1, coalesce(max(id) + 1, {FIRST_CASE}) FROM cases WHERE true
ON CONFLICT (only) DO UPDATE SET last = max(last + 1, excluded.last) RETURNING last
"""
_SAVE_EVENT = "INSERT INTO events (case_id, seq, kind, body, at, seen_at) VALUES (?, ?, ?, ?, ?, ?)"
_SAVE_REPLY = """
INSERT INTO replies (key, case_id, channel, state, hold, written, not_before, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET case_id = excluded.case_id, channel = excluded.channel, state = excluded.state,
    hold = excluded.hold, written = excluded.written, not_before = excluded.not_before, body = excluded.body
"""


class SqliteWriter:
    """The Writer of the ports, for as long as its transaction is open."""

    def __init__(self, connection: Connection, blobs: Blobs) -> None:
        self._connection, self._blobs = connection, blobs
        self._lookups, self._indexing = Lookups(connection, blobs), Indexing(connection)
        self._clocks = Clocks(connection)

    def known(self, channel: str, keys: Keys) -> Known:
        self._lookups.write()
        by_ref = self._find("cases", "ref, id", channel, keys.case_refs)
        messages = self._find("messages", "ref, case_id", channel, keys.message_refs)
        threads = self._find("thread_keys", "key, case_id", channel, keys.thread_keys)
        replies = {reply.key: reply for reply in find_replies(self._connection, keys.reply_keys)}
        numbers = [*keys.case_numbers, *(reply.case_number for reply in replies.values())]
        named = {case_id for case_id in map(find_id, numbers) if case_id is not None}
        cases = load_cases(self._connection, named.union(by_ref.values(), messages.values(), threads.values()))
        by_thread_key = {key: number_of(case_id) for key, case_id in threads.items()}
        return Known(
            threads=KnownThreads(cases, by_thread_key),
            by_ref={ref: number_of(case_id) for ref, case_id in by_ref.items()},
            message_refs=set(messages),
            replies=replies,
        )

    def _find(self, table: str, columns: str, channel: str, keys: Iterable[str]) -> dict[str, int]:
        """The case of each key that stands in this table for this channel."""
        stored = {storable(key): key for key in keys}
        name = columns.partition(",")[0]
        found: dict[str, int] = {}
        for some in chunks(sorted(stored)):
            query = f"SELECT {columns} FROM {table} WHERE channel = ? AND {name} IN ({marks(some)})"
            rows = self._connection.rows(query, (storable(channel), *some))
            found.update((stored[key], case_id) for key, case_id in rows)
        return found

    def next_number(self) -> str:
        return number_of(self._connection.value(_NEXT_NUMBER))

    def case(self, number: str) -> Case:
        return load_case(self._connection, number)

    def save(self, change: Change, evaluation: Evaluation) -> None:
        case_id = id_of(change.case.number)
        last = 0 if change.is_new else self._last_event(change.case.number)
        if not change.is_new and self._was_told_of(case_id):
            # News may make what people were told untrue: somebody has to look, whatever the clocks show now.
            evaluation = replace(evaluation, wakeup=0)
        save_case(self._connection, change.case, evaluation, last + len(change.events))
        self._clocks.add(case_id, evaluation, is_new=change.is_new)
        self._connection.run_many(_SAVE_EVENT, _event_rows(case_id, last + 1, change.events))
        self._lookups.add(change.case.number, change.case.channel, change.events)
        self._indexing.add(change)

    def _was_told_of(self, case_id: int) -> bool:
        return self._connection.row("SELECT 1 FROM steps WHERE case_id = ? LIMIT 1", (case_id,)) is not None

    def _last_event(self, number: str) -> int:
        last = self._connection.value("SELECT max(seq) FROM events WHERE case_id = ?", (id_of(number),))
        if last is None:
            raise no_case(number)
        return int(last)

    def set_evaluation(self, number: str, evaluation: Evaluation) -> None:
        save_evaluation(self._connection, id_of(number), evaluation, self._last_event(number))
        self._clocks.add(id_of(number), evaluation)

    def save_steps(self, steps: Iterable[StepRecord]) -> None:
        save_steps(self._connection, steps)

    def save_figures(self, channel: str, figures: Iterable[Figure], read_at: datetime) -> None:
        save_figures(self._connection, channel, figures, read_at)

    def set_checkpoint(self, channel: str, checkpoint: Checkpoint) -> None:
        statement = (
            "INSERT INTO channels (name, checkpoint) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET checkpoint = excluded.checkpoint"
        )
        self._connection.run(statement, (storable(channel), to_body(checkpoint)))

    def save_reply(self, reply: Reply) -> None:
        held_for = reply.hold if reply.state is ReplyState.HELD else None
        names = (storable(reply.key), id_of(reply.case_number), storable(reply.channel), reply.state, held_for)
        instants = (to_micros(reply.written_at), optional_micros(reply.not_before))
        self._connection.run(_SAVE_REPLY, (*names, *instants, to_body(reply)))

    def reply(self, key: str) -> Reply:
        return load_reply(self._connection, key)

    def record_channel(self, record: ChannelRecord) -> None:
        # The checkpoint has its own column, and the newest message is read from the messages.
        kept = replace(record, checkpoint=None, last_message_at=None)
        statement = (
            "INSERT INTO channels (name, record) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET record = excluded.record"
        )
        self._connection.run(statement, (storable(record.name), to_body(kept)))

    def set_fact(self, name: str, value: str) -> None:
        save_fact(self._connection, name, value)

    def finish(self) -> None:
        """Do what is done once for the whole transaction; the block of the transaction calls it at its end."""
        self._lookups.write()
        self._clocks.write()
        self._indexing.write()
        self._blobs.sync()


def save_fact(connection: Connection, name: str, value: str) -> None:
    """Remember a fact about the whole hub."""
    statement = "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    connection.run(statement, (name, value))


def _event_rows(case_id: int, first: int, events: Iterable[Event]) -> Iterator[Row]:
    for seq, event in enumerate(events, first):
        kind, body = dump_happening(event.what)
        yield case_id, seq, kind, storable(body), event.at.isoformat(), event.seen_at.isoformat()
