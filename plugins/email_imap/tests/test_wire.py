"""From a parsed mail to the hub: identity, instant, author, clues, and what a reply needs."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import Attachment, Author, CaseType, Clue, ClueKind, Direction, IncomingMessage, Message, OwnEcho
from hub_email_imap.orders import order_number
from hub_email_imap.parsed import Address, FailedDelivery, ParsedMail
from hub_email_imap.roles import Account
from hub_email_imap.tokens import Tokens
from hub_email_imap.wire import Arrival, oversized, to_incoming, unreadable

ARRIVED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DIGEST = "d" * 64
CUSTOMER = Address("Åsa Öberg 漢字 🙂", "asa@customer.example")
SHOP = Address("Shop", "support@shop.example")
OTHER = Address("", "bo@customer.example")


def _sign(text: str) -> str:
    return hmac.new(b"shop_mail", text.encode(), hashlib.sha256).hexdigest()


TOKENS = Tokens(_sign, "shop.example")
ARRIVAL = Arrival(
    account=Account(("support@shop.example", "Info@shop.example", "kontakt@åäö.example"), ("@webform.example",)),
    tokens=TOKENS,
    folder="INBOX",
    internal_date=ARRIVED,
    raw_digest=DIGEST,
)
SENT = replace(ARRIVAL, folder="Sent", sent_folder=True)
QUESTION = ParsedMail(
    subject="Var är mitt paket? 🙂",
    message_id="<Abc.1@Customer.example>",
    date=ARRIVED - timedelta(minutes=2),
    sender=CUSTOMER,
    to=(SHOP,),
    delivered_to=("support@shop.example",),
    text="Hej,\nvar är paketet?\n",
    language="sv",
)


def _taken(parsed: ParsedMail, arrival: Arrival = ARRIVAL, ref: str = "") -> IncomingMessage:
    incoming = to_incoming(parsed, arrival, ref)
    assert isinstance(incoming, IncomingMessage)
    return incoming


def _read(parsed: ParsedMail, arrival: Arrival = ARRIVAL) -> Message:
    return _taken(parsed, arrival).message


def _values(incoming: IncomingMessage, kind: ClueKind) -> list[str]:
    return [clue.value for clue in incoming.clues if clue.kind is kind]


def test_a_question_is_a_customers_message_that_asks_for_an_answer() -> None:
    incoming = _taken(QUESTION)
    message = incoming.message

    assert message.asks_for_an_answer
    assert (message.author, message.direction) == (Author.CUSTOMER, Direction.INBOUND)
    assert (message.sender.name, message.sender.email, message.sender.language) == (CUSTOMER.name, CUSTOMER.email, "sv")
    assert (message.subject, message.text, message.raw) == (QUESTION.subject, QUESTION.text, DIGEST)
    assert (incoming.type, incoming.may_open, incoming.clues) == (CaseType.QUESTION, True, ())


def test_files_labels_and_html_go_with_the_message() -> None:
    file = Attachment("kvitto 漢字.pdf", "application/pdf", 3, "f" * 64)
    parsed = replace(QUESTION, html="<p>Hej</p>", labels=("charset-guessed",))

    message = _read(parsed, replace(ARRIVAL, attachments=(file,)))

    assert (message.html, message.labels, message.attachments) == ("<p>Hej</p>", ("charset-guessed",), (file,))


def test_a_mail_that_names_nobody_who_wrote_it_says_so_and_keeps_its_words() -> None:
    nameless = _read(replace(QUESTION, sender=Address("", "")))

    assert (nameless.problem, nameless.text) == ("it does not say who wrote it", QUESTION.text)
    assert nameless.asks_for_an_answer
    assert _read(replace(QUESTION, sender=Address("Åsa", ""))).problem == ""


# --- identity -------------------------------------------------------------------------------------------------------


def test_a_copy_in_another_folder_is_the_same_message() -> None:
    copy = replace(QUESTION, delivered_to=("info@shop.example",), labels=("list",), return_path="x@y")
    elsewhere = replace(ARRIVAL, folder="Archive", internal_date=ARRIVED + timedelta(days=2), raw_digest="e" * 64)

    assert _read(copy, elsewhere).ref == _read(QUESTION).ref
    assert _read(QUESTION).ref.startswith("Abc.1@Customer.example#")


@pytest.mark.parametrize(
    "other",
    [
        replace(QUESTION, text="En annan text"),
        replace(QUESTION, subject="Annat"),
        replace(QUESTION, sender=OTHER),
        replace(QUESTION, date=ARRIVED),
        replace(QUESTION, date=None),
        replace(QUESTION, message_id="<abc.1@customer.example>"),
    ],
)
def test_a_message_id_used_again_for_other_content_is_another_message(other: ParsedMail) -> None:
    assert _read(other).ref != _read(QUESTION).ref


@pytest.mark.parametrize("message_id", ["", "<>", "  ", "<" + "x" * 600 + "@y>"])
def test_a_mail_without_message_id_is_known_by_its_bytes_at_every_reading(message_id: str) -> None:
    parsed = replace(QUESTION, message_id=message_id)

    assert _read(parsed).ref == f"sha256:{DIGEST}"
    assert _read(parsed).thread_keys == ()


def test_a_mail_that_is_read_again_keeps_the_ref_it_had() -> None:
    assert _taken(QUESTION, ref="sha256:old").message.ref == "sha256:old"


def test_half_a_character_in_a_mail_does_not_stop_its_identity() -> None:
    assert _read(replace(QUESTION, text="\udc80")).ref.startswith("Abc.1@Customer.example#")


def test_thread_keys_are_the_bare_message_id_and_the_parent_with_the_sender() -> None:
    parsed = replace(QUESTION, in_reply_to=(" <P.1@shop.example> ",))

    assert _read(parsed).thread_keys == ("Abc.1@Customer.example", "parent|P.1@shop.example|asa@customer.example")
    assert _read(QUESTION).thread_keys == ("Abc.1@Customer.example",)


# --- the instant ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [-30, -1, 0, 1, 400])
def test_a_customers_mail_counts_from_its_arrival_whatever_its_date_says(late: int) -> None:
    assert _read(replace(QUESTION, date=ARRIVED + timedelta(days=late))).sent_at == ARRIVED


@pytest.mark.parametrize(
    ("date", "kept"),
    [
        (None, ARRIVED),
        (ARRIVED - timedelta(hours=5), ARRIVED - timedelta(hours=5)),
        (ARRIVED - timedelta(days=70), ARRIVED - timedelta(days=7)),
        (ARRIVED + timedelta(days=3), ARRIVED),
        (datetime(2026, 11, 20, 9, 0), ARRIVED - timedelta(minutes=30)),  # noqa: DTZ001  -0000 has no zone
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), ARRIVED - timedelta(days=7)),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))), ARRIVED),
    ],
)
def test_the_date_header_is_kept_as_far_as_it_can_be_believed(date: datetime | None, kept: datetime) -> None:
    message = _read(replace(QUESTION, date=date))

    assert datetime.fromisoformat(message.extra["date"]) == kept


def test_an_answer_filed_late_does_not_answer_what_came_in_between() -> None:
    sent = replace(QUESTION, sender=SHOP, to=(CUSTOMER,), date=ARRIVED - timedelta(hours=2))

    assert _read(sent, SENT).sent_at == ARRIVED - timedelta(hours=2)
    assert _read(replace(sent, date=ARRIVED + timedelta(hours=2)), SENT).sent_at == ARRIVED


# --- who wrote it: one test a row of the table ----------------------------------------------------------------------


def test_sent_folder_an_answer_written_elsewhere_is_the_sellers_answer_and_opens_nothing() -> None:
    incoming = _taken(replace(QUESTION, sender=SHOP, to=(CUSTOMER,), subject="Sv: Var är mitt paket?"), SENT)

    assert incoming.message.answers
    assert (incoming.message.author, incoming.may_open) == (Author.SELLER, False)
    assert incoming.message.recipients == ("asa@customer.example",)


@pytest.mark.parametrize("subject", ["Fwd: Paket", "VB: Paket", " WG: Paket", "TR : Paket", "転送：荷物"])
def test_sent_folder_a_customers_mail_passed_on_stops_no_clock(subject: str) -> None:
    incoming = _taken(replace(QUESTION, sender=SHOP, to=(OTHER,), subject=subject), SENT)

    assert not incoming.message.answers
    assert (incoming.message.direction, incoming.may_open) == (Direction.NOTE, False)


def test_sent_folder_a_mail_among_ourselves_stops_no_clock() -> None:
    incoming = _taken(replace(QUESTION, sender=SHOP, to=(Address("", "info@shop.example"),)), SENT)

    assert (incoming.message.direction, incoming.may_open) == (Direction.NOTE, False)


def test_sent_folder_an_automatic_answer_stays_automatic() -> None:
    message = _read(replace(QUESTION, sender=SHOP, to=(CUSTOMER,), automatic=True), SENT)

    assert (message.direction, message.automatic, message.answers) == (Direction.OUTBOUND, True, False)


@pytest.mark.parametrize("label", ["bounce", "feedback-report"])
def test_a_report_is_the_platforms_and_automatic(label: str) -> None:
    incoming = _taken(replace(QUESTION, sender=Address("", "mailer-daemon@mx.example"), labels=(label,)))

    assert (incoming.message.author, incoming.message.direction) == (Author.PLATFORM, Direction.INBOUND)
    assert incoming.message.automatic
    assert incoming.may_open


def test_a_listed_form_sender_gives_the_customer_of_reply_to_and_a_person() -> None:
    form = Address("Webbshop", "no-reply@webform.example")
    message = _read(replace(QUESTION, sender=form, reply_to=(SHOP, CUSTOMER), automatic=True, labels=("bulk",)))

    assert message.asks_for_an_answer
    assert (message.sender.name, message.sender.email) == (CUSTOMER.name, CUSTOMER.email)
    assert message.labels == ("bulk", "via-form")
    assert message.extra["written_from"] == "no-reply@webform.example"


def test_reply_to_of_an_unlisted_sender_changes_nothing() -> None:
    message = _read(replace(QUESTION, reply_to=(OTHER,)))

    assert message.sender.email == CUSTOMER.email
    assert message.extra["reply_to"] == "bo@customer.example"
    assert message.labels == ()


@pytest.mark.parametrize("automatic", [False, True])
def test_our_own_contact_form_gives_the_customer_of_reply_to(automatic: bool) -> None:
    message = _read(replace(QUESTION, sender=SHOP, reply_to=(CUSTOMER,), automatic=automatic))

    assert (message.author, message.direction) == (Author.CUSTOMER, Direction.INBOUND)
    assert (message.sender.email, message.labels) == (CUSTOMER.email, ("via-form",))
    assert message.automatic is automatic


def test_a_colleagues_mail_to_a_customer_with_us_in_copy_is_the_sellers_answer() -> None:
    incoming = _taken(replace(QUESTION, sender=Address("", "info@shop.example"), to=(CUSTOMER,), cc=(SHOP,)))

    assert incoming.message.answers
    assert not incoming.may_open


def test_a_colleague_who_passes_a_mail_on_with_us_in_copy_stops_no_clock() -> None:
    parsed = replace(QUESTION, sender=Address("", "info@shop.example"), to=(OTHER,), cc=(SHOP,), subject="Fw: Paket")

    assert _read(parsed).direction is Direction.NOTE


@pytest.mark.parametrize("email", ["info@shop.example", "info+test@shop.example", "kontakt@xn--4cab6c.example"])
def test_a_colleague_who_writes_to_the_shop_is_a_customer(email: str) -> None:
    incoming = _taken(replace(QUESTION, sender=Address("Kollega", email)))

    assert incoming.message.asks_for_an_answer
    assert (incoming.message.sender.email, incoming.may_open) == (email, True)


def test_an_automatic_reply_is_shown_and_asks_for_nothing() -> None:
    incoming = _taken(replace(QUESTION, automatic=True, labels=("auto-reply", "out-of-office")))

    assert (incoming.message.author, incoming.may_open) == (Author.CUSTOMER, True)
    assert incoming.message.automatic
    assert not incoming.message.asks_for_an_answer


def test_a_mail_without_sender_is_still_taken_in() -> None:
    message = _read(ParsedMail(), ARRIVAL)

    assert (message.sender.email, message.author, message.sent_at) == ("", Author.CUSTOMER, ARRIVED)


# --- our own mail ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arrival", [ARRIVAL, SENT])
def test_our_own_reply_is_an_echo_in_every_folder(arrival: Arrival) -> None:
    message_id = TOKENS.message_id("CH-1042", "a1b2")

    echo = to_incoming(replace(QUESTION, sender=SHOP, message_id=message_id), arrival)

    assert echo == OwnEcho("a1b2", "CH-1042", ARRIVED, message_id.strip("<>"))


def test_our_own_reply_under_an_id_of_the_providers_is_an_echo_with_that_id() -> None:
    loop = TOKENS.loop_value(TOKENS.message_id("CH-1042", "a1b2"))

    echo = to_incoming(replace(QUESTION, sender=SHOP, message_id="<010f@eu.ses.example>", loop=loop), SENT)

    assert echo == OwnEcho("a1b2", "CH-1042", ARRIVED, "010f@eu.ses.example")


def test_a_mail_of_ours_that_went_round_is_stopped_at_the_door() -> None:
    assert to_incoming(replace(QUESTION, sender=SHOP, loop=TOKENS.loop_value()), ARRIVAL) is None


def test_a_loop_header_that_a_customers_program_copied_hides_no_mail() -> None:
    copied = replace(QUESTION, loop=TOKENS.loop_value(TOKENS.message_id("CH-1042", "a1b2")))

    assert _read(copied).asks_for_an_answer


def test_a_forged_loop_header_or_message_id_hides_no_mail() -> None:
    forged = replace(QUESTION, loop="x" * 20, message_id=TOKENS.message_id("CH-1042", "a1b2").replace("1042", "1043"))

    assert _read(forged).asks_for_an_answer


def test_a_mailbox_behind_a_list_hears_people_and_still_knows_machines() -> None:
    group = replace(ARRIVAL, account=replace(ARRIVAL.account, behind_a_list=True))
    from_a_person = to_incoming(replace(QUESTION, automatic=True, labels=("list", "bulk")), group)
    from_a_robot = to_incoming(replace(QUESTION, automatic=True, labels=("list", "auto-reply")), group)

    assert isinstance(from_a_person, IncomingMessage)
    assert from_a_person.message.asks_for_an_answer
    assert isinstance(from_a_robot, IncomingMessage)
    assert from_a_robot.message.automatic


# --- clues ----------------------------------------------------------------------------------------------------------


def test_clues_come_in_the_order_of_trust() -> None:
    ours = TOKENS.message_id("CH-2", "k2")
    parsed = replace(
        QUESTION,
        subject="Re: [CH-6] paket",
        text=f"Tack!\n> {TOKENS.marker('CH-5')}\n",
        delivered_to=(TOKENS.sub_address("support@shop.example", "CH-1"),),
        in_reply_to=("<parent@customer.example>",),
        references=("<root@customer.example>", ours),
        original_message_id=TOKENS.message_id("CH-4", "k4"),
        automatic=True,
    )

    clues = _taken(parsed).clues

    assert clues == (
        Clue(ClueKind.RECIPIENT_TOKEN, "CH-1"),
        Clue(ClueKind.REFERENCE_TOKEN, "CH-2"),
        Clue(ClueKind.MESSAGE_ID, "parent@customer.example"),
        Clue(ClueKind.MESSAGE_ID, ours.strip("<>")),
        Clue(ClueKind.MESSAGE_ID, "root@customer.example"),
        Clue(ClueKind.SAME_PARENT, "parent|parent@customer.example|asa@customer.example"),
        Clue(ClueKind.BOUNCE_TOKEN, "CH-4"),
        Clue(ClueKind.BOUNCED_MESSAGE_ID, TOKENS.message_id("CH-4", "k4").strip("<>")),
        Clue(ClueKind.QUOTED_TOKEN, "CH-5"),
        Clue(ClueKind.SUBJECT_NUMBER, "CH-6"),
    )
    assert [clue.kind for clue in clues] == sorted((c.kind for c in clues), key=list(ClueKind).index)


def test_references_are_read_from_the_right_after_in_reply_to() -> None:
    ids = [TOKENS.message_id(f"CH-{n}", "k") for n in (1, 2, 3)]

    incoming = _taken(replace(QUESTION, in_reply_to=(ids[1],), references=tuple(ids)))

    assert _values(incoming, ClueKind.REFERENCE_TOKEN) == ["CH-2", "CH-3", "CH-1"]


@pytest.mark.parametrize("field", ["to", "cc"])
def test_a_recipient_token_is_found_in_every_recipient_field(field: str) -> None:
    tagged = Address("", TOKENS.sub_address("support@shop.example", "CH-1042").upper())
    parsed = replace(QUESTION, to=(), delivered_to=())

    incoming = _taken(replace(parsed, to=(tagged,)) if field == "to" else replace(parsed, cc=(tagged,)))

    assert incoming.clues == (Clue(ClueKind.RECIPIENT_TOKEN, "CH-1042"),)
    assert incoming.message.recipients == ()


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [CH-1042] paket", ["CH-1042"]),
        ("Sv: ch-1042", ["CH-1042"]),
        ("Re: [#1042] paket", ["CH-1042"]),
        ("[ CH-7 ] CH-8, CH-7", ["CH-7", "CH-8"]),
        (" ".join(f"CH-{n}" for n in range(9)), [f"CH-{n}" for n in range(5)]),
        ("Bestellung #1042", []),
        ("XCH-1042 CH-1042-B CH-", []),
        ("[#１０４２] 漢字 🙂", []),
        ("", []),
    ],
)
def test_a_subject_names_a_case_only_in_brackets_or_with_its_prefix(subject: str, numbers: list[str]) -> None:
    assert _values(_taken(replace(QUESTION, subject=subject)), ClueKind.SUBJECT_NUMBER) == numbers


def test_a_number_in_the_subject_is_no_clue_where_only_a_from_header_says_it_is_ours() -> None:
    answer = replace(QUESTION, sender=SHOP, to=(CUSTOMER,), subject="[CH-1042]")

    assert _values(_taken(answer), ClueKind.SUBJECT_NUMBER) == []
    assert _values(_taken(answer, SENT), ClueKind.SUBJECT_NUMBER) == ["CH-1042"]


def test_a_bounce_points_at_the_mail_it_is_about() -> None:
    parsed = replace(
        QUESTION,
        labels=("bounce",),
        original_message_id="<Own.1@shop.example>",
        failed=(FailedDelivery("asa@customer.example", "failed", "5.1.1"),),
    )
    incoming = _taken(parsed)

    assert incoming.clues == (Clue(ClueKind.BOUNCED_MESSAGE_ID, "Own.1@shop.example"),)
    assert incoming.message.extra["failed"] == "asa@customer.example failed 5.1.1"


def test_a_person_cannot_join_a_case_by_posing_as_a_bounce() -> None:
    assert _taken(replace(QUESTION, original_message_id=TOKENS.message_id("CH-4", "k4"))).clues == ()


def test_a_forged_token_is_no_clue() -> None:
    parsed = replace(
        QUESTION,
        to=(Address("", "support+ch-1042.aaaaaaaaaaaaaaaaaaaa@shop.example"),),
        in_reply_to=("<ch-1042.k.aaaaaaaaaaaaaaaaaaaa@shop.example>",),
        text="[ref:CH-1042.aaaaaaaaaaaaaaaaaaaa]",
    )

    assert {clue.kind for clue in _taken(parsed).clues} == {ClueKind.MESSAGE_ID, ClueKind.SAME_PARENT}


# --- what a reply needs ---------------------------------------------------------------------------------------------


def test_extra_holds_what_a_reply_needs_and_nothing_empty() -> None:
    parsed = replace(
        QUESTION,
        to=(SHOP, OTHER),
        cc=(Address("", "cc@customer.example"), Address("", "info@shop.example")),
        references=("<root@x>", "<b@x>"),
        thread_index="AdXy\r\n z==",
        thread_topic="Paket 漢字",
    )
    message = _read(parsed)

    assert message.recipients == ("bo@customer.example", "cc@customer.example")
    assert dict(message.extra) == {
        "message_id": "Abc.1@Customer.example",
        "references": "root@x b@x",
        "recipient": "support@shop.example",
        "cc": "cc@customer.example",
        "date": "2026-11-20T09:28:00+00:00",
        "folder": "INBOX",
        "thread_index": "AdXyz==",
        "thread_topic": "Paket 漢字",
        "participants": "asa@customer.example, bo@customer.example, cc@customer.example",
    }


@pytest.mark.parametrize(
    ("delivered", "to", "cc", "used"),
    [
        (["support@shop.example"], ["info@shop.example"], [], "info@shop.example"),
        (["info@shop.example"], ["support@shop.example", "info@shop.example"], [], "info@shop.example"),
        ([], ["bo@customer.example"], ["support+ch-1.x@shop.example"], "support@shop.example"),
        (["Info+x@shop.example"], ["list@customer.example"], [], "info@shop.example"),
        (["box17@host.example"], [], [], ""),
    ],
)
def test_the_recipient_is_the_address_of_ours_that_the_writer_used(
    delivered: list[str], to: list[str], cc: list[str], used: str
) -> None:
    def addresses(emails: Iterable[str]) -> tuple[Address, ...]:
        return tuple(Address("", email) for email in emails)

    message = _read(replace(QUESTION, delivered_to=tuple(delivered), to=addresses(to), cc=addresses(cc)))

    assert message.extra.get("recipient", "") == used


def test_an_address_named_twice_counts_once_at_its_first_place() -> None:
    first = Address("Åsa", "asa@customer.example")

    message = _read(replace(QUESTION, to=(first, OTHER), cc=(Address("", "asa@customer.example"), SHOP)))

    assert message.recipients == ("asa@customer.example", "bo@customer.example")


def test_a_thousand_recipients_all_belong_but_are_not_all_repeated_in_extra() -> None:
    many = tuple(Address("", f"c{n}@customer.example") for n in range(1000))

    message = _read(replace(QUESTION, to=many))

    assert len(message.recipients) == 1000
    assert len(message.extra["participants"].split(", ")) == 100


def test_addresses_that_could_break_a_list_are_left_out_of_it() -> None:
    message = _read(replace(QUESTION, reply_to=(Address("", '"a, b"@x.example'), Address("", "a@x.example\r\nBcc: y"))))

    assert "reply_to" not in message.extra


# --- order numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("My order 1234567890 has not arrived", "1234567890"),
        ("Order number is: AB-12345.", "AB-12345"),
        ("order #4711", "4711"),
        ("order no. 4711", "4711"),
        ("Hej! Ordernummer: 90-2231/A tack", "90-2231/A"),
        ("ordernr 55512", "55512"),
        ("min beställning (nr 55512) saknas", "55512"),
        ("Mijn bestelnummer is 1100223344.", "1100223344"),
        ("bestelling C000ABC123 ontbreekt", "C000ABC123"),
        ("Meine Bestellung Nr. 2024-998877 fehlt", "2024-998877"),
        ("Auftragsnummer lautet DE998877", "DE998877"),
        ("Objednávka č. 20261234 nedorazila", "20261234"),
        ("číslo objednávky: 778899", "778899"),
        ("注文番号：123456-20261101-0000000001 です", "123456-20261101-0000000001"),
        ("ご注文番号は１２３４５６７です", "1234567"),
        ("Ma commande n° 445566 est perdue", "445566"),
    ],
)
def test_an_order_number_is_found_after_a_word_for_order(text: str, number: str) -> None:
    assert order_number("", text) == number
    assert order_number(text, "order 99999999") == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234567890",
        "I will order 2 pieces",
        "I want to order on 2026-11-20",
        "order 12/11/2026",
        "Order 2026",
        "reorder 1234567",
        "border 1234567",
        "order ABCDEFG",
        "order 123",
        "order " + "1" * 31,
        "order abc12345",
        "call me: order department, phone 0701234567",
        "漢字 🙂 \udc80",
    ],
)
def test_what_is_not_surely_an_order_number_is_none(text: str) -> None:
    assert order_number(text, text) == ""


def test_an_order_number_deep_in_a_long_text_is_not_looked_for() -> None:
    assert order_number("", "x " * 1000 + "order 1234567") == ""


def test_the_order_number_goes_with_the_incoming_message() -> None:
    assert _taken(replace(QUESTION, text="Ordernummer 4711-22")).order_number == "4711-22"


# --- mails that could not be read whole -----------------------------------------------------------------------------


def test_an_unreadable_mail_is_a_visible_message_that_asks_for_an_answer() -> None:
    incoming = unreadable("the parser took more than 30 s", "Hej\r\n🙂", CUSTOMER, "<A@b>", ARRIVAL)
    message = incoming.message

    assert message.asks_for_an_answer
    assert incoming.may_open
    assert incoming.type is CaseType.UNREADABLE
    assert message.problem == "the parser took more than 30 s"
    assert "could not be read" in message.text
    assert (message.ref, message.raw, message.sent_at) == (f"sha256:{DIGEST}", DIGEST, ARRIVED)
    assert (message.subject, message.sender.email, message.thread_keys) == ("Hej 🙂", CUSTOMER.email, ("A@b",))


def test_an_unreadable_mail_read_later_is_the_same_message() -> None:
    first = unreadable("no reason", "", Address("", ""), "", ARRIVAL).message

    assert _taken(QUESTION, ref=first.ref).message.ref == first.ref


def test_an_unreadable_mail_in_the_sent_folder_opens_no_case_and_stops_no_clock() -> None:
    incoming = unreadable("no reason", "", SHOP, "", SENT)

    assert not incoming.may_open
    assert not incoming.message.answers
    assert not incoming.message.asks_for_an_answer


def test_a_mail_over_the_limit_says_its_size_and_where_it_is() -> None:
    incoming = oversized(replace(QUESTION, text=""), ARRIVAL, 31_400_000)

    assert isinstance(incoming, IncomingMessage)
    assert incoming.message.asks_for_an_answer
    assert "31.4 MB" in incoming.message.text
    assert "left in the mailbox, in INBOX" in incoming.message.text
    assert incoming.message.labels == ("too-large",)
    assert incoming.message.ref == _read(replace(QUESTION, text="")).ref


def test_our_own_mail_over_the_limit_is_still_our_own() -> None:
    own = replace(QUESTION, message_id=TOKENS.message_id("CH-1042", "a1b2"))

    assert isinstance(oversized(own, SENT, 31_400_000), OwnEcho)


# --- anything at all ------------------------------------------------------------------------------------------------

_ADDRESSES = st.builds(Address, st.text(max_size=20), st.text(max_size=30) | st.just("support@shop.example"))
_MAILS = st.builds(
    ParsedMail,
    subject=st.text(max_size=60),
    message_id=st.text(max_size=40),
    in_reply_to=st.lists(st.text(max_size=40), max_size=3).map(tuple),
    references=st.lists(st.text(max_size=40), max_size=3).map(tuple),
    date=st.none() | st.datetimes() | st.datetimes(timezones=st.timezones()),
    sender=_ADDRESSES,
    reply_to=st.lists(_ADDRESSES, max_size=2).map(tuple),
    to=st.lists(_ADDRESSES, max_size=3).map(tuple),
    delivered_to=st.lists(st.text(max_size=30), max_size=2).map(tuple),
    text=st.text(max_size=200),
    loop=st.text(max_size=30),
    automatic=st.booleans(),
)


@given(_MAILS, st.sampled_from([ARRIVAL, SENT]))
def test_any_mail_becomes_a_message_within_a_week_of_its_arrival(parsed: ParsedMail, arrival: Arrival) -> None:
    message = _read(parsed, arrival)

    assert ARRIVED - timedelta(days=7) <= message.sent_at <= ARRIVED
    assert message.ref
    assert _read(parsed, arrival) == message
