"""Rounds of telling other programs: at least once, none delayed by another, nothing lost by dying."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from hub.core.escalation import Step
from hub.core.events import Assigned, Rated
from hub.core.policy import Audience, Deed
from hub.core.ports import Store
from hub.core.standard_webhooks import as_secret
from hub.core.webhooks import DeliveryState, rotated
from hub.errors import NotFound
from hub.runs.health import Remark
from hub.runs.webhook_health import webhook_remarks
from hub.runs.webhooks import KEPT_FOR, deliveries_of
from hub.secrets import webhook_key
from tests.fakes import MONDAY_NOON
from tests.receiver import Receiver, asks_to_wait, hangs_up, sends_on
from tests.webhook_world import KEY, World, ids, is_signed, receivers


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "data")
    yield made
    made.store.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def types(receiver: Receiver) -> list[str]:
    return [json.loads(got.body)["type"] for got in receiver.got]


def test_an_endpoint_is_told_of_what_happens_after_it_was_added(world: World, receiver: Receiver) -> None:
    world.opens()
    world.endpoint(receiver)
    [number] = world.opens()

    [result] = world.round()

    assert (result.delivered, result.ok) == (2, True)
    assert types(receiver) == ["case.opened", "message.arrived"]
    assert {json.loads(got.body)["data"]["case"] for got in receiver.got} == {number}
    assert all(is_signed(got) for got in receiver.got)
    assert not is_signed(receiver.got[0], generation=2)
    assert not is_signed(receiver.got[0], name="ep_2")
    assert world.states() == ["delivered", "delivered"]


def test_nothing_is_sent_twice_that_was_taken(world: World, receiver: Receiver) -> None:
    world.endpoint(receiver)
    world.opens(3)

    world.round()
    world.round()

    assert len(ids(receiver)) == len(set(ids(receiver))) == 6


def test_an_endpoint_gets_only_its_types_of_its_channels(world: World, receiver: Receiver) -> None:
    world.endpoint(receiver, types=frozenset({"case.opened"}), channels=frozenset({"bol_nl"}))
    world.opens(2)
    [number] = world.opens(channel="bol_nl")

    world.round()

    assert [(got["type"], got["data"]["case"]) for got in (json.loads(one.body) for one in receiver.got)] == [
        ("case.opened", number)
    ]


def test_what_customers_wrote_is_told_only_where_that_is_asked_for(world: World) -> None:
    with receivers(2) as (bare, full):
        world.endpoint(bare, "ep_1")
        world.endpoint(full, "ep_2", include=frozenset({"text"}))
        world.opens()

        world.round()

        assert not any(b"paketet" in got.body for got in bare.got)
        assert any(b"paketet" in got.body for got in full.got)
        assert ids(bare) == ids(full)


def test_a_failed_message_is_sent_again_under_the_same_id_with_the_same_body(world: World, receiver: Receiver) -> None:
    receiver.answers = [500, 204]
    world.endpoint(receiver, types=frozenset({"case.opened"}))
    world.opens()

    first = world.round()
    resting = world.round()
    world.clock.advance(seconds=10)
    second = world.round()

    assert [(result.delivered, result.failed) for [result] in (first, resting, second)] == [(0, 1), (0, 0), (1, 0)]
    once, again = receiver.got
    assert (once.body, once.headers["webhook-id"]) == (again.body, again.headers["webhook-id"])
    assert once.headers["casehub-delivery-id"] != again.headers["casehub-delivery-id"]
    assert again.headers["webhook-timestamp"] > once.headers["webhook-timestamp"]


def test_a_message_that_nobody_takes_is_dead_after_three_days_and_goes_out_when_it_is_replayed(
    world: World, receiver: Receiver
) -> None:
    receiver.answers = [422]
    world.endpoint(receiver, types=frozenset({"case.opened"}))
    world.opens()

    world.rounds_for(days=3.9)
    [delivery] = world.deliveries()

    assert (delivery.state, delivery.status, delivery.attempts) == (DeliveryState.DEAD, 422, 10)

    receiver.answers = [200]
    assert world.store.webhooks.replay([delivery], world.clock.now()) == 1
    world.round()

    [delivery] = world.deliveries()
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 11)
    assert len(set(ids(receiver))) == 1
    assert len({got.headers["casehub-delivery-id"] for got in receiver.got}) == 11


def test_a_receiver_that_is_gone_is_switched_off_and_loses_nothing_that_waits(world: World, receiver: Receiver) -> None:
    receiver.answers = [410]
    world.endpoint(receiver)
    world.opens(2)

    [result] = world.round()
    world.round()

    assert (result.off, len(receiver.got)) == ("it answered 410 (gone): it wants nothing any more", 1)
    assert world.states() == ["dead", "pending", "pending", "pending"]
    assert next(webhook_remarks(world.store.webhooks, world.clock.now())).alarm


def test_an_endpoint_that_fails_for_days_is_switched_off_and_status_says_so(world: World, receiver: Receiver) -> None:
    receiver.answers = [503]
    world.endpoint(receiver)
    world.opens()
    world.rounds_for(days=4)
    world.opens()
    world.rounds_for(days=2)

    asked = len(receiver.got)
    [off, dead] = webhook_remarks(world.store.webhooks, world.clock.now())

    assert world.standing().off == "it took nothing for 5 days: HTTP 503"
    assert off == Remark(
        "webhook ep_1 is switched off: it took nothing for 5 days: HTTP 503; `casehub webhook resume ep_1`"
    )
    assert "given up" in dead.text
    world.rounds_for(days=1)
    assert len(receiver.got) == asked


def test_after_it_is_switched_on_again_it_is_told_of_everything_since(world: World, receiver: Receiver) -> None:
    world.endpoint(receiver, types=frozenset({"case.opened"}))
    world.store.webhooks.switch("ep_1", "eva switched it off", world.clock.now())
    world.opens(2)
    assert world.round() == []

    world.store.webhooks.switch("ep_1", "", world.clock.now())
    world.round()

    assert world.states() == ["delivered", "delivered"]


def test_what_waited_while_it_was_off_gets_all_its_tries_when_it_is_on_again(world: World, receiver: Receiver) -> None:
    receiver.answers = [503]
    world.endpoint(receiver, types=frozenset({"case.opened"}))
    world.opens(2)
    world.round()
    world.store.webhooks.switch("ep_1", "eva switched it off", world.clock.now())
    world.clock.advance(days=30)
    world.store.webhooks.switch("ep_1", "", world.clock.now())

    world.round()

    assert (world.states(), world.standing().off) == (["pending", "pending"], "")


def test_a_hub_that_was_off_for_a_week_gives_nothing_up_at_the_first_failure(world: World, receiver: Receiver) -> None:
    receiver.answers = [503]
    world.endpoint(receiver)
    world.opens(2)
    world.clock.advance(days=7)

    world.round()

    assert set(world.states()) == {"pending"}


def test_an_endpoint_that_is_down_is_asked_ever_more_seldom_whatever_waits(world: World, receiver: Receiver) -> None:
    receiver.answers = [500]
    world.endpoint(receiver)
    world.opens(50)

    world.rounds_for(days=0.5, every=timedelta(minutes=1))

    assert 10 < len(receiver.got) < 30


def test_everything_that_waited_goes_out_once_it_is_up_again(world: World, receiver: Receiver) -> None:
    receiver.answers = [500]
    world.endpoint(receiver)
    world.opens(300)
    world.rounds_for(days=0.1, every=timedelta(minutes=5))

    receiver.answers = [204]
    world.clock.advance(hours=2)
    world.round()

    assert set(world.states()) == {"delivered"}
    assert len(world.states()) == 600


@pytest.mark.parametrize("fault", ["waits", "hangs_up", "redirect"])
def test_one_bad_endpoint_delays_no_other(world: World, fault: str) -> None:
    world.timeout = 30
    with receivers(3) as (bad, *good):

        def waits_for_the_others(handler: Any) -> None:
            while any(len(one.got) < 20 for one in good) and not bad.released.wait(0.01):
                pass
            hangs_up(handler)

        faults = {"waits": waits_for_the_others, "hangs_up": hangs_up, "redirect": sends_on("http://169.254.169.254/")}
        bad.answers = [faults[fault]]
        for number, one in enumerate([bad, *good]):
            world.endpoint(one, f"ep_{number}")
        world.opens(10)

        results = {result.endpoint: result for result in world.round()}

        assert [(results[name].delivered, results[name].ok) for name in ("ep_1", "ep_2")] == [(20, True)] * 2
        assert (results["ep_0"].delivered, results["ep_0"].failed, len(bad.got)) == (0, 1, 1)


def test_more_endpoints_than_are_worked_on_side_by_side_are_all_told(world: World) -> None:
    with receivers(5) as found:
        for number, one in enumerate(found):
            world.endpoint(one, f"ep_{number}")
        world.opens()

        world.round(side_by_side=2)

        assert [len(one.got) for one in found] == [2] * 5


def test_who_asks_to_wait_is_left_alone_that_long(world: World, receiver: Receiver) -> None:
    receiver.answers = [asks_to_wait(7200), 204]
    world.endpoint(receiver)
    world.opens()
    world.round()

    world.clock.advance(minutes=119)
    world.round()
    before = len(receiver.got)
    world.clock.advance(minutes=2)
    world.round()

    assert (before, len(receiver.got)) == (1, 3)


def test_a_secret_that_is_replaced_signs_beside_the_new_one_for_a_day(world: World, receiver: Receiver) -> None:
    endpoint = world.endpoint(receiver, types=frozenset({"case.opened"}))
    world.store.webhooks.change(rotated(endpoint, world.clock.now()))
    world.opens()
    world.round()
    world.clock.advance(hours=25)
    world.opens()
    world.round()

    both, later = receiver.got
    assert (is_signed(both, generation=1), is_signed(both, generation=2)) == (True, True)
    assert (is_signed(later, generation=1), is_signed(later, generation=2)) == (False, True)


def test_no_database_holds_a_secret(world: World, receiver: Receiver) -> None:
    world.endpoint(receiver)
    world.opens()
    world.round()
    world.store.close()

    secret = webhook_key(KEY, "ep_1", 1)
    written = b"".join(file.read_bytes() for file in world.folder.rglob("*") if file.is_file())
    assert secret not in written
    assert as_secret(secret).removeprefix("whsec_").encode() not in written


def test_two_runs_at_once_send_nothing_twice(world: World, receiver: Receiver) -> None:
    world.endpoint(receiver)
    world.opens(30)

    threads = [threading.Thread(target=world.round) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.round()

    assert len(ids(receiver)) == len(set(ids(receiver))) == 60


def test_a_run_that_is_told_to_stop_leaves_the_rest_to_the_next(world: World, receiver: Receiver) -> None:
    stop = threading.Event()

    def last(handler: Any) -> None:
        stop.set()
        handler.send_response(204)
        handler.send_header("content-length", "0")
        handler.end_headers()

    receiver.answers = [204, last, 204]
    world.endpoint(receiver)
    world.opens(3)

    world.round(stop=stop)

    assert world.states().count("delivered") == 2


def test_what_was_delivered_is_forgotten_after_a_month_and_what_is_dead_stays(world: World, receiver: Receiver) -> None:
    receiver.answers = [204, 410]
    world.endpoint(receiver)
    world.opens()
    world.round()
    world.store.webhooks.switch("ep_1", "", world.clock.now())

    world.clock.advance(KEPT_FOR + timedelta(minutes=1))
    world.round()

    assert world.states() == ["dead"]


def test_what_happened_since_an_instant_is_sent_once_more(world: World, receiver: Receiver) -> None:
    endpoint = world.endpoint(receiver, types=frozenset({"case.opened"}))
    for _ in range(5):
        world.opens()
        world.clock.advance(hours=1)
    world.round()
    before = ids(receiver)

    happened, _ = world.store.webhooks.since(MONDAY_NOON + timedelta(hours=3), (0, 0), 100)
    world.store.webhooks.replay(deliveries_of(endpoint, happened, world.clock.now()), world.clock.now())
    world.round()

    assert ids(receiver) == [*before, *before[3:]]


def test_nothing_is_made_of_events_twice_after_what_was_delivered_is_forgotten(
    world: World, receiver: Receiver
) -> None:
    world.endpoint(receiver)
    world.opens()
    world.round()
    world.clock.advance(KEPT_FOR * 2)

    world.round()
    world.round()

    assert (world.deliveries(), len(receiver.got)) == ([], 2)


def test_a_step_of_the_ladder_is_told_once_however_often_it_is_noted(world: World, receiver: Receiver) -> None:
    world.endpoint(receiver, types=frozenset({"deadline.late"}))
    [number] = world.opens()
    now = world.clock.now()
    step = Step(number, "support", "first", "m1", "breach", Deed.BREACH, Audience.QUEUE, now, now)

    world.store.webhooks.note_steps([step], now)
    world.store.webhooks.note_steps([step], now + timedelta(hours=1))
    world.round()

    assert types(receiver) == ["deadline.late"]


def test_an_endpoint_that_is_removed_is_forgotten_with_its_messages(world: World, receiver: Receiver) -> None:
    world.endpoint(receiver)
    world.opens()
    world.round()

    world.store.webhooks.remove("ep_1")

    assert world.store.webhooks.deliveries("") == []
    with pytest.raises(NotFound, match="there is no endpoint 'ep_1'"):
        world.store.webhooks.remove("ep_1")


def test_what_a_person_sets_while_a_message_is_on_its_way_stays(world: World, receiver: Receiver) -> None:
    def meanwhile(handler: Any) -> None:
        world.store.webhooks.switch("ep_1", "eva switched it off", world.clock.now())
        world.store.webhooks.change(rotated(endpoint, world.clock.now()))
        handler.send_response(204)
        handler.send_header("content-length", "0")
        handler.end_headers()

    receiver.answers = [meanwhile]
    endpoint = world.endpoint(receiver, types=frozenset({"case.opened"}))
    world.opens()

    world.round()

    assert (world.standing().off, world.standing().endpoint.generation) == ("eva switched it off", 2)


def test_messages_of_a_case_go_out_in_the_order_in_which_it_happened(world: World, receiver: Receiver) -> None:
    world.endpoint(receiver)
    [number] = world.opens()
    world.learns(number, Assigned("eva", "bo"))
    world.learns(number, Rated("up"))

    world.round()

    assert types(receiver) == ["case.opened", "message.arrived", "case.assigned", "case.rated"]


def test_rounds_without_endpoints_start_no_thread(world: World) -> None:
    before = threading.active_count()
    world.opens()

    assert (world.round(), threading.active_count()) == ([], before)


# --- Dying ---


class Killed(BaseException):
    """The process dies here."""


@dataclass
class DyingWebhooks:
    """The store of webhooks, at whose n-th call the process dies, before or after it is done."""

    real: Any
    dies_at: int
    kept: bool
    done: int = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.real, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self.done += 1
            if self.done == self.dies_at and not self.kept:
                raise Killed
            answer = method(*args, **kwargs)
            if self.done == self.dies_at:
                raise Killed
            return answer

        return call


@dataclass
class DyingStore:
    """A store with such webhooks."""

    store: Store
    webhooks: DyingWebhooks

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("dies_at", range(1, 21))
def test_a_run_that_dies_anywhere_loses_nothing_and_repeats_under_the_same_id(
    world: World, receiver: Receiver, dies_at: int, kept: bool
) -> None:
    world.endpoint(receiver)
    world.opens(3)
    dying = DyingStore(world.store, DyingWebhooks(world.store.webhooks, dies_at, kept))

    died = False
    try:
        world.round(store=cast("Store", dying))
    except Killed:
        died = True
    world.round()

    bodies = {got.headers["webhook-id"]: got.body for got in receiver.got}
    assert died
    assert (world.states(), len(bodies)) == (["delivered"] * 6, 6)
    assert len(receiver.got) <= 7
    assert all(bodies[got.headers["webhook-id"]] == got.body for got in receiver.got)
