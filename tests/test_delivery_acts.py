"""Delivering acts: done once, read back as replies are, and what was taken first and failed later is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import Act, ActKind, Case, Receipt, Rejected, StoreError, Unavailable, Uncertain, Unsupported
from hub.core.acting import mark_read
from hub.core.events import Acted, Event, Happening, ReplyQueued, ReplyStopped
from hub.core.merge import Change
from hub.core.model import CaseState
from hub.core.outbox import LONGEST_WORD, MOST_READ_BACKS, SETTLE, Reply, ReplyState
from hub.core.platform_acts import Offer
from hub.core.ports import CaseFilter, Store
from hub.core.replay import apply
from hub.runs.channel import Source
from hub.runs.delivery import RESTORED, DeliveryPorts, DeliveryResult, deliver
from hub.runs.reach import offers_in_short
from hub.runs.sync import SyncPorts, sync
from hub.store import open_store
from tests.fakes import MONDAY_NOON, MovableClock, PretendedPlatform, a_day_later, letter

DECIDE = Act(ActKind.DECIDE, "refund_partly", percent=80)
CLOSE = Act(ActKind.CLOSE)
ALL = CaseFilter(states=frozenset(CaseState))
IN_PROCESS = Receipt("process-1", MONDAY_NOON, final=False)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def ports(store: Store, clock: MovableClock) -> DeliveryPorts:
    return DeliveryPorts(store, clock, a_day_later, jitter=lambda: 0.5)


@pytest.fixture
def platform(store: Store, clock: MovableClock) -> PretendedPlatform:
    """A platform with one case that was read already."""
    platform = PretendedPlatform([letter("m1")])
    sync([Source("shop", platform.connect)], SyncPorts(store, clock, a_day_later))
    return platform


def the_case(store: Store) -> Case:
    return store.case(store.cases(ALL)[0].number)


def queue(store: Store, act: Act | None = DECIDE, key: str = "key1", text: str = "", after: str = "m1") -> None:
    with store.writing() as writer:
        case = writer.case(store.cases(ALL)[0].number)
        event = Event(ReplyQueued(key, "eva", act.kind if act else None), MONDAY_NOON, MONDAY_NOON)
        writer.save_reply(Reply(key, case.number, "shop", text, MONDAY_NOON, by="eva", after=after, act=act))
        case = apply(case, event)
        writer.save(Change(case, (event,)), a_day_later(case))


def queue_reading(store: Store, key: str = "read") -> None:
    reading = mark_read(the_case(store), key, MONDAY_NOON, store.replies())
    assert reading is not None
    with store.writing() as writer:
        writer.save_reply(reading)


def send(platform: PretendedPlatform, ports: DeliveryPorts) -> DeliveryResult:
    return deliver([Source("shop", platform.connect)], ports)[0]


def reply_named(store: Store, key: str = "key1") -> Reply:
    return {reply.key: reply for reply in store.replies()}[key]


def told(store: Store) -> list[Happening]:
    return [event.what for event in store.history(the_case(store).number)][3:]


def raising(error: Exception) -> Callable[[Reply, Case], Receipt]:
    def answer(_reply: Reply, _case: Case) -> Receipt:
        raise error

    return answer


def test_an_act_is_performed_once_and_its_case_tells_it(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store, text="Vi betalar 20 % 漢字")

    first = send(platform, ports)
    second = send(platform, ports)

    assert (first.delivered, second.delivered) == (["key1"], [])
    assert (platform.performed, platform.received) == ([("key1", DECIDE)], [])
    case = the_case(store)
    assert [decision.word for decision in case.decisions] == ["refund_partly"]
    assert [message.text for message in case.messages][1:] == ["Vi betalar 20 % 漢字"]
    assert store.summary(case.number).deadline is None


def test_a_closing_closes_only_when_the_platform_took_it(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store, CLOSE)
    platform.on_deliver = raising(Unavailable("later"))
    send(platform, ports)
    before = the_case(store).state
    platform.on_deliver = None
    clock.advance(hours=1)
    send(platform, ports)

    assert (before, the_case(store).state) == (CaseState.OPEN, CaseState.CLOSED)


@pytest.mark.parametrize("error", [Rejected("already refunded"), Unsupported("not by a program", "Use the portal")])
def test_what_the_platform_refuses_is_not_done_and_the_clock_runs_on(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, error: Exception
) -> None:
    queue(store, CLOSE)
    platform.on_deliver = raising(error)

    result = send(platform, ports)

    assert result.stopped == ["key1"]
    assert reply_named(store).state is ReplyState.REJECTED
    assert the_case(store).state is CaseState.OPEN
    assert store.summary(the_case(store).number).deadline is not None
    [stopped] = told(store)
    assert isinstance(stopped, ReplyStopped)
    assert (stopped.act, stopped.state) == (ActKind.CLOSE, "rejected")


def test_a_lost_answer_to_an_act_is_read_back_and_not_done_again(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)

    def take_and_vanish(reply: Reply, _case: Case) -> Receipt:
        platform.performed.append((reply.key, DECIDE))
        raise Uncertain("the answer was lost")

    platform.on_deliver = take_and_vanish
    send(platform, ports)
    clock.advance(SETTLE)
    found = send(platform, ports)

    assert found.delivered == ["key1"]
    assert len(platform.performed) == 1
    assert [type(what) for what in told(store)] == [ReplyStopped, Acted]


@pytest.mark.parametrize("act", [None, DECIDE, CLOSE])
@pytest.mark.parametrize("later", [timedelta(minutes=10), timedelta(hours=2)])
def test_what_was_accepted_and_failed_later_is_told_with_the_reason_and_the_case_is_open(
    platform: PretendedPlatform,
    ports: DeliveryPorts,
    store: Store,
    clock: MovableClock,
    act: Act | None,
    later: timedelta,
) -> None:
    queue(store, act, text="Hej")
    until = clock.now() + timedelta(hours=3, minutes=30)
    platform.on_deliver = platform.on_find = lambda _r, _c: replace(IN_PROCESS, until=until)
    send(platform, ports)
    failed_at = clock.now() + later
    while clock.now() < failed_at:
        clock.advance(minutes=5)
        send(platform, ports)
    waiting = reply_named(store)
    platform.on_find = raising(Rejected("the return is handled already"))
    clock.advance(hours=1)

    result = send(platform, ports)

    assert not waiting.needs_a_person
    assert result.stopped == ["key1"]
    reply = reply_named(store)
    assert (reply.state, reply.reason) == (ReplyState.FAILED, "the return is handled already")
    case = the_case(store)
    assert (case.state, len(case.messages), case.decisions) == (CaseState.OPEN, 1, ())
    assert store.summary(case.number).deadline is not None
    assert told(store)[-1] == ReplyStopped("key1", "failed", reply.reason, act.kind if act else None)


def test_an_accepted_act_is_asked_about_with_growing_pauses_until_the_platform_said_it_would_tell(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    until = clock.now() + timedelta(hours=3, minutes=30)
    asked: list[timedelta] = []

    def still_at_it(_reply: Reply, _case: Case) -> Receipt:
        asked.append(clock.now() - MONDAY_NOON)
        return replace(IN_PROCESS, until=clock.now() + timedelta(hours=9))

    platform.on_deliver = lambda _r, _c: replace(IN_PROCESS, until=until)
    platform.on_find = still_at_it
    early = []
    while not reply_named(store).needs_a_person and clock.now() < until + timedelta(hours=3):
        send(platform, ports)
        early.append(clock.now())
        clock.advance(minutes=1)

    pauses = [later - before for before, later in pairwise(asked)]
    assert asked[0] == SETTLE
    assert pauses[:-1] == sorted(pauses[:-1])
    assert asked[-1] == until - MONDAY_NOON
    assert len(asked) < 12
    assert reply_named(store).needs_a_person
    assert "has not said yet" in reply_named(store).reason


def test_no_platform_makes_the_hub_wait_for_ever(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    platform.on_deliver = platform.on_find = lambda _r, _c: replace(IN_PROCESS, until=MONDAY_NOON.replace(year=9999))
    for _ in range(40):
        send(platform, ports)
        clock.advance(hours=1)

    assert reply_named(store).needs_a_person
    assert clock.now() - MONDAY_NOON > LONGEST_WORD


def test_a_run_that_died_at_an_act_learns_from_the_read_back_how_long_to_wait(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    with store.writing() as writer:
        writer.save_reply(replace(reply_named(store), state=ReplyState.SENDING))
    until = clock.now() + timedelta(hours=2)
    platform.on_find = lambda _r, _c: replace(IN_PROCESS, until=until)
    for _ in range(MOST_READ_BACKS + 2):
        send(platform, ports)
        clock.advance(minutes=15)

    waiting = reply_named(store)
    platform.on_find = lambda _r, _c: Receipt("process-1", MONDAY_NOON)
    clock.advance(hours=1)
    send(platform, ports)

    assert waiting.until == until
    assert not waiting.needs_a_person
    assert reply_named(store).state is ReplyState.DELIVERED
    assert platform.performed == []


def test_an_act_whose_customer_wrote_again_is_held(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store, CLOSE)
    platform.letters.append(letter("m2", at=MONDAY_NOON + timedelta(minutes=3), answers="m1"))
    sync([Source("shop", platform.connect)], SyncPorts(store, clock, a_day_later))

    result = send(platform, ports)

    assert (platform.performed, result.stopped) == ([], ["key1"])
    assert reply_named(store).state is ReplyState.HELD


def test_after_a_backup_was_put_back_an_act_is_read_back_before_it_is_done(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    platform.performed.append(("key1", DECIDE))
    with store.writing() as writer:
        writer.set_fact(RESTORED, MONDAY_NOON.isoformat())

    send(platform, ports)
    clock.advance(SETTLE)
    send(platform, ports)

    assert len(platform.performed) == 1
    assert reply_named(store).state is ReplyState.DELIVERED


def test_a_disk_that_is_gone_after_an_act_leads_to_a_read_back(
    platform: PretendedPlatform,
    ports: DeliveryPorts,
    store: Store,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue(store)
    writing = store.writing

    def do_and_lose_the_disk(reply: Reply, _case: Case) -> Receipt:
        platform.performed.append((reply.key, DECIDE))

        def refuse() -> None:
            raise StoreError("the disk is full")

        monkeypatch.setattr(store, "writing", refuse)
        return Receipt("r", MONDAY_NOON)

    platform.on_deliver = do_and_lose_the_disk
    send(platform, ports)
    monkeypatch.setattr(store, "writing", writing)
    send(platform, ports)
    clock.advance(SETTLE)
    send(platform, ports)

    assert len(platform.performed) == 1
    assert len(the_case(store).decisions) == 1


# What a platform does over a long run, however it answers

_OUTCOMES = st.sampled_from(["final", "accepted", "promised", "rejected", "unavailable", "uncertain", "none", "broken"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(_OUTCOMES, min_size=1, max_size=30), st.sampled_from([None, DECIDE, CLOSE]))
def test_however_a_platform_answers_nothing_is_done_twice_unless_it_says_that_it_was_not_done(
    tmp_path_factory: pytest.TempPathFactory, outcomes: list[str], act: Act | None
) -> None:
    clock = MovableClock()
    store = open_store(tmp_path_factory.mktemp("hub"), clock)
    platform = PretendedPlatform([letter("m1")])
    sync([Source("shop", platform.connect)], SyncPorts(store, clock, a_day_later))
    ports = DeliveryPorts(store, clock, a_day_later, jitter=lambda: 0.5)
    queue(store, act, text="Hej")
    script, sends, misses = iter(outcomes), [], []

    def answer(in_a_send: bool) -> Receipt | None:
        outcome = next(script, "final")
        if outcome == "none" and not in_a_send:
            misses.append(outcome)
            return None
        if outcome in ("unavailable", "none") and in_a_send:
            misses.append(outcome)
        errors = {
            "rejected": Rejected("no"),
            "unavailable": Unavailable("later"),
            "none": Unavailable("later"),
            "uncertain": Uncertain("who knows"),
            "broken": KeyError("in the plugin"),
        }
        if outcome in errors:
            raise errors[outcome]
        until = clock.now() + timedelta(hours=3) if outcome == "promised" else None
        return Receipt("r", clock.now(), final=outcome == "final", until=until)

    def do(_reply: Reply, _case: Case) -> Receipt:
        sends.append(1)
        receipt = answer(in_a_send=True)
        assert receipt is not None
        return receipt

    platform.on_deliver, platform.on_find = do, lambda _reply, _case: answer(in_a_send=False)
    for _ in range(60):
        send(platform, ports)
        clock.advance(hours=1)

    reply, case = reply_named(store), the_case(store)
    assert len(sends) <= 1 + len(misses)
    assert reply.state in (ReplyState.DELIVERED, ReplyState.REJECTED) or reply.needs_a_person
    was_done = reply.state is ReplyState.DELIVERED
    assert (len(case.messages) == 2) is was_done
    assert bool(case.decisions) is (was_done and act == DECIDE)
    assert (case.state is CaseState.CLOSED) is (was_done and act == CLOSE)
    assert (case.waiting_since is None) is was_done
    store.close()


# Marking read: nobody waits for it, and nobody is told of it


def test_what_was_opened_is_marked_read_after_everything_else_and_told_to_nobody(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue_reading(store)
    queue(store, DECIDE)

    result = send(platform, ports)

    assert [act.kind for _, act in platform.performed] == [ActKind.DECIDE, ActKind.MARK_READ]
    assert (result.delivered, result.waiting, result.stopped) == (["key1"], [], [])
    assert reply_named(store, "read").state is ReplyState.DELIVERED
    assert [type(what) for what in told(store)] == [Acted]


def test_a_mark_of_reading_that_has_to_wait_holds_up_no_reply(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue_reading(store)
    with store.writing() as writer:
        later = clock.now() + timedelta(hours=9)
        writer.save_reply(replace(reply_named(store, "read"), not_before=later))
    queue(store, None, text="Hej")

    result = send(platform, ports)

    assert (result.delivered, result.waiting) == (["key1"], [])


@pytest.mark.parametrize("error", [Rejected("no"), Unsupported("not here", "look yourself")])
def test_a_mark_of_reading_that_the_platform_refuses_is_given_up_and_asks_nobody(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, error: Exception
) -> None:
    queue_reading(store)
    platform.on_deliver = raising(error)

    result = send(platform, ports)

    assert (reply_named(store, "read").state, result.stopped) == (ReplyState.CANCELLED, [])
    assert result.ok
    assert "was not marked as read" in result.warnings[0]
    assert told(store) == []


def test_a_mark_of_reading_is_not_set_over_what_nobody_has_read(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue_reading(store)
    platform.letters.append(letter("m2", at=MONDAY_NOON + timedelta(minutes=3), answers="m1"))
    sync([Source("shop", platform.connect)], SyncPorts(store, clock, a_day_later))

    send(platform, ports)

    assert platform.performed == []
    assert reply_named(store, "read").state is ReplyState.CANCELLED


def test_names_in_an_offers_title_keep_their_capitals() -> None:
    offer = Offer(ActKind.NOTE, "Write to Rakuten's staff", "They read it.")

    assert offers_in_short([offer]) == "write to Rakuten's staff"
