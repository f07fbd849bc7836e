"""How long a reply waits: by the time the machine has been running, whatever the clock on the wall is set to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import SystemClock
from hub.core.codec import dumps, loads
from hub.core.outbox import (
    SETTLE,
    Hold,
    Reply,
    ReplyState,
    become_uncertain,
    broken_off,
    doubted,
    hold,
    hold_for_channel,
    move,
    not_sent,
    rested,
    settle_again,
    start_sending,
    undoable,
)
from hub.core.uptime import PRETENDED, Rest, Uptime, rest_of, uptime_of
from tests.fakes import MovableClock

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
REPLY = Reply("k1", "CH-1001", "mail", "Hej Åsa 🙂", NOON, by="Öberg", after="in-0")
BOOT = Uptime("boot", 60_000)
TEN = timedelta(seconds=10)

instants = st.timedeltas(timedelta(days=-400), timedelta(days=400)).map(lambda by: NOON + by)


def later(seconds: float) -> Uptime:
    return Uptime("boot", 60_000 + round(seconds * 1000))


@given(wall=instants, seconds=st.integers(0, 600))
def test_a_rest_is_over_when_the_machine_has_run_so_long_whatever_the_wall_shows(wall: datetime, seconds: int) -> None:
    uncertain = rested(become_uncertain(start_sending(REPLY), "no answer", NOON), NOON, BOOT)

    assert uncertain.may_go(wall, later(seconds)) is (seconds >= SETTLE.total_seconds())


@given(wall=instants)
def test_after_a_new_start_of_the_machine_the_wall_decides(wall: datetime) -> None:
    waiting = undoable(REPLY, TEN, NOON, BOOT)

    assert waiting.may_go(wall, Uptime("another boot", 5)) is (wall >= NOON + TEN)


def test_where_starts_cannot_be_told_apart_no_rest_is_believed() -> None:
    assert Rest("", 5).is_over(Uptime("", 10)) is None


def test_an_uncertain_reply_rests_anew_after_the_machine_was_started_again_once() -> None:
    uncertain = rested(become_uncertain(start_sending(REPLY), "no answer", NOON), NOON, BOOT)
    started = Uptime("another boot", 1_000)

    again = settle_again(uncertain, NOON + timedelta(days=1), started)

    assert again.not_before == NOON + timedelta(days=1) + SETTLE
    assert not again.may_go(NOON + timedelta(days=1), started)
    assert again.may_go(NOON + timedelta(days=1) + SETTLE, started)
    assert settle_again(again, NOON + timedelta(days=2), Uptime("a third boot", 1)) is again
    assert rested(again, NOON, started) is again
    assert settle_again(uncertain, NOON, BOOT) is uncertain
    assert settle_again(replace(REPLY, rest=Rest("gone", 1)), NOON, BOOT).state is ReplyState.QUEUED


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        (undoable(REPLY, TEN, NOON, BOOT), TEN),
        (replace(undoable(REPLY, TEN, NOON, BOOT), rest=None), TEN),
        (REPLY, timedelta()),
        (replace(undoable(REPLY, TEN, NOON, BOOT), attempts=1), timedelta()),
        (replace(REPLY, send_at=NOON + TEN, not_before=NOON + TEN), timedelta()),
        (move(undoable(REPLY, TEN, NOON, BOOT), ReplyState.HELD, "x", NOON + TEN), timedelta()),
    ],
    ids=["fresh", "of an older version", "without a pause", "tried before", "to be sent later", "held"],
)
def test_only_what_was_queued_a_moment_ago_can_be_undone(reply: Reply, left: timedelta) -> None:
    assert reply.waits_to_be_undone(NOON, BOOT) == left


def test_the_time_to_undo_runs_out() -> None:
    fresh = undoable(REPLY, TEN, NOON, BOOT)

    assert fresh.waits_to_be_undone(NOON, later(4)) == timedelta(seconds=6)
    assert fresh.waits_to_be_undone(NOON, later(10)) == timedelta()


def test_a_reply_is_not_sent_before_its_time_though_its_pause_is_over() -> None:
    tomorrow = replace(REPLY, send_at=NOON + timedelta(days=1))

    assert not tomorrow.may_go(NOON + timedelta(hours=23), BOOT)
    assert tomorrow.may_go(NOON + timedelta(days=1), BOOT)
    assert undoable(tomorrow, TEN, NOON, BOOT) is tomorrow


def test_what_had_surely_not_left_is_sent_again_and_what_may_have_left_is_looked_up() -> None:
    announced = start_sending(REPLY, told=True)

    assert broken_off(announced, "it died", NOON).state is ReplyState.QUEUED
    assert broken_off(replace(announced, gone=True), "it died", NOON).state is ReplyState.UNCERTAIN
    assert broken_off(start_sending(REPLY), "it died", NOON).state is ReplyState.UNCERTAIN


def test_a_reply_of_an_older_version_may_have_left() -> None:
    older = loads(Reply, dumps(replace(REPLY, state=ReplyState.SENDING)))

    assert broken_off(older, "it died", NOON).state is ReplyState.UNCERTAIN


@pytest.mark.parametrize("why", Hold)
def test_what_a_backup_has_held_is_held_again_when_it_was_not_sent(why: Hold) -> None:
    held = hold(REPLY, why, "it waits")

    back = not_sent(doubted(held, NOON))

    assert doubted(held, NOON).state is ReplyState.UNCERTAIN
    assert (back.state, back.hold) == (ReplyState.HELD, why)
    assert not_sent(doubted(REPLY, NOON)).state is ReplyState.QUEUED


def test_only_a_hold_for_the_channel_asks_nobody() -> None:
    assert {why for why in Hold if not hold(REPLY, why, "x").needs_a_person} == {Hold.CHANNEL}
    assert move(REPLY, ReplyState.HELD, "of an older version").needs_a_person


@given(attempts=st.integers(0, 60), jitter=st.floats(0, 1, exclude_max=True))
def test_a_channel_is_tried_again_within_an_hour(attempts: int, jitter: float) -> None:
    held = hold_for_channel(replace(REPLY, attempts=attempts), "wrong password", NOON, jitter)

    assert held.not_before is not None
    assert timedelta(seconds=15) <= held.not_before - NOON <= timedelta(hours=1)


@given(st.builds(Rest, st.text(max_size=5), st.integers(0, 2**40)), st.sampled_from([None, *Hold]))
def test_what_a_reply_waits_for_survives_being_kept(rest: Rest, why: Hold | None) -> None:
    kept = replace(
        REPLY,
        rest=rest,
        hold=why,
        send_at=NOON,
        client_key="🙂",
        approval="r",
        approvers=("a",),
        left=("the copy",),
        gone=False,
    )

    assert loads(Reply, dumps(kept)) == kept


def test_the_computers_clock_tells_a_running_time_that_only_grows() -> None:
    clock = SystemClock()

    first, second = clock.uptime(), clock.uptime()

    assert first.boot == second.boot
    assert 0 < first.milliseconds <= second.milliseconds


def test_a_pretended_clock_is_taken_by_its_word() -> None:
    clock = MovableClock()
    rest = rest_of(TEN, uptime_of(clock))
    clock.advance(seconds=9)
    before = rest.is_over(uptime_of(clock))
    clock.advance(seconds=1)

    assert uptime_of(clock).boot == PRETENDED
    assert (before, rest.is_over(uptime_of(clock))) == (False, True)
