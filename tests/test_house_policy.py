"""The deadline of a case under the promise of the office: from its events and the policy, and from nothing else."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from hub.core.evaluation import evaluate
from hub.core.events import Event, Happening, MessageArrived, Opened, ReplyDelivered, StateChanged
from hub.core.model import Author, Case, CaseState, Direction, Message
from hub.core.readings import Deadline, headline
from hub.core.replay import apply, replay
from hub.core.targets import parse_step
from hub.core.worktime import Calendar
from hub.policies.book import load_book
from hub.policies.surroundings import Surroundings

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00-17:00",))
KNOWN = Calendar("UTC", WEEK, valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31))
OFFICE = Surroundings(KNOWN, (parse_step("8wh"),))
POLICY = load_book((), None, OFFICE, {}, date(2026, 11, 1)).named("office")
MONDAY = datetime(2026, 11, 16, 10, tzinfo=UTC)


def hours(count: float) -> datetime:
    return MONDAY + timedelta(hours=count)


def asked(when: datetime, ref: str = "", automatic: bool = False) -> MessageArrived:
    ref = ref or f"in-{when.isoformat()}"
    return MessageArrived(Message(ref, Author.CUSTOMER, Direction.INBOUND, when, "Var är det? 🙂", automatic=automatic))


def answered(when: datetime, automatic: bool = False) -> ReplyDelivered:
    ref = f"reply:{when.isoformat()}"
    return ReplyDelivered(ref, Message(ref, Author.SELLER, Direction.OUTBOUND, when, "Hej!", automatic=automatic))


def noted(when: datetime) -> MessageArrived:
    return MessageArrived(Message(f"note-{when}", Author.SELLER, Direction.NOTE, when, "ring henne"))


def closed(state: CaseState = CaseState.CLOSED) -> StateChanged:
    return StateChanged(state, Author.SELLER, "Åsa")


def deadline(found: Case) -> Deadline | None:
    return headline(evaluate(found, POLICY, {}, hours(24 * 60), KNOWN))


def owed(started_at: datetime, due: datetime | None, clock: str = "first_response", problem: str = "") -> Deadline:
    return Deadline("promise", started_at, due, problem, clock)


def history(*happened: tuple[Happening, datetime]) -> list[Event]:
    opening: Happening = Opened("CH-1001", "mail", "r1")
    return [Event(what, when, when) for what, when in ((opening, MONDAY), *happened)]


def case(*happened: tuple[Happening, datetime]) -> Case:
    return replay(history(*happened))


def test_the_clock_starts_with_the_customers_message() -> None:
    found = deadline(case((asked(hours(0)), hours(0))))

    assert found == owed(hours(0), hours(24))


def test_the_oldest_unanswered_message_counts() -> None:
    found = deadline(case((asked(hours(0)), hours(0)), (asked(hours(3)), hours(3))))

    assert found is not None
    assert found.started_at == hours(0)


def test_an_answered_case_owes_nothing() -> None:
    assert deadline(case((asked(hours(0)), hours(0)), (answered(hours(1)), hours(1)))) is None


def test_thanks_after_the_answer_starts_a_new_deadline() -> None:
    thanked = case((asked(hours(0)), hours(0)), (answered(hours(1)), hours(1)), (asked(hours(2)), hours(2)))

    assert deadline(thanked) == owed(hours(2), hours(26), "next_response")


def test_a_closed_case_owes_nothing_until_it_is_opened_or_the_customer_writes_again() -> None:
    events = ((asked(hours(0)), hours(0)), (closed(), hours(1)))

    assert deadline(case(*events)) is None
    reopened = deadline(case(*events, (closed(CaseState.OPEN), hours(2))))
    assert reopened is not None
    assert reopened.started_at == hours(0)
    again = deadline(case(*events, (asked(hours(3)), hours(3))))
    assert again is not None
    assert again.started_at == hours(3)


@pytest.mark.parametrize("happened", [asked(hours(0), automatic=True), noted(hours(0)), answered(hours(0))])
def test_what_no_customer_wrote_starts_no_deadline(happened: Happening) -> None:
    assert deadline(case((happened, hours(0)))) is None


@pytest.mark.parametrize("happened", [answered(hours(1), automatic=True), noted(hours(1))])
def test_only_a_persons_public_answer_ends_a_deadline(happened: Happening) -> None:
    found = deadline(case((asked(hours(0)), hours(0)), (happened, hours(1))))

    assert found is not None
    assert found.started_at == hours(0)


def test_beyond_the_calendar_the_deadline_is_unknown_and_says_why() -> None:
    late = datetime(2026, 12, 31, 16, tzinfo=UTC)

    found = deadline(case((asked(late), late)))

    problem = "the calendar is known until 2026-12-31 only: add the holidays after it and move its end"
    assert found == owed(late, None, problem=problem)


def test_parts_of_a_second_do_not_move_a_deadline() -> None:
    started = hours(0) + timedelta(microseconds=999_999)

    found = deadline(case((asked(started), started)))

    assert found == owed(hours(0), hours(24))


def test_when_we_learnt_of_a_message_does_not_matter() -> None:
    events = history((asked(hours(0)), hours(0)))
    late = [Event(event.what, event.at, event.seen_at + timedelta(days=30)) for event in events]

    assert deadline(replay(late)) == deadline(replay(events))


@pytest.mark.parametrize("seed", range(50))
def test_a_deadline_is_the_same_after_every_replay(seed: int) -> None:
    rng = random.Random(seed)
    makers = (asked, answered, noted, lambda when: asked(when, automatic=True), lambda _: closed())
    happened = [(rng.choice(makers)(hours(n)), hours(n)) for n in range(rng.randrange(1, 12))]
    events = history(*happened)
    step_by_step = replay(events[:1])
    for event in events[1:]:
        step_by_step = apply(step_by_step, event)

    assert deadline(replay(events)) == deadline(step_by_step) == deadline(replay(events))
