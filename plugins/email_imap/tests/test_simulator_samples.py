"""The mails of the demo are what they pretend to be."""

from __future__ import annotations

import email
from datetime import UTC, datetime, timedelta
from email.message import Message
from zoneinfo import ZoneInfo

import pytest

from hub_email_imap.simulator import MailPlatform, demo_mails

MONDAY = datetime(2026, 11, 9, 8, 30, tzinfo=UTC)


def messages() -> list[Message]:
    return [email.message_from_bytes(mail.raw) for mail in demo_mails(MONDAY)]


def with_charset(charset: str) -> list[str]:
    """The bodies written in this charset."""
    found = [message for message in messages() if message.get_content_charset() == charset]
    return [bytes(message.get_payload(decode=True)).decode(charset) for message in found]


def test_a_dozen_mails_lie_on_the_two_working_days_before_in_order() -> None:
    instants = [mail.at for mail in demo_mails(MONDAY)]

    assert len(instants) >= 12
    assert instants == sorted(instants)
    assert {instant.date().isoformat() for instant in instants} == {"2026-11-05", "2026-11-06"}


@pytest.mark.parametrize("days", range(7))
def test_every_mail_comes_before_now_in_the_zone_of_now(days: int) -> None:
    now = datetime(2026, 10, 26, 0, 1, tzinfo=ZoneInfo("Europe/Stockholm")) + timedelta(days=days)

    assert all(mail.at < now and mail.at.tzinfo is now.tzinfo for mail in demo_mails(now))


def test_the_same_now_gives_the_same_bytes() -> None:
    assert demo_mails(MONDAY) == demo_mails(MONDAY)


def test_the_second_mail_of_a_customer_answers_the_first() -> None:
    known = {message["Message-ID"] for message in messages() if message["Message-ID"]}
    answers = [message["In-Reply-To"] for message in messages() if message["In-Reply-To"]]

    assert len(answers) == 1
    assert answers[0] in known


def test_czech_and_japanese_are_written_in_the_charsets_of_their_countries() -> None:
    (czech,) = with_charset("windows-1250")
    (japanese,) = with_charset("iso-2022-jp")

    assert "přestala hřát" in czech
    assert "手ぬぐい" in japanese


def test_there_is_one_html_mail_one_automatic_answer_and_one_picture() -> None:
    types = [part.get_content_type() for message in messages() for part in message.walk()]

    assert (types.count("text/html"), types.count("image/png")) == (1, 1)
    assert [message["Auto-Submitted"] for message in messages() if message["Auto-Submitted"]] == ["auto-replied"]


def test_the_broken_mail_really_is_broken() -> None:
    (broken,) = (mail.raw for mail in demo_mails(MONDAY) if b"x-unknown-9" in mail.raw)

    with pytest.raises(UnicodeDecodeError):
        broken.decode()
    assert email.message_from_bytes(broken).defects != []


def test_the_demo_mails_can_be_laid_into_a_mailbox_at_their_times() -> None:
    platform = MailPlatform()
    platform.add_user("kundtjanst@shop.example", "secret")
    mails = demo_mails(MONDAY)
    for mail in mails:
        platform.put("kundtjanst@shop.example", mail.raw, at=mail.at)
    stored = platform.messages("kundtjanst@shop.example")

    assert [(mail.at, mail.raw) for mail in stored] == [(mail.at, mail.raw) for mail in mails]
