"""What every store must do with evaluations, steps, ratings and figures; see tests/store_contract.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.core.escalation import StepKey, StepRecord, StepState
from hub.core.events import Assigned, Classified, Event, Rated, StateChanged
from hub.core.incoming import Figure
from hub.core.merge import Change
from hub.core.model import Author, CaseState, CaseType, Money, epoch, from_epoch
from hub.core.policy import Audience, ClockName, Deed
from hub.core.ports import CaseFilter, ClockRow, FigureRow, Rating, Store
from hub.core.readings import DueBy, Evaluation, PauseReading, Reading, StageReading, headline
from hub.core.replay import apply
from hub.core.targets import Leg
from hub.errors import HubError, NotFound
from tests.store_contract import (
    DAY,
    EARLY,
    LATE,
    NOON,
    NOTHING_OWED,
    Opener,
    due_in_a_day,
    evaluate,
    everything,
    fill,
    happen,
    mail,
    owed,
    take,
    take_within,
)

BEGAN = epoch(NOON)
MINUTE = timedelta(minutes=1)
FULL = Reading(
    clock=ClockName.RESOLUTION,
    cycle=3,
    head="köp 漢字 🙂 \ud800@1772452800",
    rule="fyndiq-high-value",
    start=BEGAN,
    due=BEGAN + DAY,
    computed=BEGAN + 2 * DAY,
    due_by=DueBy.PERSON,
    given_by="Åsa",
    given_why='the customer is "away"\x00',
    ended=BEGAN + 7,
    cancelled=True,
    why="it needs no reply",
    remaining=0,
    pauses=(PauseReading(BEGAN, BEGAN + 5, "parked"), PauseReading(BEGAN + 6, None, "waiting")),
    legs=(Leg("24wh", BEGAN, BEGAN + 9), Leg("1wd!end", BEGAN + 9, BEGAN + DAY)),
    stages=(
        StageReading("75%", BEGAN + 1, Deed.WARN, what="svara", audience=Audience.LEAD),
        StageReading("refund", BEGAN + 2, expect="auto_refund", certain=False, costs=Money(Decimal("800.00"), "SEK")),
        StageReading("refund-2", BEGAN + 3, expect="auto_refund", costs_unknown=True),
    ),
    problem="nobody knows",
)
seconds = st.integers(-(10**9), 10**11)
readings = st.builds(
    Reading,
    clock=st.sampled_from(ClockName),
    cycle=st.integers(0, 10**6),
    start=seconds,
    due=st.none() | seconds,
    computed=st.none() | seconds,
    ended=st.none() | seconds,
    stages=st.lists(
        st.builds(
            StageReading,
            costs=st.none() | st.builds(Money, st.decimals(allow_nan=False, allow_infinity=False), st.just("SEK")),
        ),
        max_size=2,
    ).map(tuple),
    pauses=st.lists(st.builds(PauseReading), max_size=2).map(tuple),
    legs=st.lists(st.builds(Leg), max_size=2).map(tuple),
)


def running(start: int, clock: ClockName = ClockName.FIRST_RESPONSE, cycle: int = 0) -> Reading:
    return Reading(clock, cycle, f"m{cycle}", "24h", start, start + DAY)


def showing(*clocks: Reading, wakeup: datetime | None = None) -> Evaluation:
    return replace(NOTHING_OWED, clocks=clocks, wakeup=None if wakeup is None else epoch(wakeup))


def told(number: str, name: str = "warn", state: StepState = StepState.TOLD, after: int = 0) -> StepRecord:
    key = StepKey(number, "first_response", "meddelande 漢字 \udcff", name, "mail")
    return StepRecord(key, NOON, state, Deed.WARN, Audience.OWNER, NOON + after * MINUTE, "n-1", 2, "nej 🙂")


def save_steps(store: Store, steps: Iterable[StepRecord]) -> None:
    with store.writing() as writer:
        writer.save_steps(steps)


def save_figures(store: Store, channel: str, *figures: Figure, after: int = 0) -> None:
    with store.writing() as writer:
        writer.save_figures(channel, figures, NOON + after * MINUTE)


class ClocksContract:
    """Every promise of the Store and Writer ports about clocks, steps and scores."""

    # Evaluations

    def test_a_reading_comes_back_with_all_it_says(self, store: Store) -> None:
        [number] = take(store, mail("a"))

        evaluate(store, number, showing(FULL))

        assert store.evaluated(number) == (FULL,)

    @settings(
        max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(found=st.lists(readings, max_size=4, unique_by=lambda reading: (reading.clock, reading.cycle)))
    def test_whatever_clocks_show_is_kept(self, store: Store, found: list[Reading]) -> None:
        known = list(store.cases(CaseFilter()))
        number = known[0].number if known else take(store, mail("a"))[0]

        evaluate(store, number, replace(NOTHING_OWED, clocks=tuple(found)))

        assert store.evaluated(number) == tuple(sorted(found, key=lambda r: (r.start, r.clock, r.cycle)))

    def test_a_saved_case_brings_its_evaluation(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        take(store, mail("b", answers="a", after=5))
        evaluation = due_in_a_day(store.case(number))

        assert store.evaluated(number) == evaluation.clocks
        assert len(evaluation.clocks) == 2
        assert store.summary(number).deadline == headline(evaluation)
        assert store.awake(from_epoch(evaluation.wakeup or 0)) == [number]

    def test_a_case_that_does_not_exist_was_never_evaluated(self, store: Store) -> None:
        for number in ("CH-1001", "", "1001"):
            with pytest.raises(NotFound, match="there is no case"):
                store.evaluated(number)

    def test_a_new_evaluation_replaces_the_old_one_whole(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        first, second, third = (running(BEGAN + n, cycle=n) for n in range(3))
        evaluate(store, number, showing(first, second, third, wakeup=NOON))

        moved = replace(second, due=BEGAN + 5 * DAY)
        evaluate(store, number, showing(first, moved))

        assert store.evaluated(number) == (first, moved)
        assert store.awake(LATE) == []
        evaluate(store, number, NOTHING_OWED)
        assert (store.evaluated(number), store.summary(number).deadline) == ((), None)

    def test_of_several_evaluations_in_one_transaction_the_last_one_counts(self, store: Store) -> None:
        with store.writing() as writer:
            [number] = take_within(writer, [mail("a")])
            take_within(writer, [mail("b", answers="a", after=5)])
            case = apply(writer.case(number), Event(Assigned("åsa"), NOON, NOON))
            writer.save(Change(case, (Event(Assigned("åsa"), NOON, NOON),)), showing(running(BEGAN)))
            writer.set_evaluation(number, showing(running(BEGAN, cycle=1)))

        assert store.evaluated(number) == (running(BEGAN, cycle=1),)
        assert store.inspect() == []

    def test_a_transaction_may_evaluate_any_number_of_cases_and_some_twice(self, store: Store) -> None:
        with store.writing() as writer:
            numbers = take_within(writer, [mail(f"m{n}") for n in range(1100)])
            for number in (numbers[0], numbers[-1]):
                writer.set_evaluation(number, showing(running(BEGAN)))

        assert len(store.clocks("next_response", EARLY, LATE)) == 1098
        assert store.evaluated(numbers[0]) == store.evaluated(numbers[-1]) == (running(BEGAN),)

    def test_an_evaluation_of_a_block_left_by_an_exception_is_forgotten(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        before = everything(store)

        def fail_midway() -> None:
            with store.writing() as writer:
                writer.set_evaluation(number, NOTHING_OWED)
                writer.save_steps([told(number)])
                writer.save_figures("shop", [Figure("CSS", "2026-11")], NOON)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_midway()
        assert everything(store) == before

    def test_a_list_shows_the_whole_deadline(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        risk = StageReading("refund", BEGAN + DAY, expect="auto_refund", costs=Money(Decimal("799.99"), "SEK"))
        evaluation = showing(replace(running(BEGAN), stages=(risk,)))

        evaluate(store, number, evaluation)

        deadline = store.summary(number).deadline
        assert deadline == headline(evaluation)
        assert deadline is not None
        assert (deadline.consequence, deadline.at_risk) == ("auto_refund", Money(Decimal("799.99"), "SEK"))

    # Waking up

    def test_cases_wake_up_at_their_instant_and_the_soonest_first(self, store: Store) -> None:
        one, two, three, never = (take(store, mail(ref))[0] for ref in "abcd")
        moment = NOON.replace(microsecond=0)
        for number, wakeup in ((one, moment + MINUTE), (two, moment), (three, moment + 2 * MINUTE), (never, None)):
            evaluate(store, number, showing(wakeup=wakeup))

        assert store.awake(moment - timedelta(microseconds=1)) == []
        assert store.awake(moment) == [two]
        assert store.awake(LATE) == [two, one, three]
        assert store.awake(LATE, limit=2) == [two, one]
        assert store.awake(LATE, limit=0) == []

    def test_a_closed_case_wakes_up_too(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        happen(store, number, StateChanged(CaseState.CLOSED, Author.SELLER))
        evaluate(store, number, showing(wakeup=NOON))

        assert store.awake(NOON) == [number]

    # The list

    def test_of_equal_deadlines_a_missing_item_comes_before_who_has_waited_longest(self, store: Store) -> None:
        numbers = [take(store, mail(ref, after=n))[0] for n, ref in enumerate("abcd")]
        longest, missing, unknown, earlier = numbers
        together = NOON + timedelta(days=3)
        for number in (missing, unknown):
            happen(store, number, Classified(CaseType.MISSING_ITEM, who="åsa"))
        evaluate(store, longest, owed(NOON, together))
        evaluate(store, missing, owed(NOON + MINUTE, together))
        evaluate(store, unknown, owed(NOON, None, "the calendar ends"))
        evaluate(store, earlier, owed(NOON + MINUTE, together - timedelta(seconds=1)))

        listed = store.cases(CaseFilter())

        assert [case.number for case in listed] == [earlier, missing, longest, unknown]
        assert [case.urgent for case in listed] == [False, True, False, True]

    # Runs of clocks

    def test_runs_are_listed_by_when_they_started(self, store: Store) -> None:
        [one], [two] = take(store, mail("a")), take(store, mail("b"), channel="annan")
        begun = from_epoch(BEGAN)
        late, early = running(BEGAN + 60), running(BEGAN)
        again, other = running(BEGAN + 60, cycle=1), running(BEGAN, ClockName.RESOLUTION)
        evaluate(store, one, showing(late, again, other))
        evaluate(store, two, replace(showing(early), policy="bol", version="2026-09-01"))
        happen(store, two, Assigned("åsa"))
        evaluate(store, two, replace(showing(early), policy="bol", version="2026-09-01"))
        rows = [
            ClockRow(two, "annan", early, "bol", "2026-09-01"),
            ClockRow(one, "shop", late, "office", "1"),
            ClockRow(one, "shop", again, "office", "1"),
        ]

        assert store.clocks("first_response", EARLY, LATE) == rows
        assert store.clocks("first_response", begun, begun + MINUTE) == rows[:1]
        assert store.clocks("first_response", begun + MINUTE, LATE) == rows[1:]
        assert store.clocks("first_response", EARLY, LATE, channel="annan") == rows[:1]
        assert store.clocks("first_response", EARLY, LATE, channel="ingen") == []
        assert [row.reading for row in store.clocks("resolution", EARLY, LATE)] == [other]
        assert store.clocks("promise", EARLY, LATE) == []

    def test_the_runs_of_closed_cases_are_listed(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        happen(store, number, StateChanged(CaseState.CLOSED, Author.SELLER))

        [row] = store.clocks("next_response", EARLY, LATE)

        assert (row.case_number, row.reading.is_open) == (number, False)

    # Steps

    def test_steps_come_back_whole_and_newest_change_first(self, store: Store) -> None:
        [one], [two] = take(store, mail("a")), take(store, mail("b"))
        old, new = told(one, "warn", after=1), told(one, "breach", StepState.FAILED, after=3)
        other = told(two, "warn", StepState.TELLING, after=2)
        save_steps(store, [old, new, other])

        assert store.steps() == [new, other, old]
        assert store.steps(limit=2) == [new, other]
        assert store.steps(frozenset({StepState.TOLD, StepState.TELLING})) == [other, old]
        assert store.steps(frozenset()) == []
        assert store.steps(case_number=one) == [new, old]
        assert store.steps(since=NOON + 2 * MINUTE) == [new, other]
        assert store.steps(frozenset({StepState.FAILED}), two, NOON, 9) == []

    def test_a_step_is_kept_once_a_notifier(self, store: Store) -> None:
        [number] = take(store, mail("a"))
        telling = told(number, state=StepState.TELLING)
        elsewhere = replace(telling, key=replace(telling.key, notifier="sms"))
        save_steps(store, [telling, elsewhere])

        save_steps(store, [replace(telling, state=StepState.UNCERTAIN, changed_at=NOON + MINUTE)])

        assert [(step.key.notifier, step.state) for step in store.steps()] == [
            ("mail", StepState.UNCERTAIN),
            ("sms", StepState.TELLING),
        ]
        assert store.steps(frozenset({StepState.TELLING})) == [elsewhere]

    def test_news_of_a_case_of_which_people_were_told_wake_it_at_once(self, store: Store) -> None:
        told_of, other = take(store, mail("a"), mail("b"))
        with store.writing() as writer:
            writer.save_steps([told(told_of)])
        for number in (told_of, other):
            evaluate(store, number, NOTHING_OWED)
        assert store.awake(EARLY) == []

        for number in (told_of, other):
            happen(store, number, Assigned("åsa"))

        assert store.awake(EARLY) == [told_of]

    def test_a_step_of_no_case_is_refused(self, store: Store) -> None:
        with pytest.raises(HubError):
            save_steps(store, [told("CH-1001")])

        assert store.steps() == []

    # Scores

    def test_ratings_are_listed_by_when_they_were_given(self, store: Store) -> None:
        one, two, back, _ = (take(store, mail(ref), channel="annan" if ref == "b" else "shop")[0] for ref in "abcd")
        happen(store, two, Rated("down"), after=2)
        happen(store, one, Rated("up"), after=3)
        happen(store, back, Rated("up"), after=1)
        happen(store, back, Rated(""), after=4)
        down, up = Rating(two, "annan", "down", NOON + 2 * MINUTE), Rating(one, "shop", "up", NOON + 3 * MINUTE)

        assert store.ratings(EARLY, LATE) == [down, up]
        assert store.ratings(NOON + 2 * MINUTE, NOON + 3 * MINUTE) == [down]
        assert store.ratings(EARLY, LATE, channel="shop") == [up]
        assert [store.summary(number).rating for number in (one, two, back)] == ["up", "down", ""]

    def test_figures_are_kept_by_name_and_period_and_listed_newest_first(self, store: Store) -> None:
        old = Figure("RESPONSE_TIME", "2026-W46", "88.5", 177, 200, "90", conforms=False)
        first, later = Figure("RESPONSE_TIME", "2026-W47", "90"), Figure("RESPONSE_TIME", "2026-W47", "91 % å 🙂")
        phone = Figure("PHONE", "2026-W47", conforms=True)
        save_figures(store, "bol", old, first)
        save_figures(store, "bol", phone, later, after=1)
        save_figures(store, "annan", first)
        read, again = NOON, NOON + MINUTE

        assert store.figures("bol") == [
            FigureRow("bol", phone, again),
            FigureRow("bol", later, again),
            FigureRow("bol", old, read),
        ]
        assert store.figures("annan") == [FigureRow("annan", first, read)]
        assert [row.channel for row in store.figures()] == ["annan", "bol", "bol", "bol"]
        assert store.figures("ingen") == []

    # Upkeep

    def test_a_rebuild_keeps_steps_and_figures_and_gives_equal_evaluations(self, store: Store) -> None:
        fill(store)
        happen(store, "CH-1002", Rated("up"))
        save_steps(store, [told("CH-1001"), told("CH-1002", "breach")])
        save_figures(store, "shop", Figure("CSS", "2026-11", "93"))
        evaluated = {case.number: due_in_a_day(case) for case in map(store.case, ("CH-1001", "CH-1002", "CH-1003"))}
        for number in ("CH-1001", "CH-1002"):
            evaluate(store, number, replace(evaluated[number], wakeup=0))
        before = everything(store)

        store.rebuild(due_in_a_day)

        assert everything(store) == before
        assert {number: len(store.evaluated(number)) for number in evaluated} == {
            number: len(evaluation.clocks) for number, evaluation in evaluated.items()
        }
        assert (len(store.steps()), len(store.figures()), len(store.ratings(EARLY, LATE))) == (2, 1, 1)

    def test_a_rebuild_wakes_the_cases_of_which_people_were_told_a_step(self, store: Store) -> None:
        """News of before it, which nobody has looked at yet, may have made untrue what they were told."""
        told_of, other = take(store, mail("a"), mail("b"))
        save_steps(store, [told(told_of, "breach")])

        store.rebuild(lambda case: showing(wakeup=LATE))

        assert store.awake(NOON) == [told_of]
        assert store.awake(LATE) == [told_of, other]

    def test_a_rebuild_takes_away_clocks_that_no_evaluation_shows(self, store: Store, reopen: Opener) -> None:
        [number] = take(store, mail("a"))
        evaluate(store, number, showing(FULL, wakeup=NOON))

        store.rebuild(lambda case: NOTHING_OWED)

        other = reopen()
        assert (other.evaluated(number), other.awake(LATE), other.clocks("resolution", EARLY, LATE)) == ((), [], [])
