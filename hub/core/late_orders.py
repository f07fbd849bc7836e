"""Orders that are past the date they were promised for, and what is remembered of telling their customers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from hub.core.instants import require_aware
from hub.core.model import OrderLine, Party
from hub.core.outbox import Reply, ReplyState

BETWEEN_NUMBERS = ", "
"""What stands between the numbers of a case that is about several orders."""

_UNTOLD = frozenset({ReplyState.CANCELLED, ReplyState.REJECTED})


class Promised(StrEnum):
    """What was promised for the date of an order."""

    DISPATCH = "dispatch"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True)
class LateOrder:
    """An order whose date has passed, though it was not sent.

    `due_at` is the end of the time that was promised, in the zone in which the customer was told of it; `told_as` is
    the platform's own name of that date. `expected_on` is the new day, where somebody knows it.
    """

    number: str
    due_at: datetime
    promised: Promised = Promised.ARRIVAL
    told_as: str = ""
    customer: Party = Party()
    lines: tuple[OrderLine, ...] = ()
    url: str = ""
    channel: str = ""
    expected_on: date | None = None

    def __post_init__(self) -> None:
        require_aware(self.due_at)
        if not self.number.strip():
            raise ValueError("an order has a number")

    @staticmethod
    def end_of(day: date, zone: tzinfo) -> datetime:
        """The last second of a day in a zone: what was promised for a day is late when the day is over."""
        return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone)

    @property
    def due_on(self) -> date:
        """The day that was promised, as the customer knows it."""
        return self.due_at.date()

    @property
    def products(self) -> str:
        """The titles of what was ordered."""
        return ", ".join(filter(None, (line.title for line in self.lines)))

    def is_late(self, now: datetime, since: datetime) -> bool:
        """Whether its date has passed by now, and was not before `since`."""
        return since <= self.due_at < now

    def days_late(self, now: datetime) -> int:
        """How many days the promised day lies back, by the calendar of the zone in which it was promised."""
        return (now.astimezone(self.due_at.tzinfo).date() - self.due_on).days


def once_each(orders: Iterable[LateOrder]) -> list[LateOrder]:
    """The orders, longest late first; one that is named twice counts from its earliest date."""
    found: dict[tuple[str, str], LateOrder] = {}
    for order in sorted(orders, key=lambda order: (order.due_at, order.channel, order.number)):
        found.setdefault((order.channel, order.number), order)
    return list(found.values())


def numbers_in(number: str) -> frozenset[str]:
    """The orders that a case with this order number, or with these, is about."""
    return frozenset({number, *number.split(BETWEEN_NUMBERS)}) - {""}


@dataclass(frozen=True, slots=True)
class Told:
    """That somebody was told of a late order, or is about to be.

    It went into the `case` as the reply `key`, known by the `digest` of its text before it has a key, or was exported
    for a person.
    """

    at: datetime
    case: str = ""
    digest: str = ""
    key: str = ""

    def text(self) -> str:
        """As it is kept."""
        told = {"at": self.at.isoformat(), "case": self.case, "digest": self.digest, "key": self.key}
        return json.dumps({name: value for name, value in told.items() if value})

    @classmethod
    def read(cls, text: str) -> Told | None:
        """What was kept, None for nothing."""
        if not text:
            return None
        told = json.loads(text)
        return cls(datetime.fromisoformat(told.pop("at")), **told)

    def holds(self, replies: Iterable[Reply]) -> bool:
        """Whether it is so, by the replies of the case: one that was cancelled or refused has told nobody."""
        if not self.case:
            return True
        ours = (reply for reply in replies if reply.key == self.key or digest_of(reply.text) == self.digest)
        return any(reply.state not in _UNTOLD for reply in ours)


def name_of(order: LateOrder) -> str:
    """Under which name it is kept that somebody was told: a new date is a new notice."""
    number = order.number.encode("utf-8", "backslashreplace").decode()  # half of a pair of signs cannot be kept
    return f"notice:{order.channel}:{number}:{order.due_on}"


def digest_of(text: str) -> str:
    """By which a text is known again."""
    return hashlib.sha256(text.strip().encode("utf-8", "surrogatepass")).hexdigest()
