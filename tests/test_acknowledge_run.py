"""Acknowledgements from the new case to the platform: one to a case, whatever dies, and none that makes work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from hub import (
    Adapter,
    Capability,
    Case,
    CaseState,
    ConfigurationError,
    Direction,
    Party,
    Receipt,
    Rejected,
    StoreError,
    Unavailable,
    Uncertain,
)
from hub.core.acting import mark_read
from hub.core.acts import close, queue_reply
from hub.core.events import PromiseMade, ReplyDelivered, ReplyQueued, ReplyStopped
from hub.core.outbox import MOST_READ_BACKS, SETTLE, Reply, ReplyState
from hub.core.policy import Forbidden, Mark, Policy, Source
from hub.core.ports import CaseFilter, CaseSummary, EvaluationOf, Store
from hub.core.readings import Evaluation
from hub.core.turns import GivenPromise
from hub.runs import channel
from hub.runs.acknowledge import (
    AcknowledgePorts,
    AcknowledgeResult,
    AcknowledgingChannel,
    acknowledge_new,
    require_may_acknowledge,
)
from hub.runs.delivery import DeliveryPorts, DeliveryResult, deliver
from hub.runs.sync import SyncPorts, sync
from tests.fakes import MONDAY_NOON, MovableClock, PretendedPlatform, a_day_later, letter

SHOP = AcknowledgingChannel("shop", "Butiken", ZoneInfo("Europe/Stockholm"), "sv")
TOMORROW = MONDAY_NOON + timedelta(days=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


class Desk:
    """One channel with its customers, its acknowledgements and its deliveries."""

    def __init__(self, store: Store, clock: MovableClock) -> None:
        self.store, self.clock, self.platform = store, clock, PretendedPlatform()
        self.source = channel.Source("shop", self.platform.connect)

    def write(self, ref: str, sender: str = "asa@kund.example", answers: str = "", age: int = 0) -> str:
        """A letter arrives, so many minutes old, and is read; the number of the newest case."""
        at = self.clock.now() - timedelta(minutes=age)
        self.platform.letters.append(letter(ref, at=at, sender=sender, answers=answers))
        sync([self.source], SyncPorts(self.store, self.clock, a_day_later))
        everything = CaseFilter(states=frozenset())
        return max(case.number for case in self.store.cases(everything))

    def look(self, wanted: AcknowledgingChannel = SHOP, policy: EvaluationOf = a_day_later) -> AcknowledgeResult:
        """Look at new cases once."""
        return acknowledge_new(AcknowledgePorts(self.store, self.clock, policy), [wanted])[0]

    def send(self) -> DeliveryResult:
        """One delivery."""
        return deliver([self.source], DeliveryPorts(self.store, self.clock, a_day_later, jitter=lambda: 0.0))[0]

    def reply(self, key: str = "ack-ch-1001") -> Reply:
        """A reply as it stands."""
        return {reply.key: reply for reply in self.store.replies()}[key]

    def answer(self, number: str, key: str = "k1") -> None:
        """A person approves an answer to the newest message."""
        case = self.store.case(number)
        seen = case.last_inbound
        change, reply = queue_reply(case, "I morgon. 漢字", (), key, seen.ref if seen else "", "eva", self.clock.now())
        with self.store.writing() as writer:
            writer.save(change, a_day_later(change.case))
            writer.save_reply(reply)

    def happened(self, number: str) -> list[type]:
        """The kinds of a case's events."""
        return [type(event.what) for event in self.store.history(number)]

    def keys(self) -> list[str]:
        """The keys of what customers received, in order."""
        return [key for key, _ in self.platform.received]


@pytest.fixture
def desk(store: Store, clock: MovableClock) -> Desk:
    return Desk(store, clock)


def raising(error: Exception) -> Callable[[Reply, Case], Receipt]:
    def answer(_reply: Reply, _case: Case) -> Receipt:
        raise error

    return answer


def test_a_new_case_is_acknowledged_and_promised_its_due_instant(desk: Desk) -> None:
    number = desk.write("m1")

    looked, sent = desk.look(), desk.send()

    assert (looked.queued, sent.delivered, sent.ok) == (["ack-ch-1001"], ["ack-ch-1001"], True)
    case = desk.store.case(number)
    assert case.promises == (GivenPromise("ack-ch-1001", MONDAY_NOON, TOMORROW),)
    assert (case.state, case.waiting_since, case.settled) == (CaseState.OPEN, MONDAY_NOON, {})
    message = case.messages[-1]
    assert (message.automatic, message.direction, message.sender) == (True, Direction.OUTBOUND, Party("Butiken"))
    assert "tisdag 3 mars kl. 13:00 (Europe/Stockholm)" in message.text
    assert f"numret {number}" in message.text
    assert desk.happened(number)[2:] == [ReplyQueued, ReplyDelivered, PromiseMade]


def test_delivery_and_promise_are_kept_together_or_not_at_all(desk: Desk) -> None:
    number = desk.write("m1")
    desk.look()

    deliver([desk.source], DeliveryPorts(desk.store, desk.clock, raising_on_promise))

    assert desk.happened(number)[2:] == [ReplyQueued]
    assert desk.reply().state is ReplyState.SENDING


def raising_on_promise(case: Case) -> Evaluation:
    if case.promises:
        raise StoreError("the disk is full")
    return a_day_later(case)


def test_looking_again_changes_nothing(desk: Desk) -> None:
    desk.write("m1")
    desk.look()
    desk.send()

    again = [desk.look() for _ in range(3)]
    desk.send()

    assert [(result.queued, result.declined) for result in again] == [([], {})] * 3
    assert desk.keys() == ["ack-ch-1001"]


def test_a_case_that_was_declined_is_not_looked_at_again(desk: Desk) -> None:
    desk.write("m1")
    desk.write("m2")
    first = desk.look()
    desk.clock.advance(minutes=60)

    assert first.declined == {"CH-1002": "the address got an automatic mail within the last hour"}
    assert desk.look().declined == {}


def test_even_without_its_memory_a_look_never_makes_a_second_acknowledgement(desk: Desk) -> None:
    desk.write("m1")
    desk.look()
    with desk.store.writing() as writer:
        writer.set_fact("acknowledged:shop", "")
        writer.set_fact("automatic_mails", "")

    again = desk.look()

    assert again.declined == {"CH-1001": "a reply was written already"}
    assert [reply.key for reply in desk.store.replies()] == ["ack-ch-1001"]


def test_a_look_that_dies_has_kept_nothing_or_everything(desk: Desk) -> None:
    number = desk.write("m1")
    calls: list[Case] = []

    def dying(case: Case) -> Evaluation:
        calls.append(case)
        if len(calls) == 2:
            raise StoreError("the disk is full 🙂")
        return a_day_later(case)

    died = desk.look(policy=dying)
    kept = (desk.store.replies(), desk.happened(number)[2:], desk.store.fact("acknowledged:shop"))
    again = desk.look()

    assert died.failure is not None
    assert died.failure.text == "the disk is full 🙂"
    assert died.queued == []
    assert kept == ([], [], "")
    assert again.queued == ["ack-ch-1001"]


def test_one_channels_trouble_leaves_the_others_theirs(desk: Desk) -> None:
    desk.write("m1")
    other = replace(SHOP, name="other")

    def full(case: Case) -> Evaluation:
        raise StoreError("the disk is full")

    results = acknowledge_new(AcknowledgePorts(desk.store, desk.clock, full), [SHOP, other])

    assert [(result.name, result.failure is None) for result in results] == [("shop", False), ("other", True)]


class Overtaken:
    """A store beside which another look does everything just after the cases were listed."""

    def __init__(self, store: Store, other_look: Callable[[], AcknowledgeResult]) -> None:
        self._store, self._other_look = store, other_look
        self.other: AcknowledgeResult | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def cases(self, wanted: CaseFilter) -> Sequence[CaseSummary]:
        """The cases, which are out of date as soon as they are returned."""
        listed = self._store.cases(wanted)
        self.other = self._other_look()
        return listed


def test_two_looks_at_once_make_one_acknowledgement(desk: Desk) -> None:
    desk.write("m1")
    desk.write("m2", "bo@kund.example")
    overtaken = Overtaken(desk.store, desk.look)

    [result] = acknowledge_new(AcknowledgePorts(cast("Store", overtaken), desk.clock, a_day_later), [SHOP])

    assert overtaken.other is not None
    assert overtaken.other.queued == ["ack-ch-1001", "ack-ch-1002"]
    assert result.declined == dict.fromkeys(["CH-1001", "CH-1002"], "another run looked at it just now")
    assert desk.store.fact("acknowledged:shop") == "CH-1002"


def test_mail_older_than_an_hour_is_a_back_fill(desk: Desk) -> None:
    desk.write("m1", age=61)
    desk.write("m2", age=60, sender="bo@kund.example")

    assert desk.look().queued == ["ack-ch-1002"]


def test_other_channels_are_left_alone(desk: Desk) -> None:
    desk.write("m1")

    assert desk.look(replace(SHOP, name="other")).queued == []


def test_a_follow_up_is_not_acknowledged(desk: Desk) -> None:
    desk.write("m1")
    desk.look()
    desk.send()
    desk.write("m2", answers="m1")

    assert desk.look().queued == []
    assert len(desk.store.cases(CaseFilter())) == 1


def test_a_case_with_an_answer_on_its_way_is_not_acknowledged(desk: Desk) -> None:
    desk.answer(desk.write("m1"))

    assert desk.look().declined == {"CH-1001": "a reply was written already"}


def test_a_case_that_a_person_has_only_opened_is_acknowledged(desk: Desk) -> None:
    number = desk.write("m1")
    reading = mark_read(desk.store.case(number), "read", desk.clock.now(), [])
    assert reading is not None
    with desk.store.writing() as writer:
        writer.save_reply(reading)

    assert desk.look().queued == ["ack-ch-1001"]
    assert desk.send().delivered == ["ack-ch-1001"]


def test_mail_of_our_own_is_not_acknowledged(desk: Desk) -> None:
    desk.write("m1", "eva@butiken.example")

    assert desk.look(replace(SHOP, own=frozenset({"eva@butiken.example"}))).declined == {"CH-1001": "we wrote first"}


def test_the_customers_language_beats_that_of_the_channel(desk: Desk) -> None:
    item = letter("m1")
    desk.platform.letters.append(
        replace(item, message=replace(item.message, sender=Party("Jan", "jan@kunde.example", language="de-AT")))
    )
    sync([desk.source], SyncPorts(desk.store, desk.clock, a_day_later))
    desk.look()

    assert desk.reply().text.startswith("Guten Tag Jan,")


# The limits


def test_an_address_gets_one_an_hour(desk: Desk) -> None:
    for number in range(4):
        desk.write(f"m{number}", "Asa+order@kund.example" if number % 2 else "asa@kund.example")
        desk.look()
        desk.send()
        desk.clock.advance(minutes=20)

    assert desk.keys() == ["ack-ch-1001", "ack-ch-1004"]


def test_what_could_not_be_sent_for_hours_does_not_come_all_at_once(desk: Desk) -> None:
    for number in range(3):
        desk.write(f"m{number}")
        desk.look()
        desk.clock.advance(hours=1)

    result = desk.send()

    assert len(desk.store.replies()) == 3
    assert result.delivered == desk.keys() == ["ack-ch-1001"]
    states = {reply.key: (reply.state, reply.reason) for reply in desk.store.replies()}
    too_soon = (ReplyState.CANCELLED, "its address got another automatic mail within the last hour")
    assert states["ack-ch-1002"] == states["ack-ch-1003"] == too_soon


def test_a_flood_is_not_answered_in_kind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.runs.acknowledge.MOST_AT_ONCE", 3)
    for number in range(5):
        desk.write(f"m{number}", f"kund{number}@kund.example")

    assert desk.look().queued == ["ack-ch-1003", "ack-ch-1004", "ack-ch-1005"]
    assert desk.look().queued == []


# What happens before it is sent


def test_a_person_who_was_quicker_makes_it_idle(desk: Desk) -> None:
    number = desk.write("m1")
    desk.look()
    desk.answer(number)

    result = desk.send()

    assert (desk.keys(), result.ok) == (["k1"], True)
    assert desk.reply().state is ReplyState.CANCELLED
    assert desk.reply().reason == "the customer was answered, or nobody waits any more"
    assert ReplyStopped in desk.happened(number)
    assert desk.store.case(number).promises == ()
    assert desk.store.case(number).state is CaseState.WAITING


def test_a_reply_that_waits_for_its_next_try_makes_it_idle(desk: Desk) -> None:
    number = desk.write("m1")
    desk.look()
    desk.answer(number)
    desk.platform.on_deliver = raising(Unavailable("greylisted"))
    desk.send()
    desk.clock.advance(minutes=5)

    desk.send()
    desk.platform.on_deliver = None
    desk.clock.advance(minutes=5)
    desk.send()

    assert desk.keys() == ["k1"]
    assert desk.reply().state is ReplyState.CANCELLED


def test_a_persons_reply_never_waits_behind_a_robot(desk: Desk) -> None:
    number = desk.write("m1")
    desk.look()
    desk.platform.on_deliver = raising(Unavailable("greylisted"))
    desk.send()
    desk.platform.on_deliver = None
    desk.answer(number)

    desk.send()

    assert desk.reply().not_before is not None
    assert desk.keys() == ["k1"]


def test_the_promised_instant_that_has_passed_makes_it_idle(desk: Desk) -> None:
    desk.write("m1")
    desk.look()
    desk.clock.advance(days=1)

    desk.send()

    assert desk.keys() == []
    assert (desk.reply().state, desk.reply().reason) == (ReplyState.CANCELLED, "the instant it promises has passed")


def test_a_closed_case_makes_it_idle(desk: Desk) -> None:
    number = desk.write("m1")
    desk.look()
    change = close(desk.store.case(number), "", "eva", desk.clock.now())
    with desk.store.writing() as writer:
        writer.save(change, a_day_later(change.case))

    desk.send()

    assert desk.keys() == []
    assert desk.reply().state is ReplyState.CANCELLED


def test_a_second_question_does_not_hold_it_for_a_person(desk: Desk) -> None:
    number = desk.write("m1")
    desk.look()
    desk.write("m2", answers="m1")

    result = desk.send()

    assert (desk.keys(), result.stopped) == (["ack-ch-1001"], [])
    assert desk.store.case(number).waiting_since == MONDAY_NOON


# What may come of sending it


def test_a_refused_one_is_cancelled_with_the_reason_and_asks_nobody(desk: Desk) -> None:
    number = desk.write("m1")
    desk.look()
    desk.platform.on_deliver = raising(Rejected("550 no null sender 漢字"))

    result = desk.send()

    assert (result.stopped, result.waiting, result.ok) == ([], [], True)
    assert result.warnings == ["CH-1001 gets no acknowledgement: 550 no null sender 漢字"]
    assert (desk.reply().state, desk.reply().reason) == (ReplyState.CANCELLED, "550 no null sender 漢字")
    stopped = desk.store.history(number)[-1].what
    assert stopped == ReplyStopped("ack-ch-1001", "cancelled", "550 no null sender 漢字")
    assert desk.store.case(number).waiting_since == MONDAY_NOON


def test_an_uncertain_one_is_read_back_and_found(desk: Desk) -> None:
    number = desk.write("m1")
    desk.look()
    desk.platform.on_deliver = raising(Uncertain("the answer was lost"))
    desk.send()
    desk.platform.on_find = lambda _reply, _case: Receipt("id", MONDAY_NOON)
    desk.clock.advance(SETTLE)

    result = desk.send()

    assert result.delivered == ["ack-ch-1001"]
    assert desk.store.case(number).promises == (GivenPromise("ack-ch-1001", MONDAY_NOON, TOMORROW),)


def test_one_that_nobody_can_tell_of_is_cancelled_instead_of_asking(desk: Desk) -> None:
    desk.write("m1")
    desk.look()
    desk.platform.on_deliver = raising(Uncertain("the answer was lost"))
    desk.platform.on_find = raising(Uncertain("it is not in Sent, which proves nothing"))
    results = []
    for _ in range(MOST_READ_BACKS + 2):
        results.append(desk.send())
        desk.clock.advance(hours=1)

    assert all(result.ok and not result.stopped for result in results)
    assert desk.reply().state is ReplyState.CANCELLED
    assert desk.reply().reason == "it is not in Sent, which proves nothing"
    assert not desk.reply().needs_a_person


def test_one_that_died_under_way_is_read_back_first(desk: Desk) -> None:
    desk.write("m1")
    desk.look()
    with desk.store.writing() as writer:
        writer.save_reply(replace(desk.reply(), state=ReplyState.SENDING))

    desk.send()

    assert desk.reply().state is ReplyState.UNCERTAIN
    assert desk.keys() == []


def test_a_platform_in_trouble_gets_it_later(desk: Desk) -> None:
    desk.write("m1")
    desk.look()
    desk.platform.on_deliver = raising(Unavailable("no network"))
    desk.send()
    desk.platform.on_deliver = None
    desk.clock.advance(minutes=1)

    assert desk.send().delivered == ["ack-ch-1001"]


# The setting


def adapter(*capabilities: Capability) -> Adapter:
    return cast("Adapter", SimpleNamespace(title="bol.com", capabilities=frozenset(capabilities)))


def policy(auto_reply: Forbidden | None = None) -> Policy:
    return Policy("bol", "bol.com", "2026-01-01", date(2026, 1, 1), "digest", (), auto_reply=auto_reply)


def test_a_platform_that_forbids_automatic_answers_refuses_the_setting_with_its_source() -> None:
    source = Source("https://partnerplatform.bol.com/regels", date(2026, 11, 1), Mark.DOCUMENTED)
    forbidden = policy(Forbidden("a standard hold e-mail counts as evasion of the norm.", source))

    with pytest.raises(ConfigurationError) as refused:
        require_may_acknowledge("bol_nl", adapter(Capability.ACKNOWLEDGE), forbidden)

    assert str(refused.value) == (
        "channels.bol_nl.acknowledge: forbidden by the policy bol: a standard hold e-mail counts as evasion of "
        "the norm (https://partnerplatform.bol.com/regels); take it out"
    )


def test_an_adapter_that_cannot_mark_them_refuses_the_setting() -> None:
    with pytest.raises(ConfigurationError, match=r"^channels\.x\.acknowledge: bol\.com has no way .*; take it out$"):
        require_may_acknowledge("x", adapter(Capability.REPLY), policy())


def test_where_nothing_speaks_against_it_the_setting_is_taken() -> None:
    require_may_acknowledge("x", adapter(Capability.ACKNOWLEDGE), policy())
