"""A dossier for programs: the case.json of a bundle, whose keys stay what they are (casehub-evidence/1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hub.core.evidence import Checklist, Item, Standing
from hub.core.model import Case, Message, Money, Order, from_epoch
from hub.core.readings import Reading
from hub.dossier import Dossier, Filed

Json = dict[str, Any]

SCHEMA = "casehub-evidence/1"
"""The name of what case.json holds; another shape gets another number."""


def dossier_json(dossier: Dossier, files: Sequence[Filed]) -> Json:
    """Everything of a dossier; files are named by their paths within the bundle."""
    paths = {one.file.digest: one.path for one in files if one.is_there}
    case = dossier.case
    return {
        "schema": SCHEMA,
        "exported_at": _instant(dossier.exported_at),
        "case": _case(dossier),
        "order": _order(case.order),
        "checklists": [checklist_json(one, paths) for one in dossier.checklists],
        "conversation": [_message(place, one, paths) for place, one in enumerate(dossier.messages, 1)],
        "decisions": [
            {"word": made.word, "what": made.what, "at": _instant(made.at), "by": made.who, "stated": made.stated}
            for made in case.decisions
        ],
        "acts": [
            {
                "kind": done.act.kind.value,
                "word": done.act.word,
                "at": _instant(at),
                "by": done.who,
                "files": [paths[file.digest] for file in done.act.evidence if file.digest in paths],
            }
            for at, done in dossier.acts
        ],
        "deadlines": [_deadline(reading) for reading in dossier.deadlines],
        "files": [_file(one) for one in files],
    }


def checklist_json(checklist: Checklist, paths: Mapping[str, str] | None = None) -> Json:
    """A checklist: for which act it is, what is required and missing, and every kind of evidence."""
    offer = checklist.offer
    return {
        "for": None if offer is None else {"kind": offer.kind.value, "word": offer.word, "title": offer.title},
        "gaps": [gap.kind.value for gap in checklist.gaps],
        "items": [_item(item, paths or {}) for item in checklist.items],
    }


def _item(item: Item, paths: Mapping[str, str]) -> Json:
    wanted = item.wanted
    return {
        "kind": item.kind.value,
        "required": wanted.required,
        "presence": item.presence.value,
        "why": item.why,
        "source": wanted.source,
        "mark": wanted.mark.value if wanted.source else "",
        "reading": wanted.why,
        "stands": [_standing(standing, paths) for standing in item.stands],
    }


def _standing(standing: Standing, paths: Mapping[str, str]) -> Json:
    file, parcel = standing.file, standing.parcel
    return {
        "what": standing.what,
        "at": _instant(standing.at),
        "by": standing.who,
        "message": standing.ref or None,
        "file": None if file is None else paths.get(file.digest, file.name),
        "parcel": None if parcel is None else {"carrier": parcel.carrier, "number": parcel.number},
    }


def _case(dossier: Dossier) -> Json:
    case: Case = dossier.case
    return {
        "number": case.number,
        "channel": case.channel,
        "platform": dossier.platform,
        "ref": case.ref,
        "type": case.type.value,
        "type_raw": case.type_raw,
        "state": case.state.value,
        "state_raw": case.state_raw,
        "subject": case.subject,
        "market": case.market,
        "marketplace": case.marketplace,
        "opened_at": _instant(case.opened_at),
        "closed_at": _instant(case.closed_at),
        "url": case.url,
        "customer": {
            "name": case.customer.name,
            "email": case.customer.email,
            "customer_number": case.customer.customer_number,
        },
    }


def _order(order: Order | None) -> Json | None:
    if order is None:
        return None
    return {
        "number": order.number,
        "confirmed": order.confirmed,
        "value": _money(order.value),
        "lines": [
            {"title": line.title, "sku": line.sku, "quantity": line.quantity, "price": _money(line.price)}
            for line in order.lines
        ],
        "parcels": [
            {"carrier": one.carrier, "number": one.number, "state": one.state, "at": _instant(one.at)}
            for one in order.shipments
        ],
    }


def _message(place: int, message: Message, paths: Mapping[str, str]) -> Json:
    return {
        "place": place,
        "ref": message.ref,
        "at": _instant(message.sent_at),
        "author": message.author.value,
        "direction": message.direction.value,
        "name": message.sender.name,
        "email": message.sender.email,
        "subject": message.subject,
        "text": message.text or message.html,
        "automatic": message.automatic,
        "files": [paths.get(file.digest, file.name) for file in message.attachments],
    }


def _deadline(reading: Reading) -> Json:
    return {
        "clock": reading.clock.value,
        "rule": reading.rule,
        "started_at": _instant(from_epoch(reading.start)),
        "due": None if reading.due is None else _instant(from_epoch(reading.due)),
        "due_by": reading.due_by.value,
        "ended_at": None if reading.ended is None else _instant(from_epoch(reading.ended)),
        "cancelled": reading.cancelled,
    }


def _file(one: Filed) -> Json:
    return {
        "path": one.path if one.is_there else None,
        "name": one.file.name,
        "media_type": one.file.media_type,
        "size": one.size if one.is_there else one.file.size,
        "sha256": one.sha256 or None,
        "from": list(one.origins),
        "evidence": [kind.value for kind in one.kinds],
        "problem": one.problem or None,
    }


def _money(money: Money | None) -> Json | None:
    return None if money is None else {"amount": str(money.amount), "currency": money.currency}


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
