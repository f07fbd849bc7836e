"""The contract that every adapter keeps: subclass AdapterContract with one fixture, `platform`, and run pytest.

class TestAcme(AdapterContract):
    @pytest.fixture
    def platform(self) -> AcmeSimulator:
        return AcmeSimulator(SimulatedClock())
"""

from __future__ import annotations

import pytest

from hub.testing.contract.capabilities import CapabilityPromises
from hub.testing.contract.closing import ClosingPromises
from hub.testing.contract.conversations import ConversationPromises
from hub.testing.contract.pages import PagePromises
from hub.testing.contract.replacing import refuse_silent_replacements
from hub.testing.contract.runs import RunPromises
from hub.testing.contract.settings import SettingsPromises
from hub.testing.contract.silence import SilencePromises
from hub.testing.contract.trouble import TroublePromises
from hub.testing.contract.writing import WritingPromises
from hub.testing.platform import Platform

PROMISES = {
    1: "settings: the wrong key is named; a secret is never in repr, error text, log or traceback",
    2: "check() tells wrong credentials from unreachable from fine, and changes nothing",
    3: "case references are unique and stable across runs",
    4: "every instant is aware and the platform's own; text survives whatever it is made of",
    5: "the direction of every message is known; an unknown author is an error, not a guess",
    6: "two reads: the second brings nothing twice and misses nothing, also a follow-up to an old case",
    7: "crash after any batch: resuming loses nothing, re-reading is harmless",
    8: "pages: none, one, a full one, one more, and what is inserted while they are read",
    9: "a wait that is asked for is kept; what fails in passing is asked again within bounds; a refusal is final",
    10: "a reply arrives once when the answer is lost: found again, or Uncertain; never sent again blindly",
    11: "a reply that is refused is Rejected with the platform's reason, and not tried again",
    12: "a write that is only accepted says so, and is later confirmed or failed",
    13: "a channel that is suddenly empty, or an unknown shape, closes no case",
    14: "fetching changes nothing before the hub has stored the previous batch",
    15: "connections are closed, no thread survives, no real network is touched",
    16: "what is declared works; what is not answers Unsupported, with the portal step",
}
"""What an adapter promises, by number; the name of each test begins with that of its promise."""


class AdapterContract(
    SettingsPromises,
    ConversationPromises,
    RunPromises,
    PagePromises,
    TroublePromises,
    WritingPromises,
    SilencePromises,
    ClosingPromises,
    CapabilityPromises,
):
    """Sixteen promises, tried on a pretended platform; what the adapter declares decides what is asserted.

    A test may be replaced only by one that is marked `xfail(strict=True, reason=...)`.
    """

    def __init_subclass__(cls, **more: object) -> None:
        super().__init_subclass__(**more)
        refuse_silent_replacements(cls, AdapterContract)

    @pytest.fixture
    def platform(self) -> Platform:
        """The pretended platform that the plugin brings; every subclass has its own."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a fixture `platform` that returns the plugin's simulator"
        )
