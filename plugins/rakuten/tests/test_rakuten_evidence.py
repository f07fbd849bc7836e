"""What a shop at Rakuten has at hand before a dispute, which a person uploads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub import ActKind, Adapter, Case, CaseType, EvidenceKind, Mark
from hub_rakuten.france.adapter import FranceAdapter
from hub_rakuten.ichiba.adapter import IchibaAdapter

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def required(adapter: Adapter, kind: CaseType) -> list[EvidenceKind]:
    case = Case("CH-1001", "rakuten", "r1", NOW, NOW, type=kind)
    return [wanted.kind for wanted in adapter.wants(case, ActKind.HAND_OVER) if wanted.required]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (CaseType.QUESTION, [EvidenceKind.ORDER]),
        (CaseType.COMPLAINT, [EvidenceKind.ORDER]),
        (CaseType.DELAY, [EvidenceKind.ORDER, EvidenceKind.DISPATCH_PROOF]),
        (CaseType.MISSING_ITEM, [EvidenceKind.ORDER, EvidenceKind.DISPATCH_PROOF]),
    ],
)
def test_ichiba_wants_the_order_and_of_what_did_not_arrive_the_dispatch(
    kind: CaseType, wanted: list[EvidenceKind]
) -> None:
    assert required(IchibaAdapter(), kind) == wanted


def test_ichiba_says_where_each_wish_stands_and_how_sure_it_is() -> None:
    case = Case("CH-1001", "rakuten", "r1", NOW, NOW)

    marks = {wanted.kind: (wanted.mark, wanted.source) for wanted in IchibaAdapter().wants(case, ActKind.HAND_OVER)}

    rakuten = "https://ichiba.faq.rakuten.net/detail/000032043"
    assert marks[EvidenceKind.ORDER] == (Mark.DOCUMENTED, rakuten)
    assert marks[EvidenceKind.DISPATCH_PROOF] == (Mark.INFERRED, "seed 004")
    assert marks[EvidenceKind.DELIVERY_PROOF] == (Mark.ASSUMED, rakuten)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (CaseType.DELAY, [EvidenceKind.TRACKING, EvidenceKind.DISPATCH_PROOF]),
        (CaseType.COMPLAINT, [EvidenceKind.SOLUTION_OFFERED]),
        (CaseType.MISSING_ITEM, [EvidenceKind.SOLUTION_OFFERED]),
        (CaseType.UNKNOWN, []),
    ],
)
def test_france_wants_the_dispatch_of_what_was_not_received_and_a_solution_for_the_rest(
    kind: CaseType, wanted: list[EvidenceKind]
) -> None:
    assert required(FranceAdapter(), kind) == wanted


@pytest.mark.parametrize("adapter", [IchibaAdapter(), FranceAdapter()])
def test_nothing_but_a_hand_over_wants_evidence_and_no_offer_is_goodwill(adapter: Adapter) -> None:
    case = Case("CH-1001", "rakuten", "r1", NOW, NOW, type=CaseType.DELAY)

    assert [kind for kind in ActKind if adapter.wants(case, kind)] == [ActKind.HAND_OVER]
    # Cancelling a sale at Rakuten France pays the buyer back, and counts against the shop.
    assert not any(offer.refunds for offer in adapter.offers(case, None))
