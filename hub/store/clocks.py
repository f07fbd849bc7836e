"""The evaluations of cases as columns and rows: when to look again, what lists show, and each run of each clock."""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hub.core.ports import ClockRow
from hub.core.readings import Evaluation, Reading, headline
from hub.store.connection import Connection, Row
from hub.store.values import (
    from_body,
    id_of,
    marks,
    no_case,
    number_of,
    optional_micros,
    seconds_to_micros,
    storable,
    to_body,
    to_micros,
)

EVALUATION_COLUMNS = "rule, started, due, problem, deadline, risk_at, wakeup, policy, version, digest, events"
_CLOCK_COLUMNS = "case_id, clock, cycle, head, rule, policy, version, start, due, ended, cancelled, body"
_NUMBERED = ", ".join(f"?{place}" for place, _ in enumerate(EVALUATION_COLUMNS.split(", "), 2))
# A wake-up that changes nothing else, or a new version of a policy that does not bind the case, writes nothing.
_SAVE_EVALUATION = (
    f"UPDATE cases SET ({EVALUATION_COLUMNS}) = ({_NUMBERED}) "
    f"WHERE id = ?1 AND ({EVALUATION_COLUMNS}) IS NOT ({_NUMBERED})"
)
# A case stays on its channel, which stands here so that counting many runs need not look at their cases.
_SAVE_CLOCK = (
    f"REPLACE INTO clocks ({_CLOCK_COLUMNS}, channel) "
    f"VALUES ({marks(_CLOCK_COLUMNS.split(', '))}, (SELECT channel FROM cases WHERE id = ?1))"
)
_DROP_CLOCK = "DELETE FROM clocks WHERE case_id = ? AND clock = ? AND cycle = ?"
_KEY = 3
_AT_ONCE = 500


def evaluation_values(evaluation: Evaluation, events: int) -> Row:
    """What the row of a case holds of its evaluation, in the order of EVALUATION_COLUMNS."""
    shown = headline(evaluation)
    owed: Row = (None,) * 6
    if shown is not None:
        instants = (to_micros(shown.started_at), optional_micros(shown.due))
        risk_at = optional_micros(shown.consequence_at)
        owed = (storable(shown.rule), *instants, storable(shown.problem), to_body(shown), risk_at)
    origin = map(storable, (evaluation.policy, evaluation.version, evaluation.digest))
    return (*owed, seconds_to_micros(evaluation.wakeup), *origin, events)


def save_evaluation(connection: Connection, case_id: int, evaluation: Evaluation, events: int) -> None:
    """Bring what the row of a case holds of its evaluation up to date."""
    connection.run(_SAVE_EVALUATION, (case_id, *evaluation_values(evaluation, events)))


class Clocks:
    """Notes the evaluations of a transaction; `write` writes the runs of clocks that are other than before, at once.

    It writes by itself when many were noted: a new policy evaluates every open case in one transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._evaluations: dict[int, Evaluation] = {}
        self._new: set[int] = set()

    def add(self, case_id: int, evaluation: Evaluation, is_new: bool = False) -> None:
        """Note an evaluation of a case; its newest one is the one that counts."""
        self._evaluations[case_id] = evaluation
        if is_new:
            self._new.add(case_id)
        if len(self._evaluations) >= _AT_ONCE:
            self.write()

    def write(self) -> None:
        """Write what was noted."""
        gone: list[Row] = []
        fresh: list[Row] = []
        for case_id, evaluation in self._evaluations.items():
            rows = list(_rows(case_id, evaluation))
            stored = set() if case_id in self._new else self._stored(case_id)
            gone += {row[:_KEY] for row in stored} - {row[:_KEY] for row in rows}
            fresh += [row for row in rows if row not in stored]
        self._connection.run_many(_DROP_CLOCK, gone)
        self._connection.run_many(_SAVE_CLOCK, fresh)
        self._evaluations.clear()
        self._new.clear()

    def _stored(self, case_id: int) -> set[Row]:
        return set(self._connection.rows(f"SELECT {_CLOCK_COLUMNS} FROM clocks WHERE case_id = ?", (case_id,)))


def _rows(case_id: int, evaluation: Evaluation) -> Iterator[Row]:
    policy = (storable(evaluation.policy), storable(evaluation.version))
    for reading in evaluation.clocks:
        names = (reading.clock.value, reading.cycle, storable(reading.head), storable(reading.rule), *policy)
        instants = map(seconds_to_micros, (reading.start, reading.due, reading.ended))
        yield (case_id, *names, *instants, int(reading.cancelled), to_body(reading))


def list_awake(connection: Connection, now: datetime, limit: int | None) -> list[str]:
    """The cases whose wake-up has come, soonest first."""
    query = "SELECT id FROM cases WHERE wakeup <= ? ORDER BY wakeup, id LIMIT ?"
    rows = connection.rows(query, (to_micros(now), -1 if limit is None else limit))
    return [number_of(case_id) for (case_id,) in rows]


def load_readings(connection: Connection, number: str) -> tuple[Reading, ...]:
    """What the clocks of a case showed when it was last evaluated, oldest first; NotFound if there is no case."""
    case_id = id_of(number)
    if connection.row("SELECT 1 FROM cases WHERE id = ?", (case_id,)) is None:
        raise no_case(number)
    rows = connection.rows("SELECT body FROM clocks WHERE case_id = ? ORDER BY start, clock, cycle", (case_id,))
    return tuple(from_body(Reading, body) for (body,) in rows)


def list_clocks(connection: Connection, clock: str, since: datetime, until: datetime, channel: str) -> list[ClockRow]:
    """The runs of a clock that started in a span of time, on one channel where named, oldest first."""
    restricted = " AND channel = ?" if channel else ""
    query = (
        "SELECT case_id, channel, body, policy, version FROM clocks "
        f"WHERE clock = ? AND start >= ? AND start < ?{restricted} ORDER BY start, case_id, cycle"
    )
    values = (clock, to_micros(since), to_micros(until), *([storable(channel)] if channel else []))
    return [
        ClockRow(number_of(case_id), name, from_body(Reading, body), policy, version)
        for case_id, name, body, policy, version in connection.rows(query, values)
    ]
