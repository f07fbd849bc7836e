"""Which orders of a shop at Rakuten Ichiba are late, and what is taken of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from hub import LateOrder, Misunderstood, OrderLine, Party, Promised
from hub.http import api_door
from hub.testing import Desk, SimulatedClock
from hub_rakuten.ichiba.late import MOST_AT_ONCE, MOST_PAGES, UNSENT, numbers_of, orders_of, search
from hub_rakuten.ichiba.rms import Rms
from hub_rakuten.ichiba.settings import IchibaSettings
from hub_rakuten.ichiba.simulator import IchibaSimulator
from hub_rakuten.ichiba.times import JST

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SEARCH, ORDERS = "/es/2.0/order/searchOrder/", "/es/2.0/order/getOrder/"


def order(**changed: Any) -> dict[str, Any]:
    told = {
        "orderNumber": "417283-20261110-0001417474",
        "orderProgress": 300,
        "deliveryDate": "2026-11-18",
        "OrdererModel": {"familyName": "秘密"},
        "PackageModelList": [{"ItemModelList": [{"itemName": "湯呑み", "manageNumber": "yunomi-02", "units": 2}]}],
    }
    return {"OrderModelList": [told | changed]}


def test_a_wished_day_is_over_at_midnight_in_japan_and_nothing_of_the_person_is_taken() -> None:
    [found] = orders_of(order())

    assert found == LateOrder(
        "417283-20261110-0001417474",
        datetime(2026, 11, 18, 23, 59, 59, tzinfo=JST),
        Promised.ARRIVAL,
        told_as="deliveryDate",
        customer=Party(language="ja"),
        lines=(OrderLine("湯呑み", "yunomi-02", 2),),
    )


@pytest.mark.parametrize("changed", [{"deliveryDate": None}, {"deliveryDate": ""}, {"orderProgress": 500}])
def test_an_order_without_a_wish_and_one_that_was_sent_is_not_late(changed: dict[str, Any]) -> None:
    assert list(orders_of(order(**changed))) == []


@pytest.mark.parametrize(
    "told", [None, [], {"OrderModelList": {}}, order(deliveryDate="明日")], ids=["null", "list", "object", "no day"]
)
def test_orders_of_another_shape_are_not_guessed_at(told: Any) -> None:
    with pytest.raises(Misunderstood):
        list(orders_of(told))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"orderNumberList": ["1", "2"], "PaginationResponseModel": {"totalPages": 3}}, (["1", "2"], 3)),
        ({"orderNumberList": [], "PaginationResponseModel": None}, ([], 0)),
        ({"MessageModelList": [{"messageType": "INFO", "messageCode": "NOTHING"}]}, ((), 0)),
    ],
)
def test_a_page_of_numbers_is_read(told: Any, expected: Any) -> None:
    assert numbers_of(told) == expected


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"MessageModelList": [{"messageType": "ERROR", "messageCode": "E_FROM"}]}, "E_FROM"),
        ({"orderNumberList": "1"}, "orderNumberList"),
        ([], "orderNumberList"),
    ],
)
def test_a_search_that_fails_is_no_empty_one(told: Any, words: str) -> None:
    with pytest.raises(Misunderstood, match=words):
        numbers_of(told)


@pytest.fixture
def shop() -> IchibaSimulator:
    return IchibaSimulator(SimulatedClock())


def late_in(shop: IchibaSimulator) -> list[str]:
    with Desk(shop).connect() as connection:
        return [found.number for found in connection.late_orders(shop.now(), shop.now() - timedelta(days=30))]


def test_orders_are_asked_for_a_hundred_at_a_time(shop: IchibaSimulator) -> None:
    late = [shop.late_order(2) for _ in range(MOST_AT_ONCE + 1)]

    assert late_in(shop) == late
    assert [request.path for request in shop.requests] == [SEARCH, ORDERS, ORDERS]


def test_only_so_many_pages_of_a_search_are_read(shop: IchibaSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    number = shop.late_order(2)
    endless = {"orderNumberList": [number], "PaginationResponseModel": {"totalPages": 99}}
    pages: list[Any] = []

    def ask(rms: Rms, wanted: Any) -> Any:
        pages.append(wanted)
        return endless

    monkeypatch.setattr(Rms, "search_orders", ask)

    assert late_in(shop) == [number]
    assert [page["PaginationRequestModel"]["requestPage"] for page in pages] == list(range(1, MOST_PAGES + 1))


@respx.mock
def test_a_search_is_exactly_this_request() -> None:
    keys = {"shop_id": 417283, "service_secret": "aaa", "license_key": "bbb"}
    route = respx.post(f"https://api.rms.rakuten.co.jp{SEARCH}").mock(httpx.Response(200, json={"orderNumberList": []}))
    rms = Rms(IchibaSettings.model_validate(keys), api_door(SimulatedClock(NOW)))

    rms.search_orders(search(NOW, 2))
    rms.close()

    request = route.calls.last.request
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert httpx.Response(200, content=request.content).json() == {
        "orderProgressList": list(UNSENT),
        "dateType": 1,
        "startDatetime": "2026-09-19T21:00:00+0900",
        "endDatetime": "2026-11-20T21:00:00+0900",
        "PaginationRequestModel": {"requestRecordsAmount": 1000, "requestPage": 2},
    }
