"""One errand of the pretended platform: what stands in it, and what the platform does with it as time passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.money import gross_of
from hub_fyndiq_reclaimit.simulator.working_days import LATEST, between, later

FIRST_ANSWER = timedelta(hours=24)
FOLLOW_UP = timedelta(hours=72)
_WORKING_DAY = timedelta(hours=24)
_HIGH_VALUE = Decimal(800)
_CLOSES_AFTER = timedelta(days=5)
_CARRIER_HAS = timedelta(days=19)


@dataclass
class PretendedErrand:
    """An errand as the platform keeps it.

    `due` is the instant at which the platform acts because nobody answered; while the errand is on hold, `left` is what
    was left of that time. `changes_at` is when a hold or an old decision ends by itself.
    """

    id: str
    marketplace: str
    issue_type: str
    created_at: datetime
    market: str = "SE"
    reason: str | None = None
    description: str | None = ""
    state: str = "OPEN"
    status: str | None = None
    order_ids: list[str] = field(default_factory=list)
    legacy_order_ids: list[str] = field(default_factory=list)
    article: Mapping[str, Any] = field(default_factory=dict)
    order_value: Mapping[str, Any] | None = None
    customer: Mapping[str, Any] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    updated_at: datetime = field(init=False)
    state_since: datetime = field(init=False)
    opened_at: datetime = field(init=False)
    escalated_at: datetime | None = None
    last_customer_message_at: datetime | None = None
    first_reply_at: datetime | None = None
    respond_by: datetime | None = None
    outcome: str | None = None
    outcome_at: datetime | None = None
    rating: str | None = None
    rated_at: datetime | None = None
    tracking: list[Mapping[str, str]] = field(default_factory=list)
    due: datetime | None = None
    left: timedelta | None = None
    changes_at: datetime | None = None

    def __post_init__(self) -> None:
        self.updated_at = self.state_since = self.opened_at = self.last_customer_message_at = self.created_at
        if self.state == "PARKED":
            self.changes_at, self.left = self.created_at + _CARRIER_HAS, self._time_to_answer()
        elif self.state == "OPEN":
            self._run(self.created_at, self._time_to_answer())

    @property
    def acts_at(self) -> datetime | None:
        """When the platform next does something by itself."""
        return self.due if self.state == "OPEN" else self.changes_at

    def customer_wrote(self, at: datetime) -> None:
        """Take in that the customer wrote: what was on hold or decided is open again."""
        self.last_customer_message_at = self.updated_at = at
        if self.state in ("PARKED", "APPROVED", "REJECTED", "CLOSED"):
            self._open(at, self._time_to_answer())
        elif self.state == "OPEN" and self.due is None:
            self._run(at, self._time_to_answer())

    def seller_wrote(self, at: datetime) -> None:
        """Take in that the seller wrote to the customer: no clock runs any more."""
        self.updated_at = at
        self.first_reply_at = self.first_reply_at or at
        self.due = self.left = None

    def decide(self, status: str, at: datetime) -> None:
        """Take in a decision of the seller."""
        decision = words.DECISIONS[status]
        self.status, self.updated_at = status, at
        if decision.state == "PARKED":
            self._park(status, at)
            return
        self._turn(decision.state, at)
        self.due = self.left = None
        self.changes_at = None if decision.state == words.ESCALATED else at + _CLOSES_AFTER
        if decision.state == words.ESCALATED:
            self.escalated_at = at
        else:
            self.outcome, self.outcome_at = "SELLER_DECISION", at

    def act(self) -> str:
        """Do what is due by now, at the instant at which it was due; what was done, in words for the thread."""
        at = self.acts_at
        if at is None:
            raise ValueError("nothing is due")
        self.updated_at = at
        if self.state == "OPEN":
            return self._breach(at)
        if self.state == "PARKED" and self.status != "NOT_SUBMITTED":
            self._open(at, FOLLOW_UP if self.status in ("MANAGED_BY_CARRIER", "NEEDS_UPDATE") else self.left)
            return "The errand was opened again"
        self._turn("CLOSED", at)
        return "The errand was closed"

    def _breach(self, at: datetime) -> str:
        self.due = None
        gross = gross_of(self.order_value)
        dear = gross is not None and gross.currency == "SEK" and gross.amount >= _HIGH_VALUE
        if self.marketplace == words.CDON and dear:
            self._turn(words.ESCALATED, at)
            self.escalated_at = at
            return "The errand was escalated, because it was not answered in time"
        self._turn("APPROVED", at)
        self.outcome, self.outcome_at, self.changes_at = "AUTO_REFUND", at, at + _CLOSES_AFTER
        return "The customer was refunded, because the errand was not answered in time"

    def _park(self, status: str, at: datetime) -> None:
        if self.due is not None:
            self.left = between(at, self.due)
        self.due = None
        self._turn("PARKED", at)
        ends = {"NOT_SUBMITTED": at + _CLOSES_AFTER, "MANAGED_BY_CARRIER": at + _CARRIER_HAS}
        self.changes_at = ends.get(status) or later(at, 5 * _WORKING_DAY)

    def _open(self, at: datetime, left: timedelta | None) -> None:
        self._turn("OPEN", at)
        self.opened_at, self.status = at, None
        self._run(at, left or self._time_to_answer())

    def _run(self, at: datetime, time: timedelta) -> None:
        self.left = None
        self.due = later(at, time) if at < LATEST else None

    def _turn(self, state: str, at: datetime) -> None:
        self.state, self.state_since, self.changes_at = state, at, None

    def _time_to_answer(self) -> timedelta:
        if self.first_reply_at is not None:
            return FOLLOW_UP
        gross = gross_of(self.order_value)
        dear = gross is not None and gross.currency == "SEK" and gross.amount > _HIGH_VALUE
        return FIRST_ANSWER + (_WORKING_DAY if dear and self.marketplace == words.FYNDIQ else timedelta(0))
