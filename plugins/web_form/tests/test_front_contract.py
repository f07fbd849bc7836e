"""The front door keeps the contract that every adapter keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.testing import AdapterContract, SimulatedClock
from hub_web_form.simulator import FrontSimulator


class TestFrontDoor(AdapterContract):
    """A contact page keeps every promise of the contract."""

    @pytest.fixture
    def platform(self, tmp_path: Path) -> FrontSimulator:
        """A contact page whose record lies in a folder of this test."""
        return FrontSimulator(SimulatedClock(), tmp_path)
