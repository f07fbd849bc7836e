"""A simulator as the demo takes it: served on loopback, under the key of its adapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from hub.testing import Simulator


class PretendedMarketplace:
    """One of Rakuten's marketplaces on this computer; `platform` is what pretends it."""

    def __init__(self, platform: Simulator) -> None:
        self.platform = platform
        self.adapter, self.channel = platform.adapter.key, platform.channel
        self.sample_reply = platform.sample_reply

    def __enter__(self) -> Self:
        self.platform.serve()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.platform.stop()

    def settings(self) -> Mapping[str, str | int | bool]:
        """The settings that reach it."""
        return self.platform.settings()

    def secrets(self) -> Mapping[str, str]:
        """Its secret settings."""
        return self.platform.secrets()

    def received(self) -> Sequence[str]:
        """What customers have received."""
        return self.platform.received()
