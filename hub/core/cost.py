"""What an act that moves money costs the seller, as far as the order tells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from hub.core.acting import Wish
from hub.core.model import Case, Money, OrderLine
from hub.core.platform_acts import Need

_CENT = Decimal("0.01")
_WITHOUT_CENTS = frozenset({"JPY", "KRW"})


@dataclass(frozen=True, slots=True)
class Cost:
    """What an act costs: an amount (None: unknown), of what it is a part, and whether it may be less."""

    amount: Money | None
    of: Money | None = None
    percent: int | None = None
    at_most: bool = False

    def __str__(self) -> str:
        if self.amount is None:
            return "unknown: nobody told what the order was worth"
        part = "" if self.percent is None else f": {self.percent} % of {self.of}"
        return f"{'at most ' if self.at_most else ''}{self.amount}{part}"


def cost_of(case: Case, wish: Wish) -> Cost | None:
    """What a wish costs; None where no money moves.

    Until a percent or a quantity that it needs is given, it may be less.
    """
    if not wish.offer.moves_money:
        return None
    price, whole = _price(case, wish)
    if price is None:
        return Cost(None)
    open_still = wish.offer.needs & {Need.PERCENT, Need.QUANTITY} - wish.given
    at_most = bool(open_still) or not whole
    if wish.percent is None:
        return Cost(price, at_most=at_most)
    back = 100 - wish.percent
    return Cost(_part(price, back), price, back, at_most)


def _price(case: Case, wish: Wish) -> tuple[Money | None, bool]:
    """What the things meant are worth, and whether that is known rather than bounded by the whole order."""
    if case.order is None:
        return None, False
    line = _line(case.order.lines, wish.offer.item)
    # Of several pieces nobody says whether the price is that of one or of all.
    if line is not None and line.price is not None and line.quantity == 1:
        return line.price, True
    return case.order.value, not wish.offer.item and wish.quantity is None


def _line(lines: tuple[OrderLine, ...], item: str) -> OrderLine | None:
    """The line of the one item meant; no plugin has to name items by their article numbers, so there may be none."""
    return next((line for line in lines if item and line.sku == item), None)


def _part(whole: Money, percent: int) -> Money:
    exact = whole.amount * percent / 100
    return Money(
        exact.quantize(Decimal(1) if whole.currency in _WITHOUT_CENTS else _CENT, ROUND_HALF_UP), whole.currency
    )
