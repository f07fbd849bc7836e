"""What can happen to the evidence of a case."""

from __future__ import annotations

from dataclasses import dataclass

from hub.core.attachments import Attachment
from hub.core.exhibits import EvidenceKind
from hub.core.shipments import Tracking


@dataclass(frozen=True, slots=True)
class EvidenceGiven:
    """A person gave evidence of a kind: files, what it says in words, the parcels that were sent."""

    kind: EvidenceKind
    files: tuple[Attachment, ...] = ()
    text: str = ""
    parcels: tuple[Tracking, ...] = ()
    who: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceWaived:
    """A person said that evidence of this kind does not apply to the case, and why."""

    kind: EvidenceKind
    why: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceTakenBack:
    """A person took back what was given, or said not to apply, as evidence of a kind."""

    kind: EvidenceKind
    who: str = ""


OfEvidence = EvidenceGiven | EvidenceWaived | EvidenceTakenBack
"""What can happen to the evidence of a case."""
