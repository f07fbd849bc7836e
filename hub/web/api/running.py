"""Which requests under keys are under way here."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from hub.core.requests_port import Keyed


@dataclass
class Running:
    """The keys of the requests that this process is at."""

    _keys: set[tuple[str, str]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, keyed: Keyed) -> None:
        """One begins."""
        with self._lock:
            self._keys.add((keyed.who, keyed.key))

    def drop(self, keyed: Keyed) -> None:
        """One ends."""
        with self._lock:
            self._keys.discard((keyed.who, keyed.key))

    def has(self, keyed: Keyed) -> bool:
        """Whether one is under way."""
        return (keyed.who, keyed.key) in self._keys
