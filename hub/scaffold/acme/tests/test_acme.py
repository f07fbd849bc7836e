"""Acme's adapter keeps the contract, and what only Acme does is right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub import CaseState
from hub.scaffold.acme.simulator import AcmeSimulator
from hub.testing import AdapterContract, Desk, SimulatedClock


class TestAcme(AdapterContract):
    """Acme keeps every promise of the contract."""

    @pytest.fixture
    def platform(self) -> AcmeSimulator:
        """Acme, pretended."""
        return AcmeSimulator(SimulatedClock())


def test_a_refund_by_acme_closes_the_case_at_the_instant_of_the_refund() -> None:
    """What the platform does by itself is told with its own instant."""
    clock = SimulatedClock()
    acme = AcmeSimulator(clock)
    desk = Desk(acme)
    ref = acme.customer_writes("Where is my parcel?", topic="where_is_it")
    desk.read()
    clock.advance(timedelta(hours=50))

    desk.read()

    case = desk.case(ref)
    assert (case.state, [outcome.what for outcome in case.outcomes]) == (CaseState.CLOSED, ["auto_refund"])
    assert case.closed_at == case.opened_at + timedelta(hours=48)
