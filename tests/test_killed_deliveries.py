"""A delivery to a marketplace that is killed anywhere: nothing is lost, doubled or stuck, whatever else goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.core.outbox import Reply, ReplyState
from hub.runs import outbox_of_channel
from tests.crashing.judging import Trial, Verdict, verdict_on
from tests.crashing.points import Points, kind_of
from tests.crashing.scenarios import HTTP
from tests.crashing.trials import SEED, TRIALS, Crashing, choose
from tests.crashing.world import SOCKETS
from tests.fakes import MONDAY_NOON

pytestmark = pytest.mark.skipif(not SOCKETS.exists(), reason=f"{SOCKETS} tells when a server is done with the dead")

A_REPLY = HTTP[0]
REPLY = Reply("k1", "CH-1001", "shop", "Hej", MONDAY_NOON)


@pytest.fixture(scope="module")
def crashing() -> Iterator[Crashing]:
    with Crashing() as opened:
        yield opened


def test_a_delivery_to_a_marketplace_that_is_killed_anywhere_arrives_once(
    crashing: Crashing, record_property: Callable[[str, object], None]
) -> None:
    tally = crashing.run(HTTP, TRIALS * 61 // 100)
    for line in tally.lines():
        record_property("told", f"killed (seed {SEED}) {line}")

    assert tally.wrong == []
    assert sum(bool(one.died_at) for one in tally.outcomes) >= len(tally.outcomes) * 3 // 4
    assert not tally.is_whole or tally.missed == set()


# What the harness itself would notice.


BEFORE_SENDING = "before sending POST /v1/tickets/T-2/messages"
# The first time: an answer may come in one piece or in two.
AFTER_RECEIVING = "after receiving an answer to a body"


def the_wrong_way(reply: Reply, *_: object) -> Reply:
    """Whatever had begun is sent again, blindly."""
    return replace(reply, state=ReplyState.QUEUED, not_before=None)


def test_a_hub_that_sends_again_what_it_had_begun_is_found_out(
    crashing: Crashing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_of_channel, "broken_off", the_wrong_way)

    assert crashing.try_out(Trial(A_REPLY, AFTER_RECEIVING, SEED)).verdicts == (Verdict.DOUBLED,)


def test_a_hub_that_takes_what_it_had_begun_for_delivered_is_found_out(
    crashing: Crashing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def settled(reply: Reply, *_: object) -> Reply:
        return replace(reply, state=ReplyState.DELIVERED)

    monkeypatch.setattr(outbox_of_channel, "broken_off", settled)

    assert crashing.try_out(Trial(A_REPLY, BEFORE_SENDING, SEED)).verdicts == (Verdict.LOST,)


def test_a_hub_that_never_asks_anybody_is_found_out(crashing: Crashing, monkeypatch: pytest.MonkeyPatch) -> None:
    def put_off(reply: Reply, *_: object) -> Reply:
        return replace(reply, state=ReplyState.UNCERTAIN, not_before=reply.written_at + timedelta(days=999))

    monkeypatch.setattr(outbox_of_channel, "broken_off", put_off)

    assert crashing.try_out(Trial(A_REPLY, BEFORE_SENDING, SEED)).verdicts == (Verdict.STUCK,)


@pytest.mark.parametrize(
    ("state", "copies", "verdict"),
    [
        (ReplyState.DELIVERED, (1,), Verdict.DELIVERED),
        (ReplyState.DELIVERED, (0,), Verdict.LOST),
        (ReplyState.DELIVERED, (1, 0), Verdict.LOST),
        (ReplyState.DELIVERED, (2,), Verdict.DOUBLED),
        (ReplyState.DELIVERED, (1, 2), Verdict.DOUBLED),
        (ReplyState.HELD, (0,), Verdict.ASKED),
        (ReplyState.REJECTED, (0,), Verdict.ASKED),
        (ReplyState.CANCELLED, (0,), Verdict.LOST),
        (ReplyState.QUEUED, (0,), Verdict.STUCK),
        (ReplyState.SENDING, (1,), Verdict.STUCK),
        (ReplyState.UNCERTAIN, (1,), Verdict.STUCK),
        (ReplyState.ACCEPTED, (1,), Verdict.STUCK),
    ],
)
def test_the_verdict_follows_from_the_platforms_copies_and_the_hubs_word(
    state: ReplyState, copies: tuple[int, ...], verdict: Verdict
) -> None:
    assert verdict_on(replace(REPLY, state=state), copies) is verdict


def test_what_nobody_wrote_may_be_given_up() -> None:
    given_up = replace(REPLY, state=ReplyState.CANCELLED, automatic=True)

    assert verdict_on(given_up, (0,)) is Verdict.GIVEN_UP


# The places.


def test_a_run_passes_the_writes_and_the_bytes_of_a_delivery_in_their_order(crashing: Crashing) -> None:
    names = crashing.places(A_REPLY)

    request = "POST /v1/tickets/T-2/messages"
    wanted = [
        "after taking deliver_acme",
        "before INSERT replies",
        "after COMMIT, time 2",
        "before INSERT replies, time 2",
        "after COMMIT, time 3",
        "before connecting",
        f"before sending {request}",
        f"half of it sent of {request}",
        f"all but a byte sent of {request}",
        "before sending a body",
        "after receiving an answer to a body",
        "before INSERT replies, time 3",
        "after COMMIT, time 4",
        "before letting go of deliver_acme",
    ]
    assert [name for name in names if name in wanted] == wanted


def test_a_packet_is_cut_at_its_head_its_middle_its_last_byte_and_where_the_seed_says() -> None:
    packet = b"POST /messages HTTP/1.1\r\nhost: x\r\n\r\n" + b"a" * 100

    cuts = dict(Points("", print, seed=7).cuts(packet))

    assert cuts.pop("some bytes") in range(1, len(packet))
    assert cuts == {"its head": 36, "half of it": 68, "all but a byte": 135}


@pytest.mark.parametrize(
    ("packet", "cuts"), [(b"QUIT\r\n", []), (b".\r\n", ["half of it", "all but a byte"]), (b"", [])]
)
def test_of_a_mail_servers_commands_only_the_dot_is_cut(packet: bytes, cuts: list[str]) -> None:
    assert [name for name, _ in Points("", print).cuts(packet)] == cuts


def test_the_same_seed_chooses_the_same_deaths_and_every_kind_of_place_once() -> None:
    names = ["before COMMIT", "before INSERT replies", "before INSERT replies, time 2", "after COMMIT, time 2"]
    places = {A_REPLY: names, HTTP[1]: names[:1]}

    first, again, other = choose(places, 10), choose(places, 10), choose(places, 10, seed=2)

    assert first == again != other
    assert {(one.scenario, kind_of(one.wanted)) for one in first[:4]} == {
        (A_REPLY, "before COMMIT"),
        (A_REPLY, "before INSERT replies"),
        (A_REPLY, "after COMMIT, time 2"),
        (HTTP[1], "before COMMIT"),
    }
    assert [one.fault is not None for one in first] == [False] * 9 + [True]
