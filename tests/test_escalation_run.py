"""Telling people of what is due: each step once by each notifier, whatever fails, dies or becomes known late."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import cast

import pytest

from hub.core.escalation import Step, StepRecord, StepState
from hub.core.evaluation import evaluate
from hub.core.events import Event, Opened
from hub.core.merge import Change
from hub.core.model import Author, Case, CaseState, epoch
from hub.core.outbox import ReplyState
from hub.core.policy import AfterPause, Audience, Deed, Pause, Policy
from hub.core.ports import CaseFilter, ChannelRecord, Store, Writer
from hub.core.readings import Evaluation, noticed
from hub.core.replay import apply, replay
from hub.core.worktime import Calendar
from hub.errors import AuthenticationFailed, RateLimited, Rejected, StoreError, Unavailable, Uncertain
from hub.runs.escalation import escalate
from hub.runs.telling import MOST_TRIES, EscalationPorts, EscalationResult
from tests.clocks import (
    answers,
    asks,
    at,
    closes,
    event,
    first,
    given,
    needs_no_reply,
    parks,
    policy,
    stage,
    unparks,
    week,
)
from tests.fakes import MovableClock

STAGES = (
    stage("warn", share="0.75"),  # 09-08 06:00
    stage("lead", before="1h", audience=Audience.LEAD),  # 09-08 11:00
    stage("breach", audience=Audience.QUEUE),  # 09-08 12:00
)
A_DAY = policy(first("24h", stages=STAGES))
BREACH_ONLY = policy(first("24h", stages=(stage("breach"),)))
PARKED = Pause("PARKED", (), AfterPause.RESUME)
Told = tuple[str, list[str]]


@dataclass
class PretendedOutlet:
    """An outlet that keeps what it was told, or fails as a test wants."""

    name: str = "team"
    audiences: frozenset[Audience] = frozenset(Audience)
    error: BaseException | None = None
    before: Callable[[], None] = lambda: None
    told: list[Told] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def wants(self, step: Step) -> bool:
        return step.audience in self.audiences

    def tell(self, notification: str, audience: Audience, steps: Sequence[Step], now: datetime) -> None:
        self.ids.append(notification)
        self.before()
        if self.error is not None:
            raise self.error
        self.told.append((audience, [f"{step.case_number} {step.name}" for step in steps]))

    @property
    def names(self) -> list[str]:
        """Every step that was told, with its case."""
        return [name for _, names in self.told for name in names]


class Killed(BaseException):
    """The process dies here."""


@dataclass
class TickingClock:
    """A clock that shows another second at each look."""

    instant: datetime

    def now(self) -> datetime:
        self.instant += timedelta(seconds=1)
        return self.instant


@dataclass
class Office:
    """A hub's store under a policy, with outlets; the channel was read up to now unless a test says otherwise."""

    store: Store
    clock: MovableClock
    policy: Policy = A_DAY
    outlets: list[PretendedOutlet] = field(default_factory=lambda: [PretendedOutlet()])
    hours: Calendar | None = None
    serial: Iterator[int] = field(default_factory=count)

    def evaluate(self, case: Case) -> Evaluation:
        return evaluate(case, self.policy, {}, self.clock.now())

    def evaluation_of(self, case: Case) -> Evaluation:
        return noticed(self.evaluate(case), epoch(self.clock.now()))

    def opens(self, when: str, number: str = "CH-1001", question: str = "m1") -> None:
        """A customer asks."""
        opened = event(when, Opened(number, "fyndiq", f"E-{number}", "Var är paketet? 🙂"))
        events = (opened, asks(when, question))
        with self.store.writing() as writer:
            case = replay(events)
            writer.save(Change(case, events, is_new=True), self.evaluation_of(case))

    def learns(self, *events: Event, number: str = "CH-1001") -> None:
        """Something more becomes known of a case."""
        with self.store.writing() as writer:
            case = writer.case(number)
            for happened in events:
                case = apply(case, happened)
            writer.save(Change(case, events), self.evaluation_of(case))

    def reads(self, until: str) -> None:
        """The channel is read."""
        with self.store.writing() as writer:
            writer.record_channel(ChannelRecord("fyndiq", read_until=at(until)))

    def follows(self, other: Policy) -> None:
        """A new policy, under which every open case is evaluated anew."""
        self.policy = other
        with self.store.writing() as writer:
            for line in self.store.cases(CaseFilter(limit=None)):
                evaluation = self.evaluation_of(writer.case(line.number))
                writer.set_evaluation(line.number, replace(evaluation, wakeup=0))

    def ports(self, store: Store | None = None) -> EscalationPorts:
        return EscalationPorts(
            store=store or self.store,
            clock=self.clock,
            evaluation_of=self.evaluate,
            outlets=self.outlets,
            new_id=lambda: f"id-{next(self.serial)}",
            hours=self.hours,
        )

    def looks(self, when: str, read: str | None = "", store: Store | None = None) -> EscalationResult:
        """A run at an instant; the channel was read up to it, up to another one, or (None) no further than before."""
        self.clock.instant = at(when)
        if read is not None:
            self.reads(read or when)
        return escalate(self.ports(store))

    def ticks(self, since: datetime, rules: Policy) -> EscalationResult:
        """A run in which each look at the clock shows another second."""
        ticking = TickingClock(since)
        ports = replace(self.ports(), clock=ticking)
        return escalate(replace(ports, evaluation_of=lambda case: evaluate(case, rules, {}, ticking.now())))

    @property
    def outlet(self) -> PretendedOutlet:
        return self.outlets[0]

    @property
    def states(self) -> dict[str, StepState]:
        return {record.key.name: record.state for record in self.store.steps()}

    @property
    def record(self) -> StepRecord:
        """The only record there is."""
        [record] = self.store.steps()
        return record


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(at("09-07 12:00"))


@pytest.fixture
def office(store: Store, clock: MovableClock) -> Office:
    return Office(store, clock)


# --- Once ---


def test_each_step_is_told_when_it_comes_and_once_over_many_runs(office: Office) -> None:
    office.opens("09-07 12:00")
    for when in ("09-08 05:59", "09-08 06:00", "09-08 06:05", "09-08 11:00", "09-08 12:01", "09-09 12:00"):
        office.looks(when)

    assert office.outlet.told == [
        ("owner", ["CH-1001 warn"]),
        ("lead", ["CH-1001 lead"]),
        ("queue", ["CH-1001 breach"]),
    ]
    assert set(office.states.values()) == {StepState.TOLD}


def test_each_notifier_is_told_once_of_what_is_for_it(office: Office) -> None:
    office.outlets = [PretendedOutlet("team"), PretendedOutlet("boss", frozenset({Audience.LEAD}))]
    office.opens("09-07 12:00")
    office.looks("09-08 11:30")
    office.looks("09-08 11:40")

    assert [outlet.told for outlet in office.outlets] == [
        [("lead", ["CH-1001 lead"]), ("owner", ["CH-1001 warn"])],
        [("lead", ["CH-1001 lead"])],
    ]


def test_a_changed_policy_tells_nothing_twice(office: Office) -> None:
    office.opens("09-07 12:00")
    office.looks("09-08 06:00")
    office.follows(replace(A_DAY, version="2", rules=policy(first("20h", stages=STAGES)).rules))
    office.looks("09-08 07:30")

    assert office.outlet.names == ["CH-1001 warn", "CH-1001 lead"]


def test_a_moved_deadline_tells_no_step_twice(office: Office) -> None:
    office.opens("09-07 12:00")
    office.looks("09-08 06:00")
    office.learns(given("09-08 07:00", "09-09 12:00", Author.SELLER))
    office.looks("09-09 11:30")

    assert office.outlet.names == ["CH-1001 warn", "CH-1001 lead"]


def test_five_hundred_breaches_give_one_message_for_each_outlet_and_audience(office: Office) -> None:
    office.outlets = [PretendedOutlet("mail"), PretendedOutlet("team")]
    for number in range(1001, 1501):
        office.opens("09-07 12:00", f"CH-{number}", f"m{number}")

    office.looks("09-08 12:01")

    found = [[(audience, len(names)) for audience, names in outlet.told] for outlet in office.outlets]
    assert found == [[("lead", 500), ("queue", 500)]] * 2
    assert len(set(office.outlets[0].names)) == 1000


def test_more_cases_than_fit_into_one_batch_are_all_looked_at(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.runs.escalation._AT_ONCE", 2)
    for number in range(1001, 1006):
        office.opens("09-07 12:00", f"CH-{number}", f"m{number}")

    result = office.looks("09-08 06:00")

    assert (result.looked_at, len(result.told)) == (5, 5)
    assert office.store.awake(office.clock.now()) == []


# --- Held until read ---


def test_what_says_late_is_held_until_the_channel_was_read_past_the_due_instant(office: Office) -> None:
    office.policy = BREACH_ONLY
    office.opens("09-07 12:00")
    held = office.looks("09-08 12:30", read="09-08 12:00")
    still = office.looks("09-08 12:40", read=None)
    told = office.looks("09-08 12:45", read="09-08 12:44")

    assert [reason for _, reason in held.waiting] == ["channel fyndiq to be read past the due instant"]
    assert (held.told, still.told, office.record.state) == ([], [], StepState.TOLD)
    assert [step.name for step in told.told] == ["breach"]


def test_a_channel_that_was_never_read_holds_what_says_late(office: Office) -> None:
    office.policy = BREACH_ONLY
    office.opens("09-07 12:00")
    result = office.looks("09-08 12:30", read=None)

    assert (len(result.waiting), office.outlet.told) == (1, [])
    assert office.record.reason == "channel fyndiq to be read past the due instant"


def test_a_warning_is_not_held(office: Office) -> None:
    office.opens("09-07 12:00")
    office.looks("09-08 06:00", read=None)

    assert office.outlet.names == ["CH-1001 warn"]


def test_an_answer_that_is_read_while_the_breach_is_held_withdraws_it_untold(office: Office) -> None:
    office.policy = BREACH_ONLY
    office.opens("09-07 12:00")
    office.looks("09-08 12:30", read="09-08 11:00")
    office.learns(answers("09-08 11:59"))
    office.looks("09-08 12:45")

    assert office.outlet.told == []
    assert office.record.state is StepState.WITHDRAWN
    assert office.record.reason == "it was not due any more when it could be told"


# --- Notification hours ---


def test_people_are_told_in_the_notification_hours_and_when_they_begin(office: Office) -> None:
    office.hours = week("08:00-20:00")
    office.opens("09-07 12:00")
    night, late, morning = office.looks("09-08 06:00"), office.looks("09-08 07:59"), office.looks("09-08 08:00")

    assert [reason for _, reason in night.waiting] == ["the notification hours"]
    assert (late.told, [step.name for step in morning.told]) == ([], ["warn"])


def test_hours_that_are_not_known_any_more_keep_nobody_in_the_dark(office: Office) -> None:
    office.hours = week("08:00-20:00", until="2026-09-07")
    office.opens("09-07 12:00")
    office.looks("09-08 03:00")
    office.looks("09-08 06:00")

    assert office.outlet.names == ["CH-1001 warn"]


def test_what_was_answered_in_the_night_is_told_to_nobody(office: Office) -> None:
    office.hours = week("08:00-20:00")
    office.opens("09-07 12:00")
    office.looks("09-08 06:00")
    office.learns(answers("09-08 07:00"))
    office.looks("09-08 08:00")

    assert (office.outlet.told, office.states) == ([], {"warn": StepState.WITHDRAWN})


# --- Withdrawn, and true after all ---


def test_a_step_that_was_withdrawn_untold_is_told_when_it_comes_again(office: Office) -> None:
    office.policy, office.hours = BREACH_ONLY, week("08:00-20:00")
    office.opens("09-07 01:00")
    office.looks("09-08 02:00")
    office.learns(given("09-08 02:30", "09-09 12:00", Author.SELLER))
    office.looks("09-08 09:00")
    withdrawn = office.states
    office.looks("09-09 12:01")
    office.looks("09-09 12:02")

    assert withdrawn == {"breach": StepState.WITHDRAWN}
    assert office.outlet.names == ["CH-1001 breach"]


def test_a_case_that_is_parked_before_anybody_was_told_is_told_of_when_it_comes_back(office: Office) -> None:
    office.policy = policy(first("24wh", week("00:00-24:00"), stages=STAGES, pauses=(PARKED,)))
    office.hours = week("08:00-20:00")
    office.opens("09-07 12:00")
    office.looks("09-08 06:00")
    office.learns(parks("09-08 07:00"))
    office.looks("09-08 09:00")
    parked = office.states
    office.learns(unparks("09-08 10:00"))
    office.looks("09-08 10:01")

    assert (parked, office.outlet.names) == ({"warn": StepState.WITHDRAWN}, ["CH-1001 warn"])


def test_a_breach_that_turns_out_untrue_is_withdrawn_and_stays_visible(office: Office) -> None:
    office.policy = BREACH_ONLY
    office.opens("09-07 12:00")
    office.looks("09-08 12:30")
    office.learns(answers("09-08 11:59"))
    result = office.looks("09-08 12:45")

    assert office.outlet.names == ["CH-1001 breach"]
    assert [record.key.case_number for record in result.withdrawn] == ["CH-1001"]
    assert (office.record.state, office.record.reason) == (StepState.WITHDRAWN, "it turned out not to be late")
    assert office.looks("09-08 13:00").withdrawn == []


def test_a_breach_is_told_again_only_if_it_comes_at_another_instant(office: Office) -> None:
    office.policy = BREACH_ONLY
    office.opens("09-07 12:00")
    office.looks("09-08 12:30")
    office.learns(given("09-08 12:40", "09-09 12:00", Author.SELLER))
    office.looks("09-08 13:00")
    withdrawn = office.states
    office.looks("09-09 12:01")

    assert withdrawn == {"breach": StepState.WITHDRAWN}
    assert office.outlet.names == ["CH-1001 breach", "CH-1001 breach"]
    assert (office.record.state, office.record.at) == (StepState.TOLD, at("09-09 12:00"))


def test_a_step_that_could_not_be_told_and_was_withdrawn_is_told_when_it_is_true_after_all(office: Office) -> None:
    office.policy = BREACH_ONLY
    office.opens("09-07 12:00")
    office.outlet.error = Unavailable("connection refused")
    office.looks("09-08 12:30")
    office.learns(given("09-08 12:40", "09-09 12:00", Author.SELLER))
    office.looks("09-08 13:00")
    office.outlet.error = None
    office.learns(given("09-08 13:10", "", Author.SELLER))
    office.looks("09-08 13:20")

    assert office.outlet.names == ["CH-1001 breach"]


def test_a_step_that_moved_before_it_was_told_is_kept_with_the_instant_it_was_told_for(office: Office) -> None:
    office.policy, office.hours = BREACH_ONLY, week("13:00-20:00")
    office.opens("09-07 12:00")
    office.looks("09-08 12:10")
    office.learns(given("09-08 12:11", "09-08 12:20", Author.SELLER))
    office.looks("09-08 13:00")

    assert (office.record.state, office.record.at) == (StepState.TOLD, at("09-08 12:20"))


def test_a_breach_that_is_true_after_all_was_told_already(office: Office) -> None:
    office.policy = BREACH_ONLY
    office.opens("09-07 12:00")
    office.looks("09-08 12:30")
    office.learns(given("09-08 12:40", "09-09 12:00", Author.SELLER))
    office.looks("09-08 13:00")
    office.learns(given("09-08 13:10", "", Author.SELLER))
    office.looks("09-08 13:20")

    assert office.outlet.names == ["CH-1001 breach"]
    assert (office.record.state, office.record.reason) == (StepState.TOLD, "it was taken back, and is true after all")


@pytest.mark.parametrize("what", [answers("09-08 11:59"), closes("09-08 11:00"), needs_no_reply("09-08 11:00", "m1")])
def test_a_case_that_needs_nobody_any_more_is_told_of_no_more(office: Office, what: Event) -> None:
    office.opens("09-07 12:00")
    office.looks("09-08 06:00")
    office.learns(what)
    office.looks("09-10 12:00")

    assert office.outlet.names == ["CH-1001 warn"]


def test_an_outlet_that_wants_no_such_steps_any_more_is_not_told_of_those_that_waited(office: Office) -> None:
    office.hours = week("08:00-20:00")
    office.opens("09-07 12:00")
    office.looks("09-08 06:00")
    office.outlet.audiences = frozenset({Audience.LEAD})
    office.looks("09-08 08:00")

    assert (office.outlet.told, office.states) == ([], {"warn": StepState.WITHDRAWN})


def test_steps_wait_for_a_notifier_that_was_taken_out_until_they_are_obsolete(office: Office) -> None:
    office.hours = week("08:00-20:00")
    office.opens("09-07 12:00")
    office.looks("09-08 06:00")
    office.outlets = []
    [(_, reason)] = office.looks("09-08 08:00").waiting
    office.learns(answers("09-08 08:30"))
    office.looks("09-08 09:00")

    assert reason == "a notifier team that works"
    assert office.states == {"warn": StepState.WITHDRAWN}


# --- Cases that become known late, and closed ones ---


def test_a_case_imported_long_after_its_due_instant_is_told_at_once(office: Office) -> None:
    office.clock.instant = at("10-19 09:00")
    office.opens("09-07 12:00")
    office.looks("10-19 09:00")

    assert office.outlet.names == ["CH-1001 lead", "CH-1001 breach"]


def test_a_closed_case_is_told_to_nobody(office: Office) -> None:
    office.clock.instant = at("10-19 09:00")
    office.opens("09-07 12:00")
    office.learns(closes("10-19 08:59"))
    result = office.looks("10-19 09:00")

    assert (result.told, office.store.steps()) == ([], [])


def test_what_must_be_prepared_is_told_as_an_act_for_a_person_and_nothing_else_happens(office: Office) -> None:
    ask_for_time = stage("ask-for-time", Deed.PREPARE, before="2h", what="ask the platform for more time")
    office.policy = policy(first("24h", stages=(ask_for_time,)))
    office.opens("09-07 12:00")
    before = office.store.history("CH-1001")
    [step] = office.looks("09-08 10:00").told

    assert (step.do, step.what) == (Deed.PREPARE, "ask the platform for more time")
    assert office.store.history("CH-1001") == before
    assert office.store.replies(frozenset(ReplyState)) == []
    assert office.store.case("CH-1001").state is CaseState.OPEN


# --- Failing outlets ---


def test_what_surely_was_not_told_is_tried_again_by_the_next_runs_and_then_given_up(office: Office) -> None:
    office.policy, office.outlet.error = BREACH_ONLY, Unavailable("connection refused")
    office.opens("09-07 12:00")
    hours = range(13, 13 + MOST_TRIES + 3)
    results = [office.looks(f"09-{8 + hour // 24:02} {hour % 24:02}:00") for hour in hours]

    assert [len(result.failures) for result in results] == [1] * MOST_TRIES + [0] * 3
    assert (office.record.state, office.record.tries) == (StepState.FAILED, MOST_TRIES)
    assert office.record.reason == "connection refused"
    assert set(office.outlet.ids) == {"id-0"}


def test_what_fails_rests_longer_after_each_failure(office: Office) -> None:
    office.outlet.error = Unavailable("connection refused")
    office.opens("09-07 12:00")

    tried = [minute for minute in range(40) if office.looks(f"09-08 06:{minute:02}").failures]

    assert tried == [0, 1, 3, 7, 15, 31]


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("503"),
        RateLimited("429", at("09-08 07:00")),
        AuthenticationFailed("the token was revoked"),
    ],
)
def test_a_failure_that_passes_is_told_once_in_the_end(office: Office, error: Exception) -> None:
    office.opens("09-07 12:00")
    office.outlet.error = error
    office.looks("09-08 06:00")
    office.outlet.error = None
    result = office.looks("09-08 06:05")
    office.looks("09-08 06:10")

    assert (result.ok, office.outlet.names) == (True, ["CH-1001 warn"])


def test_a_try_that_tells_of_something_new_as_well_has_an_id_of_its_own(office: Office) -> None:
    office.opens("09-07 12:00")
    office.outlet.error = Unavailable("connection refused")
    office.looks("09-08 06:00")
    office.opens("09-07 12:00", "CH-1002", "m2")
    office.outlet.error = None
    office.looks("09-08 06:05")

    assert office.outlet.ids == ["id-0", "id-1"]
    assert sorted(office.outlet.names) == ["CH-1001 warn", "CH-1002 warn"]


def test_a_failure_keeps_its_reason_over_night(office: Office) -> None:
    office.hours = week("05:00-06:30", ("tue",))
    office.outlet.error = Unavailable("connection refused")
    office.opens("09-07 12:00")
    office.looks("09-08 06:00")
    office.looks("09-08 07:00")

    assert (office.record.state, office.record.reason) == (StepState.FAILED, "connection refused")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Rejected("550 no such user"), StepState.REFUSED),
        (Uncertain("the line broke after DATA"), StepState.UNCERTAIN),
        (ZeroDivisionError("s3cret"), StepState.UNCERTAIN),
    ],
)
def test_what_was_refused_or_perhaps_told_is_never_repeated(office: Office, error: Exception, state: StepState) -> None:
    office.outlet.error = error
    office.opens("09-07 12:00")
    first_run = office.looks("09-08 06:00")
    office.outlet.error = None
    second_run = office.looks("09-08 06:05")

    assert (first_run.ok, second_run.ok) == (False, True)
    assert (office.record.state, office.outlet.told) == (state, [])
    assert "s3cret" not in f"{office.record}{first_run.failures}"


def test_one_outlets_failure_stops_no_other(office: Office) -> None:
    office.outlets = [PretendedOutlet("a", error=KeyError("漢字")), PretendedOutlet("b")]
    office.opens("09-07 12:00")
    result = office.looks("09-08 06:00")

    assert office.outlets[1].names == ["CH-1001 warn"]
    assert [failure[:2] for failure in result.failures] == ["a:"]


def test_a_step_that_comes_while_its_case_is_looked_at_is_told(office: Office) -> None:
    """No event and no wake-up would bring it up again."""
    remind = policy(first("24h", stages=(stage("remind", after="1h"),)))  # 09-08 13:00
    office.opens("09-07 12:00")
    office.reads("09-08 13:01")
    for second in range(50, 62):
        with office.store.writing() as writer:
            writer.set_evaluation("CH-1001", replace(office.evaluate(writer.case("CH-1001")), wakeup=0))
        office.ticks(at("09-08 12:59") + timedelta(seconds=second), remind)

        assert office.outlet.names == ["CH-1001 remind"] or office.store.awake(at("09-09 12:00")) == ["CH-1001"]


# --- Dying ---


@dataclass
class DyingStore:
    """The store, at whose n-th write transaction the process dies, before or after it is kept."""

    store: Store
    dies_at: int
    kept: bool
    done: int = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        self.done += 1
        if self.done == self.dies_at and not self.kept:
            raise Killed
        with self.store.writing() as writer:
            yield writer
        if self.done == self.dies_at:
            raise Killed


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("dies_at", range(1, 8))
def test_a_run_that_dies_at_any_write_tells_nobody_twice_and_loses_no_step(
    office: Office, dies_at: int, kept: bool
) -> None:
    office.opens("09-07 12:00")
    dying = DyingStore(office.store, dies_at, kept)
    try:
        office.looks("09-08 11:30", store=cast("Store", dying))
        died = False
    except Killed:
        died = True
    for when in ("09-08 11:31", "09-08 11:32"):
        office.looks(when)

    names = office.outlet.names
    uncertain = [name for name, state in office.states.items() if state is StepState.UNCERTAIN]
    assert died == (dies_at <= 5)
    assert len(names) == len(set(names))
    assert {name.split()[1] for name in names} | set(uncertain) == {"warn", "lead"}
    assert len(uncertain) <= 1


def test_a_run_that_dies_while_it_tells_has_perhaps_told(office: Office) -> None:
    office.outlet.error = Killed()
    office.opens("09-07 12:00")
    with pytest.raises(Killed):
        office.looks("09-08 06:00")
    dead = office.states
    office.outlet.error = None
    office.looks("09-08 06:05")

    assert (dead, office.states) == ({"warn": StepState.TELLING}, {"warn": StepState.UNCERTAIN})
    assert office.record.reason == "a run was interrupted while it told of this"
    assert office.outlet.told == []


def test_a_store_in_trouble_is_a_failure_of_this_look_only(office: Office) -> None:
    office.opens("09-07 12:00")
    broken = DyingStore(office.store, 0, kept=False)

    def full(*_: object) -> Sequence[str]:
        raise StoreError("the disk is full")

    broken.__dict__["awake"] = full
    result = office.looks("09-08 06:00", store=cast("Store", broken))
    office.looks("09-08 06:05")

    assert (result.failures, result.ok) == (["the disk is full"], False)
    assert office.outlet.names == ["CH-1001 warn"]


def test_of_two_runs_at_once_one_tells(office: Office) -> None:
    office.opens("09-07 12:00")
    other: list[EscalationResult] = []

    def look_too() -> None:
        thread = threading.Thread(target=lambda: other.append(escalate(office.ports())))
        thread.start()
        thread.join()

    office.outlet.before = look_too
    result = office.looks("09-08 06:00")

    assert (len(result.told), office.outlet.names) == (1, ["CH-1001 warn"])
    assert (other[0].told, other[0].ok) == ([], True)
    assert "escalation" in other[0].skipped


def test_a_run_that_is_asked_to_stop_tells_no_more_and_the_next_one_does(office: Office) -> None:
    office.opens("09-07 12:00")
    ports = office.ports()
    office.outlet.before = ports.stop.set
    office.clock.instant = at("09-08 11:30")
    stopped = escalate(ports)
    office.outlet.before = lambda: None
    office.looks("09-08 11:31")

    assert len(stopped.told) == 1
    assert sorted(office.outlet.names) == ["CH-1001 lead", "CH-1001 warn"]


def test_one_case_that_cannot_be_read_hides_no_other(office: Office) -> None:
    office.opens("09-07 12:00")
    office.opens("09-07 12:00", number="CH-1002", question="m2")
    readable = office.evaluate

    def evaluate_what_can_be_read(case: Case) -> Evaluation:
        if case.number == "CH-1001":
            raise StoreError("an event of CH-1001 cannot be read")
        return readable(case)

    office.clock.instant = at("09-08 06:00")
    result = escalate(replace(office.ports(), evaluation_of=evaluate_what_can_be_read))

    assert result.failures == ["CH-1001: an event of CH-1001 cannot be read"]
    assert {step.case_number for step in result.told} == {"CH-1002"}


def test_a_step_of_a_case_that_was_damaged_meanwhile_waits_and_the_others_are_told(office: Office) -> None:
    office.outlet.error = Unavailable("connection refused")
    office.opens("09-07 12:00")
    office.opens("09-07 12:00", number="CH-1002", question="m2")
    office.looks("09-08 06:00")
    office.outlet.error = None
    readable = office.evaluate

    def evaluate_what_can_be_read(case: Case) -> Evaluation:
        if case.number == "CH-1001":
            raise StoreError("an event of CH-1001 cannot be read")
        return readable(case)

    office.clock.instant = at("09-08 06:05")
    result = escalate(replace(office.ports(), evaluation_of=evaluate_what_can_be_read))

    assert result.failures == ["CH-1001: an event of CH-1001 cannot be read"]
    assert {step.case_number for step in result.told} == {"CH-1002"}
    assert {r.state for r in office.store.steps(case_number="CH-1001")} == {StepState.FAILED}
