"""Reading channels: one place writes, failures stay where they are, nothing comes twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from hub import (
    ActKind,
    AuthenticationFailed,
    Batch,
    Checkpoint,
    Connection,
    Misunderstood,
    OpenCase,
    Progress,
    Proof,
    StoreError,
    Unavailable,
)
from hub.core.incoming import Figure, OwnEcho
from hub.core.outbox import THEN, Reply, ReplyState
from hub.core.ports import CaseFilter, FigureRow, Store
from hub.runs.channel import REST_OF_A_STOPPED_CHANNEL, Source
from hub.runs.sync import ChannelResult, SyncPorts, sync
from tests.fakes import MONDAY_NOON, MovableClock, PretendedPlatform, a_day_later, letter


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def ports(store: Store, clock: MovableClock) -> SyncPorts:
    return SyncPorts(store, clock, a_day_later)


def read(platform: PretendedPlatform, ports: SyncPorts, name: str = "shop", scheduled: bool = False) -> ChannelResult:
    return sync([Source(name, platform.connect)], ports, scheduled)[0]


def subjects(store: Store) -> list[str]:
    return sorted(case.subject for case in store.cases(CaseFilter()))


def test_every_letter_becomes_a_case_with_a_deadline(ports: SyncPorts, store: Store) -> None:
    platform = PretendedPlatform([letter(f"m{n}") for n in range(5)])

    result = read(platform, ports)

    assert result.ok
    assert (result.new_cases, result.new_messages, result.batches) == (5, 5, 3)
    assert subjects(store) == [f"Ärende m{n}" for n in range(5)]
    deadlines = [case.deadline for case in store.cases(CaseFilter())]
    assert [d.due for d in deadlines if d] == [MONDAY_NOON + timedelta(days=1)] * 5


def test_the_second_reading_brings_nothing_twice(ports: SyncPorts, store: Store) -> None:
    platform = PretendedPlatform([letter("m1"), letter("m2")])
    read(platform, ports)

    again = read(platform, ports)

    assert (again.ok, again.new_messages, again.batches) == (True, 0, 0)
    assert len(store.cases(CaseFilter())) == 2


def test_a_follow_up_to_an_old_case_goes_into_it(ports: SyncPorts, store: Store) -> None:
    platform = PretendedPlatform([letter("m1"), letter("m2")])
    read(platform, ports)
    platform.letters.append(letter("m3", at=MONDAY_NOON + timedelta(hours=1), answers="m1"))

    result = read(platform, ports)

    assert (result.new_cases, result.changed_cases) == (0, 1)
    [old] = [case for case in store.cases(CaseFilter()) if case.subject == "Ärende m1"]
    assert [message.ref for message in store.case(old.number).messages] == ["m1", "m3"]


def test_a_failing_channel_keeps_what_it_brought_and_goes_on_there_later(ports: SyncPorts, store: Store) -> None:
    platform = PretendedPlatform([letter(f"m{n}") for n in range(6)], fail_at={4: Unavailable("the server is gone")})
    first = read(platform, ports)
    platform.fail_at.clear()

    second = read(platform, ports)

    assert first.failure is not None
    assert first.failure.text == "the server is gone"
    assert (first.new_messages, second.new_messages) == (4, 2)
    assert len(store.cases(CaseFilter())) == 6


def test_one_failing_channel_never_stops_another(ports: SyncPorts, store: Store) -> None:
    bad = PretendedPlatform(connect_error=RuntimeError("boom"))
    good = PretendedPlatform([letter("m1")])

    failed, fine = sync([Source("bad", bad.connect), Source("good", good.connect)], ports)

    assert not failed.ok
    assert fine.ok
    assert fine.new_cases == 1


def test_a_broken_plugin_is_named_without_the_text_of_its_error(ports: SyncPorts) -> None:
    secret = "hunter2"
    platform = PretendedPlatform([letter("m1")], fail_at={0: KeyError(secret)})

    result = read(platform, ports)

    assert result.failure is not None
    assert "KeyError" in result.failure.text
    assert "mistake in the plugin" in result.failure.text
    assert secret not in result.failure.text


def test_connections_are_closed_however_a_reading_ends(ports: SyncPorts) -> None:
    platforms = [
        PretendedPlatform([letter("a")]),
        PretendedPlatform([letter("b")], fail_at={0: Unavailable("gone")}),
        PretendedPlatform([letter("c")], fail_at={0: ValueError()}),
    ]

    sync([Source(f"channel_{n}", platform.connect) for n, platform in enumerate(platforms)], ports)

    assert [platform.connections_open for platform in platforms] == [0, 0, 0]
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("sync-")] == []


def test_a_channel_that_another_run_is_reading_is_skipped_and_fine(ports: SyncPorts, store: Store) -> None:
    platform = PretendedPlatform([letter("m1")])

    with store.lease("sync:shop"):
        result = read(platform, ports)

    assert result.ok
    assert result.skipped
    assert platform.fetches == 0


def test_a_stop_ends_at_the_next_batch_boundary_and_the_rest_comes_later(ports: SyncPorts, store: Store) -> None:
    platform = PretendedPlatform([letter(f"m{n}") for n in range(6)])
    ports.stop.set()

    interrupted = read(platform, ports)
    ports.stop.clear()
    rest = read(platform, ports)

    assert (interrupted.interrupted, interrupted.new_messages) == (True, 2)
    assert rest.new_messages == 4
    assert len(store.cases(CaseFilter())) == 6


def test_an_interrupted_reading_does_not_count_as_a_success(ports: SyncPorts, store: Store) -> None:
    ports.stop.set()

    read(PretendedPlatform([letter("m1")]), ports)

    assert store.channel("shop").succeeded_at is None


def test_the_store_remembers_success_failure_and_since_when(
    ports: SyncPorts, store: Store, clock: MovableClock
) -> None:
    platform = PretendedPlatform([letter("m1")])
    read(platform, ports)
    platform.connect_error = Unavailable("no route")
    clock.advance(timedelta(minutes=5))
    read(platform, ports)
    clock.advance(timedelta(minutes=5))
    read(platform, ports)

    record = store.channel("shop")

    assert record.succeeded_at == record.read_until == MONDAY_NOON
    assert record.failing_since == MONDAY_NOON + timedelta(minutes=5)
    assert record.failed_at == MONDAY_NOON + timedelta(minutes=10)
    assert record.error == "no route"


def test_a_channel_is_read_until_the_instant_at_which_a_whole_reading_had_begun(
    ports: SyncPorts, store: Store, clock: MovableClock
) -> None:
    class Slow(PretendedPlatform):
        def connect(self) -> Connection:
            clock.advance(minutes=10)
            return super().connect()

    platform = Slow([letter("m1"), letter("m2"), letter("m3")])
    read(platform, ports)
    whole = store.channel("shop")
    platform.letters.append(letter("m4"))
    ports.stop.set()
    read(platform, ports)
    interrupted = store.channel("shop")
    ports.stop.clear()
    platform.connect_error = Unavailable("no route")
    read(platform, ports)
    failed = store.channel("shop")

    assert (whole.read_until, whole.succeeded_at) == (MONDAY_NOON, MONDAY_NOON + timedelta(minutes=10))
    assert (interrupted.started_at, interrupted.read_until) == (whole.succeeded_at, MONDAY_NOON)
    assert (failed.error, failed.read_until) == ("no route", MONDAY_NOON)


def test_what_a_platform_reports_of_itself_is_kept(ports: SyncPorts, store: Store) -> None:
    week = Figure("RESPONSE_TIME", "2026-W10", "93 %", 93, 100, "90 %", conforms=True)
    batches = [Batch((letter("m1"),), {"done": 1}, figures=(replace(week, value="80 %"), week))]

    sync([Source("shop", lambda: Scripted(batches))], ports)

    assert store.figures("shop") == [FigureRow("shop", week, MONDAY_NOON)]


@pytest.mark.parametrize("error", [AuthenticationFailed("wrong password"), Misunderstood("another shape")])
def test_a_stopped_channel_rests_in_scheduled_runs_but_not_when_a_person_asks(
    ports: SyncPorts, clock: MovableClock, error: Exception
) -> None:
    platform = PretendedPlatform([letter("m1")], fail_at={0: error})
    read(platform, ports, scheduled=True)

    resting = read(platform, ports, scheduled=True)
    asked = read(platform, ports)
    clock.advance(REST_OF_A_STOPPED_CHANNEL + timedelta(seconds=1))
    rested = read(platform, ports, scheduled=True)

    assert resting.skipped == "stopped"
    assert not resting.ok
    assert not asked.skipped
    assert not rested.skipped
    assert platform.fetches == 3


def test_a_passing_trouble_does_not_stop_a_channel(ports: SyncPorts) -> None:
    platform = PretendedPlatform([letter("m1")], fail_at={0: Unavailable("gone")})
    read(platform, ports, scheduled=True)

    again = read(platform, ports, scheduled=True)

    assert not again.skipped
    assert platform.fetches == 2


def test_a_full_disk_ends_the_channel_and_keeps_the_checkpoint_where_it_was(
    ports: SyncPorts, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = PretendedPlatform([letter("m1"), letter("m2")])

    def no_space(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("hub.runs.sync.merge_batch", no_space)
        failed = read(platform, ports)
    later = read(platform, ports)

    assert failed.failure is not None
    assert failed.failure.text == "the disk is full"
    assert later.new_messages == 2


def test_our_own_reply_met_on_the_platform_counts_as_delivered(ports: SyncPorts, store: Store) -> None:
    read(PretendedPlatform([letter("m1")]), ports)
    [case] = store.cases(CaseFilter())
    reply = Reply("key1", case.number, "shop", "Det är på väg.", MONDAY_NOON, state=ReplyState.UNCERTAIN)
    with store.writing() as writer:
        writer.save_reply(reply)
    echo = OwnEcho("key1", case.number, MONDAY_NOON + timedelta(minutes=1), ref="own-id")
    batches = [Batch((echo,), {"done": 1}), Batch((echo, letter("m2", answers="", sender="x@y.example")), {"done": 2})]

    sync([Source("shop", lambda: Scripted(batches))], ports)

    assert store.replies()[0].state is ReplyState.DELIVERED
    assert [message.text for message in store.case(case.number).messages][1:] == ["Det är på väg."]
    assert store.summary(case.number).deadline is None


def test_a_reply_met_on_the_platform_is_followed_by_the_closing_that_was_wanted_with_it(
    ports: SyncPorts, store: Store
) -> None:
    read(PretendedPlatform([letter("m1")]), ports)
    [case] = store.cases(CaseFilter())
    wanted = Reply("key1", case.number, "shop", "Klart", MONDAY_NOON, by="eva", after="m1", extra={THEN: "close"})
    with store.writing() as writer:
        writer.save_reply(replace(wanted, state=ReplyState.UNCERTAIN))
    echo = OwnEcho("key1", case.number, MONDAY_NOON + timedelta(minutes=1), ref="own-id")

    sync([Source("shop", lambda: Scripted([Batch((echo,), {}), Batch((echo,), {})]))], ports)

    [closing] = store.replies(frozenset({ReplyState.QUEUED}))
    assert (closing.kind, closing.by, closing.after) == (ActKind.CLOSE, "eva", "m1")
    assert closing.key in store.case(case.number).approved


class Scripted(Connection):
    """A connection that yields the batches it was given."""

    def __init__(self, batches: list[Batch]) -> None:
        self._batches = batches

    def check(self) -> Iterator[Proof]:
        yield from ()

    def fetch(self, checkpoint: Checkpoint | None, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        return iter(self._batches)


class Recorder:
    """A watcher that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int, Progress | None]] = []
        self.finished: list[str] = []

    def progress(self, channel: str, messages: int, progress: Progress | None) -> None:
        self.told.append((channel, messages, progress))

    def done(self, result: ChannelResult) -> None:
        self.finished.append(result.name)


def test_the_watcher_is_told_of_every_batch_and_every_end(store: Store, clock: MovableClock) -> None:
    recorder = Recorder()
    platform = PretendedPlatform([letter("m1"), letter("m2"), letter("m3")])

    sync([Source("shop", platform.connect)], SyncPorts(store, clock, a_day_later, recorder))

    assert recorder.told == [("shop", 2, Progress(2, 3)), ("shop", 3, Progress(3, 3))]
    assert recorder.finished == ["shop"]
