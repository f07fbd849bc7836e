"""The fifty edge cases of the design of the clocks, each with its decision, in the design's order.

Instants are written as tests/clocks.py says; where nothing else is said the office is open on weekdays from 9 to 17.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from hub.core.acts import absorb, queue_reply
from hub.core.escalation import untrue
from hub.core.evaluation import evaluate
from hub.core.incoming import CaseUpdate, IncomingMessage
from hub.core.matching import KnownThreads
from hub.core.merge import Known, merge_batch
from hub.core.model import Author, Case, CaseState, Money, Order, epoch
from hub.core.openings import CalendarError
from hub.core.policy import Anchor, ClockName, Objective, Pause, Period
from hub.core.readings import ClockState, headline
from hub.core.replay import apply
from hub.core.scores import objective_score, period_of
from hub.core.targets import TargetError, parse_step
from hub.core.trial import try_out
from hub.core.turns import Owner
from hub.core.worktime import Calendar
from tests.clocks import (
    DAYS,
    OFFICE,
    SOURCE,
    answers,
    asks,
    at,
    case,
    closes,
    delivers,
    first,
    following,
    hands,
    learns,
    lines,
    look,
    needs_no_reply,
    notes,
    only,
    opened,
    over,
    parks,
    policy,
    promises,
    question,
    reopens,
    resolution,
    robot,
    rule,
    rungs,
    seconds,
    shown,
    stage,
    state,
    told,
    told_of,
    turns,
    unparks,
    week,
)


def due(asked: str, target: str, calendar: Calendar = OFFICE) -> str:
    """When a first answer to a question asked at an instant is due."""
    return shown(only(look([asks(asked)], first(target, calendar))).due)


def case_of(asked: datetime) -> Case:
    """The case that a question at an instant opens."""
    incoming = IncomingMessage(question(asked))
    return merge_batch([incoming], Known(), "support", asked, lambda: "CH-1").changes[0].case


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("09-07 07:30", "09-07 10:00"),  # before the opening
        ("09-07 18:00", "09-08 10:00"),  # after the closing
        ("09-12 12:00", "09-14 10:00"),  # on a Saturday
    ],
)
def test_01_out_of_hours_the_clock_starts_at_the_next_opening(asked: str, expected: str) -> None:
    assert due(asked, "1wh") == expected


def test_02_exactly_at_the_closing_is_closed() -> None:
    assert due("09-07 17:00", "8wh") == "09-08 17:00"


def test_03_from_the_opening_a_whole_day_is_due_at_the_closing() -> None:
    assert due("09-07 09:00", "8wh") == "09-07 17:00"


def test_04_what_is_used_up_at_the_closing_is_due_then_and_not_at_the_next_opening() -> None:
    assert due("09-11 16:00", "1wh") == "09-11 17:00"


@pytest.mark.parametrize(("answered", "expected"), [("09-08 12:00", "met"), ("09-08 12:00:01", "met_late")])
def test_05_a_reply_exactly_at_due_is_met(answered: str, expected: str) -> None:
    found = look([asks("09-07 12:00"), answers(answered)], first("24h"))

    assert state(only(found), "09-09 12:00") == expected


def test_06_a_reply_after_the_closing_at_which_it_was_due_is_late_though_no_working_time_passed() -> None:
    found = only(look([asks("09-07 16:00"), answers("09-07 17:30")], first("1wh")))

    assert found.due is not None
    assert found.ended is not None
    assert state(found, "09-08 12:00") is ClockState.MET_LATE
    assert OFFICE.between(found.due, found.ended) == 0
    assert OFFICE.between(found.start, found.ended) == 3600


def test_07_a_day_over_the_spring_change_is_24_real_hours() -> None:
    assert due("03-28 12:00", "24h") == "03-29 13:00"


def test_08_a_day_over_the_autumn_change_is_24_real_hours() -> None:
    assert due("10-24 12:00", "24h") == "10-25 11:00"


@pytest.mark.parametrize(("night", "last"), [("03-28", "03-29 06:00"), ("10-24", "10-25 06:00")])
def test_09_a_shift_over_the_night_of_the_change_counts_its_real_length(night: str, last: str) -> None:
    nights = week("22:00-06:00", DAYS)
    real = seconds(last) - seconds(f"{night} 22:00")

    assert real in (7 * 3600, 9 * 3600)
    assert due(f"{night} 22:00", f"{real // 3600}wh", nights) == last


def test_10_the_clock_starts_after_a_gap_and_counts_both_passes_of_an_hour() -> None:
    early = week("02:30-04:30", DAYS)

    assert due("03-29 01:00", "1wh", early) == "03-29 04:00"
    assert due("10-25 01:00", "2wh", early) == "10-25 04:00"


def test_11_a_day_that_never_was_is_passed_over() -> None:
    apia = week("00:00-24:00", DAYS, tz="Pacific/Apia")
    asked = datetime(2011, 12, 30, 9, 0, tzinfo=UTC)  # 23:00 there, an hour before the thirty-first
    found = only(evaluate(case_of(asked), policy(first("2wd", apia)), {}, asked))

    assert datetime.fromtimestamp(found.due or 0, UTC) == datetime(2012, 1, 1, 9, 0, tzinfo=UTC)


def test_12_a_holiday_at_the_week_end_has_no_effect_and_a_special_day_wins_over_one() -> None:
    calendar = week(holidays=["09-12", "09-15"], special={"09-15": ["09:00-10:00"]})

    assert due("09-11 16:00", "2wh", calendar) == "09-14 10:00"
    assert due("09-14 16:00", "2wh", calendar) == "09-15 10:00"


def test_13_a_shift_runs_on_into_a_holiday_and_none_starts_on_it() -> None:
    nights = week("22:00-06:00", DAYS, holidays=["09-08"])

    assert due("09-07 22:00", "8wh", nights) == "09-08 06:00"
    assert due("09-07 22:00", "9wh", nights) == "09-09 23:00"


def test_14_half_a_day_is_a_special_day() -> None:
    assert due("09-08 10:00", "4wh", week(special={"09-08": ["09:00-12:00"]})) == "09-09 11:00"


def test_15_where_the_holidays_are_not_known_nobody_can_tell_and_it_says_so() -> None:
    found = only(look([asks("09-07 12:00")], first("80wh", week(until="2026-09-10")), now="09-08 12:00"))

    assert found.due is None
    assert found.problem.startswith("the calendar is known until 2026-09-10 only")
    assert state(found, "09-08 12:00") is ClockState.RUNNING
    assert headline(look([asks("09-07 12:00")], first("80wh", week(until="2026-09-10")))) is not None


def test_16_where_it_never_opens_again_there_is_no_deadline_and_no_guess() -> None:
    once = Calendar(
        "Europe/Stockholm",
        {},
        (),
        {date(2026, 9, 7): ["09:00-17:00"]},
        valid_from=date(2026, 1, 1),
        valid_to=date(2027, 12, 31),
    )
    found = only(look([asks("09-07 16:00")], first("2wh", once)))

    assert (found.due, found.stages) == (None, ())
    assert "the last opening of the calendar is on 2026-09-07" in found.problem
    with pytest.raises(CalendarError, match="no opening at all"):
        week(days=())


def test_17_a_target_of_nothing_is_refused_and_a_long_one_is_fine() -> None:
    for text in ("0h", "-1h", "0wd"):
        with pytest.raises(TargetError):
            parse_step(text)

    assert due("09-07 12:00", "9999h") == "2027-10-29 03:00"


def test_18_of_several_messages_in_a_row_the_oldest_unanswered_one_counts() -> None:
    events = [asks("09-07 12:00", "m1"), asks("09-07 15:00", "m2"), asks("09-08 09:00", "m3")]

    assert lines(events, first("24h"), following("72h"), now="09-08 10:00") == ["m1 due 09-08 12:00 running"]


def test_19_thanks_after_the_answer_need_no_reply_and_that_is_kept() -> None:
    events = [
        asks("09-07 12:00"),
        answers("09-07 13:00"),
        asks("09-07 14:00", "tack"),
        needs_no_reply("09-07 15:00", "tack"),
    ]
    found = look(events, following("72h"))

    assert lines(events, following("72h")) == ["tack due 09-10 14:00 cancelled 09-07 15:00"]
    assert only(found).why == "it needs no reply"
    assert headline(found) is None


def test_20_an_automatic_acknowledgement_ends_nothing_and_its_promise_is_a_clock() -> None:
    events = [asks("09-07 12:00"), robot("09-07 12:01", "ack"), promises("09-07 12:01", "09-08 10:00", "ack")]

    assert lines(events, first("24h"), now="09-07 13:00") == [
        "m1 due 09-08 12:00 running",
        "ack due 09-08 10:00 running",
    ]


def test_21_a_note_ends_nothing() -> None:
    assert lines([asks("09-07 12:00"), notes("09-07 13:00")], first("24h"), now="09-07 14:00") == [
        "m1 due 09-08 12:00 running"
    ]


def test_22_an_answer_given_on_the_platform_counts_from_its_own_instant_however_late_it_is_learnt() -> None:
    asked = [asks("09-07 12:00")]
    rungs_of = first("24h", stages=(stage("breach"),))
    records = told_of(asked, rungs_of, now="09-08 13:00")
    after = look([*asked, answers("09-08 11:00")], rungs_of, now="09-08 14:00")

    assert [record.key.name for record in records] == ["breach"]
    assert state(only(after), "09-08 14:00") is ClockState.MET
    assert list(untrue(records, after, seconds("09-08 14:00"))) == list(records)


def test_23_until_the_platform_has_the_reply_the_clock_runs() -> None:
    waiting = case(asks("09-07 12:00"))
    change, _ = queue_reply(waiting, "Det kommer i morgon.", (), "k1", "m1", "eva", at("09-07 12:10"))
    before = only(evaluate(change.case, policy(first("24h")), {}, at("09-08 13:00")))
    after = only(
        evaluate(apply(change.case, delivers("09-08 12:30", "m1")), policy(first("24h")), {}, at("09-08 13:00"))
    )

    assert state(before, "09-08 13:00") is ClockState.BREACHED
    assert (after.ended, state(after, "09-08 13:00")) == (seconds("09-08 12:30"), ClockState.MET_LATE)


def test_24_both_ends_of_a_clock_are_the_platforms_instants_and_ours_plays_no_part() -> None:
    asked, answered = asks("09-07 12:00"), answers("09-08 11:59")
    late = [replace(event, seen_at=event.at + timedelta(hours=9)) for event in (asked, answered)]

    assert lines(late, first("24h")) == lines([asked, answered], first("24h")) == ["m1 due 09-08 12:00 met 09-08 11:59"]


def test_25_a_case_that_we_opened_has_no_first_response() -> None:
    events = [opened("09-07 12:00"), answers("09-07 12:00"), asks("09-07 15:00", "m2")]

    for anchor in Anchor:
        assert lines(events, first("24h", anchor=anchor)) == []
        assert lines(events, following("72h", anchor=anchor)) == ["m2 due 09-10 15:00 breached"]


@pytest.mark.parametrize(("passed_on", "expected"), [("09-08 11:00", "cancelled"), ("09-08 13:00", "breached")])
def test_26_passing_a_case_on_to_the_platform_cancels_unless_it_was_late_already(passed_on: str, expected: str) -> None:
    found = look([asks("09-07 12:00"), hands(passed_on, Owner.PLATFORM)], first("24h"))

    assert state(only(found), "09-09 12:00") == expected
    assert headline(found) is None


def test_27_only_a_listed_state_stops_the_clock() -> None:
    events = [asks("09-07 12:00"), turns("09-07 13:00", CaseState.WAITING, "PENDING", Author.SELLER)]

    assert lines(events, first("24h"), now="09-07 14:00") == ["m1 due 09-08 12:00 running"]
    assert lines(events, first("24h", pauses=(Pause("PARKED"),)), now="09-07 14:00") == ["m1 due 09-08 12:00 running"]
    assert lines(events, first("24h", pauses=(Pause("PENDING"),)), now="09-07 14:00") == ["m1 due - paused"]


def test_28_a_pause_over_the_due_instant_moves_it_by_its_open_time() -> None:
    events = [asks("09-07 12:00"), parks("09-08 10:00"), unparks("09-09 10:00")]

    assert lines(events, first("8wh", pauses=(Pause("PARKED"),)), now="09-09 11:00") == ["m1 due 09-09 12:00 running"]


@pytest.mark.parametrize("parked", ["09-08 12:00", "09-08 13:00"])
def test_29_a_pause_from_the_due_instant_on_changes_nothing(parked: str) -> None:
    events = [asks("09-07 12:00"), parks(parked)]

    assert lines(events, first("24h", pauses=(Pause("PARKED"),)), now="09-08 14:00") == ["m1 due 09-08 12:00 breached"]


def test_30_a_parked_case_that_is_closed_was_parked_until_then() -> None:
    events = [asks("09-07 12:00"), parks("09-07 14:00"), closes("09-20 12:00")]

    assert lines(events, resolution("72h", pauses=(Pause("PARKED"),))) == ["opened due 09-23 10:00 met 09-20 12:00"]


def test_31_pauses_that_overlap_count_once() -> None:
    events = [asks("09-07 12:00"), turns("09-07 14:00", CaseState.WAITING, "PENDING"), unparks("09-08 14:00")]
    both = (Pause("PENDING"), Pause("waiting"))

    assert lines(events, first("24h", pauses=both)) == ["m1 due 09-09 12:00 breached"]


def test_32_a_case_may_be_parked_or_closed_from_its_first_second() -> None:
    parked = only(look([asks("09-07 12:00"), parks("09-07 12:00")], first("24h", pauses=(Pause("PARKED"),))))
    shut = only(look([opened("09-07 12:00"), closes("09-07 12:00", Author.PLATFORM)], resolution("72h")))

    assert (parked.due, parked.remaining, state(parked, "09-07 12:00")) == (None, 86_400, ClockState.PAUSED)
    assert (shut.ended, state(shut, "09-07 12:00")) == (shut.start, ClockState.MET)


def test_33_of_two_closings_in_a_row_the_first_one_resolved_the_case() -> None:
    events = [
        asks("09-07 12:00"),
        turns("09-08 12:00", CaseState.CLOSED, "SOLVED"),
        turns("09-09 12:00", CaseState.CLOSED, "ARCHIVED"),
    ]

    assert lines(events, resolution("72h")) == ["opened due 09-10 12:00 met 09-08 12:00"]


def test_34_a_case_that_is_opened_again_goes_on_with_the_time_it_had_left() -> None:
    events = [asks("09-07 12:00"), answers("09-07 13:00"), closes("09-08 12:00"), reopens("09-11 12:00")]

    assert lines(events[:3], resolution("72h"), now="09-08 12:00") == ["opened due 09-10 12:00 met 09-08 12:00"]
    assert lines(events, resolution("72h"), now="09-11 13:00") == ["opened due 09-13 12:00 running"]


def test_35_a_reply_of_the_hub_answers_no_question_that_a_merge_brings_beside_it() -> None:
    """Its writer had not seen it, whichever of the two cases goes on."""
    asked = case(asks("09-07 10:00", "t1"))
    replied = replace(case(asks("09-07 09:00", "s1"), delivers("09-07 11:00", "s1")), number="CH-2")

    for kept, gone in ((asked, replied), (replied, asked)):
        taken, _ = absorb(kept, gone, (), "eva", at("09-08 09:00"))

        assert (taken.case.waiting_since, list(taken.case.settled)) == (at("09-07 10:00"), ["s1"])


def test_35_merging_keeps_the_oldest_unanswered_message_and_cancels_the_source() -> None:
    target = case(asks("09-07 12:00", "t1"), answers("09-07 12:30", "t2"))
    source = replace(case(asks("09-07 15:00", "s1")), number="CH-2")
    taken, gone = absorb(target, source, (), "eva", at("09-08 09:00"))
    both = policy(first("24h"), following("72h"), resolution("72h"))
    now = at("09-08 10:00")
    kept = [(r.clock, r.head, shown(r.due), r.state(epoch(now))) for r in evaluate(taken.case, both, {}, now).clocks]

    assert kept == [
        ("first_response", "t1", "09-08 12:00", "met"),
        ("next_response", "s1", "09-10 15:00", "running"),
        ("resolution", "opened", "09-10 12:00", "running"),
    ]
    assert {r.state(epoch(now)) for r in evaluate(gone.case, both, {}, now).clocks} == {ClockState.CANCELLED}


def test_36_a_new_case_of_an_old_message_starts_at_that_messages_instant() -> None:
    """Splitting a case does not exist here; what stands in for it is a message that opens a case of its own."""
    asked = at("09-07 12:00")
    incoming = IncomingMessage(question(asked))
    split = merge_batch([incoming], Known(), "support", at("09-09 12:00"), lambda: "CH-2").changes[0].case
    found = evaluate(split, policy(first("24h"), resolution("72h")), {}, at("09-09 12:00"))

    assert [reading.start for reading in found.clocks] == [epoch(asked), epoch(asked)]


def test_37_a_rule_chosen_later_counts_from_the_beginning_with_all_earlier_pauses() -> None:
    urgent, usual = (
        rule("urgent", first("10wh", pauses=(Pause("PARKED"),)), when=[over("800")]),
        rule("usual", first("24h")),
    )
    events = [asks("09-07 09:00"), parks("09-07 10:00"), unparks("09-07 12:00")]
    learnt = [*events, learns("09-07 16:00", order=Order("Ö-1", value=Money(Decimal(900), "SEK")))]

    assert lines(events, urgent, usual) == ["m1 due 09-08 09:00 breached"]
    assert lines(learnt, urgent, usual) == ["m1 due 09-08 13:00 breached"]


def test_38_an_order_of_unknown_value_has_the_shorter_deadline_until_it_is_known() -> None:
    stages = (stage("warn", share="0.75"), stage("breach"))
    dear, usual = (
        rule("dear", first("48h", stages=stages), when=[over("800")]),
        rule("usual", first("24h", stages=stages)),
    )
    events = [asks("09-07 12:00")]
    told_early = told_of(events, dear, usual, now="09-08 07:00")
    learnt = look([*events, learns("09-08 08:00", order=Order("Ö-1", value=Money(Decimal(900), "SEK")))], dear, usual)

    assert lines(events, dear, usual, now="09-08 07:00") == ["m1 due 09-08 12:00 running"]
    assert (learnt.rule, shown(only(learnt).due)) == ("dear", "09-09 12:00")
    assert [record.key.name for record in told_early] == ["warn"]
    assert list(untrue(told_early, learnt, seconds("09-08 09:00"))) == []


@pytest.mark.parametrize(
    ("worth", "currency", "test", "expected"),
    [
        ("800.00", "SEK", "gt", "usual"),
        ("800.00", "SEK", "ge", "dear"),
        ("800.01", "SEK", "gt", "dear"),
        ("640.00", "SEK", "gt", "usual"),  # net of 800.00 gross: the case carries gross, and only gross is asked
        ("900.00", "DKK", "gt", "usual"),  # worth 1,395 SEK, but no rate is pinned
    ],
)
def test_39_exactly_800_kronor_net_amounts_and_other_currencies(
    worth: str, currency: str, test: str, expected: str
) -> None:
    rules = (rule("dear", first("48h"), when=[over("800", test=test)]), rule("usual", first("24h")))

    assert look([opened("09-07 12:00", worth=worth, currency=currency)], *rules).rule == expected


def test_40_a_new_version_is_tried_before_it_counts_and_says_which_answers_become_late() -> None:
    waiting = [asks("09-07 12:00"), answers("09-08 11:00")]
    before, after = look(waiting, first("24h")), look(waiting, first("12h"))
    tried = try_out([("CH-1", before, after)], seconds("09-09 12:00"))

    assert [(one.by, one.is_late) for one in tried.become_late] == [(-12 * 3600, True)]
    assert len(tried.moved) == 1
    assert look(waiting, first("24h")) == before


def test_41_what_was_found_under_other_zone_data_is_forgotten_whole() -> None:
    """Other data of a zone moves its offset, as another zone does: the case is looked at anew."""
    here, there = week("00:00-24:00"), week("00:00-24:00", tz="Europe/Helsinki")
    events = [asks("09-11 12:00")]
    one, other = only(look(events, first("24wh", here))), only(look(events, first("24wh", there)))

    assert (shown(one.due), shown(other.due)) == ("09-14 12:00", "09-14 12:00")
    assert only(look([asks("09-12 12:00")], first("24wh", there))).due == seconds("09-14 23:00")
    assert only(look([asks("09-12 12:00")], first("24wh", here))).due == seconds("09-15 00:00")


def test_42_the_same_news_twice_changes_nothing() -> None:
    told_twice = CaseUpdate(
        "E-1",
        at("09-07 12:00"),
        state=CaseState.WAITING,
        state_raw="PARKED",
        state_at=at("09-07 13:00"),
        owner=Owner.PLATFORM,
        owner_at=at("09-07 14:00"),
        deadlines={"first_response": at("09-08 12:00")},
    )
    one = merge_batch([told_twice], Known(), "fyndiq", at("09-07 15:00"), lambda: "CH-1")
    known = Known(KnownThreads(cases={"CH-1": one.changes[0].case}), by_ref={"E-1": "CH-1"})
    other = merge_batch([told_twice], known, "fyndiq", at("09-07 16:00"), lambda: "CH-2")

    assert len(one.changes[0].events) == 4
    assert other.changes == ()


def test_43_what_bears_a_later_instant_is_kept_and_flagged_and_counts_once_it_has_come() -> None:
    events = [asks("09-07 12:00"), answers("09-07 18:00")]
    early, later = look(events, first("24h"), now="09-07 13:00"), look(events, first("24h"), now="09-07 18:00")

    assert state(only(early), "09-07 13:00") is ClockState.RUNNING
    assert early.wakeup == seconds("09-07 18:00")
    assert early.remarks == ("something bears the instant 2026-09-07T18:00:00+02:00, which has not come",)
    assert (state(only(later), "09-07 18:00"), later.remarks) == (ClockState.MET, ())


def test_44_what_says_that_an_answer_is_late_waits_until_the_channel_was_read_past_the_due_instant() -> None:
    stages = (stage("breach"),)
    held = told([asks("09-07 12:00")], first("24h", stages=stages), now="09-08 13:00", read="09-08 12:00")
    free = told([asks("09-07 12:00")], first("24h", stages=stages), now="09-08 13:00", read="09-08 12:00:01")
    found = only(look([asks("09-07 12:00")], first("24h", stages=stages), now="09-08 13:00"))

    assert state(found, "09-08 13:00") is ClockState.BREACHED
    assert ([step.name for step in held.due], [step.name for step in held.held]) == ([], ["breach"])
    assert ([step.name for step in free.due], [step.name for step in free.held]) == (["breach"], [])


def test_45_a_warning_of_the_week_end_comes_at_the_last_closing_before_it() -> None:
    warn = stage("warn", share="0.75", during=OFFICE)

    assert rungs(only(look([asks("09-11 12:00")], first("48h", stages=(warn,))))) == ["warn 09-11 17:00"]


def test_46_a_run_belongs_to_the_week_in_which_it_started_in_the_objectives_zone() -> None:
    weekly = Objective(
        "w", "90 %", ClockName.FIRST_RESPONSE, Period.ISO_WEEK, "Europe/Stockholm", SOURCE, Decimal("0.9")
    )
    sunday = only(look([asks("09-13 23:59"), answers("09-14 08:00")], first("24h")))
    monday = only(look([asks("09-14 00:00"), answers("09-14 08:00")], first("24h")))
    score = objective_score(weekly, "2026-W37", [sunday, monday], seconds("09-20 12:00"))

    assert [period_of(run.start, Period.ISO_WEEK, "Europe/Stockholm") for run in (sunday, monday)] == [
        "2026-W37",
        "2026-W38",
    ]
    assert (score.met, score.share) == (1, Decimal(1))


def test_47_a_week_in_which_nothing_is_decided_has_no_score() -> None:
    weekly = Objective(
        "w", "90 %", ClockName.FIRST_RESPONSE, Period.ISO_WEEK, "Europe/Stockholm", SOURCE, Decimal("0.9")
    )
    running = only(look([asks("09-13 12:00")], first("24h")))

    assert objective_score(weekly, "2026-W37", [running], seconds("09-13 13:00")).share is None


def test_48_a_promise_for_later_than_allowed_is_kept_and_marked_and_the_clock_runs_too() -> None:
    events = [asks("09-07 12:00"), robot("09-07 12:01", "ack"), promises("09-07 12:01", "09-09 12:00", "ack")]
    owed, promised = look(events, first("24h"), now="09-08 13:00").clocks

    assert state(owed, "09-08 13:00") is ClockState.BREACHED
    assert state(promised, "09-08 13:00") is ClockState.RUNNING
    assert promised.why == "promised for later than the first_response clock allows"


def test_49_of_two_promises_an_answer_keeps_the_older_one() -> None:
    """A reply cannot name the promise it keeps, so the oldest open one is kept."""
    events = [
        asks("09-07 12:00"),
        promises("09-07 12:01", "09-08 10:00", "p1"),
        promises("09-07 13:00", "09-08 16:00", "p2"),
        answers("09-08 09:00"),
    ]

    assert lines(events, first("24h"), now="09-08 12:00")[1:] == [
        "p1 due 09-08 10:00 met 09-08 09:00",
        "p2 due 09-08 16:00 running",
    ]


def test_50_leap_seconds_do_not_exist() -> None:
    """POSIX time has none: a day is 86,400 seconds, also the last one of 2016, which had one more."""
    asked = datetime(2016, 12, 31, 12, 0, tzinfo=UTC)
    found = only(evaluate(case_of(asked), policy(first("24h")), {}, asked))

    assert (found.due or 0) - found.start == 86_400
