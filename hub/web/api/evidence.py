"""Evidence: what stands behind a rejection or a hand-over, and what is missing."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from hub.core.evidence import checklist
from hub.core.people import Permission
from hub.evidence_wanted import evidence_json, meant_offers
from hub.reaching import reach_of
from hub.runs.proving import Given, Waived, keep_evidence
from hub.web.api.calls import Asked, Call
from hub.web.api.given import CaseNumber, EvidenceChange, files_of, parcels_of
from hub.web.api.routing import Resource
from hub.web.api.shapes_desk import Evidence
from hub.web.api.told import Told

resource = Resource("evidence")


@resource.get("/cases/{number}/evidence", Permission.SEE, Evidence)
def show_evidence(
    call: Asked,
    number: CaseNumber,
    word: Annotated[str, Query(alias="for", max_length=200, description="For this decision, or hand_over.")] = "",
) -> Response:
    """Every kind of evidence as present, missing or not applicable, and what each decision wants of it."""
    return _told(call, number, word or None)


@resource.post("/cases/{number}/evidence", Permission.WORK, Evidence)
def keep_evidence_of_case(call: Asked, number: CaseNumber, given: EvidenceChange) -> Response:
    """Take back, give and waive evidence: all of it, or, where a part is refused, nothing."""
    gave = [Given(one.kind, files_of(call, one.files), one.text, parcels_of(one.parcels)) for one in given.given]
    waived = [Waived(one.kind, one.why) for one in given.waived]
    keep_evidence(call.desk, number, gave, waived, given.taken_back)
    return _told(call, number, None)


def _told(call: Call, number: str, word: str | None) -> Told:
    case = call.case(number)
    offers = meant_offers(reach_of(call.hub, case), case, word)
    return Told(evidence_json(case, [checklist(case, offer) for offer in offers]))
