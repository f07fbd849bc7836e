"""bol.com's Retailer API: one method for each request that casehub makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from hub import LateOrder, Misunderstood, Order, PushSubscription, Shipment, Uncertain
from hub.http import ApiClient, Response
from hub_bolcom.api import PAGE_SIZE, headers
from hub_bolcom.late import read_late_order, read_listed
from hub_bolcom.orders import read_order
from hub_bolcom.processes import HANDLE_RETURN_ITEM, Process, read_process, read_processes
from hub_bolcom.returns import Return, read_return, read_returns
from hub_bolcom.settings import BolSettings, Fulfilment
from hub_bolcom.shipments import read_shipment, shipment_ids
from hub_bolcom.subscriptions import read_subscriptions

FOUND, NOT_FOUND = 200, 404
_FOUND_OR_NOT = frozenset({FOUND, NOT_FOUND})
_TAKEN = frozenset({200, 202})
_MOST_PAGES = 1000
_MOST_SHIPMENTS = 5
MOST_ORDER_PAGES = 10
"""So many pages of open orders are read: each order on them is asked for by itself."""


class Retailer:
    """One seller account."""

    def __init__(self, client: ApiClient, settings: BolSettings) -> None:
        self._client, self._settings = client, settings

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def pages(self, fulfilment: Fulfilment, *, handled: bool) -> Iterator[tuple[Return, ...]]:
        """The pages of a listing.

        bol.com tells neither how many there are nor whether there is a next one: a page that is not full is the last.
        """
        seen: set[str] = set()
        for number in range(1, _MOST_PAGES + 1):
            page = self.page_of_returns(fulfilment, handled=handled, number=number)
            if page:
                yield page
            ids = {found.id for found in page}
            if len(page) < PAGE_SIZE or ids <= seen:
                return
            seen |= ids

    def page_of_returns(self, fulfilment: Fulfilment, *, handled: bool, number: int = 1) -> tuple[Return, ...]:
        """One page; everything is named, for the defaults changed from version to version."""
        params: dict[str, str | int] = {
            "page": number,
            "handled": str(handled).lower(),
            "fulfilment-method": fulfilment,
        }
        answer = self._client.read(self._settings.path("retailer", "returns"), params, headers=headers("returns"))
        return read_returns(answer.json())

    def return_with(self, return_id: str) -> Return | None:
        """A return with all that is known of it, None if this account has none with this id."""
        answer = self._read(f"returns/{_part(return_id)}", "returns")
        return read_return(answer.json()) if answer.status == FOUND else None

    def order_with(self, number: str) -> Order | None:
        """The order with this number, None if this account has none."""
        # What a mail has for a number may be none to bol.com (400), and must not keep others from being looked up.
        answer = self._read(f"orders/{_part(number)}", "orders", _FOUND_OR_NOT | {400})
        return read_order(answer.json()) if answer.status == FOUND else None

    def shipments_of(self, number: str) -> tuple[Shipment, ...]:
        """The parcels of an order, the first few; bol.com knows those of the last three months."""
        params: dict[str, str | int] = {"page": 1, "order-id": number}
        path = self._settings.path("retailer", "shipments")
        listed = self._client.read(path, params, headers=headers("shipments"), expected=_FOUND_OR_NOT)
        ids = shipment_ids(listed.json()) if listed.status == FOUND else ()
        told = (self._read(f"shipments/{_part(one)}", "shipments") for one in ids[:_MOST_SHIPMENTS])
        return tuple(read_shipment(answer.json()) for answer in told if answer.status == FOUND)

    def ask_for_orders(self) -> None:
        """Ask for the first page of open orders, only to see whether that may be done."""
        self._page_of_open_orders("ALL", 1)

    def unsent_orders(self) -> Iterator[str]:
        """The numbers of the open orders that the seller has to send himself, of the first pages."""
        for number in range(1, MOST_ORDER_PAGES + 1):
            page = read_listed(self._page_of_open_orders("FBR", number).json())
            yield from (order.number for order in page if order.is_unsent)
            if len(page) < PAGE_SIZE:
                return

    def late_order_with(self, number: str, now: datetime) -> LateOrder | None:
        """What of an order is late now; None where nothing is, or where bol.com does not know the order any more."""
        answer = self._read(f"orders/{_part(number)}", "orders")
        return read_late_order(answer.json(), now) if answer.status == FOUND else None

    def _page_of_open_orders(self, fulfilment: Fulfilment | Literal["ALL"], number: int) -> Response:
        params: dict[str, str | int] = {"page": number, "fulfilment-method": fulfilment, "status": "OPEN"}
        return self._client.read(self._settings.path("retailer", "orders"), params, headers=headers("orders"))

    def indicator(self, name: str, year: int, week: int) -> Response:
        """bol.com's score of a week; 400 and 404 where it has none."""
        params: dict[str, str | int] = {"name": name, "year": year, "week": week}
        return self._client.read(
            self._settings.path("retailer", "insights/performance/indicator"),
            params,
            headers=headers("insights"),
            expected=frozenset({200, 400, 404}),
        )

    def handle(self, rma: str, word: str, quantity: int) -> Process:
        """Decide what becomes of an item of a return."""
        answer = self._client.write(
            "PUT",
            self._settings.path("retailer", f"returns/{_part(rma)}"),
            json={"handlingResult": word, "quantityReturned": quantity},
            headers=headers("returns", with_body=True),
            expected=_TAKEN,
        )
        try:
            return read_process(answer.json())
        except Misunderstood as error:
            raise Uncertain(f"bol.com took the decision, but what it answers cannot be read: {error}") from error

    def process(self, process_id: str) -> Process | None:
        """How far a process has come, None if bol.com does not know it any more: it forgets them after a day or two.

        The address is made from the id: the links that bol.com sends along point to http://.
        """
        path = self._settings.path("shared", f"process-status/{_part(process_id)}")
        answer = self._client.read(path, headers=headers("process-status"), expected=_FOUND_OR_NOT)
        return read_process(answer.json()) if answer.status == FOUND else None

    def processes_of(self, rma: str) -> tuple[Process, ...]:
        """The decisions on an item that bol.com remembers, in no order."""
        params: dict[str, str | int] = {"entity-id": rma, "event-type": HANDLE_RETURN_ITEM, "page": 1}
        path = self._settings.path("shared", "process-status")
        answer = self._client.read(path, params, headers=headers("process-status"), expected=_FOUND_OR_NOT)
        return read_processes(answer.json()) if answer.status == FOUND else ()

    def signature_keys(self) -> object:
        """The keys by which bol.com signs what it pushes; it lets an account ask ten times an hour."""
        path = self._settings.path("retailer", "subscriptions/signature-keys")
        return self._client.read(path, headers=headers("subscriptions")).json()

    def subscriptions(self) -> tuple[PushSubscription, ...]:
        """To which addresses bol.com pushes."""
        path = self._settings.path("retailer", "subscriptions")
        return read_subscriptions(self._client.read(path, headers=headers("subscriptions")).json())

    def subscribe(self, url: str, resources: Sequence[str], known: str = "") -> None:
        """Let bol.com push to an address by a new subscription, or by a known one that is switched on again."""
        self._client.write(
            "PUT" if known else "POST",
            self._settings.path("retailer", f"subscriptions/{_part(known)}" if known else "subscriptions"),
            json={"resources": list(resources), "url": url, "subscriptionType": "WEBHOOK", "enabled": True},
            headers=headers("subscriptions", with_body=True),
            expected=_TAKEN,
        )

    def unsubscribe(self, name: str) -> None:
        """End a subscription."""
        path = self._settings.path("retailer", f"subscriptions/{_part(name)}")
        self._client.write("DELETE", path, headers=headers("subscriptions"), expected=_TAKEN)

    def _read(self, rest: str, resource: str, expected: frozenset[int] = _FOUND_OR_NOT) -> Response:
        path = self._settings.path("retailer", rest)
        return self._client.read(path, headers=headers(resource), expected=expected)


def _part(value: str) -> str:
    return quote(value, safe="")
