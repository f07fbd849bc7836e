"""Orders of the documented merchant APIs of Fyndiq and CDON, as the hub has them; pure.

https://merchantapi.fyndiq.com/view/metadata/7185ENK and https://docs.cdon.com/view/metadata/2sAYkKHdBZ (documented).
Prose and samples there disagree on some names, so both are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub import Order, OrderLine
from hub.core.plain_text import one_line
from hub_fyndiq_reclaimit.money import decimal_of, gross_of
from hub_fyndiq_reclaimit.payload import an_object, instant, text

SEVERAL = ", "
"""What stands between the numbers of an errand that is about several orders."""


def read_order(payload: Any, number: str) -> Order:
    """One order: one article, of which the prices are for all units together."""
    fields = an_object(payload, f"order {number}")
    value = next(filter(None, (gross_of(fields.get(name)) for name in ("total_price", "price", "article_price"))), None)
    quantity = decimal_of(fields.get("quantity"))
    line = OrderLine(
        title=one_line(text(fields, "title") or text(fields, "article_title")),
        sku=one_line(text(fields, "article_sku") or text(fields, "sku")),
        quantity=int(quantity) if quantity is not None and quantity >= 1 else 1,
        price=value,
    )
    return Order(number, (line,), value, placed_at=instant(fields, "created_at", f"order {number}"))


def joined(number: str, orders: Sequence[Order]) -> Order:
    """Several orders of one errand as one; nobody says which of them it is about, so its value is unknown."""
    if len(orders) == 1 and SEVERAL not in number:
        return orders[0]
    return Order(number, tuple(line for order in orders for line in order.lines), None)
