"""The money that is lost unless somebody answers: what counts, until when, and how it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from hub.core.model import Money
from hub.core.readings import Deadline
from hub.core.risk import MoneyAtRisk, at_risk, risk_sentence

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIX_HOURS = timedelta(hours=6)
KRONA = Money(Decimal(1), "SEK")


def row(after: timedelta | None, cost: str = "", *, unknown: bool = False) -> Deadline:
    """A case whose consequence comes so long after noon and costs so much, such as 800 SEK."""
    amount, _, currency = cost.partition(" ")
    return Deadline(
        rule="question",
        started_at=NOON - timedelta(days=1),
        due=NOON,
        consequence="" if after is None else "återbetalas 漢字 🙂",
        consequence_at=None if after is None else NOON + after,
        at_risk=Money(Decimal(amount), currency) if cost else None,
        risk_unknown=unknown,
    )


def test_amounts_add_up_within_a_currency_and_never_across() -> None:
    rows = [row(SIX_HOURS, "800.00 SEK"), row(SIX_HOURS, "89.90 EUR"), row(SIX_HOURS, "440.00 SEK")]

    found = at_risk(rows, NOON, SIX_HOURS)

    assert list(found.by_currency) == ["EUR", "SEK"]
    assert found == MoneyAtRisk(NOON + SIX_HOURS, {"EUR": Decimal("89.90"), "SEK": Decimal("1240.00")}, 3, 0)


@pytest.mark.parametrize(
    ("after", "counts"),
    [
        (timedelta(seconds=-1), False),
        (timedelta(0), True),  # an answer at this very instant is in time
        (timedelta(seconds=1), True),
        (SIX_HOURS, True),
        (SIX_HOURS + timedelta(seconds=1), False),
        (None, False),
    ],
)
def test_only_what_is_still_to_come_within_the_horizon_counts(after: timedelta | None, counts: bool) -> None:
    assert at_risk([row(after, "1 SEK")], NOON, SIX_HOURS).cases == counts
    assert at_risk([row(after, unknown=True)], NOON, SIX_HOURS).unknown_cases == counts


@pytest.mark.parametrize("cost", ["", "0 SEK", "0.00 SEK", "-5 SEK"])
def test_a_consequence_that_costs_nothing_is_no_risk(cost: str) -> None:
    assert at_risk([row(timedelta(hours=1), cost)], NOON, SIX_HOURS) == MoneyAtRisk(NOON + SIX_HOURS, {})


def test_cases_of_unknown_value_are_counted_apart() -> None:
    rows = [row(timedelta(hours=1), "100 SEK"), row(timedelta(hours=1), unknown=True)]

    found = at_risk(rows, NOON, SIX_HOURS)

    assert (found.cases, found.unknown_cases) == (1, 1)
    assert found.by_currency == {"SEK": Decimal(100)}


def test_the_horizon_is_real_time_over_the_night_in_which_summer_time_ends() -> None:
    stockholm = ZoneInfo("Europe/Stockholm")
    midnight = datetime(2026, 10, 25, 0, tzinfo=stockholm)  # 22:00 UTC; at three the clock goes back to two
    after_five_hours = Deadline(
        "q", midnight, None, consequence_at=datetime(2026, 10, 25, 3, tzinfo=UTC), at_risk=KRONA
    )

    assert at_risk([after_five_hours], midnight, timedelta(hours=5)).cases == 1
    assert at_risk([after_five_hours], midnight, timedelta(hours=4, minutes=59)).cases == 0
    assert at_risk([], midnight, timedelta(hours=5)).until == datetime(2026, 10, 25, 3, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="an instant needs a time zone"):
        at_risk([], datetime(2026, 11, 23, 12), SIX_HOURS)  # noqa: DTZ001  the naive one is the point


@pytest.mark.parametrize(
    ("amounts", "unknown", "horizon", "sentence"),
    [
        (
            {"SEK": "1240.00"},
            2,
            SIX_HOURS,
            "1,240.00 SEK refunded by the platform in the next 6 h unless answered; 2 more cases of unknown value",
        ),
        (
            {"SEK": "1240.00"},
            1,
            SIX_HOURS,
            "1,240.00 SEK refunded by the platform in the next 6 h unless answered; 1 more case of unknown value",
        ),
        (
            {"EUR": "89.90", "SEK": "800"},
            0,
            timedelta(hours=24),
            "89.90 EUR and 800 SEK refunded by the platform in the next 24 h unless answered",
        ),
        (
            {"EUR": "1", "JPY": "12400", "SEK": "2"},
            0,
            timedelta(minutes=90),
            "1 EUR, 12,400 JPY and 2 SEK refunded by the platform in the next 1 h 30 min unless answered",
        ),
        ({}, 1, SIX_HOURS, "1 case of unknown value refunded by the platform in the next 6 h unless answered"),
        ({}, 3, SIX_HOURS, "3 cases of unknown value refunded by the platform in the next 6 h unless answered"),
        ({}, 0, SIX_HOURS, ""),
    ],
)
def test_the_risk_is_told_in_a_sentence(
    amounts: dict[str, str], unknown: int, horizon: timedelta, sentence: str
) -> None:
    by_currency = {currency: Decimal(amount) for currency, amount in amounts.items()}
    risk = MoneyAtRisk(NOON + horizon, by_currency, len(amounts), unknown)

    assert risk_sentence(risk, horizon) == sentence
