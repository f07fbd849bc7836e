"""Reclaimit, pretended: errands that live, a clock by which the platform acts, and what may go wrong."""

from __future__ import annotations

from hub_fyndiq_reclaimit.simulator.platform import ReclaimitSimulator

__all__ = ["ReclaimitSimulator"]
