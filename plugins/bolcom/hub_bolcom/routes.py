"""Which request of the pretended bol.com is answered how, and how many of them it takes in which time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hub.http import Headers, Request, Response
from hub_bolcom import answers
from hub_bolcom.account import PretendedAccount
from hub_bolcom.api import PAGE_SIZE
from hub_bolcom.pretended_pushes import PretendedPushes
from hub_bolcom.processes import HANDLE_RETURN_ITEM
from hub_bolcom.wire import DECISIONS

MEDIA_TYPE = "application/vnd.retailer.v10+json"

_HOUR = timedelta(hours=1)
_MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of request: how many of it are taken in which time, and what answers it."""

    name: str
    method: str
    path: str
    requests: int
    per: timedelta
    answer: Callable[[Request, str], Response]


@dataclass
class Routes:
    """The resources of one account; with `quirks` in the shapes of older versions."""

    account: PretendedAccount
    now: Callable[[], datetime]
    pushes: PretendedPushes
    quirks: bool = False
    keeps_limits: bool = False
    spent: dict[str, list[datetime]] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """What the resource answers, with what its budget has left."""
        for route in self._all():
            found = re.fullmatch(route.path, request.path)
            if found and request.method == route.method:
                return self._within(route, request, "".join(found.groups()))
        return problem(request, 404, "Not Found", "No such resource.")

    def _all(self) -> Sequence[Route]:
        returns, orders, processes = "/retailer/returns", "/retailer/orders", "/shared/process-status"
        subscriptions = "/retailer/subscriptions"
        return (
            Route("returns", "GET", returns, 20, _MINUTE, self._returns),
            Route("return", "GET", f"{returns}/([^/]+)", 20, _MINUTE, self._one_return),
            Route("handling", "PUT", f"{returns}/([^/]+)", 20, _MINUTE, self._handle),
            Route("orders", "GET", orders, 25, _MINUTE, self._orders),
            Route("order", "GET", f"{orders}/([^/]+)", 25, _SECOND, self._order),
            Route("shipments", "GET", "/retailer/shipments", 25, _MINUTE, self._shipments),
            Route("shipment", "GET", "/retailer/shipments/([^/]+)", 50, _MINUTE, self._shipment),
            Route("indicator", "GET", "/retailer/insights/performance/indicator", 20, _MINUTE, self._indicator),
            Route("processes", "GET", processes, 2, _SECOND, self._processes),
            Route("process", "GET", f"{processes}/([^/]+)", 100, _SECOND, self._process),
            Route("keys", "GET", f"{subscriptions}/signature-keys", 10, _HOUR, self._keys),
            Route("subscriptions", "GET", subscriptions, 10, _SECOND, self._subscriptions),
            Route("subscribing", "POST", subscriptions, 10, _SECOND, self._subscribe),
            Route("resubscribing", "PUT", f"{subscriptions}/([^/]+)", 10, _SECOND, self._subscribe),
            Route("unsubscribing", "DELETE", f"{subscriptions}/([^/]+)", 10, _SECOND, self._unsubscribe),
        )

    def _within(self, route: Route, request: Request, part: str) -> Response:
        now = self.now()
        spent = [at for at in self.spent.get(route.name, ()) if at + route.per > now] if self.keeps_limits else []
        left = route.requests - len(spent)
        if left <= 0:
            return wait((spent[0] + route.per - now).total_seconds(), with_header=True)
        self.spent[route.name] = [*spent, now]
        reset = int(route.per.total_seconds())
        told = {
            "X-RateLimit-Limit": str(route.requests),
            "X-RateLimit-Remaining": str(left - 1),
            # Both were seen: seconds to go, and an instant.
            "X-RateLimit-Reset": str(int(now.timestamp()) + reset if self.quirks else reset),
        }
        answer = route.answer(request, part)
        return replace(answer, headers=Headers({**answer.headers, **told}))

    def _returns(self, request: Request, part: str) -> Response:
        del part
        asked = request.query
        fulfilment, handled = asked.get("fulfilment-method", ""), asked.get("handled", "")
        if fulfilment not in ("FBR", "FBB") or handled not in ("true", "false"):
            wrong = ("fulfilment-method", f"Request contains invalid value(s): '{fulfilment}'.")
            return invalid(request, [wrong])
        listed = self.account.listed(fulfilment, handled=handled == "true")
        first = (int(asked.get("page", "1")) - 1) * PAGE_SIZE
        return as_json(answers.returns(listed[first : first + PAGE_SIZE], quirks=self.quirks))

    def _one_return(self, request: Request, part: str) -> Response:
        found = self.account.returns.get(part)
        if found is None:
            return problem(request, 404, "Not Found", f"Return for return id {part} not found.")
        return as_json(answers.whole_return(found, quirks=self.quirks))

    def _handle(self, request: Request, part: str) -> Response:
        item, body = self.account.item(part), request.json()
        word, quantity = body.get("handlingResult"), body.get("quantityReturned")
        if item is None:
            return problem(request, 404, "Not Found", f"Return item {part} not found.")
        if word not in DECISIONS:
            wrong = f"Request contains invalid value(s): '{word}', allowed values: {', '.join(DECISIONS)}."
            return invalid(request, [("handlingResult", wrong)])
        if not isinstance(quantity, int) or not 1 <= quantity <= item.expected:
            return invalid(request, [("quantityReturned", f"must be between 1 and {item.expected}")])
        begun = self.account.begin(part, word, quantity, self.now())
        return as_json(answers.process(begun, request.host), 202)

    def _order(self, request: Request, part: str) -> Response:
        found = self.account.orders.get(part)
        if found is None:
            return problem(request, 404, "Not Found", f"Order for order id {part} not found.")
        return as_json(answers.order(found, quirks=self.quirks))

    def _shipments(self, request: Request, part: str) -> Response:
        del part
        found = self.account.orders.get(request.query.get("order-id", ""))
        return as_json({} if found is None else answers.shipments(found, quirks=self.quirks))

    def _shipment(self, request: Request, part: str) -> Response:
        found = self.account.orders.get(part.removeprefix("S"))
        if found is None:
            return problem(request, 404, "Not Found", f"Shipment for shipment id {part} not found.")
        return as_json(answers.shipment(found, quirks=self.quirks))

    def _orders(self, request: Request, part: str) -> Response:
        del part
        asked = request.query
        if asked.get("status") not in ("OPEN", "SHIPPED", "ALL"):
            return invalid(request, [("status", f"Request contains invalid value(s): '{asked.get('status')}'.")])
        found = self.account.unsent(asked.get("fulfilment-method", "FBR"))
        first = (int(asked.get("page", "1")) - 1) * PAGE_SIZE
        return as_json(answers.open_orders(found[first : first + PAGE_SIZE]))

    def _indicator(self, request: Request, part: str) -> Response:
        del part
        name = request.query.get("name", "")
        if not answers.is_indicator(name):
            return invalid(request, [("name", f"Request contains invalid value(s): '{name}'.")])
        return as_json(answers.indicator(name, request.query["year"], request.query["week"]))

    def _process(self, request: Request, part: str) -> Response:
        found = self.account.processes.get(part)
        if found is None:
            return problem(request, 404, "Not Found", "Not Found")
        return as_json(answers.process(found, request.host))

    def _keys(self, request: Request, part: str) -> Response:
        del request, part
        return as_json(self.pushes.told_keys())

    def _subscriptions(self, request: Request, part: str) -> Response:
        del request, part
        return as_json(self.pushes.told_subscriptions())

    def _subscribe(self, request: Request, part: str) -> Response:
        asked = request.json()
        if part and part not in self.pushes.subscriptions:
            return problem(request, 404, "Not Found", f"Subscription {part} not found.")
        if not str(asked.get("url", "")).startswith("https://"):
            return invalid(request, [("url", "must be a valid https URL")])
        name = self.pushes.subscribe(asked, part)
        kind = "UPDATE_SUBSCRIPTION" if part else "CREATE_SUBSCRIPTION"
        return as_json(answers.subscribing(name, kind, self.now(), request.host), 202)

    def _unsubscribe(self, request: Request, part: str) -> Response:
        self.pushes.subscriptions.pop(part, None)
        return as_json(answers.subscribing(part, "DELETE_SUBSCRIPTION", self.now(), request.host), 202)

    def _processes(self, request: Request, part: str) -> Response:
        del part
        rma, kind = request.query.get("entity-id", ""), request.query.get("event-type", "")
        found = [one for one in self.account.processes.values() if one.rma == rma and kind == HANDLE_RETURN_ITEM]
        told = [answers.process(one, request.host) for one in found]
        return as_json({"processStatuses": told} if told else {})


def as_json(value: Any, status: int = 200) -> Response:
    """An answer of the API."""
    return Response.of_json(value, status, {"content-type": f"{MEDIA_TYPE};charset=UTF-8"})


def problem(request: Request, status: int, title: str, detail: str) -> Response:
    """A refusal without violations."""
    return as_json(answers.problem(status, title, detail, request.path), status)


def invalid(request: Request, violations: Sequence[tuple[str, str]]) -> Response:
    """A refusal that says which field is wrong."""
    title = "Error validating request. Consult the bol.com API documentation for more information."
    return as_json(answers.problem(400, title, "Bad request", request.path, violations), 400)


def wait(seconds: float, *, with_header: bool) -> Response:
    """That there were too many requests: how long to wait is said in words, and not always in a header."""
    whole = max(int(seconds + 0.999), 1)
    said = {"title": "Too Many Requests", "status": 429, "detail": f"Too many requests, retry in {whole} seconds."}
    return Response.of_json(said, 429, {"Retry-After": str(whole)} if with_header else {})
