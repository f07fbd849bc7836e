"""Asking the plugins whether a mail is one of their platform's: one by one, in order, and guarded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from hub import Mail, MailKind, MailReading, Party
from hub.app import open_hub
from hub.mail_readers import MailReader, MailReaders
from hub.plugins import load_plugins

Install = Callable[..., None]
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
MAIL = Mail(
    message_id="1@bol.example",
    sender=Party("bol", "automail@bol.example"),
    reply_to=(),
    recipients=("help@shop.example",),
    subject="Nieuwe klantvraag 漢字 🙂",
    text="secret words of a customer",
    links=(),
    sent_at=NOON,
    received_at=NOON,
    proven=frozenset({"bol.example"}),
)
READING = MailReading("bolcom", MailKind.NOTIFICATION, ref="C-7")
KNOWS = """
import hub


@hub.hookimpl
def hub_read_mail(mail):
    if mail.is_proven("bol.example"):
        return hub.MailReading("{platform}", hub.MailKind.NOTIFICATION, ref="{ref}")
    return None
"""
SHOP_THAT_READS = """
@hub.hookimpl
def hub_read_mail(mail):
    return hub.MailReading("shop", hub.MailKind.NOTIFICATION)
"""


def readers(*reads: Callable[[Mail], Any], others: frozenset[str] = frozenset()) -> MailReaders:
    named = [MailReader(f"plugin_{number}", read, others) for number, read in enumerate(reads)]
    return MailReaders(named, structlog.get_logger())


def refuse(mail: Mail) -> MailReading:
    raise ValueError(f"cannot read {mail.text}")


def test_hub_read_mail_is_asked_of_the_plugins_by_name_and_the_first_answer_counts(install_plugin: Install) -> None:
    install_plugin("zebra", KNOWS.format(platform="zebra", ref="Z-1"))
    install_plugin("ant", KNOWS.format(platform="ant", ref="A-1"))

    asked = MailReaders(load_plugins().mail_readers, structlog.get_logger())

    assert asked(MAIL) == MailReading("ant", MailKind.NOTIFICATION, ref="A-1")
    assert asked(replace(MAIL, proven=frozenset())) is None


def test_a_disabled_plugin_is_shown_no_mail(install_plugin: Install) -> None:
    install_plugin("ant", KNOWS.format(platform="ant", ref="A-1"))

    names = [reader.plugin for reader in load_plugins(disabled=["ant"]).mail_readers]

    assert "ant" not in names
    assert "ant" in [reader.plugin for reader in load_plugins().mail_readers]


def test_a_plugin_that_reads_no_mail_is_not_asked(install_plugin: Install) -> None:
    install_plugin("shop")

    assert "shop" not in [reader.plugin for reader in load_plugins().mail_readers]


def test_a_plugin_that_fails_to_load_reads_no_mail(install_plugin: Install, shop_source: str) -> None:
    install_plugin("shop", shop_source + SHOP_THAT_READS)
    broken = shop_source.replace('key = "shop"', 'key = "My Shop"') + SHOP_THAT_READS
    install_plugin("stall", broken)

    names = [reader.plugin for reader in load_plugins().mail_readers]

    assert "shop" in names
    assert "stall" not in names


@pytest.mark.parametrize("error", [ValueError, SystemExit, RecursionError, AssertionError])
def test_a_reader_that_raises_stops_no_other_and_is_told_once(error: type[BaseException]) -> None:
    def breaks(mail: Mail) -> MailReading:
        raise error(mail.text)

    asked = readers(breaks, lambda _: READING)
    with capture_logs() as lines:
        found = [asked(MAIL), asked(MAIL)]

    assert found == [READING, READING]
    assert [(line["plugin"], line["why"]) for line in lines] == [("plugin_0", f"it broke with {error.__name__}")]


def test_a_customers_words_do_not_get_into_the_log() -> None:
    with capture_logs() as lines:
        assert readers(refuse)(MAIL) is None

    assert lines
    assert MAIL.text not in str(lines)


def test_the_person_at_the_keyboard_ends_the_asking() -> None:
    def interrupted(_: Mail) -> MailReading:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        readers(interrupted)(MAIL)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (True, "it answered bool, which is no MailReading"),
        ("bolcom", "it answered str, which is no MailReading"),
        (MailReading("", MailKind.CUSTOMER), "its reading names no platform"),
        (MailReading("bolcom", "customer"), "its reading has a wrong type: kind"),  # type: ignore[arg-type]
        (replace(READING, keys="abc"), "its reading has a wrong type: keys"),  # type: ignore[arg-type]
        (replace(READING, ref=7), "its reading has a wrong type: ref"),  # type: ignore[arg-type]
        (replace(READING, type="question"), "its reading has a wrong type: type"),  # type: ignore[arg-type]
        (replace(READING, order_numbers=(7,)), "its reading has a wrong type: order_numbers"),  # type: ignore[arg-type]
    ],
)
def test_whatever_is_no_proper_reading_counts_as_none(answer: object, why: str) -> None:
    asked = readers(lambda _: answer, lambda _: READING)
    with capture_logs() as lines:
        assert asked(MAIL) == READING

    assert [line["why"] for line in lines] == [why]


def test_no_plugin_speaks_for_the_platform_of_another() -> None:
    with capture_logs() as lines:
        assert readers(lambda _: READING, others=frozenset({"bolcom"}))(MAIL) is None

    assert [line["why"] for line in lines] == ["it speaks for bolcom, which is another plugin's"]


def test_a_plugin_may_speak_for_its_own_adapter_and_not_for_that_of_another(
    install_plugin: Install, shop_source: str
) -> None:
    install_plugin("shop", shop_source + SHOP_THAT_READS)
    install_plugin("thief", KNOWS.format(platform="shop", ref="S-1"))

    asked = {reader.plugin: reader for reader in load_plugins().mail_readers}

    assert "shop" not in asked["shop"].others
    assert "shop" in asked["thief"].others


def test_an_instant_of_a_reading_has_a_zone() -> None:
    naive = datetime(2026, 11, 23, 11, 0)  # noqa: DTZ001  a naive one is the point

    for wrong in ({"opened_at": naive}, {"answer_until": naive}):
        with pytest.raises(ValueError, match="an instant needs a time zone"):
            replace(READING, **wrong)  # type: ignore[arg-type]


def test_the_hub_lends_the_readers_to_every_connection(
    install_plugin: Install, write_settings: Callable[[str], Path]
) -> None:
    install_plugin("ant", KNOWS.format(platform="ant", ref="A-1"))

    with open_hub(write_settings("")) as hub:
        reading = hub.tools("support").read_mail(MAIL)

    assert reading == MailReading("ant", MailKind.NOTIFICATION, ref="A-1")


@pytest.mark.parametrize(
    ("sender", "proven", "is_so"),
    [
        ("automail@bol.com", {"bol.com"}, True),
        ("x@klantbericht.bol.com", {"bol.com"}, True),
        ("x@bol.com", {"mail.bol.com"}, True),
        ("x@bol.com", {"sendgrid.example"}, False),  # signed by somebody else
        ("x@notbol.com", {"notbol.com"}, False),
        ("x@bol.com.evil.example", {"bol.com.evil.example"}, False),
        ("x@shop.example", {"bol.com"}, False),  # bol signed it, but another one is the writer
        ("", {"bol.com"}, False),
        ("x@bol.com", set(), False),
    ],
)
def test_a_mail_is_proven_only_if_writer_and_signer_are_of_the_domain(
    sender: str, proven: set[str], is_so: bool
) -> None:
    mail = replace(MAIL, sender=Party(email=sender), proven=frozenset(proven))

    assert mail.is_proven("bol.com") is is_so
