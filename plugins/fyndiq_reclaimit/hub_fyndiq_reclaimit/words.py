"""The words of Fyndiq and CDON in Reclaimit: types, states and decisions, and what each decision does and needs.

Where a word comes from: https://support.fyndiq.se/hc/en-se/articles/4406831102100-Solving-tickets-in-Reclaimit and
https://support.cdon.com/hc/en-us/articles/24787170965524-Solving-An-Errand-In-Reclaimit (documented).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub import CaseState, CaseType

PLATFORM = "fyndiq_reclaimit"
FYNDIQ, CDON = "fyndiq", "cdon"
REGRET, MISSING, COMPLAINT = "REGRET", "MISSING", "COMPLAINT"
REJECTED, ESCALATED = "REJECTED", "ESCALATED"

TYPES: Mapping[str, CaseType] = {
    REGRET: CaseType.RETURN,
    MISSING: CaseType.MISSING_ITEM,
    COMPLAINT: CaseType.COMPLAINT,
}
TYPE_TITLES: Mapping[str, str] = {REGRET: "Regret", MISSING: "Missing product", COMPLAINT: "Complaint"}

STATES: Mapping[str, CaseState] = {
    "OPEN": CaseState.OPEN,
    "PARKED": CaseState.WAITING,
    "APPROVED": CaseState.CLOSED,
    "REJECTED": CaseState.CLOSED,
    ESCALATED: CaseState.WAITING,  # it waits for the marketplace
    "CLOSED": CaseState.CLOSED,
}

REASONS: Mapping[str, str] = {
    "BROKEN": "the product is broken",
    "WRONG_PRODUCT": "it is another product",
    "POOR_QUALITY": "poor quality",
    "MISSING_PARTS": "parts are missing",
    "NOT_GENUINE": "it does not seem genuine",
    "CHANGED_MIND": "changed my mind",
    "NOT_AS_EXPECTED": "not as expected",
    "WRONG_PURCHASE": "wrong purchase",
}

# The words by which the shipped policies know what a platform did; any other word stays as it is.
OUTCOMES: Mapping[str, str] = {
    "AUTO_REFUND": "auto_refund",
    "MARKETPLACE_DECISION": "decision",
    "SELLER_DECISION": "seller_decision",
}
RATINGS: Mapping[str, str] = {"UP": "up", "DOWN": "down"}

ALL_TYPES = frozenset(TYPES)
BOTH = frozenset({FYNDIQ, CDON})


@dataclass(frozen=True, slots=True)
class Decision:
    """A status that a seller may set: for which errands, what it does, and in which state the errand is then."""

    word: str
    title: str
    effect: str
    state: str
    types: frozenset[str] = ALL_TYPES
    marketplaces: frozenset[str] = BOTH
    moves_money: bool = False
    irreversible: bool = False
    refunds: bool = False


_DECISIONS = (
    Decision(
        "APPROVED",
        "Errand approved",
        "The customer is refunded in full at once, by itself.",
        "APPROVED",
        moves_money=True,
        refunds=True,
    ),
    Decision(
        "APPROVED_DISCARD",
        "Errand approved, item will be discarded",
        "The customer is refunded in full, keeps the product and is not charged for the return label.",
        "APPROVED",
        types=frozenset({REGRET}),
        moves_money=True,
        refunds=True,
    ),
    Decision(
        "APPROVED_DEDUCTION",
        "Errand approved, with deduction",
        "The customer is refunded all but the percentage that you keep, and has to agree to that: at 20 percent of "
        "100 SEK he gets 80.",
        "APPROVED",
        moves_money=True,
    ),
    Decision(
        "APPROVED_NEW_PRODUCT",
        "Errand approved, new product",
        "You send a new product or a spare part; no money is paid back.",
        "APPROVED",
        types=frozenset({MISSING, COMPLAINT}),
    ),
    Decision(
        REJECTED,
        "Errand rejected",
        "The customer gets no refund; tracking or a photo must prove why.",
        REJECTED,
    ),
    Decision(
        "NOT_SUBMITTED",
        "Not submitted or changed",
        "The errand is on hold for 5 days, then it closes without a refund.",
        "PARKED",
    ),
    Decision(
        "MANAGED_BY_CARRIER",
        "Managed by the transport company",
        "The errand is on hold and opens again after 19 calendar days; then there are 72 hours to close it.",
        "PARKED",
        types=frozenset({REGRET, COMPLAINT}),
        marketplaces=frozenset({CDON}),
    ),
    Decision(
        "NEEDS_UPDATE",
        "The errand needs to be updated",
        "The errand stands still for 5 working days; then there are 72 hours to go on.",
        "PARKED",
        marketplaces=frozenset({CDON}),
    ),
    Decision(
        ESCALATED,
        "Escalated",
        "The marketplace takes the errand over and decides it, and you cannot take it back; a text with it stays here "
        "as the reason.",
        ESCALATED,
        irreversible=True,
    ),
)
DECISIONS: Mapping[str, Decision] = {decision.word: decision for decision in _DECISIONS}


def state_word(state: str, status: str) -> str:
    """The platform's word for where an errand stands: its status where that is more exact, as for a hold."""
    decision = DECISIONS.get(status)
    return status if decision is not None and decision.state == state else state
