"""A case read from the pretended platform gets the deadlines of the shipped policies, and its words set them off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub import Case, Owner
from hub.core.evaluation import evaluate
from hub.core.model import from_epoch
from hub.core.policy import ClockName
from hub.core.readings import ClockState, Evaluation, Reading
from hub.policies.book import load_book
from hub.testing import Desk, SimulatedClock
from hub_fyndiq_reclaimit.simulator import ReclaimitSimulator
from tests.shipped import ALWAYS, SURROUNDINGS, TODAY, shipped

STOCKHOLM = ZoneInfo("Europe/Stockholm")
BOOK = load_book(shipped("hub_fyndiq_reclaimit"), None, SURROUNDINGS, {"fyndiq": "fyndiq_reclaimit"}, TODAY)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


class Shop:
    """An account whose errands are read, and seen as the policies see them."""

    def __init__(self, start: str) -> None:
        self.clock = SimulatedClock(local(start))
        self.platform = ReclaimitSimulator(self.clock)
        self.desk = Desk(self.platform)

    def opens(self, **about: Any) -> str:
        return self.platform.customer_writes("Handtaget gick av", **about)

    def case(self, ref: str) -> Case:
        self.desk.read()
        return self.desk.case(ref)

    def seen(self, ref: str) -> Evaluation:
        case = self.case(ref)
        chosen = BOOK.chosen(case)
        return evaluate(case, chosen.policy, chosen.options, self.clock.now(), ALWAYS)

    def clock_of(self, ref: str, name: ClockName) -> Reading:
        return [reading for reading in self.seen(ref).clocks if reading.clock is name][-1]

    def due(self, ref: str, name: ClockName = ClockName.FIRST_RESPONSE) -> datetime:
        due = self.clock_of(ref, name).due
        assert due is not None
        return from_epoch(due)


VECTORS = [
    # created, plain reading, first answer, the same for a dear order
    ("2026-09-07 12:00", "2026-09-08 12:00", "2026-09-08 12:00", "2026-09-09 12:00", "2026-09-09 12:00"),
    ("2026-09-11 15:00", "2026-09-12 15:00", "2026-09-14 15:00", "2026-09-15 15:00", "2026-09-14 15:00"),
    ("2026-09-12 10:00", "2026-09-13 10:00", "2026-09-15 00:00", "2026-09-16 00:00", "2026-09-14 10:00"),
    ("2026-09-13 23:30", "2026-09-14 23:30", "2026-09-15 00:00", "2026-09-16 00:00", "2026-09-15 23:30"),
    ("2026-06-18 15:00", "2026-06-19 15:00", "2026-06-19 15:00", "2026-06-22 15:00", "2026-06-22 15:00"),
    ("2026-05-13 16:00", "2026-05-14 16:00", "2026-05-15 16:00", "2026-05-18 16:00", "2026-05-15 16:00"),
    ("2026-04-02 14:00", "2026-04-03 14:00", "2026-04-07 14:00", "2026-04-08 14:00", "2026-04-07 14:00"),
    ("2026-12-23 09:00", "2026-12-24 09:00", "2026-12-24 09:00", "2026-12-28 09:00", "2026-12-28 09:00"),
    ("2026-03-28 12:00", "2026-03-29 13:00", "2026-03-31 00:00", "2026-04-01 00:00", "2026-03-30 13:00"),
]


@pytest.mark.parametrize(("created", "plain", "first", "dear", "dear_plain"), VECTORS)
def test_every_arrival_of_the_table_has_its_deadlines_and_the_platform_acts_by_them(
    created: str, plain: str, first: str, dear: str, dear_plain: str
) -> None:
    shop = Shop(created)
    cheap, costly = shop.opens(gross="500.00"), shop.opens(gross="875.00")

    assert shop.due(cheap) == local(first)
    assert shop.due(cheap, ClockName.FIRST_RESPONSE_TARGET) == local(plain)
    assert shop.due(costly) == local(dear)
    assert shop.due(costly, ClockName.FIRST_RESPONSE_TARGET) == local(dear_plain)
    assert [shop.platform.errand(ref).due for ref in (cheap, costly)] == [local(first), local(dear)]


@pytest.mark.parametrize(
    ("about", "policy", "rule"),
    [
        ({"gross": "799.99"}, "fyndiq", "errand"),
        ({"gross": "800.00"}, "fyndiq", "errand"),
        ({"gross": "800.01"}, "fyndiq", "high-value"),
        ({"gross": "875.00"}, "fyndiq", "high-value"),
        ({"gross": "900", "currency": "DKK", "market": "DK"}, "fyndiq", "errand"),
        ({"order_value": None}, "fyndiq", "errand"),
        ({"order_ids": [], "order_value": None}, "fyndiq", "errand"),
        ({"gross": "800.01", "marketplace": "cdon"}, "cdon", "no-regret"),
        ({"issue_type": "MISSING", "marketplace": "cdon"}, "cdon", "no-regret"),
        ({"issue_type": "REGRET", "marketplace": "cdon"}, "cdon", "errand"),
        ({"issue_type": "WARRANTY", "marketplace": "cdon"}, "cdon", "errand"),
    ],
)
def test_an_errand_meets_the_rule_for_its_marketplace_type_and_value(
    about: dict[str, Any], policy: str, rule: str
) -> None:
    shop = Shop("2026-09-07 12:00")

    seen = shop.seen(shop.opens(**about))

    assert (seen.policy, seen.rule) == (policy, rule)


@pytest.mark.parametrize(
    ("gross", "expected"), [("799.99", "auto_refund"), ("800.00", "escalated"), ("1500.01", "goods_returned")]
)
def test_what_a_miss_brings_at_cdon_goes_by_the_value(gross: str, expected: str) -> None:
    shop = Shop("2026-09-07 12:00")
    ref = shop.opens(gross=gross, marketplace="cdon")

    stages = shop.clock_of(ref, ClockName.FIRST_RESPONSE).stages

    assert next(stage.expect for stage in stages if stage.expect) == expected


def test_an_unanswered_errand_is_refunded_at_the_due_instant_and_the_outcome_bears_the_policys_word() -> None:
    shop = Shop("2026-09-11 15:00")
    ref = shop.opens(gross="349.00")
    due = shop.due(ref)
    shop.clock.set(due + timedelta(hours=3))

    case = shop.case(ref)

    assert [(outcome.what, outcome.at) for outcome in case.outcomes] == [("auto_refund", due)]
    assert case.closed_at == due
    expected = [stage.expect for stage in shop.clock_of(ref, ClockName.FIRST_RESPONSE).stages if stage.expect]
    assert expected == ["auto_refund"]


def test_an_answer_in_reclaimit_ends_the_clock_and_a_new_message_starts_the_follow_up() -> None:
    shop = Shop("2026-09-07 12:00")
    ref = shop.opens()
    shop.desk.read()
    shop.clock.set(local("2026-09-07 15:00"))
    shop.platform.seller_writes(ref, "Vi skickar en ny.")
    assert shop.clock_of(ref, ClockName.FIRST_RESPONSE).state(int(shop.clock.now().timestamp())) is ClockState.MET
    shop.clock.set(local("2026-09-09 10:00"))

    shop.platform.customer_writes("Den har inte kommit.", ref)

    assert shop.due(ref, ClockName.NEXT_RESPONSE) == local("2026-09-14 10:00")
    assert shop.platform.errand(ref).due == local("2026-09-14 10:00")


@pytest.mark.parametrize("status", ["PARKED", "MANAGED_BY_CARRIER", "NOT_SUBMITTED", "NEEDS_UPDATE"])
def test_a_hold_stops_the_clocks_by_its_own_word(status: str) -> None:
    shop = Shop("2026-09-07 12:00")
    ref = shop.opens(marketplace="cdon", issue_type="REGRET")
    shop.desk.read()
    shop.clock.advance(timedelta(hours=6))
    errand = shop.platform.errand(ref)
    if status == "PARKED":
        errand.state, errand.state_since, errand.updated_at = "PARKED", shop.clock.now(), shop.clock.now()
    else:
        shop.platform.desk.decide(errand, shop.clock.now(), status, None)
    shop.clock.advance(timedelta(minutes=10))

    assert shop.clock_of(ref, ClockName.FIRST_RESPONSE).state(int(shop.clock.now().timestamp())) is ClockState.PAUSED
    assert shop.case(ref).state_raw == status


def test_a_regret_that_arrives_parked_has_all_its_time_when_it_is_opened_after_nineteen_days() -> None:
    shop = Shop("2026-09-07 12:00")
    ref = shop.opens(issue_type="REGRET", state="PARKED")
    shop.desk.read()
    shop.clock.set(local("2026-09-26 13:00"))

    # It was opened on a Saturday.
    assert shop.due(ref) == local("2026-09-29 00:00") == shop.platform.errand(ref).due


def test_an_escalated_errand_is_the_marketplaces() -> None:
    shop = Shop("2026-09-07 12:00")
    ref = shop.opens()
    shop.desk.read()
    shop.clock.advance(timedelta(hours=3))
    shop.platform.desk.decide(shop.platform.errand(ref), shop.clock.now(), "ESCALATED", None)

    case = shop.case(ref)

    assert (case.owner, case.handovers[-1].at) == (Owner.PLATFORM, shop.clock.now())
    reading = shop.clock_of(ref, ClockName.FIRST_RESPONSE)
    assert reading.state(int(shop.clock.now().timestamp())) is ClockState.CANCELLED


def test_the_platforms_own_date_beats_the_rule_for_the_clock_that_runs() -> None:
    shop = Shop("2026-09-07 12:00")
    ref = shop.opens(respond_by=local("2026-09-08 08:30"))

    assert shop.due(ref) == local("2026-09-08 08:30")
    shop.platform.seller_writes(ref, "Vi ser på det.")
    shop.clock.advance(timedelta(hours=1))
    shop.platform.customer_writes("Och?", ref)
    shop.platform.errand(ref).respond_by = local("2026-09-09 09:00")

    assert shop.due(ref, ClockName.NEXT_RESPONSE) == local("2026-09-09 09:00")
