"""Conditions over facts: true, false or unknown, and money only at a pinned rate."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.conditions import FIELDS, Condition, Fact, Kind, Verdict, facts_of, judge, verdict
from hub.core.evaluation import choose, evaluate
from hub.core.model import CaseType, Money, Order
from hub.core.policy import Option
from hub.core.turns import Owner
from tests.clocks import asks, at, case, first, hands, is_, learns, look, opened, over, policy, rule, week

TRUE, FALSE, UNKNOWN = Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN


def money(amount: str, currency: str = "SEK") -> Money:
    return Money(Decimal(amount), currency)


def gross(value: Fact) -> dict[str, Fact]:
    return {"order.gross": value}


@pytest.mark.parametrize(
    ("test", "below", "exactly", "above"),
    [("gt", FALSE, FALSE, TRUE), ("ge", FALSE, TRUE, TRUE), ("lt", TRUE, FALSE, FALSE), ("le", TRUE, TRUE, FALSE)],
)
def test_money_is_compared_to_the_last_ore(test: str, below: Verdict, exactly: Verdict, above: Verdict) -> None:
    found = [judge(over("800", test=test), gross(money(amount)), {}) for amount in ("799.99", "800.000", "800.01")]

    assert found == [below, exactly, above]


def test_another_currency_is_unknown_without_a_pinned_rate_and_never_one_to_one() -> None:
    dear = over("800")

    assert judge(dear, gross(money("900", "DKK")), {}) is UNKNOWN
    assert judge(dear, gross(money("900", "DKK")), {"SEKDKK": Decimal("0.5")}) is UNKNOWN
    assert judge(dear, gross(money("520", "DKK")), {"DKKSEK": Decimal("1.55")}) is TRUE
    assert judge(dear, gross(money("516.12", "DKK")), {"DKKSEK": Decimal("1.55")}) is FALSE


def test_a_rate_leaves_money_of_the_same_currency_alone() -> None:
    assert judge(over("800"), gross(money("801")), {"SEKSEK": Decimal(0)}) is TRUE


@pytest.mark.parametrize("test", ["gt", "ge", "lt", "le", "is", "in"])
def test_what_is_not_known_is_unknown_by_every_test(test: str) -> None:
    assert judge(Condition("order.gross", test, (money("800"),)), gross(None), {}) is UNKNOWN
    assert judge(Condition("no.such.field", test, (money("800"),)), {}, {}) is UNKNOWN


def test_an_order_without_a_value_is_worth_something_unknown_and_not_nothing() -> None:
    found = facts_of(case(opened("09-07 12:00", order=Order("Ö-1"))), {})

    assert judge(over("0", test="le"), found, {}) is UNKNOWN


def test_text_is_one_word_or_one_of_several_and_small_letters_are_other_letters() -> None:
    facts: dict[str, Fact] = {"market": "SE 漢字"}

    assert judge(is_("market", "SE 漢字"), facts, {}) is TRUE
    assert judge(is_("market", "se 漢字"), facts, {}) is FALSE
    assert judge(is_("market", "DK", "SE 漢字"), facts, {}) is TRUE
    assert judge(is_("market", "DK", "NO"), facts, {}) is FALSE


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((), TRUE),
        ((TRUE, TRUE), TRUE),
        ((TRUE, UNKNOWN), UNKNOWN),
        ((UNKNOWN, FALSE), FALSE),
        ((FALSE, TRUE), FALSE),
    ],
)
def test_one_false_decides_then_one_unknown(found: tuple[Verdict, ...], expected: Verdict) -> None:
    values: dict[Verdict, Fact] = {TRUE: "yes", FALSE: "no", UNKNOWN: None}
    facts = {str(number): values[one] for number, one in enumerate(found)}
    conditions = [is_(str(number), "yes") for number in range(len(found))]

    assert verdict(conditions, facts, {}) is expected
    assert verdict(reversed(conditions), facts, {}) is expected


def test_what_a_platform_does_not_say_is_unknown() -> None:
    found = facts_of(case(asks("09-07 12:00")), {})

    assert {name for name, value in found.items() if value is None} == {
        "case_type",
        "type_raw",
        "priority",
        "market",
        "marketplace",
        "order.gross",
        "order.fulfilment",
        "hour_class",
    }


def test_what_is_known_of_a_case_can_be_asked() -> None:
    told = opened(
        "09-07 12:00",
        type=CaseType.MISSING_ITEM,
        type_raw="Saknad produkt",
        priority="high",
        market="SE",
        marketplace="fyndiq",
        order=Order("Ö-1", value=money("875"), fulfilment="FBR"),
    )
    found = facts_of(case(told), {"country": "BE"}, "closed")

    assert found == {
        "channel": "fyndiq",
        "case_type": "missing_item",
        "type_raw": "Saknad produkt",
        "priority": "high",
        "market": "SE",
        "marketplace": "fyndiq",
        "order.gross": money("875"),
        "order.fulfilment": "FBR",
        "forwarded_by_platform": False,
        "hour_class": "closed",
        "option.country": "BE",
    }
    assert found.keys() - {"option.country"} == FIELDS.keys()
    assert {name for name, kind in FIELDS.items() if kind is Kind.MONEY} == {"order.gross"}


def test_forwarded_is_what_the_platform_ever_sent_on_to_the_seller() -> None:
    asked, sent_on = is_("forwarded_by_platform", True), hands("09-07 13:00", Owner.SELLER)
    taken = hands("09-07 14:00", Owner.PLATFORM)

    assert judge(asked, facts_of(case(asks("09-07 12:00")), {}), {}) is FALSE
    assert judge(asked, facts_of(case(asks("09-07 12:00"), taken), {}), {}) is FALSE
    assert judge(asked, facts_of(case(asks("09-07 12:00"), sent_on, taken), {}), {}) is TRUE


def test_a_condition_is_told_as_it_is_read() -> None:
    assert str(over("800")) == "order.gross gt 800 SEK"
    assert str(is_("market", "SE", "DK")) == "market in SE, DK"
    assert str(is_("forwarded_by_platform", True)) == "forwarded_by_platform is true"


# --- Choosing ---


def test_the_first_rule_that_is_wholly_true_is_taken_and_every_test_up_to_it_is_kept() -> None:
    rules = (
        rule("dear", first("48h"), when=[over("800"), is_("market", "SE")]),
        rule("danish", first("36h"), when=[is_("market", "DK")]),
        rule("usual", first("24h")),
        rule("never", first("1h")),
    )
    found = look([opened("09-07 12:00", market="SE")], *rules)

    assert found.rule == "usual"
    tried = [(test.rule, test.verdict, tuple((str(one), said) for one, said in test.tests)) for test in found.tests]
    assert tried == [
        ("dear", UNKNOWN, (("order.gross gt 800 SEK", UNKNOWN), ("market is SE", TRUE))),
        ("danish", FALSE, (("market is DK", FALSE),)),
        ("usual", TRUE, ()),
    ]


def test_a_policy_in_which_no_rule_holds_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match="policy shop 1 has no rule without conditions at its end"):
        choose(policy(rule("dear", first("48h"), when=[over("800")])), {})


def test_a_fact_that_is_learnt_later_chooses_anew() -> None:
    rules = (rule("danish", first("36h"), when=[is_("market", "DK")]), rule("usual", first("24h")))
    events = [asks("09-07 12:00"), learns("09-07 13:00", market="DK")]

    assert look(events[:1], *rules).rule == "usual"
    assert look(events, *rules).rule == "danish"


def test_an_option_of_the_channel_chooses_and_its_default_stands_in() -> None:
    rules = (rule("belgian", first("36h"), when=[is_("option.country", "BE")]), rule("usual", first("24h")))
    made = replace(policy(*rules), options=(Option("country", ("NL", "BE"), "BE", "the country of the shop"),))
    asked = case(asks("09-07 12:00"))

    assert evaluate(asked, made, {}, at("09-07 13:00")).rule == "belgian"
    assert evaluate(asked, made, {"country": "NL"}, at("09-07 13:00")).rule == "usual"


@pytest.mark.parametrize(
    ("asked", "chosen"), [("09-07 12:00", "day"), ("09-07 17:00", "night"), ("09-12 12:00", "night")]
)
def test_whether_the_office_was_open_as_the_case_began_chooses_a_rule(asked: str, chosen: str) -> None:
    rules = (rule("day", first("8h"), when=[is_("hour_class", "open")]), rule("night", first("24h")))
    found = case(asks(asked))

    assert evaluate(found, policy(*rules), {}, at("09-14 12:00"), week()).rule == chosen
    assert evaluate(found, policy(*rules), {}, at("09-14 12:00")).rule == "night"
    assert evaluate(found, policy(*rules), {}, at("09-14 12:00"), week(until="2026-09-01")).rule == "night"


AMOUNTS = st.decimals(Decimal(0), Decimal(2000), places=2)


@given(AMOUNTS, st.sampled_from(["SEK", "DKK", "EUR"]), st.sampled_from(["gt", "ge"]))
def test_knowing_less_never_gives_more_time_where_the_longer_rule_stands_first(
    amount: Decimal, currency: str, test: str
) -> None:
    rules = (rule("dear", first("48h"), when=[over("800", test=test)]), rule("usual", first("24h")))
    made = policy(*rules, rates={"DKKSEK": Decimal("1.55")})
    order = Order("Ö-1", value=Money(amount, currency))
    known = evaluate(case(opened("09-07 12:00", order=order), asks("09-07 12:00")), made, {}, at("09-07 13:00"))
    unknown = evaluate(case(asks("09-07 12:00")), made, {}, at("09-07 13:00"))

    assert (unknown.clocks[0].due or 0) <= (known.clocks[0].due or 0)


@given(AMOUNTS, AMOUNTS)
def test_the_four_comparisons_of_known_money_agree_with_each_other(amount: Decimal, limit: Decimal) -> None:
    facts = gross(Money(amount, "SEK"))
    found = {test: judge(over(str(limit), test=test), facts, {}) is TRUE for test in ("gt", "ge", "lt", "le")}

    assert found["gt"] is not found["le"]
    assert found["lt"] is not found["ge"]
    assert found["gt"] <= found["ge"]
    assert (found["ge"] and found["le"]) is (amount == limit)
