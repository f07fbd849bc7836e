"""bol.com's adapter keeps the contract that every adapter keeps, on a pretended account."""

from __future__ import annotations

import pytest

from hub.testing import AdapterContract, SimulatedClock
from hub_bolcom.simulator import BolSimulator


class TestBolcom(AdapterContract):
    @pytest.fixture
    def platform(self) -> BolSimulator:
        return BolSimulator(SimulatedClock())


class TestBolcomInItsOlderShapes(AdapterContract):
    @pytest.fixture
    def platform(self) -> BolSimulator:
        return BolSimulator(SimulatedClock(), quirks=True)
