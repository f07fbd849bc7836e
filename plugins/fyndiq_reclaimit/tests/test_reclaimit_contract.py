"""The Reclaimit adapter keeps the contract that every adapter keeps."""

from __future__ import annotations

import pytest

from hub.testing import AdapterContract, SimulatedClock
from hub_fyndiq_reclaimit.simulator import ReclaimitSimulator


class TestReclaimit(AdapterContract):
    """Every promise, on the pretended platform."""

    @pytest.fixture
    def platform(self) -> ReclaimitSimulator:
        """Reclaimit, pretended."""
        return ReclaimitSimulator(SimulatedClock())
