"""What stands behind a refused return or a case that is passed on to bol.com.

bol.com publishes no list of evidence, and its API takes none with a decision
(https://api.bol.com/retailer/public/Retailer-API/v10/functional/retailer-api/returns.html, documented): what is named
here is wanted for the day on which the customer or bol.com asks (assumed), and nothing of it is required.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hub import ActKind, EvidenceKind, Wanted

_RETURNS: Final = "https://partnerplatform.bol.com/verkopen/retouren/retourmelding"
_PORTAL: Final = "https://partnerplatform.bol.com"

REFUSED: Final = "RETURN_DOES_NOT_MEET_CONDITIONS"
"""The decision that refuses an item."""

_OF_REFUSAL: Final = (
    Wanted(EvidenceKind.ORDER, source=_RETURNS, why="bol.com names no proof; the order tells what was bought."),
    Wanted(EvidenceKind.PHOTOS, source=_RETURNS, why="bol.com names no proof; a photo shows how the item came back."),
)
_OF_HAND_OVER: Final = (
    Wanted(EvidenceKind.ORDER, source=_PORTAL, why="bol.com names no list; its staff looks up the order."),
    Wanted(EvidenceKind.SOLUTION_OFFERED, source=_PORTAL, why="It shows that you tried to settle the question."),
)
_OF_ACTS: Final[Mapping[tuple[ActKind, str], tuple[Wanted, ...]]] = {
    (ActKind.DECIDE, REFUSED): _OF_REFUSAL,
    (ActKind.HAND_OVER, ""): _OF_HAND_OVER,
}


def wants(kind: ActKind, word: str) -> tuple[Wanted, ...]:
    """The evidence for a decision, or for passing a case on."""
    return _OF_ACTS.get((kind, word.upper() if kind is ActKind.DECIDE else ""), ())
