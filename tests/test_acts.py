"""What a person may do with a case, and what is refused with a way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hub.core import acts, reply_acts
from hub.core.events import Absorbed, FactsLearnt, Merged, MessageReread, ReplyQueued, StateChanged
from hub.core.incoming import IncomingMessage
from hub.core.merge import Change
from hub.core.model import Attachment, Author, Case, CaseState, CaseType, Direction, Message, Order, Party
from hub.core.outbox import Reply, ReplyState
from hub.core.policy import Forbidden, Mark, Source
from hub.core.replay import apply
from hub.core.turns import Settlement, Turn
from hub.errors import Refused

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ASA = Party("Åsa Öberg", "asa@kund.example")
KEY = "0123456789abcdef"


def letter(ref: str, hour: int = 0, sender: Party = ASA) -> Message:
    at = NOON + timedelta(hours=hour)
    return Message(ref, Author.CUSTOMER, Direction.INBOUND, at, text="Hej 漢字 🙂", subject="Paket", sender=sender)


def a_case(*messages: Message, number: str = "CH-1001", **facts: Any) -> Case:
    written = messages or (letter("m1"),)
    case = Case(number, "support", written[0].ref, NOON, NOON, subject="Paket", customer=ASA, messages=written)
    return replace(case, turns=(Turn(NOON, "open"),), **facts)


def a_reply(state: ReplyState = ReplyState.QUEUED, **facts: Any) -> Reply:
    reply = Reply(
        KEY, "CH-1001", "support", "Hej Åsa 🙂", NOON + timedelta(minutes=5), by="Bo", after="m1", state=state
    )
    return replace(reply, **facts)


def replayed(case: Case, change: Change) -> Case:
    for event in change.events:
        case = apply(case, event)
    return case


MERGED = a_case(state=CaseState.MERGED, merged_into="CH-1000")
CLOSED = a_case(state=CaseState.CLOSED, closed_at=NOON)


def test_a_note_stays_in_the_house_and_leaves_the_clock_alone() -> None:
    case = a_case()

    change = acts.note(case, "  Ring henne 漢字\n", KEY, "Bo", NOON)

    written = change.case.messages[-1]
    assert (written.direction, written.text, written.sender.name) == (Direction.NOTE, "Ring henne 漢字", "Bo")
    assert written.ref == f"note:{KEY}"
    assert (change.case.state, change.case.waiting_since) == (case.state, case.waiting_since)


def test_a_case_goes_to_a_person_and_back() -> None:
    taken = acts.assign(a_case(), "Anna", "Bo", NOON).case
    back = acts.assign(taken, "", "Bo", NOON).case

    assert (taken.assignee, back.assignee) == ("Anna", "")


def test_closing_settles_what_was_asked_and_keeps_the_reason() -> None:
    change = acts.close(a_case(), "refunded", "Bo", NOON)

    assert change.case.state is CaseState.CLOSED
    assert change.case.waiting_since is None
    assert change.events[0].what == StateChanged(CaseState.CLOSED, Author.SELLER, "Bo", "refunded")


def test_a_closed_case_opens_again() -> None:
    change = acts.reopen(CLOSED, "refund bounced", "Bo", NOON)

    assert (change.case.state, change.case.closed_at) == (CaseState.OPEN, None)


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda: acts.close(CLOSED, "", "Bo", NOON), "CH-1001 is closed already; `casehub reopen CH-1001`"),
        (lambda: acts.reopen(a_case(), "", "Bo", NOON), "CH-1001 is open and not closed"),
        (lambda: acts.note(a_case(), " \n", KEY, "Bo", NOON), "A note without text"),
        (lambda: acts.assign(a_case(assignee="Anna"), "Anna", "Bo", NOON), "CH-1001 is with Anna already"),
        (lambda: acts.assign(a_case(), "", "Bo", NOON), "CH-1001 is with nobody already"),
        (lambda: acts.note(MERGED, "x", KEY, "Bo", NOON), "CH-1001 went on as CH-1000; do this on CH-1000."),
        (lambda: acts.assign(MERGED, "Anna", "Bo", NOON), "CH-1001 went on as CH-1000"),
        (lambda: acts.close(MERGED, "", "Bo", NOON), "CH-1001 went on as CH-1000"),
        (lambda: acts.reopen(MERGED, "", "Bo", NOON), "CH-1001 went on as CH-1000"),
        (lambda: acts.queue_reply(MERGED, "x", (), KEY, "m1", "Bo", NOON), "CH-1001 went on as CH-1000"),
        (lambda: acts.queue_reply(a_case(), " \r\n\t", (), KEY, "m1", "Bo", NOON), "A reply without text is not sent"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_way_out(act: Callable[[], object], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        act()

    assert str(refused.value).startswith(sentence)


def test_a_queued_reply_waits_and_the_clock_goes_on() -> None:
    file = Attachment("kvitto Å.pdf", "application/pdf", 3, "d" * 64)
    case = a_case()

    change, reply = acts.queue_reply(case, "Hej!", [file], KEY, "m1", "Bo", NOON)

    assert reply == Reply(KEY, "CH-1001", "support", "Hej!", NOON, by="Bo", attachments=(file,), after="m1")
    assert [event.what for event in change.events] == [ReplyQueued(KEY, "Bo")]
    assert change.case.waiting_since == case.waiting_since


def test_a_reply_may_close_its_case() -> None:
    change, reply = acts.queue_reply(a_case(), "Hej!", (), KEY, "m1", "Bo", NOON, then_close=True)
    done, _ = reply_acts.mark_delivered(change.case, reply, "Bo", NOON)

    assert change.case.state is CaseState.OPEN
    assert done.case.state is CaseState.CLOSED


def test_a_reply_to_a_conversation_that_has_grown_is_refused() -> None:
    case = a_case(letter("m1"), letter("m2", hour=1))

    with pytest.raises(Refused, match=r"Åsa Öberg wrote again .* read it with `casehub show CH-1001`"):
        acts.queue_reply(case, "Hej!", (), KEY, "m1", "Bo", NOON)


def test_a_case_without_anybody_to_answer_takes_no_reply() -> None:
    case = a_case(letter("m1", sender=Party()), customer=Party())

    with pytest.raises(Refused, match="CH-1001 names nobody to answer"):
        acts.queue_reply(case, "Hej!", (), KEY, "m1", "Bo", NOON)


def test_a_customer_known_by_number_only_can_be_answered() -> None:
    case = a_case(letter("m1", sender=Party()), customer=Party(customer_number="77"))

    _, reply = acts.queue_reply(case, "Hej!", (), KEY, "m1", "Bo", NOON)

    assert reply.state is ReplyState.QUEUED


def test_merging_moves_the_messages_and_leaves_a_pointer() -> None:
    case, other = a_case(), a_case(letter("m2", hour=1), number="CH-1002")

    taken, gone = acts.absorb(case, other, (), "Bo", NOON)

    assert [m.ref for m in taken.case.messages] == ["m1", "m2"]
    assert taken.case.linked == ("CH-1002",)
    assert taken.events[0].what == Absorbed("CH-1002", other.messages, "Bo")
    assert (gone.case.state, gone.case.merged_into) == (CaseState.MERGED, "CH-1001")
    assert gone.events[0].what == Merged("CH-1001", "Bo")


@pytest.mark.parametrize("state", [CaseState.WAITING, CaseState.CLOSED])
def test_an_open_question_opens_the_case_that_takes_it_up(state: CaseState) -> None:
    case = a_case(state=state, settled={"m1": Settlement("m1", NOON)})

    taken, _ = acts.absorb(case, a_case(letter("m2", hour=1), number="CH-1002"), (), "Bo", NOON)

    assert (taken.case.state, taken.case.waiting_since) == (CaseState.OPEN, NOON + timedelta(hours=1))


def test_what_was_settled_by_closing_stays_settled_in_the_case_it_is_merged_into() -> None:
    closed = acts.close(a_case(letter("m0", hour=-9), number="CH-1002"), "", "Bo", NOON).case

    taken, _ = acts.absorb(a_case(), closed, (), "Bo", NOON)

    assert taken.case.waiting_since == NOON


OTHER = a_case(letter("m2"), number="CH-1002")


@pytest.mark.parametrize(
    ("case", "other", "replies", "sentence"),
    [
        (a_case(), a_case(), (), "CH-1001 cannot go on as itself"),
        (MERGED, OTHER, (), "CH-1001 went on as CH-1000"),
        (OTHER, MERGED, (), "CH-1001 went on as CH-1000"),
        (a_case(), replace(OTHER, channel="bol_nl"), (), "CH-1002 came by bol_nl and CH-1001 by support"),
        (a_case(), OTHER, (a_reply(ReplyState.UNCERTAIN),), "CH-1002 has a reply in the outbox that is uncertain"),
    ],
)
def test_a_merge_that_would_lose_something_is_refused(
    case: Case, other: Case, replies: tuple[Reply, ...], sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        acts.absorb(case, other, replies, "Bo", NOON)

    assert str(refused.value).startswith(sentence)


def test_replies_that_are_over_do_not_hinder_a_merge() -> None:
    over = [a_reply(state) for state in (ReplyState.DELIVERED, ReplyState.CANCELLED, ReplyState.REJECTED)]

    _, gone = acts.absorb(a_case(), OTHER, over, "Bo", NOON)

    assert gone.case.merged_into == "CH-1001"


def test_a_released_reply_answers_what_its_person_has_read_since() -> None:
    case = a_case(letter("m1"), letter("m2", hour=1))

    _, reply = reply_acts.release(case, a_reply(ReplyState.HELD, reason="grown"), "Bo", NOON)

    assert (reply.state, reply.after, reply.reason) == (ReplyState.QUEUED, "m2", "")


def test_a_held_reply_is_never_released_to_a_stranger_who_wrote_meanwhile() -> None:
    stranger = replace(letter("m2", hour=1, sender=Party("Mallory", "m@x.example")), labels=("unverified",))
    case, held = a_case(letter("m1"), stranger), a_reply(ReplyState.HELD)

    with pytest.raises(Refused, match=r"m@x\.example wrote last in CH-1001 and is new there"):
        reply_acts.release(case, held, "Bo", NOON)
    assert reply_acts.release(case, replace(held, after="m2"), "Bo", NOON)[1].state is ReplyState.QUEUED


def test_a_cancelled_uncertain_reply_says_that_it_may_have_been_sent() -> None:
    change, reply = reply_acts.cancel(a_case(), a_reply(ReplyState.UNCERTAIN), "Bo", NOON)

    assert reply.state is ReplyState.CANCELLED
    assert reply.reason == "cancelled by Bo although it may have been sent"
    assert change.case.waiting_since == NOON


def test_a_retried_reply_starts_its_read_backs_anew() -> None:
    _, reply = reply_acts.retry(a_case(), a_reply(ReplyState.UNCERTAIN, read_backs=3, not_before=NOON), "Bo", NOON)

    assert (reply.state, reply.read_backs, reply.not_before) == (ReplyState.QUEUED, 0, None)


def test_a_reply_seen_on_the_platform_answers_the_case() -> None:
    change, reply = reply_acts.mark_delivered(a_case(), a_reply(ReplyState.UNCERTAIN), "Bo", NOON)

    assert reply.state is ReplyState.DELIVERED
    assert change.case.messages[-1].ref == f"reply:{KEY}"
    assert (change.case.state, change.case.waiting_since) == (CaseState.WAITING, None)


def test_a_reply_settled_late_does_not_answer_what_was_asked_after_it() -> None:
    case = a_case(letter("m1"), letter("m2", hour=1))

    change, _ = reply_acts.mark_delivered(case, a_reply(ReplyState.UNCERTAIN), "Bo", NOON + timedelta(hours=2))

    assert [m.ref for m in change.case.messages] == ["m1", f"reply:{KEY}", "m2"]
    assert change.case.waiting_since == NOON + timedelta(hours=1)


POSSIBLE = {
    "release": {ReplyState.HELD},
    "hold_back": {ReplyState.QUEUED},
    "cancel": {ReplyState.QUEUED, ReplyState.HELD, ReplyState.UNCERTAIN, ReplyState.REJECTED, ReplyState.FAILED},
    "retry": {ReplyState.UNCERTAIN, ReplyState.FAILED},
    "mark_delivered": set(ReplyState) - {ReplyState.SENDING, ReplyState.DELIVERED},
}


@pytest.mark.parametrize("act", POSSIBLE)
@pytest.mark.parametrize("state", ReplyState)
def test_a_reply_takes_only_the_ways_it_has(act: str, state: ReplyState) -> None:
    def do() -> tuple[Change, Reply]:
        done: tuple[Change, Reply] = getattr(reply_acts, act)(a_case(), a_reply(state), "Bo", NOON)
        return done

    if state in POSSIBLE[act]:
        assert do()[1].state is not state
    else:
        with pytest.raises(Refused, match=rf"Reply {KEY} to CH-1001 is {state} and cannot be .*: .*"):
            do()


def test_a_case_opened_by_an_unreadable_message_learns_what_it_says_now() -> None:
    unreadable = replace(letter("m1", sender=Party()), text="", problem="too deep")
    case = a_case(unreadable, type=CaseType.UNREADABLE, subject="", customer=Party())

    change = acts.take_reread(case, IncomingMessage(letter("m1"), order_number="ORD-7"), NOON)

    assert change.case.messages == (letter("m1"),)
    assert (change.case.subject, change.case.type, change.case.customer) == ("Paket", CaseType.QUESTION, ASA)
    assert change.case.order == Order("ORD-7")
    assert [type(event.what) for event in change.events] == [MessageReread, FactsLearnt]


def test_a_message_read_again_in_an_older_case_leaves_the_case_as_it_was_named() -> None:
    unreadable = replace(letter("m2", hour=1), problem="too deep", labels=("unverified",))
    case = a_case(letter("m1"), unreadable, type=CaseType.RETURN)

    change = acts.take_reread(case, IncomingMessage(letter("m2", hour=1)), NOON)

    assert [type(event.what) for event in change.events] == [MessageReread]
    assert change.case.type is CaseType.RETURN
    assert change.case.messages[1].labels == ("unverified",)


def test_the_case_of_a_change_is_what_its_events_add_up_to() -> None:
    case = a_case()
    changes = [
        acts.note(case, "x", KEY, "Bo", NOON),
        acts.close(case, "", "Bo", NOON),
        acts.queue_reply(case, "Hej", (), KEY, "m1", "Bo", NOON, then_close=True)[0],
        acts.absorb(case, OTHER, (), "Bo", NOON)[0],
        reply_acts.mark_delivered(case, a_reply(ReplyState.UNCERTAIN), "Bo", NOON)[0],
    ]

    assert [replayed(case, change) for change in changes] == [change.case for change in changes]


NOT_UNANSWERED = Forbidden(
    "bol.com closes a question only after a message.", Source("seed 002", date(2026, 11, 22), Mark.DOCUMENTED)
)


def test_a_case_whose_platform_wants_an_answer_first_is_not_closed_without_one() -> None:
    answered = a_case(letter("m1"), replace(letter("a1", hour=1), author=Author.SELLER, direction=Direction.OUTBOUND))

    with pytest.raises(Refused, match=r"CH-1001 cannot be closed yet: .* only after a message \(seed 002\); answer it"):
        acts.close(a_case(), "", "Bo", NOON, NOT_UNANSWERED)
    assert acts.close(answered, "", "Bo", NOON + timedelta(hours=2), NOT_UNANSWERED).case.state is CaseState.CLOSED
    assert acts.close(a_case(), "", "Bo", NOON).case.state is CaseState.CLOSED
