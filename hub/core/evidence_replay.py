"""What happened to the evidence of a case, as the case then has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hub.core.evidence_events import EvidenceTakenBack, EvidenceWaived, OfEvidence
from hub.core.exhibits import Exhibit
from hub.core.model import Case


def after_evidence(what: OfEvidence, case: Case, at: datetime) -> Case:
    """The case after its evidence changed: what is given ends an earlier word that there can be none, and is kept."""
    if isinstance(what, EvidenceTakenBack):
        return replace(case, evidence=tuple(one for one in case.evidence if one.kind is not what.kind))
    before = tuple(one for one in case.evidence if one.kind is not what.kind or not one.waived)
    if isinstance(what, EvidenceWaived):
        exhibit = Exhibit(what.kind, at, what.who, text=what.why, waived=True)
    else:
        exhibit = Exhibit(what.kind, at, what.who, what.files, what.text, what.parcels)
    return replace(case, evidence=(*before, exhibit))
