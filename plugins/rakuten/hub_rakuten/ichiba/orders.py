"""An order as RMS tells it, of which only what a case needs is taken: no address, phone number or birthday."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub import Misunderstood, Money, Order, OrderLine, Shipment
from hub_rakuten.ichiba.times import JST, instant_of

NOT_FIXED = -9999
"""What RMS writes for an amount that is not settled yet."""

_CURRENCY = "JPY"


def order_of(told: Any, number: str) -> Order | None:
    """The order with this number; None where RMS says of this very number that it cannot give it.

    An error comes with status 200, as a message beside the orders.
    """
    messages, orders = models(told, "MessageModelList"), models(told, "OrderModelList")
    for order in orders:
        if order.get("orderNumber") == number:
            value = _money(order.get("requestPrice"))
            placed = _instant(order.get("orderDatetime"))
            return Order(number, tuple(lines_of(order)), value, shipments=tuple(_shipments(order)), placed_at=placed)
    errors = [message for message in messages if message.get("messageType") == "ERROR"]
    if any(error.get("orderNumber") == number for error in errors):
        return None
    if errors:
        codes = ", ".join(sorted({str(error.get("messageCode"))[:60] for error in errors}))
        raise Misunderstood(f"RMS does not give the order, with the code {codes}")
    return None


def lines_of(order: Mapping[str, Any]) -> Iterator[OrderLine]:
    """What was ordered."""
    for package in models(order, "PackageModelList"):
        for item in models(package, "ItemModelList"):
            units = item.get("units")
            yield OrderLine(
                title=str(item.get("itemName") or ""),
                sku=_sku(item),
                quantity=units if isinstance(units, int) and units > 0 else 1,
                price=_money(item.get("priceTaxIncl")),
            )


def _shipments(order: Mapping[str, Any]) -> Iterator[Shipment]:
    """The parcels that the shop has told RMS of; when one was delivered RMS does not know."""
    for package in models(order, "PackageModelList"):
        for parcel in models(package, "ShippingModelList"):
            sent = _day(parcel.get("shippingDate"))
            carrier = str(parcel.get("deliveryCompanyName") or parcel.get("deliveryCompany") or "")
            yield Shipment(carrier, str(parcel.get("shippingNumber") or ""), "shipped" if sent else "", sent)


def _day(written: Any) -> datetime | None:
    try:
        return datetime.strptime(str(written), "%Y-%m-%d").replace(tzinfo=JST)
    except ValueError:
        return None


def _instant(written: Any) -> datetime | None:
    """When an order was placed; one that is written in another way is no reason to do without the order."""
    try:
        return instant_of(written, "orderDatetime")
    except Misunderstood:
        return None


def _sku(item: Mapping[str, Any]) -> str:
    """The shop's own name for what was sold: that of the variant, else that of the item."""
    variants = [
        str(sku.get("merchantDefinedSkuId") or sku.get("variantId") or "") for sku in models(item, "SkuModelList")
    ]
    return next(filter(None, variants), "") or str(item.get("manageNumber") or item.get("itemNumber") or "")


def _money(amount: Any) -> Money | None:
    if isinstance(amount, bool) or not isinstance(amount, int) or amount == NOT_FIXED:
        return None
    return Money(Decimal(amount), _CURRENCY)


def models(told: Any, name: str) -> list[Mapping[str, Any]]:
    """A list of objects; one that is missing or null is empty."""
    found = told.get(name) if isinstance(told, Mapping) else None
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise Misunderstood(f"{name} of an order is no list of objects")
    return found
