"""The very requests that go to bol.com, and what is done with the answers that were seen of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import respx
import structlog

from hub import (
    Act,
    ActKind,
    AuthenticationFailed,
    Author,
    Batch,
    Case,
    Connection,
    Direction,
    Message,
    Misunderstood,
    RateLimited,
    Rejected,
    Reply,
    Tools,
    Unavailable,
    Uncertain,
)
from hub.http import BudgetNews, Headers, Response, api_door
from hub.testing import SimulatedClock
from hub_bolcom.adapter import BolAdapter
from hub_bolcom.api import budget_news, headers, words_of

API, LOGIN = "https://api.bol.com", "https://login.bol.com/token"
V10 = "application/vnd.retailer.v10+json"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOKEN = {"access_token": "first-token", "token_type": "bearer", "expires_in": 299, "scope": "retailer"}
EXPIRED = {"title": "Expired JWT", "status": 401, "detail": "JWT expired at 2026-03-02T11:59:00Z."}
EMPTY: dict[str, Any] = {}
CASE = Case("CH-1", "bol_nl", "return:159", NOW, NOW)
REPLY = Reply("ch-1-1", "CH-1", "bol_nl", "", NOW, act=Act(ActKind.DECIDE, "RETURN_RECEIVED", "861"))


@pytest.fixture
def bol() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        router.post(LOGIN, name="token").respond(200, json=TOKEN)
        yield router


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOW)


@pytest.fixture
def connection(bol: respx.MockRouter, clock: SimulatedClock) -> Iterator[Connection]:
    nothing: Any = None
    tools = Tools("bol_nl", clock, structlog.get_logger(), nothing, nothing, nothing, api_door(clock))
    adapter = BolAdapter()
    settings = {"client_id": "my-id", "client_secret": "my-secret", "fulfilment": ["FBR"], "indicator_weeks": 1}
    with adapter.open(adapter.Settings.model_validate(settings), tools) as opened:
        yield opened


def read(connection: Connection) -> list[Batch]:
    return list(connection.fetch(None, ()))


def no_returns(bol: respx.MockRouter) -> None:
    bol.get(f"{API}/retailer/returns", name="returns").respond(200, json=EMPTY)
    bol.get(f"{API}/retailer/insights/performance/indicator", name="scores").respond(200, json=EMPTY)


def a_return(**item: Any) -> dict[str, Any]:
    told = {
        "rmaId": "861",
        "orderId": "4012345678",
        "ean": "8700000000001",
        "expectedQuantity": 1,
        "returnReason": {"mainReason": "Anders", "customerComments": "Cadeau"},
        "handled": False,
    }
    registered = "2026-03-01T10:30:00+01:00"
    return {
        "returnId": "159",
        "registrationDateTime": registered,
        "fulfilmentMethod": "FBR",
        "returnItems": [told | item],
    }


def process(status: str, **more: Any) -> dict[str, Any]:
    told = {
        "processStatusId": "019b-cbc",
        "entityId": "861",
        "eventType": "HANDLE_RETURN_ITEM",
        "description": "Handle the return item.",
        "status": status,
        "createTimestamp": "2026-03-02T13:00:00+01:00",
        "links": [{"rel": "self", "href": "http://api.bol.com/shared/process-status/019b-cbc"}],
    }
    return told | more


def asked_about() -> Case:
    """A case that knows its item, as `problems_with` wants it."""
    extra = {"rma": "861", "quantity": "1"}
    return replace(CASE, messages=(Message("rma:861", Author.CUSTOMER, Direction.INBOUND, NOW, "Cadeau", extra=extra),))


# Signing in


def test_a_token_is_asked_for_in_the_documented_way_and_used_for_all(
    bol: respx.MockRouter, connection: Connection
) -> None:
    no_returns(bol)

    read(connection)

    [asked] = bol["token"].calls
    basic = base64.b64encode(b"my-id:my-secret").decode()
    assert asked.request.headers["authorization"] == f"Basic {basic}"
    assert asked.request.headers["accept"] == "application/json"
    assert parse_qs(asked.request.content.decode()) == {"grant_type": ["client_credentials"]}
    assert not asked.request.url.query
    tokens = {call.request.headers["authorization"] for call in bol.calls if call.request.url.host == "api.bol.com"}
    assert tokens == {"Bearer first-token"}


def test_an_expired_token_is_renewed_once_and_the_request_repeated_once(
    bol: respx.MockRouter, connection: Connection
) -> None:
    no_returns(bol)
    bol["returns"].side_effect = [httpx.Response(401, json=EXPIRED), *[httpx.Response(200, json=EMPTY)] * 5]

    read(connection)

    assert bol["token"].call_count == 2


def test_a_token_that_stays_refused_stops_the_channel(bol: respx.MockRouter, connection: Connection) -> None:
    bol.get(f"{API}/retailer/returns", name="returns").respond(401, json=EXPIRED)

    with pytest.raises(AuthenticationFailed, match="JWT expired"):
        read(connection)

    assert (bol["token"].call_count, bol["returns"].call_count) == (2, 2)


def test_after_wrong_credentials_there_is_no_second_call_for_a_token(
    bol: respx.MockRouter, connection: Connection
) -> None:
    bol["token"].respond(401, json={"error": "invalid_client", "error_description": "Bad client credentials"})

    for _ in range(3):
        with pytest.raises(AuthenticationFailed) as refused:
            read(connection)

    assert bol["token"].call_count == 1
    assert "my-secret" not in str(refused.value)


# Reading


def test_everything_is_named_in_a_request_for_a_list(bol: respx.MockRouter, connection: Connection) -> None:
    no_returns(bol)

    read(connection)

    first = bol["returns"].calls[0].request
    assert dict(first.url.params) == {"page": "1", "handled": "false", "fulfilment-method": "FBR"}
    assert first.headers["accept"] == V10
    assert "content-type" not in first.headers
    assert dict(bol["scores"].calls[0].request.url.params) == {"name": "RESPONSE_TIME", "year": "2026", "week": "10"}


def test_of_an_empty_account_there_is_nothing_to_tell(bol: respx.MockRouter, connection: Connection) -> None:
    no_returns(bol)

    assert [batch.items for batch in read(connection) if batch.items] == []


def test_a_page_that_is_not_full_is_the_last_and_what_comes_twice_is_taken_once(
    bol: respx.MockRouter, connection: Connection
) -> None:
    no_returns(bol)
    several = [a_return(rmaId=str(number)) | {"returnId": str(number)} for number in range(53)]
    pages = {"1": several[:50], "2": [*several[50:], several[0]]}

    def page(request: httpx.Request) -> httpx.Response:
        params = request.url.params
        listed = pages.get(params["page"], []) if params["handled"] == "false" else []
        return httpx.Response(200, json={"returns": listed} if listed else {})

    bol["returns"].side_effect = page
    bol.get(url__regex=rf"{API}/retailer/returns/\d+").mock(
        side_effect=lambda request: httpx.Response(200, json=several[int(request.url.path.rpartition("/")[2])])
    )

    refs = [getattr(item, "ref", "") for batch in read(connection) for item in batch.items]

    assert sorted(refs) == sorted(f"return:{number}" for number in range(53))
    assert {call.request.url.params["page"] for call in bol["returns"].calls} == {"1", "2"}


@pytest.mark.parametrize("header", [{"retry-after": "4"}, {"retry-after": "Mon, 02 Mar 2026 12:00:04 GMT"}, {}])
def test_too_many_requests_are_waited_out_or_told(
    bol: respx.MockRouter, connection: Connection, clock: SimulatedClock, header: dict[str, str]
) -> None:
    no_returns(bol)
    many = {"title": "Too Many Requests", "status": 429, "detail": "Too many requests, retry in 4 seconds."}
    bol["returns"].side_effect = [
        httpx.Response(429, json=many, headers=header),
        *[httpx.Response(200, json=EMPTY)] * 9,
    ]
    if header:
        read(connection)
        assert clock.now() >= NOW + timedelta(seconds=4)
    else:
        with pytest.raises(RateLimited) as limited:
            read(connection)
        assert limited.value.after == NOW + timedelta(minutes=1)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 507])
def test_a_server_error_that_is_no_json_is_asked_again_and_then_told(
    bol: respx.MockRouter, connection: Connection, status: int
) -> None:
    no_returns(bol)
    bol["returns"].side_effect = [
        httpx.Response(status, text="Internal Server Error"),
        *[httpx.Response(200, json=EMPTY)] * 9,
    ]
    read(connection)
    bol["returns"].side_effect = None
    bol["returns"].respond(status, html="<h1>Internal Server Error</h1>")

    with pytest.raises(Unavailable):
        read(connection)


@pytest.mark.parametrize("status", [406, 415])
def test_a_version_that_bol_com_no_longer_speaks_stops_the_channel(
    bol: respx.MockRouter, connection: Connection, status: int
) -> None:
    bol.get(f"{API}/retailer/returns").respond(status, json={"title": "Not Acceptable", "status": status})

    with pytest.raises(Misunderstood, match=f"HTTP {status}: Not Acceptable"):
        read(connection)


def test_an_order_that_nobody_has_is_none_also_without_violations(
    bol: respx.MockRouter, connection: Connection
) -> None:
    problem = {"type": f"{API}/problems", "title": "Not Found", "status": 404, "detail": "Order not found."}
    bol.get(f"{API}/retailer/orders/4012345678").respond(404, json=problem)

    assert connection.look_up_order("4012345678") is None


# Deciding


def test_a_decision_is_put_once_and_its_process_asked_for_by_its_id(
    bol: respx.MockRouter, connection: Connection
) -> None:
    bol.get(f"{API}/retailer/returns/159").respond(200, json=a_return())
    bol.put(f"{API}/retailer/returns/861", name="put").respond(202, json=process("PENDING"))
    bol.get(f"{API}/shared/process-status/019b-cbc").respond(200, json=process("SUCCESS"))

    receipt = connection.perform(REPLY, asked_about())
    found = connection.find(replace(REPLY, receipt_ref=receipt.ref), asked_about())

    [put] = bol["put"].calls
    assert (put.request.headers["content-type"], put.request.headers["accept"]) == (V10, V10)
    assert put.request.content == b'{"handlingResult":"RETURN_RECEIVED","quantityReturned":1}'
    assert (receipt.ref, receipt.final, receipt.at) == ("019b-cbc", False, NOW)
    assert found is not None
    assert found.final
    assert {call.request.url.scheme for call in bol.calls} == {"https"}


def test_a_put_whose_answer_is_lost_is_looked_up_by_its_entity_and_not_put_again(
    bol: respx.MockRouter, connection: Connection
) -> None:
    bol.get(f"{API}/retailer/returns/159").respond(200, json=a_return())
    bol.put(f"{API}/retailer/returns/861", name="put").mock(side_effect=httpx.ReadTimeout("lost"))
    listed = {"processStatuses": [process("SUCCESS")]}
    bol.get(f"{API}/shared/process-status", name="by entity").respond(200, json=listed)

    with pytest.raises(Uncertain):
        connection.perform(REPLY, asked_about())
    found = connection.find(REPLY, asked_about())

    assert bol["put"].call_count == 1
    asked = bol["by entity"].calls[0].request.url.params
    assert (asked["entity-id"], asked["event-type"]) == ("861", "HANDLE_RETURN_ITEM")
    assert found is not None
    assert found.final


def test_a_decision_that_is_not_valid_is_refused_in_bol_coms_words(
    bol: respx.MockRouter, connection: Connection
) -> None:
    problem = {
        "title": "Error validating request.",
        "status": 400,
        "detail": "Bad request",
        "violations": [{"name": "handlingResult", "reason": "not allowed here"}, {"reason": "nameless"}, "odd"],
    }
    bol.get(f"{API}/retailer/returns/159").respond(200, json=a_return())
    bol.put(f"{API}/retailer/returns/861").respond(400, json=problem)

    with pytest.raises(Rejected, match="Bad request; handlingResult: not allowed here; nameless"):
        connection.perform(REPLY, asked_about())


def test_an_item_that_is_decided_so_already_is_not_put(bol: respx.MockRouter, connection: Connection) -> None:
    done = {"quantity": 1, "handlingResult": "RETURN_RECEIVED", "processingDateTime": "1772445600000"}
    bol.get(f"{API}/retailer/returns/159").respond(200, json=a_return(handled=True, processingResults=[done]))
    bol.put(f"{API}/retailer/returns/861", name="put").respond(202, json=process("PENDING"))

    assert connection.perform(REPLY, asked_about()).final
    assert not bol["put"].called


# What the headers and bodies of answers say


def test_each_resource_has_its_media_type() -> None:
    assert {headers(resource)["accept"] for resource in ("returns", "orders", "insights", "process-status")} == {V10}
    assert headers("returns", with_body=True)["content-type"] == V10
    assert "content-type" not in headers("returns")


@pytest.mark.parametrize(
    ("given", "news"),
    [
        ({"X-RateLimit-Remaining": "9", "X-RateLimit-Reset": "1"}, BudgetNews(9, NOW + timedelta(seconds=1))),
        ({"x-ratelimit-remaining": "2", "x-ratelimit-reset": "1772452830"}, BudgetNews(2, NOW + timedelta(seconds=30))),
        ({"X-RateLimit-Remaining": "9"}, None),
        ({"X-RateLimit-Remaining": "many", "X-RateLimit-Reset": "1"}, None),
        ({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "999999999999999"}, None),
        ({"X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "1"}, None),
        ({}, None),
    ],
)
def test_what_is_left_of_a_budget_is_read_whichever_way_it_is_told(
    given: dict[str, str], news: BudgetNews | None
) -> None:
    assert budget_news(Response(200, b"", Headers(given)), NOW) == news


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"title": "Not Found", "detail": "Return not found."}', "Return not found."),
        (b'{"error": "invalid_client", "error_description": "Bad client credentials"}', "Bad client credentials"),
        (b'{"title": "Forbidden"}', "Forbidden"),
        (b'{"detail": 7, "violations": "odd"}', ""),
        (b'{"detail": "Bad", "violations": [{"name": "a"}, {"name": "a"}, null]}', "Bad; a"),
        (b"<html>Internal Server Error</html>", ""),
        (b"[1]", ""),
        (b"", ""),
        (b'{"detail": "half', ""),
    ],
)
def test_the_words_of_a_refusal_are_found_in_any_body(body: bytes, words: str) -> None:
    assert words_of(Response(400, body)) == words
