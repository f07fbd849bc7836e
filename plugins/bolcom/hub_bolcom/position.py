"""Where reading goes on: which returns are open, as bol.com has no filter by date."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from hub import Checkpoint, Misunderstood

_VERSION = 1


@dataclass
class Position:
    """The open returns that were taken in, each with the fingerprint of what bol.com told of it.

    `told` has those whose end was told, so that a case which a person holds open is not asked for again and again.
    `handled` has the newest handled ones, as they were listed at `handled_at`; `scores_on` is the day for which the
    scores were read. `moved` says that something changed since it was last written down.
    """

    open: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    handled: set[str] = field(default_factory=set)
    handled_at: datetime | None = None
    scores_on: str = ""
    moved: bool = False

    def take(self, return_id: str, fingerprint: str) -> None:
        """Remember a return that is open."""
        self.open[return_id] = fingerprint
        self.told.discard(return_id)
        self.moved = True

    def end(self, return_id: str) -> None:
        """Remember that the end of a return was told."""
        self.open.pop(return_id, None)
        self.told.add(return_id)
        self.moved = True

    def saw_handled(self, newest: set[str], at: datetime) -> None:
        """Remember which returns are the newest handled ones."""
        self.handled, self.handled_at, self.moved = newest, at, True

    def write_down(self) -> Checkpoint:
        """The position as the hub keeps it."""
        self.moved = False
        return {
            "version": _VERSION,
            "open": dict(self.open),
            "told": sorted(self.told),
            "handled": sorted(self.handled),
            "handled_at": self.handled_at.isoformat() if self.handled_at else "",
            "scores_on": self.scores_on,
        }


def read_position(checkpoint: Checkpoint | None) -> Position:
    """The position that was written down; the very beginning if there is none."""
    if checkpoint is None:
        return Position()
    if checkpoint.get("version") != _VERSION:
        raise Misunderstood("the stored position of this account was written by another version of casehub")
    return Position(
        open=dict(checkpoint["open"]),
        told=set(checkpoint["told"]),
        handled=set(checkpoint["handled"]),
        handled_at=datetime.fromisoformat(checkpoint["handled_at"]) if checkpoint["handled_at"] else None,
        scores_on=checkpoint["scores_on"],
    )
