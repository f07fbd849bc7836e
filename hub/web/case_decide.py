"""Deciding a case on its platform, and the evidence that stands behind it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from starlette.responses import Response

from hub.acting import parcel_of, seen_of
from hub.adapter import Capability
from hub.core.acting import Wish
from hub.core.attachments import Attachment
from hub.core.events import Acted
from hub.core.evidence import checklist
from hub.core.exhibits import EvidenceKind
from hub.core.people import Permission
from hub.core.platform_acts import Act, ActKind, Tracking
from hub.deciding import decide_in_portal
from hub.dossier import Dossier
from hub.errors import NotFound, Refused
from hub.evidence_bundle import write_bundle
from hub.runs.proving import Given, Waived, keep_evidence
from hub.web.case_asking import asking, put
from hub.web.case_done import done, told_of
from hub.web.case_view import CaseView, view_of
from hub.web.noting import noted
from hub.web.routing import Room
from hub.web.site import Here
from hub.web.uploads import sent_files

room = Room()


@room.post("/cases/{number}/decide", Permission.WORK)
@asking
def decide(here: Here) -> Response:
    """Put one of the platform's offers into the outbox; what moves money or cannot be undone is asked about first."""
    view, name = view_of(here), here.said("offer")
    line = next((line for line in view.offers if line.name == name), None)
    if line is None:
        return _decide_in_portal(here, view, name)
    wish = Wish(
        line.offer,
        here.said("text"),
        here.said("after") or seen_of(view.case),
        _count(here, "percent"),
        _count(here, "quantity"),
        _parcels(here),
        sent_files(here),
        again=bool(here.said("again")),
    )
    reply = put(here, here.said("client_key"))(view.reach, view.case, wish)
    said, what = told_of(here, reply, None, ""), line.offer.word or line.offer.kind.value
    return done(here, view.case.number, line.offer.kind.value, said, what, outbox=True)


@room.post("/cases/{number}/evidence", Permission.WORK)
def evidence(here: Here) -> Response:
    """Give evidence of a kind, say that it does not apply, or take back what was said."""
    number, kind = view_of(here).case.number, _kind(here.said("kind"))
    files, text, parcels = sent_files(here), here.said("text"), _parcels(here)
    match here.said("what"):
        case "waive":
            keep_evidence(here.desk, number, (), [Waived(kind, text)])
        case "take_back":
            keep_evidence(here.desk, number, taken_back=[kind])
        case _:
            keep_evidence(here.desk, number, list(_given(kind, files, text, parcels)))
    return done(here, number, "evidence", here.words("case.did_evidence"), kind.value)


@room.get("/cases/{number}/evidence.zip", Permission.SEE)
def bundle(here: Here) -> Response:
    """The evidence as a bundle that stands by itself, to be put before a platform."""
    view = view_of(here)
    case, history = view.case, here.hub.store.history(view.case.number)
    dossier = Dossier(
        case,
        tuple(view.wanting) or (checklist(case),),
        here.now,
        here.hub.settings.office.timezone,
        platform=view.reach.title,
        deadlines=view.evaluation.clocks,
        acts=tuple((event.at, event.what) for event in history if isinstance(event.what, Acted)),
        with_notes=here.query.get("notes") == "1",
    )
    with tempfile.TemporaryDirectory() as folder:
        made = write_bundle(Path(folder) / f"{case.number}.zip", dossier, here.hub.store.content)
        content = made.path.read_bytes()
    noted(here, "export_evidence", case.number)
    headers = {"Content-Disposition": f'attachment; filename="{case.number}.zip"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/zip", headers=headers)


def _decide_in_portal(here: Here, view: CaseView, name: str) -> Response:
    """Keep a decision that only a person can make as a task."""
    word = here.said("word")
    if name or not word or view.reach.can(Capability.DECIDE, view.case):
        raise NotFound(here.words("case.offer_gone"))
    named = sent_files(here)
    act = Act(ActKind.DECIDE, word, "", _count(here, "quantity"), _count(here, "percent"), _parcels(here), named)
    kept = decide_in_portal(
        here.hub,
        view.reach,
        view.case,
        act,
        here.said("text"),
        here.desk,
        accepted=frozenset(here.all_said("accept")),
        keep_task=bool(here.said("keep_task")),
    )
    return done(here, view.case.number, "decide", here.words("case.did_task"), kept.key)


def _given(
    kind: EvidenceKind, files: tuple[Attachment, ...], text: str, parcels: tuple[Tracking, ...]
) -> Iterator[Given]:
    """What was given in one go, each thing by itself: a file of a kind, a text, a parcel."""
    if files:
        yield Given(kind, files)
    if text:
        yield Given(kind, text=text)
    if parcels:
        yield Given(kind, parcels=parcels)


def _kind(text: str) -> EvidenceKind:
    if text not in set(EvidenceKind):
        raise NotFound(f"{text!r} is no kind of evidence")
    return EvidenceKind(text)


def _count(here: Here, field: str) -> int | None:
    """A whole number from a field; None where it is empty."""
    text = here.said(field)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Refused(here.words("case.no_number", text=text[:40]))
    return int(text)


def _parcels(here: Here) -> tuple[Tracking, ...]:
    """The parcel that two fields tell of, or several written as CARRIER:NUMBER, one on each line."""
    carrier, number = here.said("carrier"), here.said("number")
    one = (Tracking(carrier, number),) if carrier or number else ()
    return (*one, *(parcel_of(line) for line in here.said("parcels").splitlines() if line.strip()))
