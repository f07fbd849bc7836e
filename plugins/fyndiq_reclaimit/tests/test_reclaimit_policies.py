"""What Fyndiq and CDON ask for is what their documents say, over every arrival."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from unittest.mock import ANY
from zoneinfo import ZoneInfo

import pytest

from hub.core.evaluation import evaluate
from hub.core.events import Event, Opened
from hub.core.model import Case, Money, Order
from hub.core.policy import ClockName, ClockRule, Deed, Moment, Stage
from hub.core.readings import headline
from hub.core.replay import replay
from hub.core.targets import reach
from hub.policies.book import load_book
from tests.shipped import ALWAYS, SURROUNDINGS, TODAY, policies_of, shipped

POLICIES = policies_of("hub_fyndiq_reclaimit")


@pytest.mark.parametrize(
    ("marketplace", "policy"), [("fyndiq", "fyndiq"), ("cdon", "cdon"), ("", "cdon"), ("Ö", "cdon")]
)
def test_only_fyndiq_has_the_longer_deadline(marketplace: str, policy: str) -> None:
    book = load_book(shipped("hub_fyndiq_reclaimit"), None, SURROUNDINGS, {"shop": "fyndiq_reclaimit"}, TODAY)
    opened = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
    case = Case("CH-1", "shop", "Åsa 漢字 🙂", opened, opened, marketplace=marketplace)

    assert book.chosen(case).policy.id == policy


def targets_later_than_the_deadline(policy: str, rule: str) -> list[datetime]:
    [chosen] = [known for known in POLICIES[policy].policy.rules if known.id == rule]
    clocks = {clock.name: clock for clock in chosen.clocks}
    first, target = clocks[ClockName.FIRST_RESPONSE], clocks[ClockName.FIRST_RESPONSE_TARGET]
    since, until = (int(datetime(year, 12, 15, tzinfo=UTC).timestamp()) for year in (2025, 2026))
    return [
        datetime.fromtimestamp(start, ZoneInfo("Europe/Stockholm"))
        for start in range(since, until, 1800)
        if reach(start, target.target, target.calendar)[-1].end > reach(start, first.target, first.calendar)[-1].end
    ]


@pytest.mark.parametrize("policy", ["fyndiq", "cdon"])
def test_the_plain_reading_is_never_later_than_the_documented_one(policy: str) -> None:
    assert targets_later_than_the_deadline(policy, "errand") == []


def test_with_the_extra_day_it_is_later_at_midnight_sharp_only() -> None:
    later = targets_later_than_the_deadline("fyndiq", "high-value")

    # 48 working hours from Thursday 00:00 are over as the week is; the working day after Friday 00:00 is Monday.
    assert {at.strftime("%H:%M") for at in later} == {"00:00"}


def clocks_of(policy: str, rule: str) -> dict[ClockName, ClockRule]:
    [chosen] = [known for known in POLICIES[policy].policy.rules if known.id == rule]
    return {clock.name: clock for clock in chosen.clocks}


def alike(clock: ClockRule, **but: Any) -> ClockRule:
    return replace(clock, source=ANY, **but)


@pytest.mark.parametrize("rule", ["high-value", "high-value-both"])
def test_a_dear_order_changes_targets_and_nothing_else(rule: str) -> None:
    plain = clocks_of("fyndiq", "errand")
    dear = clocks_of("fyndiq", rule)

    target = ClockName.FIRST_RESPONSE_TARGET
    same = {name: alike(clock, target=plain[name].target) for name, clock in dear.items() if name != target}
    assert same == {name: alike(clock) for name, clock in plain.items() if name != target}
    # A part of a working day cannot stand still.
    assert alike(dear[target], target=(), pauses=()) == alike(plain[target], target=(), pauses=())


def test_what_is_no_regret_is_parked_without_an_end_and_differs_by_nothing_else() -> None:
    errand, other = clocks_of("cdon", "errand"), clocks_of("cdon", "no-regret")

    capped = [pause for clock in errand.values() for pause in clock.pauses if pause.status == "PARKED"]
    assert [[step.text for step in pause.cap] for pause in capped] == [["19d"]] * len(errand)
    uncapped = {
        name: alike(clock, pauses=(replace(clock.pauses[0], cap=()), *clock.pauses[1:]))
        for name, clock in errand.items()
    }
    assert uncapped == {name: alike(clock) for name, clock in other.items()}


@pytest.mark.parametrize(("policy", "rule"), [("fyndiq", "errand"), ("cdon", "errand"), ("cdon", "no-regret")])
def test_all_clocks_of_a_rule_know_the_same_holds(policy: str, rule: str) -> None:
    holds = {clock.pauses for clock in clocks_of(policy, rule).values()}

    assert len(holds) == 1


@pytest.mark.parametrize("policy", ["fyndiq", "cdon"])
def test_a_missed_follow_up_costs_what_a_missed_first_answer_costs(policy: str) -> None:
    clocks = clocks_of(policy, "errand")

    def expected(name: ClockName) -> list[Stage]:
        return [stage for stage in clocks[name].stages if stage.expect]

    assert expected(ClockName.NEXT_RESPONSE) == expected(ClockName.FIRST_RESPONSE)


def test_cdon_counts_the_hours_of_an_errand_as_fyndiq_does() -> None:
    def counted(policy: str) -> list[tuple[object, ...]]:
        table = POLICIES[policy].table["calendars"]
        return [(name, clock.target, clock.anchor, table) for name, clock in clocks_of(policy, "errand").items()]

    assert counted("cdon") == counted("fyndiq")


@pytest.mark.parametrize(
    ("value", "step", "shown"),
    [
        ("799.99", "auto_refund", "CDON refunds the customer by itself"),
        ("800.00", "escalated", "CDON takes over, reminds, then refunds"),
        ("1500.00", "escalated", "CDON takes over, reminds, then refunds"),
        ("1500.01", "goods_returned", "CDON reminds, then gets the goods"),
    ],
)
def test_one_step_of_cdons_ladder_fits_a_value_and_is_what_a_list_shows(value: str, step: str, shown: str) -> None:
    at = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
    gross = Money(Decimal(value), "SEK")
    case = replay([Event(Opened("CH-1", "shop", "case", order=Order("order", value=gross)), at, at)])

    found = evaluate(case, POLICIES["cdon"].policy, {}, at, ALWAYS)
    [first] = [clock for clock in found.clocks if clock.clock is ClockName.FIRST_RESPONSE]
    line = headline(found)

    assert [stage.expect for stage in first.stages if stage.expect] == [step, "decision"]
    assert line is not None
    assert (line.consequence, line.at_risk) == (shown, gross)


def test_what_a_platform_punishes_is_told_here_at_the_due_instant() -> None:
    punished = [
        clock
        for read in POLICIES.values()
        for rule in read.policy.rules
        for clock in rule.clocks
        if any(stage.expect for stage in clock.stages)
    ]

    assert punished
    assert all((Deed.BREACH, Moment(after=())) in [(s.do, s.moment) for s in clock.stages] for clock in punished)
