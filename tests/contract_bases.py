"""Acme in several forms that all keep the contract: what mutants are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field, SecretStr

import hub
from hub.http import Api, ClientCredentials, Request, Response
from hub.scaffold.acme import wire
from hub.scaffold.acme.adapter import AcmeAdapter, AcmeConnection, AcmeSettings
from hub.scaffold.acme.simulator import AcmeSimulator
from hub.testing import Fault, Platform, SimulatedClock

Make = Callable[[], Platform]
_ALL = hub.Capability


def made_of(
    connection: type[AcmeConnection] = AcmeConnection,
    simulator: type[AcmeSimulator] = AcmeSimulator,
    adapter: Mapping[str, Any] | None = None,
    **platform: Any,
) -> Make:
    """A pretended Acme whose adapter opens such connections, with some attributes of both changed."""
    own = dict(adapter or {})
    own.setdefault("open", lambda self, settings, tools: connection(settings, tools))
    changed = type("ChangedAdapter", (AcmeAdapter,), own)
    pretended = type("ChangedSimulator", (simulator,), {"adapter": changed, "page_size": 4, **platform})

    def make() -> Platform:
        made: Platform = pretended(SimulatedClock())
        return made

    return make


class ReadOnly(AcmeConnection):
    """An Acme whose API only reads."""

    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        raise hub.Unsupported("Acme takes no replies", READ_ONLY["portal_steps"][_ALL.REPLY])

    def perform(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        assert reply.act is not None
        step = READ_ONLY["portal_steps"][hub.Capability(reply.act.kind)]
        raise hub.Unsupported("Acme lets nobody do that", step)

    find = hub.Connection.find


READ_ONLY: dict[str, Any] = {
    "capabilities": frozenset({_ALL.FETCH}),
    "portal_steps": {
        **AcmeAdapter.portal_steps,
        _ALL.REPLY: "Answer in Acme's seller account.",
        _ALL.DECIDE: "Decide in Acme's seller account.",
    },
    "offers": hub.Adapter.offers,
}


class ActsOnly(AcmeConnection):
    """An Acme whose API takes decisions and no replies."""

    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        raise hub.Unsupported("Acme takes no replies", READ_ONLY["portal_steps"][_ALL.REPLY])


ACTS_ONLY: dict[str, Any] = {
    "capabilities": frozenset({_ALL.FETCH, _ALL.READ_BACK, _ALL.DECIDE}),
    "portal_steps": {**AcmeAdapter.portal_steps, _ALL.REPLY: "Answer in Acme's seller account."},
}


@dataclass
class Job:
    """A message that was accepted and is worked on."""

    ticket: str
    body: str
    key: str
    due: datetime
    fails: bool
    state: str = "pending"
    id: str = field(default="job")


class LaterSimulator(AcmeSimulator):
    """An Acme that accepts messages and works on each for an hour."""

    works_for = timedelta(hours=1)

    def __init__(self, clock: hub.Clock) -> None:
        super().__init__(clock)
        self.jobs: list[Job] = []

    def tick(self) -> None:
        super().tick()
        for job in self.jobs:
            if job.state == "pending" and job.due <= self.now():
                job.state = "failed" if job.fails else "done"
                if not job.fails:
                    self._write(job.ticket, "shop", job.body, job.key)

    def received(self, case: str = "") -> Sequence[str]:
        pending = [job.body for job in self.jobs if job.state == "pending" and case in ("", job.ticket)]
        return [*super().received(case), *pending]

    @property
    def state(self) -> object:
        return super().state, [(job.key, job.state) for job in self.jobs]

    def answer(self, request: Request) -> Response:
        if request.path == "/v1/jobs":
            return Response.of_json([{"key": job.key, "state": job.state} for job in self.jobs])
        return super().answer(request)

    def fail_later(self, request: Request, after: timedelta | None) -> Response:
        answer = self._take(request)
        self.jobs[-1].fails = True
        return answer

    def _take_message(self, number: str, told: Mapping[str, str]) -> Response:
        self.jobs.append(Job(number, told["body"], told["client_ref"], self.now() + self.works_for, fails=False))
        return Response.of_json({"id": "job", "sent_at": self.now().isoformat()}, 202)

    def _take_decision(self, ticket: Any, told: Mapping[str, str]) -> Response:
        answer = super()._take_decision(ticket, told)
        self.jobs.append(Job(ticket.id, "", told["client_ref"], self.now(), fails=False, state="done"))
        return answer


class Later(AcmeConnection):
    """Follows what becomes of each message."""

    def deliver(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        taken = super().deliver(reply, case)
        return hub.Receipt(taken.ref, taken.at, final=False)

    def find(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt | None:
        states = {job["key"]: job["state"] for job in self._api.read("/v1/jobs").json()}
        if states.get(reply.key) == "failed":
            raise hub.Rejected(AcmeSimulator.refusal)
        if reply.key not in states:
            return None
        if states[reply.key] == "done":
            return super().find(reply, case)
        return hub.Receipt("job", self._tools.clock.now(), final=False)


class TokenSimulator(AcmeSimulator):
    """An Acme that gives tokens."""

    renews_sign_in = True
    tokens = 0

    def secrets(self) -> Mapping[str, str]:
        return {**super().secrets(), "client_secret": "pretended-client-secret"}

    def is_sign_in(self, request: Request) -> bool:
        return request.path == "/token"

    def answer(self, request: Request) -> Response:
        if self.is_sign_in(request):
            self.tokens += 1
            return Response.of_json({"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": 600})
        if request.headers.get("authorization") != f"Bearer t{self.tokens}":
            return self.refuse_credentials(request, None)
        return super().answer(
            Request(
                request.method,
                request.url,
                type(request.headers)({"x-acme-token": "pretended-token-of-acme"}),
                request.body,
            )
        )

    def refuse_token(self, request: Request, after: timedelta | None) -> Response:
        self.tokens += 1  # the one in use is none any more
        return self.refuse_credentials(request, after)


class TokenSettings(AcmeSettings):
    """An Acme with tokens has a second secret."""

    client_secret: SecretStr = Field(description="the secret of the program")


class WithTokens(AcmeConnection):
    """Signs in with a client id and a secret."""

    def __init__(self, settings: TokenSettings, tools: hub.Tools) -> None:
        self._settings, self._tools = settings, tools
        auth = ClientCredentials(f"{settings.base_url}/token", "casehub", settings.client_secret)
        self._api = tools.open_api(Api(settings.base_url, auth=auth, words_of=_words))


class OrdersSimulator(AcmeSimulator):
    """An Acme that tells of its orders, of which `unsent` are those that were not sent, with their dates."""

    def __init__(self, clock: hub.Clock) -> None:
        super().__init__(clock)
        self.unsent: dict[str, str] = {}

    def late_order(self, days: int) -> str:
        number = f"L-{len(self.unsent)}"
        self.unsent[number] = (self.now() - timedelta(days=days)).isoformat()
        return number

    @property
    def state(self) -> object:
        return super().state, dict(self.unsent)

    def answer(self, request: Request) -> Response:
        if request.path == "/v1/unsent":
            return Response.of_json(self.unsent)
        if request.path.startswith("/v1/orders/"):
            numbers = [ticket.order["number"] for ticket in self.tickets.values() if ticket.order]
            number = request.path.rpartition("/")[2]
            return Response.of_json({"number": number}) if number in numbers else Response.of_json({}, 404)
        return super().answer(request)


class WithOrders(AcmeConnection):
    """Looks orders up, and reads a message again, and takes files."""

    def look_up_order(self, number: str) -> hub.Order | None:
        answer = self._api.read(f"/v1/orders/{number}", expected=frozenset({200, 404}))
        return wire.to_order(answer.json()) if answer.status == 200 else None

    def late_orders(self, now: datetime, since: datetime) -> Iterator[hub.LateOrder]:
        for number, due in self._api.read("/v1/unsent").json().items():
            order = hub.LateOrder(number, wire.instant(due), hub.Promised.DISPATCH, "ship_by")
            if order.is_late(now, since):
                yield order

    def reread(self, message: hub.Message) -> hub.Incoming:
        return hub.IncomingMessage(message)


_MORE = {_ALL.LIST_LATE_ORDERS, _ALL.LOOK_UP_ORDER, _ALL.REREAD, _ALL.ATTACH, _ALL.ACKNOWLEDGE}
WITH_ORDERS = {"capabilities": AcmeAdapter.capabilities | _MORE}


class WithDecisions(AcmeConnection):
    """Decides in several ways, some of which need more than a word."""

    def perform(self, reply: hub.Reply, case: hub.Case) -> hub.Receipt:
        if reply.act is None or reply.act.kind is not hub.ActKind.DECIDE or reply.text:
            return super().perform(reply, case)
        decided = {**self.told(reply.act), "client_ref": reply.key}
        answer = self._api.write("POST", f"/v1/tickets/{case.ref}/decision", json=decided).json()
        return hub.Receipt(answer["id"], wire.instant(answer["decided_at"]))

    def told(self, act: hub.Act) -> dict[str, Any]:
        """An act as Acme takes it."""
        parcels = [parcel.number for parcel in act.tracking]
        own = {"decision": act.word, "item": act.item, "percent": act.percent, "quantity": act.quantity}
        return {**own, "parcels": parcels}


def _decisions(self: hub.Adapter, case: hub.Case, settings: Any) -> Sequence[hub.Offer]:
    offers = AcmeAdapter().offers(case, settings)
    more = {
        "refund a part": frozenset({hub.Need.PERCENT}),
        "replace": frozenset({hub.Need.QUANTITY, hub.Need.TRACKING}),
    }
    one = [replace(offer, word=word, item="I/17", needs=needs) for offer in offers for word, needs in more.items()]
    return [*offers, *one]


WITH_DECISIONS: dict[str, Any] = {"offers": _decisions}


class OneQuestion(AcmeSimulator):
    """An Acme whose buyers write once, and on which little can go wrong."""

    follow_ups = False
    faults: ClassVar[frozenset[Fault]] = frozenset(
        {Fault.UNREACHABLE, Fault.WRONG_CREDENTIALS, Fault.GARBLED, Fault.LOST_ANSWER, Fault.REFUSED_REPLY}
    )

    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        if case:
            raise hub.Unsupported("a buyer writes once")
        return super().customer_writes(text, **about)


def _words(answer: Response) -> str:
    return str(answer.json().get("error", ""))


BASES: dict[str, Make] = {
    "acme": made_of(),
    "read only": made_of(ReadOnly, adapter=READ_ONLY),
    "acts only": made_of(ActsOnly, adapter=ACTS_ONLY),
    "works on it later": made_of(Later, LaterSimulator),
    "with tokens": made_of(WithTokens, TokenSimulator, {"Settings": TokenSettings}),
    "with orders": made_of(WithOrders, OrdersSimulator, WITH_ORDERS),
    "with decisions": made_of(WithDecisions, adapter=WITH_DECISIONS),
    "one question": made_of(simulator=OneQuestion),
}
