"""Requests of programs that were made under a key, remembered so that asking twice does once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request under a key: whose, and of what; `digest` tells one content from another."""

    key: str
    who: str
    what: str
    digest: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of an earlier request under a key; without a `status` nobody knows yet how it ended."""

    what: str
    digest: str
    begun_at: datetime
    status: int | None = None
    location: str = ""
    body: bytes = b""


class Requests(Protocol):
    """Where requests under keys are remembered; any thread may use it, and each method is a transaction of its own."""

    def begin(self, keyed: Keyed, now: datetime, until: datetime) -> Remembered | None:
        """Remember that a request begins, until an instant; or what there is already, and then nothing changes.

        Of two that begin at once one is first. What was remembered until now or earlier is forgotten.
        """
        ...

    def finish(self, keyed: Keyed, status: int, location: str, body: bytes) -> None:
        """Remember how a request ended."""
        ...

    def forget(self, keyed: Keyed) -> None:
        """Forget a request that changed nothing, so that it may be made again."""
        ...
