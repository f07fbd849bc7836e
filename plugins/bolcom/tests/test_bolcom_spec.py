"""What is pretended and what is asked for is as bol.com's own description of its API has it, where that is at hand.

The description is bol.com's and not ours to hand on: CASEHUB_BOL_SPEC names the folder that holds it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from hub import Act, ActKind
from hub.http import Headers, Request, Response
from hub.testing import Desk, SimulatedClock
from hub_bolcom.api import words_of
from hub_bolcom.figures import read_figures
from hub_bolcom.orders import order_numbers, read_order
from hub_bolcom.processes import read_process
from hub_bolcom.returns import read_return, read_returns
from hub_bolcom.simulator import BolSimulator
from hub_bolcom.wire import case_of

BESIDE = Path(__file__).parents[4] / "shared" / "specs" / "bolcom"
FOLDER = Path(os.environ.get("CASEHUB_BOL_SPEC", BESIDE))
DESCRIPTION = FOLDER / "bolcom-cs-subset-v10.json"

if not DESCRIPTION.is_file():
    pytest.skip("bol.com's description of its API is not here (CASEHUB_BOL_SPEC)", allow_module_level=True)

RECORDED = {
    "200-get-handled-returns.json": read_returns,
    "200-get-handled-fbb-returns.json": read_returns,
    "200-get-unhandled-returns.json": read_returns,
    "200-get-return-by-id.json": read_return,
    "200-get-return-by-id-multiple-return-items-with-customer-details.json": read_return,
    "200-order-details.json": read_order,
    "200-get-performance-indicators-all-indicators.json": read_figures,
    "200-handle-return-item-received.json": read_process,
    "200-create-return.json": read_process,
}


class Description:
    """bol.com's description: which operation a request is, and what it takes and answers."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = told

    def operation(self, request: Request) -> Mapping[str, Any]:
        for path, operations in self._told["paths"].items():
            found: Mapping[str, Any] | None = operations.get(request.method.lower())
            if found is not None and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), request.path):
                return found
        raise AssertionError(f"bol.com has no {request.method} {request.path}")

    def complaints(self, value: object, schema: Mapping[str, Any]) -> list[str]:
        whole = {**schema, "components": self._told["components"]}
        validator = Draft202012Validator(whole, format_checker=FormatChecker())
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def complaints_about_request(self, request: Request) -> Iterator[str]:
        operation = self.operation(request)
        known = {parameter["name"]: parameter for parameter in operation.get("parameters", ())}
        asked = {name: value for name, value in known.items() if value["in"] == "query"}
        yield from (f"{name} is no parameter" for name in request.query if name not in asked)
        yield from (f"{n} is missing" for n, p in asked.items() if p.get("required") and n not in request.query)
        for name in asked.keys() & request.query.keys():
            schema, value = asked[name]["schema"], request.query[name]
            yield from self.complaints(typed(value, schema.get("type")), schema)
        if request.body:
            content = operation["requestBody"]["content"]
            yield from self.complaints(request.json(), content[request.headers["content-type"]]["schema"])

    def complaints_about_answer(self, request: Request, response: Response) -> Iterator[str]:
        content = self.operation(request)["responses"][str(response.status)]["content"]
        media_type = response.headers["content-type"].partition(";")[0]
        assert request.headers["accept"] in content
        yield from self.complaints(response.json(), content[media_type]["schema"])


def typed(value: str, kind: str | None) -> object:
    if kind == "integer":
        return int(value)
    return value == "true" if kind == "boolean" else value


@pytest.fixture(scope="module")
def description() -> Description:
    return Description(json.loads(DESCRIPTION.read_text(encoding="utf-8")))


@pytest.fixture
def exchanges() -> list[tuple[Request, Response]]:
    """Everything that is asked and answered in a day of one account."""
    bol = BolSimulator(SimulatedClock())
    recorded: list[tuple[Request, Response]] = []
    answer = bol.answer

    def record(request: Request) -> Response:
        response = answer(request)
        recorded.append((request, response))
        return response

    bol.answer = record  # type: ignore[method-assign]
    bol.customer_writes("", fulfilment="FBB")
    handled = bol.customer_writes("Al terug.")
    bol.seller_writes(handled, "")
    ref = bol.customer_writes("Past niet.", reason=("Klacht over artikel", "Artikel is incompleet"), expected=3)
    desk = Desk(bol, indicators=("RESPONSE_TIME", "PHONE_AVAILABILITY", "REVIEWS", "CASE_ITEM_RATIO"))
    desk.check()
    desk.read()
    reply = desk.reply(desk.case(ref), "", Act(ActKind.DECIDE, "RETURN_RECEIVED", quantity=2))
    receipt = desk.send(reply, desk.case(ref))
    order = desk.case(ref).order
    assert order is not None
    with desk.connect() as connection:
        connection.look_up_order(order.number)
        assert bol.late_order(2) == next(iter(connection.late_orders(bol.now(), bol.now() - timedelta(days=9)))).number
        connection.find(reply, desk.case(ref))
    desk.find(replace(reply, receipt_ref=receipt.ref), desk.case(ref))
    desk.read()
    with desk.adapter.open_pushes(desk.settings, desk.tools) as pushes:
        pushes.keys()
        pushes.subscribe("https://service.example.com/push/bol_nl")
        [subscription] = pushes.subscriptions()
        bol.pushes.subscriptions[subscription.id]["enabled"] = False
        pushes.subscribe(subscription.url)
        pushes.unsubscribe(subscription.id)
    # A list without entries leaves its key out, which the description does not know.
    return [(request, response) for request, response in recorded if request.path != "/token" and response.json()]


def test_what_is_asked_for_is_what_bol_com_describes(
    description: Description, exchanges: list[tuple[Request, Response]]
) -> None:
    complaints = [(r, why) for r, _ in exchanges for why in description.complaints_about_request(r)]

    assert complaints == []
    assert {(request.method, request.path.rstrip("0123456789A")) for request, _ in exchanges} >= {
        ("GET", "/retailer/returns"),
        ("GET", "/retailer/returns/"),
        ("PUT", "/retailer/returns/"),
        ("GET", "/retailer/orders"),
        ("GET", "/retailer/orders/"),
        ("GET", "/retailer/insights/performance/indicator"),
        ("GET", "/shared/process-status"),
        ("GET", "/shared/process-status/"),
        ("GET", "/retailer/subscriptions/signature-keys"),
        ("GET", "/retailer/subscriptions"),
        ("POST", "/retailer/subscriptions"),
        ("PUT", "/retailer/subscriptions/"),
        ("DELETE", "/retailer/subscriptions/"),
    }


def test_what_is_pretended_is_what_bol_com_describes(
    description: Description, exchanges: list[tuple[Request, Response]]
) -> None:
    complaints = [(r, why) for r, answer in exchanges for why in description.complaints_about_answer(r, answer)]

    assert complaints == []


def test_the_description_finds_fault_with_what_it_does_not_describe(description: Description) -> None:
    headers = Headers({"content-type": "application/vnd.retailer.v10+json"})
    listing = Request("GET", "https://api.bol.com/retailer/returns?fulfilment-method=ALL&since=1")
    put = Request("PUT", "https://api.bol.com/retailer/returns/1", headers, b'{"handlingResult": "REFUND"}')

    assert len(list(description.complaints_about_request(listing))) == 2
    assert len(list(description.complaints_about_request(put))) == 2
    assert description.complaints({"returnId": 1}, {"$ref": "#/components/schemas/Return"})


@pytest.mark.parametrize("name", RECORDED)
def test_what_bol_coms_demo_answered_is_read(name: str) -> None:
    body = json.loads((FOLDER / "demo" / name).read_text(encoding="utf-8"))

    assert RECORDED[name](body)


def test_recorded_returns_become_cases_with_unknown_words_kept() -> None:
    whole = "200-get-return-by-id-multiple-return-items-with-customer-details.json"
    found = read_return(json.loads((FOLDER / "demo" / whole).read_text(encoding="utf-8")))

    update = case_of(found, SimulatedClock().now())

    assert (update.state_raw, update.outcome, update.customer and update.customer.name) == (
        "handled",
        "EXPIRED",
        "Luke Skywalker",
    )
    assert len({message.ref for message in update.messages}) == len(update.messages) == 4


def test_every_recorded_answer_is_looked_at() -> None:
    refusals = {path.name for path in (FOLDER / "demo").glob("40*.json")}
    lists_of_orders = {"200-get-all-orders.json"}

    assert {path.name for path in (FOLDER / "demo").iterdir()} == set(RECORDED) | refusals | lists_of_orders
    for name in refusals:
        assert words_of(Response(400, (FOLDER / "demo" / name).read_bytes()))


@pytest.mark.parametrize("schema", ["Return", "ReturnsResponse", "Order", "ProcessStatus", "PerformanceIndicators"])
def test_the_examples_of_bol_coms_description_are_read(schema: str) -> None:
    readers = {
        "Return": read_return,
        "ReturnsResponse": read_returns,
        "Order": read_order,
        "ProcessStatus": read_process,
        "PerformanceIndicators": read_figures,
    }
    body = json.loads((FOLDER / "examples" / f"{schema}.json").read_text(encoding="utf-8"))

    assert readers[schema](body)


def test_the_order_numbers_of_bol_coms_description_look_like_order_numbers() -> None:
    text = DESCRIPTION.read_text(encoding="utf-8")

    examples = set(re.findall(r'"orderId": \{[^}]*"example": "(\w+)"', text))

    assert examples
    assert {number for number in examples if order_numbers(number) != (number,)} == set()


def recorded_http(name: str) -> Response:
    head, _, body = (FOLDER / "http" / name).read_text(encoding="utf-8").replace("\r\n", "\n").partition("\n\n")
    status, *fields = head.split("\n")
    pairs = [(key, value.strip()) for key, _, value in (field.partition(":") for field in fields)]
    return Response(int(status.split()[1]), body.encode(), Headers(pairs))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("401-jwt-expired.http", "JWT expired at"),
        ("401-unauthorized.http", "Bad client credentials"),
        ("403-forbidden-account_is_not_active.http", "Account is not active"),
        ("404-not-found.http", "Some record is not found."),
        ("429-too-many-requests.http", "retry in 4 seconds"),
        ("500-internal-server-error.http", ""),
    ],
)
def test_recorded_refusals_are_told_in_bol_coms_words(name: str, words: str) -> None:
    said = words_of(recorded_http(name))

    assert words in said
    assert bool(words) == bool(said)


def test_a_recorded_empty_list_has_nothing_in_it() -> None:
    assert read_returns(recorded_http("200-reduced-orders-empty.http").json()) == ()
