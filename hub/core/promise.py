"""By which instant a case must be answered: a pure function of the case and a promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.core.model import Case, epoch, from_epoch
from hub.core.readings import Deadline
from hub.core.worktime import Calendar, CalendarError


@dataclass(frozen=True, slots=True)
class Promise:
    """How soon an answer is owed: so many working seconds of a calendar, and who says so."""

    id: str
    title: str
    working_seconds: int
    calendar: Calendar
    source: str

    @property
    def digest(self) -> str:
        """Changes whenever a deadline computed under this promise could change."""
        return f"{self.id}:{self.working_seconds}:{self.calendar.digest}"


def deadline(case: Case, promise: Promise) -> Deadline | None:
    """The deadline of the oldest unanswered message of a case; None when nobody waits for us."""
    started = case.waiting_since
    if started is None:
        return None
    try:
        due = promise.calendar.add(epoch(started), promise.working_seconds)
    except CalendarError as error:
        return Deadline(promise.id, started, None, str(error))
    return Deadline(promise.id, started, from_epoch(due))
