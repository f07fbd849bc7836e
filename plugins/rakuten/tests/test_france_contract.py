"""Rakuten France keeps the contract that every adapter keeps."""

from __future__ import annotations

import pytest

from hub.testing import AdapterContract, SimulatedClock
from hub_rakuten.france.simulator import FranceSimulator


class TestFrance(AdapterContract):
    """On a pretended account."""

    @pytest.fixture
    def platform(self) -> FranceSimulator:
        return FranceSimulator(SimulatedClock())
