"""The fault table of replies, one row a test: whatever goes wrong, a reply arrives once, or is with a person.

The promise: never automatically twice, never silently lost; an uncertain send is read back from the platform, and only
what the platform cannot tell is put to a person. "Surely not accepted" is the only state in which a retry is automatic.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub import (
    AuthenticationFailed,
    Case,
    CaseState,
    OwnEcho,
    RateLimited,
    Receipt,
    Rejected,
    StoreError,
    Unavailable,
    Uncertain,
)
from hub.core.events import ReplyStopped
from hub.core.outbox import MOST_READ_BACKS, Hold, Reply, ReplyState
from hub.core.ports import Store
from hub.errors import Refused
from hub.runs.announcing import about_to_send
from hub.runs.delivery import RESTORED, DeliveryPorts, DeliveryResult, hold_idle
from hub_email_imap.simulator import MailPlatform, MailServers
from tests.fakes import MONDAY_NOON, PretendedPlatform, a_day_later, letter
from tests.outbox_world import TEXT, Died, TwoClocks, World, raising
from tests.shop import ADDRESS, PASSWORD, Shop, mail, options_of


@pytest.fixture
def world(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in which one customer has asked something."""
    made = World(store, TwoClocks(), PretendedPlatform([letter("m1")]), monkeypatch, tmp_path)
    made.read()
    return made


def f1(world: World) -> None:
    with world.without_disk(), pytest.raises(StoreError, match="disk"):
        world.queue()

    assert world.store.replies() == []
    assert world.send().delivered == []
    assert world.queue().text == TEXT


def f2(world: World) -> None:
    world.queue()
    world.answers(Died())
    with pytest.raises(Died):
        world.send(tells=True)
    world.answers(None)
    told = world.send(tells=True)

    assert told.delivered == ["key1"]  # it was not announced, so it surely had not left
    world.queue("ett till")
    world.answers(Died())
    with pytest.raises(Died):
        world.send()
    world.answers(None)
    first, looked_up = world.send(), world.later()

    assert (first.delivered, looked_up.delivered) == ([], [])  # nobody tells when it leaves: read back first
    assert world.later().delivered == ["key2"]
    assert world.texts == [TEXT, "ett till"]


def f3(world: World) -> None:
    world.queue()
    world.answers(Died(), taken=True)
    with pytest.raises(Died):
        world.send()
    world.send()
    uncertain = world.reply.state
    world.later()

    assert (uncertain, world.reply.state) == (ReplyState.UNCERTAIN, ReplyState.DELIVERED)
    assert world.texts == [TEXT]


def f4(world: World) -> None:
    world.queue()
    world.answers(Uncertain("no answer came within 30 s"), taken=True)
    world.send()
    uncertain = world.reply.state
    world.later()

    assert (uncertain, world.reply.state) == (ReplyState.UNCERTAIN, ReplyState.DELIVERED)
    assert world.texts == [TEXT]


def f5(world: World) -> None:
    world.queue()
    world.answers(Unavailable("connection refused"))
    pauses = []
    for _ in range(4):
        world.send()
        pauses.append((world.reply.not_before or world.clock.now()) - world.clock.now())
        world.clock.advance(pauses[-1])
    world.answers(None)

    assert pauses == sorted(set(pauses))
    assert world.send().delivered == ["key1"]
    assert world.texts == [TEXT]


def f6(world: World) -> None:
    world.queue()
    after = world.clock.now() + timedelta(minutes=7)
    world.answers(RateLimited("slow down", after=after))
    world.send()

    assert (world.reply.state, world.reply.not_before, world.reply.attempts) == (ReplyState.QUEUED, after, 0)
    world.answers(None)
    assert world.later(minutes=6).delivered == []
    assert world.later(minutes=1).delivered == ["key1"]


def f7(world: World) -> None:
    world.queue()
    world.answers(Rejected("IE012: the message is too long"))
    world.send()
    world.answers(None)
    world.later(days=2)

    assert (world.reply.state, world.reply.reason) == (ReplyState.REJECTED, "IE012: the message is too long")
    assert world.texts == []
    assert world.reply.needs_a_person
    assert world.store.history(world.case.number)[-1].what == ReplyStopped("key1", "rejected", world.reply.reason)


def f8(world: World) -> None:
    world.queue()
    world.answers(Uncertain("the platform answered 502"))
    world.send()
    world.answers(None)
    looked_up = world.later()

    assert looked_up.delivered == []
    assert world.later().delivered == ["key1"]
    assert world.texts == [TEXT]


def f9(world: World) -> None:
    world.queue()
    world.queue("ett till")
    world.answers(AuthenticationFailed("the key has expired"))
    stopped = world.send()

    assert stopped.failure is not None
    assert {(reply.state, reply.hold) for reply in world.store.replies()} == {(ReplyState.HELD, Hold.CHANNEL)}
    world.answers(None)
    assert len(world.send(patient=False).delivered) == 2
    assert world.texts == [TEXT, "ett till"]


def f10(world: World) -> None:
    world.queue()
    before = world.store.summary(world.case.number).deadline
    world.platform.on_deliver = lambda _reply, _case: Receipt("p1", world.clock.now(), final=False)
    world.send()
    world.platform.on_find = raising(Rejected("the process ended in FAILURE"))
    world.later()

    assert (world.reply.state, world.reply.reason) == (ReplyState.FAILED, "the process ended in FAILURE")
    assert world.case.state is CaseState.OPEN
    assert world.store.summary(world.case.number).deadline == before


def f11(world: World) -> None:
    world.queue()
    pending = Receipt("p1", world.clock.now(), final=False)
    world.platform.on_deliver = lambda _reply, _case: pending
    world.platform.on_find = lambda _reply, _case: pending
    world.send()
    states = []
    for _ in range(MOST_READ_BACKS + 1):
        world.later()
        states.append((world.reply.state, world.reply.needs_a_person))

    assert states[0] == (ReplyState.UNCERTAIN, False)
    assert states[-1] == (ReplyState.UNCERTAIN, True)


def f12(world: World) -> None:
    world.queue()
    with world.without_disk():
        failed = world.send()

    assert failed.failure is not None
    assert "disk" in failed.failure.text
    assert (world.texts, world.reply.state) == ([], ReplyState.QUEUED)


def f13(world: World) -> None:
    world.queue()
    writing = world.store.writing

    def send_and_lose_the_disk(reply: Reply, _case: Case) -> Receipt:
        world.platform.received.append((reply.key, reply.text))
        world.monkeypatch.setattr(world.store, "writing", raising(StoreError("the disk is full")))
        return Receipt("r", MONDAY_NOON)

    world.platform.on_deliver = send_and_lose_the_disk
    world.send()
    world.monkeypatch.setattr(world.store, "writing", writing)
    world.send()
    uncertain = world.reply.state
    world.later()

    assert (uncertain, world.reply.state) == (ReplyState.UNCERTAIN, ReplyState.DELIVERED)
    assert world.texts == [TEXT]


def f14(world: World) -> None:
    landed: list[tuple[str, str]] = []
    world.queue()

    def land_a_minute_later(reply: Reply, _case: Case) -> Receipt:
        landed.append((reply.key, reply.text))
        raise Uncertain("no answer came")

    world.platform.on_deliver = land_a_minute_later
    world.send()
    world.clock.set(world.clock.now() + timedelta(days=1))  # somebody sets the clock on the wall: no rest is over
    world.send()
    too_early = world.reply
    world.platform.received += landed
    world.clock.set(world.clock.now() - timedelta(days=3))  # and back, which must not make it wait for days
    world.later(minutes=2)

    assert (too_early.state, too_early.read_backs) == (ReplyState.UNCERTAIN, 0)
    assert world.reply.state is ReplyState.DELIVERED
    assert world.texts == [TEXT]


def f15(world: World) -> None:
    world.queue()
    with world.store.lease("deliver:shop"):
        second = world.send()

    assert second.skipped
    assert world.texts == []
    assert world.send().delivered == ["key1"]


def f16(world: World) -> None:
    world.queue()
    others: list[DeliveryResult] = []

    def sleep_past_every_time(reply: Reply, _case: Case) -> Receipt:
        world.clock.advance(days=1)
        others.append(world.send())  # another run, while the first one sleeps with the lease in its hand
        world.platform.received.append((reply.key, reply.text))
        return Receipt("r", world.clock.now())

    world.platform.on_deliver = sleep_past_every_time
    world.send()

    def sleep_until_others_settled_it(reply: Reply, _case: Case) -> Receipt:
        with world.store.writing() as writer:
            writer.save_reply(replace(writer.reply(reply.key), state=ReplyState.DELIVERED))
        about_to_send(world.store, "shop")  # on waking, before the first byte
        world.platform.received.append((reply.key, reply.text))
        return Receipt("r", world.clock.now())

    world.queue("settled by another")
    world.platform.on_deliver = sleep_until_others_settled_it
    stale = world.send(tells=True)

    assert stale.failure is not None
    assert "does not leave" in stale.failure.text
    assert [bool(other.skipped) for other in others] == [True]
    assert world.texts == [TEXT]
    assert {reply.state for reply in world.store.replies()} == {ReplyState.DELIVERED}


def f17(world: World) -> None:
    world.queue()
    world.platform.letters.append(letter("m2", at=MONDAY_NOON + timedelta(minutes=5), text="Glöm det!", answers="m1"))
    world.read()
    with pytest.raises(Refused) as refused:
        world.queue("Ett nytt svar")
    world.send()

    assert "Glöm det!" in str(refused.value)
    assert "Ett nytt svar" in str(refused.value)
    assert (world.reply.state, world.reply.hold) == (ReplyState.HELD, Hold.GROWN)
    assert world.texts == []


def f18(world: World) -> None:
    world.queue()
    world.queue()
    world.send()

    assert world.texts == [TEXT, TEXT]


def f19(world: World) -> None:
    seen: dict[str, str] = {}

    def take_each_reference_once(reply: Reply, _case: Case) -> Receipt:
        if reply.key not in seen:
            seen[reply.key] = reply.text
            world.platform.received.append((reply.key, reply.text))
            raise Uncertain("the answer was lost")
        return Receipt(reply.key, world.clock.now())

    world.queue()
    world.platform.on_deliver = take_each_reference_once
    world.platform.on_find = lambda _reply, _case: None  # its list lags: the reply is not to be seen yet
    world.send()
    world.later()
    world.later()

    assert (world.texts, world.reply.state) == ([TEXT], ReplyState.DELIVERED)


def f20(world: World) -> None:
    with mail_shop(world) as (shop, platform):
        with_copy = replace(shop.answer(shop.case()), extra={"cc": "bo@kund.example"})
        with shop.store.writing() as writer:
            writer.save_reply(with_copy)
        platform.smtp_faults.answer("RCPT", 550, "no such user", for_address="bo@kund.example")
        result = shop.send()
        world.clock.advance(hours=5)
        shop.send()

        assert result.delivered == ["k1"]
        assert any("bo@kund.example was refused" in warning for warning in result.warnings)
        assert [sent.recipients for sent in platform.sent] == [("asa@kund.example",)]


def f21(world: World) -> None:
    outcomes = {}
    for code, then in ((451, "retry"), (552, "rejected"), (0, "lost")):
        world.store.close()
        with mail_shop(world, f"mail-{then}") as (shop, platform):
            shop.answer(shop.case())
            faults = platform.smtp_faults
            faults.answer("END", code, "planned") if code else faults.lose_answer()
            shop.send()
            first = shop.state_of()
            world.clock.advance(hours=5)
            shop.send()
            outcomes[then] = (first, shop.state_of(), len(platform.sent))

    assert outcomes == {
        "retry": (ReplyState.QUEUED, ReplyState.DELIVERED, 1),
        "rejected": (ReplyState.REJECTED, ReplyState.REJECTED, 0),
        "lost": (ReplyState.UNCERTAIN, ReplyState.UNCERTAIN, 1),
    }


def f22(world: World) -> None:
    with mail_shop(world) as (shop, platform):
        shop.answer(shop.case())
        platform.imap_faults.fail_next("NO", "APPEND", "over quota")
        delivered = shop.send()
        without = len(platform.messages(ADDRESS, "Sent"))
        shop.send()

        assert delivered.delivered == ["k1"]
        assert (without, len(platform.messages(ADDRESS, "Sent")), len(platform.sent)) == (0, 1, 1)


def f23(world: World) -> None:
    world.queue()
    world.answers(Died(), taken=True)
    with pytest.raises(Died):
        world.send()
    world.platform.letters.append(_echo(world))
    world.read()
    world.later()

    assert world.reply.state is ReplyState.DELIVERED
    assert [message.text for message in world.case.messages][1:] == [TEXT]
    assert world.texts == [TEXT]


def f24(world: World) -> None:
    world.queue()
    ports = DeliveryPorts(world.store, world.clock, a_day_later)
    hold_idle({"shop": "the plugin is broken"}, ports)
    held = world.reply

    assert (held.state, held.hold, held.reason) == (ReplyState.HELD, Hold.CHANNEL, "the plugin is broken")
    assert world.later().delivered == ["key1"]
    assert world.texts == [TEXT]


def f25(world: World) -> None:
    with mail_shop(world) as (shop, platform):
        shop.answer(shop.case())
        shop.send()
        message_id = platform.sent[0].raw.split(b"Message-ID: ")[1].split(b"\r\n")[0].decode().strip()
        world.clock.advance(hours=3)
        platform.put(ADDRESS, bounce_of(message_id))
        shop.read()

        case = shop.case()
        assert case.state is CaseState.OPEN
        assert case.waiting_since is not None
        assert "bounced" in case.messages[1].labels
        assert "550 5.1.1" in case.messages[-1].text


def f26(world: World) -> None:
    """Death at every instant that a write or a byte divides; the long run with SIGKILL stands in test_crashing.py."""
    whole = steps_of(world, die_at=0)
    outcomes = set()
    for instant in range(1, whole + 1):
        steps_of(world, die_at=instant)
        for _ in range(4):
            world.later()
        newest = world.store.replies()[-1]
        copies = sum(key == newest.key for key, _ in world.platform.received)
        outcomes.add((copies, newest.state, newest.needs_a_person))

    assert whole > 4
    assert outcomes == {(1, ReplyState.DELIVERED, False)}


def f27(world: World) -> None:
    landed: list[tuple[str, str]] = []
    world.queue()

    def land_after_the_time_out(reply: Reply, _case: Case) -> Receipt:
        landed.append((reply.key, reply.text))
        raise Uncertain("no answer came within 30 s")

    world.platform.on_deliver = land_after_the_time_out
    world.send()
    world.later(seconds=30)
    untouched = world.reply.read_backs
    world.platform.received += landed
    world.later(minutes=2)

    assert untouched == 0
    assert (world.texts, world.reply.state) == ([TEXT], ReplyState.DELIVERED)


def f28(world: World) -> None:
    world.queue()
    world.answers(Uncertain("no answer came"), taken=True)
    world.platform.on_find = raising(Unavailable("cannot be asked"))
    world.send()
    pauses = []
    for _ in range(MOST_READ_BACKS):
        world.clock.advance((world.reply.not_before or world.clock.now()) - world.clock.now())
        world.send()
        pauses.append((world.reply.not_before or world.clock.now()) - world.clock.now())

    assert pauses == sorted(set(pauses))
    assert (world.reply.state, world.reply.needs_a_person) == (ReplyState.UNCERTAIN, True)
    assert world.texts == [TEXT]


def f29(world: World) -> None:
    first = world.queue(client_key="web-1")
    again = world.queue(client_key="web-1")
    with pytest.raises(Refused, match="another reply"):
        world.queue("Something else", client_key="web-1")
    world.send()

    assert first == again
    assert world.texts == [TEXT]


def f30(world: World) -> None:
    world.queue()
    refused = []

    def be_interfered_with(reply: Reply, _case: Case) -> Receipt:
        for interfere in (lambda key: world.desk.edit(key, "Nej", "m1"), world.desk.cancel, world.desk.hold):
            with pytest.raises(Refused, match="is being sent") as error:
                interfere(reply.key)
            refused.append(str(error.value))
        world.platform.received.append((reply.key, reply.text))
        return Receipt("r", world.clock.now())

    world.platform.on_deliver = be_interfered_with
    world.send()

    assert len(refused) == 3
    assert (world.texts, world.reply.state) == ([TEXT], ReplyState.DELIVERED)


def f31(world: World) -> None:
    world.queue("sent since the backup")
    world.platform.received.append(("key1", "sent since the backup"))
    world.queue("never sent")
    world.queue("held by eva")
    world.desk.hold("key3")
    with world.store.writing() as writer:
        writer.set_fact(RESTORED, world.clock.now().isoformat())
    world.send()
    before = {reply.state for reply in world.store.replies()}
    world.later()
    world.later()

    assert before == {ReplyState.UNCERTAIN}
    assert world.texts == ["sent since the backup", "never sent"]
    assert [(reply.state, reply.hold) for reply in world.store.replies()] == [
        (ReplyState.DELIVERED, None),
        (ReplyState.DELIVERED, None),
        (ReplyState.HELD, Hold.PERSON),
    ]


def f32(world: World) -> None:
    world.queue()

    def say_nothing(reply: Reply, _case: Case) -> Receipt:
        world.platform.received.append((reply.key, reply.text))
        return None  # type: ignore[return-value]  # what a plugin makes of an empty answer with status 200

    world.platform.on_deliver = say_nothing
    world.send()
    uncertain = world.reply.state
    world.later()

    assert (uncertain, world.reply.state) == (ReplyState.UNCERTAIN, ReplyState.DELIVERED)
    assert world.texts == [TEXT]


def f33(world: World) -> None:
    world.queue()
    world.queue("ett till")

    def lose_the_database(reply: Reply, _case: Case) -> Receipt:
        world.platform.received.append((reply.key, reply.text))
        world.monkeypatch.setattr(world.store, "writing", raising(StoreError("the database is gone")))
        return Receipt("r", world.clock.now())

    writing = world.store.writing
    world.platform.on_deliver = lose_the_database
    world.send()
    sent = len(world.texts)
    world.monkeypatch.setattr(world.store, "writing", writing)
    world.answers(None)
    world.send()
    states = {reply.key: reply.state for reply in world.store.replies()}
    world.later()

    assert sent == 1  # the second one was not begun
    assert states == {"key1": ReplyState.UNCERTAIN, "key2": ReplyState.DELIVERED}
    assert world.texts == [TEXT, "ett till"]


def _echo(world: World) -> Any:
    """The reply as the platform's next reading tells it, with our marker in it."""
    return OwnEcho("key1", world.case.number, world.clock.now(), "platform-key1")


def steps_of(world: World, die_at: int) -> int:
    """Queue a reply and deliver it, dying at the n-th end of a write or a call; answers how many there are."""
    world.clock.advance(hours=1)
    world.queue()
    count = itertools.count(1)
    last = [0]

    def step() -> None:
        last[0] = next(count)
        if last[0] == die_at:
            raise Died

    writing, deliver_as_usual = world.store.writing, PretendedPlatform.connect

    @contextmanager
    def counted() -> Iterator[Any]:
        step()
        with writing() as writer:
            yield writer
            step()
        step()

    def taking(reply: Reply, _case: Case) -> Receipt:
        step()
        world.platform.received.append((reply.key, reply.text))
        step()
        return Receipt(f"platform-{reply.key}", world.clock.now())

    def connecting() -> Any:
        step()
        return deliver_as_usual(world.platform)

    with world.monkeypatch.context() as patch:
        patch.setattr(world.store, "writing", counted)
        patch.setattr(world.platform, "connect", connecting)
        world.platform.on_deliver = taking
        try:
            world.send()
        except Died:
            assert last[0] == die_at
    world.platform.on_deliver = None
    return last[0]


@contextmanager
def mail_shop(world: World, name: str = "mail") -> Iterator[tuple[Shop, MailPlatform]]:
    """A shop with a mailbox on pretended servers, in which a customer has asked something."""
    from hub.store import open_store  # noqa: PLC0415  the other rows do without

    platform = MailPlatform(world.clock.now)
    platform.add_user(ADDRESS, PASSWORD)
    store = open_store(world.folder / name, world.clock)
    with MailServers(platform, require_auth=True) as servers:
        platform.put(ADDRESS, mail())
        shop = Shop(store, world.clock, options_of(servers))
        shop.read()
        yield shop, platform
    store.close()


def bounce_of(message_id: str) -> bytes:
    """A delivery report that names one of our mails (RFC 3464)."""
    return (
        "From: MAILER-DAEMON@kund.example\r\nTo: support@shop.example\r\nSubject: Undelivered Mail\r\n"
        "Date: Mon, 02 Mar 2026 15:00:00 +0000\r\nMessage-ID: <bounce@kund.example>\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\nMIME-Version: 1.0\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\n550 5.1.1 <asa@kund.example>: no such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; kund.example\r\n\r\n"
        "Final-Recipient: rfc822; asa@kund.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {message_id}\r\nSubject: Re: Var är min order?\r\n--b--\r\n"
    ).encode()


TABLE: dict[str, tuple[Callable[[World], None], str]] = {
    "F1": (f1, "crash before the outbox row commits"),
    "F2": (f2, "crash after the row, before the first byte leaves"),
    "F3": (f3, "crash after bytes left, before the receipt is stored"),
    "F4": (f4, "time-out or connection lost after the request left"),
    "F5": (f5, "connection refused, DNS, TLS failure"),
    "F6": (f6, "429"),
    "F7": (f7, "4xx validation"),
    "F8": (f8, "5xx on a write"),
    "F9": (f9, "401 that stays"),
    "F10": (f10, "202, later FAILURE"),
    "F11": (f11, "202, then no end state in time"),
    "F12": (f12, "disk full or database gone before the send"),
    "F13": (f13, "disk full or database gone after the send"),
    "F14": (f14, "wall clock jumps"),
    "F15": (f15, "two delivery runs at once"),
    "F16": (f16, "the holder slept past its lease and wakes up"),
    "F17": (f17, "conversation has grown since the draft"),
    "F18": (f18, "the same text twice on purpose"),
    "F19": (f19, "platform deduplicates by our reference"),
    "F20": (f20, "SMTP: some recipients refused"),
    "F21": (f21, "SMTP: 4xx before DATA is accepted, 5xx, lost after DATA"),
    "F22": (f22, "side work fails"),
    "F23": (f23, "our own reply comes back in the next fetch"),
    "F24": (f24, "channel disabled, account suspended, plugin broken while replies wait"),
    "F25": (f25, "a bounce hours later"),
    "F26": (f26, "killed at any instant"),
    "F27": (f27, "the request lands after our time-out"),
    "F28": (f28, "the read-back itself fails or lags"),
    "F29": (f29, "a person presses send twice, an API client repeats"),
    "F30": (f30, "a reply is edited or cancelled while it is being sent"),
    "F31": (f31, "a backup is restored"),
    "F32": (f32, "200 with an empty or unreadable body"),
    "F33": (f33, "the worker sees the platform but not the database"),
}


@pytest.mark.parametrize("fault", TABLE, ids=[f"{name} {what}" for name, (_, what) in TABLE.items()])
def test_whatever_goes_wrong_a_reply_arrives_once_or_is_with_a_person(fault: str, world: World) -> None:
    TABLE[fault][0](world)


def test_the_table_has_every_row() -> None:
    assert list(TABLE) == [f"F{number}" for number in range(1, 34)]
