"""Acme's adapter keeps the contract, and what only Acme does is right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub import CaseState, Misunderstood
from hub.scaffold.acme import wire
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


def test_a_refund_by_the_seller_is_no_deed_of_acme_and_is_not_offered_again() -> None:
    """Only what the platform does by itself is an outcome."""
    acme = AcmeSimulator(SimulatedClock())
    desk = Desk(acme)
    ref = acme.customer_writes("It came broken.", topic="return")
    desk.read()
    case = desk.case(ref)
    [refund] = desk.adapter.offers(case, desk.settings)
    act, text = desk.accept(refund)
    desk.deliver(desk.reply(case, text, act), case)
    assert desk.adapter.offers(desk.case(ref), desk.settings) == ()

    desk.read()

    case = desk.case(ref)
    assert (case.state, case.outcomes) == (CaseState.CLOSED, ())


def test_an_amount_that_is_no_number_is_an_unknown_shape() -> None:
    """It stops the channel; a plugin that breaks in another way would be shown as one with a mistake."""
    acme = AcmeSimulator(SimulatedClock())
    ref = acme.customer_writes("Hello?", order={"number": "A-1", "paid": {"amount": "8,99", "currency": "SEK"}})

    with pytest.raises(Misunderstood, match="another shape"):
        wire.to_update(acme.tickets[ref].as_json())
