"""What a platform is that is pretended on this computer, for the demo, for tests and for trying things out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self


class PretendedPlatform(Protocol):
    """A platform pretended on this computer, with some customers' cases on it; it serves while its block lasts.

    A `hub.testing.Platform` is one. Another one may have such a platform as `platform`, for `casehub simulate`.
    """

    @property
    def channel(self) -> str:
        """What a channel on it is called."""
        ...

    @property
    def sample_reply(self) -> str:
        """What the seller answers in the demo, in the language of its customers."""
        ...

    def __enter__(self) -> Self:
        """Begin to serve."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """The channel's settings that reach this platform, secrets left out; asked while it serves."""
        ...

    def secrets(self) -> Mapping[str, str]:
        """The channel's secret settings, by name."""
        ...

    def received(self) -> Sequence[str]:
        """What customers have received so far, as a person would read it."""
        ...
