"""What a webhook tells of: the stable types, and the message that an event of a case becomes.

Without `text` a message holds numbers, instants, words of fixed lists and colleagues' names, and nothing that a
customer wrote or is called.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.core.codec import to_plain
from hub.core.escalation import Step
from hub.core.events import Event
from hub.core.webhook_words import CASE_TYPES, UNTOLD, words_of_event
from hub.core.webhooks import TEXT

Details = dict[str, Any]

TYPES: Mapping[str, str] = {
    **CASE_TYPES,
    "deadline.near": "An answer is due soon: a step of the escalation ladder before the due instant.",
    "deadline.late": "An answer is late: a step of the escalation ladder at the due instant or after it.",
}
"""Every type with what it means; a type is never renamed, and new ones may be added."""

TEST = "webhook.test"
"""The type of what `casehub webhook test` sends; no endpoint needs to ask for it."""

__all__ = ["TEST", "TYPES", "UNTOLD", "Happened", "content_of", "event_id", "type_of"]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a case, or a step of its ladder that is due, and where it stands: `seq` counts a case's events."""

    origin: str
    case_number: str
    channel: str
    seq: int
    what: Event | Step
    seen_at: datetime


def type_of(happened: Happened) -> str | None:
    """The type under which it is told; None for what nobody outside is told of."""
    if isinstance(happened.what, Step):
        return "deadline.late" if happened.what.at >= happened.what.due else "deadline.near"
    told = words_of_event(happened.what.what)
    return None if told is None else told.type


def event_id(happened: Happened) -> str:
    """The id of an event, the same for every endpoint and at every attempt: by it a receiver knows a repetition.

    It follows from what happened and not from a counter, which a backup that is put back would let run again.
    """
    what = happened.what
    if isinstance(what, Step):
        parts = [what.clock, what.head, what.name, what.at.isoformat()]
    else:
        parts = [str(happened.seq), type(what.what).__name__, what.at.isoformat(), what.seen_at.isoformat()]
    text = "\n".join([happened.case_number, *parts])
    return f"evt_{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def content_of(happened: Happened, include: Collection[str], address: str) -> bytes:
    """The body of a message: the same bytes whenever it is asked for; `address` is where people reach the hub."""
    what = happened.what
    details, texts = _step(what) if isinstance(what, Step) else _event(what)
    at = what.at
    number = happened.case_number
    data = {
        "event": event_id(happened),
        "case": number,
        "channel": happened.channel,
        "seen_at": _instant(happened.seen_at),
        "links": {"case": f"{address}/api/v1/cases/{number}", "page": f"{address}/cases/{number}"},
        **details,
        **(texts if TEXT in include else {}),
    }
    return _encoded(type_of(happened) or "", at, data)


def trial_content(event: str, now: datetime) -> bytes:
    """The body of a message that only tries an endpoint."""
    return _encoded(TEST, now, {"event": event, "note": "casehub tries this address; nothing has happened."})


def _encoded(kind: str, at: datetime, data: Details) -> bytes:
    envelope = {"type": kind, "timestamp": _instant(at), "data": data}
    # A half character, as some mails hold, has no UTF-8 form.
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _event(event: Event) -> tuple[Details, Details]:
    told = words_of_event(event.what)
    if told is None:
        raise ValueError(f"nobody outside is told of {type(event.what).__name__}")
    return _plain(told.details), _plain(told.texts)


def _step(step: Step) -> tuple[Details, Details]:
    details = {
        "clock": step.clock,
        "due": step.due,
        "step": step.name,
        "do": step.do,
        "audience": step.audience,
        "case_type": step.case_type,
        "assignee": step.assignee,
        "order": step.order_number or None,
        "consequence": step.consequence or None,
        "consequence_at": step.consequence_at,
        "at_risk": step.at_risk,
    }
    return _plain(details), _plain({"subject": step.subject, "customer": step.customer})


def _plain(values: Mapping[str, Any]) -> Details:
    return {name: _instant(value) if isinstance(value, datetime) else to_plain(value) for name, value in values.items()}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
