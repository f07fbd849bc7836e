"""What Fyndiq and CDON want to be proven before an errand is rejected or escalated."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hub import ActKind, Attachment, Case, EvidenceKind, Mark, Offer, Order, Refused, Shipment, Tracking
from hub.core.acting import Wish, queue_act
from hub.core.evidence import checklist, wanted_for
from hub.core.evidence_acts import give
from hub.testing import Desk, SimulatedClock
from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.simulator import ReclaimitSimulator

NOW = datetime(2026, 9, 7, 10, 0, tzinfo=UTC)
PHOTO = Attachment("bild.png", "image/png", 3, "1" * 64)


@pytest.fixture
def desk() -> Desk:
    return Desk(ReclaimitSimulator(SimulatedClock(NOW)))


def opened(desk: Desk, issue_type: str, **about: Any) -> Case:
    ref = desk.platform.customer_writes("Handtaget gick av 漢字", issue_type=issue_type, **about)
    desk.read()
    return desk.case(ref)


def offer_of(desk: Desk, case: Case, word: str) -> Offer:
    return next(offer for offer in desk.adapter.offers(case, desk.settings) if offer.word == word)


def reject(case: Case, offer: Offer, **given_with: Any) -> Any:
    seen = case.last_inbound.ref if case.last_inbound else ""
    return queue_act(case, Wish(offer, "Nej", seen, **given_with), "k1", "Eva", NOW)


@pytest.mark.parametrize(
    ("issue_type", "required"),
    [
        (words.MISSING, EvidenceKind.TRACKING),
        (words.COMPLAINT, EvidenceKind.PHOTOS),
        (words.REGRET, EvidenceKind.PHOTOS),
    ],
)
def test_a_rejection_wants_tracking_of_a_parcel_and_photos_of_goods(
    desk: Desk, issue_type: str, required: EvidenceKind
) -> None:
    case = opened(desk, issue_type)

    offer = offer_of(desk, case, words.REJECTED)

    assert offer.rejects
    [wanted] = [wanted for wanted in offer.wants if wanted.required]
    assert (wanted.kind, wanted.mark) == (required, Mark.DOCUMENTED)
    assert wanted.source.startswith("https://support.fyndiq.se/hc/en-se/articles/")
    assert [gap.kind for gap in checklist(case, offer).gaps] == [required]


def test_an_escalation_wants_the_conversation_and_names_what_helps(desk: Desk) -> None:
    case = opened(desk, words.COMPLAINT)
    offer = offer_of(desk, case, words.ESCALATED)

    assert {wanted.kind: wanted.required for wanted in wanted_for(offer)} == {
        EvidenceKind.ORDER: False,
        EvidenceKind.SOLUTION_OFFERED: False,
        EvidenceKind.CONVERSATION: True,
    }
    assert checklist(case, offer).gaps == ()
    assert {wanted.mark for wanted in offer.wants} == {Mark.ASSUMED}  # nobody says what the marketplace looks at


def test_what_neither_rejects_nor_escalates_wants_nothing(desk: Desk) -> None:
    case = opened(desk, words.COMPLAINT)

    wanting = {offer.word for offer in desk.adapter.offers(case, desk.settings) if wanted_for(offer)}

    assert wanting == {words.REJECTED, words.ESCALATED}


def test_varubrev_proves_nothing_and_a_traceable_parcel_does(desk: Desk) -> None:
    case = opened(desk, words.MISSING)
    offer = offer_of(desk, case, words.REJECTED)

    with pytest.raises(Refused, match="Varubrev:1 does not count"):
        reject(case, offer, tracking=(Tracking("Varubrev", "1"),))
    _, reply = reject(case, offer, tracking=(Tracking("PostNord", "1"),))

    assert reply.act.tracking == (Tracking("PostNord", "1"),)


def test_the_parcel_of_the_order_goes_with_a_rejection_of_what_is_said_to_be_missing(desk: Desk) -> None:
    case = opened(desk, words.MISSING)
    case = replace(case, order=Order("1", shipments=(Shipment("Varubrev", "7"), Shipment("PostNord", "8"))))

    _, reply = reject(case, offer_of(desk, case, words.REJECTED))

    assert reply.act.tracking == (Tracking("PostNord", "8"),)
    assert desk.adapter.problems_with(reply, case, desk.settings) == ()


def test_a_photo_that_is_kept_is_uploaded_with_the_rejection(desk: Desk) -> None:
    case = opened(desk, words.COMPLAINT)
    kept = replace(PHOTO, digest=desk.lent.keep(b"png"))
    case = give(case, EvidenceKind.PHOTOS, "Eva", NOW, files=(kept,)).case

    _, reply = reject(case, offer_of(desk, case, words.REJECTED))
    desk.send(reply, case)

    assert reply.act.evidence == (kept,)
    assert desk.platform.errand(case.ref).status == words.REJECTED  # type: ignore[attr-defined]


@pytest.mark.parametrize("word", ["REJECTED", "rejected"])
def test_a_case_that_came_by_mail_has_the_same_rules(desk: Desk, word: str) -> None:
    case = replace(opened(desk, words.MISSING), channel="support")

    wants = desk.adapter.wants(case, ActKind.DECIDE, word)

    assert [wanted.kind for wanted in wants if wanted.required] == [EvidenceKind.TRACKING]
    assert desk.adapter.wants(case, ActKind.DECIDE, "APPROVED") == ()


def test_a_refund_in_full_is_marked_as_one(desk: Desk) -> None:
    offers = desk.adapter.offers(opened(desk, words.REGRET), desk.settings)

    assert {offer.word for offer in offers if offer.refunds} == {"APPROVED", "APPROVED_DISCARD"}
