"""What Rakuten asks for is what its documents say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import ANY
from zoneinfo import ZoneInfo

import pytest

from hub.core.evaluation import evaluate
from hub.core.events import Event, MessageArrived, Opened
from hub.core.model import Author, Case, CaseType, Direction, Message
from hub.core.policy import ClockRule, Deed, Moment, Policy
from hub.core.replay import replay
from hub.policies.book import load_book
from tests.shipped import ALWAYS, SURROUNDINGS, TODAY, policies_of, shipped

POLICIES = policies_of("hub_rakuten")


@pytest.mark.parametrize(
    ("adapter", "market", "policy"),
    [
        ("rakuten", "JP", "rakuten-ichiba"),
        ("rakuten", "", "rakuten-ichiba"),
        ("rakuten_france", "FR", "rakuten-france"),
        ("rakuten_france", "", "rakuten-france"),
    ],
)
def test_each_marketplace_has_its_own_policy(adapter: str, market: str, policy: str) -> None:
    book = load_book(shipped("hub_rakuten"), None, SURROUNDINGS, {"shop": adapter}, TODAY)
    opened = datetime(2026, 9, 7, 12, 0, tzinfo=UTC)
    case = Case("CH-1", "shop", "Åsa 漢字 🙂", opened, opened, market=market)

    assert book.chosen(case).policy.id == policy


def expected_at(policy: Policy, case: Case, name: str, zone: str) -> str:
    """When a stage of the first answer comes, in local time."""
    first = evaluate(case, policy, {}, case.opened_at, ALWAYS).clocks[0]
    [instant] = [stage.at for stage in first.stages if stage.name == name]
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def asked(received: str, zone: str, kind: CaseType = CaseType.UNKNOWN) -> Case:
    at = datetime.fromisoformat(received).replace(tzinfo=ZoneInfo(zone))
    question = MessageArrived(Message("m-1", Author.CUSTOMER, Direction.INBOUND, at, "届きません"))
    return replay([Event(Opened("CH-1", "shop", "case", type=kind), at, at), Event(question, at, at)])


@pytest.mark.parametrize(
    ("received", "over"),
    [
        ("2026-07-06 10:00", "2026-07-10 00:00"),
        ("2026-07-09 10:00", "2026-07-16 00:00"),
        ("2027-05-05 10:00", "2027-05-12 00:00"),  # Ascension on the 6th; Victory Day is a Saturday
        ("2028-04-13 10:00", "2028-04-20 00:00"),  # Good Friday is a working day, Easter Monday is not
    ],
)
def test_three_working_days_in_france_are_over_as_the_third_one_is(received: str, over: str) -> None:
    case = asked(received, "Europe/Paris", CaseType.COMPLAINT)

    assert expected_at(POLICIES["rakuten-france"].policy, case, "working-days", "Europe/Paris") == over


@pytest.mark.parametrize(
    ("received", "over"),
    [
        ("2026-12-28 10:00", "2027-01-05 00:00"),
        ("2027-03-18 10:00", "2027-03-25 00:00"),  # 22 March stands in for a Sunday
        ("2027-12-29 10:00", "2028-01-06 00:00"),  # 30 December, then 4 and 5 January
        ("2028-05-02 10:00", "2028-05-11 00:00"),
    ],
)
def test_the_buyer_may_claim_after_three_business_days_of_japan(received: str, over: str) -> None:
    case = asked(received, "Asia/Tokyo")

    assert expected_at(POLICIES["rakuten-ichiba"].policy, case, "buyer_may_claim", "Asia/Tokyo") == over


def test_without_the_days_of_the_banks_the_claim_comes_before_the_new_year(tmp_path: Path) -> None:
    calendar = '[override.rakuten-ichiba.calendars.jp-business]\nholidays = "JP"\n'
    own = tmp_path / "policies.toml"
    own.write_text(f'schema = 1\n[override.rakuten-ichiba]\nbecause = "open"\n{calendar}', "utf-8")
    book = load_book(shipped("hub_rakuten"), own, SURROUNDINGS, {"shop": "rakuten"}, TODAY)
    case = asked("2026-12-28 10:00", "Asia/Tokyo")

    assert expected_at(book.chosen(case).policy, case, "buyer_may_claim", "Asia/Tokyo") == "2027-01-01 00:00"


def test_by_business_days_only_the_hours_differ() -> None:
    def clocks(rule: str) -> list[ClockRule]:
        [chosen] = [known for known in POLICIES["rakuten-ichiba"].policy.rules if known.id == rule]
        return [replace(clock, source=ANY, target=()) for clock in chosen.clocks]

    assert clocks("question-business") == clocks("question")


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
