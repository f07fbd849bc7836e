"""Reclaimit, pretended: errands that live, a clock by which the platform acts, and what may go wrong."""

from __future__ import annotations

from hub import Clock
from hub_fyndiq_reclaimit.simulator.platform import ReclaimitSimulator
from hub_fyndiq_reclaimit.simulator.seeds import demo_errands

__all__ = ["ReclaimitSimulator", "with_errands"]


def with_errands(clock: Clock) -> ReclaimitSimulator:
    """The platform with some errands of the last day."""
    platform = ReclaimitSimulator(clock)
    platform.page_size = 100  # as many as are asked for; the contract has smaller pages, to have several
    demo_errands(platform.desk, clock.now())
    return platform
