"""What proves an adapter: pretended platforms, the contract that every adapter keeps, and builders for its tests."""

from __future__ import annotations

from hub.testing import recordings
from hub.testing.clock import SimulatedClock
from hub.testing.platform import Fault, Platform
from hub.testing.simulator import Simulator

__all__ = ["Fault", "Platform", "SimulatedClock", "Simulator", "recordings"]
