"""bol.com's orders: what the customer paid, for what, and who ships it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from hub import Money, Order, OrderLine
from hub_bolcom.fields import Fields, amount, as_fields, count, instant, items, needed, part, parts, text

CURRENCY = "EUR"

_CENT = Decimal("0.01")

_NUMBER = r"(?:\d{10}|(?=[A-Z0-9]*\d)[A-Z][A-Z0-9]{9})"
_ANYWHERE = re.compile(rf"(?<![\w-]){_NUMBER}(?![\w-])", re.ASCII)
_LABELLED = re.compile(
    rf"(?:bestelnummer|bestelling|ordernummer|num[ée]ro de commande|commande|order(?: number)?)"
    rf"\s{{0,3}}[:#(]?\s{{0,3}}({_NUMBER})(?![\w-])",
    re.IGNORECASE,
)
_WHOLE = re.compile(_NUMBER, re.ASCII)


def is_order_number(text: str) -> bool:
    """Whether this could be the number of an order; only bol.com knows whether it is one."""
    return _WHOLE.fullmatch(text) is not None


def order_numbers(*texts: str) -> tuple[str, ...]:
    """What could be order numbers in these texts, labelled ones first."""
    whole = "\n".join(text[:100_000] for text in texts)
    labelled = [found for found in _LABELLED.findall(whole) if is_order_number(found)]
    return tuple(dict.fromkeys([*labelled, *_ANYWHERE.findall(whole)]))


def read_order(body: object) -> Order:
    """An order with what the customer paid for it in the end, VAT included."""
    order = as_fields(body, "an order")
    lines = items(order, "orderItems")
    return Order(
        number=needed(order, "orderId"),
        lines=tuple(map(_line, lines)),
        value=_sum([_paid(line) for line in lines]),
        fulfilment="+".join(sorted({method for line in lines if (method := _method(line))}, reverse=True)),
        language=text(part(order, "shipmentDetails"), "language"),
        placed_at=instant(order, "orderPlacedDateTime"),
    )


def _line(line: Fields) -> OrderLine:
    product, price = part(line, "product"), amount(line, "unitPrice")
    ean = text(product, "ean")
    return OrderLine(
        title=text(product, "title") or ean or text(line, "orderItemId"),
        sku=ean,
        quantity=count(line, "quantity") or 0,
        price=None if price is None else _money(price),
    )


def _method(line: Fields) -> str:
    """FBB is logistics via bol.com, FBR the seller's own; an order of both kinds is the seller's to answer for."""
    return text(part(line, "fulfilment"), "method")


def _paid(line: Fields) -> Decimal | None:
    """What was paid for a line: the total already has the discounts taken off."""
    total = amount(line, "totalPrice")
    if total is not None:
        return total
    price, quantity = amount(line, "unitPrice"), count(line, "quantity")
    if price is None or quantity is None:
        return None
    return price * quantity - sum(
        ((amount(off, "amount") or Decimal(0)) for off in parts(line, "discounts")), Decimal(0)
    )


def _sum(paid: Sequence[Decimal | None]) -> Money | None:
    """The whole, unless a part of it is unknown."""
    known = [one for one in paid if one is not None]
    return _money(sum(known, Decimal(0))) if paid and len(known) == len(paid) else None


def _money(amount: Decimal) -> Money:
    """The amount with its cents, which JSON leaves out where they are nought; never fewer than were told."""
    return Money(amount.quantize(_CENT) if amount == round(amount, 2) else amount, CURRENCY)
