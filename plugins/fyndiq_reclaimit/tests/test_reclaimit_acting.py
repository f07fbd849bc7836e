"""Replies, decisions and hand-overs reach the pretended platform once, and are found there again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub import (
    Act,
    ActKind,
    Attachment,
    AuthenticationFailed,
    Case,
    Need,
    OwnEcho,
    Rejected,
    Reply,
    Tracking,
    Unavailable,
    Uncertain,
    Unsupported,
)
from hub.http import Request, Response
from hub.testing import Desk, Fault, SimulatedClock
from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.simulator import ReclaimitSimulator

MINUTE = timedelta(minutes=1)
PARCEL = (Tracking("Postnord", "abc123"),)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime(2026, 9, 7, 10, 0, tzinfo=UTC))


@pytest.fixture
def platform(clock: SimulatedClock) -> ReclaimitSimulator:
    return ReclaimitSimulator(clock)


@pytest.fixture
def desk(platform: ReclaimitSimulator) -> Desk:
    return Desk(platform)


def opened(desk: Desk, **about: Any) -> Case:
    platform = desk.platform
    ref = platform.customer_writes("Handtaget gick av 漢字 🙂", **about)
    desk.read()
    return desk.case(ref)


def picture(desk: Desk, name: str = "bild.png", media_type: str = "image/png", content: bytes = b"png") -> Attachment:
    return Attachment(name, media_type, len(content), desk.lent.keep(content))


def decide(word: str, **about: Any) -> Act:
    return Act(ActKind.DECIDE, word, **about)


def writes(platform: ReclaimitSimulator) -> list[str]:
    return [f"{request.method} {request.path}" for request in platform.requests if platform.is_write(request)]


def refusing(platform: ReclaimitSimulator, path: str, answer: Response, times: int = 1) -> None:
    """Answer requests whose path ends so, a number of times."""
    usual: Callable[[Request], Response] = platform.answer
    left = [times]

    def refuse(request: Request) -> Response:
        if request.path.endswith(path) and platform.is_write(request) and left[0]:
            left[0] -= 1
            return answer
        return usual(request)

    platform.answer = refuse  # type: ignore[method-assign]


# Replies


def test_a_reply_reaches_the_customer_with_its_files_and_comes_back_as_an_echo(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    case = opened(desk)
    reply = replace(desk.reply(case, "Vi skickar en ny. 漢字 🙂"), attachments=(picture(desk, "ny lampa.png"),))

    receipt = desk.send(reply, case)
    clock.advance(MINUTE)
    desk.read()

    assert platform.received(case.ref) == ["Vi skickar en ny. 漢字 🙂"]
    assert (receipt.final, receipt.warnings) == (True, ())
    [echo] = [item for item in desk.inbox.items if isinstance(item, OwnEcho)]
    assert (echo.key, echo.case_number, echo.ref) == (reply.key, case.number, receipt.ref)
    [sent] = [one for one in platform.errand(case.ref).messages if one["author"] == "MERCHANT"]
    assert [file["file_name"] for file in sent["attachments"]] == ["ny lampa.png"]


def test_a_reply_at_cdon_warns_that_a_status_is_wanted_as_well(desk: Desk) -> None:
    case = opened(desk, marketplace="cdon")

    [warning] = desk.send(desk.reply(case), case).warnings

    assert "status" in warning


def test_the_same_reply_sent_twice_is_one_message(desk: Desk, platform: ReclaimitSimulator) -> None:
    case = opened(desk)
    reply = desk.reply(case, "Hej")

    first, second = desk.send(reply, case), desk.send(reply, case)

    assert first.ref == second.ref
    assert platform.received(case.ref) == ["Hej"]


def test_the_same_text_under_another_key_is_another_message(desk: Desk, platform: ReclaimitSimulator) -> None:
    case = opened(desk)
    desk.send(desk.reply(case, "Hej"), case)
    second = desk.reply(case, "Hej")

    assert desk.find(second, case) is None
    desk.send(second, case)
    assert platform.received(case.ref) == ["Hej", "Hej"]


def test_one_reference_with_another_text_is_refused(desk: Desk, platform: ReclaimitSimulator) -> None:
    case = opened(desk)
    reply = desk.reply(case, "Hej")
    desk.send(reply, case)

    with pytest.raises(Rejected, match="other content"):
        desk.send(replace(reply, text="Hej då"), case)

    assert platform.received(case.ref) == ["Hej"]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_a_refused_reply_is_rejected_with_the_platforms_words(
    desk: Desk, platform: ReclaimitSimulator, status: int
) -> None:
    case = opened(desk)
    body = {"description": "Not like that", "errors": {"body_text": ["too rude"]}}
    refusing(platform, "/messages", Response.of_json(body, status))

    with pytest.raises(Rejected, match="Not like that; body_text: too rude"):
        desk.send(desk.reply(case), case)

    assert platform.received(case.ref) == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{", b'{"description": 7}'])
def test_a_refusal_without_words_is_one_all_the_same(desk: Desk, platform: ReclaimitSimulator, body: bytes) -> None:
    case = opened(desk)
    refusing(platform, "/messages", Response(403, body))

    with pytest.raises(Rejected):
        desk.send(desk.reply(case), case)


def test_a_suspended_account_is_told_from_an_act_that_is_not_possible(desk: Desk, platform: ReclaimitSimulator) -> None:
    case = opened(desk)
    platform.inject(Fault.SUSPENDED, None)

    with pytest.raises(AuthenticationFailed, match="suspended"):
        desk.send(desk.reply(case), case)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"description": "sent"}'])
def test_a_reply_that_is_taken_with_an_answer_nobody_understands_is_uncertain(
    desk: Desk, platform: ReclaimitSimulator, body: bytes
) -> None:
    case = opened(desk)
    refusing(platform, "/messages", Response(201, body))

    with pytest.raises(Uncertain):
        desk.send(desk.reply(case), case)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (("prog.exe", "application/x-msdownload", b"MZ"), "not accepted"),
        (("stor.png", "image/png", b"x" * 10_000_001), "too large"),
    ],
)
def test_a_file_that_is_refused_leaves_the_reply_unsent(
    desk: Desk, platform: ReclaimitSimulator, file: tuple[str, str, bytes], reason: str
) -> None:
    case = opened(desk)
    reply = replace(desk.reply(case), attachments=(picture(desk, *file),))

    with pytest.raises(Rejected, match=reason):
        desk.send(reply, case)

    assert platform.received(case.ref) == []


@pytest.mark.parametrize("answer", [Response(500, b"<html>"), Response(201, b"{"), Response(201, b"{}")])
def test_a_file_whose_upload_is_uncertain_surely_sent_nothing(
    desk: Desk, platform: ReclaimitSimulator, answer: Response
) -> None:
    case = opened(desk)
    reply = replace(desk.reply(case), attachments=(picture(desk),))
    refusing(platform, "/attachments", answer)

    with pytest.raises(Unavailable, match="nothing was sent"):
        desk.send(reply, case)
    desk.send(reply, case)

    assert len(platform.received(case.ref)) == 1


def test_a_reply_is_found_by_its_words_where_a_platform_loses_references(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    case = opened(desk)
    platform.seller_writes(case.ref, "Hej")  # long before
    clock.advance(timedelta(hours=1))
    reply = desk.reply(case, "Hej")
    assert desk.find(reply, case) is None

    clock.advance(MINUTE)
    platform.seller_writes(case.ref, "Hej\r\n")

    found = desk.find(reply, case)
    assert found is not None
    assert found.at == clock.now()


def test_an_errand_that_cannot_be_read_any_more_tells_nothing_of_a_reply(
    desk: Desk, platform: ReclaimitSimulator
) -> None:
    case = opened(desk)
    platform.removes(case.ref)

    with pytest.raises(Uncertain):
        desk.find(desk.reply(case), case)


def test_a_case_that_is_no_errand_is_not_answered(desk: Desk) -> None:
    case = replace(opened(desk), ref="a mail")

    with pytest.raises(Rejected, match="no errand"):
        desk.send(desk.reply(case), case)


# Decisions: the nine statuses and their rules


STATES = {
    "APPROVED": "APPROVED",
    "APPROVED_DISCARD": "APPROVED",
    "APPROVED_DEDUCTION": "APPROVED",
    "APPROVED_NEW_PRODUCT": "APPROVED",
    "REJECTED": "REJECTED",
    "NOT_SUBMITTED": "PARKED",
    "MANAGED_BY_CARRIER": "PARKED",
    "NEEDS_UPDATE": "PARKED",
    "ESCALATED": "ESCALATED",
}
EVERYWHERE = {"APPROVED", "APPROVED_DEDUCTION", "REJECTED", "NOT_SUBMITTED", "ESCALATED"}
AT_CDON = {"NEEDS_UPDATE"}


@pytest.mark.parametrize(
    ("marketplace", "issue_type", "offered"),
    [
        ("fyndiq", "REGRET", EVERYWHERE | {"APPROVED_DISCARD"}),
        ("fyndiq", "MISSING", EVERYWHERE | {"APPROVED_NEW_PRODUCT"}),
        ("fyndiq", "COMPLAINT", EVERYWHERE | {"APPROVED_NEW_PRODUCT"}),
        ("fyndiq", "WARRANTY", EVERYWHERE),
        ("cdon", "REGRET", EVERYWHERE | AT_CDON | {"APPROVED_DISCARD", "MANAGED_BY_CARRIER"}),
        ("cdon", "MISSING", EVERYWHERE | AT_CDON | {"APPROVED_NEW_PRODUCT"}),
        ("cdon", "COMPLAINT", EVERYWHERE | AT_CDON | {"APPROVED_NEW_PRODUCT", "MANAGED_BY_CARRIER"}),
    ],
)
def test_every_decision_that_is_offered_is_taken_by_the_platform_and_shows_there(
    platform: ReclaimitSimulator, marketplace: str, issue_type: str, offered: set[str]
) -> None:
    desk = Desk(platform)
    first = opened(desk, marketplace=marketplace, issue_type=issue_type)
    offers = desk.adapter.offers(first, desk.settings)

    assert {offer.word for offer in offers} == offered
    if issue_type == "WARRANTY":
        return
    for offer in offers:
        case = opened(desk, marketplace=marketplace, issue_type=issue_type)
        act, text = desk.accept(offer)
        reply = desk.reply(case, text, act)
        assert list(desk.adapter.problems_with(reply, case, desk.settings)) == []
        desk.send(reply, case)
        errand = platform.errand(case.ref)
        assert (errand.status, errand.state) == (offer.word, STATES[offer.word])
        assert platform.received(case.ref) == ([text] if text else [])


def test_what_moves_money_or_cannot_be_undone_says_so(desk: Desk) -> None:
    offers = {offer.word: offer for offer in desk.adapter.offers(opened(desk, issue_type="REGRET"), desk.settings)}

    assert {word for word, offer in offers.items() if offer.moves_money} == {
        "APPROVED",
        "APPROVED_DISCARD",
        "APPROVED_DEDUCTION",
    }
    assert [(word, offer.kind) for word, offer in offers.items() if offer.irreversible] == [
        ("ESCALATED", ActKind.HAND_OVER)
    ]
    assert {offer.kind for word, offer in offers.items() if word != "ESCALATED"} == {ActKind.DECIDE}


def test_a_decision_at_cdon_needs_an_answer_as_long_as_the_customer_waits(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    waiting = opened(desk, marketplace="cdon")
    platform.seller_writes(waiting.ref, "Vi ser på det.")
    clock.advance(MINUTE)
    before = {offer.word for offer in desk.adapter.offers(waiting, desk.settings) if Need.MESSAGE in offer.needs}
    desk.read()
    after = {
        offer.word
        for offer in desk.adapter.offers(desk.case(waiting.ref), desk.settings)
        if Need.MESSAGE in offer.needs
    }

    assert before == {"APPROVED", "APPROVED_DEDUCTION", "APPROVED_NEW_PRODUCT", "REJECTED", "NOT_SUBMITTED"} | {
        "MANAGED_BY_CARRIER",
        "NEEDS_UPDATE",
    }
    assert after == set()


@pytest.mark.parametrize("state", ["APPROVED", "REJECTED", "ESCALATED", "NOT_SUBMITTED"])
def test_what_is_decided_or_the_marketplaces_offers_nothing_and_a_hold_does(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock, state: str
) -> None:
    case = opened(desk)
    platform.desk.decide(platform.errand(case.ref), clock.now(), state, None)
    clock.advance(MINUTE)
    desk.read()

    offers = desk.adapter.offers(desk.case(case.ref), desk.settings)

    assert bool(offers) is (state == "NOT_SUBMITTED")


@pytest.mark.parametrize(
    ("about", "act", "problem"),
    [
        ({}, decide("APPROVED_DEDUCTION"), "from 1 to 99"),
        ({}, decide("APPROVED_DEDUCTION", percent=0), "from 1 to 99"),
        ({}, decide("APPROVED_DEDUCTION", percent=100), "from 1 to 99"),
        ({}, decide("APPROVED", percent=20), "only for a deduction"),
        ({}, decide("REJECTED"), "a photo or another proof is needed"),
        ({"issue_type": "REGRET"}, decide("REJECTED", tracking=PARCEL), "a photo or another proof is needed"),
        ({"issue_type": "MISSING"}, decide("REJECTED"), "the tracking number"),
        ({}, decide("APPROVED_NEW_PRODUCT"), "the tracking number"),
        ({}, decide("APPROVED_DISCARD"), "not possible for COMPLAINT at Fyndiq"),
        ({"issue_type": "REGRET"}, decide("APPROVED_NEW_PRODUCT", tracking=PARCEL), "not possible for REGRET"),
        ({}, decide("NEEDS_UPDATE"), "not possible for COMPLAINT at Fyndiq"),
        ({"marketplace": "cdon", "issue_type": "MISSING"}, decide("MANAGED_BY_CARRIER"), "not possible for MISSING"),
        ({}, decide("REFUND"), "REFUND is no status of Reclaimit"),
        ({"state": "CLOSED"}, decide("APPROVED"), "decided already"),
        ({"marketplace": "cdon"}, decide("APPROVED"), "CDON wants an answer to the customer as well"),
    ],
)
def test_what_the_platform_would_refuse_is_known_before_it_is_asked(
    desk: Desk, platform: ReclaimitSimulator, about: dict[str, Any], act: Act, problem: str
) -> None:
    case = opened(desk, **about)
    before = len(platform.requests)

    found = desk.adapter.problems_with(desk.reply(case, "", act), case, desk.settings)

    assert any(problem in one for one in found), found
    assert all("https://support." in one for one in found)
    assert len(platform.requests) == before


def test_a_file_that_is_too_large_is_known_before_it_is_sent(platform: ReclaimitSimulator) -> None:
    desk = Desk(platform, largest_attachment_mb=1)
    case = opened(desk)
    large = picture(desk, content=b"x" * 1_000_001)
    evidence = desk.reply(case, "", decide("REJECTED", evidence=(large,)))

    for reply in (replace(desk.reply(case), attachments=(large,)), evidence):
        assert [one for one in desk.problems_with(reply, case) if "1,000,001 bytes" in one]


@pytest.mark.parametrize(
    ("about", "act", "words_of_platform"),
    [
        ({}, decide("APPROVED_DEDUCTION"), "deduction_percent: must be between 1 and 99"),
        ({}, decide("REJECTED"), "evidence_attachment_ids: is required to reject"),
        ({"issue_type": "MISSING"}, decide("REJECTED"), "tracking_information: is required to reject"),
        ({}, decide("APPROVED_DISCARD"), "status: APPROVED_DISCARD is not possible"),
        ({"state": "CLOSED"}, decide("APPROVED"), "Errand already has closed as state"),
    ],
)
def test_a_decision_that_the_platform_refuses_is_rejected_in_its_words(
    desk: Desk, about: dict[str, Any], act: Act, words_of_platform: str
) -> None:
    case = opened(desk, **about)

    with pytest.raises(Rejected, match=words_of_platform):
        desk.send(desk.reply(case, "", act), case)


def test_a_word_that_is_no_decision_is_never_sent(desk: Desk, platform: ReclaimitSimulator) -> None:
    case = opened(desk)

    with pytest.raises(Rejected, match="REFUND is no decision"):
        desk.send(desk.reply(case, "", decide("REFUND")), case)

    assert writes(platform) == []


def test_a_deduction_says_what_the_seller_keeps(desk: Desk, platform: ReclaimitSimulator) -> None:
    case = opened(desk)

    desk.send(desk.reply(case, "", decide("APPROVED_DEDUCTION", percent=20)), case)

    [request] = [request for request in platform.requests if request.method == "PUT"]
    assert request.json()["deduction_percent"] == 20
    assert "reply" not in request.json()["client_reference"]


# Text and decision as one act


def both(desk: Desk) -> tuple[Reply, Case]:
    case = opened(desk, marketplace="cdon")
    return desk.reply(case, "Du får pengarna tillbaka.", decide("APPROVED")), case


def test_the_text_goes_before_the_decision_and_each_has_a_reference_of_its_own(
    desk: Desk, platform: ReclaimitSimulator
) -> None:
    reply, case = both(desk)

    desk.send(reply, case)

    errand = case.ref.partition(":")[2]
    assert writes(platform) == [f"POST /errands/{errand}/messages", f"PUT /errands/{errand}/status"]
    references = {request.json()["client_reference"] for request in platform.requests if platform.is_write(request)}
    assert len(references) == 2
    assert all(reply.key in reference and case.number in reference for reference in references)


@pytest.mark.parametrize("fault", [Response(500, b"<html>"), Response(429, b"")])
def test_an_act_that_broke_off_between_text_and_decision_goes_on_there(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock, fault: Response
) -> None:
    reply, case = both(desk)
    refusing(platform, "/status", fault)
    with pytest.raises((Uncertain, Unavailable)):
        desk.send(reply, case)
    clock.advance(5 * MINUTE)

    assert desk.find(reply, case) is None
    desk.read()
    assert [item for item in desk.inbox.items if isinstance(item, OwnEcho)] == []
    desk.send(reply, case)

    assert platform.received(case.ref) == ["Du får pengarna tillbaka."]
    assert platform.errand(case.ref).status == "APPROVED"
    assert len([one for one in writes(platform) if one.endswith("/messages")]) == 1
    found = desk.find(reply, case)
    assert found is not None
    clock.advance(MINUTE)
    desk.read()
    assert [item.key for item in desk.inbox.items if isinstance(item, OwnEcho)] == [reply.key]


def test_an_act_whose_last_answer_was_lost_is_found_and_not_done_again(
    desk: Desk, platform: ReclaimitSimulator
) -> None:
    case = opened(desk)
    reply = desk.reply(case, "", decide("APPROVED"))
    platform.inject(Fault.LOST_ANSWER)
    with pytest.raises(Uncertain):
        desk.send(reply, case)

    found = desk.find(reply, case)
    assert found is not None
    assert desk.send(reply, case).final

    assert len(writes(platform)) == 1


def test_a_refused_decision_says_that_the_text_has_reached_the_customer(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    reply, case = both(desk)
    refusing(platform, "/status", Response.of_json({"description": "Errand already has approved as state"}, 403))

    with pytest.raises(Rejected, match=r"the customer has the text, but .*already has approved as state"):
        desk.send(reply, case)
    clock.advance(MINUTE)
    desk.read()

    assert platform.received(case.ref) == ["Du får pengarna tillbaka."]
    assert desk.case(case.ref).waiting_since is None
    assert [item for item in desk.inbox.items if isinstance(item, OwnEcho)] == []


def test_evidence_that_cannot_be_stored_keeps_the_text_back_too(desk: Desk, platform: ReclaimitSimulator) -> None:
    case = opened(desk)
    act = decide("REJECTED", evidence=(picture(desk, "prog.exe", "application/x-msdownload"),))

    with pytest.raises(Rejected):
        desk.send(desk.reply(case, "Vi kan inte godkänna det.", act), case)

    assert platform.received(case.ref) == []


# Hand-over, and what only a person can do


def test_a_hand_over_gives_the_errand_to_the_marketplace_and_its_reason_to_nobody(
    desk: Desk, platform: ReclaimitSimulator, clock: SimulatedClock
) -> None:
    case = opened(desk)
    act = Act(ActKind.HAND_OVER)
    reply = desk.reply(case, "Vi kommer inte överens.", act)
    assert list(desk.adapter.problems_with(reply, case, desk.settings)) == []

    [warning] = desk.send(reply, case).warnings
    assert desk.find(reply, case) is not None
    clock.advance(MINUTE)
    desk.read()

    assert "sent to nobody" in warning
    assert platform.received(case.ref) == []
    assert platform.errand(case.ref).state == words.ESCALATED
    assert desk.case(case.ref).owner == "platform"


@pytest.mark.parametrize("kind", [ActKind.CLOSE, ActKind.REOPEN, ActKind.NOTE, ActKind.MARK_READ])
def test_what_only_a_person_can_do_names_the_step_in_the_portal(
    desk: Desk, platform: ReclaimitSimulator, kind: ActKind
) -> None:
    case = opened(desk)
    before = len(platform.requests)

    with pytest.raises(Unsupported) as refused:
        desk.send(desk.reply(case, "", Act(kind)), case)

    assert refused.value.portal_step
    assert len(platform.requests) == before
