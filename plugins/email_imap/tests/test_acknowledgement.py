"""An acknowledgement as a mail: marked so that nothing answers it, repliable, and without loops between two hubs."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub import Author, Capability, Case, CaseState, Connection, Direction, Message, Party, Rejected, Reply
from hub.core.outbox import SETTLE, ReplyState
from hub.core.ports import Store
from hub.runs.acknowledge import AcknowledgePorts, AcknowledgingChannel, acknowledge_new
from hub.runs.channel import Source
from hub.runs.delivery import DeliveryPorts, deliver
from hub.runs.sync import SyncPorts, sync
from hub.store import open_store
from hub_email_imap.adapter import EmailAdapter
from hub_email_imap.compose import Composed, Sender, compose, return_path_of
from hub_email_imap.parse import parse
from hub_email_imap.simulator import MailPlatform, MailServers
from hub_email_imap.tokens import Tokens
from tests.fakes import MONDAY_NOON, MovableClock, a_day_later
from tests.shop import ADDRESS, PASSWORD, Shop, mail, options_of

CHANNEL = AcknowledgingChannel("support", "Butiken åäö", ZoneInfo("Europe/Stockholm"), "sv")
TOKENS = Tokens(lambda text: hmac.new(b"the shop's key", text.encode(), "sha256").hexdigest(), "shop.example")
SENDER = Sender("support@shop.example", "Butiken", ("support@shop.example", "info@shop.example"))
MARKS = ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence")
QUESTION = Message(
    "m1",
    Author.CUSTOMER,
    Direction.INBOUND,
    MONDAY_NOON,
    subject="Var är min order? 漢字 🙂",
    sender=Party("Öberg, Åsa", "asa@kund.example"),
    recipients=("list@kund.example",),
    extra={"message_id": "Q.1@kund.example", "references": "root@kund.example", "reply_to": "list@kund.example"},
)
STRANGER = replace(
    QUESTION,
    ref="m2",
    sent_at=MONDAY_NOON + timedelta(minutes=1),
    sender=Party("Mallory", "mallory@evil.example"),
    labels=("unverified",),
)
CASE = Case("CH-1001", "support", "m1", MONDAY_NOON, MONDAY_NOON, customer=QUESTION.sender, messages=(QUESTION,))
ACK = Reply("ack-ch-1001", "CH-1001", "support", "Tack!", MONDAY_NOON, after="m1", automatic=True)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def platform(clock: MovableClock) -> MailPlatform:
    pretended = MailPlatform(clock.now)
    pretended.add_user(ADDRESS, PASSWORD)
    return pretended


@pytest.fixture
def servers(platform: MailPlatform) -> Iterator[MailServers]:
    with MailServers(platform, require_auth=True) as running:
        yield running


@pytest.fixture
def shop(store: Store, clock: MovableClock, servers: MailServers) -> Shop:
    return Shop(store, clock, options_of(servers))


def composed(return_path: str = "", case: Case = CASE, reply: Reply = ACK, sender: Sender = SENDER) -> Composed:
    return compose(reply, case, sender, TOKENS, (), MONDAY_NOON, return_path)


def as_mail(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def look(shop: Shop) -> list[str]:
    """One look at the shop's new cases: the keys of the acknowledgements."""
    return acknowledge_new(AcknowledgePorts(shop.store, shop.clock, a_day_later), [CHANNEL])[0].queued


def test_the_adapter_says_that_it_can() -> None:
    assert Capability.ACKNOWLEDGE in EmailAdapter.capabilities


# The mail


def test_an_acknowledgement_bears_every_mark_of_an_automatic_mail() -> None:
    mail_ = as_mail(composed().data)

    assert [mail_[name] for name in MARKS] == ["auto-replied", "All", "auto_reply"]
    assert mail_["In-Reply-To"] == "<Q.1@kund.example>"
    assert mail_["References"] == "<root@kund.example> <Q.1@kund.example>"
    assert mail_["Subject"] == "Re: [CH-1001] Var är min order? 漢字 🙂"
    assert (mail_["From"], mail_["Reply-To"]) == ("Butiken <support@shop.example>", None)
    assert TOKENS.marker("CH-1001") in str(mail_.get_content())
    assert [defect for header in mail_.values() for defect in header.defects] == []


def test_a_persons_reply_bears_none_of_them() -> None:
    sent = composed(reply=replace(ACK, automatic=False))

    assert [as_mail(sent.data)[name] for name in MARKS] == [None] * 3
    assert sent.envelope_from == "support@shop.example"


def test_nothing_can_come_back_for_it() -> None:
    assert composed().envelope_from == ""


def test_it_goes_to_the_writer_of_the_message_and_not_to_a_list_or_whoever_wrote_since() -> None:
    sent = composed(case=replace(CASE, messages=(QUESTION, STRANGER)))

    assert sent.recipients == ("asa@kund.example",)
    assert [(to.display_name, to.addr_spec) for to in as_mail(sent.data)["To"].addresses] == [
        ("Öberg, Åsa", "asa@kund.example")
    ]


def test_an_answer_comes_back_to_the_case_by_its_sub_address() -> None:
    mail_ = as_mail(composed(sender=replace(SENDER, sub_address=True)).data)

    assert TOKENS.read_recipient(mail_["Reply-To"]) == "CH-1001"


@pytest.mark.parametrize(
    ("return_path", "recipient"),
    [
        ("asa+butik@kund.example", "asa+butik@kund.example"),
        ("Asa@Kund.example", "Asa@kund.example"),
        ("", "asa@kund.example"),
        ("bo@kund.example", "asa@kund.example"),
        ("bounces+1=asa@kund.example", "asa@kund.example"),
        ("asa@annan.example", "asa@kund.example"),
        ("no-reply@kund.example", "asa@kund.example"),
    ],
)
def test_the_envelopes_sender_is_answered_where_it_is_the_writers_own_mailbox(return_path: str, recipient: str) -> None:
    assert composed(return_path).recipients == (recipient,)


@pytest.mark.parametrize("sender", ["support+x@shop.example", "info@shop.example", "mailer-daemon@kund.example"])
def test_neither_we_nor_a_machine_get_one(sender: str) -> None:
    question = replace(QUESTION, sender=Party("", sender))

    with pytest.raises(Rejected):
        composed(case=replace(CASE, messages=(question,)))


@pytest.mark.parametrize(
    ("original", "found"),
    [
        (b"Return-Path: <asa@kund.example>\r\nReturn-Path: <old@x.example>\r\n\r\nHej", "asa@kund.example"),
        (b"Return-Path: <>\r\nFrom: a@b.example\r\n\r\n", ""),
        (b"From: a@b.example\n\nReturn-Path: <body@x.example>", ""),
        (b"", ""),
        (b"\xff\x00", ""),
    ],
)
def test_the_envelopes_sender_is_read_from_the_kept_original(original: bytes, found: str) -> None:
    assert return_path_of(original) == found


# Over the pretended servers


def test_a_new_mail_is_acknowledged_over_the_servers(shop: Shop, platform: MailPlatform) -> None:
    platform.put(ADDRESS, b"Return-Path: <asa+1@kund.example>\r\n" + mail())
    shop.read()

    queued, result = look(shop), shop.send(sub_address=True)

    assert (queued, result.delivered, result.warnings) == (["ack-ch-1001"], ["ack-ch-1001"], [])
    [sent] = platform.sent
    assert (sent.sender, sent.recipients) == ("", ("asa+1@kund.example",))
    received = as_mail(sent.raw)
    assert [received[name] for name in MARKS] == ["auto-replied", "All", "auto_reply"]
    assert "tisdag 3 mars kl. 13:00 (Europe/Stockholm)" in str(received.get_content())
    case = shop.case()
    assert (case.state, case.waiting_since, len(case.promises)) == (CaseState.OPEN, MONDAY_NOON, 1)
    assert parse(sent.raw).automatic


def test_its_copy_in_the_sent_folder_answers_nothing_either(shop: Shop, platform: MailPlatform) -> None:
    platform.put(ADDRESS, mail())
    shop.read()
    look(shop)
    shop.send()

    shop.read()

    assert len(platform.messages(ADDRESS, "Sent")) == 1
    case = shop.case()
    assert (len(case.messages), case.waiting_since) == (2, MONDAY_NOON)


def test_the_customer_can_reply_to_it(shop: Shop, platform: MailPlatform) -> None:
    platform.put(ADDRESS, mail())
    shop.read()
    look(shop)
    shop.send()
    acknowledged = as_mail(platform.sent[-1].raw)
    reply = mail("Re: " + acknowledged["Subject"], "Ordernummer 4711 🙂", In_Reply_To=acknowledged["Message-ID"])
    platform.put(ADDRESS, reply)

    shop.read()

    assert [message.text.strip() for message in shop.case().messages][2:] == ["Ordernummer 4711 🙂"]
    assert look(shop) == []


def test_a_server_that_refuses_the_empty_sender_costs_the_acknowledgement_and_no_ones_time(
    shop: Shop, platform: MailPlatform
) -> None:
    platform.put(ADDRESS, mail())
    shop.read()
    look(shop)
    platform.smtp_faults.answer("MAIL", 550, "5.7.1 who are you?")

    result = shop.send()

    assert (result.ok, result.stopped, platform.sent) == (True, [], [])
    assert shop.state_of("ack-ch-1001") is ReplyState.CANCELLED
    assert "refused the empty sender that an automatic mail has: 550 5.7.1 who are you?" in result.warnings[0]


def test_one_whose_acceptance_was_lost_is_never_sent_twice(
    shop: Shop, platform: MailPlatform, clock: MovableClock
) -> None:
    platform.put(ADDRESS, mail())
    shop.read()
    look(shop)
    platform.smtp_faults.lose_answer()
    results = []
    for _ in range(6):
        results.append(shop.send())
        clock.advance(10 * SETTLE)

    assert len(platform.sent) == 1
    assert all(result.stopped == [] for result in results)
    assert shop.state_of("ack-ch-1001") is ReplyState.CANCELLED


# Two casehubs that both acknowledge


@dataclass
class House:
    """A seller with a mailbox at `address` and a casehub that acknowledges, under a key of its own."""

    address: str
    shop: Shop

    def connect(self) -> Connection:
        """A connection to the mailbox."""
        sign = self.shop.tools().sign
        tools = replace(self.shop.tools(), sign=lambda text: sign(self.address + text))
        return EmailAdapter().open(self.shop.settings(), tools)

    def work(self) -> None:
        """Read, acknowledge and deliver once."""
        sources = [Source("support", self.connect)]
        sync(sources, SyncPorts(self.shop.store, self.shop.clock, a_day_later))
        look(self.shop)
        deliver(sources, DeliveryPorts(self.shop.store, self.shop.clock, a_day_later))


class Relay(MailPlatform):
    """A provider that carries every mail and may do harm to it on the way."""

    def __init__(self, clock: MovableClock, harm: Callable[[bytes], bytes]) -> None:
        super().__init__(clock.now)
        self._harm, self.carried = harm, list[bytes]()

    def deliver(self, sender: str, recipients: Sequence[str], raw: bytes) -> None:
        """Hand the mail on as it became under way, with a sender on its envelope if it was harmed."""
        self.carried.append(raw)
        harmed = self._harm(raw)
        super().deliver(sender if harmed == raw else "somebody@relay.example", recipients, harmed)


def unharmed(raw: bytes) -> bytes:
    return raw


def without_marks(raw: bytes) -> bytes:
    """What is left where a relay takes away every mark of an automatic mail."""
    return _without(raw, "auto-submitted|x-auto-response-suppress|precedence|x-hub-loop")


def without_anything(raw: bytes) -> bytes:
    """What is left where it takes away all that points at a case as well."""
    head, _, _ = without_marks(raw).partition(b"\r\n\r\n")
    named = "in-reply-to|references|message-id|subject|content-transfer-encoding"
    return _without(head + b"\r\n", named) + b"\r\nHej!\r\n"


def _without(raw: bytes, names: str) -> bytes:
    return re.sub(rf"(?im)^(?:{names}):.*\r\n(?:[ \t].*\r\n)*".encode(), b"", raw)


@pytest.fixture
def houses(tmp_path: Path, clock: MovableClock) -> Iterator[Callable[[Relay], list[House]]]:
    """A function that opens two houses on a relay."""
    with ExitStack() as stack:

        def opened(relay: Relay) -> list[House]:
            servers = stack.enter_context(MailServers(relay, require_auth=True))
            found = []
            for name in ("a", "b"):
                store = stack.enter_context(closing(open_store(tmp_path / name, clock)))
                address = f"support@{name}.example"
                relay.add_user(address, PASSWORD)
                found.append(House(address, Shop(store, clock, {**options_of(servers), "address": address})))
            return found

        yield opened


@pytest.mark.parametrize(("harm", "carried"), [(unharmed, 1), (without_marks, 2), (without_anything, 2)])
def test_two_hubs_that_acknowledge_each_other_fall_silent(
    harm: Callable[[bytes], bytes],
    carried: int,
    houses: Callable[[Relay], list[House]],
    clock: MovableClock,
) -> None:
    relay = Relay(clock, harm)
    both = houses(relay)
    relay.put(both[1].address, mail(sender=f"Eva <{both[0].address}>", to=both[1].address))

    for _ in range(5):
        for house in both:
            house.work()
        clock.advance(minutes=25)

    # The relay did its worst: what was harmed was taken for a person's each time.
    seen = [message.automatic for house in both for case in house.shop.cases() for message in case.messages]
    assert (len(relay.carried), seen.count(True)) == (carried, carried + (harm is unharmed))
    assert all(b"Auto-Submitted: auto-replied" in raw for raw in relay.carried)
