"""Bytes to text, as declared or guessed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub_email_imap.charsets import decode
from hub_email_imap.limits import Notes


def read(content: bytes, declared: str) -> tuple[str, bool]:
    notes: Notes = set()
    text = decode(content, declared, notes)
    return text, notes == {"charset-guessed"}


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        ("plain", "ascii", ""),
        ("plain", "ascii", "us-ascii"),
        ("Åsa 漢字 🙂", "utf-8", "UTF-8"),
        ("Åsa", "utf-8-sig", "utf-8"),
        ("Åsa", "utf-8", '"utf8"'),
        ("Åsa €“”", "cp1252", "iso-8859-1"),
        ("Åsa €“”", "cp1252", "Latin1"),
        ("€", "iso-8859-15", "iso-8859-15"),
        ("Příliš žluťoučký kůň", "cp1250", "windows-1250"),
        ("Příliš žluťoučký kůň", "iso-8859-2", "ISO-8859-2"),
        ("注文①㈱", "cp932", "shift_jis"),
        ("注文ｶﾅ", "iso2022_jp_ext", "iso-2022-jp"),
        ("朱镕基 €", "gb18030", "gb2312"),
        ("朱镕基", "gbk", "GBK"),
        ("包裹還沒有", "big5", "big5"),
        ("똠방각하", "cp949", "ks_c_5601-1987"),
        ("똠방각하", "cp949", "euc-kr"),
        ("Привет", "koi8-r", "koi8-r"),
        ("Åsa", "mac_roman", "macintosh"),
        ("Åsa", "utf-16", "utf-16"),
        ("Åsa", "utf-7", "unicode-1-1-utf-7"),
        ("Åsa", "utf-8", "utf-8*sv"),
    ],
)
def test_text_in_its_declared_charset_is_no_guess(text: str, codec: str, declared: str) -> None:
    assert read(text.encode(codec), declared) == (text, False)


def test_japanese_signs_of_nec_in_iso_2022_jp_are_read() -> None:
    assert read(b"\x1b$B-!-j\x1b(B", "iso-2022-jp") == ("①㈱", False)


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        ("Jag väntar på böckerna, åäö", "utf-8", ""),
        ("Jag väntar på böckerna, åäö", "utf-8", "us-ascii"),
        ("Jag väntar på böckerna, åäö", "utf-8", "iso-8859-1"),
        ("Jag väntar på böckerna, åäö", "cp1252", "utf-8"),
        ("Jag väntar på böckerna, åäö", "cp1252", "x-no-such-thing"),
        ("Jag väntar på böckerna, åäö", "utf-8", "unicode_escape"),
        ("Jag väntar på böckerna, åäö", "utf-8", "rot13"),
        ("Jag väntar på böckerna, åäö", "utf-8", "\0" * 50),
        ("注文した商品がまだ届いておりません", "iso2022_jp", ""),
        ("注文した商品がまだ届いておりません", "iso2022_jp", "utf-8"),
        ("注文した商品がまだ届いておりません。確認をお願いします。", "cp932", ""),
        ("Jag väntar på böckerna 🙂", "utf-8", "iso-2022-jp"),
    ],
)
def test_text_in_another_charset_is_guessed_and_said_so(text: str, codec: str, declared: str) -> None:
    assert read(text.encode(codec), declared) == (text, True)


def test_a_sign_cut_in_the_middle_does_not_spoil_the_rest() -> None:
    text = "注文した商品がまだ届いておりません。" * 3

    assert read(text.encode()[:-1], "utf-8") == (text[:-1] + "\ufffd", True)


def test_an_escape_of_a_terminal_is_no_charset() -> None:
    assert read(b"\x1b[31mred", "") == ("\x1b[31mred", False)


@given(
    st.binary(max_size=300), st.one_of(st.text(max_size=10), st.sampled_from(["utf-16", "hz", "utf-7", "idna", "hex"]))
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_bytes_become_some_text(content: bytes, declared: str) -> None:
    notes: Notes = set()

    assert isinstance(decode(content, declared, notes), str)
    assert notes <= {"charset-guessed"}
