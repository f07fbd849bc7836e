"""A case is the sum of its events."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.events import (
    Absorbed,
    Assigned,
    Event,
    FactsLearnt,
    Happening,
    Merged,
    MessageArrived,
    MessageReread,
    Opened,
    ReplyDelivered,
    ReplyQueued,
    ReplyStopped,
    StateChanged,
)
from hub.core.model import Author, Case, CaseState, CaseType, Direction, Message, Order, Party
from hub.core.replay import apply, open_case, replay
from hub.core.turns import Turn

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
OPENING = Opened("CH-1001", "mail", "r1", subject="Var är 漢字?", customer=Party("Åsa Öberg", "asa@exempel.se"))


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def question(minutes: int, automatic: bool = False, text: str = "Hej 🙂") -> Message:
    return Message(f"in-{minutes}", Author.CUSTOMER, Direction.INBOUND, at(minutes), text, automatic=automatic)


def answer(minutes: int, automatic: bool = False) -> Message:
    return Message(f"out-{minutes}", Author.SELLER, Direction.OUTBOUND, at(minutes), automatic=automatic)


def note(minutes: int) -> Message:
    return Message(f"note-{minutes}", Author.SELLER, Direction.NOTE, at(minutes), "ring henne")


def close(reason: str = "") -> StateChanged:
    return StateChanged(CaseState.CLOSED, Author.SELLER, "Åsa", reason)


def case(*happened: tuple[int, Happening]) -> Case:
    """The case after these happenings, each with its minute."""
    return replay([Event(OPENING, NOON, NOON), *(Event(what, at(minute), at(minute)) for minute, what in happened)])


def arrived(message: Message) -> tuple[int, Happening]:
    return int((message.sent_at - NOON).total_seconds() // 60), MessageArrived(message)


def test_a_case_begins_as_it_was_opened() -> None:
    begun = case()

    assert begun == Case(
        "CH-1001",
        "mail",
        "r1",
        NOON,
        NOON,
        subject="Var är 漢字?",
        customer=Party("Åsa Öberg", "asa@exempel.se"),
        turns=(Turn(NOON, "open"),),
    )


@pytest.mark.parametrize("events", [[], [Event(close(), NOON, NOON)]])
def test_a_history_without_its_opening_is_refused(events: list[Event]) -> None:
    with pytest.raises(ValueError, match="first event of a case is its opening"):
        replay(events)


def test_only_an_opening_opens_and_only_once() -> None:
    with pytest.raises(TypeError, match="begins with Opened, not StateChanged"):
        open_case(Event(close(), NOON, NOON))
    with pytest.raises(TypeError, match="does not know what to do with Opened"):
        apply(case(), Event(OPENING, NOON, NOON))


def test_an_event_with_a_naive_instant_is_refused() -> None:
    naive = datetime(2026, 11, 16)  # noqa: DTZ001  naive on purpose

    for instants in ((naive, NOON), (NOON, naive)):
        with pytest.raises(ValueError, match="time zone"):
            Event(OPENING, *instants)


def test_messages_stand_in_the_platforms_order_however_they_arrive() -> None:
    late_comer = case(arrived(question(9)), (10, MessageArrived(question(2))), (11, MessageArrived(answer(5))))

    assert [m.ref for m in late_comer.messages] == ["in-2", "out-5", "in-9"]
    assert late_comer.waiting_since == at(9)


def test_messages_of_one_instant_keep_the_order_in_which_they_were_learnt() -> None:
    asked_first = case((0, MessageArrived(question(0))), (0, MessageArrived(answer(0))))
    answered_first = case((0, MessageArrived(answer(0))), (0, MessageArrived(question(0))))

    assert asked_first.waiting_since is None
    assert answered_first.waiting_since == NOON


def test_an_answer_sets_a_case_waiting_and_a_question_opens_it_again() -> None:
    answered = case(arrived(question(0)), (1, ReplyDelivered("k", answer(1))))
    asked_again = case(arrived(question(0)), (1, ReplyDelivered("k", answer(1))), arrived(question(2)))

    assert (answered.state, answered.state_at) == (CaseState.WAITING, at(1))
    assert (asked_again.state, asked_again.state_at) == (CaseState.OPEN, at(2))


def test_a_reply_that_is_recorded_twice_is_one_message() -> None:
    twice = case(
        arrived(question(0)), (1, ReplyDelivered("k", answer(1))), (2, ReplyDelivered("k", answer(1), "again"))
    )

    assert [m.ref for m in twice.messages] == ["in-0", "out-1"]


def test_a_reply_does_not_answer_an_older_question_that_came_after_it_was_written() -> None:
    """As when a mail is rescued from the junk folder, or another case is merged, while the reply is on its way."""
    queued = (arrived(question(5)), (6, ReplyQueued("k")))
    sent = ReplyDelivered("k", answer(9), after="in-5", then_close=True)

    rescued = case(*queued, (8, MessageArrived(question(2))), (9, sent))
    merged = case(*queued, (8, Absorbed("CH-1002", (question(2),))), (9, sent))

    assert (rescued.state, rescued.waiting_since) == (CaseState.OPEN, at(2))
    assert (merged.state, merged.waiting_since) == (CaseState.OPEN, at(2))
    assert case(*queued, (9, sent)).state is CaseState.CLOSED


def test_a_held_reply_answers_what_was_there_when_it_was_let_go() -> None:
    held = (
        arrived(question(5)),
        (6, ReplyQueued("k")),
        (7, MessageArrived(question(2))),
        (8, ReplyStopped("k", "held")),
    )
    sent = (9, ReplyDelivered("k", answer(9), after="in-5"))

    assert case(*held, (8, ReplyQueued("k")), sent).waiting_since is None
    assert case(*held[:3], (8, ReplyStopped("k", "uncertain")), (8, ReplyQueued("k")), sent).waiting_since == at(2)


def test_an_answer_older_than_the_question_leaves_the_case_open() -> None:
    crossed = case(arrived(question(5)), (6, ReplyDelivered("k", answer(1))))

    assert (crossed.state, crossed.waiting_since) == (CaseState.OPEN, at(5))


@pytest.mark.parametrize("quiet", [question(2, automatic=True), answer(2, automatic=True), note(2)])
def test_robots_and_notes_change_no_state(quiet: Message) -> None:
    assert case(arrived(question(0)), arrived(quiet)).state is CaseState.OPEN
    assert case(arrived(question(0)), arrived(answer(1)), arrived(quiet)).state is CaseState.WAITING
    assert case(arrived(question(0)), (1, close()), arrived(quiet)).state is CaseState.CLOSED


def test_closing_settles_what_was_asked_and_a_seller_who_reopens_takes_it_up_again() -> None:
    closed = case(arrived(question(0)), (1, close()))
    reopened = case(arrived(question(0)), (1, close()), (2, StateChanged(CaseState.OPEN, Author.SELLER)))

    assert (closed.state, closed.closed_at, closed.state_at) == (CaseState.CLOSED, at(1), at(1))
    assert (reopened.state, reopened.closed_at, reopened.waiting_since) == (CaseState.OPEN, None, at(0))


def test_a_question_after_the_closing_opens_the_case_again() -> None:
    asked = case(arrived(question(0)), (1, close()), arrived(question(2)))

    assert (asked.state, asked.closed_at, asked.waiting_since) == (CaseState.OPEN, None, at(2))


def test_a_question_that_was_on_its_way_when_the_case_was_closed_opens_it_again() -> None:
    crossed = case(arrived(question(5)), (7, close()), (9, MessageArrived(question(3))))

    assert (crossed.state, crossed.waiting_since) == (CaseState.OPEN, at(3))


def test_a_platforms_own_word_for_a_state_is_kept() -> None:
    word = StateChanged(CaseState.WAITING, Author.PLATFORM, raw="AWAITING_客")

    assert case((1, word)).state_raw == "AWAITING_客"


def test_facts_that_are_told_replace_and_facts_that_are_not_stay() -> None:
    order = Order("4711")
    told = case((1, FactsLearnt(type=CaseType.RETURN, type_raw="RETOUR", order=order, subject="")))

    assert (told.type, told.type_raw, told.order, told.subject) == (CaseType.RETURN, "RETOUR", order, "")
    assert told.customer == OPENING.customer


def test_an_unreadable_question_waits_once_it_is_read_again() -> None:
    unreadable = question(0, automatic=True, text="")
    read = case(arrived(unreadable), (1, MessageReread(question(0, text="Åh 🙂"))))

    assert case(arrived(unreadable)).waiting_since is None
    assert [m.text for m in read.messages] == ["Åh 🙂"]
    assert read.waiting_since == NOON


def test_reading_a_message_again_that_the_case_does_not_have_adds_none() -> None:
    assert case((1, MessageReread(question(0)))).messages == ()


def test_a_case_is_taken_and_given_back() -> None:
    assert case((1, Assigned("Åsa"))).assignee == "Åsa"
    assert case((1, Assigned("Åsa")), (2, Assigned(""))).assignee == ""


@pytest.mark.parametrize("told", [ReplyQueued("k", "Åsa"), ReplyStopped("k", "rejected", "too long")])
def test_what_happens_in_the_outbox_changes_only_when_the_case_changed(told: Happening) -> None:
    after = case((7, told))

    assert (after.changed_at, after.state, after.messages) == (at(7), CaseState.OPEN, ())


def test_an_older_event_does_not_turn_the_case_back() -> None:
    assert case((7, Assigned("Åsa")), (3, ReplyQueued("k"))).changed_at == at(7)


def test_an_absorbed_case_brings_its_messages_and_its_question() -> None:
    both = case(arrived(answer(3)), (9, Absorbed("CH-1002", (question(1), question(5)))))

    assert [m.ref for m in both.messages] == ["in-1", "out-3", "in-5"]
    assert (both.state, both.waiting_since, both.linked) == (CaseState.OPEN, at(5), ("CH-1002",))


def test_absorbing_the_same_messages_twice_adds_them_once() -> None:
    taken = Absorbed("CH-1002", (question(1),))

    assert len(case((2, taken), (3, taken)).messages) == 1


def test_an_open_question_is_not_settled_by_an_earlier_closing_of_the_case_that_absorbs_it() -> None:
    once_closed = (arrived(question(5)), (6, close()), (7, StateChanged(CaseState.OPEN, Author.SELLER)))

    both = case(*once_closed, (8, Absorbed("CH-1002", (question(1),))))

    assert both.waiting_since == at(1)


def test_what_was_settled_in_the_absorbed_case_stays_settled() -> None:
    both = case(arrived(answer(0)), (8, Absorbed("CH-1002", (question(1),), settled=("in-1",))))

    assert (both.waiting_since, both.state) == (None, CaseState.WAITING)


def test_a_merged_case_rests_whatever_comes() -> None:
    merged = case(arrived(question(0)), (1, Merged("CH-1002")), arrived(question(2)))

    assert (merged.state, merged.merged_into, merged.waiting_since) == (CaseState.MERGED, "CH-1002", None)


def _random_happening(rng: random.Random, minute: int) -> Happening:
    message = rng.choice((question, answer, lambda m: question(m, automatic=True), note))(minute)
    happenings: list[Happening] = [
        MessageArrived(message),
        MessageArrived(message),
        MessageReread(question(rng.randrange(minute + 1))),
        FactsLearnt(subject=f"ämne {minute}", type=rng.choice([None, *CaseType])),
        StateChanged(rng.choice([CaseState.OPEN, CaseState.WAITING, CaseState.CLOSED]), rng.choice([*Author])),
        Assigned(rng.choice(["", "Åsa"])),
        ReplyQueued(f"k{minute}"),
        ReplyDelivered(f"k{minute}", answer(minute)),
        ReplyStopped(f"k{minute}", "held"),
        Absorbed(f"CH-{minute}", (question(-minute), message), settled=rng.choice([(), (message.ref,)])),
    ]
    return rng.choice(happenings)


@given(st.randoms(use_true_random=False), st.integers(0, 15))
def test_replaying_gives_what_was_built_step_by_step(rng: random.Random, length: int) -> None:
    events = [Event(OPENING, NOON, NOON)]
    case_now = open_case(events[0])
    for minute in range(1, length + 1):
        events.append(Event(_random_happening(rng, minute), at(minute), at(minute)))
        case_now = apply(case_now, events[-1])

    assert replay(events) == case_now == replay(iter(events))
    assert list(case_now.messages) == sorted(case_now.messages, key=lambda m: m.sent_at)
    assert case_now.changed_at == at(length)
    assert (case_now.closed_at is not None) == (case_now.state is CaseState.CLOSED)


def test_a_mail_that_was_on_its_way_when_the_case_was_closed_opens_it_after_that() -> None:
    late = case(arrived(question(0)), (6, close()), arrived(question(4)))

    assert (late.state, late.waiting_since) == (CaseState.OPEN, at(4))
    assert [(turn.state, turn.at >= at(6)) for turn in late.turns] == [
        ("open", False),
        ("closed", True),
        ("open", True),
    ]
    assert late.state_at is not None
    assert late.state_at > at(6)
