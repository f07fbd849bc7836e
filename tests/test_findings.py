"""What intake finds out by itself: missing items, messages taken back, cases that vanished and came again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.core.clock_acts import classify
from hub.core.conditions import facts_of
from hub.core.events import Detected, Event, FactsLearnt, MessageRecalled, StateChanged
from hub.core.incoming import CaseUpdate, IncomingMessage
from hub.core.merge import Keys, merge_batch
from hub.core.model import Author, Case, CaseState, CaseType, Direction, Message, Order, Party
from hub.core.policy import Anchor, OnClose
from hub.core.replay import replay
from hub.core.timeline import response_runs
from hub.core.turns import Detection, Ending
from tests.test_merge import NOON, NOW, Shelf, at

FOUND = Detection("missing_item", "missing", "sv", "saknas")


def wrote(ref: str, minutes: float, text: str = "Hej", **facts: Any) -> Message:
    message = Message(ref, Author.CUSTOMER, Direction.INBOUND, at(minutes), text, sender=Party("Åsa", "asa@x.example"))
    return replace(message, **facts)


def answered(ref: str, minutes: float) -> Message:
    return Message(ref, Author.SELLER, Direction.OUTBOUND, at(minutes), "Vi skickar en ny")


def update(*messages: Message, **facts: Any) -> CaseUpdate:
    return CaseUpdate("c1", NOON, messages, **{"type": CaseType.QUESTION, **facts})


def events_of(shelf: Shelf, kind: type) -> list[Event]:
    return [event for event in shelf.histories["CH-1001"] if isinstance(event.what, kind)]


def only(shelf: Shelf) -> Case:
    [case] = shelf.cases.values()
    assert replay(shelf.histories[case.number]) == case
    return case


# Missing items


def test_a_case_in_which_something_is_missing_becomes_one_and_says_why() -> None:
    shelf = Shelf()

    shelf.take(update(wrote("m1", 0, "Var är den?"), wrote("m2", 5, "Det saknas en skruv")))

    case = only(shelf)
    assert (case.type, case.type_told) == (CaseType.MISSING_ITEM, CaseType.QUESTION)
    assert case.detected == replace(FOUND, message="m2")
    [event] = events_of(shelf, Detected)
    assert (event.at, event.seen_at) == (at(5), NOW)


def test_a_mail_is_looked_through_as_well() -> None:
    shelf = Shelf()

    shelf.take(IncomingMessage(wrote("m1", 0, "Er ontbreekt een onderdeel")))

    assert only(shelf).type is CaseType.MISSING_ITEM


def test_reading_it_again_is_no_news() -> None:
    shelf = Shelf()
    told = update(wrote("m1", 0, "Det saknas en skruv"))
    shelf.take(told)

    assert shelf.take(told).changes == ()
    assert shelf.take(told, told).changes == ()


def test_a_person_says_better_and_neither_platform_nor_later_messages_change_it() -> None:
    shelf = Shelf()
    shelf.take(update(wrote("m1", 0, "Det saknas en skruv")))
    shelf.save(classify(only(shelf), CaseType.QUESTION, None, "eva", at(9)))

    shelf.take(update(wrote("m2", 10, "Det saknas en mutter också"), type=CaseType.RETURN))
    again = shelf.take(update(wrote("m2", 10, "Det saknas en mutter också"), type=CaseType.RETURN))

    case = only(shelf)
    assert (case.type, case.type_told, case.detected) == (CaseType.QUESTION, CaseType.RETURN, None)
    assert again.changes == ()


def test_a_person_may_have_spoken_before_anything_was_found() -> None:
    shelf = Shelf()
    shelf.take(update(wrote("m1", 0)))
    shelf.save(classify(only(shelf), CaseType.COMPLAINT, None, "eva", at(1)))

    shelf.take(update(wrote("m2", 5, "Det saknas en skruv")))

    assert only(shelf).type is CaseType.COMPLAINT
    assert events_of(shelf, Detected) == []


def test_the_platforms_word_is_remembered_and_does_not_flip_it_back() -> None:
    shelf = Shelf()
    shelf.take(update(wrote("m1", 0, "Det saknas en skruv")))

    shelf.take(update(type=CaseType.RETURN))
    again = shelf.take(update(type=CaseType.RETURN))

    case = only(shelf)
    assert (case.type, case.type_told) == (CaseType.MISSING_ITEM, CaseType.RETURN)
    assert again.changes == ()
    assert len(events_of(shelf, FactsLearnt)) == 1


@pytest.mark.parametrize(
    ("told", "judged"),
    [(CaseType.RETURN, "return"), (CaseType.QUESTION, "missing_item"), (CaseType.UNKNOWN, "missing_item")],
)
def test_a_guess_changes_no_rule_of_a_type_that_the_platform_told(told: CaseType, judged: str) -> None:
    shelf = Shelf()
    shelf.take(update(wrote("m1", 0, "Det saknas en skruv"), type=told))

    assert facts_of(only(shelf), {})["case_type"] == judged


def test_a_channel_may_leave_it_alone() -> None:
    shelf = Shelf()
    items = [update(wrote("m1", 0, "Det saknas en skruv"))]

    result = merge_batch(items, shelf.known("mail", Keys()), "mail", NOW, shelf.next_number, detects=False)

    assert result.changes[0].case.type is CaseType.QUESTION


# Orders


def test_a_bare_order_number_told_again_forgets_nothing_that_is_known() -> None:
    shelf = Shelf()
    rich = Order("7", fulfilment="FBB", confirmed=True)
    shelf.take(update(order=rich))

    assert shelf.take(update(order=Order("7"))).changes == ()
    shelf.take(update(order=Order("8")))

    assert only(shelf).order == Order("8")


def test_the_numbers_in_a_mail_are_candidates() -> None:
    shelf = Shelf()

    shelf.take(IncomingMessage(wrote("m1", 0), order_number="7", order_numbers=("7", "8", "9")))

    assert only(shelf).order == Order("7", candidates=("8", "9"))


# Messages that were taken back


def recalled(message: Message) -> Message:
    return replace(message, text="", labels=(*message.labels, "recalled"))


def test_a_message_taken_back_stays_readable_and_its_clock_is_cancelled() -> None:
    shelf = Shelf()
    asked = wrote("m1", 0, "Var är min order?")
    shelf.take(update(asked))

    shelf.take(update(recalled(asked)))
    again = shelf.take(update(recalled(asked)))

    case = only(shelf)
    [message] = case.messages
    assert (message.text, message.labels) == ("Var är min order?", ("recalled",))
    assert case.waiting_since is None
    assert case.settled["m1"].how is Ending.RECALLED
    [run] = response_runs(case, Anchor.MESSAGE, OnClose.MEET)
    assert (run.cancelled, run.why) == (True, "the platform took the message back")
    [event] = events_of(shelf, MessageRecalled)
    assert event.at == NOW
    assert again.changes == ()


def test_what_else_was_asked_goes_on_waiting_from_its_own_instant() -> None:
    shelf = Shelf()
    first, second = wrote("m1", 0), wrote("m2", 60)
    shelf.take(update(first, second))

    shelf.take(update(recalled(first), second))

    case = only(shelf)
    assert case.waiting_since == at(60)
    taken, waiting = response_runs(case, Anchor.MESSAGE, OnClose.MEET)
    assert (taken.cancelled, waiting.cancelled, waiting.end) == (True, False, None)
    assert waiting.start == int(at(60).timestamp())


def test_what_was_answered_before_it_was_taken_back_stays_answered() -> None:
    shelf = Shelf()
    asked = wrote("m1", 0)
    shelf.take(update(asked, answered("m2", 30)))

    shelf.take(update(recalled(asked), answered("m2", 30)))

    case = only(shelf)
    assert case.settled["m1"].how is Ending.ANSWERED
    [run] = response_runs(case, Anchor.MESSAGE, OnClose.MEET)
    assert (run.cancelled, run.end) == (False, int(at(30).timestamp()))


def test_a_message_first_seen_as_taken_back_is_a_tombstone_that_starts_nothing() -> None:
    shelf = Shelf()
    gone = wrote("m1", 0, "Det saknas en skruv", labels=("recalled",), html="<p>x</p>", subject="x", raw="a" * 64)

    shelf.take(update(gone))

    case = only(shelf)
    [message] = case.messages
    assert (message.text, message.html, message.subject, message.raw) == ("", "", "", "")
    assert case.type is CaseType.QUESTION
    assert case.waiting_since is None
    assert response_runs(case, Anchor.MESSAGE, OnClose.MEET) == []


# Notifications that stand for a customer's message


def test_a_notification_that_stands_for_a_customers_message_starts_his_clock_and_is_not_his_words() -> None:
    shelf = Shelf()
    notice = wrote(
        "n1", 0, "Det saknas en skruv", author=Author.PLATFORM, automatic=True, labels=("stands_in",),
        sender=Party("Platform", "noreply@platform.example"),
    )  # fmt: skip

    shelf.take(IncomingMessage(notice))

    case = only(shelf)
    assert case.waiting_since == at(0)
    assert case.type is CaseType.QUESTION
    assert case.customer == Party()
    assert case.last_inbound == notice
    assert case.addresses == frozenset()


# Cases that vanished


def vanished(minutes: float) -> CaseUpdate:
    gone = at(minutes)
    return CaseUpdate(
        "c1", NOON, state=CaseState.CLOSED, state_raw="vanished", state_at=gone, outcome="vanished", outcome_at=gone
    )


def test_a_case_that_vanished_is_closed_and_opened_again_when_the_list_has_it_again() -> None:
    shelf = Shelf()
    listed = update(wrote("m1", 0), state=CaseState.OPEN, state_raw="OPEN", state_at=at(1))
    shelf.take(listed)
    shelf.take(vanished(60))
    closed = only(shelf)

    shelf.take(listed)
    opened = only(shelf)
    again = shelf.take(listed)

    assert (closed.state, closed.state_raw, closed.waiting_since) == (CaseState.CLOSED, "vanished", None)
    assert [outcome.what for outcome in closed.outcomes] == ["vanished"]
    assert (opened.state, opened.state_raw, opened.waiting_since) == (CaseState.OPEN, "OPEN", at(0))
    assert [event.what.state for event in events_of(shelf, StateChanged)][-2:] == [CaseState.CLOSED, CaseState.OPEN]  # type: ignore[union-attr]
    assert again.changes == ()
    assert opened.state_at == NOW


def test_a_case_that_came_back_without_a_state_is_open_again_once() -> None:
    shelf = Shelf()
    shelf.take(update(wrote("m1", 0)), vanished(60))

    shelf.take(update(wrote("m1", 0)))
    opened = only(shelf)
    again = shelf.take(update(wrote("m1", 0)))

    assert (opened.state, opened.state_raw, opened.waiting_since) == (CaseState.OPEN, "", at(0))
    assert again.changes == ()


def test_a_case_that_came_back_can_vanish_again() -> None:
    shelf = Shelf()
    shelf.take(update(wrote("m1", 0)), vanished(60))
    shelf.take(update(state=CaseState.OPEN, state_raw="OPEN", state_at=at(1)))

    gone = (NOW + timedelta(hours=1) - NOON).total_seconds() / 60
    shelf.take(vanished(gone))

    assert only(shelf).state_raw == "vanished"
