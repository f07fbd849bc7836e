"""What a seller at Rakuten France proves in a claim before its customer service decides; a person uploads it."""

from __future__ import annotations

from hub import ActKind, Case, CaseType, EvidenceKind, Mark, Wanted

_NOT_RECEIVED = "https://global.fr.shopping.rakuten.com/en/help/managing-an-order-that-has-not-been-received/"
_NOT_CONFORMING = "https://global.fr.shopping.rakuten.com/en/help/managing-a-non-conforming-order/"

_OF_PARCELS = (
    Wanted(
        EvidenceKind.TRACKING,
        required=True,
        source=_NOT_RECEIVED,
        mark=Mark.DOCUMENTED,
        why="Within 48 hours the dispatch is confirmed, with the carrier and the tracking number.",
    ),
    Wanted(
        EvidenceKind.DISPATCH_PROOF,
        required=True,
        source=_NOT_RECEIVED,
        mark=Mark.DOCUMENTED,
        why="Within 48 hours the dispatch is confirmed, with its date.",
    ),
    Wanted(
        EvidenceKind.DELIVERY_PROOF,
        source=_NOT_RECEIVED,
        mark=Mark.DOCUMENTED,
        why="Once the dispatch is confirmed, there are 2 days for the proof of delivery.",
    ),
)
_OF_GOODS = (
    Wanted(
        EvidenceKind.SOLUTION_OFFERED,
        required=True,
        source=_NOT_CONFORMING,
        mark=Mark.DOCUMENTED,
        why="There are 3 days to answer with a solution; then customer service decides.",
    ),
)
_OF_TYPES = {
    CaseType.DELAY: _OF_PARCELS,
    CaseType.MISSING_ITEM: _OF_GOODS,
    CaseType.COMPLAINT: _OF_GOODS,
}


def wants(case: Case, kind: ActKind) -> tuple[Wanted, ...]:
    """The evidence for a hand-over of a claim: of an order not received, or of one that is not as described."""
    return _OF_TYPES.get(case.type, ()) if kind is ActKind.HAND_OVER else ()
