"""What a person does on the platform's own pages and says here."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import acts
from hub.core.events import Acted, Event, MessageArrived, PortalTaskDone, StateChanged
from hub.core.model import Author, Case, CaseState, Direction, Message, Party
from hub.core.platform_acts import ActKind
from hub.core.portal import PortalTask
from hub.core.portal_acts import answered, drop_task, find_task, give_task, tick_off
from hub.core.replay import apply
from hub.core.turns import Owner, Turn
from hub.errors import NotFound, Refused

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOW = NOON + timedelta(hours=3)
ASA = Party("Åsa Öberg", "asa@kund.example")
STEP = "In the seller account, open the question and press the button."


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def letter(ref: str, minutes: float = 0) -> Message:
    return Message(ref, Author.CUSTOMER, Direction.INBOUND, at(minutes), text="Hej 漢字 🙂", sender=ASA)


def true_answer(minutes: float, ref: str = "api-1") -> Message:
    return Message(ref, Author.SELLER, Direction.OUTBOUND, at(minutes), text="Vi skickar ett nytt")


def a_case(*messages: Message, **facts: Any) -> Case:
    written = messages or (letter("m1"),)
    case = Case("CH-1001", "shop", "r1", NOON, NOON, customer=ASA, messages=written, turns=(Turn(NOON, "open"),))
    return replace(case, **facts)


def arriving(case: Case, *messages: Message) -> Case:
    for message in messages:
        case = apply(case, Event(MessageArrived(message), message.sent_at, NOW))
    return case


def task(kind: str = "hand_over", key: str = "0123abcd", **facts: Any) -> PortalTask:
    given_as = PortalTask(key, kind, kind.replace("_", " "), STEP, NOW, "https://portal.example/42", "Bo")
    return replace(given_as, **facts)


def with_task(kind: str, case: Case | None = None, **facts: Any) -> Case:
    return give_task(case or a_case(), task(kind, **facts), NOW).case


def test_a_task_stands_in_the_case_with_its_step_and_link_and_changes_nothing_else() -> None:
    case = with_task("close")

    assert case.open_tasks == (task("close"),)
    assert replace(case, portal_tasks=(), changed_at=NOON) == a_case()


def test_the_same_thing_is_not_wanted_twice_but_another_is() -> None:
    case = with_task("note", text="Se bilden")

    with pytest.raises(Refused, match=r"has that task already: note \(0123abcd\).*casehub done CH-1001"):
        give_task(case, task("note", "other", text="Se bilden"), NOW)
    assert len(give_task(case, task("note", "other", text="Och en till"), NOW).case.open_tasks) == 2


def test_ticking_off_keeps_who_and_when_and_cannot_be_done_twice() -> None:
    case = tick_off(with_task("close"), "0123", "Eva", at(60), NOW, "  gick fint 漢字 ").case

    [ticked] = case.portal_tasks
    assert (ticked.done_at, ticked.done_by, ticked.comment) == (at(60), "Eva", "gick fint 漢字")
    assert case.open_tasks == ()
    with pytest.raises(NotFound, match="nothing to do in a portal"):
        tick_off(case, "", "Eva", at(60), NOW)


@pytest.mark.parametrize(("when", "told"), [(181, "still to come"), (-1, "before the case was opened")])
def test_an_impossible_instant_is_refused(when: float, told: str) -> None:
    with pytest.raises(Refused, match=told):
        tick_off(with_task("note", text="x"), "", "Eva", at(when), NOW)


def test_a_hand_over_that_was_done_there_gives_the_case_to_the_platform_since_then() -> None:
    change = tick_off(with_task("hand_over", text="Vi kommer inte överens"), "", "Eva", at(60), NOW)

    assert (change.case.owner, change.case.handovers[0].at) == (Owner.PLATFORM, at(60))
    told = change.events[0].what
    assert isinstance(told, Acted)
    assert (told.stated, told.reason) == (True, "done in the portal, says Eva: Vi kommer inte överens")


def test_a_note_that_was_left_there_is_shown_as_stated() -> None:
    case = tick_off(with_task("note", text="Se bilden 漢字"), "", "Eva", at(60), NOW).case

    note = case.messages[-1]
    assert (note.direction, note.text, note.labels) == (
        Direction.NOTE,
        "Se bilden 漢字",
        ("to the platform", "stated"),
    )
    assert case.waiting_since == NOON


def test_a_reply_that_was_written_there_answers_with_its_draft() -> None:
    case = tick_off(with_task("reply", text="Det är på väg 🙂"), "", "Eva", at(60), NOW).case

    said = case.messages[-1]
    assert (said.text, said.labels, said.answers, said.sender.name) == ("Det är på väg 🙂", ("stated",), True, "Eva")
    assert (case.waiting_since, case.state) == (None, CaseState.WAITING)


@pytest.mark.parametrize(
    ("asked_again", "state"), [((), CaseState.CLOSED), ((letter("m2", 90),), CaseState.OPEN)], ids=["once", "again"]
)
def test_a_reply_that_shall_close_does_so_unless_the_customer_waits_again(
    asked_again: tuple[Message, ...], state: CaseState
) -> None:
    case = arriving(with_task("reply", text="Klart", then_close=True), *asked_again)

    after = tick_off(case, "", "Eva", at(60), NOW).case

    assert (after.state, after.waiting_since) == (state, asked_again[0].sent_at if asked_again else None)


def test_a_reply_is_not_older_than_the_question() -> None:
    with pytest.raises(Refused, match=r"2026-03-02 11:59 UTC is before the customer wrote in CH-1001.*--at"):
        tick_off(with_task("reply", text="x"), "", "Eva", at(-1), NOW)


def test_a_decision_that_was_made_there_stands_as_stated() -> None:
    given_as = with_task("decide", word="refund_partly", text="Vi betalar 20 %")

    case = tick_off(given_as, "", "Eva", at(60), NOW).case

    assert [(decision.word, decision.stated, decision.at) for decision in case.decisions] == [
        ("refund_partly", True, at(60))
    ]
    assert (case.messages[-1].text, case.waiting_since) == ("Vi betalar 20 %", None)


def test_a_closing_that_was_ticked_off_late_does_not_close_over_a_new_question() -> None:
    closed = acts.close(a_case(), "", "Bo", at(1)).case
    case = arriving(with_task("close", closed), letter("m2", 30))

    after = tick_off(case, "", "Eva", at(60), NOW).case

    assert (after.state, after.waiting_since) == (CaseState.OPEN, at(30))


def test_a_task_that_nobody_needs_any_more_has_no_effect() -> None:
    change = drop_task(with_task("hand_over"), "", "Eva", NOW, "vi kom överens")

    assert change.case.owner is Owner.SELLER
    assert [event.what for event in change.events] == [
        PortalTaskDone("0123abcd", "Eva", "vi kom överens", dropped=True)
    ]
    assert change.case.open_tasks == ()


def test_a_task_is_named_by_a_beginning_that_no_other_has() -> None:
    case = give_task(with_task("close", key="aa11"), task("note", "aa22", text="x"), NOW).case

    assert find_task(case, "AA2").kind == "note"
    with pytest.raises(Refused, match=r"2 tasks that may be meant; name one of aa11 \(close\), aa22 \(note\)"):
        find_task(case, "a")
    with pytest.raises(NotFound, match=r"no open task 'b'; there is aa11"):
        find_task(case, "b")


def test_a_case_that_takes_up_another_takes_up_its_tasks_and_decisions() -> None:
    other = tick_off(with_task("decide", a_case(number="CH-1002"), word="repair"), "", "Eva", at(60), NOW).case
    other = with_task("close", other, key="k2")

    taken, gone = acts.absorb(a_case(letter("m9")), other, [], "Bo", NOW)

    assert [task.key for task in taken.case.open_tasks] == ["k2"]
    assert [decision.word for decision in taken.case.decisions] == ["repair"]
    assert gone.case.open_tasks == ()
    with pytest.raises(Refused, match="do this on CH-1001"):
        tick_off(gone.case, "", "Eva", NOW, NOW)


# Answered on the platform itself


def test_what_was_answered_there_stops_the_clock_and_says_who_says_so() -> None:
    change = answered(a_case(), "k1", "", "Eva", at(45), NOW)

    said = change.case.messages[-1]
    assert (said.text, said.labels, said.sent_at) == ("Answered on the platform, says Eva.", ("stated",), at(45))
    assert (change.case.settled["m1"].at, change.case.state) == (at(45), CaseState.WAITING)
    assert change.events[0].seen_at == NOW


@pytest.mark.parametrize(("when", "told"), [(181, "still to come"), (-5, "before the customer wrote")])
def test_an_answer_is_neither_from_the_future_nor_older_than_the_question(when: float, told: str) -> None:
    with pytest.raises(Refused, match=told):
        answered(a_case(), "k1", "", "Eva", at(when), NOW)


def test_where_nobody_waits_nothing_was_answered() -> None:
    with pytest.raises(Refused, match="Nobody waits for an answer in CH-1001"):
        answered(answered(a_case(), "k1", "", "Eva", at(45), NOW).case, "k2", "", "Eva", at(46), NOW)


def test_an_answer_leaves_waiting_what_was_asked_after_it() -> None:
    case = answered(a_case(letter("m1"), letter("m2", 60)), "k1", "", "Eva", at(45), NOW).case

    assert (case.waiting_since, case.state) == (at(60), CaseState.OPEN)


@pytest.mark.parametrize(("true_at", "counts"), [(30, 30), (45, 45), (50, 45)])
def test_the_true_answer_takes_the_place_of_the_stated_one_and_the_earlier_instant_counts(
    true_at: int, counts: int
) -> None:
    case = arriving(answered(a_case(), "k1", "", "Eva", at(45), NOW).case, true_answer(true_at))

    assert [message.ref for message in case.messages if message.answers] == ["api-1"]
    assert case.settled["m1"].at == at(counts)
    assert "stated:k1" in [message.ref for message in case.messages if message.direction is Direction.NOTE]
    assert (case.state, case.waiting_since) == (CaseState.WAITING, None)


def test_a_true_answer_to_the_next_question_leaves_the_stated_one_an_answer() -> None:
    case = answered(a_case(), "k1", "", "Eva", at(45), NOW).case

    case = arriving(case, letter("m2", 60), true_answer(70))

    assert [message.ref for message in case.messages if message.answers] == ["stated:k1", "api-1"]
    assert [case.settled[ref].at for ref in ("m1", "m2")] == [at(45), at(70)]


def test_what_the_hub_sent_itself_does_not_stand_for_what_was_stated() -> None:
    case = answered(a_case(), "k1", "", "Eva", at(45), NOW).case

    case = arriving(case, true_answer(50, "reply:k9"))

    assert len([message for message in case.messages if message.answers]) == 2


@given(
    st.lists(st.integers(0, 170), min_size=1, max_size=5, unique=True),
    st.lists(st.integers(0, 170), max_size=5, unique=True),
    st.integers(0, 170),
)
def test_in_whatever_order_answers_become_known_no_clock_runs_longer_than_without_the_stated_one(
    asked: list[int], told: list[int], stated: int
) -> None:
    questions = [letter(f"m{minute}", minute + 0.25) for minute in asked]
    case = arriving(a_case(letter("m1")), *questions)
    said = answered(case, "k1", "", "Eva", at(stated), NOW).case
    answers = [true_answer(minute + 0.5, f"api-{minute}") for minute in told]
    outcomes = [arriving(said, *order) for order in itertools.permutations(answers[:3])]
    without = arriving(case, *answers[:3])

    for after in outcomes:
        assert after.settled.keys() == outcomes[0].settled.keys()
        for ref, settlement in without.settled.items():
            assert after.settled[ref].at <= settlement.at
        assert len([m for m in after.messages if m.answers]) <= len(answers[:3]) + 1


def test_closing_there_is_told_as_what_a_person_says() -> None:
    change = tick_off(with_task("reply", text="Klart", then_close=True), "", "Eva", at(60), NOW)

    [closed] = [event.what for event in change.events if isinstance(event.what, StateChanged)]
    assert (closed.who, closed.reason) == ("Eva", "done in the portal, says Eva")
    assert ActKind.CLOSE not in {task.kind for task in change.case.open_tasks}


def test_whoever_says_that_it_was_answered_has_done_the_task_to_answer() -> None:
    case = answered(with_task("reply", text="Det är på väg 🙂"), "k1", "", "Eva", at(60), NOW).case

    assert case.open_tasks == ()
    assert (case.messages[-1].text, case.messages[-1].labels) == ("Det är på väg 🙂", ("stated",))


def test_a_task_whose_answer_the_platform_has_told_already_is_only_ticked_off() -> None:
    case = arriving(with_task("reply", text="Det är på väg", given_at=at(10)), true_answer(200))

    after = tick_off(case, "", "Eva", at(205), at(210)).case

    assert [message.ref for message in after.messages if message.answers] == ["api-1"]
    assert after.open_tasks == ()
