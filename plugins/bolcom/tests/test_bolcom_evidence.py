"""What stands behind a refused return at bol.com, and what is a refund in full."""

from __future__ import annotations

import pytest

from hub import ActKind, Case, EvidenceKind, Mark, Offer
from hub.core.acting import Wish, queue_act
from hub.core.evidence import checklist, wanted_for
from hub.testing import Desk, SimulatedClock
from hub_bolcom.evidence import REFUSED
from hub_bolcom.simulator import BolSimulator


@pytest.fixture
def desk() -> Desk:
    return Desk(BolSimulator(SimulatedClock()))


def opened(desk: Desk) -> tuple[Case, dict[str, Offer]]:
    ref = desk.platform.customer_writes("Het deksel past niet.", title="Theepot", expected=1)
    desk.read()
    case = desk.case(ref)
    return case, {offer.word: offer for offer in desk.adapter.offers(case, desk.settings)}


def test_a_refusal_names_what_helps_and_requires_nothing_that_bol_does_not_ask_for(desk: Desk) -> None:
    case, offers = opened(desk)

    refusal = offers[REFUSED]

    assert refusal.rejects
    assert [wanted.kind for wanted in refusal.wants] == [EvidenceKind.ORDER, EvidenceKind.PHOTOS]
    assert {(wanted.required, wanted.mark) for wanted in refusal.wants} == {(False, Mark.ASSUMED)}
    assert checklist(case, refusal).gaps == ()
    seen = case.last_inbound.ref if case.last_inbound else ""
    assert queue_act(case, Wish(refusal, after=seen), "k1", "Eva", case.opened_at)[1].act is not None


def test_only_a_refusal_and_passing_on_want_anything(desk: Desk) -> None:
    case, offers = opened(desk)

    assert [word for word, offer in offers.items() if wanted_for(offer)] == [REFUSED]
    assert [offer.word for offer in offers.values() if offer.rejects] == [REFUSED]
    assert [wanted.kind for wanted in desk.adapter.wants(case, ActKind.HAND_OVER)] == [
        EvidenceKind.ORDER,
        EvidenceKind.SOLUTION_OFFERED,
    ]
    assert desk.adapter.wants(case, ActKind.NOTE) == ()


def test_that_the_customer_keeps_and_pays_the_item_is_no_refund(desk: Desk) -> None:
    _, offers = opened(desk)

    assert [word for word, offer in offers.items() if offer.refunds] == ["RETURN_RECEIVED"]
