"""bol.com's Retailer API, pretended: stateful, with its own clock, and with all its oddities."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from hub import Clock, Unsupported
from hub.http import Request, Response
from hub.testing import Simulator
from hub_bolcom.account import PretendedAccount, PretendedReturn
from hub_bolcom.adapter import BolAdapter
from hub_bolcom.api import PAGE_SIZE
from hub_bolcom.pretended_pushes import PretendedPushes
from hub_bolcom.processes import Stage
from hub_bolcom.returns import id_of
from hub_bolcom.routes import MEDIA_TYPE, Routes, as_json, invalid, problem, wait

CLIENT_ID = "pretended-client"
CLIENT_SECRET = "pretended-secret"  # noqa: S105  opens nothing but this simulator

_TOKEN_LIFE = timedelta(seconds=299)
_LISTINGS = ("/retailer/returns", "/retailer/orders", "/shared/process-status")


class BolSimulator(Simulator):
    """One seller account.

    With `quirks` it answers in the shapes of older versions: numbers for ids, milliseconds for instants, missing lists.
    With `keeps_limits` it refuses what is more than its budgets; its headers tell of them in any case.
    """

    adapter = BolAdapter
    channel = "bol_nl"
    base_url = "https://api.bol.example"
    refusal: ClassVar[str] = "This return item cannot be handled"
    sample_reply: ClassVar[str] = ""  # a return is decided, not answered
    unknown_order: ClassVar[str] = "9999999999"
    page_size = PAGE_SIZE
    renews_sign_in = True
    works_for: ClassVar[timedelta] = timedelta(minutes=1)
    follow_ups = False

    def __init__(self, clock: Clock, *, quirks: bool = False, keeps_limits: bool = False) -> None:
        super().__init__(clock)
        self.account = PretendedAccount(takes=self.works_for)
        self.pushes = PretendedPushes(self.now)
        self.routes = Routes(self.account, self.now, self.pushes, quirks, keeps_limits)
        self.tokens_asked_for = 0
        self._tokens: dict[str, datetime] = {}

    # What the kit, the demo and `casehub simulate` do with it

    def settings(self) -> Mapping[str, Any]:
        """The settings of a channel that reaches this account."""
        return {"client_id": CLIENT_ID, "base_url": self.url, "token_url": f"{self.url}/token"}

    def secrets(self) -> Mapping[str, str]:
        """Its secret settings."""
        return {"client_secret": CLIENT_SECRET}

    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        """A customer registers a return and says why.

        `about`: `fulfilment`, and of the item `reason`, `title`, `expected`, `price`, `customer`.
        """
        if case:
            raise Unsupported("a customer cannot write again in a return: he asks a question, which comes by mail")
        found = self.account.register(self.now(), about.pop("fulfilment", "FBR"))
        if "price" in about:
            about["price"] = Decimal(str(about["price"]))
        self.account.add_item(found, text, **about)
        return f"return:{found.id}"

    def seller_writes(self, case: str, text: str) -> None:
        """Somebody handles the return in the seller account; bol.com tells no program what he wrote."""
        del text
        for item in self._return(case).items:
            if not item.handled:
                self.account.handle(item, "RETURN_RECEIVED", item.expected, self.now())

    def late_order(self, days: int) -> str:
        """An order that nobody has sent, and that must have been with the customer so many days ago."""
        now = self.now()
        return self.account.order(now - timedelta(days=30), (now - timedelta(days=days)).date()).number

    def stranger_writes(self, case: str, text: str) -> None:
        """A return has no roles to write in: the reason comes as a list of who said what, which nobody has seen yet."""
        for item in self._return(case).items:
            item.said_by_others.append(text)

    def received(self, case: str = "") -> Sequence[str]:
        """What customers were told: each decision that was carried out."""
        return [
            f"{item.title}: {result.word} ({result.quantity})"
            for found in self.account.returns.values()
            if case in ("", f"return:{found.id}")
            for item in found.items
            for result in item.results
        ]

    @property
    def state(self) -> object:
        """All that a request may change."""
        return repr((self.account.returns, list(self.account.processes.values()), self.pushes.subscriptions))

    def tick(self) -> None:
        """Carry out what is due, cancel what nobody handled, forget old processes."""
        self.account.catch_up(self.now())

    # Requests

    def is_write(self, request: Request) -> bool:
        """PUT decides; what is subscribed to is changed by POST, PUT and DELETE. Another POST asks for a token."""
        return request.method in ("PUT", "DELETE") or (request.method == "POST" and not self.is_sign_in(request))

    def is_sign_in(self, request: Request) -> bool:
        """Whether a token is asked for."""
        return request.path == "/token"

    def answer(self, request: Request) -> Response:
        """What bol.com answers."""
        if self.is_sign_in(request):
            return self._token(request)
        if refused := self._refused(request):
            return refused
        return self.routes.answer(request)

    def _token(self, request: Request) -> Response:
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        self.tokens_asked_for += 1
        if request.headers.get("authorization") != f"Basic {basic}":
            return self.refuse_credentials(request, None)
        if request.form.get("grant_type") != "client_credentials":
            return Response.of_json({"error": "unsupported_grant_type"}, 400)
        token = f"pretended-token-{self.tokens_asked_for}"
        self._tokens[token] = self.now() + _TOKEN_LIFE
        life = int(_TOKEN_LIFE.total_seconds())
        return Response.of_json(
            {"access_token": token, "token_type": "Bearer", "expires_in": life, "scope": "RETAILER"}
        )

    def _refused(self, request: Request) -> Response | None:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        ends = self._tokens.get(bearer)
        if ends is None or ends <= self.now():
            return self._expired(ends or self.now())
        if request.headers.get("accept") != MEDIA_TYPE:
            return problem(request, 406, "Not Acceptable", "Could not find acceptable representation.")
        if request.body and request.headers.get("content-type") != MEDIA_TYPE:
            return problem(request, 415, "Unsupported Media Type", "Content type not supported.")
        return None

    def _expired(self, ended: datetime) -> Response:
        detail = f"JWT expired at {ended:%Y-%m-%dT%H:%M:%SZ}. Allowed clock skew: 1000 milliseconds."
        return Response.of_json({"title": "Expired JWT", "status": 401, "detail": detail}, 401)

    def _return(self, case: str) -> PretendedReturn:
        return self.account.returns[id_of(case)]

    # What goes wrong

    def refuse_credentials(self, request: Request, after: timedelta | None) -> Response:
        """Say that nobody knows this client."""
        del request, after
        return Response.of_json({"error": "invalid_client", "error_description": "Bad client credentials"}, 401)

    def refuse_token(self, request: Request, after: timedelta | None) -> Response:
        """Say that the token has expired; every token that was handed out has."""
        del request, after
        self._tokens.clear()
        return self._expired(self.now())

    def refuse_account(self, request: Request, after: timedelta | None) -> Response:
        """Say that the account is not active."""
        del after
        return problem(request, 403, "Forbidden", "Account is not active, access denied.")

    def ask_to_wait(self, request: Request, after: timedelta | None) -> Response:
        """Say how long to wait in words, and in a header where that is asked for."""
        del request
        seconds = 4.0 if after is None else after.total_seconds()
        return wait(seconds, with_header=after is not None)

    def list_nothing(self, request: Request, after: timedelta | None) -> Response:
        """Answer every listing with {}."""
        del after
        answer = self.answer(request)
        return as_json({}) if answer.ok and request.path in _LISTINGS else answer

    def refuse_reply(self, request: Request, after: timedelta | None) -> Response:
        """Refuse a decision for good."""
        del after
        return invalid(request, [("handlingResult", self.refusal)])

    def fail_later(self, request: Request, after: timedelta | None) -> Response:
        """Take a decision that cannot be carried out, as turns out `after` some time."""
        self.account.next_ends.append((Stage.FAILURE, self.refusal, after or self.works_for))
        return self.answer(request)
