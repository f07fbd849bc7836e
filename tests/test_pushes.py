"""Taking pushes: checked and kept before they are answered, harmless when wrong, late or sent again."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.core.outbox import Reply, ReplyState
from hub.core.pushes import Push, Pushes, PushRequest, PushSubscription
from hub.errors import Misunderstood, Refused, Unavailable, UnknownKey
from hub.runs.pushes import KEYS_REST, LARGEST, PushPorts, PushResult, read_keys, take_push
from tests.webhook_world import World


@dataclass
class Platform(Pushes):
    """Pushes `key:receipt`, signed by naming the right key."""

    key: str = "k1"
    asked: int = 0
    closed: int = 0
    down: bool = False

    def close(self) -> None:
        self.closed += 1

    def keys(self) -> str:
        self.asked += 1
        if self.down:
            raise Unavailable("the platform cannot be reached")
        return self.key

    def read(self, request: PushRequest, keys: str) -> Push:
        key, _, receipt = request.body.decode().partition(":")
        if key == "forged":
            raise Refused("its signature is wrong")
        if key != keys:
            raise UnknownKey("it names a key that is not known")
        if receipt == "odd":
            raise Misunderstood("nobody knows what it means")
        return Push("ended", (receipt,) if receipt else ())

    def subscriptions(self) -> Sequence[PushSubscription]:
        return ()

    def subscribe(self, url: str) -> None:
        raise NotImplementedError(url)

    def unsubscribe(self, name: str) -> None:
        raise NotImplementedError(name)


@dataclass
class Office:
    """One channel with a reply that its platform has taken."""

    world: World
    platform: Platform = field(default_factory=Platform)

    def ports(self) -> PushPorts:
        return PushPorts(self.world.store, self.world.clock, lambda: self.platform)

    def push(self, body: str | bytes) -> PushResult:
        content = body if isinstance(body, bytes) else body.encode()
        return take_push("support", PushRequest({}, content), self.ports())

    def took(self, state: ReplyState = ReplyState.ACCEPTED, receipt: str = "p7", **facts: int) -> Reply:
        """A reply that is with the platform, and that is asked about in two minutes."""
        now = self.world.clock.now()
        [number] = self.world.opens()
        reply = Reply(f"{number}-r", number, "support", "Hej", now, state=state, receipt_ref=receipt)
        reply = replace(reply, not_before=now + timedelta(minutes=2), **facts)  # type: ignore[arg-type]
        with self.world.store.writing() as writer:
            writer.save_reply(reply)
        return reply

    def reply(self, key: str) -> Reply:
        [found] = self.world.store.replies_named(key)
        return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    world = World(tmp_path / "data")
    yield Office(world)
    world.store.close()


@pytest.mark.parametrize("state", [ReplyState.ACCEPTED, ReplyState.UNCERTAIN])
def test_a_reply_of_which_there_is_news_may_be_asked_about_at_once(office: Office, state: ReplyState) -> None:
    reply, other = office.took(state, read_backs=2), office.took(receipt="p8")

    assert office.push("k1:p7") == PushResult(200, "ended", (reply.key,))

    woken = office.reply(reply.key)
    assert (woken.not_before, woken.read_backs, woken.state) == (None, 0, state)
    assert office.reply(other.key) == other


def test_what_a_platform_pushes_is_never_taken_for_its_word_on_a_reply(office: Office) -> None:
    reply = office.took()
    office.push("k1:p7")

    assert office.reply(reply.key).state is ReplyState.ACCEPTED


@pytest.mark.parametrize("state", sorted(frozenset(ReplyState) - {ReplyState.ACCEPTED, ReplyState.UNCERTAIN}))
def test_a_reply_that_is_not_with_the_platform_is_left_alone(office: Office, state: ReplyState) -> None:
    reply = office.took(state)

    assert office.push("k1:p7").woken == ()
    assert office.reply(reply.key) == reply


def test_a_reply_without_the_platforms_reference_is_left_alone(office: Office) -> None:
    reply = office.took(ReplyState.UNCERTAIN, receipt="")

    assert office.push("k1:").woken == ()
    assert office.reply(reply.key) == reply


def test_a_push_that_comes_again_does_no_harm(office: Office) -> None:
    office.took()

    assert [office.push("k1:p7").status for _ in range(3)] == [200, 200, 200]


def test_a_wrong_signature_changes_nothing_and_reads_nothing(office: Office) -> None:
    reply = office.took()

    assert office.push("forged:p7") == PushResult(401, "its signature is wrong")
    assert (office.reply(reply.key), office.platform.asked) == (reply, 0)


def test_the_keys_are_read_once_and_kept(office: Office) -> None:
    office.took()
    for _ in range(3):
        office.push("k1:p7")

    assert office.platform.asked == 1


def test_a_key_that_is_new_lets_the_keys_be_read_once_more(office: Office) -> None:
    office.push("k1:p7")
    office.world.clock.advance(KEYS_REST)
    office.platform.key = "k2"

    assert office.push("k2:p7").status == 200
    assert office.platform.asked == 2


def test_strangers_cannot_spend_the_requests_for_keys(office: Office) -> None:
    answers = set()
    for _ in range(60):
        answers.add(office.push("nobodys:p7").status)
        office.world.clock.advance(minutes=1)

    assert (answers, office.platform.asked) == ({401}, 10)


def test_of_many_pushes_at_once_one_reads_the_keys(office: Office) -> None:
    together = threading.Barrier(4)

    def push() -> None:
        together.wait(5)
        office.push("nobodys:p7")

    threads = [threading.Thread(target=push) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert office.platform.asked == 1


def test_a_platform_that_cannot_be_asked_for_its_keys_shall_send_it_again(office: Office) -> None:
    office.platform.down = True

    assert office.push("k1:p7") == PushResult(503, "the platform cannot be reached")

    office.platform.down = False
    office.world.clock.advance(KEYS_REST)
    assert office.push("k1:p7").status == 200


def test_keys_that_were_read_before_serve_the_first_push(office: Office) -> None:
    read_keys("support", office.ports())

    assert office.push("k1:p7").status == 200
    assert office.platform.asked == 1


def test_what_nobody_understands_need_not_come_again(office: Office) -> None:
    assert office.push("k1:odd") == PushResult(200, "nobody knows what it means")


def test_a_body_that_is_too_large_is_not_looked_at(office: Office) -> None:
    assert office.push(b"k1:" + b"x" * LARGEST).status == 413
    assert office.platform.closed == 0


def test_whatever_comes_of_it_everything_is_closed(office: Office) -> None:
    for body in ("k1:p7", "forged:", "k1:odd", "nobodys:"):
        office.push(body)

    assert office.platform.closed == 4
