"""bol.com's mails are sorted by who sent them, believed only with bol.com's signature, and never dropped in doubt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import hub_bolcom
from hub import CaseType, Mail, MailKind, MailReading, Party
from hub_bolcom.mails import ENCRYPTED_HOSTS, answer_until, read_mail

NOW = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
ENCRYPTED = "a3v7q2n5k4j6h1g8f2d9s3a6p5o4"
PORTAL = "https://partner.bol.com/sdd/cases/91827364"


def mail(sender: str, subject: str = "", text: str = "", **about: Any) -> Mail:
    given: dict[str, Any] = {
        "message_id": "1@bol.com",
        "reply_to": (),
        "recipients": ("help@shop.example",),
        "links": (),
        "sent_at": NOW,
        "received_at": NOW,
        "proven": frozenset({"bol.com"}),
    }
    return Mail(sender=Party("", sender), subject=subject, text=text, **(given | about))


def reading(read: Mail) -> MailReading:
    found = read_mail(read)
    assert found is not None
    return found


def test_the_plugin_says_what_a_mail_of_bol_com_is_and_nothing_of_others() -> None:
    assert hub_bolcom.hub_read_mail(mail("someone@shop.example")) is None
    assert hub_bolcom.hub_read_mail(mail(f"{ENCRYPTED}@klantbericht.bol.com")) is not None


# A customer's own words


@pytest.mark.parametrize("host", [*ENCRYPTED_HOSTS, "KlantBericht.bol.com"])
def test_mail_from_an_encrypted_address_is_a_customers_and_can_be_answered(host: str) -> None:
    found = reading(mail(f"{ENCRYPTED}@{host}", "Vraag over bestelling A000E71TN6", "Waar blijft mijn pakket?"))

    assert (found.platform, found.kind, found.doubt) == ("bolcom", MailKind.CUSTOMER, "")
    assert (found.type, found.type_raw) == (CaseType.QUESTION, "klantvraag")
    assert found.keys == (f"address:{ENCRYPTED}",)
    assert found.order_numbers == ("A000E71TN6",)
    assert found.answer_hosts == ("klantbericht.bol.com", "verkopen.bol.com")
    assert found.answer_until == datetime(2027, 2, 23, 9, 15, tzinfo=UTC)


def test_the_encrypted_address_may_stand_in_reply_to() -> None:
    forwarded = mail("noreply@verkopen.bol.com", "Reactie", reply_to=(f"{ENCRYPTED}@klantbericht.bol.com",))

    assert reading(forwarded).kind is MailKind.CUSTOMER


@pytest.mark.parametrize(
    ("sender", "reply_to"),
    [
        (f"{ENCRYPTED}@evil-klantbericht.bol.com.example", ()),
        (f"{ENCRYPTED}@klantbericht.bol.com.example", ()),
        (f"{ENCRYPTED}@notbol.com", ()),
        ("someone@shop.example", (f"{ENCRYPTED}@klantbericht.bol.com",)),
        ("", ()),
    ],
)
def test_who_only_looks_like_bol_com_is_none_of_its_mails(sender: str, reply_to: tuple[str, ...]) -> None:
    assert read_mail(mail(sender, "Klantvraag", reply_to=reply_to, proven=frozenset({"evil.example"}))) is None


@pytest.mark.parametrize("proven", [frozenset(), frozenset({"shop.example"}), frozenset({"bol.com.example"})])
def test_without_bol_coms_signature_a_customer_is_doubted_and_gets_no_answer_by_mail(proven: frozenset[str]) -> None:
    forged = mail(f"{ENCRYPTED}@klantbericht.bol.com", "Vraag", links=(PORTAL,), proven=proven)

    found = reading(forged)

    assert (found.kind, found.answer_hosts, found.answer_until, found.url) == (MailKind.CUSTOMER, (), None, "")
    assert "no signature" in found.doubt


def test_the_signature_of_a_host_beneath_bol_com_counts() -> None:
    signed = mail(f"{ENCRYPTED}@klantbericht.bol.com", proven=frozenset({"klantbericht.bol.com"}))

    assert reading(signed).doubt == ""


@pytest.mark.parametrize(
    ("began", "until"),
    [
        ("2026-11-23", "2027-02-23"),
        ("2026-11-30", "2027-02-28"),
        ("2027-11-30", "2028-02-29"),
        ("2026-01-31", "2026-04-30"),
    ],
)
def test_answers_are_passed_on_for_three_months(began: str, until: str) -> None:
    at = datetime.fromisoformat(began).replace(tzinfo=UTC)

    assert answer_until(at) == datetime.fromisoformat(until).replace(tzinfo=UTC)


def test_the_three_months_never_begin_later_than_the_mailbox_had_the_mail() -> None:
    ahead = mail(f"{ENCRYPTED}@klantbericht.bol.com", sent_at=NOW.replace(year=2031))

    assert reading(ahead).answer_until == datetime(2027, 2, 23, 9, 15, tzinfo=UTC)


# Notifications


@pytest.mark.parametrize(
    "sender", ["automail@bol.com", "noreply@bol.com", "noreply@verkopen.bol.com", "No-Reply@bol.com"]
)
def test_a_notification_names_the_question_and_leads_into_the_seller_account(sender: str) -> None:
    found = reading(
        mail(
            sender, "Je hebt een nieuwe klantvraag", "Bestelnummer: A000E71TN6. Casenummer: 91827364.", links=(PORTAL,)
        )
    )

    assert (found.kind, found.doubt, found.type) == (MailKind.NOTIFICATION, "", CaseType.QUESTION)
    assert (found.ref, found.url, found.order_numbers) == ("klantvraag:91827364", PORTAL, ("A000E71TN6",))
    assert (found.answer_hosts, found.marketplace) == ((), "bol.com")


@pytest.mark.parametrize(
    "link",
    [
        "http://partner.bol.com/sdd/cases/1",
        "https://partner.bol.com.example/sdd/cases/1",
        "https://evil.example/partner.bol.com",
        "https://bol.com@evil.example/",
        "https://partner.bol.com\\@evil.example/",
        "javascript:alert(1)//partner.bol.com",
        "https://www.bol.com/nl/",
        "https://[partner.bol.com/",
        "",
    ],
)
def test_only_links_into_bol_coms_own_account_pages_are_shown(link: str) -> None:
    found = reading(mail("automail@bol.com", "Nieuwe klantvraag", "bestelnummer: A000E71TN6", links=(link,)))

    assert (found.kind, found.url) == (MailKind.NOTIFICATION, "")


def test_the_link_into_the_seller_account_goes_before_another_of_bol_coms() -> None:
    links = ("https://track.bol.com/x", PORTAL)

    assert reading(mail("automail@bol.com", "Nieuwe klantvraag", links=links)).url == PORTAL
    assert reading(mail("automail@bol.com", "Nieuwe klantvraag", links=links[:1])).url == "https://track.bol.com/x"


def test_a_forged_notification_is_kept_with_its_doubt_and_without_its_link() -> None:
    forged = mail("automail@bol.com", "Nieuwe klantvraag", "A000E71TN6", links=(PORTAL,), proven=frozenset())

    found = reading(forged)

    assert (found.kind, found.url) == (MailKind.NOTIFICATION, "")
    assert "no signature" in found.doubt


def test_a_mail_with_an_order_and_a_link_but_no_word_of_a_question_is_left_to_a_person() -> None:
    found = reading(mail("automail@bol.com", "Bericht over 4012345678", links=(PORTAL,)))

    assert (found.kind, found.order_numbers) == (MailKind.NOTIFICATION, ("4012345678",))
    assert "cannot tell" in found.doubt


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("Casenummer: 91827364", "klantvraag:91827364"),
        ("case 91827364", "klantvraag:91827364"),
        ("Klantvraagnummer 91827364", "klantvraag:91827364"),
        ("Klantvraag - 91827364", "klantvraag:91827364"),
        ("Klantvraag - 9876543210", ""),
        ("bestelnummer 4012345678", ""),
        ("showcase 91827364", ""),
        ("case", ""),
    ],
)
def test_a_case_is_known_by_a_number_that_is_labelled_as_one(text: str, ref: str) -> None:
    assert reading(mail("automail@bol.com", "Nieuwe klantvraag", f"{text}\n4012345678")).ref == ref


# No case


@pytest.mark.parametrize(
    "subject",
    [
        "Nieuwe bestelling: Theepot (bestelnummer: A000E71TN6)",
        "Je factuur van november",
        "Je hebt een nieuwe beoordeling",
        "Uitbetaling onderweg",
        "Bevestig je e-mailadres",
    ],
)
def test_orders_invoices_and_reviews_are_kept_out(subject: str) -> None:
    found = reading(mail("automail@bol.com", subject, "Vragen? Zie klantvragen.", links=(PORTAL,)))

    assert (found.kind, found.doubt) == (MailKind.NO_CASE, "")


def test_a_newsletter_is_kept_out_and_a_person_at_bol_com_is_not() -> None:
    letter = mail("partner@nieuws.bol.com", "Tips voor klantvragen", headers={"list-unsubscribe": ("<https://x>",)})
    person = mail("partnerservice@bol.com", "Uw dossier")

    assert (reading(letter).kind, reading(letter).doubt) == (MailKind.NO_CASE, "")
    assert (reading(person).kind, "cannot tell" in reading(person).doubt) == (MailKind.NO_CASE, True)


@pytest.mark.parametrize("subject", ["Belangrijk bericht", "", "Iets nieuws 漢字"])
def test_what_is_unclear_is_never_dropped_silently(subject: str) -> None:
    assert reading(mail("noreply@bol.com", subject)).doubt


def test_a_forged_order_is_not_kept_out_silently() -> None:
    assert reading(mail("automail@bol.com", "Nieuwe bestelling: x", proven=frozenset())).doubt


def test_the_doubt_about_an_unsigned_mail_never_says_that_it_comes_from_bol_com() -> None:
    found = reading(mail("automail@bol.com", "Iets onbekends", proven=frozenset()))

    assert "cannot tell whether a customer asks" in found.doubt
    assert "it comes from bol.com" not in found.doubt.replace("it says that it comes from bol.com", "")


def test_a_very_long_mail_is_read_in_no_time() -> None:
    found = reading(mail("automail@bol.com", "klantvraag", "case " * 400_000 + "A" * 400_000, links=(PORTAL,)))

    assert found.kind is MailKind.NOTIFICATION
