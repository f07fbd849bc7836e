"""Whom to tell of what and when: held until read, one word of each deed, and what turns out untrue."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from hub.core.escalation import Found, StepState, steps_due, untrue
from hub.core.events import Event
from hub.core.model import Author, CaseType, Money, Order, Party
from hub.core.policy import AfterPause, Audience, ClockName, Cost, Deed, OnClose, Pause
from hub.core.readings import headline, next_consequence
from hub.core.turns import Owner
from tests.clocks import (
    answers,
    asks,
    at,
    case,
    closes,
    first,
    given,
    hands,
    look,
    merges,
    only,
    opened,
    over,
    parks,
    record,
    resolution,
    seconds,
    stage,
    told,
    told_of,
    unparks,
)

ASKED = [asks("09-07 12:00")]
STAGES = (
    stage("warn", share="0.75"),  # 09-08 06:00
    stage("lead", before="1h"),  # 09-08 11:00
    stage("breach"),  # 09-08 12:00
    stage("remind", after="1h", every="1h", times=9),  # 09-08 13:00 ...
)
CLOCK = first("24h", stages=STAGES)


def names(found: Found) -> list[str]:
    return [step.name for step in found.due]


# --- Due ---


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("09-08 05:59:59", []),
        ("09-08 06:00", ["warn"]),
        ("09-08 11:00", ["warn", "lead"]),
        ("09-08 12:00:01", ["lead", "breach"]),  # that it will be late soon is no news any more
        ("09-08 13:30", ["lead", "breach", "remind"]),
    ],
)
def test_a_step_is_due_from_its_instant_on(now: str, expected: list[str]) -> None:
    assert names(told(ASKED, CLOCK, now=now)) == expected


def test_after_a_night_without_runs_only_the_newest_of_each_deed_is_told() -> None:
    assert names(told(ASKED, CLOCK, now="09-08 19:00")) == ["lead", "breach", "remind-7"]


def test_the_same_deed_for_somebody_else_is_told_too() -> None:
    stages = (
        stage("early", Deed.LEAD, share="0.25"),
        stage("later", Deed.LEAD, share="0.5"),
        stage("boss", Deed.LEAD, share="0.25", audience=Audience.LEAD),
    )

    assert names(told(ASKED, first("24h", stages=stages), now="09-08 06:00")) == ["later", "boss"]


def test_what_the_platform_is_expected_to_do_is_never_a_step() -> None:
    refund = stage("refund", expect="auto_refund")

    assert told(ASKED, first("24h", stages=(refund,)), now="09-09 12:00") == Found()


def test_a_stage_of_uncertain_conditions_is_told_because_silence_would_cost_more() -> None:
    dear = stage("lead", before="1h", when=[over("800")])

    assert names(told(ASKED, first("24h", stages=(dear,)), now="09-08 11:30")) == ["lead"]


@pytest.mark.parametrize(
    "ended",
    [
        answers("09-08 11:30"),
        closes("09-08 11:30"),
        merges("09-08 11:30"),
        hands("09-08 11:30", Owner.PLATFORM),
        answers("09-08 13:00"),
    ],
)
def test_nobody_is_told_of_what_has_ended(ended: Event) -> None:
    assert told([*ASKED, ended], CLOCK, now="09-08 19:00") == Found()


def test_nobody_is_told_of_a_closed_case_whose_clock_runs_on_for_the_reports() -> None:
    clock = replace(CLOCK, on_close=OnClose.RUN_ON)

    assert told([*ASKED, closes("09-08 11:30")], clock, now="09-08 19:00") == Found()


def test_nobody_is_told_while_a_clock_stands_still() -> None:
    clock = replace(CLOCK, pauses=(Pause("PARKED"),))

    assert told([*ASKED, parks("09-08 10:00")], clock, now="09-08 19:00") == Found()


def test_nobody_is_told_during_a_pause_whose_end_is_known() -> None:
    clock = replace(CLOCK, pauses=(Pause("PARKED", cap=first("5h").target),))
    events = [*ASKED, parks("09-08 10:00")]

    assert told(events, clock, now="09-08 14:59:59") == Found()
    assert names(told(events, clock, now="09-08 16:00")) == ["warn", "lead"]


def test_a_deadline_that_somebody_gave_comes_although_the_case_is_parked() -> None:
    clock = replace(CLOCK, pauses=(Pause("PARKED"),))
    events = [*ASKED, parks("09-07 13:00"), given("09-07 14:00", "09-08 12:00")]

    assert names(told(events, clock, now="09-08 11:30")) == ["warn", "lead"]


# --- Held ---


@pytest.mark.parametrize("read", ["09-07 13:00", "09-08 12:00"])
def test_what_says_that_it_is_late_waits_until_the_channel_was_read_past_the_due_instant(read: str) -> None:
    found = told(ASKED, CLOCK, now="09-08 13:30", read=read)

    assert names(found) == ["lead"]
    assert [step.name for step in found.held] == ["breach", "remind"]


def test_a_channel_that_was_never_read_holds_everything_that_says_late() -> None:
    found = steps_due(case(*ASKED), look(ASKED, CLOCK, now="09-08 13:30"), seconds("09-08 13:30"), None)

    assert ([step.name for step in found.due], [step.name for step in found.held]) == (["lead"], ["breach", "remind"])


def test_a_channel_that_was_read_past_the_due_instant_holds_nothing_back() -> None:
    assert told(ASKED, CLOCK, now="09-08 13:30", read="09-08 12:00:01").held == ()


# --- Each once ---


def test_a_step_keeps_its_key_whatever_the_policy_and_the_hour() -> None:
    [before] = told(ASKED, first("24h", stages=STAGES[:1]), now="09-08 07:00").due
    [after] = told([*ASKED, asks("09-08 07:30", "m2")], first("20h", stages=STAGES[:1]), now="09-08 07:45").due

    assert before.key("terminal") == after.key("terminal")
    assert before.at != after.at
    assert before.key("terminal") != before.key("webhook")


def test_every_step_of_a_case_has_a_key_of_its_own() -> None:
    clocks = (first("24h", stages=STAGES), resolution("24h", stages=STAGES))
    seen = {step.key("terminal") for hour in range(12, 24) for step in told(ASKED, *clocks, now=f"09-08 {hour}:30").due}

    assert len(seen) == 2 * (2 + 9)  # lead, breach and nine reminders each


def test_a_clock_that_begins_anew_after_a_pause_warns_anew() -> None:
    clock = first("24h", pauses=(Pause("PARKED", then=AfterPause.RESTART),), stages=STAGES[:1])
    events = [*ASKED, parks("09-08 07:00"), unparks("09-10 12:00")]
    [early] = told(events[:1], clock, now="09-08 06:30").due
    [anew] = told(events, clock, now="09-11 06:30").due

    assert (early.name, anew.name) == ("warn", "warn")
    assert early.key("terminal") != anew.key("terminal")


# --- What a person reads ---


def test_a_step_says_all_that_a_person_needs() -> None:
    refund = stage("refund", expect="auto_refund", what="pengarna tillbaka", costs=Cost(of_order=True))
    order = Order("Ö-1", value=Money(Decimal(875), "SEK"))
    asa = Party("Åsa Öberg 漢字", "asa@kund.example")
    facts = opened("09-07 12:00", order=order, type=CaseType.COMPLAINT, customer=asa, url="https://x.example/1")
    events = [facts, *ASKED]
    warn = stage("warn", share="0.75", what="svara nu 🙂", audience=Audience.QUEUE)
    [step] = told(events, first("24h", stages=(warn, refund)), now="09-08 07:00").due

    assert (step.case_number, step.channel, step.clock, step.head, step.do) == (
        "CH-1",
        "fyndiq",
        ClockName.FIRST_RESPONSE,
        "m1",
        Deed.WARN,
    )
    assert (step.at, step.due) == (at("09-08 06:00"), at("09-08 12:00"))
    assert (step.subject, step.case_type, step.customer) == ("Var är paketet? 🙂", "complaint", "Åsa Öberg 漢字")
    assert (step.order_number, step.what, step.audience, step.url) == (
        "Ö-1",
        "svara nu 🙂",
        Audience.QUEUE,
        "https://x.example/1",
    )
    assert (step.consequence, step.consequence_at, step.at_risk, step.risk_unknown) == (
        "pengarna tillbaka",
        at("09-08 12:00"),
        Money(Decimal(875), "SEK"),
        False,
    )


def test_a_customer_without_a_name_is_called_by_the_address_and_nothing_is_made_up() -> None:
    events = [opened("09-07 12:00", customer=Party(email="asa@kund.example")), *ASKED]
    [step] = told(events, first("24h", stages=STAGES[:1]), now="09-08 07:00").due

    assert (step.customer, step.order_number, step.consequence, step.at_risk) == ("asa@kund.example", "", "", None)


def test_the_consequence_is_the_soonest_certain_one_of_a_clock_that_still_runs() -> None:
    stages = (
        stage("maybe", expect="fee", before="2h", when=[over("800")]),
        stage("later", expect="platform_decides", after="1wd"),
        stage("sooner", expect="auto_refund"),
    )
    running = look(ASKED, first("24h", stages=stages))
    ended = look([*ASKED, answers("09-09 12:00")], first("24h", stages=stages))
    found = next_consequence(running.clocks, seconds("09-07 13:00"))

    assert found is not None
    assert found.name == "sooner"
    assert next_consequence(ended.clocks, seconds("09-07 13:00")) is None


@pytest.mark.parametrize(
    ("now", "worth", "expected"),
    [
        ("09-08 07:00", "875", "refund"),  # it costs money, though the flag comes sooner
        ("09-08 07:00", "", "refund"),  # and nobody knows how much
        ("09-08 13:00", "875", "fee"),  # the refund has come or stayed away, the fee can still be averted
        ("09-09 13:00", "875", "refund"),  # all has come: the soonest of what costs
    ],
)
def test_lists_and_notifications_name_one_consequence(now: str, worth: str, expected: str) -> None:
    stages = (
        stage("warn", share="0.1"),
        stage("lead", share="0.2"),
        stage("breach"),
        stage("flag", expect="flag", before="2h"),
        stage("refund", expect="refund", costs=Cost(of_order=True)),
        stage("fee", expect="fee", after="24h", costs=Cost(fixed=Money(Decimal(50), "SEK"))),
    )
    events = [opened("09-07 12:00", worth=worth), *ASKED]
    clock = first("24h", stages=stages)
    listed = headline(look(events, clock, now=now))
    told_of_it = told(events, clock, now=now).due

    assert listed is not None
    assert listed.consequence == expected
    assert told_of_it
    for step in told_of_it:
        assert (step.consequence, step.consequence_at) == (listed.consequence, listed.consequence_at)
        assert (step.at_risk, step.risk_unknown) == (listed.at_risk, listed.risk_unknown)


# --- What turns out untrue ---


def test_an_answer_in_time_that_is_learnt_late_takes_the_breach_back() -> None:
    records = told_of(ASKED, CLOCK, now="09-08 13:30")
    after = look([*ASKED, answers("09-08 12:00")], CLOCK, now="09-08 15:00")

    assert [one.key.name for one in untrue(records, after, seconds("09-08 15:00"))] == ["breach"]


@pytest.mark.parametrize("later", [answers("09-08 12:01"), closes("09-08 14:00"), asks("09-08 14:00", "m2")])
def test_what_happens_after_the_due_instant_takes_nothing_back(later: Event) -> None:
    records = told_of(ASKED, CLOCK, now="09-08 13:30")
    after = look([*ASKED, later], CLOCK, now="09-08 15:00")

    assert list(untrue(records, after, seconds("09-08 15:00"))) == []


def test_a_deadline_that_a_person_moves_takes_the_breach_back_until_it_comes() -> None:
    records = told_of(ASKED, CLOCK, now="09-08 13:30")
    after = look([*ASKED, given("09-08 14:00", "09-09 12:00", Author.SELLER)], CLOCK, now="09-08 15:00")

    assert [one.key.name for one in untrue(records, after, seconds("09-09 12:00"))] == ["breach"]
    assert list(untrue(records, after, seconds("09-09 12:00:01"))) == []


def test_a_case_that_turns_out_to_have_been_the_platforms_takes_the_breach_back() -> None:
    records = told_of(ASKED, CLOCK, now="09-08 13:30")
    after = look([*ASKED, hands("09-07 12:00", Owner.PLATFORM)], CLOCK, now="09-08 15:00")

    assert after.clocks == ()
    assert [one.key.name for one in untrue(records, after, seconds("09-08 15:00"))] == ["breach"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (StepState.TOLD, 1),
        (StepState.UNCERTAIN, 1),
        (StepState.FAILED, 0),
        (StepState.TELLING, 0),
        (StepState.WITHDRAWN, 0),
    ],
)
def test_only_what_somebody_was_or_may_have_been_told_is_taken_back_and_once(state: StepState, expected: int) -> None:
    records = [replace(one, state=state) for one in told_of(ASKED, CLOCK, now="09-08 13:30")]
    after = look([*ASKED, answers("09-08 11:00")], CLOCK, now="09-08 15:00")

    assert len(list(untrue(records, after, seconds("09-08 15:00")))) == expected


def test_a_breach_of_one_clock_is_not_taken_back_by_another() -> None:
    clocks = (first("24h", stages=STAGES), resolution("24h", stages=STAGES))
    records = told_of(ASKED, *clocks, now="09-08 13:30")
    after = look([*ASKED, answers("09-08 11:00")], *clocks, now="09-08 15:00")

    assert [(one.key.clock, one.key.name) for one in untrue(records, after, seconds("09-08 15:00"))] == [
        ("first_response", "breach")
    ]
    assert record(told(ASKED, *clocks, now="09-08 13:30").due[0]).key == records[0].key
    assert only(look(ASKED, CLOCK)).head == "m1"
