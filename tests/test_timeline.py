"""When clocks start and end: anchors, closings, openings again, hand-overs, promises and merged cases."""

from __future__ import annotations

import pytest

from hub.core.events import Event
from hub.core.model import Author, CaseState
from hub.core.policy import Anchor, ClockName, ClockRule, OnClose, Pause, Reopen
from hub.core.timeline import pause_spans
from hub.core.turns import Owner
from tests.clocks import (
    answers,
    asks,
    at,
    case,
    closes,
    delivers,
    first,
    following,
    hands,
    lines,
    look,
    merges,
    needs_no_reply,
    notes,
    opened,
    parks,
    promises,
    reopens,
    resolution,
    robot,
    seconds,
    turns,
    unparks,
)

ASKED, ANSWERED = asks("09-07 12:00"), answers("09-07 13:00")
BOTH = (first("24h"), following("72h"))


# --- First and next ---


def test_a_question_after_an_answer_starts_a_new_cycle_of_the_next_response() -> None:
    events = [ASKED, ANSWERED, asks("09-07 14:00", "m2"), answers("09-07 15:00", "a2"), asks("09-07 16:00", "m3")]
    found = look(events, *BOTH)

    assert [(r.clock, r.cycle, r.head) for r in found.clocks] == [
        (ClockName.FIRST_RESPONSE, 0, "m1"),
        (ClockName.NEXT_RESPONSE, 0, "m2"),
        (ClockName.NEXT_RESPONSE, 1, "m3"),
    ]


def test_an_answer_whose_writer_had_not_seen_the_newest_question_leaves_it_waiting_since_it_was_asked() -> None:
    events = [ASKED, asks("09-07 12:30", "m2"), delivers("09-07 13:00", after="m1")]

    assert lines(events, *BOTH) == ["m1 due 09-08 12:00 met 09-07 13:00", "m2 due 09-10 12:30 breached"]


def test_one_answer_to_two_questions_ends_one_wait() -> None:
    events = [ASKED, asks("09-07 12:30", "m2"), answers("09-07 14:00")]

    assert lines(events, *BOTH) == ["m1 due 09-08 12:00 met 09-07 14:00"]


def test_an_older_question_that_is_learnt_late_becomes_the_head_of_its_run() -> None:
    assert lines([ASKED, asks("09-07 11:00", "m0")], *BOTH, now="09-07 13:00") == ["m0 due 09-08 11:00 running"]


def test_a_question_that_is_learnt_after_the_answer_to_it_was_answered() -> None:
    events = [asks("09-07 14:00", "m2"), answers("09-07 13:00"), ASKED]

    assert lines(events, *BOTH) == ["m1 due 09-08 12:00 met 09-07 13:00", "m2 due 09-10 14:00 breached"]


def test_a_machines_and_a_platforms_words_start_no_clock() -> None:
    assert lines([opened("09-07 12:00"), robot("09-07 12:01"), notes("09-07 12:02")], *BOTH) == []


def test_a_question_that_needs_no_reply_does_not_hide_the_one_after_it() -> None:
    events = [ASKED, asks("09-07 12:30", "m2"), needs_no_reply("09-07 13:00", "m1")]

    assert lines(events, first("24h")) == ["m1 due 09-08 12:00 cancelled 09-07 13:00", "m2 due 09-08 12:30 breached"]


# --- Closing ---


@pytest.mark.parametrize(
    ("on_close", "expected"),
    [
        (OnClose.CANCEL, "m1 due 09-08 12:00 cancelled 09-07 20:00"),
        (OnClose.MEET, "m1 due 09-08 12:00 met 09-07 20:00"),
        (OnClose.RUN_ON, "m1 due 09-08 12:00 breached"),
    ],
)
def test_what_closing_without_an_answer_does_is_the_policys_choice(on_close: OnClose, expected: str) -> None:
    assert lines([ASKED, closes("09-07 20:00")], first("24h", on_close=on_close)) == [expected]


def test_a_clock_that_runs_on_is_ended_by_an_answer_after_the_closing() -> None:
    events = [ASKED, closes("09-07 20:00"), answers("09-08 11:00")]

    assert lines(events, first("24h", on_close=OnClose.RUN_ON)) == ["m1 due 09-08 12:00 met 09-08 11:00"]


@pytest.mark.parametrize("on_close", [OnClose.CANCEL, OnClose.RUN_ON])
def test_closing_after_the_due_instant_does_not_undo_a_breach(on_close: OnClose) -> None:
    found = lines([ASKED, closes("09-08 13:00")], first("24h", on_close=on_close))

    assert [line.split(" ")[4] for line in found] == ["breached"]


@pytest.mark.parametrize(("mine", "other"), [(OnClose.CANCEL, OnClose.MEET), (OnClose.MEET, OnClose.CANCEL)])
def test_a_question_after_a_closing_without_an_answer_has_one_clock_whatever_closing_means(
    mine: OnClose, other: OnClose
) -> None:
    events = [ASKED, closes("09-07 20:00"), asks("09-08 12:00", "m2")]
    found = look(events, first("24h", on_close=mine), following("72h", on_close=other))

    assert [(r.clock, r.head) for r in found.clocks] == [
        (ClockName.FIRST_RESPONSE, "m1"),
        (ClockName.FIRST_RESPONSE, "m2"),
    ]


def test_a_person_who_opens_a_closed_case_takes_its_question_up_again() -> None:
    events = [ASKED, closes("09-07 20:00"), reopens("09-10 12:00")]

    assert lines(events, first("24h"), now="09-10 13:00") == ["m1 due 09-08 12:00 breached"]


# --- Automatic answers ---


def test_an_automatic_answer_counts_where_the_policy_says_so() -> None:
    events = [ASKED, robot("09-07 12:01"), answers("09-09 12:00")]

    assert lines(events, first("24h")) == ["m1 due 09-08 12:00 met_late 09-09 12:00"]
    assert lines(events, first("24h", auto_counts=True)) == ["m1 due 09-08 12:00 met 09-07 12:01"]


def test_a_question_after_an_automatic_answer_that_counts_has_a_clock_of_its_own() -> None:
    events = [ASKED, robot("09-07 12:01"), asks("09-07 18:00", "m2"), answers("09-09 12:00")]
    found = lines(events, first("24h", auto_counts=True), following("24h", auto_counts=True))

    assert found == ["m1 due 09-08 12:00 met 09-07 12:01", "m2 due 09-08 18:00 met_late 09-09 12:00"]


def test_a_human_answer_answers_no_more_than_it_did_where_automatic_ones_count() -> None:
    events = [ASKED, asks("09-07 12:30", "m2"), delivers("09-07 13:00", after="m1")]

    assert lines(events, following("72h", auto_counts=True)) == ["m2 due 09-10 12:30 breached"]


def test_an_automatic_answer_before_the_question_or_after_its_answer_changes_nothing() -> None:
    events = [opened("09-07 11:00"), robot("09-07 11:00", "r0"), ASKED, ANSWERED, robot("09-07 14:00")]

    assert lines(events, first("24h", auto_counts=True)) == ["m1 due 09-08 12:00 met 09-07 13:00"]


def test_a_case_that_the_platform_opened_without_a_question_is_answered_by_a_machine_too_where_that_counts() -> None:
    events = [opened("09-07 10:00"), robot("09-07 10:01")]
    [found] = lines(events, first("24h", anchor=Anchor.OPENED, auto_counts=True))

    assert found == f"turn:{seconds('09-07 10:00')} due 09-08 10:00 met 09-07 10:01"


# --- Anchors ---


def test_a_case_opened_before_anybody_wrote_runs_from_its_opening_where_the_policy_says_so() -> None:
    events = [opened("09-07 10:00"), ASKED, ANSWERED]

    assert lines(events, first("24h", anchor=Anchor.MESSAGE)) == ["m1 due 09-08 12:00 met 09-07 13:00"]
    for anchor in (Anchor.OPENED, Anchor.OURS):
        assert lines(events, first("24h", anchor=anchor)) == [
            f"turn:{seconds('09-07 10:00')} due 09-08 10:00 met 09-07 13:00"
        ]


def test_a_case_without_any_message_has_a_clock_from_its_opening_on() -> None:
    assert lines([opened("09-07 10:00")], first("24h", anchor=Anchor.OPENED)) == [
        f"turn:{seconds('09-07 10:00')} due 09-08 10:00 breached"
    ]
    assert lines([opened("09-07 10:00")], first("24h")) == []


def test_whenever_a_case_comes_back_without_a_message_the_clock_of_what_is_ours_starts() -> None:
    events = [ASKED, ANSWERED, parks("09-07 14:00"), unparks("09-10 12:00"), asks("09-10 15:00", "m2")]
    head = f"turn:{seconds('09-10 12:00')}"

    assert lines(events, following("72h", anchor=Anchor.OURS)) == [f"{head} due 09-13 12:00 breached"]
    assert lines(events, following("72h", anchor=Anchor.MESSAGE)) == ["m2 due 09-13 15:00 breached"]
    assert lines([*events, answers("09-11 12:00", "a2")], following("72h", anchor=Anchor.OURS)) == [
        f"{head} due 09-13 12:00 met 09-11 12:00"
    ]


def test_what_comes_back_while_its_question_still_waits_starts_nothing_new() -> None:
    events = [ASKED, parks("09-07 14:00"), unparks("09-07 16:00")]

    assert lines(events, first("24h", anchor=Anchor.OURS)) == ["m1 due 09-08 12:00 breached"]


def test_a_question_that_the_answer_to_a_returned_case_had_not_seen_waits_on() -> None:
    events = [
        ASKED,
        ANSWERED,
        parks("09-07 14:00"),
        unparks("09-08 12:00"),
        asks("09-08 13:00", "m2"),
        delivers("09-08 14:00", after="a1"),
    ]
    head = f"turn:{seconds('09-08 12:00')}"

    assert lines(events, following("72h", anchor=Anchor.OURS)) == [
        f"{head} due 09-11 12:00 met 09-08 14:00",
        "m2 due 09-11 13:00 breached",
    ]


@pytest.mark.parametrize(
    ("on_close", "state"), [(OnClose.CANCEL, "cancelled"), (OnClose.MEET, "met"), (OnClose.RUN_ON, "breached")]
)
def test_closing_ends_a_returned_case_as_it_ends_a_question(on_close: OnClose, state: str) -> None:
    events = [ASKED, ANSWERED, parks("09-07 14:00"), unparks("09-08 12:00"), closes("09-08 13:00")]
    [found] = lines(events, following("72h", anchor=Anchor.OURS, on_close=on_close))

    assert found.split(" ")[4] == state


# --- Resolution ---

REOPENED = [ASKED, ANSWERED, closes("09-08 12:00"), reopens("09-09 12:00"), closes("09-11 12:00")]


@pytest.mark.parametrize(
    ("reopen", "expected"),
    [
        (Reopen.RESUME, ["opened due 09-11 12:00 met 09-11 12:00"]),
        (Reopen.CONTINUE, ["opened due 09-10 12:00 met_late 09-11 12:00"]),
        (Reopen.IGNORE, ["opened due 09-10 12:00 met 09-08 12:00"]),
        (
            Reopen.RESTART,
            [
                "opened due 09-10 12:00 met 09-08 12:00",
                f"reopened:{seconds('09-09 12:00')} due 09-12 12:00 met 09-11 12:00",
            ],
        ),
    ],
)
def test_what_opening_a_case_again_does_is_the_policys_choice(reopen: Reopen, expected: list[str]) -> None:
    assert lines(REOPENED, resolution("72h", reopen=reopen)) == expected


def test_a_case_opened_again_runs_until_it_is_closed_again() -> None:
    assert lines(REOPENED[:4], resolution("72h", reopen=Reopen.RESTART), now="09-10 12:00")[1:] == [
        f"reopened:{seconds('09-09 12:00')} due 09-12 12:00 running"
    ]
    assert lines(REOPENED[:4], resolution("72h", reopen=Reopen.IGNORE), now="09-10 12:00") == [
        "opened due 09-10 12:00 met 09-08 12:00"
    ]


def test_time_closed_after_the_due_instant_gives_none_back() -> None:
    events = [ASKED, closes("09-10 12:00"), reopens("09-12 12:00")]

    assert lines(events, resolution("72h"), now="09-12 13:00") == ["opened due 09-10 12:00 breached"]


def test_a_resolution_runs_from_the_first_question_or_from_the_opening_as_the_policy_says() -> None:
    events = [opened("09-07 10:00"), ASKED]

    assert lines(events, resolution("24h"), now="09-07 13:00") == ["opened due 09-08 12:00 running"]
    assert lines(events, resolution("24h", anchor=Anchor.OPENED), now="09-07 13:00") == [
        "opened due 09-08 10:00 running"
    ]


# --- Hand-overs ---


@pytest.mark.parametrize(("clock", "head"), [(first("24h"), "m1"), (resolution("24h"), "opened")])
def test_a_case_that_the_platform_sends_on_again_has_a_new_clock_from_then(clock: ClockRule, head: str) -> None:
    events = [ASKED, hands("09-07 20:00", Owner.PLATFORM), hands("09-09 12:00", Owner.SELLER)]

    assert lines(events, clock, now="09-09 13:00") == [
        f"{head} due 09-08 12:00 cancelled 09-07 20:00",
        f"{head}@{seconds('09-09 12:00')} due 09-10 12:00 running",
    ]


def test_what_the_platform_sends_on_starts_a_new_clock_each_time() -> None:
    events = [ASKED, hands("09-07 14:00", Owner.SELLER), hands("09-07 16:00", Owner.SELLER)]
    found = look(events, first("24h"), now="09-07 17:00")

    # Before it was sent on the first time, the platform had it: that is no clock of the seller's.
    assert lines(events, first("24h"), now="09-07 17:00") == [
        f"m1@{seconds('09-07 14:00')} due 09-08 14:00 cancelled 09-07 16:00",
        f"m1@{seconds('09-07 14:00')}@{seconds('09-07 16:00')} due 09-08 16:00 running",
    ]
    assert found.clocks[0].why == "the platform sent it on, which starts a new clock"


def test_what_is_asked_while_the_platform_deals_with_a_case_is_not_ours() -> None:
    events = [opened("09-07 10:00"), hands("09-07 11:00", Owner.PLATFORM), ASKED]

    assert lines(events, first("24h")) == []
    assert lines([*events, hands("09-08 12:00", Owner.SELLER)], first("24h")) == [
        f"m1@{seconds('09-08 12:00')} due 09-09 12:00 breached"
    ]


def test_a_case_that_was_handed_over_as_it_was_asked_was_never_ours() -> None:
    assert lines([ASKED, hands("09-07 12:00", Owner.PLATFORM)], first("24h")) == []


def test_a_case_that_was_sent_on_as_it_was_asked_has_one_clock() -> None:
    assert lines([ASKED, hands("09-07 12:00", Owner.SELLER)], first("24h")) == ["m1 due 09-08 12:00 breached"]


def test_a_hand_over_after_the_answer_changes_nothing() -> None:
    events = [ASKED, ANSWERED, hands("09-07 13:00", Owner.PLATFORM), hands("09-08 12:00", Owner.SELLER)]

    assert lines(events, first("24h")) == ["m1 due 09-08 12:00 met 09-07 13:00"]


# --- Promises ---


def test_a_promise_is_kept_by_the_next_answer_and_not_by_the_message_that_made_it() -> None:
    made = [ASKED, delivers("09-07 13:00", after="m1", key="k1"), promises("09-07 13:00", "09-08 13:00", "k1")]

    assert lines(made, first("24h"), now="09-07 14:00")[1:] == ["k1 due 09-08 13:00 running"]
    assert lines([*made, answers("09-08 10:00", "a2")], first("24h"))[1:] == ["k1 due 09-08 13:00 met 09-08 10:00"]


def test_a_promise_is_not_kept_by_a_machine_a_note_or_what_was_written_before_it() -> None:
    events = [ASKED, ANSWERED, promises("09-07 13:01", "09-08 13:00"), robot("09-07 14:00"), notes("09-07 15:00")]

    assert lines(events, first("24h"))[1:] == ["p1 due 09-08 13:00 breached"]


@pytest.mark.parametrize(
    ("closed", "expected"),
    [
        ("09-08 09:00", "p1 due 09-08 13:00 cancelled 09-08 09:00"),
        ("09-08 14:00", "p1 due 09-08 13:00 breached 09-08 14:00"),
    ],
)
def test_closing_cancels_a_promise_unless_it_was_broken(closed: str, expected: str) -> None:
    events = [ASKED, promises("09-07 12:01", "09-08 13:00"), closes(closed)]

    assert lines(events, first("24h"))[1:] == [expected]


def test_a_promise_made_twice_under_one_key_is_one() -> None:
    events = [ASKED, promises("09-07 12:01", "09-08 13:00"), promises("09-07 12:02", "09-09 13:00")]

    assert lines(events, first("24h"))[1:] == ["p1 due 09-08 13:00 breached"]


# --- Merged cases ---


@pytest.mark.parametrize("on_close", list(OnClose))
def test_a_case_that_went_on_as_another_one_owes_nothing_by_any_clock(on_close: OnClose) -> None:
    events = [ASKED, promises("09-07 12:01", "09-08 13:00"), merges("09-07 20:00")]
    clocks = (first("24h", on_close=on_close), resolution("72h", on_close=on_close))
    whys = [reading.why for reading in look(events, *clocks).clocks]

    assert [line.split(" ", 4)[4] for line in lines(events, *clocks)] == ["cancelled 09-07 20:00"] * 3
    assert [why.endswith("it went on as CH-2") for why in whys] == [True] * 3


def test_a_returned_case_that_is_merged_is_cancelled_and_not_met() -> None:
    events = [ASKED, ANSWERED, parks("09-07 14:00"), unparks("09-08 12:00"), merges("09-08 13:00")]
    [found] = lines(events, following("72h", anchor=Anchor.OURS, on_close=OnClose.MEET))

    assert found.split(" ", 4)[4] == "cancelled 09-08 13:00"


def test_a_case_that_was_closed_before_it_was_merged_stays_resolved() -> None:
    events = [ASKED, ANSWERED, closes("09-08 12:00"), merges("09-09 12:00")]

    assert lines(events, resolution("72h")) == ["opened due 09-10 12:00 met 09-08 12:00"]


def test_a_breach_before_the_merge_stays_one() -> None:
    assert lines([ASKED, merges("09-08 13:00")], first("24h")) == ["m1 due 09-08 12:00 breached 09-08 13:00"]


# --- Pauses ---


def spans(*events: Event, status: str) -> list[tuple[int, int | None]]:
    return list(pause_spans(case(*events).turns, status))


def test_a_pause_lasts_while_our_state_or_the_platforms_word_does() -> None:
    parked = parks("09-07 14:00")
    waits = turns("09-07 15:00", CaseState.WAITING, "OTHER")
    back = unparks("09-07 16:00")

    assert spans(ASKED, parked, waits, back, status="PARKED") == [(seconds("09-07 14:00"), seconds("09-07 15:00"))]
    assert spans(ASKED, parked, waits, back, status="waiting") == [(seconds("09-07 14:00"), seconds("09-07 16:00"))]
    assert spans(ASKED, parked, status="PARKED") == [(seconds("09-07 14:00"), None)]
    assert spans(ASKED, status="") == [(seconds("09-07 12:00"), None)]


def test_a_state_that_is_learnt_late_takes_its_place() -> None:
    events = [ASKED, turns("09-07 15:00", CaseState.WAITING, "OTHER"), parks("09-07 14:00")]

    assert spans(*events, status="PARKED") == [(seconds("09-07 14:00"), seconds("09-07 15:00"))]
    assert spans(*events, status="OTHER") == [(seconds("09-07 15:00"), None)]


def test_an_answer_that_is_learnt_late_leaves_the_case_where_its_turns_say_that_it_stands() -> None:
    """The platform gave it back at 15:00, and nobody waits: it has waited for the customer since then."""
    found = case(ASKED, parks("09-07 14:00"), unparks("09-07 15:00"), answers("09-07 14:30"))

    assert found.state is CaseState.WAITING
    assert [(turn.state, turn.at) for turn in found.turns][-2:] == [
        (CaseState.OPEN, at("09-07 15:00")),
        (CaseState.WAITING, at("09-07 15:00")),
    ]


def test_a_question_ends_a_pause_by_itself() -> None:
    events = [ASKED, ANSWERED, parks("09-07 14:00"), asks("09-07 18:00", "m2")]

    assert lines(events, following("24h", pauses=(Pause("PARKED"),)), now="09-07 19:00") == [
        "m2 due 09-08 18:00 running"
    ]
    assert spans(*events, status="PARKED") == [(seconds("09-07 14:00"), seconds("09-07 18:00"))]


def test_who_closed_a_case_makes_no_difference_to_its_resolution() -> None:
    for by in (Author.SELLER, Author.PLATFORM):
        assert lines([ASKED, closes("09-08 12:00", by)], resolution("72h")) == [
            "opened due 09-10 12:00 met 09-08 12:00"
        ]
