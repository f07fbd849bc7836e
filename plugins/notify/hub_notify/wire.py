"""What a webhook carries: JSON with stable keys, instants in UTC ending in Z, amounts as text.

The envelope is that of Standard Webhooks (https://www.standardwebhooks.com).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hub import Money, Notification, Step

TYPE = "steps.due"


def body(notification: Notification) -> bytes:
    """The JSON of a notification: the same bytes whenever it is asked for."""
    envelope = {"type": TYPE, "timestamp": _instant(notification.at), "data": _data(notification)}
    # A half character, as some mails hold, has no UTF-8 form.
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


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
