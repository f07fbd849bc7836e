"""The rungs of a ladder: when each comes, in the clock's own time, when somebody is there, and in which cases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.ladder import own_timeline
from hub.core.model import Author, Money
from hub.core.pauses import ELAPSED
from hub.core.policy import Audience, ClockName, Cost, Deed, Pause, Stage
from hub.core.readings import headline
from tests.clocks import (
    OFFICE,
    WORKING_DAYS,
    answers,
    asks,
    clock,
    first,
    following,
    look,
    only,
    opened,
    over,
    parks,
    promises,
    rungs,
    seconds,
    shown,
    stage,
    unparks,
    week,
)
from tests.clocks import given as deadline_given

ASKED = [asks("09-07 12:00")]  # a Monday


def ladder(*stages: Stage, target: str = "24h", asked: str = "09-07 12:00") -> list[str]:
    """The rungs of a first answer to a question asked then."""
    return rungs(only(look([asks(asked)], first(target, stages=stages))))


# --- Moments ---


@pytest.mark.parametrize(
    ("target", "share", "expected"),
    [
        ("24h", "0.75", "09-08 06:00"),
        ("8wh", "0.75", "09-08 10:00"),  # six open hours
        ("16wh", "0.5", "09-08 12:00"),
        ("24h", "0.00001", "09-07 12:00"),
        ("24h", "0.99999", "09-08 11:59:59"),
        ("4wh 24h", "0.5", "09-08 02:00"),  # of the 28 hours that pass, since no one calendar counts both steps
    ],
)
def test_a_share_is_one_of_the_clocks_own_time(target: str, share: str, expected: str) -> None:
    assert ladder(stage("warn", share=share), target=target) == [f"warn {expected}"]


def test_a_share_leaves_out_the_time_in_which_the_clock_stood_still() -> None:
    events = [*ASKED, parks("09-07 14:00"), unparks("09-08 14:00")]
    parked = first("24h", pauses=(Pause("PARKED"),), stages=(stage("warn", share="0.5"),))

    assert rungs(only(look(events, parked))) == ["warn 09-09 00:00"]


@pytest.mark.parametrize(
    ("target", "before", "expected"),
    [
        ("24h", "1h", "09-08 11:00"),
        ("24h", "90m", "09-08 10:30"),
        ("8wh", "4wh", "09-07 16:00"),
        ("24h", "2wh", "09-08 10:00"),
        ("8wh", "8wh", "09-07 12:00"),
        ("8wh", "9wh", "09-07 12:00"),  # longer than the clock runs: as it starts
        ("8wh", "72h", "09-07 12:00"),
    ],
)
def test_so_long_before_the_due_instant_is_never_before_the_start(target: str, before: str, expected: str) -> None:
    assert ladder(stage("lead", before=before), target=target) == [f"lead {expected}"]


def test_working_time_before_the_due_instant_leaves_out_a_pause() -> None:
    events = [*ASKED, parks("09-07 15:00"), unparks("09-08 15:00")]
    parked = first("8wh", pauses=(Pause("PARKED"),), stages=(stage("lead", before="4wh"),))
    found = only(look(events, parked))

    assert (shown(found.due), rungs(found)) == ("09-09 12:00", ["lead 09-08 16:00"])


@pytest.mark.parametrize(
    ("after", "expected"),
    [("1h", "09-08 13:00"), ("2wh", "09-08 14:00"), ("1wd", "09-09 12:00"), ("1h 1wd", "09-09 13:00")],
)
def test_so_long_after_the_due_instant(after: str, expected: str) -> None:
    assert ladder(stage("remind", after=after)) == [f"remind {expected}"]


def test_so_long_after_the_start() -> None:
    assert ladder(stage("prepare", from_start="3wh")) == ["prepare 09-07 15:00"]
    assert ladder(stage("prepare", from_start="3wd")) == ["prepare 09-10 12:00"]


def test_a_stage_may_count_in_a_calendar_of_its_own() -> None:
    short = week("09:00-10:00")

    assert ladder(stage("remind", after="2wh", calendar=short)) == ["remind 09-10 10:00"]
    assert ladder(stage("prepare", from_start="2wh", calendar=short)) == ["prepare 09-09 10:00"]


def test_stages_are_told_soonest_first_however_they_are_written() -> None:
    found = ladder(
        stage("remind", after="1h"), stage("breach"), stage("warn", share="0.75"), stage("lead", before="1h")
    )

    assert [one.split(" ")[0] for one in found] == ["warn", "lead", "breach", "remind"]


def test_a_stage_before_the_deadline_that_is_counted_in_days_is_refused_and_not_guessed() -> None:
    found = only(look(ASKED, first("72h", stages=(stage("lead", before="1wd"), stage("breach")))))

    assert rungs(found) == ["breach 09-10 12:00"]
    assert (
        found.problem == "the stage lead is not known: '1wd' before a deadline is no instant: count in h, m, wh or wm"
    )


# --- When somebody is there ---


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("09-11 12:00", "09-11 17:00"),  # would be Saturday 06:00
        ("09-07 18:00", "09-08 12:00"),  # nobody need move what comes while somebody is there
        ("09-07 23:00", "09-08 17:00"),  # exactly at the closing somebody still is
        ("09-12 12:00", "09-12 12:00"),  # closed since it was asked: as it starts
    ],
)
def test_a_warning_moves_back_to_when_somebody_is_there_and_never_before_the_start(asked: str, expected: str) -> None:
    assert ladder(stage("warn", share="0.75", during=OFFICE), asked=asked) == [f"warn {expected}"]


def test_a_reminder_moves_on_to_when_somebody_is_there() -> None:
    found = ladder(stage("remind", after="6h", during=OFFICE, every="10h", times=3))

    assert found == ["remind 09-09 09:00", "remind-2 09-10 09:00", "remind-3 09-11 09:00"]


def test_what_comes_so_long_after_the_start_moves_back_before_the_deadline_and_on_after_it() -> None:
    assert ladder(stage("prepare", from_start="18h", during=OFFICE), target="72h") == ["prepare 09-07 17:00"]
    assert ladder(stage("prepare", from_start="30h", during=OFFICE)) == ["prepare 09-09 09:00"]


def test_the_breach_itself_stays_where_it_is() -> None:
    assert ladder(stage("breach", during=OFFICE), asked="09-11 12:00") == ["breach 09-12 12:00"]
    assert ladder(stage("warn", before="1h", during=OFFICE), target="24wh", asked="09-11 12:00") == ["warn 09-16 11:00"]


# --- Repeating ---


def test_a_stage_that_is_repeated_has_a_name_for_each_time() -> None:
    found = ladder(stage("remind", after="1wd", every="1wd", times=3))

    assert found == ["remind 09-09 12:00", "remind-2 09-10 12:00", "remind-3 09-11 12:00"]


# --- Where a calendar ends ---


def test_a_reminder_beyond_the_calendar_does_not_silence_the_warning_before_it() -> None:
    short = week(until="2026-09-09")
    stages = (stage("remind", after="1wd", every="1wd", times=3), stage("warn", share="0.75"), stage("breach"))
    found = only(look(ASKED, first("24h", short, stages=stages), now="09-07 13:00"))

    assert rungs(found) == ["warn 09-08 06:00", "breach 09-08 12:00", "remind 09-09 12:00"]
    assert found.due == seconds("09-08 12:00")
    assert found.problem.startswith("the stage remind is not known: the calendar is known until 2026-09-09 only")


# --- Conditions and costs ---

REFUND = stage(
    "refund",
    expect="auto_refund",
    what="the platform refunds",
    when=[over("800", test="le")],
    costs=Cost(of_order=True),
)


@pytest.mark.parametrize(
    ("worth", "certain", "costs"),
    [("800", [True], [Money(Decimal(800), "SEK")]), ("800.01", [], []), ("", [False], [None])],
)
def test_a_stage_with_conditions_comes_in_some_cases_and_is_uncertain_where_they_are(
    worth: str, certain: list[bool], costs: list[Money | None]
) -> None:
    found = only(look([opened("09-07 12:00", worth=worth), *ASKED], first("24h", stages=(REFUND,)))).stages

    assert [one.certain for one in found] == certain
    assert [one.costs for one in found] == costs


def test_a_fixed_cost_needs_no_order_and_a_stage_without_one_costs_nothing() -> None:
    fee = Cost(fixed=Money(Decimal(160), "SEK"))
    stages = (
        stage("fee", expect="fee", costs=fee),
        stage("refund", expect="auto_refund", costs=Cost(True)),
        stage("breach"),
    )
    found = only(look(ASKED, first("24h", stages=stages))).stages

    assert [(one.costs, one.costs_unknown) for one in found] == [(fee.fixed, False), (None, True), (None, False)]


def test_the_headline_says_what_the_platform_does_first_and_what_that_costs_unless_it_is_uncertain() -> None:
    later = stage("escalate", expect="platform_decides", after="1wd")
    cheap = headline(
        look([opened("09-07 12:00", worth="500"), *ASKED], first("24h", stages=(later, REFUND)), now="09-07 13:00")
    )
    unknown = headline(look(ASKED, first("24h", stages=(later, REFUND)), now="09-07 13:00"))

    assert cheap is not None
    assert unknown is not None
    assert (cheap.consequence, cheap.at_risk, cheap.risk_unknown) == (
        "the platform refunds",
        Money(Decimal(500), "SEK"),
        False,
    )
    assert (unknown.consequence, unknown.at_risk, unknown.risk_unknown) == ("platform_decides", None, False)


def test_the_headline_goes_on_to_the_next_consequence_once_one_has_stayed_away() -> None:
    """Else the money that a later one takes would be at no risk in the hours before it."""
    cancel = stage("cancel", expect="cancelled", costs=Cost(True))
    claim = stage("claim", expect="claimed", after="24h")
    events = [opened("09-07 12:00", worth="500"), *ASKED]

    def consequence(when: str, later: Stage) -> str:
        found = headline(look(events, first("24h", stages=(cancel, later)), now=when))
        return found.consequence if found else ""

    assert consequence("09-08 11:59", replace(claim, costs=Cost(True))) == "cancelled"
    assert consequence("09-08 12:00", replace(claim, costs=Cost(True))) == "claimed"
    assert consequence("09-08 12:01", claim) == "cancelled"


def test_what_a_stage_says_is_kept() -> None:
    [found] = only(
        look(ASKED, first("24h", stages=(stage("tell", Deed.LEAD, what="Ring Åsa 🙂", audience=Audience.LEAD),)))
    ).stages

    assert (found.name, found.do, found.what, found.audience) == ("tell", Deed.LEAD, "Ring Åsa 🙂", Audience.LEAD)


# --- When there are none ---


def test_a_clock_that_ended_has_the_stages_that_had_come_by_then() -> None:
    stages = (stage("warn", share="0.75"), stage("breach"), stage("remind", after="1h"))
    ended = {
        when: rungs(only(look([*ASKED, answers(when)], first("24h", stages=stages))))
        for when in ("09-08 05:59", "09-08 06:00", "09-08 12:00")
    }

    assert ended == {
        "09-08 05:59": [],
        "09-08 06:00": ["warn 09-08 06:00"],
        "09-08 12:00": ["warn 09-08 06:00", "breach 09-08 12:00"],
    }


def test_a_clock_that_stands_still_without_an_end_in_sight_has_no_stages() -> None:
    parked = first("24h", pauses=(Pause("PARKED"),), stages=(stage("warn", share="0.75"), stage("breach")))

    assert only(look([*ASKED, parks("09-07 13:00")], parked)).stages == ()


def test_a_deadline_that_somebody_gave_moves_the_ladder_with_it() -> None:
    stages = (stage("warn", share="0.5"), stage("lead", before="1h"), stage("breach"))
    moved = [*ASKED, deadline_given("09-07 13:00", "09-09 12:00", Author.SELLER)]
    past = [*ASKED, deadline_given("09-07 13:00", "09-07 10:00")]

    assert rungs(only(look(moved, first("24h", stages=stages)))) == [
        "warn 09-08 12:00",
        "lead 09-09 11:00",
        "breach 09-09 12:00",
    ]
    assert rungs(only(look(past, first("24h", stages=stages)))) == [
        "warn 09-07 10:00",
        "lead 09-07 10:00",
        "breach 09-07 10:00",
    ]


def test_a_promise_has_a_ladder_where_the_policy_gives_it_one() -> None:
    promise = clock(ClockName.PROMISE, stages=(stage("warn", before="1h"),))
    events = [*ASKED, promises("09-07 12:01", "09-08 10:00")]

    assert [rungs(reading) for reading in look(events, promise).clocks] == [["warn 09-08 09:00"]]
    assert [rungs(reading) for reading in look(events, following()).clocks] == [[]]


def test_shares_are_of_the_calendar_where_every_step_is_and_else_of_time_as_it_passes() -> None:
    assert own_timeline(first("8wh 30wm")) is OFFICE
    assert own_timeline(first("8wh 1wd")) is ELAPSED
    assert own_timeline(first("24h", WORKING_DAYS)) is ELAPSED


@given(
    st.integers(0, 13 * 24 * 60),
    st.sampled_from(["24h", "8wh", "1wd", "4wh 1wd!end", "90m"]),
    st.decimals(Decimal("0.01"), Decimal("0.99"), places=2),
    st.sampled_from([None, OFFICE, week("22:00-06:00", ("mon", "sat"))]),
)
def test_a_warning_lies_between_the_start_and_the_due_instant(
    minute: int, target: str, share: Decimal, during: object
) -> None:
    asked = shown(seconds("09-01 00:00") + minute * 60)
    stages = (stage("warn", share=str(share), during=during), stage("lead", before="2wh", during=during))
    found = only(look([asks(asked)], first(target, stages=stages)))

    assert found.due is not None
    assert all(found.start <= one.at <= found.due for one in found.stages)
