"""What `status` and a monitor are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hub import Unavailable
from hub.core.acting import mark_read
from hub.core.outbox import Reply, ReplyState
from hub.core.ports import CaseFilter, ChannelRecord, Store
from hub.runs.channel import Source
from hub.runs.health import IDLE, ChannelHealth, examine, in_words
from hub.runs.sync import SyncPorts, sync
from tests.fakes import MONDAY_NOON, MovableClock, PretendedPlatform, a_day_later, letter

HOUR = {"shop": timedelta(hours=1)}


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


def read(store: Store, clock: MovableClock, platform: PretendedPlatform) -> None:
    sync([Source("shop", platform.connect)], SyncPorts(store, clock, a_day_later))


def test_a_channel_that_was_read_a_minute_ago_is_well(store: Store, clock: MovableClock) -> None:
    read(store, clock, PretendedPlatform([letter("m1")]))
    clock.advance(timedelta(minutes=1))

    [shop] = examine(store, clock, HOUR, {})

    assert shop.well


def test_silence_that_lasts_too_long_is_an_alarm_and_no_quiet_success(store: Store, clock: MovableClock) -> None:
    read(store, clock, PretendedPlatform([letter("m1")]))
    clock.advance(timedelta(hours=3))

    [shop] = examine(store, clock, HOUR, {})

    assert not shop.well
    assert shop.troubles == ("was last read 3 h ago, and should be every 60 min",)


def test_a_channel_that_was_never_read_is_an_alarm(store: Store, clock: MovableClock) -> None:
    [shop] = examine(store, clock, HOUR, {})

    assert shop.troubles == ("was never read to its end",)


def test_a_failing_channel_says_what_is_wrong_and_since_when(store: Store, clock: MovableClock) -> None:
    read(store, clock, PretendedPlatform())
    read(store, clock, PretendedPlatform(connect_error=Unavailable("no route to mail.example")))

    [shop] = examine(store, clock, HOUR, {})

    assert shop.troubles == ("no route to mail.example (since 2026-03-02 12:00 UTC)",)


def test_a_broken_channel_is_listed_with_its_reason(store: Store, clock: MovableClock) -> None:
    [broken] = examine(store, clock, {}, {"shop": "the plugin is gone"})

    assert broken.troubles == ("the plugin is gone",)


@pytest.mark.parametrize(
    ("state", "age", "troubled"),
    [
        (ReplyState.QUEUED, timedelta(minutes=5), False),
        (ReplyState.QUEUED, timedelta(minutes=40), True),
        (ReplyState.HELD, timedelta(0), True),
        (ReplyState.REJECTED, timedelta(0), True),
        (ReplyState.DELIVERED, timedelta(days=3), False),
    ],
)
def test_an_answer_nobody_would_notice_is_unsent_is_an_alarm(
    store: Store, clock: MovableClock, state: ReplyState, age: timedelta, troubled: bool
) -> None:
    read(store, clock, PretendedPlatform([letter("m1")]))
    [case] = store.cases(CaseFilter())
    with store.writing() as writer:
        writer.save_reply(Reply("k", case.number, "shop", "Hej", MONDAY_NOON - age, state=state))

    [shop] = examine(store, clock, HOUR, {})

    assert shop.well is not troubled


def test_what_a_platform_has_taken_is_late_only_after_the_instant_by_which_it_tells(
    store: Store, clock: MovableClock
) -> None:
    read(store, clock, PretendedPlatform([letter("m1")]))
    [case] = store.cases(CaseFilter())
    with store.writing() as writer:
        taken = Reply("k", case.number, "shop", "Hej", MONDAY_NOON, state=ReplyState.ACCEPTED)
        writer.save_reply(replace(taken, until=MONDAY_NOON + timedelta(hours=3)))

    clock.advance(minutes=50)
    [before] = examine(store, clock, HOUR, {})
    clock.advance(hours=3)
    [after] = examine(store, clock, {"shop": timedelta(days=1)}, {})

    assert before.well
    assert "unsent" in after.troubles[0]


def test_a_mark_of_reading_that_waits_is_no_alarm(store: Store, clock: MovableClock) -> None:
    read(store, clock, PretendedPlatform([letter("m1")]))
    [case] = store.cases(CaseFilter())
    reading = mark_read(store.case(case.number), "k", MONDAY_NOON - timedelta(days=1), [])
    assert reading is not None
    with store.writing() as writer:
        writer.save_reply(reading)

    [shop] = examine(store, clock, HOUR, {})

    assert (shop.well, shop.replies_waiting) == (True, 0)
    assert examine(store, clock, {}, {}) == []


def test_replies_of_a_channel_that_was_switched_off_are_an_alarm(store: Store, clock: MovableClock) -> None:
    read(store, clock, PretendedPlatform([letter("m1")]))
    [case] = store.cases(CaseFilter())
    assert examine(store, clock, {}, {}) == []
    with store.writing() as writer:
        writer.save_reply(Reply("k", case.number, "shop", "Hej", MONDAY_NOON))

    [shop] = examine(store, clock, {}, {})

    assert shop.troubles == (f"its replies wait, but {IDLE}",)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (7200, "2 h"), (172800, "2 days")]
)
def test_spans_are_told_in_their_largest_fitting_unit(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("days", "trouble", "note"),
    [
        (15, "", ""),
        (14, "", "its key expires in 14 days, on 2026-03-16"),
        (8, "", "its key expires in 8 days"),
        (7, "its key expires in 7 days", ""),
        (1, "its key expires in 1 day, on", ""),
        (0, "its key expires today, on 2026-03-02: put a new one in its place", ""),
        (-1, "its key expired on 2026-03-01", ""),
    ],
)
def test_a_key_that_ends_is_a_note_two_weeks_before_and_an_alarm_in_its_last_week(
    store: Store, clock: MovableClock, days: int, trouble: str, note: str
) -> None:
    last = MONDAY_NOON.date() + timedelta(days=days)
    with store.writing() as writer:
        writer.record_channel(ChannelRecord("shop", succeeded_at=clock.now(), read_until=clock.now()))

    [shop] = examine(store, clock, HOUR, {}, keys={"shop": last})

    assert shop.key_expires == last
    assert [text.startswith(trouble) for text in shop.troubles] == [True] * bool(trouble)
    assert [text.startswith(note) for text in shop.notes] == [True] * bool(note)


def test_the_lag_of_a_channel_is_counted_from_where_it_was_read_to(store: Store, clock: MovableClock) -> None:
    begun = clock.now() - timedelta(minutes=7)
    with store.writing() as writer:
        writer.record_channel(ChannelRecord("shop", succeeded_at=clock.now(), read_until=begun))

    [shop] = examine(store, clock, HOUR, {})

    assert (shop.lag(clock.now()), shop.silent_after) == (timedelta(minutes=7), timedelta(hours=1))
    assert ChannelHealth("shop", ChannelRecord("shop")).lag(clock.now()) is None
    odd = ChannelRecord("shop", succeeded_at=begun, read_until=clock.now())
    assert ChannelHealth("shop", odd).lag(clock.now()) == timedelta(minutes=7)
