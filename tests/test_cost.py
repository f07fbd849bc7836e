"""What an act that moves money costs, as far as the order tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.acting import Wish
from hub.core.cost import cost_of
from hub.core.model import Case, Money, Order, OrderLine
from hub.core.platform_acts import ActKind, Need, Offer

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REFUND = Offer(ActKind.DECIDE, "Refund", "It is paid back", "refund", moves_money=True)
PARTLY = replace(REFUND, needs=frozenset({Need.PERCENT}))


def sek(amount: str) -> Money:
    return Money(Decimal(amount), "SEK")


def a_case(value: Money | None = None, *lines: OrderLine) -> Case:
    return Case("CH-1001", "shop", "r1", NOON, NOON, order=Order("4711", lines, value))


VASES = OrderLine("Vas 漢字", "vase", 3, sek("100.00"))
LAMP = OrderLine("Lampa", "lamp", 1, sek("899.50"))


@pytest.mark.parametrize(
    ("case", "wish", "told"),
    [
        (a_case(sek("1250.00")), Wish(REFUND), "1,250.00 SEK"),
        (a_case(sek("1250.00")), Wish(PARTLY), "at most 1,250.00 SEK"),
        (a_case(sek("1250.00")), Wish(PARTLY, percent=80), "250.00 SEK: 20 % of 1,250.00 SEK"),
        (a_case(sek("99.99")), Wish(PARTLY, percent=67), "33.00 SEK: 33 % of 99.99 SEK"),
        (a_case(Money(Decimal(999), "JPY")), Wish(PARTLY, percent=50), "500 JPY: 50 % of 999 JPY"),
        (a_case(sek("1250.00"), LAMP), Wish(replace(REFUND, item="lamp")), "899.50 SEK"),
        (a_case(sek("1250.00"), VASES), Wish(replace(REFUND, item="vase")), "at most 1,250.00 SEK"),
        (a_case(sek("1250.00"), LAMP), Wish(replace(REFUND, item="line-7")), "at most 1,250.00 SEK"),
        (a_case(sek("1250.00")), Wish(REFUND, quantity=1), "at most 1,250.00 SEK"),
        (a_case(), Wish(REFUND), "unknown: nobody told what the order was worth"),
        (replace(a_case(), order=None), Wish(REFUND), "unknown: nobody told what the order was worth"),
    ],
)
def test_a_cost_is_told_as_exactly_as_it_is_known(case: Case, wish: Wish, told: str) -> None:
    assert str(cost_of(case, wish)) == told


def test_where_no_money_moves_nothing_is_said_of_it() -> None:
    assert cost_of(a_case(sek("1.00")), Wish(replace(REFUND, moves_money=False))) is None


@given(st.decimals("0.01", "99999", places=2), st.integers(1, 99))
def test_what_is_kept_and_what_is_paid_back_are_the_whole(amount: Decimal, percent: int) -> None:
    def part(kept: int) -> Any:
        cost = cost_of(a_case(Money(amount, "SEK")), Wish(PARTLY, percent=kept))
        assert cost is not None
        assert cost.amount is not None
        return cost.amount.amount

    assert abs(part(percent) + part(100 - percent) - amount) <= Decimal("0.01")
