"""Which orders at bol.com are late, and what is taken of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import respx

from hub import LateOrder, Misunderstood, OrderLine, Party, Promised
from hub.http import api_door
from hub.testing import Desk, SimulatedClock
from hub_bolcom.account import PretendedAccount
from hub_bolcom.api import PAGE_SIZE
from hub_bolcom.late import Listed, read_late_order, read_listed
from hub_bolcom.retailer import MOST_ORDER_PAGES
from hub_bolcom.simulator import BolSimulator

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def item(quantity: int = 1, shipped: int = 0, cancelled: int = 0, **fulfilment: str) -> dict[str, Any]:
    return {
        "orderItemId": "1",
        "fulfilment": {"method": "FBR", "latestDeliveryDate": "2026-11-18", **fulfilment},
        "product": {"ean": "8785056370398", "title": "Theepot"},
        "quantity": quantity,
        "quantityShipped": shipped,
        "quantityCancelled": cancelled,
    }


def order(*items: Mapping[str, Any]) -> dict[str, Any]:
    person = {"firstName": "Anke", "surname": "Visser", "language": "nl-BE", "email": "x@verkopen.bol.com"}
    return {"orderId": "A2K8290LP8", "shipmentDetails": person, "orderItems": list(items)}


def test_a_late_order_has_name_language_and_product_and_no_way_to_mail_the_customer() -> None:
    assert read_late_order(order(item(quantity=3, shipped=1)), NOW) == LateOrder(
        "A2K8290LP8",
        datetime(2026, 11, 18, 23, 59, 59, tzinfo=AMSTERDAM),
        Promised.ARRIVAL,
        told_as="latestDeliveryDate",
        customer=Party("Anke Visser", language="nl-BE"),
        lines=(OrderLine("Theepot", "8785056370398", 2),),
        url="https://partner.bol.com",
    )


@pytest.mark.parametrize(
    "items",
    [
        [],
        [item(shipped=1)],
        [item(cancelled=1)],
        [item(quantity=2, shipped=1, cancelled=1)],
        [item(method="FBB")],
        [item(latestDeliveryDate="2026-11-20")],
        [item(latestDeliveryDate="2026-11-21")],
        [item(latestDeliveryDate="")],
    ],
    ids=["nothing", "sent", "cancelled", "both", "by bol.com", "today", "tomorrow", "no date"],
)
def test_an_order_of_which_nothing_is_left_to_send_or_late_is_not_late(items: list[dict[str, Any]]) -> None:
    assert read_late_order(order(*items), NOW) is None


def test_a_day_is_over_at_midnight_in_amsterdam() -> None:
    midnight = datetime(2026, 11, 19, 0, 0, tzinfo=AMSTERDAM)

    assert read_late_order(order(item()), midnight - timedelta(seconds=1)) is None
    assert read_late_order(order(item()), midnight) is not None


def test_of_several_items_the_late_ones_are_named_and_the_earliest_date_counts() -> None:
    exact = item(latestDeliveryDate="", exactDeliveryDate="2026-11-16") | {"product": {"ean": "2", "title": "Kop"}}
    later = item(latestDeliveryDate="2026-12-01") | {"product": {"ean": "3", "title": "Bord"}}

    found = read_late_order(order(item(), later, exact), NOW)

    assert found is not None
    assert (found.due_on, found.told_as, found.products) == (date(2026, 11, 16), "exactDeliveryDate", "Kop, Theepot")


def test_a_date_of_another_shape_is_not_guessed_at() -> None:
    with pytest.raises(Misunderstood, match="no day"):
        read_late_order(order(item(latestDeliveryDate="morgen")), NOW)


def test_the_list_tells_which_orders_have_something_left() -> None:
    sent = {"orderId": "A1", "orderItems": [item(shipped=1)]}
    waiting = {"orderId": "A2", "orderItems": [item(shipped=1), item()]}

    assert read_listed({"orders": [sent, waiting]}) == (Listed("A1", is_unsent=False), Listed("A2", is_unsent=True))
    assert read_listed({}) == ()


@pytest.fixture
def bol() -> BolSimulator:
    return BolSimulator(SimulatedClock())


def late_in(desk: Desk, days: int = 30) -> list[str]:
    now = desk.platform.now()
    with desk.connect() as connection:
        return [found.number for found in connection.late_orders(now, now - timedelta(days=days))]


def test_every_page_of_open_orders_is_read(bol: BolSimulator) -> None:
    late = [bol.late_order(2) for _ in range(PAGE_SIZE + 1)]

    assert late_in(Desk(bol)) == late
    assert sum(request.path == "/retailer/orders" for request in bol.requests) == 2


def test_only_so_many_pages_are_read_however_many_there_are(bol: BolSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = [bol.account.order(bol.now(), bol.now().date()) for _ in range(PAGE_SIZE)]
    monkeypatch.setattr(PretendedAccount, "unsent", lambda account, fulfilment: endless * (MOST_ORDER_PAGES + 5))

    assert late_in(Desk(bol)) == []
    assert sum(request.path == "/retailer/orders" for request in bol.requests) == MOST_ORDER_PAGES


def test_an_order_that_bol_com_sends_and_one_that_went_away_are_no_trouble(bol: BolSimulator) -> None:
    theirs = bol.account.order(bol.now(), bol.now().date() - timedelta(days=4), "FBB")
    gone, late = bol.late_order(4), bol.late_order(4)
    kept = bol.answer

    def answer(request: Any) -> Any:
        if request.path.endswith(gone):
            bol.account.orders.pop(gone, None)
        return kept(request)

    bol.answer = answer  # type: ignore[method-assign]

    assert late_in(Desk(bol)) == [late]
    assert theirs.number not in {request.path.rpartition("/")[2] for request in bol.requests}


def test_open_orders_are_asked_for_with_exactly_this_request(bol: BolSimulator, respx_mock: respx.MockRouter) -> None:
    desk = Desk(bol)
    desk.tools = replace(desk.tools, open_api=api_door(bol.clock, pause=lambda seconds: None))
    token = {"access_token": "t", "token_type": "Bearer", "expires_in": 299}
    respx_mock.post("https://api.bol.example/token").mock(return_value=httpx.Response(200, json=token))
    listed = respx_mock.get(
        "https://api.bol.example/retailer/orders", params={"page": "1", "fulfilment-method": "FBR", "status": "OPEN"}
    ).mock(return_value=httpx.Response(200, json={"orders": [{"orderId": "A2", "orderItems": [item()]}]}))
    one = respx_mock.get("https://api.bol.example/retailer/orders/A2").mock(
        return_value=httpx.Response(200, json=order(item()) | {"orderId": "A2"})
    )

    with desk.connect() as connection:
        found = list(connection.late_orders(NOW, NOW - timedelta(days=30)))

    assert [late.number for late in found] == ["A2"]
    for call in (*listed.calls, *one.calls):
        assert call.request.headers["accept"] == "application/vnd.retailer.v10+json"
