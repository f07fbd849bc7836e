"""Notification mails of Fyndiq and CDON are recognised; all mails here are made up, since no layout is published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub import CaseType, Mail, MailKind, MailReading, Party
from hub_fyndiq_reclaimit import hub_read_mail
from hub_fyndiq_reclaimit.mail_rules import rules_of
from hub_fyndiq_reclaimit.mails import MARGIN, SENDERS, MailRules, read_notification

NOON = datetime(2026, 9, 7, 10, 0, tzinfo=UTC)
CDON = """\
Hello,

A new errand has been created by a customer.

Errand type: Complaint
Errand-ID: 104857
Order number(s): 5b1c9d2e-77a1 (Quality), 88123456 (Legacy)

Log in to Reclaimit to answer: https://live.reclaimit.com/customer/en-US/cdon/
"""
FYNDIQ = """\
Hej!

Du har fått ett nytt ärende i Reclaimit.

Ärendetyp: Saknad produkt
Ärendenummer: 204858
Ordernummer: 5b1c9d2e-77a1

Hälsningar Fyndiq
"""


def mail(
    text: str = CDON,
    subject: str = "New errand",
    sender: str = "no-reply@cdon.com",
    proven: frozenset[str] | None = None,
    **changed: Any,
) -> Mail:
    domain = sender.rpartition("@")[2]
    given = {
        "message_id": "1@cdon.example",
        "sender": Party("CDON", sender),
        "reply_to": (),
        "recipients": ("kundtjanst@shop.example",),
        "subject": subject,
        "text": text,
        "links": (),
        "sent_at": NOON,
        "received_at": NOON + timedelta(seconds=20),
        "proven": frozenset({domain}) if proven is None else proven,
        **changed,
    }
    return Mail(**given)


def read(text: str = CDON, subject: str = "New errand", **changed: Any) -> MailReading:
    found = read_notification(mail(text, subject, **changed), MailRules())
    assert found is not None
    return found


def test_a_mail_of_cdon_tells_type_errand_and_both_order_numbers() -> None:
    assert read() == MailReading(
        platform="fyndiq_reclaimit",
        kind=MailKind.NOTIFICATION,
        ref="cdon:104857",
        marketplace="cdon",
        type=CaseType.COMPLAINT,
        type_raw="COMPLAINT",
        order_numbers=("5b1c9d2e-77a1", "88123456"),
        url="https://live.reclaimit.com/customer/en-US/cdon/",
        opened_at=NOON - MARGIN,
    )


def test_a_mail_of_fyndiq_tells_them_in_swedish() -> None:
    found = read(FYNDIQ, "Nytt ärende", sender="noreply@mail.fyndiq.se")

    assert (found.ref, found.type_raw, found.type) == ("fyndiq:204858", "MISSING", CaseType.MISSING_ITEM)
    assert found.order_numbers == ("5b1c9d2e-77a1",)
    assert found.url == "https://live.reclaimit.com/customer/sv-SE/fyndiq/"
    assert found.doubt == ""


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Nytt ärende: Ånger (Retur)", "REGRET"),
        ("Errand type: Regret", "REGRET"),
        ("Ärendetyp: Retur", "REGRET"),
        ("Errand type - Missing shipment", "MISSING"),
        ("Nytt ärende: Saknad produkt", "MISSING"),
        ("Nytt ärende: produkten saknas", "MISSING"),
        ("Type of errand: Complaint", "COMPLAINT"),
        ("NYTT ÄRENDE: REKLAMATION", "COMPLAINT"),
        ("Nytt ärende", ""),
        ("Nytt ärende: Ånger eller Reklamation", ""),
        ("Nytt ärende: Garanti", ""),
    ],
)
def test_the_type_is_known_by_the_words_of_both_languages_and_else_unknown(words: str, kind: str) -> None:
    in_text = read(f"{words}\nÄrende-ID: 104857", "Fyndiq", sender="a@fyndiq.se")
    in_subject = read("Ärende-ID: 104857", words, sender="a@fyndiq.se")

    assert (in_text.type_raw, in_subject.type_raw) == (kind, kind)


def test_the_label_beats_what_else_the_mail_says() -> None:
    text = f"{CDON}\nReturns and missing parcels: read our guide. Regret errands are on hold for 19 days."

    assert read(text).type_raw == "COMPLAINT"


@pytest.mark.parametrize(
    "line",
    [
        "Errand-ID: 104857",
        "errand id 104857",
        "Errand number: #104857",
        "Errand no. 104857",
        "Ärende-ID: 104857",
        "Ärendenummer 104857",
        "ärende nr: 104857",
        "Ärende #104857",
        "ARENDE: 104857",
    ],
)
def test_the_errand_is_known_by_its_number_however_it_is_labelled(line: str) -> None:
    assert read(line).ref == "cdon:104857"


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("Order number: 88123456", ("88123456",)),
        ("Order number(s): 88123456, 99123456", ("88123456", "99123456")),
        ("Order numbers: 88123456 and 99123456.", ("88123456", "99123456")),
        ("Ordernummer: 88123456 och 99123456", ("88123456", "99123456")),
        ("Ordernr 88123456 / 99123456", ("88123456", "99123456")),
        ("Quality order number: 5b1c9d2e-77a1\nLegacy order number: 88123456", ("5b1c9d2e-77a1", "88123456")),
        ("Order-ID: 88123456 (Quality) 99123456 (Legacy)", ("88123456", "99123456")),
        ("Order number: 88123456\nOrder number: 88123456", ("88123456",)),
        ("Order number: see Reclaimit", ()),
        ("Your order of 2026-09-07 was sent", ()),
        ("Order number:", ()),
    ],
)
def test_every_order_number_is_found_and_nothing_else(line: str, numbers: tuple[str, ...]) -> None:
    assert read(f"Errand-ID: 104857\n{line}").order_numbers == numbers


def test_a_mail_that_says_little_is_a_notification_of_an_unknown_errand() -> None:
    found = read("Du har ett nytt ärende.", "Fyndiq", sender="a@fyndiq.se")

    assert (found.ref, found.keys, found.type, found.type_raw) == ("", (), CaseType.UNKNOWN, "")
    assert (found.marketplace, found.kind) == ("fyndiq", MailKind.NOTIFICATION)


def test_a_number_without_a_marketplace_is_a_mark_and_no_ref() -> None:
    found = read("Errand-ID: 104857", sender="a@reclaimit.com")

    assert (found.ref, found.marketplace, found.keys) == ("", "", ("errand 104857",))


def test_a_mail_that_names_both_marketplaces_is_of_neither() -> None:
    assert read("Errand-ID: 104857 at Fyndiq or CDON", sender="a@reclaimit.com").marketplace == ""


@pytest.mark.parametrize("text", ["Utbetalning för september", "Nyhetsbrev: sälj mer", ""])
def test_a_mail_of_the_platform_that_is_about_no_errand_stays_a_mail_like_any_other(text: str) -> None:
    assert read_notification(mail(text, "Fyndiq"), MailRules()) is None


def test_a_mail_of_a_stranger_about_an_errand_stays_a_mail_like_any_other() -> None:
    assert read_notification(mail("Errand-ID: 104857", sender="anna@kund.example"), MailRules()) is None


def test_a_mail_that_was_passed_on_is_known_by_its_link_and_doubted() -> None:
    found = read(CDON, "Fwd: New errand", sender="chef@shop.example")

    assert found.ref == "cdon:104857"
    assert "not known as one of Fyndiq's or CDON's" in found.doubt


@pytest.mark.parametrize("proven", [frozenset(), frozenset({"evil.example"}), frozenset({"notcdon.com"})])
def test_a_sender_that_nothing_proves_is_doubted_and_not_dropped(proven: frozenset[str]) -> None:
    found = read(proven=proven)

    assert found.doubt == "nothing proves that it comes from cdon.com"
    assert found.ref == "cdon:104857"


def test_a_domain_that_only_looks_like_one_of_theirs_is_not_known() -> None:
    assert read_notification(mail("Errand-ID: 1234", sender="a@evilcdon.com"), MailRules()) is None
    assert read("Errand-ID: 1234", sender="a@mail.cdon.com").doubt == ""


@pytest.mark.parametrize(
    ("sent", "opened"),
    [
        (NOON - timedelta(minutes=9), NOON - timedelta(minutes=9) - MARGIN),
        (NOON - timedelta(days=3), NOON + timedelta(seconds=20) - MARGIN),
        (NOON + timedelta(minutes=5), NOON + timedelta(seconds=20) - MARGIN),
        (NOON + timedelta(days=3), NOON + timedelta(seconds=20) - MARGIN),
    ],
)
def test_the_errand_is_taken_to_be_a_little_older_than_its_mail(sent: datetime, opened: datetime) -> None:
    assert read(sent_at=sent).opened_at == opened


def test_an_operator_adds_senders_and_sets_the_margin_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    found = mail("Errand-ID: 104857 at CDON", sender="Notiser@Helpdesk.Example", proven=frozenset({"helpdesk.example"}))
    assert hub_read_mail(found) is None

    monkeypatch.setenv("CASEHUB_RECLAIMIT_SENDERS", "other.example, @helpdesk.example")
    monkeypatch.setenv("CASEHUB_RECLAIMIT_MARGIN", "0")
    reading = hub_read_mail(found)

    assert reading is not None
    assert (reading.ref, reading.doubt, reading.opened_at) == ("cdon:104857", "", NOON)


def test_one_address_may_be_a_sender_by_itself() -> None:
    rules = rules_of({"CASEHUB_RECLAIMIT_SENDERS": "notiser@helpdesk.example"})

    def sent_by(sender: str) -> MailReading | None:
        return read_notification(mail("Errand-ID: 1234", sender=sender), rules)

    assert sent_by("notiser@helpdesk.example") is not None
    assert sent_by("anna@helpdesk.example") is None


@pytest.mark.parametrize("minutes", ["", "soon", "-5", "100000", "1.5"])
def test_a_margin_that_is_none_costs_no_recognition(minutes: str) -> None:
    assert rules_of({"CASEHUB_RECLAIMIT_MARGIN": minutes}) == MailRules(SENDERS, MARGIN)


def test_a_long_mail_of_odd_signs_is_read_in_no_time() -> None:
    for piece in (
        "order number: ",
        "1",
        "errand-id: ",
        "A-",
        "order: #(",
        " ",
        "å",
        "https://live.reclaimit.com/customer/",
    ):
        hub_read_mail(mail(piece * 200_000, piece * 2_000))
