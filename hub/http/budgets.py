"""Budgets: how many requests an account may make, kept by a ledger that several processes may share."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from hub.core.ports import Clock
from hub.http.api import Budget


class Ledger(Protocol):
    """Grants requests so that no stretch of `per`, by its clock, ever holds more than `requests` of them.

    `account` and `budget` name what is spent. A clock that jumps back costs no more than one `per` of waiting.
    """

    def take(self, account: str, budget: str, requests: int, per: timedelta) -> int | datetime:
        """A serial number that allows one request now, or the instant at which it is worth asking again."""
        ...

    def correct(self, account: str, budget: str, serial: int, left: int, whole_at: datetime) -> None:
        """Believe the platform: when it had answered the request with this serial, so many were left until then.

        Requests granted after it count as spent. It never allows more than what is declared.
        """
        ...


@dataclass
class _Page:
    granted: deque[tuple[datetime, int]] = field(default_factory=deque)
    left: int = 0
    whole_at: datetime | None = None
    noted_at: datetime | None = None


@dataclass
class MemoryLedger:
    """A ledger for one process."""

    clock: Clock
    _pages: dict[tuple[str, str], _Page] = field(default_factory=dict)
    _serial: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, account: str, budget: str, requests: int, per: timedelta) -> int | datetime:
        """A grant, or when to ask again."""
        with self._lock:
            now = self.clock.now()
            page = self._page(account, budget, now)
            while page.granted and page.granted[0][0] <= now - per:
                page.granted.popleft()
            if len(page.granted) >= requests:
                return page.granted[-requests][0] + per
            if page.whole_at is not None and page.left <= 0:
                return page.whole_at
            page.left -= 1
            self._serial += 1
            page.granted.append((now, self._serial))
            return self._serial

    def correct(self, account: str, budget: str, serial: int, left: int, whole_at: datetime) -> None:
        """Note what the platform said, less what was granted since."""
        with self._lock:
            now = self.clock.now()
            page = self._page(account, budget, now)
            since = sum(granted > serial for _, granted in page.granted)
            page.left, page.whole_at, page.noted_at = max(left - since, 0), whole_at, now

    def _page(self, account: str, budget: str, now: datetime) -> _Page:
        """What is known, as if everything from a future that a clock has left happened just now."""
        page = self._pages.setdefault((account, budget), _Page())
        if page.granted and page.granted[-1][0] > now:
            page.granted = deque((min(at, now), serial) for at, serial in page.granted)
        if page.whole_at and page.noted_at and page.noted_at > now:
            page.whole_at, page.noted_at = now + (page.whole_at - page.noted_at), now
        if page.whole_at and page.whole_at <= now:
            page.whole_at = None
        return page


def budget_for(budgets: Sequence[Budget], method: str, path: str) -> Budget | None:
    """The first budget that fits the request wholly, which is the one that it spends from."""
    return next((budget for budget in budgets if re.fullmatch(budget.of, f"{method} {path}")), None)
