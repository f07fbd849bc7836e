"""What keeps machines out of a form, and people in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub_web_form.site.guard import OLDEST, YOUNGEST, RateLimit, Repeats, Token, Tokens, TokenState, network, suspicions
from hub_web_form.site.sessions import MOST_CODES, Codes, Sessions
from hub_web_form.site.uploads import clean_name, type_of
from hub_web_form.texts import chosen
from tests.fakes import MovableClock
from tests.front_shop import CUSTOMER, JPEG, FrontShop, front_shop, words_of

GOOD = Token(TokenState.GOOD, "0" * 16)


def sign(text: str) -> str:
    return f"{hash(text) & 0xFFFFFFFFFFFFFFFF:016x}"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontShop]:
    monkeypatch.setenv("FRONT_PASSWORD", "pretended-password")
    with front_shop(tmp_path, "per_hour = 4\nmost_files = 2\nlargest_file_mb = 1\nlongest_text = 500") as opened:
        yield opened


# Pure


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (timedelta(), TokenState.YOUNG),
        (YOUNGEST, TokenState.GOOD),
        (OLDEST, TokenState.GOOD),
        (OLDEST + timedelta(seconds=1), TokenState.OLD),
    ],
)
def test_a_token_holds_neither_too_early_nor_for_ever(age: timedelta, state: TokenState) -> None:
    clock = MovableClock()
    tokens = Tokens(sign, clock.now)
    token = tokens.new("topic delivery")
    clock.advance(age)

    assert tokens.read(token, "topic delivery").state is state


@pytest.mark.parametrize("forged", ["", "x", "0" * 16 + ".1." + "0" * 16, "é.1.ü", "9" * 5000])
def test_a_forged_token_proves_nothing(forged: str) -> None:
    assert Tokens(sign, MovableClock().now).read(forged, "topic delivery").state is TokenState.FORGED


def test_a_token_of_another_form_or_another_case_proves_nothing() -> None:
    tokens = Tokens(sign, MovableClock().now)

    assert tokens.read(tokens.new("case w1"), "case w2").state is TokenState.FORGED


def test_an_address_is_counted_within_an_hour_and_a_line_of_ipv6_as_one() -> None:
    clock = MovableClock()
    limit = RateLimit(2, clock.now)

    assert [limit.allows("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert limit.allows("192.0.2.2")
    assert [limit.allows(f"2001:db8::{n}") for n in range(3)] == [True, True, False]
    clock.advance(hours=1)
    assert limit.allows("192.0.2.1")
    assert network("::ffff:192.0.2.1") == "192.0.2.1"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_customers_behind_a_proxy_that_passes_no_address_on_are_not_shut_out(address: str) -> None:
    limit = RateLimit(2, MovableClock().now)

    assert [limit.allows(address) for _ in range(41)] == [True] * 40 + [False]


def test_only_so_many_addresses_are_remembered() -> None:
    limit = RateLimit(2, MovableClock().now)
    for number in range(10_050):
        limit.allows(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")

    assert len(limit._seen) == 10_000


@pytest.mark.parametrize(
    ("token", "trap", "text", "repeated", "found"),
    [
        (GOOD, "", "See https://a.example and https://b.example", False, 0),
        (GOOD, "http://spam.example", "Hello", False, 1),
        (Token(TokenState.YOUNG, "0" * 16), "", "Hello", False, 1),
        (GOOD, "", "http://a http://b www.c [url=d]", False, 1),
        (GOOD, "", "Hello", True, 1),
        (Token(TokenState.YOUNG, "0" * 16), "x", "http://a http://b www.c <a href=d", True, 4),
    ],
)
def test_what_makes_a_message_suspicious(token: Token, trap: str, text: str, repeated: bool, found: int) -> None:
    assert len(suspicions(token, trap, text, repeated=repeated)) == found


def test_a_long_text_from_many_forms_is_a_repeat_and_a_short_question_is_none() -> None:
    repeats = Repeats(MovableClock().now)

    assert [repeats.is_repeated("Buy our very cheap watches now") for _ in range(4)] == [False, False, True, True]
    assert [repeats.is_repeated("Where is it?") for _ in range(4)] == [False] * 4


@pytest.mark.parametrize("cookie", ["", "w1.2", "w0000000000000001.99999999999.x", "é.1.x", "../x.1.y", "." * 9000])
def test_a_forged_session_opens_nothing(cookie: str) -> None:
    assert Sessions(sign, MovableClock().now).read(cookie) == ""


def test_nobodys_mailbox_is_flooded_with_codes() -> None:
    clock = MovableClock()
    codes = Codes(clock.now)

    sent = [bool(codes.begin("w0000000000000001")[1]) for _ in range(MOST_CODES + 2)]
    assert sent == [True] * MOST_CODES + [False, False]
    clock.advance(minutes=16)
    assert codes.begin("w0000000000000001")[1]
    assert codes.begin("")[1] == ""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (JPEG, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic\x00", "image/heic"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<svg onload=alert(1)>", ""),
        (b"<html>", ""),
        (b"MZ\x90", ""),
        (b"PK\x03\x04", ""),
        (b"", ""),
    ],
)
def test_the_type_of_a_file_is_read_from_its_bytes(content: bytes, expected: str) -> None:
    assert type_of(content) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("min bild.JPEG", "min bild.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\a\\b.png", "b.jpg"),
        ("写真 1.heic", "写真 1.jpg"),
        ('a"; filename="b.html', "a__ filename=_b.jpg".replace("=", "_")),
        ("\u202egpj.exe", "gpj.jpg"),
        ("....", "file-3.jpg"),
        ("x" * 300 + ".png", "x" * 80 + ".jpg"),
    ],
)
def test_the_name_of_a_file_is_made_harmless(name: str, expected: str) -> None:
    assert clean_name(name, "image/jpeg", 3) == expected


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        ("sv", "de", "sv"),
        ("xx", "de-AT,de;q=0.9", "de"),
        ("", "fr, ja;q=0.2, nl;q=0.9", "nl"),
        ("", "cs;q=0, nl;q=x", "en"),
        ("", "", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_then_the_browsers_then_the_shops(
    asked: str, accepted: str, expected: str
) -> None:
    assert chosen(asked, accepted, ("en", "sv", "nl", "de", "ja", "cs"), "en") == expected


# On the page


def test_a_form_that_was_open_for_too_long_comes_back_with_its_words(shop: FrontShop) -> None:
    token = shop.token("/shop/shop/about/question")
    shop.clock.advance(hours=13)
    form = {"token": token, "email": CUSTOMER, "text": "Is it blue?"}

    page = shop.client.post("/shop/shop/about/question?lang=en", data=form)

    assert page.status_code == 422
    assert "This page was open for too long." in words_of(page)
    assert "Is it blue?</textarea>" in page.text
    assert token not in page.text
    assert shop.cases() == []


@pytest.mark.parametrize("trap", ["http://spam.example", ""])
def test_a_suspicious_message_is_kept_for_a_person_and_answered_by_no_machine(shop: FrontShop, trap: str) -> None:
    text = "Hello" if trap else "http://a http://b http://c http://d"
    page = shop.write(website=trap, text=text)

    [case] = shop.cases()
    assert "Your case number is CH-1001." in words_of(page)
    assert case.priority == "suspicious"
    assert "unverified" in case.messages[0].labels
    assert shop.mails() == []


def test_too_many_messages_from_one_address_are_refused_and_kept_on_the_page(shop: FrontShop) -> None:
    pages = [shop.write(text=f"Question number {number}") for number in range(5)]

    assert [page.status_code for page in pages] == [200, 200, 200, 200, 429]
    assert "Question number 4</textarea>" in pages[-1].text
    assert len(shop.cases()) == 4
    shop.client.address = "192.0.2.2"
    assert shop.write(text="From somewhere else").status_code == 200


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("photos", (f"{n}.jpg", JPEG)) for n in range(3)], "At most 2 files, please."),
        ([("photos", ("big.jpg", JPEG + b"x" * 1024 * 1024))], "big.jpg is larger than 1 MB."),
        ([("photos", ("a.svg", b"<svg onload=alert(1)>", "image/png"))], "We cannot open a.svg."),
    ],
)
def test_files_that_are_not_taken_are_named_and_the_text_stays(shop: FrontShop, files: object, said: str) -> None:
    page = shop.write(files=files)

    assert page.status_code == 422
    assert said in words_of(page)
    assert "Please choose your files again" in words_of(page)
    assert "Finns lampan" in page.text
    assert shop.cases() == []


def test_more_than_a_form_may_bring_is_cut_off(shop: FrontShop) -> None:
    page = shop.write(files={"photos": ("huge.jpg", JPEG + b"x" * 4 * 1024 * 1024)})

    assert page.status_code == 413
    assert "too large" in words_of(page)
    assert shop.cases() == []


def test_a_text_that_is_too_long_says_by_how_much(shop: FrontShop) -> None:
    assert "At most 500 characters, please; there are 501." in words_of(shop.write(text="x" * 501))


def test_nobody_acts_in_a_case_from_another_site(shop: FrontShop) -> None:
    shop.write()
    foreign = shop.token("/shop/shop/about/question")
    for token in ("", foreign):
        answer = shop.client.post("/shop/shop/case/message", data={"token": token, "text": "Evil"})
        assert answer.status_code == 422
        assert shop.client.post("/shop/shop/case/solved", data={"token": token}).status_code == 422

    [case] = shop.cases()
    assert len([m for m in case.messages if not m.automatic]) == 1


@pytest.mark.parametrize("path", ["/message", "/return", "/solved"])
def test_without_a_session_nothing_is_taken(shop: FrontShop, path: str) -> None:
    shop.write()
    shop.new_browser()

    assert shop.client.post(f"/shop/shop/case{path}", data={"text": "Evil"}).status_code == 403
