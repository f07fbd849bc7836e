"""An account in Reclaimit under the hub's own runs and store: read, answered, decided, and joined with its mails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from hub import Case, CaseState, CaseType, Connection, Offer
from hub.core.acting import Wish, queue_act
from hub.core.acts import queue_reply
from hub.core.outbox import SETTLE, ReplyState
from hub.core.ports import CaseFilter, Store
from hub.http import Request, Response
from hub.runs.channel import Source
from hub.runs.delivery import DeliveryPorts, DeliveryResult, deliver
from hub.runs.enrich import EnrichPorts, enrich, order_sources
from hub.runs.sync import ChannelResult, SyncPorts, sync
from hub.testing import Fault, SimulatedClock, tools_for
from hub_email_imap.adapter import EmailAdapter
from hub_email_imap.settings import EmailSettings
from hub_email_imap.simulator import MailPlatform, MailServers
from hub_fyndiq_reclaimit import hub_read_mail
from hub_fyndiq_reclaimit.adapter import ReclaimitAdapter
from hub_fyndiq_reclaimit.settings import ReclaimitSettings
from hub_fyndiq_reclaimit.simulator import ReclaimitSimulator
from tests.fakes import a_day_later
from tests.shop import ADDRESS, PASSWORD, options_of

MINUTE = timedelta(minutes=1)
ADAPTERS = {"fyndiq": "fyndiq_reclaimit", "mail": "email_imap"}


@dataclass
class Hub:
    """A store, an account in Reclaimit, and perhaps a mailbox."""

    store: Store
    clock: SimulatedClock
    platform: ReclaimitSimulator
    servers: MailServers | None = None

    def connect(self) -> Connection:
        settings = {**self.platform.settings(), **self.platform.secrets()}
        lent = replace(tools_for(self.platform), keep=self.store.keep, content=self.store.content)
        return ReclaimitAdapter().open(ReclaimitSettings.model_validate(settings), lent)

    def connect_mail(self) -> Connection:
        assert self.servers is not None
        options = {**options_of(self.servers), "trusted_authserv": "mx.shop.example"}
        lent = replace(tools_for(self.platform), keep=self.store.keep, content=self.store.content)
        return EmailAdapter().open(EmailSettings(**options), replace(lent, channel="mail", read_mail=hub_read_mail))

    def read(self, *names: str) -> list[ChannelResult]:
        every = {"fyndiq": self.connect, "mail": self.connect_mail}
        sources = [Source(name, every[name], adapter=ADAPTERS[name]) for name in names or ("fyndiq",)]
        return sync(sources, SyncPorts(self.store, self.clock, a_day_later, adapters=ADAPTERS))

    def send(self) -> DeliveryResult:
        ports = DeliveryPorts(self.store, self.clock, a_day_later, jitter=lambda: 0.0)
        return deliver([Source("fyndiq", self.connect, adapter="fyndiq_reclaimit")], ports)[0]

    def connect_orders(self) -> Connection:
        settings = {**self.platform.settings(), **self.platform.secrets(), "base_url": "", "token": None}
        return ReclaimitAdapter().open(ReclaimitSettings.model_validate(settings), tools_for(self.platform))

    def enrich(self, *, orders_only: bool = False) -> dict[str, str]:
        connect = self.connect_orders if orders_only else self.connect
        source = Source("fyndiq", connect, adapter="fyndiq_reclaimit")
        return enrich(EnrichPorts(self.store, self.clock, a_day_later), order_sources([source], ["fyndiq"]))

    def cases(self) -> list[Case]:
        every = self.store.cases(CaseFilter(states=frozenset()))
        return sorted((self.store.case(one.number) for one in every), key=lambda case: case.number)

    def case(self) -> Case:
        [case] = [case for case in self.cases() if not case.merged_into]
        return case

    def reply(self, text: str) -> None:
        case = self.case()
        assert case.last_inbound is not None
        change, reply = queue_reply(case, text, (), "k1", case.last_inbound.ref, "eva", self.clock.now())
        with self.store.writing() as writer:
            writer.save(change, a_day_later(change.case))
            writer.save_reply(reply)

    def decide(self, word: str, text: str) -> None:
        case, now = self.case(), self.clock.now()
        settings = {**self.platform.settings(), **self.platform.secrets()}
        offered: dict[str, Offer] = {
            offer.word: offer for offer in ReclaimitAdapter().offers(case, ReclaimitSettings.model_validate(settings))
        }
        assert case.last_inbound is not None
        wish = Wish(offered[word], text, after=case.last_inbound.ref, confirmed=True)
        change, reply = queue_act(case, wish, "k1", "eva", now)
        with self.store.writing() as writer:
            writer.save(change, a_day_later(change.case))
            writer.save_reply(reply)

    def state(self) -> ReplyState:
        return {reply.key: reply.state for reply in self.store.replies()}["k1"]

    def texts(self) -> list[str]:
        return [message.text for message in self.case().messages]


@pytest.fixture
def hub(store: Store) -> Hub:
    clock = SimulatedClock(datetime(2026, 9, 7, 10, 0, tzinfo=UTC))
    return Hub(store, clock, ReclaimitSimulator(clock))


def test_a_reply_is_sent_once_and_stands_once_in_the_thread(hub: Hub) -> None:
    ref = hub.platform.customer_writes("Handtaget gick av")
    hub.read()
    hub.reply("Vi skickar en ny. 漢字 🙂")
    hub.clock.advance(MINUTE)
    hub.send()
    hub.clock.advance(MINUTE)

    [result] = hub.read()

    assert (result.ok, hub.state()) == (True, ReplyState.DELIVERED)
    assert hub.texts() == ["Handtaget gick av", "Vi skickar en ny. 漢字 🙂"]
    assert hub.platform.received(ref) == ["Vi skickar en ny. 漢字 🙂"]
    assert hub.case().state is CaseState.WAITING


def test_a_reply_whose_answer_was_lost_is_known_by_the_next_reading(hub: Hub) -> None:
    ref = hub.platform.customer_writes("Handtaget gick av")
    hub.read()
    hub.reply("Vi skickar en ny.")
    hub.clock.advance(MINUTE)
    hub.platform.inject(Fault.LOST_ANSWER)
    hub.send()
    assert hub.state() is ReplyState.UNCERTAIN
    hub.clock.advance(MINUTE)

    hub.read()

    assert hub.state() is ReplyState.DELIVERED
    assert hub.texts() == ["Handtaget gick av", "Vi skickar en ny."]
    assert len(hub.platform.received(ref)) == 1


@pytest.mark.parametrize("read_between", [False, True])
def test_an_act_that_broke_off_after_its_text_is_finished_by_the_next_deliveries(hub: Hub, read_between: bool) -> None:
    ref = hub.platform.customer_writes("Jackan är gul", marketplace="cdon")
    hub.read()
    hub.decide("APPROVED", "Du får pengarna tillbaka.")
    usual, broken = hub.platform.answer, [True]

    def break_off(request: Request) -> Response:
        if request.method == "PUT" and broken:
            broken.clear()
            return Response(500, b"<html>")
        return usual(request)

    hub.platform.answer = break_off  # type: ignore[method-assign]
    hub.send()
    assert hub.state() is ReplyState.UNCERTAIN
    if read_between:
        hub.clock.advance(MINUTE)
        hub.read()
    for _ in range(2):
        hub.clock.advance(SETTLE + MINUTE)
        hub.send()
    hub.clock.advance(MINUTE)
    hub.read()

    assert hub.state() is ReplyState.DELIVERED
    assert hub.store.inspect() == []
    assert hub.platform.errand(ref).status == "APPROVED"
    assert hub.platform.received(ref) == ["Du får pengarna tillbaka."]
    assert hub.texts() == ["Jackan är gul", "Du får pengarna tillbaka.", "Errand approved"]
    assert (hub.case().state, hub.case().state_raw) == (CaseState.CLOSED, "APPROVED")
    assert [decision.word for decision in hub.case().decisions] == ["APPROVED"]


def test_a_refused_act_is_rejected_and_the_text_that_went_before_is_seen(hub: Hub) -> None:
    ref = hub.platform.customer_writes("Jackan är gul", marketplace="cdon")
    hub.read()
    hub.decide("APPROVED", "Du får pengarna tillbaka.")
    hub.clock.advance(MINUTE)
    errand = hub.platform.errand(ref)
    errand.state = "CLOSED"  # somebody was quicker
    hub.send()
    hub.clock.advance(MINUTE)

    hub.read()

    assert hub.state() is ReplyState.REJECTED
    assert hub.texts() == ["Jackan är gul", "Du får pengarna tillbaka."]
    assert hub.case().decisions == ()


def test_an_unknown_value_is_learnt_from_the_merchant_api_and_stays_known(hub: Hub) -> None:
    hub.platform.customer_writes("Dyr", gross="875.00", order_value=None)
    hub.read()
    assert hub.case().order is not None
    before = hub.case().order

    silent = hub.enrich()
    hub.clock.advance(MINUTE)
    hub.read()

    assert silent == {}
    assert before is not None
    assert before.value is None
    known = hub.case().order
    assert known is not None
    assert str(known.value) == "875.00 SEK"


# Mails


@pytest.fixture
def with_mailbox(hub: Hub) -> Iterator[Hub]:
    mailbox = MailPlatform(hub.clock.now)
    mailbox.add_user(ADDRESS, PASSWORD)
    with MailServers(mailbox, require_auth=True) as servers:
        hub.servers = servers
        yield hub


def notify(hub: Hub, errand: str, domain: str = "cdon.com") -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"CDON <no-reply@{domain}>", ADDRESS, "New errand"
    mail["Date"], mail["Message-ID"] = "Mon, 07 Sep 2026 10:00:00 +0000", f"<{errand}@{domain}>"
    mail["Authentication-Results"] = f"mx.shop.example; dkim=pass header.d={domain}"
    mail.set_content(f"Errand type: Complaint\nErrand-ID: {errand}\nOrder number(s): 88123450, 77123450\n")
    assert hub.servers is not None
    hub.servers.platform.put(ADDRESS, mail.as_bytes())


def test_a_notification_is_a_case_of_the_marketplace_whose_clock_runs(with_mailbox: Hub) -> None:
    notify(with_mailbox, "104857")

    with_mailbox.read("mail")

    case = with_mailbox.case()
    assert case.about is not None
    assert (case.about.platform, case.about.ref) == ("fyndiq_reclaimit", "cdon:104857")
    assert (case.type, case.type_raw, case.marketplace) == (CaseType.COMPLAINT, "COMPLAINT", "cdon")
    assert case.waiting_since == datetime(2026, 9, 7, 9, 45, tzinfo=UTC)
    assert case.url == "https://live.reclaimit.com/customer/sv-SE/cdon/"


def test_the_order_of_a_mail_is_looked_up_by_a_channel_that_reads_no_errands(with_mailbox: Hub) -> None:
    with_mailbox.platform.customer_writes("Jackan är gul", marketplace="cdon", order_ids=["88123450"], gross="1299")
    notify(with_mailbox, "104857")
    with_mailbox.read("mail")

    silent = with_mailbox.enrich(orders_only=True)

    order = with_mailbox.case().order
    assert silent == {}
    assert order is not None
    assert (order.number, str(order.value), order.confirmed) == ("88123450", "1,299.00 SEK", True)


@pytest.mark.parametrize("order", [("mail", "fyndiq"), ("fyndiq", "mail")])
def test_a_mail_and_the_errand_that_it_tells_of_are_one_case(with_mailbox: Hub, order: tuple[str, str]) -> None:
    with_mailbox.platform.customer_writes("Jackan är gul", marketplace="cdon")
    notify(with_mailbox, "104857")

    for name in order:
        with_mailbox.read(name)

    case = with_mailbox.case()
    assert (case.channel, case.ref) == ("fyndiq", "cdon:104857")
    assert "Jackan är gul" in [message.text for message in case.messages]
    assert len(case.messages) == 2
