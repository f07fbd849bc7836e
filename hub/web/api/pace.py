"""How many requests somebody may make: plenty for a program that works, few enough that none keeps others waiting."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from hub.web.api.problems import Kind, Problem

_MOST_KNOWN = 10_000


@dataclass
class Pace:
    """A bucket for each caller that `burst` requests empty and that fills again by `a_second`."""

    burst: float = 300
    a_second: float = 30
    _left: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, who: str, now: datetime) -> None:
        """Count one request; Problem 429 says when to come again."""
        with self._lock:
            if len(self._left) >= _MOST_KNOWN:
                self._left.clear()
            left, since = self._left.get(who, (self.burst, now))
            left = min(self.burst, left + max((now - since).total_seconds(), 0) * self.a_second)
            if left < 1:
                wait = ceil((1 - left) / self.a_second)
                raise Problem(Kind.TOO_MANY, f"Ask again in {wait} s.", {"Retry-After": str(wait)})
            self._left[who] = (left - 1, now)
