"""Orders at RMS that were not sent though the day that the customer wished for has passed.

The search, the states of an order and its `deliveryDate` were seen in other people's programs (inferred), which name
this page of RMS:
https://webservice.rms.rakuten.co.jp/merchant-portal/view/ja/common/1-1_service_index/rakutenpayorderapi/searchorder
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hub import LateOrder, Misunderstood, Party, Promised
from hub_rakuten.ichiba.orders import lines_of, models
from hub_rakuten.ichiba.times import JST

UNSENT = (100, 200, 300, 400)
"""What RMS calls the states of an order before it was sent (500)."""
LONGEST_SEARCH = timedelta(days=62)
"""How far back orders are searched by the day on which they were placed; other programs search no longer at once."""
MOST_FOUND, MOST_PAGES, MOST_AT_ONCE = 1000, 3, 100

_BY_ORDER_DATE = 1


def search(now: datetime, page: int) -> Mapping[str, Any]:
    """What is asked for the numbers of the orders that wait to be sent."""
    return {
        "orderProgressList": list(UNSENT),
        "dateType": _BY_ORDER_DATE,
        "startDatetime": _written(now - LONGEST_SEARCH),
        "endDatetime": _written(now),
        "PaginationRequestModel": {"requestRecordsAmount": MOST_FOUND, "requestPage": page},
    }


def numbers_of(told: Any) -> tuple[Sequence[str], int]:
    """The numbers on a page of what was found, and how many pages there are."""
    found = told.get("orderNumberList") if isinstance(told, Mapping) else None
    if found is None and isinstance(told, Mapping):
        _refuse_errors(told)
        return (), 0
    if not isinstance(found, list) or not all(isinstance(number, str) for number in found):
        raise Misunderstood("orderNumberList of a search is no list of numbers")
    pages = told.get("PaginationResponseModel")
    total = pages.get("totalPages") if isinstance(pages, Mapping) else None
    return found, total if isinstance(total, int) else 0


def orders_of(told: Any) -> Iterator[LateOrder]:
    """The orders with a day that their customer wished for, without anything of the customer."""
    if not isinstance(told, Mapping):
        raise Misunderstood("RMS answers something else than orders")
    for order in models(told, "OrderModelList"):
        wished = order.get("deliveryDate")
        if wished and order.get("orderProgress") in UNSENT:
            yield LateOrder(
                str(order.get("orderNumber") or ""),
                _end_of(wished),
                Promised.ARRIVAL,
                told_as="deliveryDate",
                customer=Party(language="ja"),
                lines=tuple(lines_of(order)),
            )


def _refuse_errors(told: Mapping[str, Any]) -> None:
    errors = [one for one in models(told, "MessageModelList") if one.get("messageType") == "ERROR"]
    if errors:
        codes = ", ".join(sorted({str(error.get("messageCode"))[:60] for error in errors}))
        raise Misunderstood(f"RMS does not search orders, with the code {codes}")


def _end_of(wished: object) -> datetime:
    try:
        return LateOrder.end_of(date.fromisoformat(str(wished)), JST)
    except ValueError as error:
        raise Misunderstood("deliveryDate of an order is no day") from error


def _written(instant: datetime) -> str:
    return instant.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+0900")
