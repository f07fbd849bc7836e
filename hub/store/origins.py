"""What figures are counted from, kept with each case: when and why it was opened, and which products it is about."""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

from hub.core.batches import batch_of, cause_of
from hub.core.model import Case, CaseState
from hub.store.connection import Connection, Row
from hub.store.values import id_of, marks, optional_micros, storable, to_micros

_ORIGIN = "case_id, opened, channel, type, cause"
_PRODUCT = "case_id, place, opened, channel, type, sku, title, batch, ordered"


def _upsert(table: str, key: str, columns: str) -> str:
    """A statement that writes nothing where nothing is other than before."""
    others = [name for name in columns.split(", ") if name not in key.split(", ")]
    new = ", ".join(f"excluded.{name}" for name in others)
    return (
        f"INSERT INTO {table} ({columns}) VALUES ({marks(columns.split(', '))}) ON CONFLICT ({key}) "
        f"DO UPDATE SET ({', '.join(others)}) = ({new}) WHERE ({', '.join(others)}) IS NOT ({new})"
    )


_SAVE_ORIGIN = _upsert("origins", "case_id", _ORIGIN)
_SAVE_PRODUCT = _upsert("products", "case_id, place", _PRODUCT)


def save_origin(connection: Connection, case: Case) -> None:
    """Bring what figures count of a case up to date; one that went on as another counts for nothing."""
    origin, products = origin_values(case), product_values(case)
    if origin is None:
        connection.run("DELETE FROM origins WHERE case_id = ?", (id_of(case.number),))
    else:
        connection.run(_SAVE_ORIGIN, origin)
    connection.run_many(_SAVE_PRODUCT, products)
    connection.run("DELETE FROM products WHERE case_id = ? AND place >= ?", (id_of(case.number), len(products)))


def agrees(connection: Connection, case: Case) -> bool:
    """Whether what is kept of a case is what its events say."""
    number = (id_of(case.number),)
    origin = connection.row(f"SELECT {_ORIGIN} FROM origins WHERE case_id = ?", number)
    products = connection.rows(f"SELECT {_PRODUCT} FROM products WHERE case_id = ? ORDER BY place", number)
    return origin == origin_values(case) and products == product_values(case)


def origin_values(case: Case) -> Row | None:
    """The row of a case, None for one that went on as another."""
    if case.state is CaseState.MERGED:
        return None
    return id_of(case.number), to_micros(case.opened_at), *map(storable, (case.channel, case.type, cause_of(case)))


def product_values(case: Case) -> list[Row]:
    """The rows of its products; a batch of an order that tells no products stands on a row of its own."""
    if case.state is CaseState.MERGED:
        return []
    batch, order = storable(batch_of(case)), case.order
    kind = (to_micros(case.opened_at), storable(case.channel), storable(case.type))
    placed = optional_micros(order.placed_at) if order else None
    lines = [(storable(line.sku), storable(line.title)) for line in order.lines] if order else []
    if batch and not lines:
        lines = [("", "")]
    return [(id_of(case.number), place, *kind, *line, batch, placed) for place, line in enumerate(lines)]
