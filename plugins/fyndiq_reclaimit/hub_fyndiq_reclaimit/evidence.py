"""What Fyndiq and CDON want to be proven before an errand is rejected or escalated, and where that stands."""

from __future__ import annotations

from hub import ActKind, Case, EvidenceKind, Mark, Wanted
from hub_fyndiq_reclaimit import words

_MISSING = "https://support.fyndiq.se/hc/en-se/articles/4406874060692-Missing-shipment"
_COMPLAINTS = "https://support.fyndiq.se/hc/en-se/articles/4406880942996-Complaints"
_SOLVING = "https://support.fyndiq.se/hc/en-se/articles/4406831102100-Solving-tickets-in-Reclaimit"

_OF_MISSING = (
    Wanted(
        EvidenceKind.TRACKING,
        required=True,
        source=_MISSING,
        mark=Mark.DOCUMENTED,
        why="Only full tracking rejects such an errand; Varubrev is not taken as tracking.",
        not_valid=("Varubrev",),
    ),
    Wanted(
        EvidenceKind.DELIVERY_PROOF,
        source=_MISSING,
        mark=Mark.DOCUMENTED,
        why="The tracking has to show that the parcel is delivered, or waits at a pick-up point near the customer.",
    ),
)
_OF_GOODS = (
    Wanted(
        EvidenceKind.PHOTOS,
        required=True,
        source=_COMPLAINTS,
        mark=Mark.DOCUMENTED,
        why="Who rejects a customer whose goods came back must show photos of them, of his own.",
        ours=True,
    ),
)
_OF_ESCALATION = (
    Wanted(EvidenceKind.ORDER, source=_SOLVING, why="The marketplace decides; nothing says what it looks at."),
    Wanted(EvidenceKind.SOLUTION_OFFERED, source=_SOLVING, why="It shows that you tried to settle the errand."),
)


def wants(case: Case, kind: ActKind, word: str) -> tuple[Wanted, ...]:
    """The evidence for a decision or an escalation; what is neither rejected nor escalated needs none."""
    if kind is ActKind.HAND_OVER or word.upper() == words.ESCALATED:
        return _OF_ESCALATION
    if word.upper() == words.REJECTED:
        return _OF_MISSING if case.type_raw == words.MISSING else _OF_GOODS
    return ()
