"""From a reply to a mail: what we write, the standard library reads back as it was meant."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import Attachment, Author, Case, Direction, Message, Party, Rejected, Reply
from hub_email_imap.adapter import EmailAdapter
from hub_email_imap.compose import Composed, Sender, compose
from hub_email_imap.recipients import canonical, for_envelope, is_no_reply, matches
from hub_email_imap.settings import EmailSettings
from hub_email_imap.tokens import OwnId, Tokens

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
UGLY = "Hej Åsa Öberg!\n.\n.. punkt\nFrom oss\n漢字 🙂\n" + "lång " * 300 + "\n\ttabb\nSlut"


def _sign(text: str) -> str:
    return hmac.new(b"shop_mail", text.encode(), hashlib.sha256).hexdigest()


TOKENS = Tokens(_sign, "shop.example")
SENDER = Sender("support@shop.example", "Butiken åäö 🙂", ("support@shop.example", "info@shop.example"))
SETTINGS = EmailSettings.model_validate(
    {
        "imap_host": "mail.shop.example",
        "smtp_host": "mail.shop.example",
        "password": "hidden",
        "address": SENDER.address,
        "name": SENDER.name,
        "aliases": SENDER.own_addresses[1:],
    }
)
QUESTION = Message(
    ref="q1",
    author=Author.CUSTOMER,
    direction=Direction.INBOUND,
    sent_at=NOW,
    subject="Var är mitt paket? 漢字 🙂",
    sender=Party("Öberg, Åsa", "asa@customer.example"),
    recipients=("friend@customer.example",),
    extra={
        "message_id": "Q.1@customer.example",
        "references": "root@customer.example mid@customer.example",
        "recipient": "info@shop.example",
        "cc": "friend@customer.example",
        "thread_index": "AdXyz==",
        "thread_topic": "Var är mitt paket?",
    },
)
CASE = Case("CH-1042", "shop_mail", "q1", NOW, NOW, subject="Ärende", customer=QUESTION.sender, messages=(QUESTION,))
REPLY = Reply("a1b2", "CH-1042", "shop_mail", "Hej!\nPaketet kommer.", NOW)


def _composed(
    reply: Reply = REPLY,
    case: Case = CASE,
    sender: Sender = SENDER,
    files: Sequence[tuple[Attachment, bytes]] = (),
) -> Composed:
    return compose(reply, case, sender, TOKENS, files, NOW)


def _mail(
    reply: Reply = REPLY,
    case: Case = CASE,
    sender: Sender = SENDER,
    files: Sequence[tuple[Attachment, bytes]] = (),
) -> EmailMessage:
    return message_from_bytes(_composed(reply, case, sender, files).data, policy=default)


def _asking(
    extra: Mapping[str, str] | None = None,
    subject: str = QUESTION.subject,
    sender: Party = QUESTION.sender,
    automatic: bool = False,
) -> Case:
    """The case with its question changed."""
    merged = {**QUESTION.extra, **(extra or {})}
    question = replace(QUESTION, subject=subject, sender=sender, automatic=automatic, extra=merged)
    return replace(CASE, messages=(question,))


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return cast("str", body.get_content()).replace("\r\n", "\n")  # on the wire every line ends in CRLF


def _addresses(mail: EmailMessage, header: str) -> list[tuple[str, str]]:
    return [(a.display_name, a.addr_spec) for a in mail[header].addresses] if mail[header] else []


def test_every_header_of_a_reply_reads_back_as_it_was_meant() -> None:
    mail = _mail()

    assert _addresses(mail, "From") == [("Butiken åäö 🙂", "info@shop.example")]
    assert _addresses(mail, "To") == [("Öberg, Åsa", "asa@customer.example")]
    assert mail["Subject"] == "Re: [CH-1042] Var är mitt paket? 漢字 🙂"
    assert mail["Date"].datetime == NOW
    assert TOKENS.read_message_id(mail["Message-ID"]) == OwnId("CH-1042", "a1b2")
    assert mail["In-Reply-To"] == "<Q.1@customer.example>"
    assert mail["References"] == "<root@customer.example> <mid@customer.example> <Q.1@customer.example>"
    assert TOKENS.read_loop(mail["X-Hub-Loop"]) == OwnId("CH-1042", "a1b2")
    assert (mail["Thread-Index"], mail["Thread-Topic"]) == ("AdXyz==", "Var är mitt paket?")
    assert mail["MIME-Version"] == "1.0"
    assert [mail[name] for name in ("Cc", "Bcc", "Reply-To", "Auto-Submitted")] == [None] * 4
    assert mail.defects == []
    assert [d for header in mail.values() for d in header.defects] == []


def test_envelope_and_header_say_the_same() -> None:
    composed = _composed()

    assert composed.message_id == TOKENS.message_id("CH-1042", "a1b2").strip("<>")
    assert composed.envelope_from == "info@shop.example"
    assert composed.recipients == ("asa@customer.example",)


@pytest.mark.parametrize(
    "text", ["Hej", UGLY, "x" * 5000, "漢字 " * 500 + "slut", "\r\nrad\r\nrad\rrad", "=?utf-8?q?x?="]
)
def test_the_text_arrives_as_it_was_written_and_is_safe_for_any_server(text: str) -> None:
    data = _composed(replace(REPLY, text=text)).data
    mail = _mail(replace(REPLY, text=text))

    written = text.replace("\r\n", "\n").replace("\r", "\n")
    assert _text(mail) == f"{written}\n\n{TOKENS.marker('CH-1042')}\n"
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")


def test_control_signs_and_halves_of_characters_do_not_stop_a_reply() -> None:
    assert _text(_mail(replace(REPLY, text="a\x00b\x1b[31mc\udc80d"))).startswith("ab[31mc\ufffdd\n")


def test_the_reference_stands_above_the_signature_so_that_quotations_keep_it() -> None:
    text = _text(_mail(sender=replace(SENDER, signature="Vänligen\nButiken 🙂\n")))

    assert text == f"Hej!\nPaketet kommer.\n\n{TOKENS.marker('CH-1042')}\n\n-- \nVänligen\nButiken 🙂\n"


def test_the_reference_line_can_be_left_out() -> None:
    assert _text(_mail(sender=replace(SENDER, reference_line=False))) == "Hej!\nPaketet kommer.\n"


# --- to whom --------------------------------------------------------------------------------------------------------


def test_the_answer_goes_where_the_customer_wants_it_under_reply_to() -> None:
    mail = _mail(case=_asking({"reply_to": "home@customer.example, work@customer.example"}))

    assert _addresses(mail, "To") == [("", "home@customer.example"), ("", "work@customer.example")]


def test_a_reply_to_that_is_ours_or_unread_gives_way_to_the_sender() -> None:
    mail = _mail(case=_asking({"reply_to": "Info+x@Shop.example, no-reply@customer.example"}))

    assert _addresses(mail, "To") == [("Öberg, Åsa", "asa@customer.example")]


def test_a_case_without_messages_is_answered_to_its_customer() -> None:
    mail = _mail(case=replace(CASE, messages=()))

    assert _addresses(mail, "To") == [("Öberg, Åsa", "asa@customer.example")]
    assert _addresses(mail, "From") == [("Butiken åäö 🙂", "support@shop.example")]
    assert (mail["Subject"], mail["In-Reply-To"], mail["References"]) == ("Re: [CH-1042] Ärende", None, None)


def test_the_newest_message_of_a_person_is_answered() -> None:
    newer = replace(QUESTION, ref="q2", subject="Ny fråga", extra={"message_id": "q2@customer.example"})
    robot = replace(QUESTION, ref="q3", subject="Frånvarande", automatic=True, extra={"message_id": "ooo@x"})

    mail = _mail(case=replace(CASE, messages=(QUESTION, newer, robot)))

    assert (mail["In-Reply-To"], mail["Subject"]) == ("<q2@customer.example>", "Re: [CH-1042] Ny fråga")
    assert (mail["Thread-Index"], mail["Thread-Topic"]) == (None, None)


@pytest.mark.parametrize("recipient", ["", "stranger@else.example"])
def test_a_recipient_that_is_not_ours_never_becomes_the_sender(recipient: str) -> None:
    assert _composed(case=_asking({"recipient": recipient})).envelope_from == "support@shop.example"


def test_cc_and_bcc_come_only_when_told_and_bcc_is_in_no_header() -> None:
    reply = replace(
        REPLY,
        extra={"cc": "friend@customer.example, info+a@shop.example, asa@customer.example", "bcc": "boss@x.example"},
    )

    composed, mail = _composed(reply), _mail(reply)

    assert _addresses(mail, "Cc") == [("", "friend@customer.example")]
    assert composed.recipients == ("asa@customer.example", "friend@customer.example", "boss@x.example")
    assert b"boss" not in composed.data


def test_too_many_recipients_are_rejected() -> None:
    many = ",".join(f"c{n}@customer.example" for n in range(50))

    with pytest.raises(Rejected, match="more than 50 recipients"):
        _composed(replace(REPLY, extra={"cc": many}))


REACHES_NOBODY = [
    (replace(CASE, messages=(), customer=Party("Åsa")), "nobody in CH-1042 gave an e-mail address"),
    (_asking(sender=Party("", "No-Reply@bank.example")), "No-Reply@bank.example is an address nobody reads"),
    (_asking(sender=Party("", "info+x@shop.example")), "is our own address"),
    (_asking(automatic=True), "everything in CH-1042 was written by machines"),
    (_asking(sender=Party("", "åsa@customer.example")), "no SMTPUTF8"),
    (_asking(sender=Party("", "a b@customer.example")), "not a plain e-mail address"),
    (_asking(sender=Party("", "asa@customer.example\r\nRCPT TO:<x@y>")), "not a plain e-mail address"),
    (_asking(sender=Party("", "asa")), "not a plain e-mail address"),
    (_asking(sender=Party("", "asa@straße.example")), "no certain ASCII form"),
    (_asking(sender=Party("", "asa@ö..example")), "no certain ASCII form"),
]


@pytest.mark.parametrize(("case", "why"), REACHES_NOBODY)
def test_what_cannot_be_sent_is_rejected_in_one_sentence(case: Case, why: str) -> None:
    with pytest.raises(Rejected, match=re.escape(why)) as caught:
        _composed(case=case)

    assert "\n" not in str(caught.value)
    assert "\r" not in str(caught.value)


@pytest.mark.parametrize(("case", "why"), REACHES_NOBODY)
def test_a_reply_that_would_reach_nobody_is_refused_before_it_is_queued(case: Case, why: str) -> None:
    [problem] = EmailAdapter().problems_with(REPLY, case, SETTINGS)

    assert why in problem


def test_nothing_stands_against_an_answer_to_somebody_who_reads_it() -> None:
    acknowledging = replace(REPLY, automatic=True, after="q1")

    assert EmailAdapter().problems_with(REPLY, CASE, SETTINGS) == ()
    assert EmailAdapter().problems_with(acknowledging, _asking(automatic=True), SETTINGS) == ()


@pytest.mark.parametrize("cc", ["no address", "x@y\r\nBcc: z@w", "Åsa <asa@x.example>", "@", "a@b@c"])
def test_a_cc_that_is_no_plain_address_is_rejected(cc: str) -> None:
    with pytest.raises(Rejected, match="not a plain e-mail address"):
        _composed(replace(REPLY, extra={"cc": cc}))


def test_an_empty_reply_is_rejected() -> None:
    with pytest.raises(Rejected, match="the reply is empty"):
        _composed(replace(REPLY, text=" \n"))


def test_a_domain_with_national_letters_is_written_in_ascii_everywhere() -> None:
    case = _asking(sender=Party("Åsa", "asa@Åäö.example"))

    assert _composed(case=case).recipients == ("asa@xn--4cab6c.example",)
    assert _addresses(_mail(case=case), "To") == [("Åsa", "asa@xn--4cab6c.example")]


def test_a_local_part_outside_ascii_goes_out_where_the_server_offers_it() -> None:
    case, sender = _asking(sender=Party("Åsa", "åsa@customer.example")), replace(SENDER, smtputf8=True)

    composed = _composed(case=case, sender=sender)

    assert composed.recipients == ("åsa@customer.example",)
    assert "<åsa@customer.example>" in composed.data.decode()


def test_the_answer_can_come_to_the_cases_own_address() -> None:
    mail = _mail(sender=replace(SENDER, sub_address=True))

    assert TOKENS.read_recipient(_addresses(mail, "Reply-To")[0][1]) == "CH-1042"


# --- headers that could go wrong ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "written"),
    [
        ("Re: Sv: RE[2]: AW：paket", "Re: [CH-1042] paket"),
        ("Re: [CH-1042] Sv: [ch-1042] paket", "Re: [CH-1042] paket"),
        ("[CH-7] paket", "Re: [CH-1042] paket"),
        ("Fwd: paket", "Re: [CH-1042] Fwd: paket"),
        ("Retur: paket", "Re: [CH-1042] Retur: paket"),
        ("Hej\r\nBcc: victim@x.example", "Re: [CH-1042] Hej Bcc: victim@x.example"),
        ("=?utf-8?q?dold?=", "Re: [CH-1042] =?utf-8?q?dold?="),
        ("x" * 2000, "Re: [CH-1042] " + "x" * 300),
        ("Re:", "Re: [CH-1042]"),
    ],
)
def test_the_subject_has_one_re_and_the_number_of_the_case(subject: str, written: str) -> None:
    mail = _mail(case=_asking(subject=subject))

    assert mail["Subject"] == written
    assert mail["Bcc"] is None


_EVIL = "Åsa\r\nBcc: victim@x.example\r\n\r\n<script>"


@pytest.mark.parametrize(
    "name",
    [_EVIL, 'A "B" \\ C, D <x@y.example>', "=?utf-8?q?dold?=", 'Åsa, "Öberg" <x@y>', "a\u202eb"],
)
def test_a_name_of_any_kind_stays_a_name(name: str) -> None:
    mail = _mail(case=_asking(sender=Party(name, "asa@customer.example")), sender=replace(SENDER, name=name))

    shown = " ".join(name.replace("\u202e", "").split())
    assert _addresses(mail, "To") == [(shown, "asa@customer.example")]
    assert _addresses(mail, "From") == [(shown, "info@shop.example")]
    assert mail["Bcc"] is None


def test_a_long_name_is_written_in_words_that_join_without_a_gap() -> None:
    name = " ".join(["漢字 🙂"] * 40)
    data = _composed(case=_asking(sender=Party(name, "asa@customer.example"))).data

    # Not by the default policy, which keeps the blanks between encoded words of a name.
    raw = str(message_from_bytes(data)["To"]).removesuffix(" <asa@customer.example>")
    assert str(make_header(decode_header(raw))) == name
    assert max(map(len, raw.split())) <= 75


@pytest.mark.parametrize("sign", ["a", '"', "å"])
def test_a_name_that_has_no_end_makes_no_line_that_a_server_refuses(sign: str) -> None:
    composed = _composed(case=_asking(sender=Party(sign * 5000, "asa@customer.example")))

    assert max(len(line) for line in composed.data.split(b"\r\n")) <= 998
    assert composed.recipients == ("asa@customer.example",)


def test_ids_and_thread_fields_from_outside_cannot_begin_a_header() -> None:
    poison = "x\r\nBcc: victim@x.example"
    extra = {"message_id": poison, "references": poison, "thread_index": poison, "thread_topic": poison}
    mail = _mail(case=_asking(extra))

    assert mail["Bcc"] is None
    assert mail["Thread-Index"] is None
    assert mail["Thread-Topic"] == "x Bcc: victim@x.example"


def test_long_references_are_cut_folded_and_never_encoded() -> None:
    chain = [f"{n:04}-{'x' * 90}@customer.example" for n in range(100)]
    data = _composed(case=_asking({"references": " ".join(chain)})).data

    head = data.split(b"\r\n\r\n")[0].decode()
    value = re.sub(r"\r\n ", " ", head).split("References: ")[1].split("\r\n")[0]
    ids = value.split(" ")
    assert len(value) <= 1000
    assert (ids[0], ids[-1]) == (f"<{chain[0]}>", "<Q.1@customer.example>")
    assert ids[-2] == f"<{chain[-1]}>"
    assert "References: =?" not in head
    assert max(map(len, head.split("\r\n"))) <= 130


def test_a_parent_without_message_id_is_answered_without_in_reply_to() -> None:
    mail = _mail(case=_asking({"message_id": ""}))

    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<root@customer.example> <mid@customer.example>"


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=200))
def test_any_subject_name_and_text_makes_a_lawful_mail(subject: str, name: str, text: str) -> None:
    case = _asking(subject=subject, sender=Party(name, "asa@customer.example"))
    reply = replace(REPLY, text=f"Hej {text}")

    composed, mail = _composed(reply, case), _mail(reply, case)

    assert composed.data.isascii()
    assert set(mail.keys()) == set(_mail().keys())
    assert [a for _, a in _addresses(mail, "To")] == ["asa@customer.example"]
    assert mail["Subject"].startswith("Re: [CH-1042]")
    assert mail.defects == []


# --- files ----------------------------------------------------------------------------------------------------------


def _file(name: str, media_type: str = "application/pdf") -> Attachment:
    return Attachment(name, media_type, 4, "f" * 64)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("kvitto.pdf", "kvitto.pdf"),
        ("Åsas kvitto 漢字 🙂.pdf", "Åsas kvitto 漢字 🙂.pdf"),
        ('a"b;c.pdf', 'a"b;c.pdf'),
        ("..\\..\\etc/passwd", "passwd"),
        ("a\r\nContent-Type: text/html\r\n\r\n.pdf", "html .pdf"),
        ("", "file-1"),
        ("...", "file-1"),
        ("漢" * 300 + ".pdf", "漢" * 146 + ".pdf"),
        ("x" * 300, "x" * 150),
    ],
)
def test_a_file_keeps_its_bytes_and_a_safe_name(name: str, written: str) -> None:
    mail = _mail(files=[(_file(name), b"%PDF\r\n.\r\n\x00\xff")])

    parts = list(mail.iter_attachments())
    assert [part.get_filename() for part in parts] == [written]
    assert parts[0].get_content() == b"%PDF\r\n.\r\n\x00\xff"
    assert parts[0].get_content_type() == "application/pdf"
    assert _text(mail).startswith("Hej!\nPaketet kommer.\n")


@pytest.mark.parametrize("media_type", ["", "pdf", "a/b\r\nX: y", "message/rfc822", "multipart/mixed", "Åsa/x"])
def test_a_type_that_a_part_may_not_have_is_sent_as_bytes(media_type: str) -> None:
    parts = list(_mail(files=[(_file("x.bin", media_type), b"\x00\xff")]).iter_attachments())

    assert [(part.get_content_type(), part.get_content()) for part in parts] == [
        ("application/octet-stream", b"\x00\xff")
    ]


def test_a_text_file_is_not_changed_on_the_way() -> None:
    content = "Åsa\nÖberg\r\n.\n".encode("latin-1")
    part = next(_mail(files=[(_file("x.csv", "text/csv"), content)]).iter_attachments())

    assert part.get_payload(decode=True) == content


def test_a_reply_may_be_files_alone() -> None:
    mail = _mail(replace(REPLY, text=""), files=[(_file("a.pdf"), b"1"), (_file("a.pdf"), b"2")])

    assert [part.get_content() for part in mail.iter_attachments()] == [b"1", b"2"]


# --- recipients -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "unread"),
    [
        ("no-reply@x.example", True),
        ("NoReply+17@x.example", True),
        ("do_not.reply-1@x.example", True),
        ("MAILER-DAEMON@x.example", True),
        ("postmaster@x.example", True),
        ("reply@x.example", False),
        ("nora.eply@x.example", False),
        ("asa@noreply.example", False),
    ],
)
def test_an_address_says_itself_whether_anybody_reads_it(address: str, unread: bool) -> None:
    assert is_no_reply(address) is unread


def test_two_writings_of_one_address_are_equal() -> None:
    assert canonical(" Kontakt+x@ÅÄÖ.example ") == canonical("kontakt@xn--4cab6c.example")
    assert canonical("+x@y.example") == "+x@y.example"


@pytest.mark.parametrize(
    ("address", "listed"),
    [
        ("a+1@form.example", True),
        ("b@form.example", False),
        ("x@shop.example", True),
        ("x@sub.shop.example", False),
        ("", False),
    ],
)
def test_senders_are_listed_by_address_or_by_domain(address: str, listed: bool) -> None:
    assert matches(address, ("A@form.example", "@Shop.example", "")) is listed


def test_an_envelope_address_keeps_the_writing_of_its_local_part() -> None:
    assert for_envelope(" Asa.Oberg+x@Customer.Example ") == "Asa.Oberg+x@customer.example"
