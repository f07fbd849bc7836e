"""The checklist behind a rejection or a hand-over: what counts, what is missing, and what a person says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.acting import Wish, queue_act, require_evidence, with_kept
from hub.core.acts import absorb
from hub.core.codec import dump_happening, load_happening
from hub.core.events import Event, Happening
from hub.core.evidence import (
    Presence,
    checked,
    checklist,
    gap_in_words,
    is_valid,
    kept_files,
    kept_parcels,
    wanted_for,
)
from hub.core.evidence_acts import give, take_back, waive
from hub.core.evidence_events import EvidenceGiven, EvidenceTakenBack, EvidenceWaived
from hub.core.exhibits import EvidenceKind, Exhibit
from hub.core.model import (
    RECALLED,
    Attachment,
    Author,
    Case,
    Direction,
    Message,
    Order,
    OrderLine,
    Party,
)
from hub.core.outbox import delivered
from hub.core.platform_acts import Act, ActKind, Mark, Need, Offer, Tracking, Wanted
from hub.core.portal import Decision
from hub.core.replay import apply
from hub.core.shipments import Shipment
from hub.core.turns import Sought, Turn
from hub.errors import Refused

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ASA = Party("Åsa Öberg", "asa@kund.example")
PHOTO = Attachment("vas 漢字.jpg", "image/jpeg", 3, "1" * 64)
FILM = Attachment("vas.mp4", "video/mp4", 3, "2" * 64)
RECEIPT = Attachment("kvitto.pdf", "application/pdf", 3, "3" * 64)
PARCEL = Tracking("PostNord", "SE123")
SOURCE = "https://shop.example/rules"
TRACKED = Wanted(EvidenceKind.TRACKING, True, SOURCE, Mark.DOCUMENTED, "It must be traceable.", not_valid=("Varubrev",))
PICTURED = Wanted(EvidenceKind.PHOTOS, True, SOURCE, Mark.DOCUMENTED, ours=True)
REFUSE = Offer(ActKind.DECIDE, "Refuse", "Nothing is paid", "refuse", wants=(TRACKED,), rejects=True)
SHOW = Offer(
    ActKind.DECIDE,
    "Refuse",
    "Nothing is paid",
    "refuse",
    needs=frozenset({Need.EVIDENCE}),
    wants=(PICTURED,),
    rejects=True,
)
HAND_OVER = Offer(ActKind.HAND_OVER, "Hand over", "The platform decides", irreversible=True)


def letter(ref: str = "m1", minutes: int = 0, **facts: Any) -> Message:
    at = NOON + timedelta(minutes=minutes)
    return replace(Message(ref, Author.CUSTOMER, Direction.INBOUND, at, "Den kom trasig 漢字", sender=ASA), **facts)


def a_case(**facts: Any) -> Case:
    case = Case("CH-1001", "shop", "r1", NOON, NOON, customer=ASA, messages=(letter(),), turns=(Turn(NOON, "open"),))
    return replace(case, **facts)


def after(case: Case, *happened: Happening) -> Case:
    return reduce(lambda case, what: apply(case, Event(what, NOON, NOON)), happened, case)


def stands(case: Case, kind: EvidenceKind, wanted: Wanted | None = None) -> tuple[str, str]:
    item = checked(case, wanted or Wanted(kind))
    return item.presence.value, item.why


ORDERED = a_case(order=Order("4711", (OrderLine("Vas", quantity=2),), shipments=(Shipment("DHL", "1", "SENT", NOON),)))
PICTURES = a_case(messages=(letter(attachments=(PHOTO, RECEIPT, FILM)),))


@pytest.mark.parametrize(
    ("case", "kind", "presence", "why"),
    [
        (ORDERED, EvidenceKind.ORDER, "present", "order 4711: 2 x Vas"),
        (a_case(), EvidenceKind.ORDER, "missing", "the case names no order"),
        (
            a_case(order=Order("4711"), sought=Sought(1, NOON)),
            EvidenceKind.ORDER,
            "missing",
            "the platform does not know the order 4711",
        ),
        (
            a_case(order=Order("4711", confirmed=True), sought=Sought(1, NOON)),
            EvidenceKind.ORDER,
            "present",
            "order 4711",
        ),
        (ORDERED, EvidenceKind.TRACKING, "present", "DHL:1 (SENT)"),
        (
            a_case(order=Order("4711", shipments=(Shipment("DHL"),))),
            EvidenceKind.TRACKING,
            "missing",
            "no parcel with a carrier and a number is known",
        ),
        (PICTURES, EvidenceKind.PHOTOS, "present", "vas 漢字.jpg; vas.mp4"),
        (
            a_case(messages=(letter(attachments=(RECEIPT,)),)),
            EvidenceKind.PHOTOS,
            "missing",
            "there is neither a picture nor a film",
        ),
        (
            a_case(messages=(letter(attachments=(PHOTO,), labels=(RECALLED,)),)),
            EvidenceKind.PHOTOS,
            "missing",
            "there is neither a picture nor a film",
        ),
        (
            a_case(messages=(letter(attachments=(PHOTO,), author=Author.SELLER, direction=Direction.OUTBOUND),)),
            EvidenceKind.PHOTOS,
            "missing",
            "there is neither a picture nor a film",
        ),
        (
            a_case(messages=(letter(), letter("m2", 90), letter("n", 95, direction=Direction.NOTE))),
            EvidenceKind.CONVERSATION,
            "present",
            "2 messages, 2026-03-02 12:00 UTC to 2026-03-02 13:30 UTC",
        ),
        (a_case(messages=()), EvidenceKind.CONVERSATION, "not_applicable", "nobody has written anything"),
        (ORDERED, EvidenceKind.DISPATCH_PROOF, "missing", "nobody gave what proves that it was sent"),
        (a_case(), EvidenceKind.DELIVERY_PROOF, "missing", "nobody gave what proves that it arrived"),
        (
            ORDERED,
            EvidenceKind.DELIVERY_PROOF,
            "missing",
            "nobody gave what proves that it arrived; the platform's word is only DHL:1 SENT",
        ),
    ],
)
def test_what_a_case_holds_counts_by_itself(case: Case, kind: EvidenceKind, presence: str, why: str) -> None:
    assert stands(case, kind) == (presence, why)


def answered(*, made: Decision | None = None, ref: str = "reply:k1") -> Case:
    answer = Message(ref, Author.SELLER, Direction.OUTBOUND, NOON + timedelta(hours=1), "Vi skickar en ny")
    return a_case(messages=(letter(), answer), decisions=(made,) if made else ())


@pytest.mark.parametrize(
    ("case", "presence"),
    [
        (answered(), "missing"),  # an answer is no solution
        (answered(made=Decision("k1", NOON, "renew", "renew")), "present"),
        (answered(made=Decision("k1", NOON, "renew", "renew", stated=True), ref="stated:k1"), "missing"),
        (answered(made=Decision("k2", NOON, "renew", "renew")), "missing"),  # decided without a word
        (answered(made=Decision("k1", NOON, "refuse", "refuse", rejects=True)), "missing"),  # and a refusal is none
    ],
)
def test_a_solution_was_offered_where_a_decision_went_with_a_text_and_was_no_rejection(
    case: Case, presence: str
) -> None:
    assert stands(case, EvidenceKind.SOLUTION_OFFERED)[0] == presence


def test_a_person_says_that_a_solution_was_offered() -> None:
    case = give(answered(), EvidenceKind.SOLUTION_OFFERED, "Eva", NOON, text=" ny vas erbjuden ").case

    [standing] = checked(case, Wanted(EvidenceKind.SOLUTION_OFFERED)).stands

    assert (standing.what, standing.who, standing.at) == ("ny vas erbjuden", "Eva", NOON)


def test_a_rejection_that_was_done_is_remembered_as_one() -> None:
    change, reply = queue_act(ORDERED, Wish(REFUSE, "Nej", "m1"), "k1", "Eva", NOON)

    done = reduce(lambda case, what: apply(case, Event(what, NOON, NOON)), delivered(reply, NOON, "p1"), change.case)

    assert [made.rejects for made in done.decisions] == [True]
    assert stands(done, EvidenceKind.SOLUTION_OFFERED)[0] == "missing"


@pytest.mark.parametrize(
    ("carrier", "number", "counts"),
    [("PostNord", "1", True), ("varubrev", "1", False), ("PostNord Varubrev", "1", False), ("PostNord", " ", False)],
)
def test_a_parcel_of_a_carrier_that_is_ruled_out_proves_nothing(carrier: str, number: str, counts: bool) -> None:
    case = a_case(evidence=(Exhibit(EvidenceKind.TRACKING, NOON, "Eva", parcels=(Tracking(carrier, number),)),))

    assert is_valid(Tracking(carrier, number), TRACKED) is counts
    assert (stands(case, EvidenceKind.TRACKING, TRACKED)[0] == "present") is counts


def test_why_a_parcel_does_not_count_is_said() -> None:
    case = a_case(order=Order("1", shipments=(Shipment("Varubrev", "7"),)))

    assert stands(case, EvidenceKind.TRACKING, TRACKED)[1] == (
        "Varubrev:7 does not count, since its carrier proves nothing there"
    )
    assert stands(case, EvidenceKind.TRACKING)[0] == "present"  # on a platform that rules nothing out


def test_where_our_own_photos_are_wanted_those_of_the_customer_do_not_count() -> None:
    given_too = give(PICTURES, EvidenceKind.PHOTOS, "Eva", NOON, files=(replace(PHOTO, digest="9" * 64),)).case

    assert stands(PICTURES, EvidenceKind.PHOTOS)[0] == "present"
    assert stands(PICTURES, EvidenceKind.PHOTOS, PICTURED) == (
        "missing",
        "there is neither a picture nor a film of yours",
    )
    assert stands(given_too, EvidenceKind.PHOTOS, PICTURED)[0] == "present"


# The list of an act


def test_a_checklist_has_every_kind_once_and_in_one_order() -> None:
    twice = replace(REFUSE, wants=(TRACKED, Wanted(EvidenceKind.TRACKING), PICTURED))

    one = checklist(a_case(), twice)

    assert [item.kind for item in one.items] == list(EvidenceKind)
    assert [gap.kind for gap in one.gaps] == [EvidenceKind.TRACKING, EvidenceKind.PHOTOS]
    assert checklist(a_case()).gaps == ()


@pytest.mark.parametrize(
    ("offer", "wanted"),
    [
        (HAND_OVER, [EvidenceKind.CONVERSATION]),
        (REFUSE, [EvidenceKind.TRACKING, EvidenceKind.CONVERSATION]),
        (replace(REFUSE, wants=(), rejects=False), []),
        (replace(REFUSE, wants=()), [EvidenceKind.CONVERSATION]),
        (replace(HAND_OVER, wants=(Wanted(EvidenceKind.CONVERSATION),)), [EvidenceKind.CONVERSATION]),
    ],
)
def test_what_rejects_or_hands_over_wants_the_conversation_beside_what_its_platform_names(
    offer: Offer, wanted: list[EvidenceKind]
) -> None:
    assert [want.kind for want in wanted_for(offer)] == wanted


def test_a_hand_over_of_a_case_on_which_nobody_wrote_lacks_nothing() -> None:
    assert checklist(a_case(messages=()), HAND_OVER).gaps == ()


wanteds = st.builds(Wanted, st.sampled_from(EvidenceKind), st.booleans(), ours=st.booleans())
exhibits = st.builds(
    Exhibit,
    st.sampled_from(EvidenceKind),
    st.just(NOON),
    st.sampled_from(["", "Eva"]),
    st.lists(st.sampled_from([PHOTO, RECEIPT]), max_size=2).map(tuple),
    st.sampled_from(["", "så var det"]),
    st.lists(st.just(PARCEL), max_size=1).map(tuple),
    st.booleans(),
)


@given(st.sampled_from([a_case(), ORDERED, PICTURES]), st.lists(exhibits, max_size=5), st.lists(wanteds, max_size=4))
def test_whatever_was_given_a_gap_is_what_is_required_and_stands_by_nothing(
    case: Case, evidence: list[Exhibit], wants: list[Wanted]
) -> None:
    one = checklist(replace(case, evidence=tuple(evidence)), replace(REFUSE, wants=tuple(wants)))

    for item in one.items:
        assert (item.presence is Presence.PRESENT) == bool(item.stands)
        assert item.is_gap == (item.wanted.required and item.presence is Presence.MISSING)
        assert item.why


@given(st.lists(exhibits, max_size=5), st.sampled_from(EvidenceKind))
def test_to_give_more_opens_no_gap(evidence: list[Exhibit], kind: EvidenceKind) -> None:
    case = a_case(evidence=tuple(evidence))
    more = after(case, EvidenceGiven(kind, (RECEIPT,), "så här", (PARCEL,), "Eva"))
    offer = replace(REFUSE, wants=tuple(Wanted(one, required=True) for one in EvidenceKind))

    gaps, left = ({gap.kind for gap in checklist(one, offer).gaps} for one in (case, more))

    assert left <= gaps - {kind}


# What stands in the way of an act


def test_an_act_with_a_gap_is_refused_with_its_source_and_the_way_out() -> None:
    with pytest.raises(Refused) as refused:
        queue_act(a_case(), Wish(REFUSE, after="m1"), "k1", "Eva", NOON)

    told = str(refused.value)
    assert "'Refuse' wants evidence that CH-1001 does not have. tracking: no parcel with a carrier" in told
    assert "It must be traceable (documented, https://shop.example/rules)." in told
    assert "`casehub evidence CH-1001 --tracking CARRIER:NUMBER` gives it" in told
    assert "`casehub evidence CH-1001 --not-applicable tracking -m WHY`" in told


@pytest.mark.parametrize(
    "case",
    [
        ORDERED,
        a_case(evidence=(Exhibit(EvidenceKind.TRACKING, NOON, "Eva", parcels=(PARCEL,)),)),
        a_case(evidence=(Exhibit(EvidenceKind.TRACKING, NOON, "Eva", text="hämtat själv", waived=True),)),
    ],
)
def test_an_act_whose_evidence_is_there_or_cannot_be_there_goes(case: Case) -> None:
    _, reply = queue_act(case, Wish(REFUSE, after="m1"), "k1", "Eva", NOON)

    assert reply.act == Act(ActKind.DECIDE, "refuse", rejects=True)


def test_what_was_given_with_the_act_counts() -> None:
    parcelled = replace(REFUSE, needs=frozenset({Need.TRACKING}))

    _, sent = queue_act(a_case(), Wish(parcelled, after="m1", tracking=(PARCEL,)), "k1", "Eva", NOON)
    _, shown = queue_act(a_case(), Wish(SHOW, after="m1", evidence=(PHOTO,)), "k1", "Eva", NOON)

    assert sent.act is not None
    assert sent.act.tracking == (PARCEL,)
    assert shown.act is not None
    assert shown.act.evidence == (PHOTO,)
    with pytest.raises(Refused, match="Varubrev:1 does not count"):
        require_evidence(a_case(), REFUSE, Act(ActKind.DECIDE, tracking=(Tracking("Varubrev", "1"),)))


def test_what_is_kept_goes_with_an_act_that_needs_it_and_nothing_is_put_over_what_was_given_by_hand() -> None:
    both = replace(SHOW, needs=frozenset({Need.EVIDENCE, Need.TRACKING}), wants=(PICTURED, TRACKED))
    case = after(
        ORDERED,
        EvidenceGiven(EvidenceKind.PHOTOS, (PHOTO,), who="Eva"),
        EvidenceGiven(EvidenceKind.DISPATCH_PROOF, (RECEIPT,), who="Eva"),
    )

    kept = with_kept(case, Wish(both))
    by_hand = with_kept(case, Wish(both, evidence=(FILM,), tracking=(PARCEL,)))
    _, reply = queue_act(case, Wish(both, after="m1"), "k1", "Eva", NOON)

    assert (kept.evidence, kept.tracking) == ((PHOTO,), (Tracking("DHL", "1"),))
    assert (by_hand.evidence, by_hand.tracking) == ((FILM,), (PARCEL,))
    assert reply.act is not None
    assert reply.act.evidence == (PHOTO,)


def test_a_parcel_of_the_past_never_goes_with_an_act_that_wants_no_tracking_as_evidence() -> None:
    """A replacement needs the number of the new parcel: the old one would tell the customer a falsehood."""
    renew = Offer(ActKind.DECIDE, "Renew", "A new one is sent", "renew", needs=frozenset({Need.TRACKING}))
    case = give(ORDERED, EvidenceKind.TRACKING, "Eva", NOON, parcels=(PARCEL,)).case

    assert with_kept(case, Wish(renew)).tracking == ()
    assert kept_parcels(case, REFUSE) == (PARCEL,)  # before that of the order
    assert kept_parcels(ORDERED, REFUSE) == (Tracking("DHL", "1"),)
    assert kept_files(case, REFUSE) == ()


# What a person gives and takes back


def test_what_is_given_ends_the_word_that_there_can_be_none() -> None:
    waived = after(a_case(), EvidenceWaived(EvidenceKind.PHOTOS, "inget kom tillbaka", "Eva"))
    given_later = after(waived, EvidenceGiven(EvidenceKind.PHOTOS, (PHOTO,), who="Bo"))
    back = after(given_later, EvidenceTakenBack(EvidenceKind.PHOTOS, "Bo"))

    assert stands(waived, EvidenceKind.PHOTOS) == ("not_applicable", "inget kom tillbaka (says Eva)")
    assert stands(given_later, EvidenceKind.PHOTOS) == ("present", "vas 漢字.jpg")
    assert (back.evidence, stands(back, EvidenceKind.PHOTOS)[0]) == ((), "missing")


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda case: give(case, EvidenceKind.PHOTOS, "Eva", NOON, text=" "), "Nothing was given as photos"),
        (
            lambda case: give(case, EvidenceKind.PHOTOS, "Eva", NOON, files=(PHOTO,)),
            "has the file vas 漢字.jpg as photos",
        ),
        (
            lambda case: give(case, EvidenceKind.TRACKING, "Eva", NOON, parcels=(Tracking("DHL", ""),)),
            "CARRIER:NUMBER",
        ),
        (lambda case: waive(case, EvidenceKind.ORDER, " ", "Eva", NOON), "Say why order does not apply to CH-1001"),
        (lambda case: waive(case, EvidenceKind.PHOTOS, "inget", "Eva", NOON), "--take-back photos"),
        (lambda case: take_back(case, EvidenceKind.ORDER, "Eva", NOON), "a person gave photos"),
        (
            lambda case: give(replace(case, merged_into="CH-1"), EvidenceKind.ORDER, "Eva", NOON, text="x"),
            "do this on CH-1",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_way_out(ask: Any, told: str) -> None:
    case = give(a_case(), EvidenceKind.PHOTOS, "Bo", NOON, files=(PHOTO,)).case

    with pytest.raises(Refused, match=told):
        ask(case)


def test_a_file_that_is_given_twice_at_once_is_one() -> None:
    case = give(a_case(), EvidenceKind.PHOTOS, "Bo", NOON, files=(PHOTO, PHOTO)).case

    assert case.evidence == (Exhibit(EvidenceKind.PHOTOS, NOON, "Bo", (PHOTO,)),)


def test_a_merge_takes_the_evidence_along_once() -> None:
    exhibit = Exhibit(EvidenceKind.PHOTOS, NOON, "Eva", (PHOTO,))
    other = a_case(number="CH-1002", messages=(letter("m2"),), evidence=(exhibit, replace(exhibit, text="mer")))

    taken, _ = absorb(a_case(evidence=(exhibit,)), other, [], "Eva", NOON)

    assert taken.case.evidence == (exhibit, replace(exhibit, text="mer"))


@given(st.sampled_from(EvidenceKind), st.text(), st.booleans())
def test_what_happened_to_evidence_survives_the_way_into_the_store(kind: EvidenceKind, text: str, many: bool) -> None:
    files = (PHOTO, RECEIPT) if many else ()

    for what in (
        EvidenceGiven(kind, files, text, (PARCEL,), "Eva"),
        EvidenceWaived(kind, text, "Eva"),
        EvidenceTakenBack(kind),
    ):
        assert load_happening(*dump_happening(what)) == what


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        (EvidenceKind.ORDER, "--say order=TEXT"),
        (EvidenceKind.PHOTOS, "--add photos=FILE"),
        (EvidenceKind.SOLUTION_OFFERED, "--say solution_offered=TEXT"),
    ],
)
def test_every_gap_names_what_fills_it(kind: EvidenceKind, way: str) -> None:
    told = gap_in_words(a_case(), checked(a_case(), Wanted(kind, required=True)))

    assert told.startswith(f"{kind}: ")
    assert f"`casehub evidence CH-1001 {way}` gives it" in told
