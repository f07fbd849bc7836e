"""What a person says of a case that its clocks run by."""

from __future__ import annotations

import pytest

from hub.core import clock_acts
from hub.core.evaluation import evaluate
from hub.core.events import Event
from hub.core.merge import Change
from hub.core.model import Case, CaseType
from hub.core.policy import ClockName, Policy
from hub.core.readings import DueBy, Evaluation, Reading
from hub.errors import Refused
from tests.clocks import (
    answers,
    asks,
    at,
    case,
    closes,
    first,
    following,
    is_,
    learns,
    merges,
    policy,
    promises,
    rule,
    shown,
    state,
)

NOON = "09-07 12:00"
LATER = at("09-07 13:00")
A_DAY = policy(first("24h"), following("72h"))


def look(found: Case, promised: Policy = A_DAY, now: str = "09-07 13:00") -> Evaluation:
    return evaluate(found, promised, {}, at(now))


def one(found: Case, promised: Policy = A_DAY) -> Reading:
    return look(found, promised).clocks[-1]


def given(*events: Event) -> Case:
    return case(asks(NOON), *events)


def set_due(found: Case, due: str, clock: str = "first_response", why: str = "agreed by phone 🙂") -> Change:
    return clock_acts.set_due(found, look(found), clock, at(due), why, "Åsa Öberg", LATER)


# --- classify ---


def test_a_persons_word_of_the_type_chooses_the_rule() -> None:
    promised = policy(rule("missing", first("4h"), when=[is_("case_type", "missing_item")]), rule("any", first("24h")))
    change = clock_acts.classify(given(), CaseType.MISSING_ITEM, None, "eva", LATER)

    assert look(change.case, promised).rule == "missing"
    assert shown(one(change.case, promised).due) == "09-07 16:00"


def test_the_platform_does_not_change_a_persons_word_again() -> None:
    change = clock_acts.classify(given(), CaseType.MISSING_ITEM, "vip 漢字", "eva", LATER)
    after = case(asks(NOON), *change.events, learns("09-07 14:00", type=CaseType.RETURN))

    assert (after.type, after.priority) == (CaseType.MISSING_ITEM, "vip 漢字")


def test_a_priority_is_taken_back_with_an_empty_one() -> None:
    urgent = clock_acts.classify(given(), None, "vip", "eva", LATER).case

    assert urgent.priority == "vip"
    assert clock_acts.classify(urgent, None, "", "eva", LATER).case.priority == ""


def test_saying_nothing_of_a_case_is_refused() -> None:
    with pytest.raises(Refused, match="give --type, --priority or both"):
        clock_acts.classify(given(), None, None, "eva", LATER)


# --- need_no_reply ---


def test_a_word_of_thanks_needs_no_reply_and_its_clock_is_cancelled() -> None:
    thanked = given(answers("09-07 12:30"), asks("09-07 12:45", "thanks"))
    change = clock_acts.need_no_reply(thanked, "said thanks", "eva", LATER)

    assert state(one(thanked), "09-07 13:00") == "running"
    assert state(one(change.case), "09-07 13:00") == "cancelled"
    assert change.case.waiting_since is None


def test_only_what_waits_is_settled() -> None:
    thanked = given(answers("09-07 12:30"), asks("09-07 12:45", "thanks"))
    [event] = clock_acts.need_no_reply(thanked, "", "eva", LATER).events

    assert event.what.refs == ("thanks",)  # type: ignore[union-attr]


def test_where_nobody_waits_there_is_nothing_to_settle() -> None:
    with pytest.raises(Refused, match="Nobody waits for an answer in CH-1; there is nothing to settle"):
        clock_acts.need_no_reply(given(answers("09-07 12:30")), "", "eva", LATER)


def test_a_message_after_that_starts_a_clock_again() -> None:
    settled = clock_acts.need_no_reply(given(), "", "eva", LATER)
    again = case(asks(NOON), *settled.events, asks("09-07 14:00", "m2"))

    assert [reading.is_open for reading in look(again, now="09-07 15:00").clocks] == [False, True]


# --- set_due ---


def test_a_deadline_set_by_hand_stands_for_the_computed_one_with_who_and_why() -> None:
    reading = one(set_due(given(), "09-20 12:00").case)

    assert (shown(reading.due), shown(reading.computed)) == ("09-20 12:00", "09-08 12:00")
    assert (reading.due_by, reading.given_by, reading.given_why) == (DueBy.PERSON, "Åsa Öberg", "agreed by phone 🙂")


@pytest.mark.parametrize("why", ["", "  \n"])
def test_a_deadline_set_by_hand_says_why(why: str) -> None:
    with pytest.raises(Refused, match="give --why"):
        set_due(given(), "09-20 12:00", why=why)


@pytest.mark.parametrize(
    ("clock", "there_is"), [("next_response", "there is first_response"), ("resolution", "there is first_response")]
)
def test_a_clock_that_does_not_run_cannot_be_set(clock: str, there_is: str) -> None:
    with pytest.raises(Refused, match=f"No clock {clock} is running in CH-1; {there_is}"):
        set_due(given(), "09-20 12:00", clock)


def test_in_an_answered_case_no_clock_runs_at_all() -> None:
    with pytest.raises(Refused, match="there is none at all"):
        set_due(given(answers("09-07 12:30")), "09-20 12:00")


def test_a_promise_is_not_moved_by_hand() -> None:
    promised = given(promises("09-07 12:10", "09-09 12:00"))

    assert one(promised).clock is ClockName.PROMISE
    with pytest.raises(Refused, match="A promise is due when the customer was told it is"):
        set_due(promised, "09-20 12:00", "promise")


def test_a_deadline_set_by_hand_is_taken_back() -> None:
    moved = set_due(given(), "09-20 12:00").case
    change = clock_acts.take_back_due(moved, "first_response", " agreed otherwise ", "bo", LATER)

    assert shown(one(change.case).due) == "09-08 12:00"
    assert change.events[0].what.why == "agreed otherwise"  # type: ignore[union-attr]


def test_nothing_is_taken_back_that_nobody_set() -> None:
    with pytest.raises(Refused, match="Nobody set the first_response deadline of CH-1 by hand"):
        clock_acts.take_back_due(given(), "first_response", "", "bo", LATER)


def test_a_deadline_set_by_hand_ends_with_the_question_it_was_for() -> None:
    moved = set_due(given(), "09-20 12:00")
    after = case(asks(NOON), *moved.events, answers("09-07 14:00"), asks("09-07 15:00", "m2"))

    assert shown(look(after, now="09-07 16:00").clocks[-1].due) == "09-10 15:00"


# --- Cases that are elsewhere now ---


@pytest.mark.parametrize("act", ["classify", "need_no_reply", "set_due", "take_back_due"])
def test_a_merged_case_is_left_alone(act: str) -> None:
    gone = given(merges("09-07 12:30"))
    acts = {
        "classify": lambda: clock_acts.classify(gone, CaseType.RETURN, None, "eva", LATER),
        "need_no_reply": lambda: clock_acts.need_no_reply(gone, "", "eva", LATER),
        "set_due": lambda: set_due(gone, "09-20 12:00"),
        "take_back_due": lambda: clock_acts.take_back_due(gone, "first_response", "", "eva", LATER),
    }

    with pytest.raises(Refused, match="CH-2"):
        acts[act]()


def test_a_closed_case_can_still_be_classified() -> None:
    closed = given(closes("09-07 12:30"))
    change = clock_acts.classify(closed, CaseType.RETURN, None, "eva", LATER)

    assert (change.case.type, change.case.is_open) == (CaseType.RETURN, False)
