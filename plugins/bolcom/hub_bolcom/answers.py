"""What the pretended bol.com answers, in the shapes of its Retailer API v10, and in those of its older self."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub_bolcom.account import PretendedItem, PretendedOrder, PretendedProcess, PretendedReturn
from hub_bolcom.processes import HANDLE_RETURN_ITEM

PROBLEMS = "https://api.bol.com/problems"

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_SCORES: dict[str, tuple[int, int, str, float]] = {
    "RESPONSE_TIME": (57, 62, ">=", 0.9),
    "CASE_ITEM_RATIO": (9, 410, "<=", 0.05),
    "CANCELLATIONS": (3, 410, "<=", 0.02),
    "FULFILMENT": (398, 410, ">=", 0.93),
    "TRACK_AND_TRACE": (409, 410, ">=", 1.0),
    "RETURNS": (31, 410, "<=", 0.05),
}
_WITHOUT_SCORE = {"PHONE_AVAILABILITY": (">=", 0.9), "REVIEWS": (">=", 8.0)}


def written(at: datetime, *, quirks: bool = False) -> str:
    """An instant as bol.com writes it: with the offset of Amsterdam, or in milliseconds since 1970."""
    if quirks:
        return str(int(at.timestamp() * 1000))
    return at.astimezone(_AMSTERDAM).isoformat(timespec="seconds")


def returns(found: Sequence[PretendedReturn], *, quirks: bool = False) -> dict[str, Any]:
    """A page of returns; an empty one has not even the list."""
    return {"returns": [_return(one, quirks=quirks, whole=False) for one in found]} if found else {}


def whole_return(found: PretendedReturn, *, quirks: bool = False) -> dict[str, Any]:
    """A return with titles and customers."""
    return _return(found, quirks=quirks, whole=True)


def _return(found: PretendedReturn, *, quirks: bool, whole: bool) -> dict[str, Any]:
    return {
        "returnId": found.id,
        "registrationDateTime": written(found.registered_at, quirks=quirks),
        "fulfilmentMethod": found.fulfilment,
        "returnItems": [_item(item, quirks=quirks, whole=whole) for item in found.items],
    }


def _item(item: PretendedItem, *, quirks: bool, whole: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "rmaId": int(item.rma) if quirks else item.rma,
        "orderId": item.order,
        "ean": item.ean,
        "expectedQuantity": item.expected,
        "returnReason": {"mainReason": item.main_reason, "customerComments": item.comments},
        "handled": item.handled,
        "processingResults": [
            {
                "quantity": result.quantity,
                "processingResult": result.outcome,
                "handlingResult": result.word,
                "processingDateTime": written(result.at, quirks=quirks),
            }
            for result in item.results
        ],
    }
    if item.detailed_reason:
        told["returnReason"]["detailedReason"] = item.detailed_reason
    if quirks and not item.results:
        del told["processingResults"]
    if quirks and not item.comments:
        del told["returnReason"]["customerComments"]
    if item.said_by_others:
        told["returnReason"] = [{"role": "MEDIATOR", "text": text} for text in item.said_by_others]
    if whole:
        told |= {
            "title": item.title,
            "trackAndTrace": f"3S{item.rma}",
            "transporterName": "PostNL",
            "customerDetails": _person(item.customer, item.order, quirks=quirks),
        }
    return told


def _person(name: str, order: str, *, quirks: bool) -> dict[str, Any]:
    first, _, last = name.partition(" ")
    return {
        "salutationCode" if quirks else "salutation": "02" if quirks else "UNKNOWN",
        "firstName": first,
        "surname": last or first,
        "streetName": "Kade",
        "houseNumber": "7",
        "zipCode": "3511AA",
        "city": "UTRECHT",
        "countryCode": "NL",
        "email": f"{order.lower():x<28}@verkopen.bol.com",
    }


def order(found: PretendedOrder, *, quirks: bool = False) -> dict[str, Any]:
    """An order."""
    person = _person(found.customer, found.number, quirks=quirks)
    placed = written(found.placed_at, quirks=quirks)
    return {
        "orderId": found.number,
        "pickUpPoint" if quirks else "pickupPoint": False,
        "orderPlacedDateTime": placed,
        "shipmentDetails": person | {"language": "nl"},
        "orderItems": [
            {
                "orderItemId": f"{number}{found.number[1:]}",
                "cancellationRequest": False,
                "fulfilment": _fulfilment(found, method),
                "offer": {"offerId": f"offer-{ean}", "reference": ean},
                "product": {"ean": ean, "title": title},
                "quantity": quantity,
                "quantityShipped": 0 if found.deliver_by else quantity,
                "quantityCancelled": 0,
                "unitPrice": float(price),
                "totalPrice": float(price * quantity - off),
                "discounts": [{"title": "actie", "amount": float(off)}] if off else [],
                "commission": 2.5,
                "latestChangedDateTime": placed,
            }
            for number, (title, ean, quantity, price, method, off) in enumerate(found.lines, start=1)
        ],
    }


def open_orders(found: Sequence[PretendedOrder]) -> dict[str, Any]:
    """A page of orders, without titles, dates or customers; an empty one has not even the list."""
    return {"orders": [_reduced(one) for one in found]} if found else {}


def _reduced(found: PretendedOrder) -> dict[str, Any]:
    told = order(found)
    items = [_reduced_item(item) for item in told["orderItems"]]
    return {"orderId": found.number, "orderPlacedDateTime": told["orderPlacedDateTime"], "orderItems": items}


def _reduced_item(item: Mapping[str, Any]) -> dict[str, Any]:
    same = ("orderItemId", "quantity", "quantityShipped", "quantityCancelled", "cancellationRequest")
    more = {"ean": item["product"]["ean"], "fulfilmentMethod": item["fulfilment"]["method"]}
    changed = {"fulfilmentStatus": "OPEN", "latestChangedDateTime": item["latestChangedDateTime"]}
    return {name: item[name] for name in same} | more | changed


def _fulfilment(found: PretendedOrder, method: str) -> dict[str, Any]:
    told = {"method": method, "distributionParty": "RETAILER", "timeFrameType": "REGULAR"}
    return told | ({"latestDeliveryDate": found.deliver_by.isoformat()} if found.deliver_by else {})


def shipments(found: PretendedOrder, *, quirks: bool = False) -> dict[str, Any]:
    """The list of an order's shipments: it was sent in one parcel."""
    told = shipment(found, quirks=quirks)
    items = [
        {"orderItemId": item["orderItemId"], "ean": item["product"]["ean"], "quantity": item["quantity"]}
        for item in order(found)["orderItems"]
    ]
    transport = {"transportId": told["transport"]["transportId"]}
    return {"shipments": [told | {"shipmentItems": items, "transport": transport, "order": {"orderId": found.number}}]}


def shipment(found: PretendedOrder, *, quirks: bool = False) -> dict[str, Any]:
    """The one shipment of an order, which the customer has."""
    placed = written(found.placed_at, quirks=quirks)
    events = [
        {"eventCode": code, "eventDateTime": written(found.placed_at + timedelta(days=days), quirks=quirks)}
        for code, days in (("AT_TRANSPORTER", 1), ("DELIVERED_AT_CUSTOMER", 2), ("IN_TRANSIT", 1.5))
    ]
    return {
        "shipmentId": f"S{found.number}",
        "shipmentDateTime": placed,
        "shipmentReference": "",
        "order": {"orderId": found.number, "orderPlacedDateTime": placed},
        "shipmentItems": [],
        "transport": {
            "transportId": f"T{found.number}",
            "transporterCode": "TNT",
            "trackAndTrace": f"3SBOL{found.number[1:]}",
            "transportEvents": events,
        },
    }


def process(found: PretendedProcess, host: str) -> dict[str, Any]:
    """The status of a process; its link points to http://, as bol.com's own do."""
    told: dict[str, Any] = {
        "processStatusId": found.id,
        "entityId": found.rma,
        "eventType": HANDLE_RETURN_ITEM,
        "description": f"Handle the return item with return number {found.rma}.",
        "status": found.stage.value,
        "createTimestamp": written(found.created_at),
        "links": [{"rel": "self", "href": f"http://{host}/shared/process-status/{found.id}", "method": "GET"}],
    }
    return told | ({"errorMessage": found.error} if found.error and found.stage is found.ends else {})


def subscribing(name: str, kind: str, at: datetime, host: str) -> dict[str, Any]:
    """The status of the process that changes a subscription."""
    return {
        "processStatusId": f"9{name}",
        "entityId": name,
        "eventType": kind,
        "description": f"{kind.replace('_', ' ').capitalize()} {name}.",
        "status": "PENDING",
        "createTimestamp": written(at),
        "links": [{"rel": "self", "href": f"http://{host}/shared/process-status/9{name}", "method": "GET"}],
    }


def indicator(name: str, year: str, week: str) -> dict[str, Any]:
    """A score of one week; of two kinds bol.com has none here, and leaves it out."""
    details: dict[str, Any] = {"period": {"week": f"{int(week):02}", "year": year}}
    if name in _SCORES:
        numerator, denominator, condition, norm = _SCORES[name]
        value = round(numerator / denominator, 4)
        details["score"] = {
            "conforms": value >= norm if condition == ">=" else value <= norm,
            "numerator": numerator,
            "denominator": denominator,
            "value": value,
            "distanceToNorm": round(abs(value - norm), 4),
        }
    else:
        condition, norm = _WITHOUT_SCORE[name]
    details["norm"] = {"condition": condition, "value": norm}
    kind = "AVERAGE" if name == "REVIEWS" else "PERCENTAGE"
    return {"performanceIndicators": [{"name": name, "type": kind, "details": details}]}


def problem(
    status: int, title: str, detail: str, instance: str, violations: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """A refusal; without violations it has no list of them either."""
    told: dict[str, Any] = {
        "type": PROBLEMS,
        "title": title,
        "status": status,
        "detail": detail,
        "host": "Instance-1",
        "instance": f"https://api.bol.com{instance}",
    }
    listed = [{"name": name, "reason": reason} for name, reason in violations]
    return told | ({"violations": listed} if listed else {})


def is_indicator(name: str) -> bool:
    """Whether bol.com has a score of this name."""
    return name in _SCORES or name in _WITHOUT_SCORE
