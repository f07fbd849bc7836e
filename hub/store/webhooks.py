"""Endpoints of webhooks and the messages on their way to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime

from hub.core.escalation import Step
from hub.core.webhook_events import Happened
from hub.core.webhooks import Delivery, DeliveryState, Endpoint, Health, Standing, afresh
from hub.errors import NotFound
from hub.store import webhook_rows as rows
from hub.store.connection import Connection
from hub.store.values import from_body, storable, to_body, to_micros

_STANDING = "SELECT body, off, health FROM webhook_endpoints"
_DELIVERY = "SELECT id, state, body FROM webhook_deliveries"
_NEW = """
INSERT INTO webhook_deliveries (endpoint, origin, state, since, not_before, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (endpoint, origin) DO NOTHING
"""
_AGAIN = """
INSERT INTO webhook_deliveries (endpoint, origin, state, since, not_before, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (endpoint, origin) DO UPDATE SET state = excluded.state, since = excluded.since,
    not_before = excluded.not_before, body = excluded.body
"""
_PENDING = DeliveryState.PENDING.value
_CHANGE_DELIVERY = "UPDATE webhook_deliveries SET state = ?, since = ?, not_before = ?, body = ? WHERE id = ?"


class SqliteWebhooks:
    """The WebhookStore of the ports, in the database of a SqliteStore, which lends its connections and its turn."""

    def __init__(
        self,
        connections: Callable[[], AbstractContextManager[Connection]],
        alone: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._reading, self._alone = connections, alone

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._alone(), self._reading() as connection, connection.transaction("IMMEDIATE"):
            yield connection

    def add(self, endpoint: Endpoint) -> None:
        with self._writing() as connection:
            values = (endpoint.id, to_micros(endpoint.created_at), to_body(endpoint), to_body(Health()))
            connection.run(
                "INSERT INTO webhook_endpoints (id, created, body, health, cursor, steps_cursor) VALUES (?, ?, ?, ?, "
                "(SELECT coalesce(max(id), 0) FROM events), (SELECT coalesce(max(id), 0) FROM webhook_steps))",
                values,
            )

    def change(self, endpoint: Endpoint) -> None:
        with self._writing() as connection:
            _require(connection, endpoint.id)
            connection.run("UPDATE webhook_endpoints SET body = ? WHERE id = ?", (to_body(endpoint), endpoint.id))

    def switch(self, name: str, off: str, now: datetime) -> None:
        with self._writing() as connection:
            known = _require(connection, name)
            health = known.health if off else Health(taken_at=known.health.taken_at)
            statement = "UPDATE webhook_endpoints SET off = ?, health = ? WHERE id = ?"
            connection.run(statement, (storable(off), to_body(health), name))
            if not off:
                waiting = connection.rows(f"{_DELIVERY} WHERE endpoint = ? AND state = ?", (name, _PENDING))
                _change(connection, (afresh(_delivery(*row), now) for row in waiting))

    def remove(self, name: str) -> None:
        with self._writing() as connection:
            _require(connection, name)
            connection.run("DELETE FROM webhook_endpoints WHERE id = ?", (name,))

    def standings(self) -> Sequence[Standing]:
        with self._reading() as connection:
            return [_standing(*row) for row in connection.rows(f"{_STANDING} ORDER BY created, id")]

    def standing(self, name: str) -> Standing:
        with self._reading() as connection:
            return _require(connection, name)

    def note_steps(self, steps: Iterable[Step], now: datetime) -> None:
        with self._writing() as connection:
            rows.save_steps(connection, steps, now)

    def news(self, name: str, limit: int) -> tuple[Sequence[Happened], tuple[int, int]]:
        with self._reading() as connection:
            query = "SELECT cursor, steps_cursor FROM webhook_endpoints WHERE id = ?"
            after = connection.row(query, (name,))
            if after is None:
                raise _no_endpoint(name)
            return rows.beyond(connection, (after[0], after[1]), limit)

    def put(self, name: str, deliveries: Iterable[Delivery], after: tuple[int, int]) -> None:
        with self._writing() as connection:
            connection.run_many(_NEW, [_values(delivery) for delivery in deliveries])
            statement = "UPDATE webhook_endpoints SET cursor = ?, steps_cursor = ? WHERE id = ?"
            connection.run(statement, (*after, name))

    def happened(self, origin: str) -> Happened:
        with self._reading() as connection:
            return rows.happened(connection, origin)

    def since(self, when: datetime, after: tuple[int, int], limit: int) -> tuple[Sequence[Happened], tuple[int, int]]:
        with self._reading() as connection:
            begin = rows.first_since(connection, when)
            return rows.beyond(connection, (max(after[0], begin[0]), max(after[1], begin[1])), limit)

    def pending(self, name: str, limit: int) -> Sequence[Delivery]:
        query = f"{_DELIVERY} WHERE endpoint = ? AND state = ? ORDER BY not_before, id LIMIT ?"
        with self._reading() as connection:
            return [_delivery(*row) for row in connection.rows(query, (name, _PENDING, limit))]

    def deliveries(self, name: str, state: DeliveryState | None = None, limit: int = 50) -> Sequence[Delivery]:
        wanted = {"endpoint": name, "state": "" if state is None else state.value}
        terms = " AND ".join(["1", *(f"{column} = ?" for column, value in wanted.items() if value)])
        values = [value for value in wanted.values() if value]
        with self._reading() as connection:
            rows = connection.rows(f"{_DELIVERY} WHERE {terms} ORDER BY id DESC LIMIT ?", (*values, limit))
            return [_delivery(*row) for row in rows]

    def delivery(self, number: int) -> Delivery:
        with self._reading() as connection:
            row = connection.row(f"{_DELIVERY} WHERE id = ?", (number,))
        if row is None:
            raise NotFound(f"there is no message {number}; `casehub webhook show ENDPOINT` lists them")
        return _delivery(*row)

    def counts(self, name: str) -> dict[DeliveryState, int]:
        query = "SELECT state, count(*) FROM webhook_deliveries WHERE endpoint = ? GROUP BY state"
        with self._reading() as connection:
            return {DeliveryState(state): count for state, count in connection.rows(query, (name,))}

    def settle(self, standing: Standing, delivery: Delivery | None) -> None:
        with self._writing() as connection:
            # Whoever switched it off, or removed it, while the message was on its way, meant it.
            statement = "UPDATE webhook_endpoints SET health = ?, off = iif(off = '', ?, off) WHERE id = ?"
            name = standing.endpoint.id
            connection.run(statement, (to_body(standing.health), storable(standing.off), name))
            _change(connection, () if delivery is None else (delivery,))

    def give_up(self, name: str, before: datetime, why: str) -> int:
        query = f"{_DELIVERY} WHERE endpoint = ? AND state = ? AND since <= ?"
        with self._writing() as connection:
            found = [_delivery(*row) for row in connection.rows(query, (name, _PENDING, to_micros(before)))]
            _change(connection, (replace(one, state=DeliveryState.DEAD, trouble=why) for one in found))
            return len(found)

    def replay(self, deliveries: Iterable[Delivery], now: datetime) -> int:
        with self._writing() as connection:
            again = [_values(_from_the_beginning(one, connection, now)) for one in deliveries]
            connection.run_many(_AGAIN, again)
            return len(again)

    def prune(self, before: datetime) -> None:
        with self._reading() as connection:
            old = "SELECT 1 FROM webhook_deliveries WHERE state = ? AND since < ? LIMIT 1"
            if connection.row(old, (DeliveryState.DELIVERED, to_micros(before))) is None:
                return  # asked every few seconds, and nobody shall be woken for nothing
        with self._writing() as connection:
            statement = "DELETE FROM webhook_deliveries WHERE state = ? AND since < ?"
            connection.run(statement, (DeliveryState.DELIVERED, to_micros(before)))
            rows.forget_steps(connection, before)


def _require(connection: Connection, name: str) -> Standing:
    row = connection.row(f"{_STANDING} WHERE id = ?", (storable(name),))
    if row is None:
        raise _no_endpoint(name)
    return _standing(*row)


def _no_endpoint(name: str) -> NotFound:
    return NotFound(f"there is no endpoint {name!r}; `casehub webhook list` has them all")


def _standing(body: str, off: str, health: str) -> Standing:
    return Standing(from_body(Endpoint, body), off, from_body(Health, health))


def _change(connection: Connection, deliveries: Iterable[Delivery]) -> None:
    rows = ((*_values(delivery)[2:], delivery.id) for delivery in deliveries)
    connection.run_many(_CHANGE_DELIVERY, list(rows))


def _values(delivery: Delivery) -> tuple[object, ...]:
    pause = delivery.not_before or delivery.since
    instants = (to_micros(delivery.since), to_micros(pause))
    # The id and the state are columns; the body keeps what those do not say.
    kept = replace(delivery, id=0, state=DeliveryState.PENDING)
    return (delivery.endpoint, delivery.origin, delivery.state.value, *instants, to_body(kept))


def _delivery(number: int, state: str, body: str) -> Delivery:
    return replace(from_body(Delivery, body), id=number, state=DeliveryState(state))


def _from_the_beginning(delivery: Delivery, connection: Connection, now: datetime) -> Delivery:
    """The message as it is sent once more, where it is known already with what became of it."""
    query = f"{_DELIVERY} WHERE endpoint = ? AND origin = ?"
    row = connection.row(query, (delivery.endpoint, delivery.origin))
    known = delivery if row is None else _delivery(*row)
    return afresh(known, now)
