"""What nobody walks around: approvals, holds, the stop button, a decision that was made, a text that was read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub import ActKind, Case, Offer, Receipt, Uncertain
from hub.core.acting import Wish
from hub.core.approval import ApprovalRule
from hub.core.outbox import Hold, Reply, ReplyState, start_sending
from hub.core.ports import CaseFilter, Store
from hub.core.uptime import Uptime
from hub.errors import AuthenticationFailed, Refused
from hub.runs.announcing import about_to_send
from hub.runs.delivery import RESTORED, DeliveryPorts, hold_idle
from tests.fakes import MONDAY_NOON, PretendedPlatform, a_day_later, letter
from tests.outbox_world import TEXT, Died, TwoClocks, World

ALL = (ApprovalRule("all"),)
REFUND = Offer(ActKind.DECIDE, "Refund", "He gets it back.", "refund", moves_money=True)
WISH = Wish(REFUND, after="m1", confirmed=True)


@pytest.fixture
def world(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in which one customer has asked something."""
    made = World(store, TwoClocks(), PretendedPlatform([letter("m1")]), monkeypatch, tmp_path)
    made.read()
    return made


def restored(world: World) -> None:
    """A backup was put back."""
    with world.store.writing() as writer:
        writer.set_fact(RESTORED, "yesterday")


def put(world: World, reply: Reply) -> None:
    with world.store.writing() as writer:
        writer.save_reply(reply)


def two_cases(world: World) -> tuple[str, str]:
    """The numbers of the first case and of one more of the same customer."""
    world.platform.letters.append(letter("m2", at=MONDAY_NOON + timedelta(minutes=1)))
    first = world.case.number
    world.read()
    numbers = sorted(line.number for line in world.store.cases(CaseFilter()))
    return first, next(number for number in numbers if number != first)


# Never stuck


@pytest.mark.parametrize("boots", [[""], [f"boot {n}" for n in range(20)]], ids=["no boot is told", "one a run"])
def test_what_is_uncertain_is_read_back_wherever_the_runs_take_place(world: World, boots: list[str]) -> None:
    @dataclass
    class Elsewhere(TwoClocks):
        def uptime(self) -> Uptime:
            return Uptime(boots[self.running.days % len(boots)], 60_000)

    world.clock = Elsewhere(world.clock.instant)
    world.queue()
    world.answers(Uncertain("the answer was lost"), taken=True)
    world.send()
    for _ in range(5):
        world.later(days=1)

    assert world.reply.state is ReplyState.DELIVERED
    assert world.texts == [TEXT]


def test_a_reply_that_ends_the_run_before_it_leaves_keeps_no_other_waiting(world: World) -> None:
    world.queue("deadly")
    other = world.desk.reply(two_cases(world)[1], TEXT, after="m2")

    def die(reply: Reply, _case: Case) -> Receipt:
        if reply.text == "deadly":
            raise Died
        world.platform.received.append((reply.key, reply.text))
        return Receipt("r", world.clock.now())

    world.platform.on_deliver = die
    for _ in range(4):
        world.clock.advance(minutes=1)
        try:
            world.send(tells=True)
        except Died:
            continue

    assert {reply.key: reply.state for reply in world.store.replies()}[other.key] is ReplyState.DELIVERED


def test_what_a_run_died_at_on_a_channel_that_is_gone_can_be_decided(world: World) -> None:
    put(world, start_sending(world.queue()))

    hold_idle({"shop": "it is switched off"}, DeliveryPorts(world.store, world.clock, a_day_later))

    assert world.reply.state is ReplyState.UNCERTAIN
    assert world.desk.mark_delivered(world.reply.key).state is ReplyState.DELIVERED


def test_what_is_to_be_sent_later_is_let_go_when_its_channel_works_again(world: World) -> None:
    world.queue("now")
    later = world.queue(send_at=world.clock.now() + timedelta(days=3))
    world.answers(AuthenticationFailed("wrong password"))
    world.send()
    world.answers(None)
    world.later(hours=2)

    states = {reply.key: (reply.state, reply.hold) for reply in world.store.replies()}
    assert states[later.key] == (ReplyState.QUEUED, None)
    assert world.texts == ["now"]


# Never twice


def test_what_a_thread_of_a_plugin_sends_is_noted(world: World) -> None:
    world.queue()

    def send_in_a_thread(reply: Reply, _case: Case) -> Receipt:
        def write() -> None:
            about_to_send(world.store, "shop")
            world.platform.received.append((reply.key, reply.text))

        with ThreadPoolExecutor(1) as pool:
            pool.submit(write).result()
        raise Died

    world.platform.on_deliver = send_in_a_thread
    with pytest.raises(Died):
        world.send(tells=True)
    world.answers(None)
    for _ in range(3):
        world.later()

    assert (world.texts, world.reply.state) == ([TEXT], ReplyState.DELIVERED)


def test_a_run_that_slept_through_another_attempt_sends_nothing(world: World) -> None:
    world.queue()

    def sleep(reply: Reply, _case: Case) -> Receipt:
        put(world, replace(world.reply, attempts=world.reply.attempts + 1))  # another run is at it by now
        about_to_send(world.store, "shop")
        world.platform.received.append((reply.key, reply.text))
        return Receipt("r", world.clock.now())

    world.platform.on_deliver = sleep
    world.send(tells=True)

    assert world.texts == []


def test_a_refund_that_failed_is_not_made_beside_another_one(world: World) -> None:
    failed = world.desk.act(world.case.number, WISH)
    put(world, replace(failed, state=ReplyState.FAILED))
    second = world.desk_of("bo").act(world.case.number, WISH)

    with pytest.raises(Refused, match="has an act on its way"):
        world.desk.retry(failed.key)
    world.send()
    assert world.case.decisions
    with pytest.raises(Refused, match="was decided since"):
        world.desk.retry(failed.key)
    assert [key for key, _ in world.platform.performed] == [second.key]


def test_a_program_that_asks_again_after_a_merge_is_known(world: World) -> None:
    first, second = two_cases(world)
    asked = world.desk.reply(first, TEXT, after="m1", client_key="web-1")
    world.send()
    world.desk.merge(first, second)

    again = world.desk.reply(second, TEXT, after="m2", client_key="web-1")

    assert again.key == asked.key
    assert len(world.store.replies()) == 1


def test_what_is_tried_again_after_a_merge_is_told_in_the_case_that_goes_on(world: World) -> None:
    first, second = two_cases(world)
    reply = world.desk.reply(first, TEXT, after="m1")
    put(world, replace(reply, state=ReplyState.FAILED))
    world.desk.merge(first, second)
    world.desk.retry(reply.key)
    held = world.send()  # the living case has a newer message than its writer saw

    assert held.delivered == []
    assert {r.key: r.hold for r in world.store.replies()}[reply.key] is Hold.GROWN
    world.desk.release(reply.key)
    world.send()
    assert TEXT in [message.text for message in world.store.case(second).messages]


# Four eyes, holds and the stop button


def test_a_restored_backup_lets_nothing_go_that_waits_for_a_second_person(world: World) -> None:
    reply = world.desk_of("eva", ALL).reply(world.case.number, TEXT, after="m1")
    restored(world)
    with pytest.raises(Refused, match="A backup was put back"):
        world.desk.edit(reply.key, "another", "m1")
    world.send()
    doubtful = world.reply.state
    tried = world.desk_of("eva", ALL).retry(reply.key)
    world.later()

    assert doubtful is ReplyState.UNCERTAIN
    assert (tried.state, tried.hold) == (ReplyState.HELD, Hold.APPROVAL)
    assert world.texts == []


def test_whatever_lets_it_go_nothing_leaves_without_its_second_person(world: World) -> None:
    reply = world.desk_of("eva", ALL).reply(world.case.number, TEXT, after="m1")
    put(world, replace(reply, state=ReplyState.QUEUED, hold=None))
    world.send()

    assert (world.reply.state, world.reply.hold) == (ReplyState.HELD, Hold.APPROVAL)
    assert world.texts == []


def test_an_approval_is_of_the_text_that_was_read(world: World) -> None:
    eva, bo = world.desk_of("eva", ALL), world.desk_of("bo", ALL)
    reply = eva.reply(world.case.number, "harmless", after="m1")
    eva.edit(reply.key, "we pay 10,000", "m1")

    with pytest.raises(Refused, match="was written anew since you read it"):
        bo.approve(reply.key, "harmless")
    assert bo.approve(reply.key, "we pay 10,000").state is ReplyState.QUEUED


def test_what_nobody_wrote_is_not_edited_into_a_reply(world: World) -> None:
    put(world, replace(world.queue(), automatic=True))

    with pytest.raises(Refused, match="no reply that a person wrote"):
        world.desk.edit("key1", "anything", "m1")


def test_what_somebody_held_stays_held_when_it_is_written_anew(world: World) -> None:
    reply = world.queue()
    world.desk_of("bo").hold(reply.key, "wait for me")

    edited = world.desk.edit(reply.key, "better", "m1")

    assert (edited.state, edited.hold, edited.text) == (ReplyState.HELD, Hold.PERSON, "better")


def test_of_two_who_write_one_reply_anew_the_second_sees_that_he_is(world: World) -> None:
    reply = world.queue("first")
    world.desk_of("bo").edit(reply.key, "bo's", "m1", None, "first")

    with pytest.raises(Refused, match="Somebody wrote reply key1 anew while you did") as refused:
        world.desk.edit(reply.key, "eva's", "m1", None, "first")
    assert "eva's" in str(refused.value)
    assert world.reply.text == "bo's"


def test_a_stop_that_is_pressed_while_a_reply_is_prepared_stops_it(world: World) -> None:
    world.queue()

    def prepare(reply: Reply, _case: Case) -> Receipt:
        world.desk_of("boss").stop("", "wrong price")
        about_to_send(world.store, "shop")
        world.platform.received.append((reply.key, reply.text))
        return Receipt("r", world.clock.now())

    world.platform.on_deliver = prepare
    world.send(tells=True)

    assert world.texts == []
    assert (world.reply.state, "wrong price" in world.reply.reason) == (ReplyState.QUEUED, True)
