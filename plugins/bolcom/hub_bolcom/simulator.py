"""bol.com's Retailer API, pretended: stateful, with its own clock, and with all its oddities."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from hub import Clock
from hub.http import Headers, Request, Response
from hub.testing import Simulator
from hub_bolcom import answers
from hub_bolcom.account import PretendedAccount, PretendedReturn
from hub_bolcom.adapter import BolAdapter
from hub_bolcom.api import PAGE_SIZE
from hub_bolcom.processes import HANDLE_RETURN_ITEM, Stage
from hub_bolcom.wire import DECISIONS, id_of

CLIENT_ID = "pretended-client"
CLIENT_SECRET = "pretended-secret"  # noqa: S105  opens nothing but this simulator

_MEDIA_TYPE = "application/vnd.retailer.v10+json"
_TOKEN_LIFE = timedelta(seconds=299)
_RETRIES = timedelta(hours=3)

Route = Callable[["BolSimulator", Request, str], Response]


@dataclass(frozen=True, slots=True)
class _Limit:
    requests: int
    per: timedelta


class BolSimulator(Simulator):
    """One seller account.

    With `quirks` it answers in the shapes of older versions: numbers for ids, milliseconds for instants, missing lists.
    With `keeps_limits` it refuses what is more than its budgets; its headers tell of them in any case.
    """

    adapter = BolAdapter
    channel = "bol_nl"
    base_url = "https://api.bol.example"
    refusal: ClassVar[str] = "This return item cannot be handled"

    def __init__(self, clock: Clock, *, quirks: bool = False, keeps_limits: bool = False) -> None:
        super().__init__(clock)
        self.account = PretendedAccount()
        self.quirks, self.keeps_limits = quirks, keeps_limits
        self.tokens_asked_for = 0
        self._tokens: dict[str, datetime] = {}
        self._spent: dict[str, list[datetime]] = {}

    # What the kit, the demo and `casehub simulate` do with it

    def settings(self) -> Mapping[str, Any]:
        """The settings of a channel that reaches this account."""
        return {"client_id": CLIENT_ID, "base_url": self.url, "token_url": f"{self.url}/token"}

    def secrets(self) -> Mapping[str, str]:
        """Its secret settings."""
        return {"client_secret": CLIENT_SECRET}

    def customer_writes(self, text: str, case: str = "", **about: Any) -> str:
        """A customer registers a return, or one more item of a return, with these words.

        `about`: `fulfilment`, and of the item `reason`, `title`, `expected`, `price`, `customer`.
        """
        fulfilment = about.pop("fulfilment", "FBR")
        found = self._return(case) if case else self.account.register(self.now(), fulfilment)
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

    def stranger_writes(self, case: str, text: str) -> None:
        """Nobody but the customer can write into a return; a result of a kind that is new comes nearest to it."""
        for item in self._return(case).items:
            self.account.handle(item, text.upper().replace(" ", "_"), item.expected, self.now())

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
        return repr((self.account.returns, list(self.account.processes.values())))

    def tick(self) -> None:
        """Carry out what is due, cancel what nobody handled, forget old processes."""
        self.account.catch_up(self.now())

    # Requests

    def is_write(self, request: Request) -> bool:
        """Only PUT changes anything; POST asks for a token."""
        return request.method == "PUT"

    def is_sign_in(self, request: Request) -> bool:
        """Whether a token is asked for."""
        return request.path == "/token"

    def answer(self, request: Request) -> Response:
        """What bol.com answers."""
        if self.is_sign_in(request):
            return self._token(request)
        if refused := self._refused(request):
            return refused
        for limit, method, pattern, route in _ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and request.method == method:
                return self._within(limit, f"{method} {pattern}", route, request, "".join(found.groups()))
        return _problem(request, 404, "Not Found", "No such resource.")

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
        if request.headers.get("accept") != _MEDIA_TYPE:
            return _problem(request, 406, "Not Acceptable", "Could not find acceptable representation.")
        if request.body and request.headers.get("content-type") != _MEDIA_TYPE:
            return _problem(request, 415, "Unsupported Media Type", "Content type not supported.")
        return None

    def _expired(self, ended: datetime) -> Response:
        detail = f"JWT expired at {ended:%Y-%m-%dT%H:%M:%SZ}. Allowed clock skew: 1000 milliseconds."
        return Response.of_json({"title": "Expired JWT", "status": 401, "detail": detail}, 401)

    def _within(self, limit: _Limit, name: str, route: Route, request: Request, part: str) -> Response:
        now = self.now()
        spent = [at for at in self._spent.get(name, ()) if at + limit.per > now]
        left = limit.requests - len(spent) if self.keeps_limits else limit.requests
        if left <= 0:
            wait = (spent[0] + limit.per - now).total_seconds()
            return self.ask_to_wait(request, timedelta(seconds=int(wait) + 1))
        self._spent[name] = [*spent, now]
        reset = int(limit.per.total_seconds())
        told = {
            "X-RateLimit-Limit": str(limit.requests),
            "X-RateLimit-Remaining": str(left - 1),
            # Both were seen: seconds to go, and an instant.
            "X-RateLimit-Reset": str(int(now.timestamp()) + reset if self.quirks else reset),
        }
        answer = route(self, request, part)
        return replace(answer, headers=Headers({**answer.headers, **told}))

    def _returns(self, request: Request, part: str) -> Response:
        del part
        asked = request.query
        fulfilment, handled = asked.get("fulfilment-method", ""), asked.get("handled", "")
        if fulfilment not in ("FBR", "FBB") or handled not in ("true", "false"):
            wrong = ("fulfilment-method", f"Request contains invalid value(s): '{fulfilment}'.")
            return _invalid(request, [wrong])
        listed = self.account.listed(fulfilment, handled=handled == "true")
        first = (int(asked.get("page", "1")) - 1) * PAGE_SIZE
        return _json(answers.returns(listed[first : first + PAGE_SIZE], quirks=self.quirks))

    def _one_return(self, request: Request, part: str) -> Response:
        found = self.account.returns.get(part)
        if found is None:
            return _problem(request, 404, "Not Found", f"Return for return id {part} not found.")
        return _json(answers.whole_return(found, quirks=self.quirks))

    def _handle(self, request: Request, part: str) -> Response:
        item, body = self.account.item(part), request.json()
        word, quantity = body.get("handlingResult"), body.get("quantityReturned")
        if item is None:
            return _problem(request, 404, "Not Found", f"Return item {part} not found.")
        if word not in DECISIONS:
            wrong = f"Request contains invalid value(s): '{word}', allowed values: {', '.join(DECISIONS)}."
            return _invalid(request, [("handlingResult", wrong)])
        if not isinstance(quantity, int) or not 1 <= quantity <= item.expected:
            return _invalid(request, [("quantityReturned", f"must be between 1 and {item.expected}")])
        begun = self.account.begin(part, word, quantity, self.now())
        return _json(answers.process(begun, request.host), 202)

    def _order(self, request: Request, part: str) -> Response:
        found = self.account.orders.get(part)
        if found is None:
            return _problem(request, 404, "Not Found", f"Order for order id {part} not found.")
        return _json(answers.order(found, quirks=self.quirks))

    def _orders(self, request: Request, part: str) -> Response:
        del request, part
        return _json({})  # none is open: all were shipped

    def _indicator(self, request: Request, part: str) -> Response:
        del part
        name = request.query.get("name", "")
        if not answers.is_indicator(name):
            return _invalid(request, [("name", f"Request contains invalid value(s): '{name}'.")])
        return _json(answers.indicator(name, request.query["year"], request.query["week"]))

    def _process(self, request: Request, part: str) -> Response:
        found = self.account.processes.get(part)
        if found is None:
            return _problem(request, 404, "Not Found", "Not Found")
        return _json(answers.process(found, request.host))

    def _processes(self, request: Request, part: str) -> Response:
        del part
        rma, kind = request.query.get("entity-id", ""), request.query.get("event-type", "")
        found = [one for one in self.account.processes.values() if one.rma == rma and kind == HANDLE_RETURN_ITEM]
        told = [answers.process(one, request.host) for one in found]
        return _json({"processStatuses": told} if told else {})

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
        return _problem(request, 403, "Forbidden", "Account is not active, access denied.")

    def ask_to_wait(self, request: Request, after: timedelta | None) -> Response:
        """Say how long to wait in words, and in a header where that is asked for."""
        del request
        seconds = int(after.total_seconds()) if after is not None else 4
        said = {"title": "Too Many Requests", "status": 429, "detail": f"Too many requests, retry in {seconds} seconds."}
        return Response.of_json(said, 429, {} if after is None else {"Retry-After": str(seconds)})

    def list_nothing(self, request: Request, after: timedelta | None) -> Response:
        """Answer every listing with {}."""
        del after
        answer = self.answer(request)
        is_listing = request.path in ("/retailer/returns", "/retailer/orders", "/shared/process-status")
        return _json({}) if answer.ok and is_listing else answer

    def refuse_reply(self, request: Request, after: timedelta | None) -> Response:
        """Refuse a decision for good."""
        del after
        return _invalid(request, [("handlingResult", self.refusal)])

    def fail_later(self, request: Request, after: timedelta | None) -> Response:
        """Take a decision that cannot be carried out."""
        del after
        self.account.next_ends.append((Stage.FAILURE, self.refusal))
        return self.answer(request)


def _json(value: Any, status: int = 200) -> Response:
    return Response.of_json(value, status, {"content-type": f"{_MEDIA_TYPE};charset=UTF-8"})


def _problem(request: Request, status: int, title: str, detail: str) -> Response:
    return _json(answers.problem(status, title, detail, request.path), status)


def _invalid(request: Request, violations: Sequence[tuple[str, str]]) -> Response:
    title = "Error validating request. Consult the bol.com API documentation for more information."
    return _json(answers.problem(400, title, "Bad request", request.path, violations), 400)


_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)
_ROUTES: tuple[tuple[_Limit, str, str, Route], ...] = (
    (_Limit(20, _MINUTE), "GET", r"/retailer/returns", BolSimulator._returns),  # noqa: SLF001  its own
    (_Limit(20, _MINUTE), "GET", r"/retailer/returns/([^/]+)", BolSimulator._one_return),  # noqa: SLF001  the same
    (_Limit(20, _MINUTE), "PUT", r"/retailer/returns/([^/]+)", BolSimulator._handle),  # noqa: SLF001  the same
)
