"""What a webhook carries: JSON with stable keys, instants in UTC ending in Z, amounts as text; and its signature.

The envelope and the signature are those of Standard Webhooks (https://www.standardwebhooks.com).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hub import Money, Notification, Step

TYPE = "steps.due"
_SECRET_PREFIX = "whsec_"  # noqa: S105  what every secret begins with is none
_FEWEST_BYTES, _MOST_BYTES = 24, 64


def body(notification: Notification) -> bytes:
    """The JSON of a notification: the same bytes whenever it is asked for."""
    envelope = {"type": TYPE, "timestamp": _instant(notification.at), "data": _data(notification)}
    # A half character, as some mails hold, has no UTF-8 form.
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def headers(notification_id: str, at: datetime, content: bytes, key: bytes) -> Mapping[str, str]:
    """The headers of one attempt, made at this instant; receivers refuse old ones, so that nobody replays them."""
    timestamp = str(int(at.timestamp()))
    signed = f"{notification_id}.{timestamp}.".encode() + content
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {
        "content-type": "application/json",
        "user-agent": "casehub",
        "webhook-id": notification_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def signing_key(secret: str) -> bytes:
    """The bytes of a secret as Standard Webhooks writes it; ValueError tells how that is, and not the secret."""
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_SECRET_PREFIX) or not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise ValueError(
            f"should be {_SECRET_PREFIX} and {_FEWEST_BYTES} to {_MOST_BYTES} random bytes in base64: "
            'make one by `echo "whsec_$(openssl rand -base64 32)"`'
        )
    return key


def _data(notification: Notification) -> dict[str, Any]:
    return {
        "notification": notification.id,
        "audience": notification.audience.value,
        "title": notification.title,
        "text": notification.text,
        "total": notification.total,
        "steps": [_step(step) for step in notification.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "case": step.case_number,
        "channel": step.channel,
        "clock": step.clock,
        "head": step.head,
        "name": step.name,
        "do": step.do.value,
        "audience": step.audience.value,
        "at": _instant(step.at),
        "due": _instant(step.due),
        "subject": step.subject,
        "type": step.case_type,
        "customer": step.customer,
        "order": step.order_number or None,
        "assignee": step.assignee,
        "what": step.what,
        "consequence": step.consequence,
        "consequence_at": _instant(step.consequence_at) if step.consequence_at else None,
        "at_risk": _money(step.at_risk),
        "risk_unknown": step.risk_unknown,
        "url": step.url,
    }


def _money(money: Money | None) -> dict[str, str] | None:
    return None if money is None else {"amount": str(money.amount), "currency": money.currency}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
