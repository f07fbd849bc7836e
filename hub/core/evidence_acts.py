"""What a person does with the evidence of a case, and what that makes of the case."""

from __future__ import annotations

from datetime import datetime

from hub.core.acts import changed, require_unmerged
from hub.core.attachments import Attachment
from hub.core.evidence import is_picture
from hub.core.evidence_events import EvidenceGiven, EvidenceTakenBack, EvidenceWaived
from hub.core.exhibits import EvidenceKind
from hub.core.merge import Change
from hub.core.model import Case
from hub.core.shipments import Tracking
from hub.errors import Refused


def give(
    case: Case,
    kind: EvidenceKind,
    who: str,
    now: datetime,
    *,
    files: tuple[Attachment, ...] = (),
    text: str = "",
    parcels: tuple[Tracking, ...] = (),
) -> Change:
    """Keep evidence of a kind with the case."""
    require_unmerged(case)
    text = text.strip()
    if not (files or text or parcels):
        raise Refused(f"Nothing was given as {kind}; give a file with --add {kind}=FILE, or say it with --say.")
    for parcel in parcels:
        if not parcel.carrier or not parcel.number:
            raise Refused("A parcel is written as CARRIER:NUMBER, such as PostNord:SE123.")
    for file in files:
        if kind is EvidenceKind.PHOTOS and not is_picture(file):
            raise Refused(
                f"{file.name} is neither a photo nor a film ({file.media_type}), so it is no evidence as photos."
            )
    known = {file.digest for exhibit in case.evidence if exhibit.kind is kind for file in exhibit.files}
    for file in files:
        if file.digest in known:
            raise Refused(f"{case.number} has the file {file.name} as {kind} already.")
    files = tuple({file.digest: file for file in files}.values())
    return changed(case, now, EvidenceGiven(kind, files, text, parcels, who))


def waive(case: Case, kind: EvidenceKind, why: str, who: str, now: datetime) -> Change:
    """Say that evidence of a kind does not apply to the case."""
    require_unmerged(case)
    if not why.strip():
        raise Refused(f"Say why {kind} does not apply to {case.number}, with -m.")
    given = [one for one in case.evidence if one.kind is kind and not one.waived]
    if given:
        raise Refused(
            f"{given[0].who or 'Somebody'} gave {kind} on {case.number}, so it cannot be not applicable as well; "
            f"`casehub evidence {case.number} --take-back {kind}` takes that back."
        )
    return changed(case, now, EvidenceWaived(kind, why.strip(), who))


def take_back(case: Case, kind: EvidenceKind, who: str, now: datetime) -> Change:
    """Take back what a person gave as evidence of a kind, or said of it."""
    require_unmerged(case)
    if all(exhibit.kind is not kind for exhibit in case.evidence):
        there = ", ".join(sorted({exhibit.kind for exhibit in case.evidence})) or "nothing at all"
        raise Refused(f"Nobody gave {kind} on {case.number}, so nothing is taken back; a person gave {there}.")
    return changed(case, now, EvidenceTakenBack(kind, who))
