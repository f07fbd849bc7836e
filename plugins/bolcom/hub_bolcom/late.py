"""Orders at bol.com that were not sent though their date has passed.

The list of open orders, and of each item the latest or the exact day on which it must be delivered at the customer's
address, are documented:
https://api.bol.com/retailer/public/Retailer-API/v10/functional/retailer-api/orders-best-practices.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hub import LateOrder, Misunderstood, OrderLine, Party, Promised
from hub_bolcom.decisions import PORTAL
from hub_bolcom.fields import Fields, as_fields, count, items, needed, part, text

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_BY_BOL = "FBB"
_DATES = ("exactDeliveryDate", "latestDeliveryDate")


class _Due(NamedTuple):
    """One item that was not sent, by when it must be there, and what bol.com calls that date."""

    at: datetime
    told_as: str
    line: OrderLine


class Listed(NamedTuple):
    """An order as the list of open ones has it, and whether something of it is left to send."""

    number: str
    is_unsent: bool


def read_listed(body: object) -> tuple[Listed, ...]:
    """A page of the list of orders; it tells no dates, so each order has to be asked for."""
    page = items(as_fields(body, "a list of orders"), "orders")
    return tuple(Listed(needed(order, "orderId"), any(map(_left, items(order, "orderItems")))) for order in page)


def read_late_order(body: object, now: datetime) -> LateOrder | None:
    """An order with what of it is late now, with nothing of the person but name and language; None where nothing is.

    What bol.com sends by itself is left out. So is the address by which the customer can be reached: bol.com takes
    unasked mails about a delivery for a violation (https://partnerplatform.bol.com/en/idp/unwanted-communication).
    """
    order = as_fields(body, "an order")
    late = sorted((due for due in _unsent(order) if due.at < now), key=lambda due: due.at)
    if not late:
        return None
    person = part(order, "shipmentDetails")
    name = " ".join(filter(None, (text(person, "firstName"), text(person, "surname"))))
    return LateOrder(
        needed(order, "orderId"),
        late[0].at,
        Promised.ARRIVAL,
        told_as=late[0].told_as,
        customer=Party(name, language=text(person, "language")),
        lines=tuple(due.line for due in late),
        url=PORTAL,
    )


def _unsent(order: Fields) -> Iterator[_Due]:
    for item in items(order, "orderItems"):
        fulfilment, product = part(item, "fulfilment"), part(item, "product")
        told_as = next((name for name in _DATES if text(fulfilment, name)), "")
        if not told_as or text(fulfilment, "method") == _BY_BOL or not _left(item):
            continue
        title = text(product, "title") or text(product, "ean")
        yield _Due(_end_of(text(fulfilment, told_as)), told_as, OrderLine(title, text(product, "ean"), _left(item)))


def _end_of(told: str) -> datetime:
    try:
        return LateOrder.end_of(date.fromisoformat(told), _AMSTERDAM)
    except ValueError as error:
        raise Misunderstood("a delivery date in an answer of bol.com is no day") from error


def _left(item: Fields) -> int:
    """How many pieces were neither sent nor cancelled."""
    done = sum(count(item, name) or 0 for name in ("quantityShipped", "quantityCancelled"))
    return max((count(item, "quantity") or 0) - done, 0)
