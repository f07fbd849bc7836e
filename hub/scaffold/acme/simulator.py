"""Acme, pretended: as much of its API as the adapter uses, with the odd things that the real one does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub import Clock
from hub.http import Request, Response
from hub.scaffold.acme.adapter import AcmeAdapter
from hub.testing import Simulator

PATIENCE = timedelta(hours=48)
"""After so long without an answer Acme refunds the buyer by itself."""
_TOKEN = "pretended-token-of-acme"  # noqa: S105  it opens nothing but this simulator
_SHOP = "my-shop"


@dataclass
class Ticket:
    """A ticket as Acme keeps it."""

    id: str
    opened_at: datetime
    updated_at: datetime
    subject: str
    topic: str = "question"
    status: str = "open"
    status_at: datetime | None = None
    refunded_by: str | None = None
    order: dict[str, Any] | None = None
    buyer: dict[str, str] = field(default_factory=lambda: {"name": "Åsa Öberg", "locale": "sv"})
    messages: list[dict[str, str]] = field(default_factory=list)
    decision: dict[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The ticket as the API shows it."""
        told = ("id", "subject", "topic", "status", "refunded_by", "order", "buyer")
        shown = {name: getattr(self, name) for name in told}
        at = {name: getattr(self, name).isoformat() for name in ("opened_at", "updated_at")}
        since = self.status_at or self.opened_at
        return {**shown, **at, "status_at": since.isoformat(), "messages": self.messages, "decision": self.decision}


class AcmeSimulator(Simulator):
    """A shop at Acme to which customers write when a test or a person makes them."""

    adapter = AcmeAdapter
    channel = "acme"
    base_url = "https://api.acme.example"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.tickets: dict[str, Ticket] = {}
        self._count = 0

    def settings(self) -> Mapping[str, Any]:
        """The settings that reach it."""
        return {"shop": _SHOP, "base_url": self.url}

    def secrets(self) -> Mapping[str, str]:
        """Its token."""
        return {"token": _TOKEN}

    # What people do on it.

    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        """A buyer opens a ticket, or writes into one; `topic`, `subject`, `order` and `buyer` say more of a new one."""
        if not case:
            now = self.now()
            order = {"number": f"A-{self._next()}", "paid": {"amount": "899.00", "currency": "SEK"}}
            case = f"T-{self._next()}"
            self.tickets[case] = Ticket(case, now, now, **{"subject": text[:40], "order": order, **about})
        self._write(case, "buyer", text)
        return case

    def seller_writes(self, case: str, text: str) -> None:
        """Somebody answers in the seller account."""
        self._write(case, "shop", text)

    def stranger_writes(self, case: str, text: str) -> None:
        """Acme has a new kind of author."""
        self._write(case, "courier", text)

    def strange_state(self, case: str) -> bool:
        """Acme has a new status."""
        self.tickets[case].status, self.tickets[case].updated_at = "on_the_moon", self.now()
        return True

    def received(self, case: str = "") -> Sequence[str]:
        """What buyers have got from the shop."""
        tickets = [self.tickets[case]] if case else self.tickets.values()
        return [said["body"] for ticket in tickets for said in ticket.messages if said["from"] == "shop"]

    @property
    def state(self) -> object:
        """All tickets as they are."""
        return deepcopy(self.tickets)

    def tick(self) -> None:
        """Refund whoever has waited too long."""
        for ticket in self.tickets.values():
            due = ticket.opened_at + PATIENCE
            answered = any(said["from"] == "shop" for said in ticket.messages)
            if ticket.status == "open" and not answered and due <= self.now():
                ticket.status, ticket.status_at, ticket.updated_at = "refunded", due, self.now()
                ticket.refunded_by = "platform"

    # What its API answers.

    def answer(self, request: Request) -> Response:
        """Answer as Acme does when nothing goes wrong."""
        if request.headers.get("x-acme-token") != _TOKEN:
            return self.refuse_credentials(request, None)
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["v1", "account"]:
                return Response.of_json({"shop": _SHOP})
            case "GET", ["v1", "tickets"]:
                return self._list(request.query)
            case "GET", ["v1", "tickets", number] if number in self.tickets:
                return Response.of_json(self.tickets[number].as_json())
            case "POST", ["v1", "tickets", number, "messages"] if number in self.tickets:
                return self._take_message(number, request.json())
            case "POST", ["v1", "tickets", number, "decision"] if number in self.tickets:
                return self._take_decision(self.tickets[number], request.json())
        return Response.of_json({"error": "not found"}, 404)

    def list_nothing(self, request: Request, after: timedelta | None) -> Response:
        """List no ticket."""
        del after
        if request.path == "/v1/tickets":
            return Response.of_json({"tickets": [], "next": None})
        return self._take(request)

    def refuse_reply(self, request: Request, after: timedelta | None) -> Response:
        """Refuse a text or a decision."""
        del request, after
        return Response.of_json({"error": self.refusal}, 422)

    def _list(self, query: Mapping[str, str]) -> Response:
        """Tickets by their last change; a page goes on behind the last ticket of the one before, wherever it stands."""
        found = sorted(self.tickets.values(), key=lambda ticket: (ticket.updated_at, ticket.id))
        if since := query.get("updated_since"):
            found = [ticket for ticket in found if ticket.updated_at >= datetime.fromisoformat(since)]
        if cursor := query.get("cursor"):
            at, _, number = cursor.partition("|")
            found = [each for each in found if (each.updated_at, each.id) > (datetime.fromisoformat(at), number)]
        page, more = found[: self.page_size], len(found) > self.page_size
        following = f"{page[-1].updated_at.isoformat()}|{page[-1].id}" if more else None
        return Response.of_json({"tickets": [ticket.as_json() for ticket in page], "next": following})

    def _take_message(self, number: str, told: Mapping[str, str]) -> Response:
        if len(told["body"]) > 2_000:
            return Response.of_json({"error": "A message has at most 2,000 letters"}, 422)
        return Response.of_json(self._write(number, "shop", told["body"], told.get("client_ref", "")), 201)

    def _take_decision(self, ticket: Ticket, told: Mapping[str, str]) -> Response:
        if ticket.decision is not None:
            return Response.of_json({"error": "The ticket is decided already"}, 409)
        now = self.now()
        ticket.decision = {"id": f"D-{self._next()}", "decided_at": now.isoformat(), **told}
        ticket.status, ticket.status_at, ticket.updated_at = "refunded", now, now
        ticket.refunded_by = "shop"
        return Response.of_json(ticket.decision)

    def _write(self, number: str, role: str, text: str, key: str = "") -> dict[str, str]:
        ticket, now = self.tickets[number], self.now()
        said = {"id": f"M-{self._next()}", "from": role, "body": text, "sent_at": now.isoformat(), "client_ref": key}
        ticket.messages.append(said)
        ticket.updated_at = now
        if role == "buyer" and ticket.status == "solved":
            ticket.status, ticket.status_at = "open", now
        return said

    def _next(self) -> int:
        self._count += 1
        return self._count


def with_buyers(clock: Clock) -> AcmeSimulator:
    """The pretended Acme to play with: three buyers have written just now."""
    acme = AcmeSimulator(clock)
    acme.customer_writes("Where is my parcel? It should have been here on Monday.", topic="where_is_it")
    acme.customer_writes("Does the lamp come in blue as well?", topic="question")
    acme.customer_writes("The cup came in two pieces. 😢 I send it back.", topic="return")
    return acme
