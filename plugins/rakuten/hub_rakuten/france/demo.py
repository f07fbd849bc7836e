"""The account of the demo: what buyers and Rakuten's staff want on a Monday."""

from __future__ import annotations

from datetime import timedelta

from hub import Clock
from hub.testing import SimulatedClock
from hub_rakuten.france.simulator import FranceSimulator


def demo_account(clock: Clock) -> FranceSimulator:
    """An account in which some things have happened before now."""
    now = clock.now().replace(second=0, microsecond=0)
    told = SimulatedClock(now - timedelta(days=2))
    account = FranceSimulator(told)
    account.customer_writes("La tasse est arrivée cassée, voir la photo dans mon compte.", buyer="Zoé_75")
    told.set(now - timedelta(hours=20))
    empty = account.customer_writes("Le colis était vide !", buyer="Léa.M", type="NOT_AS_DESCRIBED")
    told.set(now - timedelta(hours=18))
    account.staff_writes(empty, "Merci de répondre à votre acheteur sous 3 jours.")
    told.set(now - timedelta(hours=6))
    account.customer_writes("Bonjour, quand mon colis part-il ?", claim=False, buyer="Jérôme")
    account.clock = clock
    return account
