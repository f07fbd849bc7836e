"""Acts on a platform: what is approved, what is refused with a way out, and what the case is told when it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import acts
from hub.core.acting import Wish, mark_read, needs_a_yes, queue_act
from hub.core.events import Acted, Event, MessageArrived, ReplyQueued
from hub.core.model import Attachment, Author, Case, CaseState, Direction, Message, Party
from hub.core.outbox import WAITING, Reply, ReplyState, delivered
from hub.core.platform_acts import Act, ActKind, Need, Offer, Tracking, in_words
from hub.core.policy import Forbidden, Mark, Source
from hub.core.replay import apply
from hub.core.turns import Handover, Owner, Turn
from hub.errors import Refused

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ASA = Party("Åsa Öberg", "asa@kund.example")
KEY = "0123456789abcdef"
PROOF = Attachment("foto 漢字.jpg", "image/jpeg", 3, "0" * 64)
REFUND = Offer(
    ActKind.DECIDE,
    "Partial refund",
    "The customer gets the rest of the price back",
    word="refund_partly",
    needs=frozenset({Need.MESSAGE, Need.PERCENT}),
    moves_money=True,
)
REPAIR = Offer(
    ActKind.DECIDE, "Repair", "Nothing is paid", word="repair", item="item-1", needs=frozenset({Need.QUANTITY}), most=3
)
CLOSE = Offer(ActKind.CLOSE, "Close", "The platform shows it as solved")
REOPEN = Offer(ActKind.REOPEN, "Reopen", "It is asked anew")
HAND_OVER = Offer(ActKind.HAND_OVER, "Hand over", "The platform decides from then on", irreversible=True)
NOTE = Offer(ActKind.NOTE, "Note", "The staff reads it", needs=frozenset({Need.MESSAGE}))
OFFERS = (REFUND, REPAIR, CLOSE, REOPEN, HAND_OVER, NOTE)


def letter(ref: str, minutes: int = 0) -> Message:
    at = NOON + timedelta(minutes=minutes)
    return Message(ref, Author.CUSTOMER, Direction.INBOUND, at, text="Hej 漢字 🙂", sender=ASA)


def a_case(*messages: Message, **facts: Any) -> Case:
    written = messages or (letter("m1"),)
    case = Case("CH-1001", "shop", "r1", NOON, NOON, customer=ASA, messages=written, turns=(Turn(NOON, "open"),))
    return replace(case, **facts)


def wish(offer: Offer, **given_with: Any) -> Wish:
    complete: dict[Need, dict[str, Any]] = {
        Need.MESSAGE: {"text": "Vi betalar tillbaka"},
        Need.PERCENT: {"percent": 80},
        Need.QUANTITY: {"quantity": 2},
        Need.TRACKING: {"tracking": (Tracking("PostNord", "SE123"),)},
        Need.EVIDENCE: {"evidence": (PROOF,)},
    }
    filled = {name: value for need in offer.needs for name, value in complete[need].items()}
    return Wish(offer, **{"after": "m1", "confirmed": True, **filled, **given_with})


def queued(case: Case, asked: Wish, **more: Any) -> tuple[Case, Reply]:
    change, reply = queue_act(case, asked, KEY, "Bo", NOON, **more)
    return change.case, reply


def done(case: Case, reply: Reply, minutes: int = 5) -> Case:
    at = NOON + timedelta(minutes=minutes)
    for what in delivered(reply, at, "platform-1"):
        case = apply(case, Event(what, at, at))
    return case


def in_state(kind: ActKind) -> Case:
    return a_case(state=CaseState.CLOSED, closed_at=NOON) if kind is ActKind.REOPEN else a_case()


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.kind)
def test_an_act_is_approved_and_its_case_waits_for_the_platform(offer: Offer) -> None:
    case = in_state(offer.kind)
    asked = wish(offer)

    after, reply = queued(case, asked)

    assert (reply.act, reply.text, reply.state, reply.by) == (asked.act, asked.text, ReplyState.QUEUED, "Bo")
    assert (after.state, after.owner, after.waiting_since) == (case.state, case.owner, case.waiting_since)
    assert after.messages == case.messages
    assert KEY in after.approved


def test_what_was_asked_for_travels_whole() -> None:
    offer = replace(REFUND, item="item-7", needs=frozenset(Need), most=2)

    _, reply = queued(a_case(), wish(offer))

    parcels = (Tracking("PostNord", "SE123"),)
    assert reply.act == Act(ActKind.DECIDE, "refund_partly", "item-7", 2, 80, parcels, (PROOF,))
    assert in_words(reply.act) == (
        "decide refund_partly, keep 80 %, quantity 2, item item-7, parcel PostNord:SE123, evidence foto 漢字.jpg"
    )


@pytest.mark.parametrize("need", Need)
def test_what_an_act_needs_is_asked_for_by_name(need: Need) -> None:
    offer = replace(REPAIR, needs=frozenset({need}))
    empty = Wish(offer, after="m1")

    with pytest.raises(Refused, match=f"given with -{'m' if need is Need.MESSAGE else f'-{need}'}"):
        queue_act(a_case(), empty, KEY, "Bo", NOON)


@pytest.mark.parametrize(
    "surplus", [{"percent": 5}, {"quantity": 1}, {"tracking": (Tracking("DHL", "1"),)}, {"evidence": (PROOF,)}]
)
def test_what_an_act_does_not_take_is_refused_rather_than_dropped(surplus: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=f"it takes no --{next(iter(surplus))}"):
        queue_act(a_case(), wish(CLOSE, **surplus), KEY, "Bo", NOON)


@pytest.mark.parametrize(
    ("offer", "given_with", "told"),
    [
        (REFUND, {"percent": 0}, "--percent is 1 to 99, not 0"),
        (REFUND, {"percent": 100}, "--percent is 1 to 99, not 100"),
        (REPAIR, {"quantity": 0}, "--quantity is 1 to 3, not 0"),
        (REPAIR, {"quantity": 4}, "--quantity is 1 to 3, not 4"),
        (replace(REPAIR, most=None), {"quantity": 0}, "--quantity is 1 or more, not 0"),
        (replace(REPAIR, needs=frozenset({Need.TRACKING})), {"tracking": (Tracking("DHL", " "),)}, "CARRIER:NUMBER"),
    ],
)
def test_numbers_have_their_bounds(offer: Offer, given_with: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=told):
        queue_act(a_case(), wish(offer, **given_with), KEY, "Bo", NOON)


@given(st.integers(-5, 105), st.integers(-5, 10))
def test_only_what_lies_within_its_bounds_is_queued(percent: int, quantity: int) -> None:
    offer = replace(REPAIR, needs=frozenset({Need.PERCENT, Need.QUANTITY}))

    def ask() -> Reply:
        return queued(a_case(), wish(offer, percent=percent, quantity=quantity))[1]

    if 1 <= percent <= 99 and 1 <= quantity <= 3:
        assert ask().act == Act(ActKind.DECIDE, "repair", "item-1", quantity, percent)
    else:
        with pytest.raises(Refused):
            ask()


@pytest.mark.parametrize(("moves", "irreversible"), [(True, False), (False, True), (True, True)])
def test_what_moves_money_or_stays_done_wants_a_yes(moves: bool, irreversible: bool) -> None:
    offer = replace(REPAIR, moves_money=moves, irreversible=irreversible)

    with pytest.raises(Refused, match=r"Nothing is paid\. This .*(moves money|cannot be undone).*--yes"):
        queue_act(a_case(), wish(offer, confirmed=False), KEY, "Bo", NOON)
    assert needs_a_yes(offer)
    assert not needs_a_yes(REPAIR)


@pytest.mark.parametrize(
    ("offer", "case", "told"),
    [
        (CLOSE, a_case(state=CaseState.CLOSED), "casehub reopen CH-1001"),
        (REOPEN, a_case(), "casehub reply CH-1001"),
        (HAND_OVER, a_case(handovers=(Handover(NOON, Owner.PLATFORM),)), "has CH-1001 already"),
        (REPAIR, a_case(state=CaseState.MERGED, merged_into="CH-1000"), "do this on CH-1000"),
        (REPAIR, a_case(letter("m1"), letter("m2", 5)), "wrote again before this act to CH-1001"),
    ],
)
def test_a_case_that_stands_otherwise_refuses_with_a_way_out(offer: Offer, case: Case, told: str) -> None:
    with pytest.raises(Refused, match=told):
        queue_act(case, wish(offer), KEY, "Bo", NOON)


@pytest.mark.parametrize("state", ReplyState)
def test_a_second_act_waits_for_the_outcome_of_the_first(state: ReplyState) -> None:
    case, first = queued(a_case(), wish(REPAIR))
    others = [replace(first, state=state)]

    if state in WAITING:
        with pytest.raises(Refused, match=r"decide repair, quantity 2, item item-1 \(0123456789abcdef\)"):
            queue_act(case, wish(CLOSE), "other", "Bo", NOON, others=others)
    else:
        assert queue_act(case, wish(CLOSE), "other", "Bo", NOON, others=others)[1].key == "other"


def test_neither_a_mere_reply_nor_a_mark_of_reading_stands_against_an_act() -> None:
    case = a_case()
    read = mark_read(case, "read-1", NOON, [])
    assert read is not None
    _, reply = acts.queue_reply(case, "Hej", (), "reply-1", "m1", "Bo", NOON)

    assert queue_act(case, wish(CLOSE), KEY, "Bo", NOON, others=[read, reply])[1].key == KEY


def test_a_platform_that_wants_an_answer_first_takes_one_together_with_the_closing() -> None:
    forbidden = Forbidden(
        "The platform counts it as unanswered.", Source("https://x.example", NOON.date(), Mark.DOCUMENTED)
    )

    with pytest.raises(Refused, match="cannot be closed yet: The platform counts it as unanswered"):
        queue_act(a_case(), wish(CLOSE), KEY, "Bo", NOON, forbidden=forbidden)
    assert queue_act(a_case(), wish(CLOSE, text="Klart!"), KEY, "Bo", NOON, forbidden=forbidden)[1].text == "Klart!"


# What the case is told when the platform has done it


def test_a_decision_with_a_text_stands_in_the_case_and_answers_the_customer() -> None:
    case, reply = queued(a_case(), wish(REFUND))

    after = done(case, reply)

    [decision] = after.decisions
    assert (decision.word, decision.what, decision.who) == ("refund_partly", "refund_partly, keep 80 %", "Bo")
    assert not decision.stated
    assert (after.messages[-1].text, after.messages[-1].answers) == ("Vi betalar tillbaka", True)
    assert (after.state, after.waiting_since, after.approved) == (CaseState.WAITING, None, {})


def test_a_decision_without_a_text_leaves_the_customer_waiting() -> None:
    case, reply = queued(a_case(), wish(REPAIR))

    after = done(case, reply)

    assert [decision.item for decision in after.decisions] == ["item-1"]
    assert (after.messages, after.state, after.waiting_since) == (case.messages, CaseState.OPEN, NOON)


def test_a_closing_closes_and_a_reopening_opens() -> None:
    case, closing = queued(a_case(), wish(CLOSE))
    closed = done(case, closing)
    again, reopening = queue_act(closed, wish(REOPEN), "other", "Bo", NOON)

    assert (case.state, closed.state, closed.waiting_since) == (CaseState.OPEN, CaseState.CLOSED, None)
    assert done(again.case, reopening, 9).state is CaseState.OPEN


def test_a_closing_with_an_answer_counts_as_answered_and_not_as_given_up() -> None:
    case, closing = queued(a_case(), wish(CLOSE, text="Löst 🙂"))

    closed = done(case, closing)

    assert closed.state is CaseState.CLOSED
    assert closed.settled["m1"].how == "answered"


@pytest.mark.parametrize("text", ["", "Löst 🙂"])
def test_a_closing_that_takes_hours_does_not_close_over_what_the_customer_wrote_meanwhile(text: str) -> None:
    case, closing = queued(a_case(), wish(CLOSE, text=text))
    asked = letter("m2", 3)
    case = apply(case, Event(MessageArrived(asked), asked.sent_at, asked.sent_at))

    after = done(case, closing)

    assert after.state is CaseState.OPEN
    assert "m2" not in after.settled


def test_a_closing_whose_text_the_platform_told_before_its_receipt_does_not_close_over_a_new_question() -> None:
    case, closing = queued(a_case(), wish(CLOSE, text="Löst 🙂"))
    theirs = Message("platform-1", Author.SELLER, Direction.OUTBOUND, NOON + timedelta(minutes=2), "Löst 🙂")
    for message in (theirs, letter("m2", 3)):
        case = apply(case, Event(MessageArrived(message), message.sent_at, message.sent_at))

    after = done(case, closing)

    assert after.state is CaseState.OPEN
    assert after.waiting_since == letter("m2", 3).sent_at


def test_a_hand_over_gives_the_case_to_the_platform_and_its_text_is_the_reason() -> None:
    case, reply = queued(a_case(), wish(HAND_OVER, text="Vi kommer inte överens"))

    after = done(case, reply)

    assert (after.owner, after.messages) == (Owner.PLATFORM, case.messages)
    assert delivered(reply, NOON) == (Acted(KEY, Act(ActKind.HAND_OVER), "Bo", "Vi kommer inte överens"),)


def test_a_note_for_the_platform_is_seen_as_such_and_answers_nobody() -> None:
    case, reply = queued(a_case(), wish(NOTE, text="Kunden ringde 漢字"))

    after = done(case, reply)

    note = after.messages[-1]
    assert (note.direction, note.text, note.labels) == (Direction.NOTE, "Kunden ringde 漢字", ("to the platform",))
    assert after.waiting_since == NOON


def test_an_act_that_is_told_twice_is_one() -> None:
    case, reply = queued(a_case(), wish(REFUND))

    twice = done(done(case, reply), reply, 7)

    assert (len(twice.decisions), len(twice.messages)) == (1, 2)


@given(st.permutations([REFUND, REPAIR, NOTE, HAND_OVER, CLOSE, REOPEN]), st.integers(1, 30))
def test_whatever_was_done_in_whatever_order_the_case_can_be_read(order: list[Offer], apart: int) -> None:
    case = a_case()
    for place, offer in enumerate(order):
        reply = Reply(f"k{place}", "CH-1001", "shop", "Hej", NOON, act=wish(offer).act, after="m1")
        case = apply(case, Event(ReplyQueued(reply.key, "Bo", offer.kind), NOON, NOON))
        case = done(case, reply, place * apart)

    assert len(case.decisions) == 2
    assert case.approved == {}
    assert case.owner is Owner.PLATFORM
    assert [turn.at for turn in case.turns] == sorted(turn.at for turn in case.turns)


# Marking read


def test_a_newest_message_is_marked_read_once() -> None:
    case = a_case()

    first = mark_read(case, "k1", NOON, [])
    assert first is not None
    again = mark_read(case, "k2", NOON, [replace(first, state=ReplyState.DELIVERED)])
    newer = mark_read(a_case(letter("m1"), letter("m2", 1)), "k3", NOON, [first])

    assert (first.is_quiet, first.automatic, first.after) == (True, True, "m1")
    assert again is None
    assert newer is not None
    assert delivered(first, NOON) == ()


@pytest.mark.parametrize(
    "unread",
    [
        lambda: a_case(state=CaseState.MERGED, merged_into="CH-1"),
        lambda: replace(a_case(), messages=()),
    ],
)
def test_where_nothing_came_from_outside_nothing_is_marked(unread: Callable[[], Case]) -> None:
    assert mark_read(unread(), "k1", NOON, []) is None


def test_a_mark_of_reading_keeps_no_case_from_being_merged() -> None:
    case, other = a_case(), a_case(letter("m9"), number="CH-1002")
    read = mark_read(other, "k1", NOON, [])
    assert read is not None

    taken, _ = acts.absorb(case, other, [read], "Bo", NOON)

    assert "CH-1002" in taken.case.linked


# Deciding twice


def test_what_was_decided_is_decided_once_more_only_where_that_is_meant() -> None:
    case, reply = queued(a_case(), wish(REFUND))
    decided = done(case, reply)

    with pytest.raises(Refused, match="was decided already: refund_partly, keep 80 %, by Bo on 2026-03-02 12:05"):
        queued(decided, wish(REFUND))

    assert queued(decided, wish(REFUND, again=True))[1].act == reply.act


def test_another_item_of_a_case_is_decided_by_itself() -> None:
    case, reply = queued(a_case(), wish(REPAIR))
    decided = done(case, reply)
    other = replace(REPAIR, item="item-2")

    assert queued(decided, wish(other))[1].act is not None
    with pytest.raises(Refused, match="--again"):
        queued(decided, wish(REPAIR))
    with pytest.raises(Refused, match="--again"):
        queued(decided, wish(replace(REPAIR, item="")))
