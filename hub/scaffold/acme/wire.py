"""Acme's JSON <-> casehub's model: pure functions, which is where most mistakes are made and most tests belong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import hub

MINUTE = timedelta(minutes=1)

_ODD = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What an odd payload ends in here; an amount that is no number is an ArithmeticError."""
_TYPES = {"where_is_it": hub.CaseType.MISSING_ITEM, "return": hub.CaseType.RETURN, "question": hub.CaseType.QUESTION}
_STATES = {"open": hub.CaseState.OPEN, "solved": hub.CaseState.CLOSED, "refunded": hub.CaseState.CLOSED}
_AUTHORS = {
    "buyer": (hub.Author.CUSTOMER, hub.Direction.INBOUND),
    "shop": (hub.Author.SELLER, hub.Direction.OUTBOUND),
    "staff": (hub.Author.PLATFORM, hub.Direction.INBOUND),
}


def to_update(ticket: Mapping[str, Any]) -> hub.CaseUpdate:
    """A ticket as casehub takes it; Misunderstood where something that it cannot do without is missing."""
    try:
        since = instant(ticket["status_at"])
        # What the seller decided himself is no deed of Acme's: only what Acme did is told as an outcome.
        by_acme = ticket["status"] == "refunded" and ticket["refunded_by"] == "platform"
        return hub.CaseUpdate(
            ref=ticket["id"],
            opened_at=instant(ticket["opened_at"]),
            messages=tuple(to_message(message) for message in ticket["messages"]),
            subject=ticket["subject"],
            type=_TYPES.get(ticket["topic"], hub.CaseType.UNKNOWN),
            type_raw=ticket["topic"],  # the platform's own word, also one that we do not know
            state=_STATES.get(ticket["status"], hub.CaseState.OPEN),
            state_raw=ticket["status"],
            state_at=since,
            customer=hub.Party(name=ticket["buyer"]["name"], language=ticket["buyer"].get("locale", "")),
            order=to_order(ticket["order"]) if ticket.get("order") else None,
            outcome="auto_refund" if by_acme else None,
            outcome_at=since if by_acme else None,
        )
    except _ODD as error:
        raise hub.Misunderstood(f"a ticket of Acme has another shape than expected: {type(error).__name__}") from error


def to_message(message: Mapping[str, Any]) -> hub.Message:
    """A message of a ticket; an unknown author is an error, because a guess would stop or start a clock wrongly."""
    if message["from"] not in _AUTHORS:
        raise hub.Misunderstood(f"Acme has a message by {message['from']!r}, a role that this plugin does not know")
    author, direction = _AUTHORS[message["from"]]
    return hub.Message(
        ref=message["id"],
        author=author,
        direction=direction,
        sent_at=instant(message["sent_at"]),
        text=message["body"],
    )


def to_order(order: Mapping[str, Any]) -> hub.Order:
    """The order of a ticket; an amount that Acme does not tell stays unknown."""
    paid = order.get("paid")
    value = hub.Money(Decimal(paid["amount"]), paid["currency"]) if paid else None
    return hub.Order(order["number"], value=value)


def from_reply(reply: hub.Reply) -> dict[str, str]:
    """A reply as Acme takes it; it gives our own key back, by which `find` knows it again."""
    return {"body": reply.text, "client_ref": reply.key}


def receipt_in(ticket: Any, key: str) -> hub.Receipt | None:
    """Acme's word on what we sent under this key, or None if it is surely not in the ticket."""
    try:
        for message in ticket["messages"]:
            if message.get("client_ref") == key:
                return hub.Receipt(message["id"], instant(message["sent_at"]))
        decision = ticket["decision"]
        if decision is not None and decision["client_ref"] == key:
            return hub.Receipt(decision["id"], instant(decision["decided_at"]))
    except _ODD as error:
        raise hub.Misunderstood(f"a ticket of Acme has another shape than expected: {type(error).__name__}") from error
    return None


def instant(text: str) -> datetime:
    """Acme's instants: ISO 8601 with an offset; ValueError for one without."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("an instant without an offset")
    return found
