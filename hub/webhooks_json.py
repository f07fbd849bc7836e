"""Endpoints and messages of webhooks as programs read them: stable keys, and no secret among them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from hub.as_json import instant
from hub.core.webhooks import Delivery, DeliveryState, Outcome, Standing

Json = dict[str, Any]


def endpoint_json(standing: Standing, counts: dict[DeliveryState, int]) -> Json:
    """An endpoint, how it is doing, and how many messages are where."""
    endpoint, health = standing.endpoint, standing.health
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "types": sorted(endpoint.types),
        "channels": sorted(endpoint.channels),
        "include": sorted(endpoint.include),
        "created_at": instant(endpoint.created_at),
        "by": endpoint.by,
        "active": not standing.off,
        "off_because": standing.off or None,
        "secret_generation": endpoint.generation,
        "old_secret_until": instant(endpoint.both_until),
        "failures": health.failures,
        "failing_since": instant(health.failing_since),
        "taken_at": instant(health.taken_at),
        "trouble": health.trouble or None,
        "next_try": instant(health.not_before),
        "messages": {state.value: counts.get(state, 0) for state in DeliveryState},
    }


def delivery_json(delivery: Delivery) -> Json:
    """One message and what became of it."""
    return {
        "number": delivery.id,
        "endpoint": delivery.endpoint,
        "event": delivery.event,
        "type": delivery.type,
        "case": delivery.case_number,
        "state": delivery.state.value,
        "since": instant(delivery.since),
        "attempts": delivery.attempts,
        "status": delivery.status or None,
        "trouble": delivery.trouble or None,
        "tried_at": instant(delivery.tried_at),
        "next_try": instant(delivery.not_before),
    }


def outcome_json(outcome: Outcome) -> Json:
    """What came of one attempt."""
    return {"ok": outcome.taken, "status": outcome.status or None, "trouble": None if outcome.taken else str(outcome)}


def host_of(url: str) -> str:
    """The part of an address that may be shown anywhere: its path may hold a key."""
    return urlsplit(url).netloc
