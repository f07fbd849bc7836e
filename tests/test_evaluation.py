"""What a policy says of a case: deadlines and who gave them, pauses, and what holds of every case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from hub.core.asof import as_of
from hub.core.evaluation import evaluate
from hub.core.events import Event, MessageArrived
from hub.core.model import Author, CaseState, from_epoch
from hub.core.pauses import ELAPSED
from hub.core.policy import AfterPause, Anchor, ClockName, ClockRule, OnClose, Pause, Reopen
from hub.core.readings import ClockState, DueBy, Evaluation, headline
from hub.core.targets import Unit, parse_step
from hub.core.turns import Owner
from hub.core.worktime import Convention
from tests.clocks import (
    DAYS,
    OFFICE,
    STOCKHOLM,
    WORKING_DAYS,
    answers,
    asks,
    at,
    case,
    clock,
    closes,
    delivers,
    first,
    following,
    given,
    hands,
    lines,
    look,
    merges,
    needs_no_reply,
    notes,
    only,
    opened,
    parks,
    policy,
    promises,
    reopens,
    resolution,
    robot,
    rule,
    seconds,
    shown,
    stage,
    state,
    steps,
    turns,
    unparks,
    week,
)

ASKED, ANSWERED = asks("09-07 12:00"), answers("09-07 13:00")
PARKED = (Pause("PARKED"),)


def paused(cap: str = "", then: AfterPause = AfterPause.RESUME, target: str = "24h") -> ClockRule:
    return first(target, pauses=(Pause("PARKED", steps(cap), then),))


# --- States ---


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("09-07 12:00", "running"),
        ("09-08 12:00", "running"),
        ("09-08 12:00:01", "breached"),
        ("09-20 12:00", "breached"),
    ],
)
def test_a_clock_is_late_as_soon_as_its_due_instant_has_passed(now: str, expected: str) -> None:
    assert state(only(look([ASKED], first("24h"))), now) == expected


def test_a_platform_owned_rule_has_no_clocks() -> None:
    found = look([ASKED, promises("09-07 12:01", "09-08 12:00")], rule("lvb", owner=Owner.PLATFORM))

    assert (found.owner, found.clocks, found.wakeup, headline(found)) == (Owner.PLATFORM, (), None, None)


def test_an_evaluation_names_the_policy_that_made_it() -> None:
    found = look([ASKED], first("24h"))

    assert (found.policy, found.version, found.digest, found.rule) == ("shop", "1", "0123456789ab", "any")


def test_two_clocks_of_one_end_have_each_their_own_deadline() -> None:
    target = replace(first("4h"), name=ClockName.FIRST_RESPONSE_TARGET)

    assert lines([ASKED, answers("09-07 17:00")], first("24h"), target) == [
        "m1 due 09-08 12:00 met 09-07 17:00",
        "m1 due 09-07 16:00 met_late 09-07 17:00",
    ]


def test_a_clock_that_runs_on_in_a_closed_case_runs_on_for_the_reports_only() -> None:
    found = look([ASKED, closes("09-07 20:00")], first("24h", on_close=OnClose.RUN_ON), now="09-08 11:00")

    assert (state(only(found), "09-08 11:00"), state(only(found), "09-08 13:00")) == ("running", "breached")
    assert (found.at_rest, found.wakeup, headline(found)) == (True, None, None)


def test_extra_steps_count_where_the_office_was_closed_as_the_clock_started() -> None:
    clock = first("8wh", out_of_hours="1wh")

    assert lines([asks("09-07 09:00")], clock, now="09-07 10:00") == ["m1 due 09-07 17:00 running"]
    assert lines([asks("09-07 08:59")], clock, now="09-07 10:00") == ["m1 due 09-08 10:00 running"]
    assert lines([asks("09-07 17:00")], clock, now="09-07 18:00") == ["m1 due 09-09 10:00 running"]


def test_the_opening_convention_is_the_clocks_choice() -> None:
    clock = first("8wh", convention=Convention.OPENING)

    assert lines([asks("09-11 09:00")], clock, now="09-11 10:00") == ["m1 due 09-14 09:00 running"]


def test_fractions_of_a_second_are_left_out_on_both_sides() -> None:
    assert lines([ASKED, answers("09-08 12:00:00.999999")], first("24h")) == ["m1 due 09-08 12:00 met 09-08 12:00"]
    assert lines([asks("09-07 12:00:00.999999"), answers("09-08 12:00:01")], first("24h")) == [
        "m1 due 09-08 12:00 met_late 09-08 12:00:01"
    ]


# --- Pauses ---


def test_a_pause_before_the_clock_started_counts_from_its_start() -> None:
    events = [ASKED, ANSWERED, turns("09-07 14:00", CaseState.OPEN, "PARKED"), asks("09-07 18:00", "m2")]
    held = only(look(events, following("24h", pauses=PARKED), now="09-07 19:00"))
    freed = only(look([*events, unparks("09-08 18:00")], following("24h", pauses=PARKED), now="09-08 19:00"))

    assert (held.due, held.remaining, state(held, "09-07 19:00")) == (None, 86_400, ClockState.PAUSED)
    assert (shown(freed.due), state(freed, "09-08 19:00")) == ("09-09 18:00", ClockState.RUNNING)


def test_a_parked_clock_shows_what_remains_of_its_own_time() -> None:
    elapsed = only(look([ASKED, parks("09-07 16:00")], paused()))
    working = only(look([ASKED, parks("09-07 16:00")], paused(target="8wh")))

    assert (elapsed.remaining, working.remaining) == (20 * 3600, 4 * 3600)
    assert headline(look([ASKED, parks("09-07 16:00")], paused())) is not None


def test_a_parked_clock_that_begins_anew_has_all_of_its_time_left() -> None:
    found = only(look([ASKED, parks("09-07 16:00")], paused(then=AfterPause.RESTART)))

    assert (found.due, found.remaining) == (None, 86_400)


@pytest.mark.parametrize(("then", "due"), [(AfterPause.RESUME, "09-10 12:00"), (AfterPause.RESTART, "09-10 16:00")])
def test_what_the_end_of_a_pause_does_is_the_policys_choice(then: AfterPause, due: str) -> None:
    events = [ASKED, parks("09-07 16:00"), unparks("09-09 16:00")]

    assert shown(only(look(events, paused(then=then))).due) == due


@pytest.mark.parametrize(("then", "due"), [(AfterPause.RESUME, "09-08 15:00"), (AfterPause.RESTART, "09-08 19:00")])
def test_a_pause_ends_at_its_cap_though_the_case_stays_parked(then: AfterPause, due: str) -> None:
    held = look([ASKED, parks("09-07 16:00")], paused("3h", then), now="09-07 17:00")

    assert shown(only(held).due) == due
    assert [state(only(held), now) for now in ("09-07 16:00", "09-07 18:59:59", "09-07 19:00")] == [
        ClockState.PAUSED,
        ClockState.PAUSED,
        ClockState.RUNNING,
    ]
    assert held.wakeup == seconds("09-07 19:00")


def test_a_case_that_leaves_a_capped_pause_early_was_parked_until_then() -> None:
    events = [ASKED, parks("09-07 16:00"), unparks("09-07 17:00")]

    assert shown(only(look(events, paused("3h"))).due) == "09-08 13:00"


def test_a_cap_counts_in_the_clocks_calendar() -> None:
    assert shown(only(look([ASKED, parks("09-07 16:00")], paused("2wh"))).due) == "09-09 06:00"
    assert shown(only(look([ASKED, parks("09-07 16:00")], paused("1wd!end"))).due) == "09-09 13:00"


def test_a_pause_after_the_answer_asks_nothing_of_the_calendar() -> None:
    """Its end lies beyond what the calendar knows, and is no business of a clock that has ended."""
    parked_late = [asks("09-07 12:00"), answers("09-07 13:00"), parks("2027-12-30 12:00")]

    assert lines(parked_late, paused("90wh"), now="2027-12-30 13:00") == ["m1 due 09-08 12:00 met 09-07 13:00"]


def test_an_answer_in_a_pause_ends_it() -> None:
    for then in AfterPause:
        found = look([ASKED, parks("09-08 11:00"), answers("09-20 12:00")], paused(then=then))

        assert [(shown(one.due), one.state(0)) for one in found.clocks] == [("09-20 13:00", ClockState.MET)]
        assert only(found).pauses[-1].end == seconds("09-20 12:00")


def test_what_holds_on_after_a_clock_began_anew_is_still_a_pause() -> None:
    events = [
        ASKED,
        turns("09-07 14:00", CaseState.WAITING, "PARKED"),
        turns("09-07 15:00", CaseState.WAITING),
        turns("09-07 17:00", CaseState.OPEN),
    ]
    anew, on = Pause("PARKED", then=AfterPause.RESTART), Pause("waiting")

    for pauses in ((anew, on), (on, anew)):
        assert shown(only(look(events, first("24h", pauses=pauses))).due) == "09-08 17:00"


def test_a_clock_may_be_paused_in_several_states_at_once_and_again() -> None:
    events = [ASKED, parks("09-07 14:00"), unparks("09-07 16:00"), parks("09-07 20:00"), unparks("09-08 20:00")]

    assert shown(only(look(events, first("24h", pauses=(*PARKED, Pause("waiting"))))).due) == "09-09 14:00"


def test_a_target_in_days_cannot_be_paused_and_says_so_instead_of_guessing() -> None:
    found = only(look([ASKED, parks("09-07 14:00"), unparks("09-07 16:00")], first("2d", pauses=PARKED)))

    assert (found.due, found.computed, found.stages) == (None, None, ())
    assert found.problem.startswith("'2d' counts days and cannot be paused")


def test_where_nobody_can_tell_the_clock_still_says_whether_it_was_answered() -> None:
    found = only(look([ASKED, ANSWERED], first("80wh", week(until="2026-09-10"))))

    assert (found.due, found.ended, bool(found.problem)) == (None, seconds("09-07 13:00"), True)


# --- Deadlines that somebody gave ---


def test_a_persons_deadline_beats_the_platforms_and_that_beats_the_rule_and_all_are_shown() -> None:
    platform, person = given("09-07 12:10", "09-08 10:00"), given("09-07 12:20", "09-09 10:00", Author.SELLER)
    by_platform = only(look([ASKED, platform], first("24h")))
    by_person = only(look([ASKED, person, platform], first("24h")))

    assert (shown(by_platform.due), by_platform.due_by, shown(by_platform.computed)) == (
        "09-08 10:00",
        DueBy.PLATFORM,
        "09-08 12:00",
    )
    assert (shown(by_person.due), by_person.due_by, by_person.given_by, by_person.given_why) == (
        "09-09 10:00",
        DueBy.PERSON,
        "eva",
        "agreed by phone",
    )


def test_a_deadline_that_is_taken_back_lets_the_next_one_in_line_count() -> None:
    platform, person = given("09-07 12:10", "09-08 10:00"), given("09-07 12:20", "09-09 10:00", Author.SELLER)
    no_person, no_platform = given("09-07 12:30", "", Author.SELLER), given("09-07 12:40", "")

    assert shown(only(look([ASKED, platform, person, no_person], first("24h"))).due) == "09-08 10:00"
    assert shown(only(look([ASKED, platform, person, no_person, no_platform], first("24h"))).due) == "09-08 12:00"


def test_a_deadline_given_for_one_question_is_not_the_next_ones() -> None:
    events = [
        ASKED,
        ANSWERED,
        asks("09-07 14:00", "m2"),
        given("09-07 15:00", "09-08 10:00", Author.SELLER, ClockName.NEXT_RESPONSE),
        answers("09-08 09:00", "a2"),
        asks("09-20 12:00", "m3"),
    ]

    assert lines(events, following("72h"), now="09-20 13:00") == [
        "m2 due 09-08 10:00 met 09-08 09:00",
        "m3 due 09-23 12:00 running",
    ]


def test_a_platforms_deadline_that_is_read_before_or_after_the_run_goes_to_the_next_or_the_newest() -> None:
    early = [
        ASKED,
        ANSWERED,
        given("09-07 13:59:58", "09-08 10:00", name=ClockName.NEXT_RESPONSE),
        asks("09-07 14:00", "m2"),
    ]
    late = [ASKED, ANSWERED, given("09-07 15:00", "09-07 12:30")]

    assert lines(early, following("72h"), now="09-07 15:00") == ["m2 due 09-08 10:00 running"]
    assert lines(late, first("24h")) == ["m1 due 09-07 12:30 met_late 09-07 13:00"]


def test_a_deadline_for_another_clock_or_for_none_that_runs_changes_nothing() -> None:
    other = given("09-07 12:10", "09-08 10:00", name=ClockName.RESOLUTION)
    events = [opened("09-07 12:00"), given("09-07 12:10", "09-08 10:00")]

    assert shown(only(look([ASKED, other], first("24h"))).due) == "09-08 12:00"
    assert look(events, first("24h")).clocks == ()


def test_a_deadline_that_somebody_gave_stands_in_a_pause_and_where_no_calendar_knows() -> None:
    parked = only(look([ASKED, parks("09-07 13:00"), given("09-07 14:00", "09-08 10:00")], paused()))
    unknown = only(look([ASKED, given("09-07 14:00", "09-08 10:00")], first("80wh", week(until="2026-09-10"))))

    assert (shown(parked.due), parked.remaining, parked.computed) == ("09-08 10:00", None, None)
    assert [state(parked, now) for now in ("09-07 15:00", "09-08 10:00:01")] == [
        ClockState.RUNNING,
        ClockState.BREACHED,
    ]
    assert (shown(unknown.due), unknown.problem) == ("09-08 10:00", "")


# --- Promises ---


def test_a_promise_stays_marked_as_too_late_after_the_answer() -> None:
    events = [ASKED, promises("09-07 12:01", "09-09 12:00")]
    why = "promised for later than the first_response clock allows"

    assert look(events, first("24h")).clocks[1].why == why
    assert look([*events, ANSWERED], first("24h")).clocks[1].why == why
    assert look([ASKED, ANSWERED, promises("09-07 13:01", "09-09 12:00")], first("24h")).clocks[1].why == ""


def test_a_promise_needs_no_clock_in_the_policy() -> None:
    [found] = look([ASKED, promises("09-07 12:01", "09-08 12:00")], following()).clocks

    assert (found.clock, found.rule, shown(found.due), found.due_by) == (
        ClockName.PROMISE,
        "any",
        "09-08 12:00",
        DueBy.RULE,
    )


# --- What lies ahead ---


@pytest.mark.parametrize(
    "ahead",
    [
        answers("09-07 18:00"),
        closes("09-07 18:00", Author.PLATFORM),
        parks("09-07 18:00"),
        hands("09-07 18:00", Owner.PLATFORM),
        promises("09-07 18:00", "09-08 10:00"),
        given("09-07 18:00", "09-08 10:00"),
        merges("09-07 18:00"),
        notes("09-07 18:00"),
    ],
)
def test_what_lies_ahead_has_not_happened_yet_by_any_clock(ahead: Event) -> None:
    clocks = (first("24h", pauses=PARKED), resolution("72h", pauses=PARKED))
    before = look([ASKED, ahead], *clocks, now="09-07 17:59:59")

    assert before.clocks == look([ASKED], *clocks, now="09-07 17:59:59").clocks
    assert (before.at_rest, before.wakeup, len(before.remarks)) == (False, seconds("09-07 18:00"), 1)
    assert look([ASKED, ahead], *clocks, now="09-07 18:00").remarks == ()


def test_what_comes_within_a_second_has_not_come_and_the_wake_up_is_after_it() -> None:
    found = look([ASKED, answers("09-07 18:00:00.5")], first("24h"), now="09-07 18:00")

    assert only(found).ended is None
    assert found.wakeup == seconds("09-07 18:00:01")


def test_a_case_as_of_an_instant_stands_as_it_stood() -> None:
    whole = case(ASKED, ANSWERED, closes("09-08 12:00"))
    then, later = as_of(whole, at("09-07 14:00"))

    assert (then.state, then.closed_at, then.is_open, later) == (CaseState.WAITING, None, True, at("09-08 12:00"))
    assert as_of(then, at("09-07 14:00")) == (then, None)
    assert as_of(whole, at("09-08 12:00")) == (whole, None)


# --- Waking up ---


def test_a_case_wakes_up_for_each_rung_and_a_second_after_it_is_due() -> None:
    clock = first("24h", stages=(stage("warn", share="0.75"), stage("remind", after="1h")))
    found = [
        look([ASKED], clock, now=now).wakeup
        for now in ("09-07 13:00", "09-08 06:00", "09-08 12:00", "09-08 12:00:01", "09-08 13:00")
    ]

    assert [None if one is None else shown(one) for one in found] == [
        "09-08 06:00",
        "09-08 12:00:01",
        "09-08 12:00:01",
        "09-08 13:00",
        None,
    ]


def test_a_case_in_which_nothing_runs_sleeps() -> None:
    for ended in (ANSWERED, closes("09-07 13:00"), merges("09-07 13:00"), hands("09-07 13:00", Owner.PLATFORM)):
        assert look([ASKED, ended], first("24h", stages=(stage("breach"),)), now="09-07 14:00").wakeup is None


# --- What holds of every case ---


def told_at(hours: float) -> str:
    """So many hours after the Monday on which the stories begin."""
    return (at("09-07 00:00") + timedelta(hours=hours)).isoformat(" ")[:19]


def happened(kind: str, when: str, number: int) -> Event:
    """One event of a story."""
    ref = f"x{number}"
    events: dict[str, Callable[[], Event]] = {
        "asks": lambda: asks(when, ref),
        "answers": lambda: answers(when, ref),
        "robot": lambda: robot(when, ref),
        "notes": lambda: notes(when, ref),
        "parks": lambda: parks(when),
        "marks": lambda: turns(when, CaseState.OPEN, "PARKED"),
        "unparks": lambda: unparks(when),
        "waits": lambda: turns(when, CaseState.WAITING),
        "closes": lambda: closes(when),
        "closed": lambda: closes(when, Author.PLATFORM),
        "reopens": lambda: reopens(when),
        "takes": lambda: hands(when, Owner.PLATFORM),
        "sends": lambda: hands(when, Owner.SELLER),
        "promises": lambda: promises(when, "09-12 12:00", ref),
        "given": lambda: given(when, "09-10 12:00"),
        "moved": lambda: given(when, "09-11 12:00", Author.SELLER, ClockName.NEXT_RESPONSE),
        "thanks": lambda: needs_no_reply(when, f"x{number - 1}"),
        "delivers": lambda: delivers(when, f"x{max(number - 2, 0)}", ref),
        "merges": lambda: merges(when),
    }
    return events[kind]()


KINDS = ["asks"] * 3 + ["answers"] * 2 + ["robot", "notes", "parks", "marks", "unparks", "waits", "closes", "closed"]
KINDS += ["reopens", "takes", "sends", "promises", "given", "moved", "thanks", "delivers", "merges"]
UNDONE = {"reopens", "given", "moved"}
HOURS = st.integers(0, 240)


@st.composite
def stories(draw: st.DrawFn, kinds: Sequence[str] = KINDS) -> list[Event]:
    """Up to nine events after a first question, in the order of their instants; nothing follows a merge."""
    told = draw(st.lists(st.tuples(HOURS, st.sampled_from(kinds)), max_size=9))
    events = [opened("09-07 00:00"), asks("09-07 00:00", "x0")]
    for number, (hour, kind) in enumerate(sorted(told, key=lambda one: one[0]), 1):
        events.append(happened(kind, told_at(hour), number))
        if kind == "merges":
            break
    return events


PAUSES: list[tuple[Pause, ...]] = [
    (),
    PARKED,
    (Pause("PARKED", then=AfterPause.RESTART), Pause("waiting")),
    (Pause("PARKED", steps("10h")), Pause("closed")),
    (Pause("waiting", steps("9wh"), AfterPause.RESTART),),
]
STAGES = (
    stage("warn", share="0.75", during=OFFICE),
    stage("lead", before="2h"),
    stage("refund", expect="auto_refund"),
    stage("remind", after="1h", every="5h", times=3),
)


@st.composite
def promised(draw: st.DrawFn) -> ClockRule:
    """Any clock that a policy could have."""
    return clock(
        draw(st.sampled_from([ClockName.FIRST_RESPONSE, ClockName.NEXT_RESPONSE, ClockName.RESOLUTION])),
        draw(st.sampled_from(["24h", "8wh", "4wh 24h", "90m"])),
        draw(st.sampled_from([OFFICE, WORKING_DAYS, NIGHTS])),
        anchor=draw(st.sampled_from(list(Anchor))),
        reopen=draw(st.sampled_from(list(Reopen))),
        on_close=draw(st.sampled_from(list(OnClose))),
        auto_counts=draw(st.booleans()),
        out_of_hours=draw(st.sampled_from(["", "1wh"])),
        pauses=draw(st.sampled_from(PAUSES)),
        stages=STAGES,
    )


NIGHTS = week("22:00-06:00", DAYS)
RULES = st.lists(promised(), min_size=1, max_size=3, unique_by=lambda one: one.name)


@for_all(stories(), RULES, HOURS)
def test_the_same_case_looked_at_twice_shows_the_same(events: list[Event], clocks: list[ClockRule], hour: int) -> None:
    assert look(events, *clocks, now=told_at(hour)) == look(list(events), *clocks, now=told_at(hour))


@settings(max_examples=300)
@for_all(stories(), RULES, HOURS, st.data())
def test_until_the_wake_up_what_is_stored_is_what_would_be_found(
    events: list[Event], clocks: list[ClockRule], hour: int, data: st.DataObject
) -> None:
    now = seconds(told_at(hour))
    stored = look(events, *clocks, now=told_at(hour))
    until = now + 40 * 86_400 if stored.wakeup is None else stored.wakeup
    states = [reading.state(now) for reading in stored.clocks]
    for later in {until - 1, data.draw(st.integers(now, until - 1))}:
        found = look(events, *clocks, now=from_epoch(later).astimezone(STOCKHOLM).isoformat(" ")[:19])

        assert found.clocks == stored.clocks
        assert stored.at_rest or [reading.state(later) for reading in stored.clocks] == states
        assert stored.at_rest or not any(
            now < rung.at <= later for reading in stored.clocks if reading.is_open for rung in reading.stages
        )


@for_all(stories(), RULES)
def test_deadlines_do_not_depend_on_when_one_looks(events: list[Event], clocks: list[ClockRule]) -> None:
    one, other = look(events, *clocks, now=told_at(240)), look(events, *clocks, now=told_at(240 + 30 * 24))

    assert dues(one) == dues(other)


@for_all(stories(), RULES, HOURS)
def test_a_case_as_of_an_instant_shows_what_the_whole_case_shows_then(
    events: list[Event], clocks: list[ClockRule], hour: int
) -> None:
    whole, now = case(*events), at(told_at(hour))
    then = as_of(whole, now)[0]

    assert evaluate(then, policy(*clocks), {}, now).clocks == evaluate(whole, policy(*clocks), {}, now).clocks


@for_all(stories([kind for kind in KINDS if kind not in UNDONE]), RULES, HOURS)
def test_what_bears_a_later_instant_counts_for_nothing(events: list[Event], clocks: list[ClockRule], hour: int) -> None:
    """Without what takes back something earlier: that is done by people here, at instants that have come."""
    happened_by_now = [event for event in events if event.at <= at(told_at(hour))]

    assert look(events, *clocks, now=told_at(hour)).clocks == look(happened_by_now, *clocks, now=told_at(hour)).clocks


@for_all(stories(), RULES, HOURS)
def test_a_note_changes_nothing(events: list[Event], clocks: list[ClockRule], hour: int) -> None:
    noted = [*events, notes(told_at(hour), "note")]

    assert look(noted, *clocks, now=told_at(240)).clocks == look(events, *clocks, now=told_at(240)).clocks


@for_all(stories(["asks", "answers", "robot", "notes", "takes", "sends", "promises"]), RULES, st.randoms())
def test_the_order_in_which_a_platforms_news_is_learnt_moves_no_deadline(
    events: list[Event], clocks: list[ClockRule], random: Random
) -> None:
    """With distinct instants; of a question and an answer of one instant, the one that was learnt later is later.

    Left out: states of a case, because what sets it waiting depends on what was known then, and what people here did,
    which is learnt in its order.
    """
    spread = [_later(event, index) for index, event in enumerate(events)]
    shuffled = [spread[0], *random.sample(spread[1:], len(spread) - 1)]
    stateless = [replace(one, anchor=Anchor.MESSAGE, pauses=()) for one in clocks]

    assert dues(look(shuffled, *stateless)) == dues(look(spread, *stateless))


@for_all(
    stories([kind for kind in KINDS if kind not in {"given", "moved"}]),
    st.sampled_from(["24h", "8wh", "4wh 24h"]),
    st.sampled_from(PAUSES),
)
def test_a_pause_never_makes_a_deadline_earlier(events: list[Event], target: str, pauses: tuple[Pause, ...]) -> None:
    without = look(events, first(target), following(target))
    within = look(events, first(target, pauses=pauses), following(target, pauses=pauses))

    for one, other in zip(without.clocks, within.clocks, strict=True):
        assert one.due is not None
        assert other.due is None or other.due >= one.due


@for_all(stories(), RULES)
def test_the_legs_join_from_the_start_to_the_computed_instant_and_count_the_target(
    events: list[Event], clocks: list[ClockRule]
) -> None:
    calendars = {one.name: one.calendar for one in clocks}
    for reading in look(events, *clocks).clocks:
        if reading.computed is None or reading.clock is ClockName.PROMISE:
            continue
        spans = [(pause.start, pause.end) for pause in reading.pauses if pause.end is not None]
        counted = [parse_step(leg.step) for leg in reading.legs]
        lines_of_time = [ELAPSED if one.unit is Unit.ELAPSED_TIME else calendars[reading.clock] for one in counted]

        assert (reading.legs[0].start, reading.legs[-1].end) == (reading.start, reading.computed)
        assert all(one.end == other.start for one, other in pairwise(reading.legs))
        assert [step.amount for step in counted] == [
            line.between_paused(leg.start, leg.end, spans)
            for line, leg in zip(lines_of_time, reading.legs, strict=True)
        ]


def _later(event: Event, index: int) -> Event:
    """The event so many seconds later, so that no two of a story bear the same instant."""
    moved = event.at + timedelta(seconds=index)
    if not isinstance(event.what, MessageArrived):
        return replace(event, at=moved)
    return Event(MessageArrived(replace(event.what.message, sent_at=moved)), moved, event.seen_at)


def dues(found: Evaluation) -> list[tuple[str, str, int | None, int | None]]:
    """Each run by its clock and head, with its due instant and its end."""
    return [(one.clock.value, one.head, one.due, one.ended) for one in found.clocks]
