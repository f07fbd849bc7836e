"""What another policy would have made of the cases there are."""

from __future__ import annotations

from decimal import Decimal

from hub.core.evaluation import evaluate
from hub.core.events import Event
from hub.core.model import Money
from hub.core.policy import AfterPause, Cost, Pause, Policy
from hub.core.readings import Evaluation
from hub.core.trial import Trial, try_out
from hub.core.trial_lines import by_rule, total
from tests.clocks import (
    answers,
    asks,
    at,
    case,
    closes,
    first,
    following,
    parks,
    policy,
    resolution,
    rule,
    seconds,
    stage,
    unparks,
    week,
)

HOUR = 3600
NOW = "09-30 12:00"
A_DAY, HALF_A_DAY = policy(first("24h")), policy(first("12h"))
FIFTY = (Money(Decimal("50.00"), "SEK"),)
REFUNDS = (stage("refund", expect="refund", costs=Cost(fixed=FIFTY[0])),)
ANSWERED = (asks("09-07 12:00"), answers("09-08 08:00"))


def seen(events: tuple[Event, ...], promised: Policy, now: str = NOW) -> Evaluation:
    return evaluate(case(*events), promised, {}, at(now))


def tried(before: Policy, after: Policy, *cases: tuple[Event, ...], now: str = NOW) -> Trial:
    pairs = [
        (f"CH-{number}", seen(events, before, now), seen(events, after, now)) for number, events in enumerate(cases, 1)
    ]
    return try_out(pairs, seconds(now))


def test_an_answer_that_was_in_time_becomes_late_under_a_stricter_policy() -> None:
    trial = tried(A_DAY, HALF_A_DAY, ANSWERED)
    [difference] = trial.become_late

    assert (trial.cases, trial.runs, len(trial.moved), trial.no_longer_late) == (1, 1, 1, ())
    assert (difference.case_number, difference.clock, difference.by) == ("CH-1", "first_response", -12 * HOUR)


def test_and_one_that_was_late_is_in_time_under_a_more_lenient_one() -> None:
    trial = tried(HALF_A_DAY, A_DAY, ANSWERED)
    [difference] = trial.no_longer_late

    assert (trial.become_late, difference.by, difference.was_late, difference.is_late) == ((), 12 * HOUR, True, False)


def test_closed_cases_count_and_an_answer_in_time_both_ways_only_moves() -> None:
    trial = tried(A_DAY, HALF_A_DAY, (asks("09-07 12:00"), answers("09-07 13:00"), closes("09-07 14:00")))

    assert (len(trial.moved), trial.become_late, trial.no_longer_late) == (1, (), ())


def test_an_open_case_is_late_by_the_present() -> None:
    asked = (asks("09-07 12:00"),)

    assert len(tried(A_DAY, HALF_A_DAY, asked, now="09-08 06:00").become_late) == 1
    assert tried(A_DAY, HALF_A_DAY, asked, now="09-07 18:00").become_late == ()


def test_the_same_policy_changes_nothing() -> None:
    trial = tried(A_DAY, A_DAY, ANSWERED, (asks("09-07 12:00"),))

    assert (trial.cases, trial.runs, trial.differences) == (2, 2, ())


def test_a_clock_that_only_one_policy_has_comes_or_goes() -> None:
    both = policy(rule("any", first("24h"), resolution("48h")))
    comes, goes = tried(A_DAY, both, ANSWERED), tried(both, A_DAY, ANSWERED)

    assert [(d.clock, d.before, d.by) for d in comes.moved] == [("resolution", None, 0)]
    assert [(d.clock, d.after, d.by) for d in goes.moved] == [("resolution", None, 0)]
    assert (len(comes.become_late), len(goes.no_longer_late), comes.runs) == (1, 1, 2)


def test_each_cycle_is_compared_with_its_own() -> None:
    events = (asks("09-07 12:00"), answers("09-07 13:00"), asks("09-07 14:00", "m2"), answers("09-08 14:00", "a2"))
    before = policy(rule("any", first("24h"), following("48h")))
    after = policy(rule("any", first("24h"), following("12h")))

    assert [(d.clock, d.by) for d in tried(before, after, events).become_late] == [("next_response", -36 * HOUR)]


def test_a_deadline_that_becomes_unknown_moves_by_nothing_that_can_be_told() -> None:
    short = policy(first("8wh", week(until="2026-09-07")))
    [difference] = tried(policy(first("8wh")), short, (asks("09-07 16:00"), answers("09-07 16:30"))).moved

    assert (difference.by, difference.after is not None and difference.after.due) == (0, None)


def test_a_run_that_starts_anew_after_a_pause_is_compared_with_the_run_it_was() -> None:
    events = (asks("09-07 12:00"), parks("09-07 15:00"), unparks("09-10 15:00"), answers("09-10 16:00"))
    resumes = policy(first("24h", pauses=(Pause("PARKED"),)))
    restarts = policy(first("24h", pauses=(Pause("PARKED", then=AfterPause.RESTART),)))
    trial = tried(resumes, restarts, events)

    assert (trial.runs, [difference.by for difference in trial.moved]) == (1, [3 * HOUR])


# --- what it costs ---


def test_a_consequence_that_came_costs_once_whichever_clocks_lead_to_it() -> None:
    clocks = (first("24h", stages=REFUNDS), resolution("30h", stages=REFUNDS))
    trial = tried(policy(*clocks), policy(first("300h"), resolution("300h")), (asks("09-07 12:00"),))
    [toll] = trial.tolls

    assert (toll.before.costs, toll.after.costs) == (FIFTY, ())
    assert (toll.rule_before, toll.before.unknown) == ("any", False)


def test_a_consequence_that_was_averted_or_is_to_come_costs_nothing() -> None:
    refunding = policy(first("24h", stages=REFUNDS))

    assert tried(refunding, refunding, ANSWERED).tolls == ()
    assert tried(refunding, refunding, (asks("09-07 12:00"),), now="09-08 12:00").tolls == ()


def test_what_an_order_of_unknown_value_costs_is_unknown() -> None:
    refunding = policy(first("24h", stages=(stage("refund", expect="refund", costs=Cost(of_order=True)),)))
    [toll] = tried(refunding, A_DAY, (asks("09-07 12:00"),)).tolls

    assert (toll.before.costs, toll.before.unknown, bool(toll.after)) == ((), True, False)


def test_lines_by_channel_and_rule_count_what_is_lost_and_saved() -> None:
    strict, mild = policy(first("12h", stages=REFUNDS)), policy(first("72h", stages=REFUNDS))
    cases = (ANSWERED, (asks("09-07 12:00"),))
    channels = {"CH-1": "shop", "CH-2": "mail"}
    lost, both = by_rule(tried(mild, strict, *cases), channels)[::-1]
    [saved] = (line for line in by_rule(tried(strict, mild, *cases), channels) if line.channel == "shop")

    assert (lost.channel, lost.become_late, lost.lost, lost.saved, lost.after) == ("shop", 1, 1, 0, FIFTY)
    assert (both.channel, both.become_late, both.lost, both.before, both.after) == ("mail", 0, 0, FIFTY, FIFTY)
    assert (saved.no_longer_late, saved.saved, saved.before, saved.after) == (1, 1, FIFTY, ())
    whole = total(by_rule(tried(mild, strict, *cases), channels))
    assert (whole.moved, whole.become_late, whole.lost, whole.after) == (2, 1, 1, (Money(Decimal("100.00"), "SEK"),))


def test_a_rule_in_which_nothing_would_be_another_has_no_line() -> None:
    assert by_rule(tried(A_DAY, A_DAY, ANSWERED, (asks("09-07 12:00"),)), {}) == []
