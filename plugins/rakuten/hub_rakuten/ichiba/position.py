"""What a checkpoint remembers of R-Messe: how far back it was read when, and what was completed then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from hub import Checkpoint
from hub_rakuten.ichiba.licence import Licence
from hub_rakuten.ichiba.times import instant_of

VERSION = 1

LOOK_BACKS = {365: timedelta(days=1), 90: timedelta(hours=1), 30: timedelta(0)}
"""How many days back a reading goes, and how often that far: the list knows creation dates only, so that a customer
who writes again is found only by whoever looks back to the day on which he first wrote."""

_MARGIN = timedelta(minutes=30)
"""What was written shortly before a reading may have been missed by it: our clock may be ahead of Rakuten's."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far back R-Messe was read and when, the inquiries that were completed then, and the licence key's end."""

    read: Mapping[int, datetime] = field(default_factory=dict)
    completed: frozenset[str] = frozenset()
    licence: Licence | None = None

    @classmethod
    def of(cls, checkpoint: Checkpoint | None) -> Self:
        """From a checkpoint; one of another version is as good as none, since reading twice does no harm."""
        if checkpoint is None or checkpoint.get("version") != VERSION:
            return cls()
        read = {int(days): instant_of(at, "a stored instant") for days, at in checkpoint["read"].items()}
        return cls(read, frozenset(checkpoint["completed"]), Licence.of(checkpoint.get("licence")))

    def plain(self) -> dict[str, Any]:
        """As a checkpoint."""
        return {
            "version": VERSION,
            "read": {str(days): at.isoformat() for days, at in self.read.items()},
            "completed": sorted(self.completed),
            "licence": self.licence.plain() if self.licence else None,
        }

    def look_back(self, now: datetime) -> int:
        """How many days back to read now."""
        return next(days for days, often in LOOK_BACKS.items() if self._is_due(days, often, now))

    def after(self, days: int, now: datetime) -> Position:
        """The position once so many days were read: whoever looks far back has looked back a little as well."""
        return replace(self, read={**self.read, **{known: now for known in LOOK_BACKS if known <= days}})

    def has_seen(self, opened_at: datetime, written_at: datetime) -> bool:
        """Whether a message of an inquiry opened then was surely there at an earlier reading that went as far back."""
        seen = (at for days, at in self.read.items() if opened_at >= at - timedelta(days=days))
        return written_at < max(seen, default=written_at) - _MARGIN

    def _is_due(self, days: int, often: timedelta, now: datetime) -> bool:
        last = self.read.get(days)
        return last is None or last > now or now - last >= often
