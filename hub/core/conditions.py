"""Conditions of a rule over what is known of a case; what is not known is neither true nor false."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from operator import ge, gt, le, lt

from hub.core.model import Case, CaseType, Money
from hub.core.turns import Owner

Fact = str | bool | Money | None
Facts = Mapping[str, Fact]
Rates = Mapping[str, Decimal]
"""What one unit of a currency is worth in another one, by both codes together: DKKSEK."""

OPTION = "option."
"""How the name of a field begins that a seller chose for a channel."""


class Kind(StrEnum):
    """What a field of a condition holds."""

    TEXT = "text"
    MONEY = "money"
    FLAG = "flag"


FIELDS: Mapping[str, Kind] = {
    "channel": Kind.TEXT,
    "case_type": Kind.TEXT,
    "type_raw": Kind.TEXT,
    "priority": Kind.TEXT,
    "market": Kind.TEXT,
    "marketplace": Kind.TEXT,
    "order.gross": Kind.MONEY,
    "order.fulfilment": Kind.TEXT,
    "forwarded_by_platform": Kind.FLAG,
    "hour_class": Kind.TEXT,
}
"""The fields that conditions may ask for; `hour_class` is open or closed, as the office was when the case began."""

_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {"gt": gt, "ge": ge, "lt": lt, "le": le}


class Verdict(StrEnum):
    """What came of a test."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of one field: `is`, `in`, or a comparison of money."""

    field: str
    test: str
    values: tuple[Fact, ...]

    def __str__(self) -> str:
        shown = ", ".join(_shown(value) for value in self.values)
        return f"{self.field} {self.test} {shown}"


def facts_of(case: Case, options: Mapping[str, str], hour_class: str = "") -> Facts:
    """What conditions can ask of a case, with what the seller chose for its channel; None is unknown."""
    forwarded = any(handover.to is Owner.SELLER for handover in case.handovers)
    found: dict[str, Fact] = {
        "channel": case.channel,
        "case_type": None if _type_of(case) is CaseType.UNKNOWN else _type_of(case).value,
        "type_raw": case.type_raw or None,
        "priority": case.priority or None,
        "market": case.market or None,
        "marketplace": case.marketplace or None,
        "order.gross": case.order.value if case.order else None,
        "order.fulfilment": (case.order.fulfilment or None) if case.order else None,
        "forwarded_by_platform": forwarded,
        "hour_class": hour_class or None,
    }
    return found | {OPTION + name: value for name, value in options.items()}


def _type_of(case: Case) -> CaseType:
    """The type by which its platform judges: what the hub guesses does not change the rule of a type that it told."""
    told = case.type_told not in (CaseType.UNKNOWN, CaseType.QUESTION)
    return case.type_told if case.detected and told else case.type


def verdict(conditions: Iterable[Condition], facts: Facts, rates: Rates) -> Verdict:
    """Whether all conditions hold."""
    return all_of(judge(condition, facts, rates) for condition in conditions)


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """What several tests say together: one that is false decides, else one that is unknown."""
    found = set(verdicts)
    if Verdict.FALSE in found:
        return Verdict.FALSE
    return Verdict.UNKNOWN if Verdict.UNKNOWN in found else Verdict.TRUE


def judge(condition: Condition, facts: Facts, rates: Rates) -> Verdict:
    """What one condition says of these facts; money in a currency without a pinned rate is unknown, never 1:1."""
    fact = facts.get(condition.field)
    if fact is None:
        return Verdict.UNKNOWN
    if condition.test in _COMPARE:
        limit = condition.values[0]
        known = _exchanged(fact, limit, rates)
        if known is None or not isinstance(limit, Money):
            return Verdict.UNKNOWN
        return _truth(_COMPARE[condition.test](known, limit.amount))
    return _truth(fact in condition.values)


def _exchanged(fact: Fact, limit: Fact, rates: Rates) -> Decimal | None:
    """The amount in the currency of the limit, as far as a rate is pinned."""
    if not isinstance(fact, Money) or not isinstance(limit, Money):
        return None
    if fact.currency == limit.currency:
        return fact.amount
    rate = rates.get(fact.currency + limit.currency)
    return None if rate is None else fact.amount * rate


def _truth(holds: bool) -> Verdict:
    return Verdict.TRUE if holds else Verdict.FALSE


def _shown(value: Fact) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
