"""R-Messe keeps the contract that every adapter keeps."""

from __future__ import annotations

import pytest

from hub.testing import AdapterContract, SimulatedClock
from hub_rakuten.ichiba.simulator import IchibaSimulator


class TestIchiba(AdapterContract):
    """On a pretended shop."""

    @pytest.fixture
    def platform(self) -> IchibaSimulator:
        return IchibaSimulator(SimulatedClock())
