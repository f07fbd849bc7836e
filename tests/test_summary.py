"""What a span of time brought: who was answered in time, what that saved, and what the platform took."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from hub.core.evaluation import evaluate
from hub.core.events import Event, OutcomeLearnt, OwnerChanged
from hub.core.model import Author, Case, CaseType, Money
from hub.core.policy import Cost, Moment, Stage
from hub.core.readings import Evaluation
from hub.core.summary import Stake, Summary, summarise, totals
from hub.core.turns import Owner
from tests.clocks import answers, asks, at, case, clock, closes, event, merges, opened, policy

REFUND = Stage("refund", Moment(), expect="auto_refund", what="Fyndiq refunds the customer", costs=Cost())
FREE = Stage("score", Moment(), expect="score_loss", what="a point less")
SHOP = policy(clock(stages=(REFUND, FREE)))
TOLD = "auto_refund"


def evaluation_at(case: Case, now: datetime) -> Evaluation:
    return evaluate(case, SHOP, {}, now)


def a_day(*events: Event, begin: str = "09-07 00:00", end: str = "09-09 00:00") -> Summary:
    return summarise([case(*events)], at(begin), at(end), evaluation_at)


def refunded(when: str, what: str = TOLD) -> Event:
    return event(when, OutcomeLearnt(what))


BEGUN = (opened("09-07 12:00", worth="499.00", type=CaseType.MISSING_ITEM), asks("09-07 12:00"))


def test_an_answer_in_time_saves_what_the_platform_would_have_refunded() -> None:
    found = a_day(*BEGUN, answers("09-08 11:00"))

    assert found.saved == [
        Stake(
            "CH-1",
            "fyndiq",
            "Var är paketet? 🙂",
            "Fyndiq refunds the customer",
            at("09-08 12:00"),
            Money(Decimal("499.00"), "SEK"),
        )
    ]
    assert (found.in_time, found.late, found.lost) == (1, 0, [])
    assert found.new == {CaseType.MISSING_ITEM: 1}


def test_a_refund_that_the_platform_tells_of_is_lost_and_no_answer_afterwards_saves_it() -> None:
    found = a_day(*BEGUN, refunded("09-08 12:00"), answers("09-08 13:00"))

    assert [(stake.case, str(stake.money), stake.at) for stake in found.lost] == [
        ("CH-1", "499.00 SEK", at("09-08 12:00"))
    ]
    assert (found.in_time, found.late, found.saved) == (0, 1, [])


def test_a_late_answer_without_a_word_of_the_platform_saves_nothing_and_loses_nothing() -> None:
    found = a_day(*BEGUN, answers("09-08 12:01"))

    assert (found.late, found.saved, found.lost) == (1, [], [])


def test_a_later_answer_saves_no_second_time() -> None:
    found = a_day(*BEGUN, answers("09-07 13:00"), asks("09-07 14:00", "m2"), answers("09-07 15:00", "a2"))

    assert len(found.saved) == 1


@pytest.mark.parametrize(
    ("begin", "end", "count"),
    [
        ("09-08 10:59", "09-08 11:00", 1),  # the answer came at the span's very end
        ("09-08 11:00", "09-08 12:00", 0),  # which does not belong to the next one
        ("09-08 10:00", "09-08 10:59", 0),
    ],
)
def test_only_what_happens_within_the_span_counts(begin: str, end: str, count: int) -> None:
    found = a_day(*BEGUN, answers("09-08 11:00"), closes("09-08 11:00"), begin=begin, end=end)

    assert (found.in_time, len(found.saved), found.closed) == (count, count, count)


def test_an_unknown_value_is_counted_apart_and_never_guessed() -> None:
    saved = a_day(opened("09-07 12:00"), asks("09-07 12:00"), answers("09-07 13:00")).saved

    assert [stake.money for stake in saved] == [None]
    assert totals(saved) == ({}, 1)


def test_an_outcome_without_a_price_is_no_loss() -> None:
    assert a_day(*BEGUN, refunded("09-08 12:00", "score_loss"), refunded("09-08 13:00", "vanished")).lost == []


def test_a_case_that_was_handed_over_is_told_once() -> None:
    over = [event(when, OwnerChanged(Owner.PLATFORM, Author.SELLER, "eva")) for when in ("09-07 13:00", "09-07 14:00")]

    assert a_day(*BEGUN, *over).handed_over == 1


def test_what_the_platform_takes_for_itself_is_not_handed_over() -> None:
    assert a_day(*BEGUN, event("09-07 13:00", OwnerChanged(Owner.PLATFORM, Author.PLATFORM))).handed_over == 0


def test_a_case_that_went_on_as_another_counts_there_alone() -> None:
    assert a_day(*BEGUN, answers("09-07 13:00"), merges("09-07 14:00")) == Summary(at("09-07 00:00"), at("09-09 00:00"))


def test_amounts_add_up_within_a_currency_only() -> None:
    stakes = [
        Stake("CH-1", "fyndiq", "", "", at("09-07 12:00"), money)
        for money in (Money(Decimal("1.10"), "SEK"), Money(Decimal("2.20"), "EUR"), Money(Decimal("3.05"), "SEK"), None)
    ]

    assert totals(stakes) == ({"EUR": Decimal("2.20"), "SEK": Decimal("4.15")}, 1)
