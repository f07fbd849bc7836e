"""`casehub summary` as a person and a program meet it, at a Monday at nine in Stockholm."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from hub.core.events import OutcomeLearnt
from hub.core.model import CaseType, Money, Order
from tests.clocks import answers, event
from tests.test_cli_clock import Desktop, desktop

__all__ = ["desktop"]

ORDER = Order("Ö-77", value=Money(Decimal("499.00"), "SEK"))
NOTHING = {"amounts": [], "unknown_cases": 0, "cases": []}


def a_refund_and_an_answer(desktop: Desktop) -> None:
    """Fyndiq refunds one customer on Friday, and another is answered in time."""
    for number, order in (("CH-1001", ORDER), ("CH-1002", None)):
        desktop.opens("11-19 12:00", "fyndiq", number, type=CaseType.MISSING_ITEM, marketplace="fyndiq", order=order)
    desktop.learns(event("11-20 12:05", OutcomeLearnt("auto_refund")))
    desktop.learns(answers("11-20 09:00"), number="CH-1002")


def test_a_program_learns_what_was_saved_and_lost(desktop: Desktop) -> None:
    a_refund_and_an_answer(desktop)

    told = desktop.data("summary", "--since", "2026-11-19")

    assert told["since"] == "2026-11-18T23:00:00Z"
    assert told["until"] == "2026-11-23T08:00:00Z"
    assert (told["new"], told["answered"]) == ({"missing_item": 2}, {"in_time": 1, "late": 0})
    assert (told["closed"], told["handed_over"]) == (0, 0)
    [lost] = told["lost"]["cases"]
    assert (lost["case"], lost["channel"], lost["amount"], lost["currency"]) == ("CH-1001", "fyndiq", "499.00", "SEK")
    assert told["lost"]["amounts"] == [{"amount": "499.00", "currency": "SEK"}]
    [saved] = told["saved"]["cases"]
    assert (saved["case"], saved["amount"], told["saved"]["unknown_cases"]) == ("CH-1002", None, 1)


def test_a_person_reads_the_same(desktop: Desktop) -> None:
    a_refund_and_an_answer(desktop)

    told = desktop.told("summary", "--since", "5d")

    assert "New         2 cases: 2 missing items" in told
    assert "Answered    1 in time, 0 late" in told
    assert "Saved       1 case of unknown value" in told
    assert "Lost        499.00 SEK in 1 case" in told


def test_what_was_touched_last_before_the_beginning_is_left_out(desktop: Desktop) -> None:
    a_refund_and_an_answer(desktop)
    desktop.clock.advance(timedelta(days=30))

    told = desktop.data("summary")

    assert told["new"] == {}
    assert told["answered"] == {"in_time": 0, "late": 0}
    assert told["saved"] == told["lost"] == NOTHING
    assert "New         nothing" in desktop.told("summary")


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("2026-02-30", "there is no day 2026-02-30; write one such as 2026-11-18"),
        ("0001-01-01", "there is no day 0001-01-01"),
        ("2026-11-24", "2026-11-24 has not begun yet; name a day that has"),
        ("yesterday", "'yesterday' is not a duration; write for example 30s, 5m, 1h30m or 1d"),
        ("99999999d", "'99999999d' is not a duration"),
    ],
)
def test_a_beginning_that_is_none_is_refused_with_the_way_out(desktop: Desktop, since: str, said: str) -> None:
    assert said in desktop.refused("summary", "--since", since)


def test_a_day_long_ago_is_one_like_others(desktop: Desktop) -> None:
    a_refund_and_an_answer(desktop)

    assert desktop.data("summary", "--since", "0001-01-02")["new"] == {"missing_item": 2}
    assert "2 cases: 2 missing items" in desktop.told("summary", "--since", "0001-01-02")
