"""What the desk's commands print for machines: stable keys, instants in UTC with a Z, amounts as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from hub.core.acting import Wish
from hub.core.codec import to_plain
from hub.core.cost import cost_of
from hub.core.events import Event
from hub.core.evidence import checklist, wanted_for
from hub.core.exhibits import Exhibit
from hub.core.goodwill import Suggestion
from hub.core.model import Attachment, Case, Message, Money, Order, OrderLine, Party
from hub.core.outbox import Reply
from hub.core.platform_acts import Offer
from hub.core.portal import Decision, PortalTask
from hub.core.ports import CaseSummary
from hub.core.readings import Deadline
from hub.core.turns import Detection
from hub.dossier_json import checklist_json

Json = dict[str, Any]


def instant(at: datetime | None) -> str | None:
    """An instant as ISO 8601 in UTC, ending in Z."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def deadline_json(deadline: Deadline | None) -> Json | None:
    """A deadline, or null where nobody waits for an answer."""
    if deadline is None:
        return None
    return {
        "rule": deadline.rule,
        "started_at": instant(deadline.started_at),
        "due": instant(deadline.due),
        "problem": deadline.problem,
        "clock": deadline.clock,
        "remaining_seconds": deadline.remaining,
        "consequence": deadline.consequence or None,
        "consequence_at": instant(deadline.consequence_at),
        "at_risk": money_json(deadline.at_risk),
        "risk_unknown": deadline.risk_unknown,
    }


def summary_json(case: CaseSummary) -> Json:
    """One line of a list of cases."""
    return {
        "number": case.number,
        "channel": case.channel,
        "type": case.type.value,
        "type_raw": case.type_raw,
        "state": case.state.value,
        "subject": case.subject,
        "customer": {"name": case.customer_name, "email": case.customer_email},
        "order": case.order_number or None,
        "assignee": case.assignee,
        "opened_at": instant(case.opened_at),
        "changed_at": instant(case.changed_at),
        "messages": case.messages,
        "unreadable": case.unreadable,
        "deadline": deadline_json(case.deadline),
    }


def case_json(case: Case, deadline: Deadline | None) -> Json:
    """A whole case with its messages."""
    return {
        "number": case.number,
        "channel": case.channel,
        "ref": case.ref,
        "type": case.type.value,
        "type_raw": case.type_raw,
        "type_told": case.type_told.value,
        "detected": _detected(case.detected),
        "state": case.state.value,
        "state_raw": case.state_raw,
        "subject": case.subject,
        "customer": _party(case.customer),
        "order": _order(case.order),
        "assignee": case.assignee,
        "opened_at": instant(case.opened_at),
        "changed_at": instant(case.changed_at),
        "closed_at": instant(case.closed_at),
        "url": case.url,
        "linked": list(case.linked),
        "merged_into": case.merged_into or None,
        "deadline": deadline_json(deadline),
        "last_inbound": case.last_inbound.ref if case.last_inbound else None,
        "decisions": [decision_json(decision) for decision in case.decisions],
        "tasks": [task_json(case, task) for task in case.portal_tasks],
        "evidence": [exhibit_json(exhibit) for exhibit in case.evidence],
        "messages": [message_json(message) for message in case.messages],
    }


def message_json(message: Message) -> Json:
    """One message, its kept original as a digest."""
    return {
        "ref": message.ref,
        "author": message.author.value,
        "direction": message.direction.value,
        "sent_at": instant(message.sent_at),
        "subject": message.subject,
        "sender": _party(message.sender),
        "recipients": list(message.recipients),
        "text": message.text,
        "automatic": message.automatic,
        "labels": list(message.labels),
        "attachments": [_attachment(item) for item in message.attachments],
        "raw": message.raw,
        "problem": message.problem,
        "doubt": message.extra.get("doubt", ""),
    }


def reply_json(reply: Reply) -> Json:
    """One reply of the outbox."""
    return {
        "key": reply.key,
        "case": reply.case_number,
        "channel": reply.channel,
        "state": reply.state.value,
        "hold": reply.hold,
        "needs_a_person": reply.needs_a_person,
        "reason": reply.reason,
        "text": reply.text,
        "attachments": [_attachment(item) for item in reply.attachments],
        "by": reply.by,
        "after": reply.after,
        "written_at": instant(reply.written_at),
        "not_before": instant(reply.not_before),
        "send_at": instant(reply.send_at),
        "attempts": reply.attempts,
        "approval": reply.approval or None,
        "approved_by": reply.approved_by or None,
        "client_key": reply.client_key or None,
        "automatic": reply.automatic,
        "promise": instant(reply.promise),
        "act": None if reply.act is None else to_plain(reply.act),
        "until": instant(reply.until),
    }


def task_json(case: Case, task: PortalTask) -> Json:
    """What only a person can do on the platform of a case."""
    return {
        "case": case.number,
        "key": task.key,
        "kind": task.kind,
        "what": task.what,
        "step": task.step,
        "url": task.url,
        "text": task.text,
        "word": task.word,
        "given_at": instant(task.given_at),
        "by": task.who,
        "done_at": instant(task.done_at),
        "done_by": task.done_by,
        "comment": task.comment,
        "dropped": task.dropped,
    }


def offer_json(case: Case, offer: Offer) -> Json:
    """What the platform of a case takes as it stands."""
    cost = cost_of(case, Wish(offer))
    return {
        "kind": offer.kind.value,
        "word": offer.word,
        "title": offer.title,
        "effect": offer.effect,
        "item": offer.item,
        "needs": sorted(offer.needs),
        "most": offer.most,
        "moves_money": offer.moves_money,
        "irreversible": offer.irreversible,
        "cost": None if cost is None else {"amount": money_json(cost.amount), "at_most": cost.at_most},
        "evidence": checklist_json(checklist(case, offer)) if wanted_for(offer) else None,
    }


def goodwill_json(found: Suggestion) -> Json:
    """A refund that is suggested, and never done by casehub itself."""
    return {
        "word": found.offer.word,
        "item": found.offer.item,
        "cost": {"amount": money_json(found.cost.amount), "at_most": found.cost.at_most},
        "limit": money_json(found.limit),
        "text": str(found),
    }


def exhibit_json(exhibit: Exhibit) -> Json:
    """What a person gave as evidence, or said not to apply."""
    return {
        "kind": exhibit.kind.value,
        "at": instant(exhibit.at),
        "by": exhibit.who,
        "files": [_attachment(file) for file in exhibit.files],
        "text": exhibit.text,
        "parcels": [asdict(parcel) for parcel in exhibit.parcels],
        "not_applicable": exhibit.waived,
    }


def decision_json(decision: Decision) -> Json:
    """What was decided on the platform, or is said to have been."""
    return {
        "word": decision.word,
        "what": decision.what,
        "item": decision.item,
        "at": instant(decision.at),
        "by": decision.who,
        "stated": decision.stated,
    }


def events_json(events: Sequence[Event]) -> list[Json]:
    """The history of a case: each event with the platform's instant and the one at which we learnt of it.

    Messages are named by their refs; `case_json` has them.
    """
    return [
        {
            "event": type(event.what).__name__,
            "at": instant(event.at),
            "seen_at": instant(event.seen_at),
            "data": {field.name: _told(getattr(event.what, field.name)) for field in fields(event.what)},
        }
        for event in events
    ]


def _told(value: object) -> Any:
    if isinstance(value, Message):
        return value.ref
    if isinstance(value, tuple):
        return [_told(item) for item in value]
    return to_plain(value)


def money_json(money: Money | None) -> Json | None:
    """An amount as text, so that no reader rounds it."""
    return None if money is None else {"amount": str(money.amount), "currency": money.currency}


def _party(party: Party) -> Json:
    return {"name": party.name, "email": party.email, "customer_number": party.customer_number}


def _order(order: Order | None) -> Json | None:
    if order is None:
        return None
    return {
        "number": order.number,
        "confirmed": order.confirmed,
        "placed_at": instant(order.placed_at),
        "candidates": list(order.candidates),
        "value": money_json(order.value),
        "lines": [_line(line) for line in order.lines],
        "shipments": [asdict(shipment) for shipment in order.shipments],
    }


def _detected(found: Detection | None) -> Json | None:
    """Why the hub took the case for what it did."""
    if found is None:
        return None
    return {"rule": found.rule, "language": found.language, "words": found.words, "message": found.message}


def _line(line: OrderLine) -> Json:
    return {"title": line.title, "sku": line.sku, "quantity": line.quantity, "price": money_json(line.price)}


def _attachment(item: Attachment) -> Json:
    return {"name": item.name, "media_type": item.media_type, "size": item.size, "digest": item.digest}
