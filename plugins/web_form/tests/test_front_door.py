"""A visitor at the front door, with a real hub behind it: what is asked, what is promised, and what arrives."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub import CaseState, CaseType
from hub.desks import desk_of
from tests.fakes import MovableClock
from tests.front_shop import CUSTOMER, JPEG, FrontShop, front_shop, text_of, words_of

MAILBOX = """
[channels.mailbox]
adapter = "email_imap"
address = "hej@butiken.example"
imap_host = "127.0.0.1"
imap_port = {imap_port}
imap_security = "none"
smtp_host = "127.0.0.1"
smtp_port = {port}
smtp_security = "none"
password = "env:FRONT_PASSWORD"
start = "all"
"""
ANSWER_BY_MAIL = b"""From: =?utf-8?q?=C3=85sa?= <asa@kund.example>\r
To: hej@butiken.example\r
Subject: Re: [CH-1001] Another question\r
Date: Mon, 02 Mar 2026 12:30:00 +0000\r
Message-ID: <1@kund.example>\r
\r
It stands under the lamp.\r
"""
PROMISE = "Tuesday 3 March, 13:01 (Europe/Stockholm)"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontShop]:
    monkeypatch.setenv("FRONT_PASSWORD", "pretended-password")
    with front_shop(tmp_path) as opened:
        yield opened


@pytest.fixture
def without_mail(tmp_path: Path) -> Iterator[FrontShop]:
    with front_shop(tmp_path, mail=False) as opened:
        yield opened


def test_a_visitor_chooses_a_topic_and_sees_its_answers_before_its_form(shop: FrontShop) -> None:
    topics = shop.client.get("/shop/shop/")
    page = shop.client.get("/shop/shop/about/delivery")

    assert 'href="/shop/shop/about/delivery?lang=en"' in topics.text
    assert page.text.count("<details>") == 6
    assert page.text.index("Where is my parcel?") < page.text.index('name="order_number"')
    assert 'name="damage"' not in page.text


def test_the_page_says_the_case_number_and_by_when_an_answer_comes(shop: FrontShop) -> None:
    page = shop.write()

    [case] = shop.cases()
    assert f"Your case number is {case.number}." in words_of(page)
    assert f"You will have an answer by {PROMISE} at the latest." in words_of(page)
    assert (case.customer.email, case.customer.language) == (CUSTOMER, "en")
    assert case.opened_at == datetime(2026, 3, 2, 12, 1, tzinfo=UTC)


def test_the_mail_says_the_same_and_can_be_answered(shop: FrontShop) -> None:
    page = shop.write()

    [mail] = shop.mails()
    [case] = shop.cases()
    assert case.number in text_of(mail)
    assert PROMISE in text_of(mail)
    assert "leave the number in its subject" in " ".join(text_of(mail).split())
    assert "You can simply answer that mail." in words_of(page)
    assert (mail["To"], mail["From"]) == (CUSTOMER, "Butiken <hej@butiken.example>")
    assert mail["Auto-Submitted"] == "auto-replied"
    assert case.promises[-1].due == datetime(2026, 3, 3, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "number", "promise"),
    [
        ("sv", "Ditt ärende har nummer CH-1001.", "senast tisdag 3 mars kl. 13:01"),
        ("nl", "Uw zaak heeft nummer CH-1001.", "uiterlijk dinsdag 3 maart om 13:01 uur"),
        ("de", "Ihr Anliegen hat die Nummer CH-1001.", "spätestens am Dienstag, 3. März, um 13:01 Uhr"),
        ("ja", "お問い合わせ番号は CH-1001 です。", "3月3日(火) 13:01"),
        ("cs", "Váš požadavek má číslo CH-1001.", "nejpozději v úterý 3. března do 13:01"),
    ],
)
def test_page_and_mail_speak_the_visitors_language(shop: FrontShop, language: str, number: str, promise: str) -> None:
    page = shop.write(lang=language)

    [mail] = shop.mails()
    assert f'<html lang="{language}">' in page.text
    assert number in words_of(page)
    assert promise in words_of(page)
    assert promise in text_of(mail)


def test_the_browser_says_which_language_where_the_address_does_not(shop: FrontShop) -> None:
    page = shop.client.get("/shop/shop/", headers={"accept-language": "fr-FR, cs;q=0.8, en;q=0.5"})

    assert '<html lang="cs">' in page.text


def test_without_mail_none_is_promised_and_the_browser_opens_the_case(without_mail: FrontShop) -> None:
    page = without_mail.write()
    case = without_mail.client.get("/shop/shop/case/view")

    assert "We send no mail yet." in words_of(page)
    assert "We send no mail yet" in words_of(page)
    assert "on its way to your e-mail address" not in words_of(page)
    assert "Case CH-1001" in words_of(case)
    assert without_mail.mails() == []


def test_a_message_that_the_hub_cannot_take_in_now_is_safe_and_gets_its_number_later(shop: FrontShop) -> None:
    with shop.hub.store.lease("sync:shop"):
        page = shop.write()
    assert "Your message is safe with us." in words_of(page)
    assert shop.cases() == []

    shop.write(text="Another visitor comes by, and both are taken in.")
    later = shop.client.get(page.url)

    assert "Your case number is CH-1001." in words_of(later)
    assert len(shop.cases()) == 2


def test_only_what_the_topic_asks_for_is_asked_and_it_is_told_to_the_seller(shop: FrontShop) -> None:
    page = shop.fill_in(
        "/shop/shop/about/complaint",
        email=CUSTOMER,
        order_number="SE-17",
        item="Lampa",
        damage="broken_on_arrival",
        complaint_wish="replacement",
        files={"photos": ("../min bild.exe", JPEG, "text/html")},
    )

    [case] = shop.cases()
    [message, *_] = case.messages
    assert "Your case number is CH-1001." in words_of(page)
    assert (case.type, case.type_raw) == (CaseType.COMPLAINT, "complaint")
    assert case.order is not None
    assert case.order.number == "SE-17"
    assert message.text.splitlines() == [
        "Which item is it?: Lampa",
        "What is wrong with it?: It arrived broken",
        "What would help you?: A replacement",
    ]
    [photo] = message.attachments
    assert (photo.name, photo.media_type) == ("min bild.jpg", "image/jpeg")
    assert shop.hub.store.content(photo.digest) == JPEG


def test_a_visitor_reads_his_own_language_and_the_seller_the_shops(shop: FrontShop) -> None:
    shop.fill_in(
        "/shop/shop/about/complaint",
        lang="ja",
        email=CUSTOMER,
        order_number="JP-1",
        item="ランプ",
        damage="stopped",
        complaint_wish="repair",
    )

    [case] = shop.cases()
    assert case.subject == "Something is broken or wrong"
    assert "What is wrong with it?: It stopped working" in case.messages[0].text
    assert "ご希望の対応 修理" in words_of(shop.client.get("/shop/shop/case/view?lang=ja"))
    assert "件名:「不良品・破損」" in text_of(shop.mails()[0])


def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost(shop: FrontShop) -> None:
    page = shop.fill_in("/shop/shop/about/complaint", email="asa at kund", item="Lampa", damage="eaten", text="Hej <b>")

    assert page.status_code == 422
    assert '<a href="#f-email">This is not an address we can write to.' in page.text
    assert 'id="e-order_number">Please fill in this field.' in page.text
    assert 'id="e-damage">Please choose one of these.' in page.text
    assert 'value="asa at kund"' in page.text
    assert 'value="Lampa"' in page.text
    assert "Hej &lt;b&gt;</textarea>" in page.text
    assert page.text.count("<title>Error:") == 1
    assert shop.cases() == []


def test_the_same_form_sent_twice_is_one_message_and_one_case(shop: FrontShop) -> None:
    token = shop.token("/shop/shop/about/question")
    shop.clock.advance(minutes=1)
    form = {"token": token, "email": CUSTOMER, "text": "Is it blue?"}

    pages = [shop.client.post("/shop/shop/about/question?lang=en", data=form) for _ in range(2)]

    [case] = shop.cases()
    assert [len([m for m in case.messages if not m.automatic])] == [1]
    assert all("CH-1001" in words_of(page) for page in pages)


def test_the_same_form_sent_again_with_another_text_adds_to_the_case(shop: FrontShop) -> None:
    token = shop.token("/shop/shop/about/question")
    shop.clock.advance(minutes=1)
    for text in ("Is it blue?", "Is it blue? I mean the lamp."):
        shop.client.post("/shop/shop/about/question", data={"token": token, "email": CUSTOMER, "text": text})

    [case] = shop.cases()
    assert [m.text for m in case.messages if not m.automatic] == ["Is it blue?", "Is it blue? I mean the lamp."]


# The seller answers


def test_an_answer_stands_on_the_page_and_goes_by_mail_once(shop: FrontShop) -> None:
    shop.write()
    shop.answer("CH-1001", "Ja, i blått & grönt.")
    shop.send_out()

    page = shop.client.get("/shop/shop/case/view?lang=en")
    mails = [mail for mail in shop.mails() if "grönt" in text_of(mail)]
    assert "Ja, i blått & grönt." in words_of(page)
    assert "There is nothing left for us to do at the moment." in words_of(page)
    assert [mail["Subject"] for mail in mails] == [
        "[CH-1001] Another question · Finns lampan i blått också? Jag undrar."
    ]
    assert "https://butiken.example/shop/shop/case" in text_of(mails[0])
    assert mails[0]["Auto-Submitted"] is None


def test_a_copy_by_mail_whose_fate_is_unknown_is_not_sent_again_and_the_page_has_the_answer(shop: FrontShop) -> None:
    shop.write()
    shop.mail.smtp_faults.lose_answer(1)
    shop.answer("CH-1001", "It comes in blue.")
    shop.clock.advance(hours=1)
    shop.send_out()

    assert sum("It comes in blue." in text_of(mail) for mail in shop.mails()) == 1
    assert "It comes in blue." in words_of(shop.client.get("/shop/shop/case/view"))


def test_a_copy_that_surely_did_not_leave_goes_with_a_later_round(shop: FrontShop) -> None:
    shop.write()
    shop.mail.smtp_faults.refuse_connections(1)
    shop.answer("CH-1001", "It comes in blue.")
    assert sum("It comes in blue." in text_of(mail) for mail in shop.mails()) == 0

    shop.clock.advance(hours=1)
    shop.send_out()

    assert sum("It comes in blue." in text_of(mail) for mail in shop.mails()) == 1


def test_an_answer_by_mail_becomes_a_case_of_the_mailbox_that_is_linked_to_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONT_PASSWORD", "pretended-password")
    with front_shop(tmp_path, MAILBOX) as shop:
        shop.write()
        shop.mail.put("hej@butiken.example", ANSWER_BY_MAIL, at=shop.clock.now())
        shop.read()

        _, second = shop.cases()
        assert (second.channel, second.linked) == ("mailbox", ("CH-1001",))
        assert "under the lamp" not in shop.client.get("/shop/shop/case/view").text


def test_two_messages_of_one_customer_that_were_merged_are_one_conversation_to_him(shop: FrontShop) -> None:
    shop.write()
    shop.write(text="I wrote twice, sorry. It is the blue lamp.")
    desk_of(shop.hub, "eva").merge("CH-1002", "CH-1001")
    shop.answer("CH-1001", "Both read. It comes in blue.")

    page = words_of(shop.client.get("/shop/shop/case/view?lang=en"))

    assert "Case CH-1001" in page
    assert page.index("Finns lampan") < page.index("I wrote twice") < page.index("Both read.")


def test_a_delivery_that_dies_at_any_step_stands_on_the_page_once_and_in_the_mail_at_most_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONT_PASSWORD", "pretended-password")
    for step in range(1, 60):
        folder = tmp_path / str(step)
        folder.mkdir()
        with front_shop(folder) as shop:
            shop.write()
            with pytest.MonkeyPatch.context() as patched:
                survived = not dies(step, patched, lambda: shop.answer("CH-1001", "It comes in blue."))
            for _ in range(4):
                shop.clock.advance(minutes=10)
                shop.send_out()

            page = words_of(shop.client.get("/shop/shop/case/view?lang=en"))
            assert page.count("It comes in blue.") == 1, f"after a death at step {step}"
            copies = sum("It comes in blue." in text_of(mail) for mail in shop.mails())
            assert copies <= 1, f"after a death at step {step}"
            if survived:
                assert copies == 1
                return
    pytest.fail("there was no end to the steps")


class DiedError(BaseException):
    """The process is gone."""


def dies(step: int, patched: pytest.MonkeyPatch, act: Callable[[], object]) -> bool:
    """Do something that dies at the so-manieth act which touches the disk for good; whether it came so far."""
    done = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def do(*given: object, **named: object) -> object:
            nonlocal done
            done += 1
            if done == step:
                raise DiedError
            return real(*given, **named)

        return do

    for name in ("link", "fsync"):
        patched.setattr(os, name, counted(getattr(os, name)))
    try:
        act()
    except DiedError:
        return True
    return False


# Self-service


def test_a_customer_opens_his_case_with_a_code_from_his_mail(shop: FrontShop) -> None:
    shop.write()
    shop.new_browser()

    page = shop.sign_in("ch-1001")

    assert "Case CH-1001" in words_of(page)
    assert "Finns lampan i blått också?" in words_of(page)
    assert f"you will have an answer by {PROMISE} at the latest." in words_of(page)


def test_nobody_learns_whether_a_case_exists(shop: FrontShop) -> None:
    shop.write()
    shop.new_browser()
    before = len(shop.mails())
    asked = {"number": "CH-1001", "email": CUSTOMER}

    pages = [
        words_of(shop.fill_in("/shop/shop/case/code", page="/shop/shop/case", **{**asked, **wrong}))
        for wrong in ({}, {"number": "CH-9999"}, {"email": "bo@kund.example"}, {"number": "'; --"})
    ]

    assert len(set(pages)) == 1
    assert [mail["To"] for mail in shop.mails()[before:]] == [CUSTOMER]


def test_a_code_is_good_once_for_a_quarter_of_an_hour_and_for_a_few_tries(shop: FrontShop) -> None:
    shop.write()
    shop.new_browser()

    def ask() -> tuple[object, str]:
        page = shop.fill_in("/shop/shop/case/code", page="/shop/shop/case", number="CH-1001", email=CUSTOMER)
        return page, text_of(shop.mails()[-1]).split("Your code is ")[1][:6]

    page, code = ask()
    assert "Case CH-1001" in words_of(shop.enter(page, code))  # type: ignore[arg-type]  # a response
    shop.new_browser()
    assert "This code is not right" in words_of(shop.enter(page, code))  # type: ignore[arg-type]
    page, code = ask()
    shop.clock.advance(minutes=16)
    assert "This code is not right" in words_of(shop.enter(page, code))  # type: ignore[arg-type]
    page, code = ask()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert "This code is not right" in words_of(shop.enter(page, wrong))  # type: ignore[arg-type]
    assert "This code is not right" in words_of(shop.enter(page, code))  # type: ignore[arg-type]


def test_a_customer_adds_a_message_and_a_photo(shop: FrontShop) -> None:
    shop.write()
    shop.answer("CH-1001", "Which lamp?")

    page = shop.fill_in(
        "/shop/shop/case/message",
        page="/shop/shop/case/view",
        text="This one.",
        files={"photos": ("lamp.png", JPEG, "image/png")},
    )

    [case] = shop.cases()
    last = case.messages[-1]
    assert "Thank you. We have what you added." in words_of(page)
    assert (last.text, [file.name for file in last.attachments]) == ("This one.", ["lamp.jpg"])
    assert case.waiting_since == last.sent_at
    photo = shop.client.get(f"/shop/shop/case/file/{last.attachments[0].digest}")
    assert (photo.content, photo.headers["content-type"]) == (JPEG, "image/jpeg")
    assert photo.headers["x-content-type-options"] == "nosniff"


def test_a_customer_starts_a_return_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONT_PASSWORD", "pretended-password")
    (tmp_path / "label.pdf").write_bytes(b"%PDF-1.4 a label")
    more = 'return_label = "label.pdf"\n[channels.shop.return_instructions]\nen = "Hand it in at any post office."\n'
    with front_shop(tmp_path, more) as shop:
        shop.write()
        assert shop.client.get("/shop/shop/case/label").status_code == 404
        incomplete = shop.fill_in("/shop/shop/case/return", item="Lampa")

        page = shop.fill_in(
            "/shop/shop/case/return",
            order_number="SE-17",
            item="Lampa",
            return_reason="does_not_fit",
            condition="tried",
            return_wish="exchange",
        )

        [case] = shop.cases()
        assert incomplete.status_code == 422
        assert "Please choose one of these." in words_of(incomplete)
        assert case.type is CaseType.RETURN
        assert "Why do you send it back?: It does not fit" in case.messages[-1].text
        assert "Your return is registered." in words_of(page)
        assert "Hand it in at any post office." in words_of(page)
        assert shop.client.get("/shop/shop/case/label").content == b"%PDF-1.4 a label"


def test_a_customer_says_that_it_is_settled_and_may_write_again(shop: FrontShop) -> None:
    shop.write()
    page = shop.fill_in("/shop/shop/case/solved", page="/shop/shop/case/view")
    [case] = shop.cases()
    assert "The case is closed" in words_of(page)
    assert case.state is CaseState.CLOSED

    shop.fill_in("/shop/shop/case/message", page="/shop/shop/case/view", text="It broke again.")

    [case] = shop.cases()
    assert case.state is CaseState.OPEN
    assert case.waiting_since is not None


def test_a_late_answer_is_not_talked_away(shop: FrontShop) -> None:
    shop.write()
    shop.new_browser()
    shop.clock.advance(days=3)

    page = shop.sign_in("CH-1001")

    assert f"we are late: you should have had an answer by {PROMISE}" in words_of(page)


def test_notes_are_for_nobody_outside(shop: FrontShop) -> None:
    shop.write()
    desk_of(shop.hub, "eva").note("CH-1001", "He is a difficult one")

    assert "difficult" not in shop.client.get("/shop/shop/case/view").text


def test_a_session_opens_one_case_and_ends(shop: FrontShop) -> None:
    shop.write()
    [photo] = [shop.write(files={"photos": ("a.jpg", JPEG)}, text="Another case, with a photo of mine.")]
    assert photo.status_code == 200
    digest = shop.cases()[1].messages[0].attachments[0].digest
    shop.new_browser()
    shop.sign_in("CH-1001")
    assert shop.client.get(f"/shop/shop/case/file/{digest}").status_code == 404

    shop.clock.advance(hours=3)
    page = shop.client.get("/shop/shop/case/view?lang=en")

    assert "Send me a code" in words_of(page)


def test_the_cookie_is_strict_and_for_this_shop_only(shop: FrontShop) -> None:
    token = shop.token("/shop/shop/about/question")
    shop.clock.advance(minutes=1)
    form = {"token": token, "email": CUSTOMER, "text": "Is it blue?"}
    answer = shop.client.post("/shop/shop/about/question", data=form, follow_redirects=False)

    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 303
    for part in ("HttpOnly", "SameSite=strict", "Secure", "Path=/shop/shop/"):
        assert part in cookie
    good = cookie.split("=", 1)[1].split(";")[0]
    forged = good[:-1] + ("1" if good.endswith("0") else "0")
    shop.new_browser()
    assert "Send me a code" in words_of(
        shop.client.get("/shop/shop/case/view?lang=en", headers={"cookie": f"front_case={forged}"})
    )


def test_the_clock_of_the_answer_is_the_office_and_not_the_visitor(tmp_path: Path) -> None:
    friday_evening = MovableClock(datetime(2026, 3, 6, 19, 0, tzinfo=UTC))
    with front_shop(tmp_path, mail=False, clock=friday_evening) as shop:
        page = shop.write()

    assert "by Monday 9 March, 17:00 (Europe/Stockholm)" in words_of(page)
    assert timedelta(days=2) < datetime(2026, 3, 9, 16, tzinfo=UTC) - friday_evening.now()
