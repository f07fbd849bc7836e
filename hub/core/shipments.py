"""What is on its way to a customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.core.instants import comparable


@dataclass(frozen=True, slots=True)
class Tracking:
    """A parcel on its way: who carries it, and its number there."""

    carrier: str
    number: str


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel of an order: who carries it, its number there, and the last that the platform told of it.

    `state` is the platform's own word, such as `AT_TRANSPORTER`, and `at` since when.
    """

    carrier: str = ""
    number: str = ""
    state: str = ""
    at: datetime | None = None

    def __post_init__(self) -> None:
        if self.at is not None:
            object.__setattr__(self, "at", comparable(self.at))
