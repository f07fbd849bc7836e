"""Of which steps of the ladder people were told: no event says so, and a rebuild leaves it alone."""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hub.core.escalation import StepRecord, StepState
from hub.store.connection import Connection, Row
from hub.store.values import from_body, id_of, storable, terms_of, to_body, to_micros

_SAVE_STEP = """
REPLACE INTO steps (case_id, clock, head, name, notifier, at, state, changed, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_NEWEST_FIRST = "changed DESC, at DESC, case_id DESC, clock, head, name, notifier"


def save_steps(connection: Connection, steps: Iterable[StepRecord]) -> None:
    """Insert the records, or replace those that have their keys."""
    connection.run_many(_SAVE_STEP, [_row(step) for step in steps])


def _row(step: StepRecord) -> Row:
    key = step.key
    names = map(storable, (key.clock, key.head, key.name, key.notifier))
    return (id_of(key.case_number), *names, to_micros(step.at), step.state, to_micros(step.changed_at), to_body(step))


def list_steps(
    connection: Connection,
    states: frozenset[StepState] | None,
    case_number: str,
    since: datetime | None,
    limit: int | None,
) -> list[StepRecord]:
    """The steps in these states, of one case where named and changed since an instant where given, newest first."""
    terms, values = terms_of(states, case_number)
    if since is not None:
        terms.append("changed >= ?")
        values.append(to_micros(since))
    query = f"SELECT body FROM steps WHERE {' AND '.join(terms)} ORDER BY {_NEWEST_FIRST} LIMIT ?"
    rows = connection.rows(query, (*values, -1 if limit is None else limit))
    return [from_body(StepRecord, body) for (body,) in rows]
