"""Header fields: encoded words, parameters, addresses, Message-IDs, dates, languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from hub_email_imap.addresses import addresses, bare_addresses, message_ids, own_message_id
from hub_email_imap.headers import language, parameters, read_date, read_fields, split_head, words
from hub_email_imap.limits import Limits, Notes
from hub_email_imap.parsed import Address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("  many \t blanks ", "many blanks"),
        ("=?utf-8?Q?=C3=85sa?=", "Åsa"),
        ("=?UTF-8?b?w4VzYQ==?=", "Åsa"),
        ("=?UTF-8*sv?Q?=C3=85sa?=", "Åsa"),
        ("=?utf-8?Q?=C3=85sa?= =?utf-8?Q?_=C3=96berg?=", "Åsa Öberg"),
        ("=?utf-8?Q?p=C3?= \t =?utf-8?Q?=A5?=", "på"),
        ("=?iso-8859-1?Q?p=E5?= =?utf-8?Q?p=C3=A5?=", "påpå"),
        ("Re: =?utf-8?Q?=C3=85?= (2)", "Re: Å (2)"),
        ("=?utf-8?Q?a?=b=?utf-8?Q?c?=", "abc"),
        ("=?utf-8?Q?two words?=", "two words"),
        ("=?utf-8?B?w4VzYQ?=", "Åsa"),
        ("=?utf-8?B?w4VzYQ=?=", "Åsa"),
        ("=?utf-8?B?w4 Vz!YQ==?=", "Åsa"),
        ("=?utf-8?X?nothing?=", "=?utf-8?X?nothing?="),
        ("=?utf-8?Q?never closed", "=?utf-8?Q?never closed"),
        ("=?ISO-2022-JP?B?GyRCQ21KOBsoQg==?=", "注文"),
        ("=?utf-8?Q?line=0D=0AX-Evil:_yes?=", "line X-Evil: yes"),
        ("=?utf-8?Q?invoice_=E2=80=AEgpj.exe?=", "invoice gpj.exe"),
        ("=?utf-8?Q?bell=07_nul=00?=", "bell nul"),
        ("=?gb2312?B?zcu/7sjYs8c=?=", "退款蓉城"),
        ("", ""),
    ],
)
def test_encoded_words_are_read_on_one_clean_line(text: str, expected: str) -> None:
    assert words(text, set()) == expected


@pytest.mark.parametrize(
    "text", ["=?utf-8?Q?=E5?=", "=?x-unknown?Q?=C3=85?=", "=?klingon?B?w4U=?=", "=?us-ascii?Q?=C3=85?="]
)
def test_a_word_that_is_not_in_its_charset_is_noted(text: str) -> None:
    notes: Notes = set()

    assert words(text, notes) in ("å", "Å")
    assert notes == {"charset-guessed"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@x.example", [("", "a@x.example")]),
        ("<A@X.Example>", [("", "a@x.example")]),
        ("Ann Lee <a@x>", [("Ann Lee", "a@x")]),
        ('"Lee, Ann" <a@x>, b@y', [("Lee, Ann", "a@x"), ("", "b@y")]),
        ('"A \\"the\\" B" <a@x>', [('A "the" B', "a@x")]),
        ("a@x (Ann Lee)", [("Ann Lee", "a@x")]),
        ("Ann (at (her) work) <a@x>", [("Ann", "a@x")]),
        ("Ann <a@x, Bo <b@y>", [("Ann", "a@x"), ("Bo", "b@y")]),
        ("Ann <a@x", [("Ann", "a@x")]),
        ("Ann a@x>", [("Ann", "a@x")]),
        ("<a@x,b@y>", [("", "a@x"), ("", "b@y")]),
        ("<a@x> <b@y>", [("", "b@y")]),
        ("Shop <b2b> <a@x>", [("Shop", "a@x")]),
        ('"Ann <a@x>, b@y', [("Ann", "a@x"), ("", "b@y")]),
        ("Ann (never closed <a@x>", [("Ann never closed", "a@x")]),
        ('"victim@shop.example" <evil@x>', [("victim@shop.example", "evil@x")]),
        ('"victim@shop.example "@evil.example', [("", '"victim@shop.example "@evil.example')]),
        ('"john doe"@x.example', [("", '"john doe"@x.example')]),
        ("Team: a@x, Bo <b@y>;, c@z", [("", "a@x"), ("Bo", "b@y"), ("", "c@z")]),
        ("undisclosed-recipients:;", []),
        ("mailto:a@x", [("", "a@x")]),
        ("<mailto:a@x>", [("", "a@x")]),
        ("<@relay.one,@relay.two:a@x>", [("", "a@x")]),
        ("a @ x.example", [("", "a@x.example")]),
        ("Ann @ home a@x", [("Ann @ home", "a@x")]),
        ("Ann Lee", [("Ann Lee", "")]),
        ("", []),
        (",,;;,", []),
        ("<>", []),
        ("=?utf-8?Q?=C3=96berg=2C_=C3=85sa?= <a@x>", [("Öberg, Åsa", "a@x")]),
        ('"=?utf-8?Q?=C3=96berg=2C?= Ann" <a@x>', [("Öberg, Ann", "a@x")]),
        ("=?utf-8?Q?Ann_<a=40x>?=", [("Ann", "a@x")]),
        ("'Ann' <a@x>", [("Ann", "a@x")]),
        ("Ann\u202e\x07 <a@\x00x>", [("Ann", "a@x")]),
        ("Åsa <åsa@exempel.se>", [("Åsa", "åsa@exempel.se")]),
        ("<" + "a" * 400 + "@x>", []),
    ],
)
def test_addresses_are_read_however_they_are_broken(value: str, expected: list[tuple[str, str]]) -> None:
    found = addresses(value, 100, set())

    assert [(address.name, address.email) for address in found] == [pair for pair in expected if any(pair)]


def test_only_so_many_addresses_are_read() -> None:
    assert addresses("a@x, b@x, c@x", 2, set()) == (Address("", "a@x"), Address("", "b@x"))


def test_an_envelope_field_gives_its_bare_addresses() -> None:
    assert bare_addresses("Box <Box@X.example>, autoresponder") == ["box@x.example"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@x> <b@y>", ("<a@x>", "<b@y>")),
        ("<a@x>\t\r\n <b@y>,<c@z>", ("<a@x>", "<b@y>", "<c@z>")),
        ("<a@x><b@y>", ("<a@x>", "<b@y>")),
        ("a@x b@y", ("<a@x>", "<b@y>")),
        ("<a@x (a comment)", ("<a@x>",)),
        ("<a@x <b@y>", ("<a@x>", "<b@y>")),
        ("a@x>", ("<a@x>",)),
        ("(comment with c@z) a@x", ("<a@x>",)),
        ('Your message of "Tue" from ann@example.com <a@x>', ("<a@x>",)),
        ("<folded-in-the\r\n middle@x>", ("<folded-in-themiddle@x>",)),
        ("<a@x> <a@x>", ("<a@x>",)),
        ("<no-host>", ("<no-host>",)),
        ("no id at all", ()),
        ("<>", ()),
        ("<" + "a" * 2_000 + "@x>", ()),
        ("", ()),
    ],
)
def test_message_ids_are_found_among_junk(value: str, expected: tuple[str, ...]) -> None:
    assert message_ids(value, 100) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("<a@x>", "<a@x>"), ("a@x", "<a@x>"), ("abc-123", "<abc-123>"), ("<a@x", "<a@x>"), ("", ""), ("<>", "")],
)
def test_the_id_of_a_mail_gets_its_brackets(value: str, expected: str) -> None:
    assert own_message_id(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Attachment", ("attachment", {})),
        ("attachment; filename=a.pdf", ("attachment", {"filename": "a.pdf"})),
        ('attachment; filename="a; b.pdf"', ("attachment", {"filename": "a; b.pdf"})),
        ('attachment; filename="a \\"b\\".pdf"', ("attachment", {"filename": 'a "b".pdf'})),
        ('attachment; filename="never closed.pdf', ("attachment", {"filename": "never closed.pdf"})),
        ("attachment; FILENAME*=utf-8''%C3%85.pdf", ("attachment", {"filename": "Å.pdf"})),
        ("attachment; filename*=utf-8'sv'%C3%85.pdf; filename=A.pdf", ("attachment", {"filename": "Å.pdf"})),
        ("x/y; name*1=b.pdf; name*0=a", ("x/y", {"name": "ab.pdf"})),
        ("x/y; name*0*=utf-8''%C3; name*1*=%85; name*2=.pdf", ("x/y", {"name": "Å.pdf"})),
        ("x/y; name*0*=broken%; name*=%ZZ", ("x/y", {"name": "broken%"})),
        ("x/y; name==?utf-8?Q?=C3=85=2Epdf?=", ("x/y", {"name": "Å.pdf"})),
        ("x/y; a=1; a=2; b; =c;;", ("x/y", {"a": "1", "": "c"})),
        ("", ("", {})),
    ],
)
def test_parameters_are_read_in_every_spelling(value: str, expected: tuple[str, dict[str, str]]) -> None:
    assert parameters(value, set()) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Tue, 04 Nov 2025 10:15:00 +0100", datetime(2025, 11, 4, 10, 15, tzinfo=timezone(timedelta(hours=1)))),
        ("4 Nov 2025 10:15 -0000", datetime(2025, 11, 4, 10, 15, tzinfo=UTC)),
        ("Tue, 4 Nov 2025 10:15:00 GMT (a comment)", datetime(2025, 11, 4, 10, 15, tzinfo=UTC)),
        ("2025-11-04T10:15:00+09:00", datetime(2025, 11, 4, 10, 15, tzinfo=timezone(timedelta(hours=9)))),
        ("2025-11-04 10:15:00", datetime(2025, 11, 4, 10, 15, tzinfo=UTC)),
        ("Tue, 31 Feb 2025 10:15:00 +0100", None),
        ("Fri, 31 Dec 9999 23:59:59 -1400", None),
        ("tisdag den 4 november", None),
        ("Tue, 4 Nov 99999999999 10:15:00 +0000", None),
        ("Tue, 4 Nov 2025 10:15:00 +99999999", None),
        ("", None),
    ],
)
def test_a_date_is_an_aware_instant_or_nothing(value: str, expected: datetime | None) -> None:
    found = read_date(value)

    assert found == expected
    assert found is None or found.tzinfo is not None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("sv", "sv"),
        ("sv-SE", "sv"),
        ("EN-us, de", "en"),
        ("zh-Hans-CN", "zh"),
        ("", ""),
        ("swe", ""),
        ("1x", ""),
        ("åä", ""),
    ],
)
def test_a_language_is_two_letters_or_nothing(value: str, expected: str) -> None:
    assert language(value) == expected


@pytest.mark.parametrize(
    ("raw", "head", "body"),
    [
        (b"A: b\r\n\r\nbody", b"A: b\r", b"body"),
        (b"A: b\n\nbody\n\nmore", b"A: b", b"body\n\nmore"),
        (b"\nbody", b"", b"body"),
        (b"no field\n\nbody", b"", b"no field\n\nbody"),
        (b"A: b\nbody at once", b"A: b\n", b"body at once"),
        (b"A: b", b"A: b", b""),
    ],
)
def test_a_head_ends_at_the_first_blank_line(raw: bytes, head: bytes, body: bytes) -> None:
    assert split_head(raw) == (head, body)


def test_folded_fields_are_one_and_unwanted_ones_are_passed_over() -> None:
    fields = read_fields(b"Subject: one\r\n two\r\n\tthree\r\nX-Other: x\r\nSubject : four", Limits(), set())

    assert fields.values == {"subject": ["one two\tthree", "four"]}
    assert (fields.first("subject"), fields.first("to"), fields.all("to")) == ("one two\tthree", "", [])
