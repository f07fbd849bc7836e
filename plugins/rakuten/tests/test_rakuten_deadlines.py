"""What is read from a pretended Rakuten gets the deadlines of the policies that the plugin ships."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.core.evaluation import evaluate
from hub.policies.book import load_book
from hub.testing import Desk, SimulatedClock, Simulator
from hub_rakuten.france.adapter import FranceAdapter
from hub_rakuten.france.demo import demo_account
from hub_rakuten.france.simulator import FranceSimulator
from hub_rakuten.ichiba.adapter import IchibaAdapter
from hub_rakuten.ichiba.demo import demo_shop
from hub_rakuten.ichiba.kinds import FROM_THE_SHOP
from hub_rakuten.ichiba.simulator import IchibaSimulator
from tests.shipped import ALWAYS, SURROUNDINGS, TODAY, shipped

TOKYO, PARIS = "Asia/Tokyo", "Europe/Paris"


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def due(desk: Desk, ref: str, zone: str) -> dict[str, str]:
    """By which clock the case is due when, in local time."""
    key = desk.adapter.key
    book = load_book(shipped("hub_rakuten"), None, SURROUNDINGS, {desk.inbox.channel: key}, TODAY)
    case = desk.case(ref)
    chosen = book.chosen(case)
    evaluation = evaluate(case, chosen.policy, chosen.options, desk.platform.now(), ALWAYS)
    return {
        str(clock.clock): f"{datetime.fromtimestamp(clock.due, ZoneInfo(zone)):%Y-%m-%d %H:%M}"
        for clock in evaluation.clocks
        if clock.due is not None
    }


def pass_until(platform: Simulator, at: datetime) -> None:
    assert isinstance(platform.clock, SimulatedClock)
    platform.clock.set(at)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2026-09-18 18:00", "2026-09-19 18:00"),  # a Friday before holidays: every day counts
        ("2026-12-28 10:00", "2026-12-29 10:00"),
    ],
)
def test_a_question_at_ichiba_is_due_a_day_later(asked: str, expected: str) -> None:
    shop = IchibaSimulator(SimulatedClock(local(asked, TOKYO)))
    ref = shop.customer_writes("届きません。")
    pass_until(shop, local(asked, TOKYO) + timedelta(hours=3))
    desk = Desk(shop)
    desk.read()

    assert due(desk, ref, TOKYO)["first_response"] == expected


def test_a_follow_up_at_ichiba_is_due_a_day_after_it() -> None:
    asked = local("2026-09-18 18:00", TOKYO)
    shop = IchibaSimulator(SimulatedClock(asked))
    ref = shop.customer_writes("届きません。")
    pass_until(shop, asked + timedelta(hours=1))
    shop.seller_writes(ref, "確認します。")
    pass_until(shop, local("2026-09-20 21:00", TOKYO))
    shop.customer_writes("まだですか？", ref)
    desk = Desk(shop)
    desk.read()

    assert due(desk, ref, TOKYO)["next_response"] == "2026-09-21 21:00"


def test_a_conversation_that_the_shop_began_has_no_clock_before_the_customer_writes() -> None:
    shop = IchibaSimulator(SimulatedClock(local("2026-09-18 18:00", TOKYO)))
    ref = shop.shop_begins("発送が遅れます。")
    desk = Desk(shop)
    desk.read()
    before = due(desk, ref, TOKYO)
    pass_until(shop, local("2026-09-19 09:00", TOKYO))
    shop.customer_writes("わかりました。いつですか？", ref)
    desk.read()

    assert desk.case(ref).type_raw.startswith(FROM_THE_SHOP)
    assert before == {}
    assert "2026-09-20 09:00" in due(desk, ref, TOKYO).values()


def test_no_clock_runs_from_a_message_that_rakuten_deleted() -> None:
    shop = IchibaSimulator(SimulatedClock(local("2026-09-18 18:00", TOKYO)))
    ref = shop.customer_writes("電話してください 090…")
    shop.rakuten_deletes(ref)
    desk = Desk(shop)
    desk.read()

    assert due(desk, ref, TOKYO) == {}


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("DAMAGED", {"first_response": "2026-07-12 10:00", "first_response_target": "2026-07-10 10:00"}),
        ("NOT_RECEIVED", {"first_response": "2026-07-11 10:00", "first_response_target": "2026-07-10 10:00"}),
        ("A_TYPE_THAT_NOBODY_KNOWS", {"first_response": "2026-07-10 10:00"}),
    ],
)
def test_a_claim_in_france_is_due_by_its_type(claim: str, expected: dict[str, str]) -> None:
    asked = local("2026-07-09 10:00", PARIS)
    account = FranceSimulator(SimulatedClock(asked))
    ref = account.customer_writes("Bonjour", type=claim)
    pass_until(account, asked + timedelta(hours=5))
    desk = Desk(account, claim_types={"DAMAGED": "complaint", "NOT_RECEIVED": "delay"})
    desk.read()

    assert due(desk, ref, PARIS) == expected


def test_a_claim_after_a_talk_in_france_has_a_clock_of_its_own() -> None:
    account = FranceSimulator(SimulatedClock(local("2026-07-01 10:00", PARIS)))
    talk = account.customer_writes("Où est-il ?", claim=False)
    account.seller_writes(talk, "En route.")
    pass_until(account, local("2026-07-09 10:00", PARIS))
    claim = account.buyer_claims(talk, "Cassé")
    desk = Desk(account)
    desk.read()

    assert due(desk, claim, PARIS)["first_response"] == "2026-07-12 10:00"


def test_a_message_in_france_has_our_own_day() -> None:
    account = FranceSimulator(SimulatedClock(local("2026-07-11 10:00", PARIS)))
    ref = account.customer_writes("Bonjour", claim=False)
    desk = Desk(account)
    desk.read()

    assert due(desk, ref, PARIS) == {"first_response": "2026-07-12 10:00"}


def test_the_demos_of_both_have_cases_of_several_kinds() -> None:
    clock = SimulatedClock(local("2026-11-18 16:00", TOKYO))
    kinds = {}
    demos: tuple[Simulator, ...] = (demo_shop(clock), demo_account(clock))
    for demo in demos:
        desk = Desk(demo)
        desk.read()
        kinds[demo.adapter.key] = sorted({str(case.type) for case in desk.inbox.cases})
        assert max(message.sent_at for message in desk.inbox.messages) <= clock.now()

    assert kinds == {
        "rakuten": ["delay", "missing_item", "question"],
        "rakuten_france": ["complaint", "missing_item", "unknown"],
    }


def test_a_pretended_marketplace_serves_while_its_block_lasts() -> None:
    pretended = IchibaAdapter.pretend(SimulatedClock())
    assert pretended is not None
    with pretended as serving:
        assert str(serving.settings()["base_url"]).startswith("http://127.0.0.1:")
        assert set(serving.secrets()) == {"service_secret", "license_key"}
        assert list(serving.received()) == ["お問い合わせありがとうございます。はい、お使いいただけます。"]
    france = FranceAdapter.pretend(SimulatedClock())

    assert france is not None
    assert str(serving.settings()["base_url"]) == "https://api.rms.rakuten.co.jp"
