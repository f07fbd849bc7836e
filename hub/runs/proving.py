"""Keeping evidence on a case: what one person says in one go is one write transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.core import evidence_acts
from hub.core.attachments import Attachment
from hub.core.exhibits import EvidenceKind
from hub.core.merge import Change
from hub.core.model import Case
from hub.core.shipments import Tracking
from hub.runs.desk import Desk


@dataclass(frozen=True, slots=True)
class Given:
    """Evidence of a kind that a person gives; the files were kept with `keep_files`."""

    kind: EvidenceKind
    files: tuple[Attachment, ...] = ()
    text: str = ""
    parcels: tuple[Tracking, ...] = ()


@dataclass(frozen=True, slots=True)
class Waived:
    """That evidence of a kind does not apply, and why."""

    kind: EvidenceKind
    why: str


def keep_evidence(
    desk: Desk,
    number: str,
    given: Sequence[Given] = (),
    waived: Sequence[Waived] = (),
    taken_back: Sequence[EvidenceKind] = (),
) -> Case:
    """Take back, give and waive evidence on a case, in this order: all of it, or, where a part is refused, nothing."""
    who, now = desk.who, desk.clock.now()
    with desk.store.writing() as writer:
        before = case = writer.case(number)
        changes: list[Change] = []

        def after(change: Change) -> Case:
            changes.append(change)
            return change.case

        for kind in taken_back:
            case = after(evidence_acts.take_back(case, kind, who, now))
        for one in given:
            case = after(
                evidence_acts.give(case, one.kind, who, now, files=one.files, text=one.text, parcels=one.parcels)
            )
        for waiver in waived:
            case = after(evidence_acts.waive(case, waiver.kind, waiver.why, who, now))
        if case is not before:
            whole = Change(case, tuple(event for change in changes for event in change.events))
            writer.save(whole, desk.evaluation_of(case))
    return case
