"""Reading ahead: what is fetched while the hub stores, what of it stays after a failure, and what is not logged."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing

import pytest

from hub import Batch, Unavailable
from hub.core.ports import Store
from hub_email_imap import reading
from hub_email_imap.mailbox import Mailbox
from hub_email_imap.simulator import MailPlatform, MailServers
from tests.fakes import MovableClock
from tests.shop import ADDRESS, PASSWORD, Shop, mail


@pytest.fixture
def platform() -> MailPlatform:
    pretended = MailPlatform(MovableClock().now)
    pretended.add_user(ADDRESS, PASSWORD)
    return pretended


@pytest.fixture
def shop(store: Store, platform: MailPlatform) -> Iterator[Shop]:
    with MailServers(platform, require_auth=True) as servers:
        yield Shop(
            store,
            MovableClock(),
            {
                "address": ADDRESS,
                "password": PASSWORD,
                "imap_host": servers.host,
                "imap_port": servers.imap_port,
                "imap_security": "none",
                "smtp_host": servers.host,
                "start": "all",
            },
        )


def _generator(batches: Iterator[Batch]) -> Generator[Batch, None, None]:
    yield from batches


def test_the_server_is_asked_for_the_next_step_only_while_the_hub_stores_one(
    shop: Shop, platform: MailPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "STEP_MAILS", 1)
    for number in range(6):
        platform.put(ADDRESS, mail(f"mail {number}"))
    fetched: list[int] = []
    real = Mailbox.bodies

    def bodies(mailbox: Mailbox, uids: Sequence[int]) -> dict[int, bytes | None]:
        fetched.extend(uids)
        return real(mailbox, uids)

    monkeypatch.setattr(Mailbox, "bodies", bodies)
    with shop.connect() as connection, closing(_generator(connection.fetch(None, []))) as batches:
        assert fetched == []
        next(batches)

    # One is being stored, one is parsed in the child, one is fetched; closing has waited for it.
    assert fetched == [1, 2, 3]
    assert "fetching mail" not in {thread.name for thread in threading.enumerate()}


def test_what_was_read_before_a_lost_connection_is_kept(
    shop: Shop, platform: MailPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "STEP_MAILS", 1)
    for number in range(4):
        platform.put(ADDRESS, mail(f"mail {number}"))
    real = Mailbox.bodies

    def bodies(mailbox: Mailbox, uids: Sequence[int]) -> dict[int, bytes | None]:
        if 3 in uids:
            raise Unavailable("the line is cut")
        return real(mailbox, uids)

    with monkeypatch.context() as cut:
        cut.setattr(Mailbox, "bodies", bodies)
        first = shop.read()
    second = shop.read()

    assert first.failure is not None
    assert (first.failure.text, first.new_messages) == ("the line is cut", 1)
    assert (second.ok, second.new_messages) == (True, 3)


def test_no_mail_is_spelt_out_for_the_log(shop: Shop, platform: MailPlatform, caplog: pytest.LogCaptureFixture) -> None:
    platform.put(ADDRESS, mail("Order", "hemligt"))

    with caplog.at_level(logging.DEBUG):
        shop.read()

    assert shop.case().messages[0].text.strip() == "hemligt"
    assert "hemligt" not in caplog.text
