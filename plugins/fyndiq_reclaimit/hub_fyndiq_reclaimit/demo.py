"""The pretended Reclaimit as the demo uses it: a seller's account with some errands of the last day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from hub import Clock
from hub_fyndiq_reclaimit.simulator import ReclaimitSimulator
from hub_fyndiq_reclaimit.simulator.seeds import demo_errands


class PretendedReclaimit:
    """The errand contract on loopback; `platform` is what a person may play with."""

    channel = "fyndiq"
    sample_reply = "Tack för att du hör av dig. Vi skickar en ny redan i dag, och du får spårningsnumret här."

    def __init__(self, clock: Clock) -> None:
        self.platform = ReclaimitSimulator(clock)
        demo_errands(self.platform.desk, clock.now())

    def __enter__(self) -> Self:
        self.platform.serve()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.platform.stop()

    def settings(self) -> Mapping[str, str | int | bool]:
        """The settings that reach this account."""
        return self.platform.settings()

    def secrets(self) -> Mapping[str, str]:
        """Its token."""
        return self.platform.secrets()

    def received(self) -> Sequence[str]:
        """What customers got from the seller."""
        return self.platform.received()
