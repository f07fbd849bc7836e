"""bol.com's mails in a mailbox: questions become cases, and an answer goes where it reaches somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest

import hub_bolcom
from hub import Author, CaseType, Rejected
from hub.testing import Desk, SimulatedClock
from hub_bolcom.simulator import BolSimulator
from hub_email_imap.simulator.shop import ADDRESS, MailSimulator

SERVER = "mx.shop.example"
ENCRYPTED = "a3v7q2n5k4j6h1g8f2d9s3a6p5o4@klantbericht.bol.com"
PORTAL = "https://partner.bol.com/sdd/cases/91827364"


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock()


@pytest.fixture
def mailbox(clock: SimulatedClock) -> Iterator[MailSimulator]:
    with MailSimulator(clock) as serving:
        yield serving


def desk_of(mailbox: MailSimulator, **settings: Any) -> Desk:
    desk = Desk(mailbox, trusted_authserv=SERVER, **settings)
    desk.tools = replace(desk.tools, read_mail=hub_bolcom.hub_read_mail)
    return desk


def arrives(mailbox: MailSimulator, sender: str, subject: str, html: str, number: int = 1, dkim: str = "pass") -> None:
    """A mail as bol.com sends them: HTML alone, and the mailbox's own server says what its signature is worth."""
    now = mailbox.clock.now()
    raw = (
        f"Authentication-Results: {SERVER}; dkim={dkim} header.d=bol.com\r\n"
        f"Received: from mail.bol.com (mail.bol.com [192.0.2.1]) by {SERVER} with ESMTPS id {number}; "
        f"{now:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        f"From: bol <{sender}>\r\nTo: {ADDRESS}\r\nSubject: {subject}\r\nMessage-ID: <{number}@bol.com>\r\n"
        f"Date: {now:%a, %d %b %Y %H:%M:%S} +0000\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
    )
    mailbox.mail.put(ADDRESS, raw.encode(), at=now)


def test_a_customers_mail_is_a_question_with_an_order_that_bol_com_confirms(mailbox: MailSimulator) -> None:
    bol = BolSimulator(mailbox.clock)
    bol.customer_writes("", price="19.95")
    [number] = bol.account.orders
    arrives(mailbox, ENCRYPTED, f"Vraag over bestelling {number}", "<p>Waar blijft mijn pakket? &euro;</p>")
    desk = desk_of(mailbox)

    desk.read()
    [case] = desk.inbox.cases
    with Desk(bol).connect() as account:
        order = account.look_up_order(case.order.number) if case.order else None

    assert (case.type, case.about and case.about.platform, case.about and case.about.type_raw) == (
        CaseType.QUESTION,
        "bolcom",
        "klantvraag",
    )
    assert case.messages[0].asks_for_an_answer
    assert "Waar blijft mijn pakket? €" in case.messages[0].text
    assert str(order and order.value) == "19.95 EUR"


def test_a_notification_stands_for_the_customer_and_leads_into_the_seller_account(mailbox: MailSimulator) -> None:
    body = f'<p>Casenummer: 91827364. Bestelnummer: A000E71TN6.</p><a href="{PORTAL}">Bekijk de klantvraag</a>'
    arrives(mailbox, "automail@bol.com", "Je hebt een nieuwe klantvraag", body)
    desk = desk_of(mailbox)

    desk.read()

    [case] = desk.inbox.cases
    [message] = case.messages
    assert (message.author, message.labels) == (Author.PLATFORM, ("stands_in",))
    assert message.asks_for_an_answer
    assert case.about is not None
    assert (case.about.ref, case.about.url) == ("klantvraag:91827364", PORTAL)
    assert case.order is not None
    assert case.order.number == "A000E71TN6"


def test_mails_on_one_question_are_one_case_and_orders_are_none(mailbox: MailSimulator) -> None:
    arrives(mailbox, ENCRYPTED, "Vraag", "<p>Een</p>", 1)
    arrives(mailbox, ENCRYPTED, "Iets anders", "<p>Twee</p>", 2)
    arrives(mailbox, "automail@bol.com", "Nieuwe bestelling: Theepot (bestelnummer: A000E71TN6)", "<p>x</p>", 3)
    desk = desk_of(mailbox)

    desk.read()

    assert [[message.text.strip() for message in case.messages] for case in desk.inbox.cases] == [["Een", "Twee"]]


def test_a_forged_mail_is_a_doubtful_case_of_its_own(mailbox: MailSimulator) -> None:
    arrives(mailbox, ENCRYPTED, "Vraag", "<p>Echt</p>", 1)
    arrives(mailbox, ENCRYPTED, "Vraag", f'<a href="{PORTAL}">Vals</a>', 2, dkim="fail")
    desk = desk_of(mailbox)

    desk.read()

    real, forged = desk.inbox.cases
    assert "doubtful" in forged.messages[0].labels
    assert "no signature" in forged.messages[0].extra["doubt"]
    assert "doubtful" not in real.messages[0].labels


def test_an_answer_by_mail_goes_to_the_encrypted_address_only_where_it_is_switched_on(mailbox: MailSimulator) -> None:
    arrives(mailbox, ENCRYPTED, "Vraag", "<p>Een</p>")
    off, on = desk_of(mailbox), desk_of(mailbox, answer_platforms=("bolcom",))
    for desk in (off, on):
        desk.read()

    with pytest.raises(Rejected, match="answer_platforms"):
        off.send(off.reply(off.inbox.cases[0], "Morgen is het er."), off.inbox.cases[0])
    on.send(on.reply(on.inbox.cases[0], "Morgen is het er."), on.inbox.cases[0])

    [sent] = mailbox.mail.sent
    assert ENCRYPTED in str(message_from_bytes(sent.raw)["To"])


def test_after_three_months_no_answer_is_passed_on_and_none_is_sent(
    mailbox: MailSimulator, clock: SimulatedClock
) -> None:
    arrives(mailbox, ENCRYPTED, "Vraag", "<p>Een</p>")
    desk = desk_of(mailbox, answer_platforms=("bolcom",))
    desk.read()
    clock.advance(timedelta(days=93))

    with pytest.raises(Rejected, match="until 2026-06-02"):
        desk.send(desk.reply(desk.inbox.cases[0], "Te laat."), desk.inbox.cases[0])

    assert not mailbox.mail.sent
