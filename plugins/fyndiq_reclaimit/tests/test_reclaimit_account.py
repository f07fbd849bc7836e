"""An account in Reclaimit: its settings, what a check proves of it, its orders, and the exact requests."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx
from pydantic import ValidationError

from hub import (
    Act,
    ActKind,
    Attachment,
    AuthenticationFailed,
    Case,
    Misunderstood,
    Money,
    OpenCase,
    Tracking,
    Unsupported,
)
from hub.http import Response, api_door
from hub.testing import Desk, Fault, SimulatedClock
from hub_fyndiq_reclaimit.adapter import ReclaimitAdapter
from hub_fyndiq_reclaimit.settings import ReclaimitSettings
from hub_fyndiq_reclaimit.simulator import ReclaimitSimulator

NEEDED = {"base_url": "https://errands.example", "merchant_id": "m-1", "token": "a secret token"}
HOST = "https://errands.reclaimit.example"
BASIC = "Basic " + base64.b64encode(b"merchant-1:pretended-token").decode()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime(2026, 9, 7, 10, 0, tzinfo=UTC))


@pytest.fixture
def platform(clock: SimulatedClock) -> ReclaimitSimulator:
    return ReclaimitSimulator(clock)


@pytest.fixture
def desk(platform: ReclaimitSimulator) -> Desk:
    return Desk(platform)


# Settings


def test_the_errands_have_no_address_of_their_own_and_the_orders_the_documented_ones() -> None:
    settings = ReclaimitSettings.model_validate(NEEDED)

    assert "base_url" in {name for name, field in ReclaimitSettings.model_fields.items() if field.is_required()}
    assert settings.fyndiq_orders_url == "https://merchants-api.fyndiq.se/api/v1"
    assert settings.cdon_orders_url == "https://merchants-api.cdon.com/api/v1"
    assert settings.marketplaces == ("fyndiq", "cdon")
    assert settings.calls_per_minute == 30


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "http://errands.example"},
        {"base_url": "https://name:word@errands.example"},
        {"base_url": "errands.example"},
        {"fyndiq_orders_url": "http://merchants-api.fyndiq.se/api/v1"},
        {"marketplaces": []},
        {"marketplaces": ["bolcom"]},
        {"calls_per_minute": 0},
        {"page_size": 1001},
        {"colour": "red"},
    ],
)
def test_a_setting_that_cannot_be_right_is_named_without_its_value(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        ReclaimitSettings.model_validate(NEEDED | wrong)

    details = refused.value.errors(include_input=False, include_url=False)
    assert {detail["loc"][:1] for detail in details} == {tuple(wrong)}
    assert "name:word" not in str(refused.value)


@pytest.mark.parametrize(
    "half", [{"fyndiq_orders_merchant_id": "m"}, {"cdon_orders_token": "t"}, {"cdon_orders_merchant_id": "m"}]
)
def test_credentials_of_orders_come_whole_or_not_at_all(half: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="together or not at all"):
        ReclaimitSettings.model_validate(NEEDED | half)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"base_url": "https://errands.example"}, "needs merchant_id and token"),
        ({"base_url": "https://errands.example", "merchant_id": "m"}, "needs merchant_id and token"),
        ({"base_url": "https://errands.example", "token": "t"}, "needs merchant_id and token"),
        ({"base_url": ""}, "leaves orders to look up"),
    ],
)
def test_a_channel_has_something_to_do_and_may_do_it(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ReclaimitSettings.model_validate(given)


def test_a_channel_without_errands_looks_up_the_orders_of_cases_that_came_by_mail(
    platform: ReclaimitSimulator,
) -> None:
    case = _case_of(Desk(platform))
    desk = Desk(platform, base_url="", merchant_id="", token=None)
    platform.requests.clear()

    assert desk.read() == 0
    assert [proof.what for proof in desk.check()] == ["orders at Fyndiq", "orders at CDON"]
    assert look_up(desk, "order-104857").number == "order-104857"
    assert {request.path.split("/")[1] for request in platform.requests} == {"fyndiq", "cdon"}
    with pytest.raises(Unsupported) as refused:
        desk.send(desk.reply(case), case)
    assert "Reclaimit" in refused.value.portal_step


def test_clear_text_is_for_this_computer_only() -> None:
    assert ReclaimitSettings.model_validate(NEEDED | {"base_url": "http://127.0.0.1:8080/"}).base_url == (
        "http://127.0.0.1:8080"
    )


def test_the_limits_say_whose_contract_it_is_and_what_works_today() -> None:
    told = " ".join(ReclaimitAdapter.limits)

    assert "Reclaimit publishes no API" in told
    assert "casehub's own" in told
    assert "what works today without it: the notification mails" in told


# Checks


def test_a_check_proves_each_thing_by_itself(desk: Desk) -> None:
    assert [(proof.what, proof.ok, proof.detail) for proof in desk.check()] == [
        ("sign-in", True, "as merchant-1, for fyndiq, cdon"),
        ("errands", True, "there are none"),
        ("ratings", True, "told"),
        ("orders at Fyndiq", True, "for the value of orders"),
        ("orders at CDON", True, "for the value of orders"),
    ]


def test_a_check_of_wrong_order_credentials_leaves_the_errands_fine(platform: ReclaimitSimulator) -> None:
    proofs = {proof.what: proof.ok for proof in Desk(platform, cdon_orders_token="wrong word").check()}

    assert [what for what, ok in proofs.items() if not ok] == ["orders at CDON"]


def test_a_check_without_order_credentials_asks_no_merchant_api(platform: ReclaimitSimulator) -> None:
    bare = {f"{name}_orders_{part}": "" for name in ("fyndiq", "cdon") for part in ("merchant_id",)}
    desk = Desk(platform, **bare, fyndiq_orders_token=None, cdon_orders_token=None)

    assert [proof.what for proof in desk.check()] == ["sign-in", "errands", "ratings"]


@pytest.mark.parametrize(
    ("fault", "detail"),
    [
        (Fault.WRONG_CREDENTIALS, "merchant id or token is wrong"),
        (Fault.UNREACHABLE, "cannot be used now"),
        (Fault.GARBLED, "answers in a way that is not expected"),
        (Fault.TROUBLE, "cannot be used now"),
    ],
)
def test_a_check_says_what_is_wrong(platform: ReclaimitSimulator, desk: Desk, fault: Fault, detail: str) -> None:
    platform.inject(fault, None)

    proofs = [proof for proof in desk.check() if not proof.ok]

    assert detail in {proof.detail for proof in proofs}
    assert all(proof.advice for proof in proofs)


# Orders


def _case_of(desk: Desk) -> Case:
    ref = desk.platform.customer_writes("Hej")
    desk.read()
    return desk.case(ref)


def look_up(desk: Desk, number: str) -> Any:
    with desk.connect() as connection:
        return connection.look_up_order(number)


def test_an_order_is_looked_up_at_both_marketplaces(desk: Desk, platform: ReclaimitSimulator) -> None:
    platform.customer_writes("a", order_ids=["f-1"], gross="800.01")
    platform.customer_writes("b", order_ids=["c-1"], gross="875.00", marketplace="cdon")

    assert look_up(desk, "f-1").value == Money(Decimal("800.01"), "SEK")
    assert look_up(desk, "c-1").value == Money(Decimal("875.00"), "SEK")
    assert look_up(desk, "nobody's") is None


def test_an_errand_of_several_orders_has_all_their_lines_and_no_value(desk: Desk, platform: ReclaimitSimulator) -> None:
    platform.customer_writes("a", order_ids=["f-1", "f-2"], order_value=None)
    desk.read()
    [case] = desk.inbox.cases
    assert case.order is not None

    found = look_up(desk, case.order.number)

    assert (found.number, found.value, len(found.lines)) == ("f-1, f-2", None, 2)


def test_an_order_that_is_not_fulfilled_is_read_whatever_its_media_type(
    desk: Desk, platform: ReclaimitSimulator
) -> None:
    platform.customer_writes("a", order_ids=["f-1"])
    order = dict(platform.desk.orders["fyndiq"]["f-1"])
    platform.desk.orders["fyndiq"]["f-1"] = order | {"state": "NOT FULFILLED"}

    assert look_up(desk, "f-1").number == "f-1"
    assert platform.requests[-1].path == "/fyndiq/api/v1/orders/f-1"


def test_a_number_with_odd_signs_stays_one_part_of_the_address(desk: Desk, platform: ReclaimitSimulator) -> None:
    assert look_up(desk, "../errands?x=1#y å") is None

    assert platform.requests[0].path == "/fyndiq/api/v1/orders/..%2Ferrands%3Fx%3D1%23y%20%C3%A5"


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_number_that_is_none_there_is_nobodys_order(desk: Desk, platform: ReclaimitSimulator, status: int) -> None:
    refused = Response.of_json({"description": "Order id is not valid", "errors": {}}, status)
    platform.answer = lambda request: refused  # type: ignore[method-assign]

    assert look_up(desk, "12345678") is None


def test_without_credentials_no_order_is_looked_up_and_the_way_is_told(platform: ReclaimitSimulator) -> None:
    desk = Desk(
        platform,
        fyndiq_orders_merchant_id="",
        cdon_orders_merchant_id="",
        fyndiq_orders_token=None,
        cdon_orders_token=None,
    )

    with pytest.raises(Unsupported) as refused:
        look_up(desk, "f-1")

    assert "fyndiq_orders_merchant_id" in refused.value.portal_step


def test_a_token_of_orders_that_is_refused_is_told(platform: ReclaimitSimulator) -> None:
    with pytest.raises(AuthenticationFailed):
        look_up(Desk(platform, fyndiq_orders_token="wrong word"), "f-1")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null"])
def test_an_order_of_another_shape_is_not_guessed_at(desk: Desk, platform: ReclaimitSimulator, body: bytes) -> None:
    platform.answer = lambda request: Response(200, body)  # type: ignore[method-assign]

    with pytest.raises(Misunderstood):
        look_up(desk, "f-1")


# The exact requests


@pytest.fixture
def web(desk: Desk, clock: SimulatedClock) -> Desk:
    """A desk whose requests go out as they would, to be looked at on their way."""
    desk.tools = replace(desk.tools, open_api=api_door(clock, pause=lambda seconds: None))
    return desk


def test_a_reading_asks_with_exactly_these_requests(web: Desk, respx_mock: respx.MockRouter) -> None:
    checkpoint = {"version": 1, "cursor": "2026-09-07T09:00:00+00:00", "reached": None, "swept_at": None, "files": {}}
    errands = respx_mock.get(
        f"{HOST}/errands", params={"updated_since": "2026-09-07T08:55:00.000000Z", "limit": "20", "page": "1"}
    ).mock(return_value=httpx.Response(200, json=[_ERRAND]))
    thread = respx_mock.get(f"{HOST}/errands/7/messages", params={"limit": "20", "page": "1"}).mock(
        return_value=httpx.Response(200, json=[])
    )
    for month in ("2026-08", "2026-09"):
        told = {"month": month, "thumbs_up": 1, "thumbs_down": 0}
        respx_mock.get(f"{HOST}/satisfaction", params={"month": month}).mock(
            return_value=httpx.Response(200, json=told)
        )

    with web.connect() as connection:
        batches = list(connection.fetch(checkpoint, [OpenCase("fyndiq:7", datetime(2026, 9, 7, tzinfo=UTC))]))

    assert [type(item).__name__ for batch in batches for item in batch.items] == ["CaseUpdate"]
    for call in (*errands.calls, *thread.calls):
        assert call.request.headers["authorization"] == BASIC
        assert call.request.headers["accept"] == "application/json"


def test_an_act_writes_with_exactly_these_requests(
    web: Desk, platform: ReclaimitSimulator, respx_mock: respx.MockRouter
) -> None:
    usual = web.tools.open_api
    web.tools = Desk(platform).tools
    ref = platform.customer_writes("Paketet kom aldrig", issue_type="MISSING")
    web.read()
    web.tools = replace(web.tools, open_api=usual)
    number = ref.partition(":")[2]
    respx_mock.get(f"{HOST}/errands/{number}/messages").mock(return_value=httpx.Response(200, json=[]))
    upload = respx_mock.post(f"{HOST}/attachments").mock(return_value=httpx.Response(201, json={"id": "a9"}))
    message = respx_mock.post(f"{HOST}/errands/{number}/messages").mock(
        return_value=httpx.Response(201, json={"id": "m9", "description": "sent"})
    )
    status = respx_mock.put(f"{HOST}/errands/{number}/status").mock(
        return_value=httpx.Response(202, json={"description": "accepted"})
    )
    case = web.case(ref)
    proof = Attachment("kvitto.pdf", "application/pdf", 3, web.tools.keep(b"pdf"))
    act = Act(ActKind.DECIDE, "REJECTED", tracking=(Tracking("Postnord", "abc123"),), evidence=(proof,))

    web.send(web.reply(case, "Paketet är utlämnat. 漢字", act), case)

    assert b'name="file"; filename="kvitto.pdf"' in upload.calls.last.request.content
    text = _json(message)
    decision = _json(status)
    assert (text["body_text"], text["attachment_ids"]) == ("Paketet är utlämnat. 漢字", [])
    assert text["client_reference"].startswith(f"casehub.{case.number}.")
    assert decision["client_reference"] != text["client_reference"]
    assert {name: value for name, value in decision.items() if name != "client_reference"} == {
        "status": "REJECTED",
        "tracking_information": [{"carrier_name": "Postnord", "tracking_number": "abc123"}],
        "evidence_attachment_ids": ["a9"],
    }


@pytest.mark.parametrize("marketplace", ["fyndiq", "cdon"])
def test_orders_are_asked_for_at_the_documented_hosts_with_the_exact_slashes(
    marketplace: str, platform: ReclaimitSimulator, clock: SimulatedClock, respx_mock: respx.MockRouter
) -> None:
    token = {f"{marketplace}_orders_token": "another token", f"{marketplace}_orders_merchant_id": "m-9"}
    settings = ReclaimitSettings.model_validate(NEEDED | token)
    tools = replace(Desk(platform).tools, open_api=api_door(clock, pause=lambda seconds: None))
    host = {"fyndiq": "merchants-api.fyndiq.se", "cdon": "merchants-api.cdon.com"}[marketplace]
    listed = {"fyndiq": "orders/", "cdon": "orders"}[marketplace]
    one = respx_mock.get(f"https://{host}/api/v1/orders/5b1c").mock(return_value=httpx.Response(200, json={}))
    every = respx_mock.get(f"https://{host}/api/v1/{listed}", params={"limit": "1"}).mock(
        return_value=httpx.Response(200, json=[])
    )
    respx_mock.get("https://errands.example/merchant").mock(return_value=httpx.Response(401))

    with ReclaimitAdapter().open(settings, tools) as connection:
        connection.look_up_order("5b1c")
        proofs = {proof.what: proof.ok for proof in connection.check()}

    assert list(proofs.values()) == [False, True]
    expected = "Basic " + base64.b64encode(b"m-9:another token").decode()
    assert {call.request.headers["authorization"] for call in (*one.calls, *every.calls)} == {expected}


def _json(route: respx.Route) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(route.calls.last.request.content)
    return told


_ERRAND = {
    "id": "7",
    "marketplace": "fyndiq",
    "issue_type": "COMPLAINT",
    "description": "Hej",
    "state": "OPEN",
    "created_at": "2026-09-07T09:30:00Z",
    "updated_at": "2026-09-07T09:30:00Z",
}
