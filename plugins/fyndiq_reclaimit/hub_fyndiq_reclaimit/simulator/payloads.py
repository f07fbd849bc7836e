"""What the pretended platform knows, as the payloads of the errand contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.simulator.errands import PretendedErrand

Written = Callable[[datetime | None], str | None]
"""How an instant is written."""


def with_zone(at: datetime | None) -> str | None:
    """An instant as the contract has it."""
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def without_zone(at: datetime | None) -> str | None:
    """An instant as the merchant APIs write it: UTC, and not a word of it."""
    return None if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


def errand_payload(errand: PretendedErrand, written: Written = with_zone) -> dict[str, Any]:
    """An errand."""
    return {
        "id": errand.id,
        "marketplace": errand.marketplace,
        "market": errand.market,
        "issue_type": errand.issue_type,
        "reason": errand.reason,
        "description": errand.description,
        "state": errand.state,
        "status": errand.status,
        "phase": "NEW" if errand.first_reply_at is None else "ONGOING",
        "order_ids": errand.order_ids,
        "legacy_order_ids": errand.legacy_order_ids,
        "article": dict(errand.article),
        "order_value": errand.order_value,
        "customer": dict(errand.customer),
        "created_at": written(errand.created_at),
        "updated_at": written(errand.updated_at),
        "last_customer_message_at": written(errand.last_customer_message_at),
        "first_reply_at": written(errand.first_reply_at),
        "opened_at": written(errand.opened_at),
        "state_since": written(errand.state_since),
        "escalated_at": written(errand.escalated_at),
        "parked_until": written(errand.changes_at) if errand.state == "PARKED" else None,
        "respond_by": written(errand.respond_by),
        "outcome": errand.outcome,
        "outcome_at": written(errand.outcome_at),
        "rating": errand.rating,
        "rated_at": written(errand.rated_at),
        "tracking_information": list(errand.tracking),
        "url": f"https://live.reclaimit.com/customer/sv-SE/{errand.marketplace}/",
    }


def message_payload(message: Mapping[str, Any], written: Written = with_zone) -> dict[str, Any]:
    """A message of a thread."""
    return {**message, "created_at": written(message["created_at"])}


def problem_with_status(errand: PretendedErrand, body: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with a decision, by field; empty if nothing is."""
    status = body.get("status")
    decision = words.DECISIONS.get(str(status))
    if decision is None:
        return {"status": [f"{status} is not a status"]}
    if errand.issue_type not in decision.types or errand.marketplace not in decision.marketplaces:
        return {"status": [f"{status} is not possible for a {errand.issue_type} at {errand.marketplace}"]}
    percent = body.get("deduction_percent")
    if status == "APPROVED_DEDUCTION" and not (isinstance(percent, int) and 1 <= percent <= 99):
        return {"deduction_percent": ["must be between 1 and 99"]}
    proof = "tracking_information" if errand.issue_type == words.MISSING else "evidence_attachment_ids"
    if status == "REJECTED" and not body.get(proof):
        return {proof: ["is required to reject"]}
    return {}
