"""Delivering the outbox: never automatically twice, never silently lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub import (
    AuthenticationFailed,
    Author,
    Case,
    ConfigurationError,
    Direction,
    IncomingMessage,
    RateLimited,
    Receipt,
    Rejected,
    StoreError,
    Unavailable,
    Uncertain,
    Unsupported,
)
from hub.core.outbox import MOST_READ_BACKS, SETTLE, Hold, Reply, ReplyState
from hub.core.ports import CaseFilter, Store
from hub.runs.channel import Source
from hub.runs.delivery import RESTORED, DeliveryPorts, DeliveryResult, deliver
from hub.runs.sync import SyncPorts, sync
from tests.fakes import MONDAY_NOON, MovableClock, PretendedPlatform, a_day_later, letter


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
    return store.case(store.cases(CaseFilter())[0].number)


def queue(store: Store, key: str = "key1", text: str = "Det är på väg.", after: str = "m1") -> None:
    reply = Reply(key, the_case(store).number, "shop", text, MONDAY_NOON, by="eva", after=after)
    with store.writing() as writer:
        writer.save_reply(reply)


def send(platform: PretendedPlatform, ports: DeliveryPorts) -> DeliveryResult:
    return deliver([Source("shop", platform.connect)], ports)[0]


def state(store: Store, key: str = "key1") -> ReplyState:
    return {reply.key: reply.state for reply in store.replies()}[key]


def raising(error: Exception) -> Callable[[Reply, Case], Receipt]:
    def answer(_reply: Reply, _case: Case) -> Receipt:
        raise error

    return answer


def test_a_queued_reply_arrives_once_and_sets_the_case_waiting(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store)

    first = send(platform, ports)
    second = send(platform, ports)

    assert (first.delivered, second.delivered) == (["key1"], [])
    assert platform.received == [("key1", "Det är på väg.")]
    case = the_case(store)
    assert case.state == "waiting"
    assert [message.text for message in case.messages][1:] == ["Det är på väg."]
    assert store.summary(case.number).deadline is None


def test_the_same_text_twice_on_purpose_is_sent_twice(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store, "key1")
    queue(store, "key2")

    send(platform, ports)

    assert sorted(platform.received) == [("key1", "Det är på väg."), ("key2", "Det är på väg.")]


def test_a_reply_is_marked_as_being_sent_before_the_platform_sees_it(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store)
    seen: list[ReplyState] = []

    def look(reply: Reply, _case: Case) -> Receipt:
        seen.append(state(store))
        return Receipt("r", MONDAY_NOON)

    platform.on_deliver = look
    send(platform, ports)

    assert seen == [ReplyState.SENDING]


def test_a_refused_connection_is_tried_again_with_growing_pauses(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    platform.on_deliver = raising(Unavailable("connection refused"))
    pauses = []
    for _ in range(4):
        send(platform, ports)
        [reply] = store.replies()
        assert reply.not_before is not None
        pauses.append(reply.not_before - clock.now())
        clock.advance(pauses[-1])
    platform.on_deliver = None

    result = send(platform, ports)

    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]
    assert result.delivered == ["key1"]
    assert len(platform.received) == 1


def test_before_the_pause_is_over_nothing_is_sent(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store)
    platform.on_deliver = raising(Unavailable("connection refused"))
    send(platform, ports)
    platform.on_deliver = None

    result = send(platform, ports)

    assert (result.delivered, result.waiting) == ([], ["key1"])
    assert platform.received == []


def test_a_rate_limit_waits_as_long_as_the_platform_says_and_counts_no_attempt(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    after = clock.now() + timedelta(minutes=7)
    platform.on_deliver = raising(RateLimited("slow down", after))

    send(platform, ports)

    [reply] = store.replies()
    assert (reply.state, reply.not_before, reply.attempts) == (ReplyState.QUEUED, after, 0)


@pytest.mark.parametrize("error", [Rejected("550 no such user"), Unsupported("not by a program", "Use the portal")])
def test_a_rejected_reply_is_never_sent_again_and_the_case_shows_why(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, error: Exception
) -> None:
    queue(store)
    platform.on_deliver = raising(error)
    first = send(platform, ports)
    platform.on_deliver = None

    again = send(platform, ports)

    assert first.stopped == ["key1"]
    assert not first.ok
    assert again.delivered == []
    assert platform.received == []
    [reply] = store.replies()
    assert reply.state is ReplyState.REJECTED
    assert str(error) in reply.reason
    assert store.summary(reply.case_number).deadline is not None


def test_a_lost_answer_is_read_back_after_it_has_settled_and_found(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)

    def take_and_vanish(reply: Reply, _case: Case) -> Receipt:
        platform.received.append((reply.key, reply.text))
        raise Uncertain("the answer was lost")

    platform.on_deliver = take_and_vanish
    lost = send(platform, ports)
    too_early = send(platform, ports)
    clock.advance(SETTLE)

    found = send(platform, ports)

    assert (lost.delivered, too_early.delivered, found.delivered) == ([], [], ["key1"])
    assert len(platform.received) == 1
    assert state(store) is ReplyState.DELIVERED


def test_a_reply_that_is_surely_not_there_is_sent_again_once(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    platform.on_deliver = raising(Uncertain("the answer was lost"))
    send(platform, ports)
    clock.advance(SETTLE)
    platform.on_deliver = None
    send(platform, ports)

    result = send(platform, ports)

    assert result.delivered == ["key1"]
    assert len(platform.received) == 1


def test_what_the_platform_cannot_tell_is_put_to_a_person_after_some_tries(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    platform.on_deliver = raising(Uncertain("the answer was lost"))
    platform.on_find = raising(Uncertain("cannot tell"))
    results = []
    for _ in range(MOST_READ_BACKS + 2):
        results.append(send(platform, ports))
        clock.advance(timedelta(days=1))

    [reply] = store.replies()
    assert reply.state is ReplyState.UNCERTAIN
    assert reply.needs_a_person
    assert reply.read_backs == MOST_READ_BACKS
    assert results[-1].stopped == ["key1"]


def test_a_read_back_that_fails_leaves_the_reply_uncertain(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    platform.on_deliver = raising(Uncertain("the answer was lost"))
    send(platform, ports)
    clock.advance(SETTLE)
    platform.on_find = raising(Unavailable("cannot be reached"))

    result = send(platform, ports)

    assert state(store) is ReplyState.UNCERTAIN
    assert result.failure is not None


def test_a_plugin_that_breaks_in_reading_back_holds_up_the_others_only_for_so_long(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store, "broken")
    platform.on_deliver = raising(Uncertain("the answer was lost"))
    send(platform, ports)
    platform.on_deliver = None
    platform.on_find = raising(KeyError("in the plugin"))
    queue(store, "good")

    results = []
    for _ in range(MOST_READ_BACKS + 1):
        clock.advance(hours=1)
        results.append(send(platform, ports))

    assert [result.failure is not None for result in results] == [True] * MOST_READ_BACKS + [False]
    assert platform.received == [("good", "Det är på väg.")]
    assert results[-1].stopped == ["broken"]
    assert "mistake in the plugin" in {reply.key: reply.reason for reply in store.replies()}["broken"]


@pytest.mark.parametrize("answer", [None, "yes"])
def test_a_plugin_that_gives_no_receipt_may_have_sent_the_reply(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock, answer: Any
) -> None:
    queue(store)
    platform.on_deliver = lambda _reply, _case: answer
    sent = send(platform, ports)
    clock.advance(SETTLE)
    rubbish: Any = "no"
    platform.on_find = lambda _reply, _case: rubbish
    read_back = send(platform, ports)

    [reply] = store.replies()
    assert (reply.state, reply.read_backs) == (ReplyState.UNCERTAIN, 1)
    assert "gave no receipt" in reply.reason
    assert sent.waiting == read_back.waiting == ["key1"]


def test_what_the_platform_accepted_is_read_back_until_its_outcome_is_known(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    in_process = Receipt("process-1", MONDAY_NOON, final=False)
    platform.on_deliver = platform.on_find = lambda _reply, _case: in_process
    send(platform, ports)
    accepted = state(store)
    send(platform, ports)
    rested = state(store)
    clock.advance(SETTLE)
    send(platform, ports)
    [asked] = store.replies()
    clock.advance(hours=1)
    platform.on_find = lambda _reply, _case: Receipt("process-1", MONDAY_NOON)
    send(platform, ports)

    assert accepted == rested == ReplyState.ACCEPTED
    assert (asked.state, asked.read_backs) == (ReplyState.UNCERTAIN, 1)
    assert "has not said yet" in asked.reason
    assert state(store) is ReplyState.DELIVERED


def test_a_setting_that_is_wrong_has_surely_sent_nothing(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store)
    platform.on_deliver = raising(ConfigurationError("ca_file: cannot be read"))

    result = send(platform, ports)

    [reply] = store.replies()
    assert (reply.state, reply.hold, reply.reason) == (ReplyState.HELD, Hold.CHANNEL, "ca_file: cannot be read")
    assert result.failure is not None


def test_a_reply_does_not_overtake_an_earlier_one_to_its_case(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store, "first", "Det är på väg.")
    platform.on_deliver = raising(Unavailable("later"))
    send(platform, ports)
    platform.on_deliver = None
    queue(store, "second", "Förlåt, i morgon.")
    send(platform, ports)
    before_the_pause_is_over = list(platform.received)
    clock.advance(hours=1)
    send(platform, ports)

    assert before_the_pause_is_over == []
    assert [text for _, text in platform.received] == ["Det är på väg.", "Förlåt, i morgon."]


def test_what_a_reading_beside_us_has_settled_stays_settled(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store)

    def met_meanwhile(reply: Reply, _case: Case) -> Receipt:
        with store.writing() as writer:
            writer.save_reply(replace(reply, state=ReplyState.DELIVERED))
        raise Uncertain("the answer was lost")

    platform.on_deliver = met_meanwhile
    result = send(platform, ports)

    assert state(store) is ReplyState.DELIVERED
    assert (result.waiting, result.stopped) == ([], [])


def test_an_error_nobody_knows_may_have_come_after_sending(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store)
    platform.on_deliver = raising(ZeroDivisionError("in the plugin"))

    result = send(platform, ports)

    assert state(store) is ReplyState.UNCERTAIN
    assert result.failure is not None
    assert "mistake in the plugin" in result.failure.text


def test_a_wrong_password_holds_back_everything_on_the_channel(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store, "key1")
    queue(store, "key2")
    platform.on_deliver = raising(AuthenticationFailed("wrong password"))

    result = send(platform, ports)

    assert result.failure is not None
    assert [(reply.state, reply.hold) for reply in store.replies()] == [(ReplyState.HELD, Hold.CHANNEL)] * 2
    assert [reply.reason for reply in store.replies()] == ["wrong password"] * 2
    assert sorted(reply.attempts for reply in store.replies()) == [0, 1]
    assert not any(reply.needs_a_person for reply in store.replies())


def test_a_conversation_that_has_grown_is_not_answered_blindly(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    platform.letters.append(letter("m2", at=MONDAY_NOON + timedelta(minutes=3), answers="m1"))
    sync([Source("shop", platform.connect)], SyncPorts(store, clock, a_day_later))

    result = send(platform, ports)

    assert platform.received == []
    assert result.stopped == ["key1"]
    [reply] = store.replies()
    assert reply.state is ReplyState.HELD
    assert "wrote again" in reply.reason


def test_a_run_that_died_while_sending_is_found_by_the_next_one(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store)
    [reply] = store.replies()
    with store.writing() as writer:
        writer.save_reply(replace(reply, state=ReplyState.SENDING))

    send(platform, ports)
    after_first = state(store)
    clock.advance(SETTLE)
    send(platform, ports)
    send(platform, ports)

    assert after_first is ReplyState.UNCERTAIN
    assert state(store) is ReplyState.DELIVERED
    assert len(platform.received) == 1


def test_of_two_delivery_runs_at_once_one_leaves_it_to_the_other(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store)

    with store.lease("deliver:shop"):
        result = send(platform, ports)

    assert result.ok
    assert result.skipped
    assert platform.received == []


def test_a_database_that_is_gone_before_the_send_sends_nothing(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(store)

    def refuse() -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(store, "writing", refuse)
        result = send(platform, ports)

    assert result.failure is not None
    assert platform.received == []
    assert state(store) is ReplyState.QUEUED


def test_a_database_that_is_gone_after_the_send_leads_to_a_read_back(
    platform: PretendedPlatform,
    ports: DeliveryPorts,
    store: Store,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue(store)
    writing = store.writing

    def send_and_lose_the_disk(reply: Reply, _case: Case) -> Receipt:
        platform.received.append((reply.key, reply.text))

        def refuse() -> None:
            raise StoreError("the disk is full")

        monkeypatch.setattr(store, "writing", refuse)
        return Receipt("r", MONDAY_NOON)

    platform.on_deliver = send_and_lose_the_disk
    failed = send(platform, ports)
    monkeypatch.setattr(store, "writing", writing)
    send(platform, ports)
    clock.advance(SETTLE)
    send(platform, ports)

    assert failed.failure is not None
    assert len(platform.received) == 1
    assert state(store) is ReplyState.DELIVERED


def test_after_a_backup_was_put_back_everything_open_is_read_back_before_it_is_sent(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    queue(store, "sent-before-the-disaster")
    platform.received.append(("sent-before-the-disaster", "Det är på väg."))
    queue(store, "never-sent")
    with store.writing() as writer:
        writer.set_fact(RESTORED, MONDAY_NOON.isoformat())

    send(platform, ports)
    clock.advance(SETTLE)
    send(platform, ports)
    send(platform, ports)

    assert [key for key, _ in platform.received] == ["sent-before-the-disaster", "never-sent"]
    assert {reply.state for reply in store.replies()} == {ReplyState.DELIVERED}


def test_a_stop_finishes_the_reply_under_way_and_begins_no_other(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store, "key1")
    queue(store, "key2")

    def asked_to_stop_meanwhile(reply: Reply, _case: Case) -> Receipt:
        ports.stop.set()
        platform.received.append((reply.key, reply.text))
        return Receipt("r", MONDAY_NOON)

    platform.on_deliver = asked_to_stop_meanwhile
    result = send(platform, ports)

    assert len(platform.received) == 1
    assert len(result.delivered) == 1
    assert len(result.waiting) == 1


def test_one_channel_that_cannot_be_reached_never_stops_another(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store
) -> None:
    queue(store)
    with store.writing() as writer:
        writer.save_reply(Reply("other", the_case(store).number, "down", "Hej", MONDAY_NOON))
    down = PretendedPlatform(connect_error=Unavailable("no route"))

    failed, fine = deliver([Source("down", down.connect), Source("shop", platform.connect)], ports)

    assert failed.failure is not None
    assert fine.delivered == ["key1"]


def test_a_reply_that_was_read_before_its_receipt_came_is_one_message_and_one_document(
    platform: PretendedPlatform, ports: DeliveryPorts, store: Store, clock: MovableClock
) -> None:
    def take_and_lose_the_answer(reply: Reply, case: Case) -> Receipt:
        platform.received.append((reply.key, reply.text))
        platform.letters.append(own_message(f"platform-{reply.key}", reply.text))
        raise Uncertain("the answer was lost")

    def read() -> None:
        sync([Source("shop", platform.connect)], SyncPorts(store, clock, a_day_later))

    queue(store)
    platform.on_deliver = take_and_lose_the_answer
    send(platform, ports)
    clock.advance(SETTLE)
    read()
    send(platform, ports)
    before = store.inspect()
    platform.letters.append(letter("m2", answers="m1", text="Tack, det kom fram.", at=clock.now()))
    read()

    assert state(store) is ReplyState.DELIVERED
    assert [m.text for m in the_case(store).messages][1:] == ["Det är på väg.", "Tack, det kom fram."]
    assert (before, store.inspect()) == ([], [])
    assert len(store.search("väg")) == len(store.search("fram")) == 1


def own_message(ref: str, text: str) -> IncomingMessage:
    """A message of the seller as a platform tells it that keeps no reference of ours."""
    told = letter(ref, text=text, answers="m1", at=MONDAY_NOON + timedelta(seconds=1))
    return replace(told, message=replace(told.message, author=Author.SELLER, direction=Direction.OUTBOUND))
