"""What a shop at Rakuten Ichiba has at hand before a dispute: RMS takes no evidence, a person uploads it.

Rakuten may ask the shop for order information and for how it means to handle the matter
(https://ichiba.faq.rakuten.net/detail/000032043, documented).
"""

from __future__ import annotations

from collections.abc import Iterator

from hub import ActKind, Case, CaseType, EvidenceKind, Mark, Wanted

_ASKED = "https://ichiba.faq.rakuten.net/detail/000032043"
_ON_ITS_WAY = frozenset({CaseType.DELAY, CaseType.MISSING_ITEM})


def wants(case: Case, kind: ActKind) -> Iterator[Wanted]:
    """The evidence for a hand-over; the shop's own decisions are made in the order, and nobody asks for proof."""
    if kind is not ActKind.HAND_OVER:
        return
    yield Wanted(
        EvidenceKind.ORDER,
        required=True,
        source=_ASKED,
        mark=Mark.DOCUMENTED,
        why="Rakuten may ask the shop for the order.",
    )
    yield Wanted(
        EvidenceKind.SOLUTION_OFFERED,
        source=_ASKED,
        mark=Mark.DOCUMENTED,
        why="Rakuten may ask the shop how it means to handle the matter.",
    )
    for proof in (EvidenceKind.DISPATCH_PROOF, EvidenceKind.TRACKING):
        yield Wanted(
            proof,
            required=case.type in _ON_ITS_WAY and proof is EvidenceKind.DISPATCH_PROOF,
            source="seed 004",
            mark=Mark.INFERRED,
            why="In a dispute the shop proves that it sent the goods; the text does not name Ichiba.",
        )
    yield Wanted(
        EvidenceKind.DELIVERY_PROOF,
        source=_ASKED,
        why="An order of RMS tells no delivery, so that the proof has to come from the carrier.",
    )
    yield Wanted(
        EvidenceKind.PHOTOS,
        source=_ASKED,
        mark=Mark.DOCUMENTED,
        why="Rakuten may ask the customer for photos or films; keep what you were sent.",
    )
