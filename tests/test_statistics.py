"""The figures of the overview: counted by hand in examples, and held to their laws by made-up rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.batches import batch_of, cause_of
from hub.core.claims import Several, by_batch, by_product, most_within
from hub.core.counting import AnsweredRuns, Claim, Concern, EndedRuns, Exposure, OpenedCases, Outcome
from hub.core.model import Author, Case, Direction, Message, Money, epoch
from hub.core.ranges import Bucket
from hub.core.records import Rating
from hub.core.statistics import (
    HALF,
    NINE_IN_TEN,
    AnswerTimes,
    ChannelFigure,
    answer_times,
    by_cause,
    by_channel,
    by_period,
    by_rating,
    by_type,
    in_time,
    risk_ahead,
    risk_totals,
    share_of,
    within,
)
from tests.fakes import MONDAY_NOON

NOON = epoch(MONDAY_NOON)
HOUR, DAY = 3600, 86_400
TWO_DAYS, FOUR_HOURS = timedelta(hours=48), timedelta(hours=4)
BUCKETS = (Bucket("2026-03-02", 0, 1), Bucket("2026-03-03", 1, 2))


def sek(amount: str) -> Money:
    return Money(Decimal(amount), "SEK")


# Money at risk


def test_money_at_risk_stands_in_the_step_in_which_it_is_taken_each_currency_for_itself() -> None:
    rows = [
        Exposure("shop", NOON, sek("10.10")),
        Exposure("shop", NOON + 3 * HOUR, sek("20.20")),
        Exposure("bol", NOON + 3 * HOUR, Money(Decimal(5), "EUR")),
        Exposure("bol", NOON + 4 * HOUR, None),
        Exposure("bol", NOON + 48 * HOUR, sek("1")),
    ]

    figures = risk_ahead(rows, MONDAY_NOON, TWO_DAYS, FOUR_HOURS)

    hours = [((figure.since - MONDAY_NOON) // timedelta(hours=1), *_told(figure)) for figure in figures]
    assert hours == [
        (0, "EUR", Decimal(5), 1),
        (0, "SEK", Decimal("30.30"), 2),
        (4, "", None, 1),
        (44, "SEK", Decimal(1), 1),
    ]
    assert risk_totals(figures) == ({"EUR": Decimal(5), "SEK": Decimal("31.30")}, 1)


def _told(figure: object) -> tuple[object, ...]:
    return tuple(getattr(figure, name) for name in ("currency", "amount", "cases"))


@given(
    st.lists(
        st.builds(
            Exposure,
            st.just("shop"),
            st.integers(NOON, NOON + 48 * HOUR),
            st.none() | st.builds(Money, st.decimals(1, 10**6, places=2), st.sampled_from(["SEK", "EUR", "JPY"])),
        )
    )
)
def test_no_money_at_risk_is_lost_or_counted_twice(rows: list[Exposure]) -> None:
    figures = risk_ahead(rows, MONDAY_NOON, TWO_DAYS, FOUR_HOURS)

    sums, unknown = risk_totals(figures)

    assert sum(figure.cases for figure in figures) == len(rows)
    assert unknown == sum(row.costs is None for row in rows)
    assert sums == {
        currency: sum(row.costs.amount for row in rows if row.costs and row.costs.currency == currency)
        for currency in {row.costs.currency for row in rows if row.costs}
    }
    assert all(figure.until - figure.since == FOUR_HOURS for figure in figures)


# Answers


def answered(channel: str, *lengths: int) -> AnsweredRuns:
    return AnsweredRuns(channel, "office", "1", "mail", tuple((NOON, NOON + length) for length in lengths))


def test_answer_times_are_told_of_all_and_of_each_channel_in_both_times() -> None:
    groups = [answered("shop", 10, 20, 30), answered("bol", 100)]

    def half(group: AnsweredRuns) -> Sequence[int]:
        return [(end - start) // 2 for start, end in group.runs] if group.channel == "shop" else []

    assert answer_times(groups, half) == [
        AnswerTimes("", 4, 20, 100, 3, 10, 15),
        AnswerTimes("bol", 1, 100, 100, 0, None, None),
        AnswerTimes("shop", 3, 20, 30, 3, 10, 15),
    ]
    assert answer_times([], half) == []


@given(st.lists(st.integers(0, 10**6), min_size=1).map(sorted), st.sampled_from([HALF, NINE_IN_TEN]))
def test_at_least_the_part_that_is_told_came_within_a_length_and_less_came_sooner(
    lengths: list[int], part: Decimal
) -> None:
    found = within(lengths, part)

    assert found in lengths
    assert sum(length <= found for length in lengths) >= part * len(lengths)
    assert sum(length < found for length in lengths) < part * len(lengths)


def ran(outcome: Outcome, runs: int, span: int = 0, channel: str = "shop", clock: str = "first_response") -> EndedRuns:
    return EndedRuns(span, channel, clock, "mail", outcome, runs)


RUNS = [
    ran(Outcome.MET, 8),
    ran(Outcome.MET, 1, span=1),
    ran(Outcome.LATE, 1, span=1),
    ran(Outcome.UNDECIDED, 3, span=1),
    ran(Outcome.CANCELLED, 7, channel="quiet"),
    ran(Outcome.LATE, 5, clock="resolution"),
]
OPENED = [
    OpenedCases(0, "shop", "complaint", "defekt", 2),
    OpenedCases(1, "shop", "complaint", "defekt", 1),
    OpenedCases(1, "bol", "return", "RETURN", 4),
]


def test_what_is_undecided_or_cancelled_is_no_part_of_a_share() -> None:
    lines = [(one.clock, one.met, one.late, one.undecided, one.share) for one in in_time(RUNS)]

    assert lines == [("first_response", 9, 1, 3, Decimal("0.9000")), ("resolution", 0, 5, 0, Decimal(0))]


def test_days_without_anything_are_told_too_and_only_answers_count() -> None:
    periods = by_period((*BUCKETS, Bucket("2026-03-04", 2, 3)), OPENED, RUNS)

    assert [(one.period, one.opened, one.met, one.late, one.undecided, one.share) for one in periods] == [
        ("2026-03-02", 2, 8, 0, 0, Decimal(1)),
        ("2026-03-03", 5, 1, 1, 3, Decimal("0.5")),
        ("2026-03-04", 0, 0, 0, 0, None),
    ]


def test_channels_on_which_nothing_happened_are_left_out() -> None:
    assert by_channel(OPENED, RUNS) == [
        ChannelFigure("bol", 4, 0, 0, 0, None),
        ChannelFigure("shop", 3, 9, 1, 3, Decimal("0.9000")),
    ]


def test_types_and_causes_come_with_the_commonest_first_and_a_type_is_no_cause() -> None:
    assert [(one.type, one.channel, one.cases) for one in by_type(OPENED)] == [
        ("return", "bol", 4),
        ("complaint", "shop", 3),
    ]
    assert [(one.cause, one.cases) for one in by_cause(OPENED)] == [("defekt", 3)]


def test_ratings_that_are_neither_up_nor_down_are_told_apart() -> None:
    words = ["up", "up", "down", "meh"]

    [figure] = by_rating(Rating("CH-1", "shop", word, MONDAY_NOON) for word in words)

    assert (figure.up, figure.down, figure.other, figure.share) == (2, 1, 1, Decimal("0.6666"))


def test_a_share_is_cut_and_never_rounded_up() -> None:
    assert share_of(89_999, 100_000) == Decimal("0.8999")
    assert share_of(0, 0) is None


@given(st.lists(st.tuples(st.sampled_from(Outcome), st.integers(1, 9), st.integers(0, 1))))
def test_periods_and_channels_count_the_same_answers(drawn: list[tuple[Outcome, int, int]]) -> None:
    rows = [ran(outcome, runs, span) for outcome, runs, span in drawn]

    periods, channels = by_period(BUCKETS, [], rows), by_channel([], rows)

    for name in ("met", "late", "undecided"):
        assert sum(getattr(one, name) for one in periods) == sum(getattr(one, name) for one in channels)


# Products and batches


def claims(*days: float, ordered: int | None = None, first: int = 1) -> tuple[Claim, ...]:
    return tuple(
        Claim(NOON + int(day * DAY), f"CH-{number}", None if ordered is None else NOON + ordered * DAY)
        for number, day in enumerate(days, first)
    )


def horn(*found: Claim, **about: str) -> Concern:
    names = {"channel": "shop", "sku": "SP-1", "title": "Högtalare", "batch": "", **about}
    return Concern(**names, claims=found)


def test_three_claims_on_a_product_within_two_weeks_are_a_reason_to_look_at_the_stock() -> None:
    apart, together = horn(*claims(0, 10, 20)), horn(*claims(0, 10, 14, first=7), sku="SP-2", title="Kabel")

    found = by_product([apart, together], Several())

    assert [(one.sku, one.claims, one.at_once, one.alarming) for one in found] == [
        ("SP-2", 3, 3, True),
        ("SP-1", 3, 2, False),
    ]
    assert found[0].numbers == ("CH-9", "CH-8", "CH-7")


def test_a_product_is_the_same_on_every_channel_and_a_case_counts_once_for_it() -> None:
    [found] = by_product(
        [horn(*claims(0, 1)), horn(*claims(0)), horn(*claims(3, first=8), channel="bol", sku="sp-1", title="Speaker")],
        Several(),
    )

    assert (found.claims, found.channels, found.title) == (3, ("bol", "shop"), "Högtalare")


def test_a_product_without_any_name_is_none() -> None:
    assert by_product([horn(*claims(0), sku="", title="")], Several()) == ()


def test_a_batch_that_a_person_named_holds_claims_of_several_products() -> None:
    rows = [horn(*claims(0), batch="L2041"), horn(*claims(1, 2, first=5), sku="", title="Kabel", batch="l2041")]

    [found] = by_batch(rows, Several(), "Europe/Stockholm")

    assert (found.batch, found.inferred, found.claims, found.alarming, found.title) == (
        "l2041",
        False,
        3,
        True,
        "Kabel",
    )


def test_orders_of_one_product_in_one_week_are_taken_for_a_batch_and_called_inferred() -> None:
    rows = [
        horn(*claims(9, 10, ordered=0)),  # a Monday
        horn(*claims(11, ordered=6, first=3)),
        horn(*claims(11, ordered=7, first=4)),
        horn(*claims(9, 10, 11, first=5)),
        horn(*claims(9, ordered=1, first=9), sku="SP-2"),
    ]

    [found] = by_batch(rows, Several(), "Europe/Stockholm")

    assert (found.batch, found.inferred, found.sku, found.claims) == ("2026-W10", True, "SP-1", 3)
    assert (found.alarming, found.numbers) == (True, ("CH-3", "CH-2", "CH-1"))


def test_the_week_of_an_order_is_that_of_the_office() -> None:
    late_on_sunday = (Claim(NOON + 9 * DAY, "CH-1", NOON + 6 * DAY + 11 * HOUR + 1800),)
    rows = [horn(*late_on_sunday, *claims(9, ordered=7, first=2))]

    assert by_batch(rows, Several(), "UTC") == ()
    assert [one.batch for one in by_batch(rows, Several(), "Europe/Stockholm")] == ["2026-W11"]


@given(st.lists(st.integers(0, 50)), st.integers(0, 30))
def test_the_most_within_a_time_is_what_looking_at_every_beginning_finds(instants: list[int], seconds: int) -> None:
    plainly = max((sum(start <= one <= start + seconds for one in instants) for start in instants), default=0)

    assert most_within(instants, timedelta(seconds=seconds)) == plainly


@pytest.mark.parametrize(
    ("texts", "batch"),
    [
        (["Batch: L2041"], "L2041"),
        (["Rang.\r\n  lot : A 7 \r\nLedsen."], "A 7"),
        (["partij: 3", "Charge: 4"], "4"),
        (["ロット：７"], "７"),
        (["batch: 1", "batch: -"], ""),
        (["I think this batch: was bad? no, the batch is fine"], ""),
        (["the whole lot"], ""),
        ([], ""),
    ],
)
def test_a_batch_is_what_the_newest_line_of_a_note_names(texts: list[str], batch: str) -> None:
    asked = _message("m0", "Batch: from the customer", Author.CUSTOMER, Direction.INBOUND)
    notes = [_message(f"n{place}", text, Author.SELLER, Direction.NOTE) for place, text in enumerate(texts)]
    case = Case("CH-1", "shop", "a", MONDAY_NOON, MONDAY_NOON, messages=(asked, *notes))

    assert batch_of(case) == batch


def test_a_cause_is_the_first_reason_that_was_told() -> None:
    asked = _message("m0", "Hej", Author.CUSTOMER, Direction.INBOUND)
    told = replace(asked, ref="m1", extra={"reason": "defekt"})
    case = Case("CH-1", "shop", "a", MONDAY_NOON, MONDAY_NOON, type_raw="RETURN", messages=(asked,))

    assert cause_of(case) == "RETURN"
    assert cause_of(replace(case, messages=(asked, told))) == "defekt"


def _message(ref: str, text: str, author: Author, direction: Direction) -> Message:
    return Message(ref, author, direction, MONDAY_NOON, text)
