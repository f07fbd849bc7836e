"""Who has which case open just now: told to whoever else does, kept nowhere, and gone when the server stops."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

LASTS = timedelta(seconds=45)
"""So long somebody counts as looking after their page last said so; it says so every 20 seconds."""


class Presence:
    """Who looks at which case; any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, dict[str, datetime]] = {}

    def look(self, number: str, who: str, now: datetime) -> bool:
        """Somebody looks at a case; whether they did not a moment ago."""
        with self._lock:
            there = self._seen.setdefault(number, {})
            before = there.get(who)
            there[who] = now
            self._forget(now)
        return before is None or now - before > LASTS

    def leave(self, number: str, who: str) -> None:
        """Somebody has left a case."""
        with self._lock:
            self._seen.get(number, {}).pop(who, None)

    def others(self, number: str, who: str, now: datetime) -> list[str]:
        """Who else looks at a case, by name."""
        with self._lock:
            there = dict(self._seen.get(number, {}))
        return sorted(name for name, at in there.items() if name != who and now - at <= LASTS)

    def _forget(self, now: datetime) -> None:
        for number in [number for number, there in self._seen.items() if not _anybody(there, now)]:
            del self._seen[number]


def _anybody(there: dict[str, datetime], now: datetime) -> bool:
    return any(now - at <= LASTS for at in there.values())
