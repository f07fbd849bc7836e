"""What endpoints are told of: the rows of events, and of steps that became due, in the order in which they were kept.

Writers take turns, so that a row that is kept later never has a smaller id: nothing is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from hub.core.escalation import Step
from hub.core.webhook_events import Happened
from hub.errors import NotFound
from hub.store.connection import Connection, Row
from hub.store.reading import to_event
from hub.store.values import from_body, from_micros, id_of, number_of, storable, to_body, to_micros

_EVENTS = (
    "SELECT events.id, case_id, channel, seq, kind, events.body, at, seen_at FROM events "
    "JOIN cases ON cases.id = case_id"
)
_STEPS = "SELECT id, case_id, seen, body FROM webhook_steps"
_EVENT, _STEP = "event", "step"


def save_steps(connection: Connection, steps: Iterable[Step], now: datetime) -> None:
    """Keep steps, each once."""
    statement = "INSERT INTO webhook_steps (key, case_id, seen, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    connection.run_many(statement, [(_key(s), id_of(s.case_number), to_micros(now), to_body(s)) for s in steps])


def _key(step: Step) -> str:
    return storable("\n".join((step.case_number, step.clock, step.head, step.name, step.at.isoformat())))


def forget_steps(connection: Connection, before: datetime) -> None:
    """Forget the steps that were seen before an instant, but for those that a message still tells of."""
    connection.run(
        "DELETE FROM webhook_steps WHERE seen < ? "
        "AND NOT EXISTS (SELECT 1 FROM webhook_deliveries WHERE origin = 'step:' || webhook_steps.id)",
        (to_micros(before),),
    )


def beyond(connection: Connection, after: tuple[int, int], limit: int) -> tuple[Sequence[Happened], tuple[int, int]]:
    """What was kept after these two rows, and where that goes on."""
    events = connection.rows(f"{_EVENTS} WHERE events.id > ? ORDER BY events.id LIMIT ?", (after[0], limit))
    steps = connection.rows(f"{_STEPS} WHERE id > ? ORDER BY id LIMIT ?", (after[1], limit))
    found = [_of_event(row) for row in events] + [_of_step(row) for row in steps]
    last = (events[-1][0] if events else after[0], steps[-1][0] if steps else after[1])
    return found, last


def happened(connection: Connection, origin: str) -> Happened:
    """What a message tells of; NotFound if it is forgotten."""
    kind, _, number = origin.partition(":")
    if kind == _EVENT:
        row = connection.row(f"{_EVENTS} WHERE events.id = ?", (int(number),))
        if row is not None:
            return _of_event(row)
    elif kind == _STEP:
        row = connection.row(f"{_STEPS} WHERE id = ?", (int(number),))
        if row is not None:
            return _of_step(row)
    raise NotFound("what this message told of is forgotten")


def first_since(connection: Connection, when: datetime) -> tuple[int, int]:
    """The rows after which everything was seen at this instant or later.

    The rows lie in the order in which they were seen, so that halving finds the place without an index.
    """
    low, high = 0, int(connection.value("SELECT coalesce(max(id), 0) FROM events"))
    while low < high:
        middle = (low + high) // 2
        seen = connection.value("SELECT seen_at FROM events WHERE id > ? ORDER BY id LIMIT 1", (middle,))
        if seen is None or datetime.fromisoformat(seen) >= when:
            high = middle
        else:
            low = middle + 1
    steps = connection.value("SELECT coalesce(max(id), 0) FROM webhook_steps WHERE seen < ?", (to_micros(when),))
    return low, int(steps)


def _of_event(row: Row) -> Happened:
    number, case_id, channel, seq, kind, body, at, seen_at = row
    event = to_event(case_id, kind, body, at, seen_at)
    return Happened(f"{_EVENT}:{number}", number_of(case_id), channel, seq, event, event.seen_at)


def _of_step(row: Row) -> Happened:
    number, case_id, seen, body = row
    step = from_body(Step, body)
    return Happened(f"{_STEP}:{number}", number_of(case_id), step.channel, 0, step, from_micros(seen))
