"""Goodwill for small amounts: suggested where a refund surely costs at most what the seller set, and never done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.goodwill import Goodwill, suggestion
from hub.core.model import Case, CaseState, CaseType, Money, Order, OrderLine
from hub.core.platform_acts import ActKind, Need, Offer
from hub.core.portal import Decision
from hub.core.turns import Handover, Owner

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REFUND = Offer(ActKind.DECIDE, "Refund", "All is paid back", "refund", moves_money=True, refunds=True)
PARTLY = replace(REFUND, word="partly", needs=frozenset({Need.PERCENT}))
LIMIT = Goodwill({"SEK": Decimal(100), "EUR": Decimal(10)})


def money(amount: str, currency: str = "SEK") -> Money:
    return Money(Decimal(amount), currency)


def a_case(value: Money | None, *lines: OrderLine, **facts: Any) -> Case:
    order = Order("4711", lines, value)
    return replace(Case("CH-1", "shop", "r1", NOON, NOON, type=CaseType.COMPLAINT, order=order), **facts)


@pytest.mark.parametrize(
    ("value", "suggested"),
    [
        (money("79.00"), True),
        (money("100"), True),  # at most: the limit itself is within
        (money("100.01"), False),
        (money("9.99", "EUR"), True),
        (money("10.01", "EUR"), False),
        (money("79.00", "DKK"), False),  # no limit is set for it
        (money("0"), False),  # nothing is paid back
        (None, False),  # nobody knows what it costs
    ],
)
def test_a_refund_is_suggested_up_to_the_limit_of_its_currency(value: Money | None, suggested: bool) -> None:
    assert (suggestion(a_case(value), [REFUND], LIMIT) is not None) is suggested


def test_the_suggestion_names_cost_and_limit_and_that_nothing_happens_by_itself() -> None:
    assert str(suggestion(a_case(money("79.00")), [REFUND], LIMIT)) == (
        "Goodwill: refund costs 79.00 SEK, within your limit of 100 SEK. casehub never does it by itself."
    )


@pytest.mark.parametrize(
    "facts",
    [
        {"type": CaseType.RETURN},
        {"state": CaseState.CLOSED},
        {"decisions": (Decision("k", NOON, "refuse", "refuse"),)},
        {"handovers": (Handover(NOON, Owner.PLATFORM),)},
        {"order": None},
    ],
)
def test_for_a_case_of_another_type_that_is_over_decided_or_the_platforms_nothing_is_suggested(
    facts: dict[str, Any],
) -> None:
    assert suggestion(a_case(money("79.00")), [REFUND], LIMIT) is not None
    assert suggestion(replace(a_case(money("79.00")), **facts), [REFUND], LIMIT) is None


@pytest.mark.parametrize(
    "offer",
    [
        PARTLY,  # not in full
        replace(REFUND, refunds=False),  # such as that the customer keeps and pays it
        replace(REFUND, moves_money=False),
    ],
)
def test_only_a_refund_in_full_is_goodwill(offer: Offer) -> None:
    assert suggestion(a_case(money("79.00")), [offer], LIMIT) is None


def test_the_cheapest_of_several_is_suggested() -> None:
    vase, lamp = (OrderLine(sku, sku, 1, money(price)) for sku, price in (("vase", "90.00"), ("lamp", "60.00")))
    offers = [replace(REFUND, item=item) for item in ("vase", "lamp")]

    found = suggestion(a_case(money("150.00"), vase, lamp), offers, LIMIT)

    assert found is not None
    assert (found.offer.item, found.cost.amount) == ("lamp", money("60.00"))


def test_types_are_chosen_and_without_a_limit_nothing_is_suggested() -> None:
    case = a_case(money("79.00"), type=CaseType.RETURN)

    assert suggestion(case, [REFUND], replace(LIMIT, types=frozenset({CaseType.RETURN}))) is not None
    assert suggestion(a_case(money("79.00")), [REFUND], Goodwill({})) is None


@given(st.decimals("0.01", "500", places=2), st.decimals("0.01", "500", places=2))
def test_nothing_above_the_limit_is_ever_suggested(value: Decimal, limit: Decimal) -> None:
    found = suggestion(a_case(Money(value, "SEK")), [REFUND, PARTLY], Goodwill({"SEK": limit}))

    assert (found is not None) is (value <= limit)
