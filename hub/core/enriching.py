"""Which orders are looked up on their platform, when again, and what a case learns of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hub.core.model import Case, Order

MOST_TRIES = 5
"""After so many answers that there is no such order, nobody asks again."""
_FIRST_PAUSE = timedelta(days=1)


def due_at(case: Case) -> datetime | None:
    """From when on the order of a case is to be looked up; None where there is nothing to learn or nobody to ask."""
    order = case.order
    if not case.is_open or order is None or order.confirmed or (order.value is not None and order.lines):
        return None
    if not numbers(order):
        return None
    if case.sought is None:
        return case.opened_at
    if case.sought.times >= MOST_TRIES:
        return None
    return case.sought.at + _FIRST_PAUSE * (1 << (case.sought.times - 1))


def numbers(order: Order) -> tuple[str, ...]:
    """The numbers under which an order may be known, each once, the likeliest first."""
    return tuple(dict.fromkeys(filter(None, (order.number, *order.candidates))))


def with_what_is_known(told: Order, known: Order | None) -> Order:
    """An order as its platform tells it, with what is known of the same order and not told again."""
    if known is None or told.number != known.number:
        return told
    return replace(
        told,
        lines=told.lines or known.lines,
        value=told.value or known.value,
        fulfilment=told.fulfilment or known.fulfilment,
        confirmed=told.confirmed or known.confirmed,
        candidates=told.candidates or known.candidates,
        shipments=told.shipments or known.shipments,
        language=told.language or known.language,
        placed_at=told.placed_at or known.placed_at,
    )


def found(known: Order, number: str, order: Order) -> Order:
    """The order of a case after its platform showed what it has under this number; what the case was told stays."""
    shown = replace(order, number=number, confirmed=True, candidates=())
    # What was told of another number belongs to another order.
    return with_what_is_known(replace(known, candidates=()), shown) if known.number == number else shown
