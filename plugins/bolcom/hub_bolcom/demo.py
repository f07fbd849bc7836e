"""The seller account that `casehub demo` works with: a morning's returns, for nobody has a test account at bol.com."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

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


class PretendedSellerAccount:
    """A simulator with customers' returns on it; it serves while its block lasts."""

    channel = BolSimulator.channel
    sample_reply = ""  # a return is decided, not answered

    def __init__(self, clock: Clock) -> None:
        self.simulator = BolSimulator(clock)
        account = self.simulator.account
        for (hours, words, reason), (title, customer, fulfilment) in zip(_RETURNS, _OF, strict=True):
            made = account.register(clock.now() - timedelta(hours=hours), fulfilment)
            account.add_item(made, words, reason=reason, title=title, customer=customer)

    def __enter__(self) -> Self:
        self.simulator.serve()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.simulator.stop()

    def settings(self) -> Mapping[str, str | int | bool]:
        """The channel's settings that reach this account."""
        return self.simulator.settings()

    def secrets(self) -> Mapping[str, str]:
        """Its secret settings."""
        return self.simulator.secrets()

    def received(self) -> Sequence[str]:
        """What customers were told so far."""
        return self.simulator.received()
