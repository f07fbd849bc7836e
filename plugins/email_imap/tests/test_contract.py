"""E-mail keeps the contract that every adapter keeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.testing import AdapterContract, SimulatedClock
from hub_email_imap import reading
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
