"""Which orders at Fyndiq and CDON should have been sent, and what is taken of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub import LateOrder, Misunderstood, OrderLine, Party, Promised, Unsupported
from hub.http import Request
from hub.testing import Desk, SimulatedClock
from hub_fyndiq_reclaimit.late import MOST_PAGES, PAGE, unsent_order
from hub_fyndiq_reclaimit.simulator import ReclaimitSimulator

SAMPLE: dict[str, Any] = {
    "id": "5b1c",
    "title": "Lampa",
    "article_sku": "123",
    "price": {"amount": 23.2, "vat_amount": 5.8, "vat_rate": 0.25, "currency": "SEK"},
    "quantity": 2,
    "shipping_address": {"first_name": "Åsa", "last_name": "Öberg", "street_address": "Gatan 7", "phone_number": "1"},
    "market": "SE",
    "state": "CREATED",
    "fulfillment_deadline": "2026-11-18 22:30:00",
}


@pytest.fixture
def platform() -> ReclaimitSimulator:
    return ReclaimitSimulator(SimulatedClock())


def late_in(desk: Desk, days: int = 30) -> list[LateOrder]:
    now = desk.platform.now()
    with desk.connect() as connection:
        return list(connection.late_orders(now, now - timedelta(days=days)))


def test_an_order_is_to_be_sent_by_an_instant_in_utc_that_is_a_day_of_its_market() -> None:
    found = unsent_order(SAMPLE)

    assert found is not None
    assert found == LateOrder(
        "5b1c",
        datetime(2026, 11, 18, 23, 30, tzinfo=ZoneInfo("Europe/Stockholm")),
        Promised.DISPATCH,
        told_as="fulfillment_deadline",
        customer=Party("Åsa Öberg", language="sv"),
        lines=(OrderLine("Lampa", "123", 2, found.lines[0].price),),
    )


@pytest.mark.parametrize(
    ("changed", "told_as", "day", "name", "language"),
    [
        ({"market": "FI"}, "fulfillment_deadline", 19, "Åsa Öberg", "fi"),
        ({"market": "DK"}, "fulfillment_deadline", 18, "Åsa Öberg", "da"),
        ({"market": "XX"}, "fulfillment_deadline", 18, "Åsa Öberg", ""),
        (
            {"fulfillment_deadline": None, "fulfill_before": "2026-11-17 10:00:00"},
            "fulfill_before",
            17,
            "Åsa Öberg",
            "sv",
        ),
        ({"shipping_address": {"full_name": "Lampor AB"}}, "fulfillment_deadline", 18, "Lampor AB", "sv"),
        ({"shipping_address": None}, "fulfillment_deadline", 18, "", "sv"),
    ],
)
def test_both_names_of_the_deadline_and_every_form_of_a_name_are_read(
    changed: dict[str, Any], told_as: str, day: int, name: str, language: str
) -> None:
    found = unsent_order(SAMPLE | changed)

    assert found is not None
    assert (found.told_as, found.due_on.day) == (told_as, day)
    assert found.customer == Party(name, language=language)


def test_an_order_without_a_deadline_is_not_late() -> None:
    assert unsent_order(SAMPLE | {"fulfillment_deadline": ""}) is None


@pytest.mark.parametrize("changed", [{"id": None}, {"fulfillment_deadline": "i morgon"}])
def test_an_order_of_another_shape_is_not_guessed_at(changed: dict[str, Any]) -> None:
    with pytest.raises(Misunderstood):
        unsent_order(SAMPLE | changed)


def test_both_marketplaces_are_asked_and_orders_that_were_sent_are_left_out(platform: ReclaimitSimulator) -> None:
    late = {platform.late_order(2) for _ in range(4)}
    platform.customer_writes("Hej")  # with an order that was sent

    assert {order.number for order in late_in(Desk(platform))} == late
    assert [(request.path, request.query["state"]) for request in platform.requests] == [
        ("/fyndiq/api/v1/orders/", "CREATED"),
        ("/cdon/api/v1/orders", "CREATED"),
        ("/cdon/api/v1/orders", "ACCEPTED"),
    ]


def test_every_page_is_read_until_one_is_not_full(platform: ReclaimitSimulator) -> None:
    now = platform.now()
    ours = [platform.desk.order(now, now - timedelta(days=1), "fyndiq") for _ in range(PAGE + 1)]

    assert [order.number for order in late_in(Desk(platform))] == ours
    assert [request.query["page"] for request in platform.requests][:2] == ["1", "2"]


def test_only_so_many_pages_are_read_and_an_order_that_comes_twice_is_told_once(platform: ReclaimitSimulator) -> None:
    number = platform.late_order(1)
    endless = [platform.desk.orders["fyndiq"][number]] * PAGE
    platform.api._page = lambda found, request: endless  # type: ignore[method-assign]

    assert [order.number for order in late_in(Desk(platform))] == [number]
    assert len(platform.requests) == 3 * MOST_PAGES


def test_an_order_that_is_accepted_while_the_lists_are_read_is_told_once(platform: ReclaimitSimulator) -> None:
    number = platform.desk.order(platform.now(), platform.now() - timedelta(days=1), "cdon")
    kept = platform.answer

    def answer(request: Request) -> Any:
        response = kept(request)
        if request.query.get("state") == "CREATED" and "cdon" in request.path:
            order = platform.desk.orders["cdon"][number]
            platform.desk.orders["cdon"][number] = {**order, "state": "ACCEPTED"}
        return response

    platform.answer = answer  # type: ignore[method-assign]

    assert [order.number for order in late_in(Desk(platform))] == [number]


def test_without_credentials_no_late_order_is_listed_and_the_way_is_told(platform: ReclaimitSimulator) -> None:
    bare = {"fyndiq_orders_merchant_id": "", "cdon_orders_merchant_id": ""}
    desk = Desk(platform, **bare, fyndiq_orders_token=None, cdon_orders_token=None)

    with pytest.raises(Unsupported) as refused:
        late_in(desk)

    assert "fyndiq_orders_merchant_id" in refused.value.portal_step
