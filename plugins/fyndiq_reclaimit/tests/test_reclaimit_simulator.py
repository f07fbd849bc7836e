"""The pretended platform acts by its own clock, takes a thing once, and is what the demo and the tests lean on."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from hub.http import Headers, Request, Response
from hub.policies.holiday_sets import holiday_set
from hub.testing import Desk, RunningClock, SimulatedClock
from hub_fyndiq_reclaimit.adapter import ReclaimitAdapter
from hub_fyndiq_reclaimit.simulator import ReclaimitSimulator, with_errands
from hub_fyndiq_reclaimit.simulator.working_days import red_days

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MONDAY = datetime(2026, 9, 7, 12, 0, tzinfo=STOCKHOLM)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOLD = {"authorization": "Basic " + base64.b64encode(b"merchant-1:pretended-token").decode()}


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(MONDAY)


@pytest.fixture
def platform(clock: SimulatedClock) -> ReclaimitSimulator:
    return ReclaimitSimulator(clock)


def ask(platform: ReclaimitSimulator, method: str, path: str, body: Any = None, **params: Any) -> Response:
    query = f"?{urlencode(params)}" if params else ""
    content = b"" if body is None else Response.of_json(body).body
    return platform(Request(method, f"{platform.url}{path}{query}", Headers(TOLD), content))


def stands(platform: ReclaimitSimulator, ref: str) -> tuple[str, str | None, str | None]:
    platform.tick()
    errand = platform.errand(ref)
    return errand.state, errand.status, errand.outcome


# What the platform does by itself


def test_an_unanswered_errand_is_refunded_at_the_instant_and_not_before(
    platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    ref = platform.customer_writes("Hej")
    clock.advance(24 * HOUR - timedelta(seconds=1))
    assert stands(platform, ref) == ("OPEN", None, None)

    clock.advance(timedelta(seconds=1))

    assert stands(platform, ref) == ("APPROVED", None, "AUTO_REFUND")
    assert platform.errand(ref).outcome_at == MONDAY + DAY
    assert "refunded" in platform.errand(ref).messages[-1]["body_text"]


def test_a_dear_errand_at_cdon_is_escalated_instead(platform: ReclaimitSimulator, clock: SimulatedClock) -> None:
    cheap = platform.customer_writes("a", marketplace="cdon", gross="799.99")
    dear = platform.customer_writes("b", marketplace="cdon", gross="800.00")
    clock.advance(2 * DAY)

    assert stands(platform, cheap) == ("APPROVED", None, "AUTO_REFUND")
    assert stands(platform, dear) == ("ESCALATED", None, None)
    assert platform.errand(dear).escalated_at == MONDAY + DAY


def test_an_answered_errand_is_left_alone_until_the_customer_writes_again(
    platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    ref = platform.customer_writes("Hej")
    platform.seller_writes(ref, "Vi ser på det.")
    clock.advance(30 * DAY)
    assert stands(platform, ref)[0] == "OPEN"

    platform.customer_writes("Hallå?", ref)
    clock.advance(7 * DAY)

    assert stands(platform, ref) == ("APPROVED", None, "AUTO_REFUND")


@pytest.mark.parametrize(
    ("status", "until", "then"),
    [
        ("NOT_SUBMITTED", MONDAY + 5 * DAY, ("CLOSED", "NOT_SUBMITTED")),
        ("MANAGED_BY_CARRIER", MONDAY + 19 * DAY, ("OPEN", None)),
        ("NEEDS_UPDATE", MONDAY + 7 * DAY, ("OPEN", None)),  # five working days and a week-end
        ("APPROVED", MONDAY + 5 * DAY, ("CLOSED", "APPROVED")),
        ("REJECTED", MONDAY + 5 * DAY, ("CLOSED", "REJECTED")),
    ],
)
def test_a_hold_and_a_decision_end_by_themselves(
    platform: ReclaimitSimulator, clock: SimulatedClock, status: str, until: datetime, then: tuple[str, str | None]
) -> None:
    ref = platform.customer_writes("Hej", marketplace="cdon", issue_type="REGRET")
    platform.desk.decide(platform.errand(ref), clock.now(), status, None)
    clock.set(until - timedelta(seconds=1))
    before = stands(platform, ref)[0]

    clock.set(until)

    assert before in ("PARKED", "APPROVED", "REJECTED")
    assert stands(platform, ref)[:2] == then


def test_an_escalated_errand_stays_the_marketplaces(platform: ReclaimitSimulator, clock: SimulatedClock) -> None:
    ref = platform.customer_writes("Hej")
    platform.desk.decide(platform.errand(ref), clock.now(), "ESCALATED", None)
    clock.advance(100 * DAY)

    assert stands(platform, ref)[0] == "ESCALATED"


def test_a_customer_who_writes_opens_what_was_decided(platform: ReclaimitSimulator, clock: SimulatedClock) -> None:
    ref = platform.customer_writes("Hej")
    platform.desk.decide(platform.errand(ref), clock.now(), "REJECTED", None)
    clock.advance(HOUR)

    platform.customer_writes("Det stämmer inte!", ref)

    assert stands(platform, ref)[0] == "OPEN"
    assert platform.errand(ref).opened_at == clock.now()


def test_what_happens_late_happens_in_the_order_in_which_it_was_due(
    platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    ref = platform.customer_writes("Hej", marketplace="cdon", issue_type="REGRET")
    platform.desk.decide(platform.errand(ref), clock.now(), "MANAGED_BY_CARRIER", None)
    clock.advance(60 * DAY)
    platform.tick()

    done = [message["body_text"] for message in platform.errand(ref).messages if message["author"] == "MARKETPLACE"]

    assert [text.split()[3] if text.startswith("The errand") else "refunded" for text in done] == [
        "opened",
        "refunded",
        "closed",
    ]


# Its days are those of the shipped calendar, although it works them out by itself


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027, 2028])
def test_the_red_days_are_those_that_the_policies_know(year: int) -> None:
    shipped = {day for day in holiday_set("SE").days if day.year == year}

    assert {day for day in red_days(year) if day.weekday() < 6} == {day for day in shipped if day.weekday() < 6}
    assert date(year, 12, 25) in set(red_days(year))


# What it takes


def test_the_same_reference_is_taken_once_and_other_content_is_refused(platform: ReclaimitSimulator) -> None:
    number = platform.customer_writes("Hej").partition(":")[2]
    body = {"body_text": "Svar", "attachment_ids": [], "client_reference": "r1"}

    first = ask(platform, "POST", f"/errands/{number}/messages", body)
    again = ask(platform, "POST", f"/errands/{number}/messages", body)
    other = ask(platform, "POST", f"/errands/{number}/messages", body | {"body_text": "Annat"})

    assert [first.status, again.status, other.status] == [201, 200, 409]
    assert first.json() == again.json()
    assert platform.received() == ["Svar"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/errands/{}/messages", {"body_text": " "}, 400),
        ("POST", "/errands/{}/messages", ["text"], 400),
        ("POST", "/errands/{}/messages", {"body_text": "a", "attachment_ids": ["none"]}, 400),
        ("PUT", "/errands/{}/status", {"status": "REFUND"}, 400),
        ("PUT", "/errands/{}/status", {"status": "APPROVED_DEDUCTION", "deduction_percent": 100}, 400),
        ("PUT", "/errands/{}/status", {"status": "REJECTED"}, 400),
        ("PUT", "/errands/1/status", {"status": "APPROVED"}, 403),
        ("POST", "/attachments", None, 400),
        ("GET", "/attachments/none", None, 403),
        ("GET", "/errands/1", None, 403),
        ("GET", "/errands/1/messages", None, 403),
        ("DELETE", "/errands/{}", None, 405),
        ("GET", "/nothing", None, 404),
        ("GET", "/fyndiq/api/v1/orders/none", None, 403),
        ("PUT", "/fyndiq/api/v1/orders/none", {}, 405),
    ],
)
def test_what_is_wrong_is_refused_and_changes_nothing(
    platform: ReclaimitSimulator, method: str, path: str, body: Any, status: int
) -> None:
    number = platform.customer_writes("Hej").partition(":")[2]
    before = platform.state

    answer = ask(platform, method, path.format(number), body)

    assert answer.status == status
    assert set(answer.json()) == {"description", "errors"}
    assert platform.state == before


def test_nobody_is_answered_without_the_token(platform: ReclaimitSimulator) -> None:
    assert platform(Request("GET", f"{platform.url}/merchant")).status == 401


def test_a_decided_errand_takes_no_other_decision(platform: ReclaimitSimulator) -> None:
    number = platform.customer_writes("Hej").partition(":")[2]
    ask(platform, "PUT", f"/errands/{number}/status", {"status": "APPROVED", "client_reference": "a"})

    again = ask(platform, "PUT", f"/errands/{number}/status", {"status": "APPROVED", "client_reference": "b"})

    assert (again.status, again.json()["description"]) == (403, "Errand already has approved as state")


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, ["a", "b", "c"]),
        ({"limit": 2}, ["a", "b"]),
        ({"limit": 2, "page": 2}, ["c"]),
        ({"limit": 2, "page": 3}, []),
        ({"state": "PARKED"}, ["c"]),
        ({"issue_type": "MISSING"}, ["b"]),
        ({"marketplace": "cdon"}, ["b"]),
        ({"order_id": "order-104857"}, ["a"]),
        ({"updated_since": "2026-09-07T11:00:00Z"}, ["b", "c"]),
        ({"updated_since": "2026-09-07 11:00:00"}, ["b", "c"]),
    ],
)
def test_the_list_is_filtered_and_ordered_by_the_last_change(
    platform: ReclaimitSimulator, clock: SimulatedClock, params: Mapping[str, Any], found: list[str]
) -> None:
    platform.customer_writes("a")
    clock.advance(HOUR)
    platform.customer_writes("b", issue_type="MISSING", marketplace="cdon")
    clock.advance(HOUR)
    platform.customer_writes("c", state="PARKED")

    assert [errand["description"] for errand in ask(platform, "GET", "/errands", **params).json()] == found


def test_the_list_of_orders_has_only_created_ones_unless_asked(platform: ReclaimitSimulator) -> None:
    platform.customer_writes("a", order_ids=["f-1"])

    assert ask(platform, "GET", "/fyndiq/api/v1/orders/").json() == []
    fulfilled = ask(platform, "GET", "/fyndiq/api/v1/orders/", state="FULFILLED")
    assert [order["id"] for order in fulfilled.json()] == ["f-1"]
    assert fulfilled.headers["content-type"].startswith("text/html")


# The demo


def test_the_demo_has_errands_of_all_types_and_serves_them_on_loopback() -> None:
    clock = SimulatedClock(MONDAY.astimezone(UTC))
    demo = ReclaimitAdapter.pretend(clock)
    assert isinstance(demo, ReclaimitSimulator)
    with demo:
        settings = demo.settings()
        desk = Desk(demo)
        desk.read()
        case = desk.inbox.cases[0]
        desk.send(desk.reply(case, demo.sample_reply), case)

    assert str(settings["base_url"]).startswith("http://127.0.0.1:")
    assert {case.type for case in desk.inbox.cases} == {"return", "missing_item", "complaint"}
    assert {case.marketplace for case in desk.inbox.cases} == {"fyndiq", "cdon"}
    assert [len(message.attachments) for case in desk.inbox.cases for message in case.messages].count(1) == 1
    assert demo.received() == [demo.sample_reply]
    assert set(demo.secrets()) == {"token", "fyndiq_orders_token", "cdon_orders_token"}


def test_the_demo_runs_by_a_real_clock_too() -> None:
    assert len(with_errands(RunningClock()).desk.errands) == 5
