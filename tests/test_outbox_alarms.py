"""Replies that wait for too long are told of, once, by the same outlets as deadlines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import Act, ActKind
from hub.core.escalation import StepState
from hub.core.notice_text import make_text
from hub.core.outbox import Hold, Reply, ReplyState, hold, move
from hub.core.outbox_alarms import ALARMING, Limits, alarms
from hub.core.ports import CaseFilter, Store
from hub.errors import Unavailable
from hub.runs.channel import Source
from hub.runs.escalation import escalate
from hub.runs.sync import SyncPorts, sync
from hub.runs.telling import EscalationPorts, EscalationResult
from tests.fakes import MONDAY_NOON, MovableClock, PretendedPlatform, a_day_later, letter
from tests.test_escalation_run import PretendedOutlet

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
REPLY = Reply("k1", "CH-1001", "shop", "Hej", NOON, by="eva")
LIMITS = Limits()
EARLIEST, LATEST = NOON - timedelta(days=3), NOON + timedelta(days=3)


@pytest.mark.parametrize(
    ("reply", "end"),
    [
        (REPLY, timedelta(minutes=30)),
        (move(REPLY, ReplyState.HELD), timedelta(hours=4)),
        (replace(REPLY, state=ReplyState.SENDING), timedelta(minutes=30)),
        (replace(REPLY, state=ReplyState.ACCEPTED), timedelta(days=1)),
        (replace(REPLY, state=ReplyState.ACCEPTED, until=NOON + timedelta(hours=3)), timedelta(hours=3)),
        (replace(REPLY, state=ReplyState.UNCERTAIN), timedelta(hours=1)),
        (replace(REPLY, state=ReplyState.REJECTED), timedelta()),
        (replace(REPLY, state=ReplyState.FAILED), timedelta()),
        (replace(REPLY, state=ReplyState.DELIVERED), None),
        (replace(REPLY, state=ReplyState.CANCELLED), None),
        (replace(REPLY, automatic=True), None),
        (replace(REPLY, automatic=True, act=Act(ActKind.MARK_READ)), None),
        (replace(REPLY, send_at=NOON + timedelta(days=2)), timedelta(days=2, minutes=30)),
    ],
)
def test_each_state_has_its_limit(reply: Reply, end: timedelta | None) -> None:
    assert LIMITS.end(reply) == (None if end is None else NOON + end)


@given(st.sampled_from(sorted(ReplyState)), st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None)))
def test_what_alarms_has_waited_for_longer_than_it_may_and_is_not_settled(state: ReplyState, wall: datetime) -> None:
    now, reply = wall.replace(tzinfo=UTC), replace(REPLY, state=state)

    late = LIMITS.overdue([reply], now)

    end = LIMITS.end(reply)
    assert bool(late) is (end is not None and end <= now)
    assert not late or state in ALARMING


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def outlet() -> PretendedOutlet:
    return PretendedOutlet()


@pytest.fixture
def number(store: Store, clock: MovableClock) -> str:
    """The number of a case that has one message."""
    sync([Source("shop", PretendedPlatform([letter("m1")]).connect)], SyncPorts(store, clock, a_day_later))
    [line] = store.cases(CaseFilter())
    return line.number


def keep(store: Store, reply: Reply, number: str) -> None:
    with store.writing() as writer:
        writer.save_reply(replace(reply, case_number=number))


def look(
    store: Store, clock: MovableClock, outlet: PretendedOutlet, limits: Limits | None = LIMITS
) -> EscalationResult:
    return escalate(EscalationPorts(store, clock, a_day_later, [outlet], lambda: "id", limits=limits, patient=False))


def test_a_reply_that_waits_for_too_long_is_told_of_once(
    store: Store, clock: MovableClock, outlet: PretendedOutlet, number: str
) -> None:
    keep(store, REPLY, number)
    look(store, clock, outlet)
    before = list(outlet.names)
    clock.advance(minutes=30)
    look(store, clock, outlet)
    look(store, clock, outlet)

    assert before == []
    assert outlet.names == [f"{number} queued"]


def test_another_state_is_told_of_again(
    store: Store, clock: MovableClock, outlet: PretendedOutlet, number: str
) -> None:
    keep(store, hold(REPLY, Hold.APPROVAL, "waits for bo"), number)
    clock.advance(hours=4)
    look(store, clock, outlet)
    keep(store, replace(REPLY, state=ReplyState.REJECTED, reason="IE012"), number)
    look(store, clock, outlet)

    assert outlet.names == [f"{number} held approval", f"{number} rejected"]


def test_nobody_is_told_of_what_was_delivered_before_he_could_be(
    store: Store, clock: MovableClock, outlet: PretendedOutlet, number: str
) -> None:
    keep(store, REPLY, number)
    clock.advance(minutes=40)
    outlet.error = Unavailable("no network")
    failed = look(store, clock, outlet)
    keep(store, replace(REPLY, state=ReplyState.DELIVERED), number)
    outlet.error = None
    look(store, clock, outlet)

    assert failed.failures == ["team: no network"]
    assert outlet.names == []
    assert [record.state for record in store.steps()] == [StepState.WITHDRAWN]


def test_without_limits_nobody_is_told(store: Store, clock: MovableClock, outlet: PretendedOutlet, number: str) -> None:
    keep(store, REPLY, number)
    clock.advance(hours=9)

    assert look(store, clock, outlet, limits=None).told == []


def test_the_words_name_the_reply_and_the_way(store: Store, number: str) -> None:
    held = hold(replace(REPLY, case_number=number), Hold.APPROVAL, "waits for bo")
    late = MONDAY_NOON + timedelta(hours=5)
    steps = list(alarms(store.case(number), [held], LIMITS, late))

    title, text = make_text(steps, 1, late, "Europe/Stockholm")

    assert title == f"{number}: the reply in the outbox was due Mon 2 Mar 17:00"
    assert "Reply k1 is held (waits for bo): `casehub outbox show k1`." in text
