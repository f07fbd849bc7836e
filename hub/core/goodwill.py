"""Small amounts are refunded for goodwill rather than argued about: which refund costs at most what a seller set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hub.core.acting import Wish
from hub.core.cost import Cost, cost_of
from hub.core.model import Case, CaseType, Money
from hub.core.platform_acts import Need, Offer
from hub.core.turns import Owner

TYPES = frozenset({CaseType.COMPLAINT, CaseType.MISSING_ITEM})
"""The types of cases for which goodwill is suggested where nobody sets others."""


@dataclass(frozen=True, slots=True)
class Goodwill:
    """Up to which amount, in each currency, a refund is suggested, and for which types of cases; nothing by default."""

    limits: Mapping[str, Decimal]
    types: frozenset[CaseType] = TYPES


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A refund in full that costs at most the limit; it is only ever told, and a person does it or does not."""

    offer: Offer
    cost: Cost
    limit: Money

    def __str__(self) -> str:
        return (
            f"Goodwill: {self.offer.word or self.offer.title} costs {self.cost}, within your limit of {self.limit}. "
            "casehub never does it by itself."
        )


def suggestion(case: Case, offers: Sequence[Offer], goodwill: Goodwill) -> Suggestion | None:
    """The cheapest refund in full that costs at most the limit of its currency.

    None where the case is of another type, over, decided or the platform's, and where nobody knows what it costs.
    """
    if case.type not in goodwill.types or not case.is_open or case.owner is Owner.PLATFORM or case.decisions:
        return None
    found = [one for offer in offers if (one := _suggested(case, offer, goodwill.limits)) is not None]
    return min(found, key=lambda one: _amount(one.cost), default=None)


def _suggested(case: Case, offer: Offer, limits: Mapping[str, Decimal]) -> Suggestion | None:
    if not offer.refunds or Need.PERCENT in offer.needs:
        return None
    cost = cost_of(case, Wish(offer))
    if cost is None or cost.amount is None:
        return None
    limit = limits.get(cost.amount.currency)
    if limit is None or not 0 < cost.amount.amount <= limit:
        return None
    return Suggestion(offer, cost, Money(limit, cost.amount.currency))


def _amount(cost: Cost) -> Decimal:
    return cost.amount.amount if cost.amount is not None else Decimal("Infinity")
