"""The money that platforms will take or refund by themselves unless somebody answers in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hub.core.local_time import elapsed
from hub.core.model import Money, require_aware
from hub.core.readings import Deadline


@dataclass(frozen=True, slots=True)
class MoneyAtRisk:
    """What the consequences cost that come until an instant, in each currency: no rate adds them up.

    `cases` have a known value; those in `unknown_cases` cost something that nobody knows.
    """

    until: datetime
    by_currency: Mapping[str, Decimal]
    cases: int = 0
    unknown_cases: int = 0


def at_risk(rows: Iterable[Deadline], now: datetime, horizon: timedelta) -> MoneyAtRisk:
    """What is lost within the horizon if nobody answers; one that comes at this very instant can still be averted."""
    # In UTC: Python adds to and compares datetimes of one zone by their wall clocks, an hour wrong over a DST night.
    start = require_aware(now).astimezone(UTC)
    until = start + horizon
    ahead = [row for row in rows if row.consequence_at is not None and start <= row.consequence_at <= until]
    costs = [row.at_risk for row in ahead if row.at_risk is not None and row.at_risk.amount > 0]
    return MoneyAtRisk(until, _totals(costs), len(costs), sum(row.risk_unknown for row in ahead))


def risk_sentence(risk: MoneyAtRisk, horizon: timedelta) -> str:
    """The money at risk for a person, the currencies side by side; empty when there is none."""
    amounts = _joined([str(Money(amount, currency)) for currency, amount in risk.by_currency.items()])
    unknown = f"{risk.unknown_cases} {'more ' if amounts else ''}{_cases(risk.unknown_cases)} of unknown value"
    if not (amounts or risk.unknown_cases):
        return ""
    threat = f"{amounts or unknown} refunded by the platform in the next {_length(horizon)} unless answered"
    return f"{threat}; {unknown}" if amounts and risk.unknown_cases else threat


def _totals(costs: Iterable[Money]) -> dict[str, Decimal]:
    """The sums by currency, in alphabetical order."""
    sums: dict[str, Decimal] = {}
    for cost in sorted(costs, key=lambda cost: cost.currency):
        sums[cost.currency] = sums.get(cost.currency, Decimal()) + cost.amount
    return sums


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _cases(count: int) -> str:
    return "case" if count == 1 else "cases"


def _length(span: timedelta) -> str:
    hours, rest = divmod(span, timedelta(hours=1))
    return elapsed(span) if rest else f"{hours} h"
