"""The seller account that `casehub demo` works with: a morning's returns, for nobody has a test account at bol.com."""

from __future__ import annotations

from datetime import timedelta

from hub import Clock
from hub_bolcom.simulator import BolSimulator

_RETURNS = (
    # How many hours ago, what the customer wrote, and why.
    (52, "Het deksel past niet op de pot.", ("Klacht over artikel", "Kwaliteit valt tegen")),
    (27, "Er ontbreken twee schroeven.", ("Klacht over artikel", "Artikel is incompleet")),
    (20, "", ("Verkeerd besteld", "")),
    (8, "La taille est trop petite.", ("Verkeerde maat of afmeting", "")),
    (5, "Doet het niet meer na één dag.", ("Artikel werkt niet", "")),
)
_OF = (
    ("Theepot, blauw", "Anke Visser", "FBR"),
    ("Boekenplank, eiken", "Youssef El Amrani", "FBR"),
    ("Leeslamp, messing", "Marieke de Wit", "FBR"),
    ("Wollen muts, maat M", "Chloé Peeters", "FBR"),
    ("Keukenweegschaal", "Bram Jansen", "FBB"),
)


def morning_of_returns(clock: Clock) -> BolSimulator:
    """A pretended account to which customers have sent a few things back, and with an order that is late."""
    simulator = BolSimulator(clock)
    account = simulator.account
    for (hours, words, reason), (title, customer, fulfilment) in zip(_RETURNS, _OF, strict=True):
        made = account.register(clock.now() - timedelta(hours=hours), fulfilment)
        account.add_item(made, words, reason=reason, title=title, customer=customer)
    simulator.late_order(days=2)
    return simulator
