"""What a person gave as evidence on a case, or said that there can be none of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.core.attachments import Attachment
from hub.core.instants import comparable
from hub.core.shipments import Tracking


class EvidenceKind(StrEnum):
    """What may have to be proven before a rejection or a hand-over."""

    ORDER = "order"
    DISPATCH_PROOF = "dispatch_proof"
    TRACKING = "tracking"
    DELIVERY_PROOF = "delivery_proof"
    PHOTOS = "photos"
    CONVERSATION = "conversation"
    SOLUTION_OFFERED = "solution_offered"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Evidence of a kind that a person gave: files, a text, parcels.

    With `waived` it is the word of a person that this kind does not apply to the case, and `text` says why.
    """

    kind: EvidenceKind
    at: datetime
    who: str = ""
    files: tuple[Attachment, ...] = ()
    text: str = ""
    parcels: tuple[Tracking, ...] = ()
    waived: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", comparable(self.at))
