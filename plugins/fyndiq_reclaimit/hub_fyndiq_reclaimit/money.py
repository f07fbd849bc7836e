"""What a customer paid, worked out from amounts of which the documents do not say everywhere whether VAT is in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from hub import Money

_TOLERANCE = Decimal("0.02")
_CENT = Decimal("0.01")
_CURRENCY = re.compile("[A-Z]{3}")


def gross_of(price: object) -> Money | None:
    """The amount with VAT, in its own currency; None where the numbers do not prove whether VAT is in the amount.

    Fyndiq documents that `amount` is without VAT, CDON shows it by its numbers only (inferred), and its support has
    said the opposite once. So the numbers decide: VAT is the rate of a net amount, or its part of a gross one.
    """
    if not isinstance(price, Mapping):
        return None
    amount, vat, rate = (decimal_of(price.get(name)) for name in ("amount", "vat_amount", "vat_rate"))
    currency = price.get("currency")
    if amount is None or vat is None or rate is None or min(amount, vat, rate) < 0:
        return None
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        return None
    if abs(vat - amount * rate) <= _TOLERANCE:
        return Money(_with_cents(amount + vat), currency)
    if abs(vat - amount * rate / (1 + rate)) <= _TOLERANCE:
        return Money(_with_cents(amount), currency)
    return None


def decimal_of(value: Any) -> Decimal | None:
    """A number as it came, in a text or as a number of JSON; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 12 else None


def _with_cents(amount: Decimal) -> Decimal:
    """The amount with two decimals or more: a number of JSON has lost its last noughts."""
    written = amount.quantize(_CENT)
    return written if written == amount else amount
