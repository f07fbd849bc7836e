"""bol.com's Retailer API as casehub speaks it: addresses, media types, budgets, and its words for a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.http import Api, Budget, BudgetNews, ClientCredentials, Headers, Response
from hub_bolcom.settings import BolSettings

PAGE_SIZE = 50

_V10 = "application/vnd.retailer.v10+json"
_MEDIA_TYPES: Mapping[str, str] = {
    # One by one, for bol.com counts its versions by resource: offers are at 11 already. Should casehub ever create a
    # return, POST /retailer/returns is listed with plain application/json.
    "returns": _V10,
    "orders": _V10,
    "shipments": _V10,
    "insights": _V10,
    "process-status": _V10,
    "subscriptions": _V10,
}

_HOUR, _MINUTE, _SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
_RETAILER, _SHARED = "/retailer(?:-demo)?", "/shared(?:-demo)?"
_BUDGETS = (
    # As published at https://api.bol.com/retailer/public/ratelimits; the answers' headers correct them.
    Budget("returns", 20, _MINUTE, f"GET {_RETAILER}/returns"),
    Budget("return", 20, _MINUTE, f"GET {_RETAILER}/returns/[^/]+"),
    Budget("handling", 20, _MINUTE, f"PUT {_RETAILER}/returns/[^/]+"),
    Budget("orders", 25, _MINUTE, f"GET {_RETAILER}/orders"),
    Budget("order", 25, _SECOND, f"GET {_RETAILER}/orders/[^/]+"),
    Budget("shipments", 25, _MINUTE, f"GET {_RETAILER}/shipments"),
    Budget("shipment", 50, _MINUTE, f"GET {_RETAILER}/shipments/[^/]+"),
    Budget("indicator", 20, _MINUTE, f"GET {_RETAILER}/insights/performance/indicator"),
    Budget("processes", 2, _SECOND, f"GET {_SHARED}/process-status"),
    Budget("process", 100, _SECOND, f"GET {_SHARED}/process-status/[^/]+"),
    Budget("signature keys", 10, _HOUR, f"GET {_RETAILER}/subscriptions/signature-keys"),
    Budget("subscriptions", 10, _SECOND, f"GET {_RETAILER}/subscriptions"),
)

_EPOCH_FROM = 1_000_000
"""X-RateLimit-Reset was seen both as seconds to go and as an instant in seconds since 1970."""


def api_of(settings: BolSettings) -> Api:
    """The API of one account."""
    return Api(
        base_url=settings.base_url,
        auth=ClientCredentials(settings.token_url, settings.client_id, settings.client_secret),
        account=settings.client_id,
        budgets=_BUDGETS,
        words_of=words_of,
        budget_news=budget_news,
    )


def headers(resource: str, *, with_body: bool = False) -> dict[str, str]:
    """The media type of a resource, which also names its version."""
    media_type = _MEDIA_TYPES[resource]
    return {"accept": media_type} | ({"content-type": media_type} if with_body else {})


def words_of(answer: Response) -> str:
    """What bol.com says of a refusal: its detail, and each field with what is wrong with it."""
    try:
        body: Any = json.loads(answer.body)
    except ValueError:
        return ""  # HTML or plain text, as with a server error
    if not isinstance(body, dict):
        return ""
    listed = body.get("violations")
    violations = [_violation(one) for one in (listed if isinstance(listed, list) else [])]
    told = _word(body, "detail") or _word(body, "error_description") or _word(body, "title") or _word(body, "error")
    return "; ".join(dict.fromkeys(filter(None, (told, *violations))))


def budget_news(answer: Response, now: datetime) -> BudgetNews | None:
    """What the X-RateLimit headers say; nothing where one of them is missing or is no number."""
    left, reset = (_number(answer.headers, f"x-ratelimit-{name}") for name in ("remaining", "reset"))
    if left is None or reset is None:
        return None
    if reset < _EPOCH_FROM:
        return BudgetNews(left, now + timedelta(seconds=reset))
    try:
        return BudgetNews(left, datetime.fromtimestamp(reset, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _violation(one: object) -> str:
    if not isinstance(one, dict):
        return ""
    return ": ".join(filter(None, (_word(one, "name"), _word(one, "reason"))))


def _word(body: Mapping[str, Any], key: str) -> str:
    found = body.get(key)
    return found.strip() if isinstance(found, str) else ""


def _number(given: Headers, name: str) -> int | None:
    found = given.get(name, "").strip()
    return int(found) if found.isascii() and found.isdecimal() and len(found) < 16 else None
