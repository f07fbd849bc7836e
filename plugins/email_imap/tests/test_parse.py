"""Mails read from their bytes: the museum of malformed ones, the limits, and bytes that are no mail at all."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub_email_imap.limits import Limits
from hub_email_imap.parse import parse
from hub_email_imap.parsed import Address, FailedDelivery, ParsedFile, ParsedMail

MAILS = Path(__file__).parent / "mails"


def read(name: str) -> ParsedMail:
    return parse((MAILS / f"{name}.eml").read_bytes())


def every_text(mail: ParsedMail) -> list[str]:
    addresses = [mail.sender, *mail.reply_to, *mail.to, *mail.cc]
    files = [text for file in mail.files for text in (file.name, file.media_type, file.content_id, file.declared_type)]
    failed = [text for one in mail.failed for text in (one.recipient, one.action, one.status, one.text)]
    lines = [mail.subject, mail.message_id, mail.original_message_id, mail.loop, mail.language, mail.thread_index]
    several = [*mail.in_reply_to, *mail.references, *mail.delivered_to, *mail.labels, mail.thread_topic]
    names = [text for address in addresses for text in (address.name, address.email)]
    return [*lines, *several, *names, *files, *failed, mail.return_path or "", mail.text, mail.html]


@pytest.mark.parametrize(
    ("name", "sender", "subject", "text"),
    [
        (
            "sv_alternative",
            Address("Åsa Öberg", "asa.oberg@example.se"),
            "Var är min beställning?",
            "Hej!\n\nJag har inte fått min beställning 4711 🙂\nHälsningar, Åsa",
        ),
        (
            "nl_smart_quotes",
            Address("Jansen, Piet", "piet@voorbeeld.nl"),
            "Retour",
            "Ik wil “mijn” bestelling van € 20 retourneren.\nGroet, Piët",
        ),
        (
            "cs_latin2",
            Address("Jiří Dvořák", "jiri@priklad.cz"),
            "Poškozené zboží",
            "Dobrý den,\nzboží přišlo poškozené.\nJiří Dvořák",
        ),
        (
            "ja_iso_2022_jp",
            Address("山田太郎", "taro@example.jp"),
            "注文のキャンセル",
            "商品が届きません。\n番号①㈱",
        ),
        (
            "de_html_only",
            Address("Jürgen Groß", "juergen@beispiel.de"),
            "Rückgabe",
            (
                "Guten Tag,\n\ndie Größe passt nicht. Siehe hier (https://beispiel.de/größe).\n\n"
                "Artikel  Menge\nSchuhe  2\n\n- rot\n- blau\n\n[Foto]"
            ),
        ),
        ("en_apple_mail", Address("Ann", "ann@example.com"), "Broken parts", "See the picture:\n\nIt came like this."),
        (
            "zh_gb2312",
            Address("王小明", "wang@example.cn"),
            "退款问题",
            "您好，我还没有收到退款。朱镕基路 1 号",
        ),
        ("zh_big5", Address("", "lin@example.tw"), "包裹未收到", "您好，我的包裹還沒有收到。"),
    ],
)
def test_a_mail_in_each_language_is_read_as_its_writer_saw_it(
    name: str, sender: Address, subject: str, text: str
) -> None:
    mail = read(name)

    assert (mail.sender, mail.subject, mail.text) == (sender, subject, text)
    assert "charset-guessed" not in mail.labels


def test_garbage_header_lines_are_skipped() -> None:
    mail = read("garbage_header_lines")

    assert (mail.sender.email, mail.subject, mail.text) == ("ann@example.com", "Still read", "The text.")
    assert mail.message_id == "<garbage@mail.example>"


def test_an_unknown_charset_is_guessed_and_labelled() -> None:
    mail = read("unknown_charset")

    assert (mail.sender.name, mail.subject, mail.text) == ("Åsa", "på svenska", "Hej på dig, Åsa 漢字")
    assert mail.labels == ("charset-guessed",)


def test_a_mail_without_message_id_and_with_a_garbage_date_is_read() -> None:
    mail = read("no_message_id")

    assert (mail.message_id, mail.date, mail.text) == ("", None, "Where is my order?")


def test_nul_bytes_and_terminal_escapes_are_taken_out() -> None:
    mail = read("nul_bytes")

    assert (mail.sender, mail.subject) == (Address("Ann", "ann@example.com"), "NUL bell")
    assert (mail.message_id, mail.text) == ("<nul@mail.example>", "Before and [31mafter")


def test_eight_bit_junk_in_head_and_body_is_guessed() -> None:
    mail = read("eight_bit_junk")

    assert (mail.sender.name, mail.subject) == ("Åsa", "Försenad leverans på böcker")
    assert mail.text == "Leveransen är försenad, jag väntar på böckerna."
    assert mail.labels == ("charset-guessed",)


def test_an_undeclared_japanese_charset_is_recognised() -> None:
    mail = read("ja_shift_jis_undeclared")

    assert mail.text.startswith("お世話になっております。")
    assert mail.labels == ("charset-guessed",)


def test_raw_utf_8_in_a_header_is_no_guess() -> None:
    mail = parse("From: Åsa Öberg <åsa@exempel.se>\nSubject: 漢字 🙂\n\nx".encode())

    assert (mail.sender, mail.subject, mail.labels) == (Address("Åsa Öberg", "åsa@exempel.se"), "漢字 🙂", ())


def test_a_boundary_that_is_never_closed_ends_with_the_mail() -> None:
    mail = read("boundary_never_closed")

    assert mail.text == "The mail ends in its attachment."
    assert [(file.name, file.content[:8]) for file in mail.files] == [("bill.pdf", b"%PDF-1.7")]


def test_a_multipart_without_any_boundary_line_is_shown_as_text() -> None:
    mail = parse(b"Content-Type: multipart/mixed; boundary=lost\n\nThe only words.")

    assert (mail.text, mail.files) == ("The only words.", ())


def test_only_a_whole_line_is_a_boundary() -> None:
    text = b"not here --b\nnor this:\n--bc\n --b\nend"
    mail = parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\n" + text + b"\n--b--\nepilogue")

    assert (mail.text, mail.files) == (text.decode(), ())


def test_bytes_without_headers_are_all_text() -> None:
    mail = read("no_headers")

    assert mail.text == "Hello,\n\nthis file was saved without its head."


def test_a_head_without_a_blank_line_after_it_keeps_the_text() -> None:
    mail = parse(b"Subject: Hurry\nwhere is my order?\nAnn")

    assert (mail.subject, mail.text) == ("Hurry", "where is my order?\nAnn")


def test_carriage_returns_alone_end_lines() -> None:
    mail = read("cr_only")

    assert (mail.subject, mail.text) == ("Old Mac", "First line\nSecond line")


@pytest.mark.parametrize("raw", [b"", b"\n", b"\r\n\r\n", b"\0", b":", b"\n:\n", b"Subject:"])
def test_next_to_nothing_is_an_empty_mail(raw: bytes) -> None:
    mail = parse(raw)

    assert (mail.subject, mail.sender, mail.files) == ("", Address("", ""), ())


def test_names_of_files_are_decoded_in_each_way_programs_encode_them() -> None:
    mail = read("rfc2231_names")

    assert [file.name for file in mail.files] == ["räkning 🙂.pdf", "見積書.xlsx", "år.csv"]
    assert mail.labels == ()


def test_a_forwarded_mail_stays_one_file() -> None:
    mail = read("forwarded_as_attachment")

    assert mail.text == "See the mail I got."
    assert [(file.name, file.media_type) for file in mail.files] == [("Order 4711.eml", "message/rfc822")]
    assert b"Inner text must stay inside." in mail.files[0].content


def test_bad_file_names_are_cleaned_and_types_are_seen_in_the_content() -> None:
    mail = read("evil_names")

    assert [(file.name, file.media_type, file.declared_type) for file in mail.files] == [
        ("evil.pdf", "application/vnd.microsoft.portable-executable", "application/pdf"),
        ("passwd", "text/plain", "text/plain"),
        ("ingpj.exe", "image/jpeg", "image/jpeg"),
        ("attachment-4.pdf", "application/pdf", "application/pdf"),
        ("page.png", "text/html", "image/png"),
    ]


def test_an_inline_picture_keeps_its_cid_and_an_empty_plain_part_gives_way_to_the_html() -> None:
    mail = read("inline_picture")

    assert mail.text == "Look:"
    assert mail.html == '<p>Look: <img src="cid:photo.1@mail"></p>'
    assert mail.files == (
        ParsedFile("photo.gif", "image/gif", b"GIF89a picture", "photo.1@mail", "image/gif", inline=True),
    )


def test_outlooks_winmail_is_shown_as_what_it_is() -> None:
    mail = read("winmail")

    assert [(file.name, file.media_type) for file in mail.files] == [("winmail.dat", "application/ms-tnef")]


def test_remote_pictures_are_labelled_and_gone() -> None:
    mail = read("de_html_only")

    assert mail.labels == ("remote-images",)
    assert "track.example" not in mail.html
    assert '<img src="cid:foto@1" alt="Foto">' in mail.html


def test_the_ways_a_mail_came_and_what_it_answers_are_kept() -> None:
    mail = read("delivered_to")

    assert mail.delivered_to == ("box@mail.example", "support+case-9@shop.example")
    assert (mail.return_path, mail.loop) == ("bounces+ann@example.com", "shop.example; sig=abc")
    assert mail.reply_to == (Address("Ann at work", "ann@work.example"), Address("", "ann2@work.example"))
    assert (mail.to, mail.cc) == ((), (Address("", "a@x.example"), Address("B, C", "b@x.example")))
    assert mail.in_reply_to == ("<first@shop.example>",)
    assert mail.references == ("<oldest@shop.example>", "<first@shop.example>")
    assert (mail.thread_index, mail.thread_topic) == ("AdabcDEF==", "Fråga")


def test_a_mail_without_return_path_differs_from_one_with_an_empty_one() -> None:
    assert parse(b"From: a@x\n\n").return_path is None
    assert parse(b"Return-Path: <>\nFrom: a@x\n\n").return_path == ""


def test_a_delivery_report_tells_each_recipient_and_the_mail_it_is_about() -> None:
    mail = read("dsn_postfix")

    assert mail.failed == (
        FailedDelivery("gone@example.se", "failed", "5.1.1", "550 5.1.1 <gone@example.se>: User unknown"),
        FailedDelivery("slow@example.cz", "delayed", "4.4.1"),
    )
    assert mail.original_message_id == "<case-12.abc@shop.example>"
    assert (mail.automatic, mail.labels, mail.return_path) == (True, ("bounce",), "")
    assert [file.media_type for file in mail.files] == ["message/delivery-status", "message/rfc822"]


def test_a_delivery_report_with_headers_only_is_about_their_mail() -> None:
    mail = read("dsn_headers_only")

    assert mail.failed == (FailedDelivery("åsa@exempel.se", "delayed", "4.2.2"),)
    assert mail.original_message_id == "<case-13.def@shop.example>"


def test_a_report_of_success_is_automatic_but_no_bounce() -> None:
    mail = read("dsn_good_news")

    assert (mail.automatic, mail.labels, mail.failed[0].action) == (True, ("auto-generated",), "delivered")


def test_a_bounce_of_exim_is_read_without_a_machine_readable_part() -> None:
    mail = read("bounce_exim")

    assert mail.failed == (FailedDelivery("gone@example.nl", "failed", ""),)
    assert (mail.original_message_id, mail.labels) == ("<case-14.xyz@shop.example>", ("bounce",))


def test_a_report_that_a_person_forwards_as_a_file_is_not_about_our_mail() -> None:
    report = b"Content-Type: message/delivery-status\n\n\nFinal-Recipient: rfc822; a@x\nAction: failed\n"
    mail = parse(b"From: ann@x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nLook\n--b\n" + report + b"--b--\n")

    assert (mail.automatic, mail.failed, len(mail.files)) == (False, (), 1)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("out_of_office_sv", ("auto-reply", "out-of-office")),
        ("list", ("bulk", "list")),
        ("read_receipt", ("read-receipt",)),
        ("feedback_report", ("feedback-report",)),
    ],
)
def test_automatic_mail_is_labelled(name: str, labels: tuple[str, ...]) -> None:
    mail = read(name)

    assert (mail.automatic, mail.labels) == (True, labels)


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("Plain words.", "Plain words."),
        ("", "From the HTML"),
        (" \n--\n", "From the HTML"),
        ("Your e-mail client does not support HTML messages.", "From the HTML"),
        ("Ditt e-postprogram kan inte visa HTML.", "From the HTML"),
        ("I cannot open the html file I bought.", "I cannot open the html file I bought."),
    ],
)
def test_the_text_comes_from_the_plain_part_if_it_has_words_of_its_own(plain: str, expected: str) -> None:
    message = EmailMessage()
    message.set_content(plain)
    message.add_alternative("<p>From the <b>HTML</b></p>", subtype="html")

    mail = parse(message.as_bytes())

    assert (mail.text, mail.html) == (expected, "<p>From the <b>HTML</b></p>")


def test_a_footer_that_a_list_adds_does_not_displace_the_html_body() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>The question.</p>\n"
        b"--b\n\nSent to the list.\n--b--\n"
    )

    mail = parse(raw)

    assert mail.text == "The question.\n\nSent to the list."
    assert mail.html == "<p>The question.</p><div>Sent to the list.</div>"


def test_a_text_that_is_attached_is_a_file_and_a_text_that_is_the_whole_mail_is_not() -> None:
    attached = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment\n\nlog\n--b--\n"
    alone = b'Content-Type: text/plain; name="mail.txt"\n\nwords'

    assert (parse(attached).text, parse(attached).files[0].name) == ("", "attachment-1.txt")
    assert (parse(alone).text, parse(alone).files) == ("words", ())


def test_the_date_is_an_aware_instant() -> None:
    assert read("ja_iso_2022_jp").date == datetime(2025, 11, 4, 9, 15, tzinfo=UTC)


def test_the_language_is_what_the_mail_says_and_no_guess() -> None:
    assert (read("sv_alternative").language, read("de_html_only").language) == ("sv", "")


def test_a_thousand_recipients_are_read_and_no_more() -> None:
    some = ", ".join(f'"Öberg, N{n}" <n{n}@x.example>' for n in range(600)).encode()

    mail = parse(b"To: " + some + b"\nCc: " + some + b"\n\nx")

    assert (len(mail.to), len(mail.cc)) == (600, 400)
    assert mail.to[599] == Address("Öberg, N599", "n599@x.example")
    assert mail.labels == ("truncated",)


@pytest.mark.parametrize("depth", [200, 5_000])
def test_mails_nested_deeper_than_the_limit_are_cut_and_kept(depth: int) -> None:
    levels = (b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth))

    mail = parse(b"Subject: Deep\n" + b"".join(levels) + b"\nThe heart.")

    assert (mail.subject, mail.labels) == ("Deep", ("truncated",))
    assert b"The heart." in mail.files[0].content


def test_nesting_within_the_limit_is_followed_to_the_end() -> None:
    levels = (b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(20))

    mail = parse(b"".join(levels) + b"\nThe heart.")

    assert (mail.text, mail.labels) == ("The heart.", ())


def test_the_parts_beyond_the_limit_are_left_out() -> None:
    mail = parse(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 101 + b"--b--")
    whole = parse(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100 + b"--b--")

    assert (mail.text, mail.labels) == ("\n\n".join("x" * 100), ("truncated",))
    assert (whole.text, whole.labels) == ("\n\n".join("x" * 100), ())


def test_a_header_of_a_megabyte_is_cut() -> None:
    mail = parse(b"Subject: " + b"a" * 1_000_000 + b"\nTo: ann@x.example\n\nx")

    assert (len(mail.subject), mail.to, mail.labels) == (65_535, (Address("", "ann@x.example"),), ("truncated",))


def test_a_thousand_trace_fields_do_not_hide_the_others() -> None:
    mail = parse(b"Received: x\n" * 1_000 + b"Subject: Here\nContent-Type: text/html\n\n<p>Hi</p>")

    assert (mail.subject, mail.text, mail.labels) == ("Here", "Hi", ())


def test_too_many_fields_that_count_are_cut() -> None:
    mail = parse(b"To: a@x.example\n" * 300 + b"\nx")

    assert (len(mail.to), mail.labels) == (200, ("truncated",))


def test_a_long_text_is_cut_at_the_limit() -> None:
    limits = Limits(text_chars=100)

    plain = parse(b"\n\n" + "漢".encode() * 101, limits)
    html = parse(b"Content-Type: text/html; charset=utf-8\n\n<p>" + "漢".encode() * 200, limits)

    assert (plain.text, plain.labels) == ("漢" * 100, ("charset-guessed", "truncated"))
    assert (html.text, html.labels) == ("漢" * 97, ("truncated",))


def test_of_the_references_the_newest_hundred_stay() -> None:
    mail = parse(b"References: " + b" ".join(b"<%d@x>" % n for n in range(150)) + b"\n\n")

    assert (len(mail.references), mail.references[0], mail.references[-1]) == (100, "<50@x>", "<149@x>")


HOSTILE = [
    b'"',
    b"(",
    b"<",
    b'\\"',
    b",",
    b":",
    b";",
    b"@",
    b"<@",
    b'"\\',
    b"(\\",
    b"=?",
    b"=?u?q?",
    b"=?u?q?a?=",
    b"\r",
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("name", [b"From", b"Subject", b"References", b"Content-Type", b"Content-Disposition", b"Date"])
def test_a_megabyte_of_special_signs_in_a_header_is_survived(name: bytes, piece: bytes) -> None:
    mail = parse(name + b': multipart/mixed; a="' + piece * (1_000_000 // len(piece)) + b"\n\nThe text.")

    assert mail.text == "The text."


def leaves_by_the_standard_library(message: EmailMessage) -> list[tuple[str, bytes]]:
    parts = [part for part in message.walk() if not part.is_multipart()]
    return [(part.get_content_type(), bytes(part.get_payload(decode=True) or b"")) for part in parts]


@given(st.lists(st.tuples(st.binary(max_size=200), st.booleans()), min_size=1, max_size=5), st.text(max_size=50))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_well_formed_mails_are_cut_as_the_standard_library_cuts_them(
    files: list[tuple[bytes, bool]], words: str
) -> None:
    message = EmailMessage()
    message.set_content("".join(word for word in words if word.isprintable()) + "x")
    for content, inline in files:
        message.add_attachment(
            content, "application", "x-thing", filename="f.bin", disposition="inline" if inline else "attachment"
        )

    mail = parse(message.as_bytes())

    expected = [content for kind, content in leaves_by_the_standard_library(message) if kind != "text/plain"]
    assert [file.content for file in mail.files] == expected


SNIPPETS = st.sampled_from(
    [
        *(b"Content-Type: multipart/mixed; boundary=b\n\n", b"--b\n", b"--b--\n", b"Content-Type: text/html\n\n"),
        *(b"Subject: =?utf-7?Q?+2AA-?=\n", b"=?iso-2022-jp?B?GyRC?=", b"From: ", b"Content-Type: text/plain; charset="),
        *(
            b"utf-7",
            b"utf-16",
            b"\n\n",
            b"\r\n",
            b"&#xD800;",
            b"\xed\xa0\x80",
            b"Date: ",
            b"To: <",
            b"\x1b$B",
            b"+2AA-",
        ),
        *(b"Content-Transfer-Encoding: base64\n\n", b"Content-Transfer-Encoding: quoted-printable\n", b"=ED=A0=80"),
        *(
            b"message/delivery-status\n\n",
            b"multipart/report; report-type=delivery-status; boundary=b\n\n",
            b"filename*0*=",
        ),
    ]
)


@given(st.one_of(st.binary(max_size=2_000), st.lists(st.one_of(SNIPPETS, st.binary(max_size=20))).map(b"".join)))
@settings(max_examples=400, deadline=None, derandomize=True)
def test_whatever_the_bytes_are_every_text_can_be_stored_and_shown(raw: bytes) -> None:
    mail = parse(raw)

    for text in every_text(mail):
        assert "\0" not in text
        assert text.encode("utf-8").decode("utf-8") == text


@pytest.mark.parametrize("path", sorted(MAILS.glob("*.eml")), ids=lambda path: str(path.stem))
def test_a_mail_of_the_museum_can_be_cut_off_anywhere(path: Path) -> None:
    raw = path.read_bytes()

    for end in range(0, len(raw), 7):
        for text in every_text(parse(raw[:end])):
            assert "\0" not in text
            text.encode("utf-8")


def test_a_mail_is_the_same_at_every_reading() -> None:
    raw = (MAILS / "evil_names.eml").read_bytes()

    assert parse(raw) == parse(raw)
