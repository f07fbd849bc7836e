"""Where reading goes on: which returns are open, as bol.com has no filter by date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub import Checkpoint, Misunderstood

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Position:
    """The open returns that were taken in, each with the fingerprint of what bol.com told of it.

    `told` has those whose end was told, so that a case which a person holds open is not asked for again and again.
    `handled` has the newest handled ones, as they were listed at `handled_at`; `scores_on` is the day for which the
    scores were read.
    """

    open: Mapping[str, str] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    handled: frozenset[str] = frozenset()
    handled_at: datetime | None = None
    scores_on: str = ""

    def as_checkpoint(self) -> Checkpoint:
        """The position as the hub keeps it."""
        return {
            "version": _VERSION,
            "open": dict(self.open),
            "told": sorted(self.told),
            "handled": sorted(self.handled),
            "handled_at": self.handled_at.isoformat() if self.handled_at else "",
            "scores_on": self.scores_on,
        }


def read_position(checkpoint: Checkpoint | None) -> Position:
    """The position that `as_checkpoint` wrote; the very beginning if there is none."""
    if checkpoint is None:
        return Position()
    if checkpoint.get("version") != _VERSION:
        raise Misunderstood("the stored position of this account was written by another version of casehub")
    return Position(
        open=dict(checkpoint["open"]),
        told=frozenset(checkpoint["told"]),
        handled=frozenset(checkpoint["handled"]),
        handled_at=datetime.fromisoformat(checkpoint["handled_at"]) if checkpoint["handled_at"] else None,
        scores_on=checkpoint["scores_on"],
    )
