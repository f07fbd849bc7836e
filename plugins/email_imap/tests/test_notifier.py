"""Telling people by e-mail, against the pretended server."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import charset, message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import structlog
from pydantic import ValidationError
from structlog.testing import capture_logs

from hub import (
    Audience,
    AuthenticationFailed,
    HubError,
    Notification,
    NotifierTools,
    Rejected,
    Unavailable,
    Uncertain,
)
from hub.core.ports import Store
from hub.http import HttpClient
from hub.plugins import load_plugins
from hub_email_imap.notifier import MailNotifier, MailNotifierSettings, compose_notification
from hub_email_imap.simulator import MailPlatform, MailServers
from tests.fakes import MovableClock
from tests.shop import ADDRESS, Shop, options_of

USER = "casehub@shop.example"
PASSWORD = "hemligt-Åsa-漢字"
TEAM = ("asa@team.example", "bo@team.example")
NOTIFICATION = Notification(
    id="n-0f1e",
    audience=Audience.OWNER,
    title="CH-1042: the first answer is due Tue 24 Nov 12:00",
    text="Åsa Öberg 漢字 🙂: “Var är min order?”\n.a line that begins with a dot",
    steps=(),
    total=1,
    at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
)
Tell = Callable[..., None]


@pytest.fixture
def platform(clock: MovableClock) -> MailPlatform:
    pretended = MailPlatform(clock.now)
    pretended.add_user(USER, PASSWORD)
    return pretended


@pytest.fixture
def servers(platform: MailPlatform) -> Iterator[MailServers]:
    with MailServers(platform, require_auth=True) as running:
        yield running


@pytest.fixture
def tell(servers: MailServers, clock: MovableClock) -> Tell:
    """A function that tells the team of a notification, with settings changed as a test wants."""
    tools = NotifierTools("team", clock, structlog.get_logger(), print, HttpClient(clock))

    def notify(notification: Notification = NOTIFICATION, **changed: Any) -> None:
        reached = {"smtp_host": servers.host, "smtp_port": servers.smtp_port, "smtp_security": "none"}
        MailNotifier().notify(settings_with(**{**reached, **changed}), notification, tools)

    return notify


def settings_with(**changed: Any) -> MailNotifierSettings:
    """Settings that send to the team, some of them changed."""
    usual = {"to": TEAM, "address": USER, "smtp_host": "smtp.shop.example", "smtp_password": PASSWORD}
    return MailNotifierSettings.model_validate({**usual, **changed})


def mail_of(raw: bytes) -> EmailMessage:
    """A mail as a mail program reads it."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def composed(title: str = NOTIFICATION.title, **changed: Any) -> EmailMessage:
    """The mail of a notification with this title."""
    return mail_of(compose_notification(replace(NOTIFICATION, title=title), settings_with(**changed)))


# The plugin


def test_the_plugin_offers_to_tell_by_mail_and_brings_its_policy() -> None:
    plugins = load_plugins()

    assert plugins.notifier("email").notifier is MailNotifier
    assert [policy.where for policy in plugins.policies if policy.plugin == "email_imap"] == ["email_imap: policy.toml"]


# The mail


def test_one_mail_goes_to_everybody_as_plain_text_that_no_machine_answers(tell: Tell, platform: MailPlatform) -> None:
    tell(name="Åsas butik")
    [sent] = platform.sent
    mail = mail_of(sent.raw)

    assert (sent.sender, sent.recipients) == (USER, TEAM)
    assert mail["From"] == f"Åsas butik <{USER}>"
    assert mail["To"] == ", ".join(TEAM)
    assert mail["Subject"] == NOTIFICATION.title
    assert mail["Date"] == "Tue, 24 Nov 2026 09:30:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == NOTIFICATION.text + "\n"


def test_the_message_id_is_that_of_the_notification_at_every_try(tell: Tell, platform: MailPlatform) -> None:
    tell()
    tell()
    tell(replace(NOTIFICATION, id="n-2"))

    assert [mail_of(sent.raw)["Message-ID"] for sent in platform.sent] == [
        "<n-0f1e.notification@shop.example>",
        "<n-0f1e.notification@shop.example>",
        "<n-2.notification@shop.example>",
    ]


def test_the_longest_message_id_stands_whole_on_the_line_of_its_name() -> None:
    notification = replace(NOTIFICATION, id="x" * 64)
    address = f"a@{'.'.join(['y' * 60] * 4)}.example"

    raw = compose_notification(notification, settings_with(address=address))

    assert f"\r\nMessage-ID: <{'x' * 64}.notification@{address[2:]}>\r\n".encode() in raw


@pytest.mark.parametrize(
    "title",
    [
        "CH-1\r\nBcc: evil@x.example\r\n\r\nbody",
        "CH-1\nX-Evil: 1",
        "CH-1\r Bcc: evil@x.example",
        "CH-1\x00\x1b[2J\u2028Bcc: evil@x.example",
        "=?utf-8?q?CH-1=0D=0ABcc:_evil@x.example?=",
        "漢字 🙂\r\nBcc: evil@x.example " * 30,
        "half \ud83d\nBcc: evil@x.example",
    ],
)
def test_nothing_in_a_title_begins_another_header_or_the_body(title: str) -> None:
    raw = compose_notification(replace(NOTIFICATION, title=title), settings_with())
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    mail = mail_of(raw)

    assert mail.keys() == composed().keys()
    assert mail["Bcc"] is None
    assert mail.get_content().startswith("Åsa Öberg")
    assert max(map(len, head.split("\r\n"))) <= 78


def test_a_library_that_changes_what_utf_8_stands_for_changes_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    title = replace(NOTIFICATION, title="漢字 🙂 " * 30)
    before = compose_notification(title, settings_with())
    monkeypatch.setitem(charset.CHARSETS, "utf-8", (charset.QP, charset.QP, "utf-8"))

    assert compose_notification(title, settings_with()) == before


def test_a_title_beyond_ascii_is_read_as_it_was_written_and_a_long_one_is_cut() -> None:
    assert composed("Åsa Öberg 漢字 🙂")["Subject"] == "Åsa Öberg 漢字 🙂"
    assert composed("=?utf-8?q?a?=")["Subject"] == "=?utf-8?q?a?="
    assert composed("漢" * 10_000)["Subject"] == "漢" * 200


def test_a_text_holds_no_half_characters_and_lines_that_any_server_takes() -> None:
    notification = replace(NOTIFICATION, text="half \ud83d\r\n\x00" + "x" * 5000 + "\nFrom here\n..")
    raw = compose_notification(notification, settings_with())

    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert mail_of(raw).get_content() == "half \ufffd\r\n" + "x" * 5000 + "\r\nFrom here\r\n..\r\n"


def test_a_domain_beyond_ascii_is_written_in_ascii() -> None:
    mail = composed(to=["asa@öberg.example"], address="casehub@öberg.example")

    assert mail["To"] == "asa@xn--berg-4qa.example"
    assert mail["From"] == "casehub <casehub@xn--berg-4qa.example>"
    assert mail["Message-ID"].endswith("@xn--berg-4qa.example>")


def test_a_notification_that_comes_into_a_channel_is_known_as_automatic(
    store: Store, clock: MovableClock, platform: MailPlatform, servers: MailServers
) -> None:
    platform.add_user(ADDRESS, "a secret password")
    platform.put(ADDRESS, compose_notification(NOTIFICATION, settings_with()))
    shop = Shop(store, clock, options_of(servers))
    shop.read()

    assert [message.automatic for message in shop.case().messages] == [True]


# What goes wrong


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lambda faults: faults.answer("RCPT", 450), Unavailable),
        (lambda faults: faults.answer("END", 451), Unavailable),
        (lambda faults: faults.answer("END", 554), Rejected),
        (lambda faults: faults.drop_in_data(), Uncertain),
        (lambda faults: faults.lose_answer(), Uncertain),
        (lambda faults: faults.refuse_connections(), Unavailable),
    ],
)
def test_trouble_says_whether_to_tell_again(
    tell: Tell, platform: MailPlatform, fault: Callable[[Any], None], kind: type[HubError]
) -> None:
    fault(platform.smtp_faults)

    with pytest.raises(kind) as caught:
        tell(to=TEAM[:1])
    assert type(caught.value) is kind
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_a_wrong_password_is_told_without_it(tell: Tell) -> None:
    wrong = PASSWORD.upper()

    with pytest.raises(AuthenticationFailed) as caught:
        tell(smtp_password=wrong)
    assert f"does not accept the name {USER} with this password" in str(caught.value)
    assert wrong not in "".join(traceback.format_exception(caught.value))


def test_another_name_signs_in_where_one_is_set(tell: Tell, platform: MailPlatform) -> None:
    platform.add_user("postman", "another secret")

    tell(smtp_username="postman", smtp_password="another secret")

    assert len(platform.sent) == 1


def test_of_several_recipients_one_that_is_refused_is_logged_and_the_others_are_told(
    tell: Tell, platform: MailPlatform
) -> None:
    platform.smtp_faults.answer("RCPT", 550, for_address=TEAM[1])

    with capture_logs() as logs:
        tell()

    assert platform.sent[0].recipients == TEAM[:1]
    assert [(line["log_level"], line["address"], line["code"]) for line in logs] == [("warning", TEAM[1], 550)]


# Settings


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"to": []}, "to\n  Tuple should have at least 1 item"),
        ({"to": ["hunter2"]}, "to.0\n"),
        ({"to": ["åsa@team.example"]}, "should be a plain address, with no letters beyond ASCII before the @"),
        ({"to": ["a@b.example,c@d.example"]}, "to"),
        ({"to": ["a@b.example\r\nBcc: x@y.example"]}, "to"),
        ({"to": ['"a\\b"@b.example']}, "should be a plain address"),
        ({"address": "casehub"}, "address\n"),
        ({"address": "a@straße.example"}, "should be a plain address"),
        ({"smtp_host": ""}, "smtp_host\n"),
        ({"smtp_security": "none"}, 'smtp_security = "none" would send the password readable for anyone'),
        ({"smtp_password": None}, "smtp_password is missing; a server that asks for none is set with smtp_sign_in"),
        ({"colour": "red"}, "colour\n  Extra inputs"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_without_the_value(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings_with(**changed)

    assert problem in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_server_without_a_sign_in_needs_no_password(clock: MovableClock, platform: MailPlatform) -> None:
    tools = NotifierTools("team", clock, structlog.get_logger(), print, HttpClient(clock))
    with MailServers(platform) as open_servers:
        settings = settings_with(
            smtp_host=open_servers.host,
            smtp_port=open_servers.smtp_port,
            smtp_security="none",
            smtp_sign_in=False,
            smtp_password=None,
        )
        MailNotifier().notify(settings, NOTIFICATION, tools)

    assert len(platform.sent) == 1


def test_no_repr_shows_the_password() -> None:
    settings = settings_with(smtp_password="hunter2")

    assert "hunter2" not in repr(settings) + repr(settings.as_mailbox())
