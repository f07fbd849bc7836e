"""E-mail keeps the contract that every adapter keeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub import NotFound
from hub.testing import AdapterContract, Desk, SimulatedClock
from hub_email_imap import reading
from hub_email_imap.demo import PretendedMailServer
from hub_email_imap.simulator.shop import MailSimulator


class TestEmail(AdapterContract):
    """A mailbox keeps every promise of the contract."""

    @pytest.fixture
    def platform(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailSimulator]:
        """A shop's mailbox on loopback, read in small steps so that a few mails make several batches."""
        monkeypatch.setattr(reading, "STEP_MAILS", 5)
        with MailSimulator(SimulatedClock()) as shop:
            shop.page_size = 5
            yield shop


def test_a_case_of_the_demo_goes_on_when_its_customer_writes_again() -> None:
    pretended = PretendedMailServer(SimulatedClock())
    shop = pretended.platform
    with pretended:
        desk = Desk(shop)
        desk.read()
        before = desk.inbox.cases[-1]
        shop.customer_writes("Jag väntar fortfarande.", before.ref)
        desk.send(desk.reply(before, "Det kommer i morgon."), before)
        desk.read()

        after = desk.case(before.ref)
        assert len(after.messages) == len(before.messages) + 1
        assert "Det kommer i morgon." in shop.received(before.ref)[-1]
        with pytest.raises(NotFound, match="nobody has written"):
            shop.customer_writes("Hej", "no such case")
