"""Clocks and escalation where other products were found wrong: one test for each, so that none of it happens here.

B-numbers are those of the design of the clocks, numbers 1 to 27 those of what users of other products asked for or
complained of. Sources are the peers' code, tests and issues as of 2026.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from hub.core.escalation import Found, steps_due
from hub.core.evaluation import evaluate
from hub.core.events import Absorbed, Event, MessageArrived
from hub.core.explaining import explain
from hub.core.model import Author, Money
from hub.core.openings import CalendarError
from hub.core.policy import Cost, Deed, Pause, Reopen
from hub.core.readings import ClockState, headline
from hub.core.replay import replay
from hub.core.trial import try_out
from hub.core.turns import Owner
from hub.core.worktime import Calendar
from tests.clocks import (
    OFFICE,
    answers,
    asks,
    at,
    case,
    closes,
    event,
    first,
    following,
    hands,
    is_,
    learns,
    line,
    lines,
    look,
    merges,
    only,
    opened,
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
    unparks,
    week,
)

ASKED, ANSWERED = asks("09-07 12:00"), answers("09-07 13:00")
PARKED = (Pause("PARKED"),)
DAY = date(2026, 9, 18)


# --- Zammad ---


def test_b2_and_5_before_the_first_answer_there_is_no_clock_of_the_next_one() -> None:
    """Zammad set an update deadline before the first reply, and it overruled the first response (zammad#5177)."""
    events = [ASKED, asks("09-07 12:10", "m2")]

    assert lines(events, first("24h"), following("1h"), now="09-07 12:30") == ["m1 due 09-08 12:00 running"]


def test_b3_and_4_the_sellers_own_answer_starts_no_clock() -> None:
    """Zammad escalated although the agent had answered last (zammad#3140)."""
    events = [ASKED, ANSWERED, answers("09-07 15:00", "a2")]

    assert lines(events, first("24h"), following("1h")) == ["m1 due 09-08 12:00 met 09-07 13:00"]


def test_b4_every_wait_of_a_case_is_kept_and_counted_anew_under_another_policy() -> None:
    """Zammad keeps the longest update interval only, and says that it cannot be recomputed (lib/escalation.rb)."""
    events = [ASKED, ANSWERED]
    for day in ("08", "09", "10"):
        events += [asks(f"09-{day} 12:00", f"m{day}"), answers(f"09-{day} 14:00", f"a{day}")]
    generous, strict = look(events, following("3h")), look(events, following("1h"))

    assert [reading.state(0) for reading in generous.clocks] == [ClockState.MET] * 3
    assert [reading.state(0) for reading in strict.clocks] == [ClockState.MET_LATE] * 3


def test_b5_and_2_warnings_and_reminders_come_when_somebody_is_there() -> None:
    """Zammad mailed reminders at midnight and at week-ends (zammad#4432, #2157)."""
    remind = stage("remind", after="1h", every="12h", times=4, during=OFFICE)
    stages = (stage("warn", share="0.75", during=OFFICE), remind)
    for day in range(7, 14):
        found = only(look([asks(f"09-{day:02} 20:00")], first("24h", stages=stages)))
        moved = [one.at for one in found.stages if one.at != found.start]

        assert [OFFICE.last_open(instant) for instant in moved] == moved


def test_b6_and_1_a_holiday_is_a_reviewed_date_and_the_trace_names_each_day_that_was_passed_over() -> None:
    """A calendar feed had counted St Martin's and Volkstrauertag as holidays, four days became six (zammad#390)."""
    clock = first("8wh", week(holidays=["09-08"]))
    found = only(look([asks("09-07 13:00")], clock, now="09-07 13:00"))
    names = [segment.name for trace in explain(found, clock) for segment in trace.segments]

    assert shown(found.due) == "09-09 13:00"
    assert names == ["mon open", "mon closed", "2026-09-08 holiday", "wed closed", "wed open"]


def test_b6_a_holiday_is_never_an_instant_that_a_zone_could_move() -> None:
    """Chilean holidays of a feed were imported a day early, since dates were converted as instants (zammad#3706)."""
    with pytest.raises(CalendarError, match="is an instant, give a date such as 2026-09-18"):
        Calendar("America/Santiago", OFFICE.hours, [datetime(2026, 9, 18, 3, tzinfo=UTC)], valid_from=DAY, valid_to=DAY)


@pytest.mark.parametrize(
    "events",
    [
        [ASKED, merges("09-07 13:00")],
        [ASKED, closes("09-07 13:00", Author.PLATFORM)],
        [ASKED, hands("09-07 12:00", Owner.PLATFORM)],
    ],
)
def test_b8_and_7_merged_imported_closed_and_foreign_cases_never_escalate(events: list[Event]) -> None:
    """Zammad escalated merged tickets, and imported ones that were closed (zammad#904, #2949)."""
    clocks = (first("24h", stages=(stage("breach"),)), resolution("72h", stages=(stage("breach"),)))

    assert told(events, *clocks, now="09-20 12:00") == Found()


def test_b8_where_no_rule_gives_a_clock_there_is_none() -> None:
    """A deactivated SLA left its tickets escalated, because the deadline was stored (zammad#4353)."""
    found = look([ASKED], rule("nothing"), now="09-20 12:00")

    assert (found.clocks, found.wakeup, headline(found)) == ((), None, None)


def test_3_an_answer_of_the_customer_counts_by_whichever_door_it_comes() -> None:
    """A customer's answer by another door did not restart the clock: months of missed SLAs (zammad#1322)."""
    by_platform = replay([opened("09-07 10:00"), ASKED, ANSWERED, asks("09-07 14:00", "m2")])
    other = replay([opened("09-07 10:00"), asks("09-07 14:00", "m2")])
    absorbed = event("09-07 14:30", Absorbed("CH-2", other.messages))
    by_merge = replay([opened("09-07 10:00"), ASKED, ANSWERED, absorbed])
    made, now = policy(first("24h"), following("72h")), at("09-07 15:00")

    assert evaluate(by_merge, made, {}, now).clocks == evaluate(by_platform, made, {}, now).clocks


def test_6_under_another_policy_every_deadline_is_another_one() -> None:
    """After a switch of policies the old deadline stayed (zammad#5624)."""
    events = [ASKED, ANSWERED, asks("09-07 14:00", "m2")]
    before = look(events, first("24h"), following("72h"), resolution("96h"))
    after = look(events, first("12h"), following("36h"), resolution("48h"))

    assert len(try_out([("CH-1", before, after)], seconds("09-07 15:00")).moved) == 3


def test_8_of_two_rules_that_fit_the_first_one_counts_and_it_says_which_were_tried() -> None:
    """The order of SLAs was undocumented, and in fact that of their ids (zammad-admin-documentation#1044, #1043)."""
    swedish = rule("b", first("24h"), when=[is_("market", "SE")])
    urgent = rule("a", first("4h"), when=[is_("priority", "high")])
    events = [opened("09-07 12:00", market="SE", priority="high"), ASKED]

    assert (look(events, swedish, urgent, rule("z")).rule, look(events, urgent, swedish, rule("z")).rule) == ("b", "a")
    assert [test.rule for test in look(events, swedish, urgent, rule("z")).tests] == ["b"]


@pytest.mark.parametrize(
    "changed",
    [
        {"target": first("12h").target},
        {"calendar": week("10:00-11:00")},
        {"pauses": ()},
        {"out_of_hours": first("1h").target},
        {"anchor": "opened"},
    ],
)
def test_whatever_of_a_clock_is_changed_shows_at_the_next_look(changed: dict[str, object]) -> None:
    """Zammad's list of what starts a rebuild lacks the response time (has_escalation_calculation_impact.rb)."""
    events = [opened("09-07 07:00"), asks("09-07 08:00"), parks("09-07 10:00"), unparks("09-07 14:00")]
    clock = first("2h 8wh", pauses=PARKED)

    assert only(look(events, replace(clock, **changed))).due != only(look(events, clock)).due  # type: ignore[arg-type]


# --- OTRS, OTOBO, Znuny ---


def test_b11_a_paused_clock_has_no_deadline_that_moves_with_every_look() -> None:
    """OTRS gives a suspended ticket now + remaining + 4 minutes at each run (TicketEscalationSuspendCalculate)."""
    events = [ASKED, parks("09-07 16:00")]
    clock = first("24h", pauses=PARKED)
    looks = [only(look(events, clock, now=now)) for now in ("09-07 17:00", "09-09 17:00", "11-09 17:00")]

    assert [(found.due, found.remaining) for found in looks] == [(None, 20 * 3600)] * 3


def test_b14_a_case_in_any_state_is_looked_at_anew_by_the_same_function() -> None:
    """OTOBO's rebuild command only touched suspended states (otobo#505)."""
    story = [ASKED, parks("09-07 14:00"), unparks("09-07 16:00"), closes("09-08 10:00"), reopens("09-08 11:00")]
    expected = [
        ["09-08 12:00", "09-10 12:00"],
        ["-", "-"],
        *[["09-08 14:00", "09-10 14:00"]] * 2,
        ["09-08 14:00", "09-10 15:00"],
    ]
    for length in range(1, len(story) + 1):
        found = look(story[:length], first("24h", pauses=PARKED), resolution("72h", pauses=PARKED))
        dues = [shown(reading.due) for reading in found.clocks]

        assert dues == expected[length - 1]


def test_24_a_solution_over_the_change_of_the_clocks_is_counted_in_real_time() -> None:
    """Solution times were wrong over DST (OTRS pull 787), and schedules slid by an hour (oncall#3261)."""
    assert lines([asks("03-28 12:00")], resolution("24h"), now="03-28 13:00") == ["opened due 03-29 13:00 running"]
    assert lines([asks("10-23 12:00")], resolution("8wh"), now="10-23 13:00") == ["opened due 10-26 12:00 running"]


def test_25_what_opening_again_does_is_a_parameter_of_the_policy() -> None:
    """To start anew at a reopening was refused as "not ITIL" (znuny#369)."""
    events = [ASKED, closes("09-08 12:00"), reopens("09-09 12:00")]
    last = {mode: look(events, resolution("72h", reopen=mode), now="09-09 13:00").clocks[-1] for mode in Reopen}

    assert {mode: shown(found.due) for mode, found in last.items()} == {
        Reopen.RESUME: "09-11 12:00",
        Reopen.RESTART: "09-12 12:00",
        Reopen.CONTINUE: "09-10 12:00",
        Reopen.IGNORE: "09-10 12:00",
    }


# --- Frappe, ERPNext ---


def test_b17_and_19_an_instant_without_a_zone_is_refused_and_the_zone_it_is_told_in_changes_nothing() -> None:
    """Deadlines were read in the agent's zone: "Failed" at birth (frappe/helpdesk#3776, erpnext pull 38745)."""
    asked = question(at("09-07 12:00").astimezone(ZoneInfo("Asia/Riyadh")))
    riyadh = case(Event(MessageArrived(asked), asked.sent_at, asked.sent_at))
    kolkata = at("09-07 13:00").astimezone(ZoneInfo("Asia/Kolkata"))

    assert only(evaluate(riyadh, policy(first("24h")), {}, kolkata)).due == seconds("09-08 12:00")
    with pytest.raises(ValueError, match="an instant needs a time zone"):
        question(datetime(2026, 9, 7, 12, 0))  # noqa: DTZ001  what is refused


def test_b18_a_case_that_is_closed_out_of_a_pause_is_charged_for_none_of_it() -> None:
    """Paused to Resolved in one save ignored the hold: 42 days were reported (frappe/helpdesk#3776)."""
    events = [opened("02-02 09:00"), asks("02-02 09:00"), parks("02-02 10:00"), closes("08-03 10:00")]
    found = only(look(events, resolution("8wh", pauses=PARKED)))

    assert (state(found, "08-04 09:00"), shown(found.due)) == (ClockState.MET, "08-03 17:00")
    assert OFFICE.between_paused(found.start, found.ended or 0, [(p.start, p.end or 0) for p in found.pauses]) == 3600


@pytest.mark.parametrize(
    ("parked", "back", "due"),
    [("09-07 18:00", "09-08 08:00", "09-08 12:00"), ("09-07 16:00", "09-08 10:00", "09-08 14:00")],
)
def test_b19_b20_and_20_only_the_open_time_of_a_pause_is_taken_out(parked: str, back: str, due: str) -> None:
    """Hold time was added to the creation, also where nobody was there (frappe/helpdesk#2449, erpnext#49414)."""
    events = [ASKED, parks(parked), unparks(back)]

    assert shown(only(look(events, first("8wh", pauses=PARKED))).due) == due


def test_the_clock_starts_at_the_platforms_instant_and_not_as_it_is_stored() -> None:
    """Frappe's clock starts at insert (hd_service_level_agreement.py)."""
    learnt_late = replace(ASKED, seen_at=at("09-20 12:00"))

    assert lines([learnt_late], first("24h"), now="09-20 12:00") == ["m1 due 09-08 12:00 breached"]


def test_21_of_many_alerts_of_one_case_the_newest_is_told() -> None:
    """Five hundred tickets brought three alerts each (frappe/helpdesk#2967)."""
    stages = tuple(stage(f"warn-{share}", Deed.WARN, share=f"0.{share}") for share in (50, 75, 90))

    assert [step.name for step in told([ASKED], first("24h", stages=stages), now="09-08 11:00").due] == ["warn-90"]


def test_22_an_answer_fulfils_the_response_and_not_the_resolution() -> None:
    """ "Replied" fulfilled the resolution too (frappe/helpdesk#1542)."""
    found = look([ASKED, ANSWERED], first("24h"), resolution("72h"), now="09-07 14:00")

    assert [state(reading, "09-07 14:00") for reading in found.clocks] == [ClockState.MET, ClockState.RUNNING]


def test_26_an_acknowledgement_may_say_by_when_and_that_is_watched() -> None:
    """An automatic reply with the details of the SLA was asked for (frappe/helpdesk#2086)."""
    events = [ASKED, robot("09-07 12:01", "ack"), promises("09-07 12:01", "09-08 12:00", "ack")]

    assert [line(one) for one in look(events, following()).clocks] == ["ack due 09-08 12:00 breached"]


# --- Chatwoot ---


def test_b22_an_answer_that_was_late_is_late_though_nobody_looked_in_between() -> None:
    """Chatwoot sees misses only while polling: late between two runs is a hit (evaluate_applied_sla_service.rb)."""
    events = [ASKED, ANSWERED, asks("09-07 14:00", "m2"), answers("09-08 15:00", "a2"), closes("09-20 12:00")]
    found = look(events, following("24h"), resolution("72h"))

    assert [(state(one, "09-21 12:00"), shown(one.due)) for one in found.clocks] == [
        (ClockState.MET_LATE, "09-08 14:00"),
        (ClockState.MET_LATE, "09-10 12:00"),
    ]


@pytest.mark.parametrize(
    ("when", "expected"), [("09-08 12:00", ClockState.MET), ("09-08 12:00:01", ClockState.MET_LATE)]
)
def test_b23_every_clock_has_the_same_boundary(when: str, expected: ClockState) -> None:
    """Chatwoot tested `now < due` in one place and `reply <= due` in the other."""
    answered = only(look([ASKED, answers(when)], first("24h")))
    closed = only(look([ASKED, closes(when)], resolution("24h")))
    waiting = only(look([ASKED], first("24h")))

    assert [found.state(seconds("09-09 12:00")) for found in (answered, closed)] == [expected] * 2
    assert (waiting.state(seconds(when)) is ClockState.RUNNING) is (expected is ClockState.MET)


def test_b23_and_11_closing_ends_the_waiting_and_what_was_needed_grows_no_more() -> None:
    """A goodbye kept the next response counting after the resolve, and the duration grew (chatwoot#10178, #15024)."""
    events = [ASKED, ANSWERED, asks("09-07 14:00", "tack"), closes("09-07 15:00")]
    found = look(events, following("24h"), resolution("72h"))

    assert [state(one, "09-20 12:00") for one in found.clocks] == [ClockState.CANCELLED, ClockState.MET]
    assert [one.ended for one in found.clocks] == [seconds("09-07 15:00")] * 2
    assert found.wakeup is None


def test_9_14_and_16_the_hours_of_the_office_change_the_deadline() -> None:
    """The flag for business hours was stored for years and read by nobody (chatwoot#13392, #9470; freescout#3756)."""
    asked = [asks("09-11 16:00")]

    assert shown(only(look(asked, first("2wh", OFFICE))).due) == "09-14 10:00"
    assert shown(only(look(asked, first("2wh", week("00:00-24:00")))).due) == "09-11 18:00"
    assert shown(only(look(asked, first("2h"))).due) == "09-11 18:00"


def test_10_a_lunch_break_does_not_count() -> None:
    """Several windows a day were missing (chatwoot#14009, frappe/helpdesk#2212)."""
    assert shown(only(look([asks("09-07 11:30")], first("1wh", week("09:00-12:00 13:00-17:00")))).due) == "09-07 13:30"


def test_12_a_lead_is_told_after_so_many_hours() -> None:
    """To escalate to a manager after some hours has been asked for since 2023 (chatwoot#6889)."""
    clock = first("24h", stages=(stage("lead", from_start="4h"),))

    assert [step.name for step in told([ASKED], clock, now="09-07 15:59").due] == []
    assert [step.name for step in told([ASKED], clock, now="09-07 16:00").due] == ["lead"]


def test_13_a_rule_may_hold_inside_or_outside_of_the_hours_only() -> None:
    """Automations inside or outside of the hours were asked for, per inbox (chatwoot#10455)."""
    night = rule("night", first("12h"), when=[is_("hour_class", "closed"), is_("channel", "fyndiq")])
    made, now = policy(night, rule("day", first("4h"))), at("09-08 12:00")

    assert evaluate(case(asks("09-07 20:00")), made, {}, now, OFFICE).rule == "night"
    assert evaluate(case(asks("09-07 12:00")), made, {}, now, OFFICE).rule == "day"


def test_27_a_robots_words_are_no_first_response() -> None:
    """Answers of a bot polluted the first response (chatwoot#6409)."""
    assert lines([ASKED, robot("09-07 12:01"), ANSWERED], first("24h")) == ["m1 due 09-08 12:00 met 09-07 13:00"]


# --- Libredesk, FreeScout, django-helpdesk ---


def test_the_next_response_runs_from_the_question_and_not_from_when_we_looked() -> None:
    """Libredesk computes the next response from the server's present time (internal/sla/sla.go)."""
    events = [ASKED, ANSWERED, asks("09-07 14:00", "m2")]
    looks = {only(look(events, following("24h"), now=now)).due for now in ("09-07 14:00", "09-07 23:59", "12-24 18:00")}

    assert looks == {seconds("09-08 14:00")}


def test_15_when_it_was_answered_is_kept_and_not_only_that_it_was() -> None:
    """Without an instant of the first response there is no report of it (freescout#2074)."""
    found = only(look([ASKED, ANSWERED, answers("09-07 14:00", "a2")], first("24h")))

    assert (found.ended, found.state(0)) == (seconds("09-07 13:00"), ClockState.MET)


def test_looking_for_what_is_due_changes_nothing_of_the_case() -> None:
    """`--notify-only` lowered the priority all the same, and saved it (django-helpdesk escalate_tickets.py)."""
    made = case(opened("09-07 12:00", priority="high"), ASKED)
    before = repr(made)
    found = evaluate(made, policy(first("24h", stages=(stage("breach"),))), {}, at("09-09 12:00"))
    due = steps_due(made, found, seconds("09-09 12:00"), seconds("09-09 12:00")).due

    assert [step.name for step in due] == ["breach"]
    assert repr(made) == before


# --- osTicket, GLPI ---


def test_b28_a_clock_without_a_ladder_tells_nobody_anything() -> None:
    """A bit was tested with a logical and, so that escalation was always on (class.sla.php)."""
    assert told([ASKED], first("24h"), now="09-20 12:00").due == ()


def test_every_case_that_is_late_is_found_however_many_there_are() -> None:
    """The overdue job marks a hundred per run (class.ticket.php)."""
    found, now = look([ASKED], first("24h", stages=(stage("breach"),)), now="09-09 12:00"), seconds("09-09 12:00")
    cases = [replace(case(ASKED), number=f"CH-{number}") for number in range(250)]
    due = [step for one in cases for step in steps_due(one, found, now, now).due]

    assert [step.case_number for step in due] == [one.number for one in cases]


def test_17_and_18_waiting_for_the_customer_is_a_state_in_which_a_clock_may_stand_still() -> None:
    """Answered, the customer gone, and yet overdue (osTicket#1684); to pause by status is asked for since 2016."""
    events = [ASKED, ANSWERED]

    assert lines(events, resolution("24h", pauses=(Pause("waiting"),)), now="09-20 12:00") == ["opened due - paused"]
    assert lines(events, resolution("24h"), now="09-20 12:00") == ["opened due 09-08 12:00 breached"]


def test_b29_and_23_a_pause_belongs_to_the_case_and_stays_when_the_rule_changes() -> None:
    """The pause was lost when the SLA changed (glpi#6902, #15605)."""
    danish = rule("danish", first("12h", pauses=PARKED), when=[is_("market", "DK")])
    rules = (danish, rule("usual", first("24h", pauses=PARKED)))
    events = [ASKED, parks("09-07 14:00"), unparks("09-08 14:00")]

    assert shown(only(look(events, *rules)).due) == "09-09 12:00"
    assert shown(only(look([*events, learns("09-08 15:00", market="DK")], *rules)).due) == "09-09 00:00"


def test_b29_a_rung_before_the_due_instant_is_counted_in_the_clocks_own_time() -> None:
    """A level before due was placed at midnight (GLPI pull 22678)."""
    clock = first("8wh", stages=(stage("lead", before="3wh"),))

    assert rungs(only(look([asks("09-07 16:00")], clock))) == ["lead 09-08 13:00"]


# --- All of them ---


def test_a_case_worth_something_unknown_says_so_and_is_never_worth_nothing() -> None:
    """No peer knows what a miss costs; an order of unknown value must not look free."""
    refund = stage("refund", expect="auto_refund", costs=Cost(of_order=True))
    worths = [[opened("09-07 12:00", worth=worth), ASKED] for worth in ("875", "")]
    one, other = (headline(look(events, first("24h", stages=(refund,)), now="09-07 13:00")) for events in worths)

    assert one is not None
    assert other is not None
    assert (one.at_risk, one.risk_unknown) == (Money(Decimal(875), "SEK"), False)
    assert (other.at_risk, other.risk_unknown) == (None, True)
