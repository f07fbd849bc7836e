"""What the store answers, each answer from one connection."""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from hub.core.codec import load_happening
from hub.core.events import Event
from hub.core.incoming import OpenCase
from hub.core.model import Case, CaseState
from hub.core.outbox import Reply, ReplyState
from hub.core.ports import ChannelRecord
from hub.core.replay import replay
from hub.errors import NotFound, StoreError
from hub.store.connection import Connection
from hub.store.values import (
    chunks,
    find_id,
    from_body,
    from_micros,
    id_of,
    marks,
    no_case,
    number_of,
    optional_instant,
    storable,
    terms_of,
    to_micros,
)

_LAST = "\U0010ffff"
"""Sorted after whatever a key may go on with."""


def histories(connection: Connection, ids: Iterable[int]) -> Iterator[tuple[int, list[Event]]]:
    """The events of each of these cases, as far as they exist, a case at a time."""
    for some in chunks(sorted(ids)):
        found: dict[int, list[Event]] = {}
        for case_id, *columns in connection.rows(
            "SELECT case_id, kind, body, at, seen_at FROM events "
            f"WHERE case_id IN ({marks(some)}) ORDER BY case_id, seq",
            some,
        ):
            found.setdefault(case_id, []).append(to_event(case_id, *columns))
        yield from found.items()


def to_event(case_id: int, kind: str, body: str, at: str, seen_at: str) -> Event:
    """The event in a row; StoreError if this version cannot read it."""
    try:
        what = load_happening(kind, body)
        return Event(what, datetime.fromisoformat(at), datetime.fromisoformat(seen_at))
    except (ValueError, TypeError, KeyError) as error:
        # Not the error's own text, which may quote what a customer wrote.
        raise StoreError(
            f"an event {kind} of {number_of(case_id)} cannot be read; it is damaged or was written by a newer casehub"
        ) from error


def history(connection: Connection, number: str) -> list[Event]:
    """Every event of a case; NotFound if there is none."""
    found = dict(histories(connection, [id_of(number)]))
    if not found:
        raise no_case(number)
    return next(iter(found.values()))


def load_case(connection: Connection, number: str) -> Case:
    """The case with this number; NotFound if there is none."""
    return replay(history(connection, number))


def number_with_ref(connection: Connection, channel: str, ref: str) -> str:
    """The number of the case with this ref on its channel; empty if there is none."""
    row = connection.row("SELECT id FROM cases WHERE channel = ? AND ref = ?", (storable(channel), storable(ref)))
    return number_of(row[0]) if row is not None else ""


def load_cases(connection: Connection, ids: Iterable[int]) -> dict[str, Case]:
    """These cases by number, with those they were merged into."""
    found: dict[str, Case] = {}
    wanted = set(ids)
    while wanted:
        loaded = [replay(events) for _, events in histories(connection, wanted)]
        found.update((case.number, case) for case in loaded)
        targets = {case.merged_into for case in loaded} - found.keys()
        wanted = {case_id for case_id in map(find_id, targets) if case_id is not None}
    return found


def list_numbers(connection: Connection, states: frozenset[CaseState]) -> list[str]:
    """The numbers of the cases in these states, oldest first."""
    query = f"SELECT id FROM cases WHERE state IN ({marks([*states])}) ORDER BY id"
    return [number_of(case_id) for (case_id,) in connection.rows(query, sorted(states))]


def list_with_tasks(connection: Connection, done: bool) -> list[str]:
    """The numbers of the cases that have open portal tasks, or ever had any, oldest first."""
    query = f"SELECT id FROM cases WHERE {'tasks' if done else 'open_tasks'} > 0 ORDER BY id"
    return [number_of(case_id) for (case_id,) in connection.rows(query)]


def count_states(connection: Connection) -> dict[CaseState, int]:
    """How many cases there are in each state."""
    return {CaseState(state): n for state, n in connection.rows("SELECT state, count(*) FROM cases GROUP BY state")}


def list_open(connection: Connection, channel: str) -> list[OpenCase]:
    """The cases of a channel that are not closed, oldest number first."""
    query = "SELECT ref, changed FROM cases WHERE channel = ? AND is_open ORDER BY id"
    return [OpenCase(ref, from_micros(changed)) for ref, changed in connection.rows(query, (storable(channel),))]


def list_orders(connection: Connection, channels: Sequence[str], platform: str, now: datetime, limit: int) -> list[str]:
    """The cases whose orders are to be looked up on a platform, soonest due first."""
    query = (
        f"SELECT id FROM cases WHERE order_due <= ? AND (channel IN ({marks(channels)}) OR about = ?) "
        "ORDER BY due IS NULL, due, id LIMIT ?"
    )
    values = (to_micros(now), *map(storable, channels), storable(platform), limit)
    return [number_of(case_id) for (case_id,) in connection.rows(query, values)]


def load_channel(connection: Connection, name: str) -> ChannelRecord:
    """What is remembered of a channel; an empty record for one that never ran."""
    key = storable(name)
    row = connection.row("SELECT checkpoint, record FROM channels WHERE name = ?", (key,))
    newest = connection.value("SELECT max(sent) FROM messages WHERE channel = ? AND inbound", (key,))
    checkpoint, record = row or (None, None)
    return replace(
        from_body(ChannelRecord, record) if record else ChannelRecord(name),
        checkpoint=json.loads(checkpoint) if checkpoint else None,
        last_message_at=optional_instant(newest),
    )


def list_replies(
    connection: Connection, states: frozenset[ReplyState] | None, case_number: str, channel: str
) -> list[Reply]:
    """The replies in these states, of one case or channel where named, oldest first."""
    terms, values = terms_of(states, case_number)
    if channel:
        terms.append("+channel = ?")
        values.append(storable(channel))
    query = f"SELECT body FROM replies WHERE {' AND '.join(terms)} ORDER BY written, id"
    return [from_body(Reply, body) for (body,) in connection.rows(query, values)]


def replies_named(connection: Connection, beginning: str) -> list[Reply]:
    """The replies whose keys begin so, oldest first."""
    first = storable(beginning)
    query = "SELECT body FROM replies WHERE key >= ? AND key < ? ORDER BY written, id"
    return [from_body(Reply, body) for (body,) in connection.rows(query, (first, first + _LAST))]


def load_reply(connection: Connection, key: str) -> Reply:
    """The reply with this key; NotFound if there is none."""
    body = connection.value("SELECT body FROM replies WHERE key = ?", (storable(key),))
    if body is None:
        raise NotFound(f"there is no reply {key!r}")
    return from_body(Reply, body)


def find_replies(connection: Connection, keys: Iterable[str]) -> Iterator[Reply]:
    """The replies that have one of these keys."""
    for some in chunks(sorted(map(storable, keys))):
        rows = connection.rows(f"SELECT body FROM replies WHERE key IN ({marks(some)})", some)
        yield from (from_body(Reply, body) for (body,) in rows)


def list_unreadable(connection: Connection) -> list[tuple[str, str]]:
    """Case number and ref of every message that could not be read, oldest first."""
    query = "SELECT case_id, ref FROM messages WHERE unreadable ORDER BY sent, case_id, ref"
    return [(number_of(case_id), ref) for case_id, ref in connection.rows(query)]


def load_fact(connection: Connection, name: str) -> str:
    """A fact about the whole hub; empty if there is none."""
    return connection.value("SELECT value FROM facts WHERE name = ?", (name,)) or ""
