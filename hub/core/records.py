"""What a store is asked for and what it answers with, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.core.events import Event
from hub.core.incoming import Checkpoint, Figure
from hub.core.model import CaseState, CaseType
from hub.core.readings import Deadline, Reading
from hub.core.reply import Hold, ReplyState


class ListOrder(StrEnum):
    """In which order cases are listed.

    DUE is by due instant; among equals a missing item comes first (the buyer has nothing at all), then who has waited
    longest. Cases owed no answer come last, by newest change.
    """

    DUE = "due"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list; an empty field does not restrict, and fields that are given all have to fit.

    `risk_before` is for cases in which the platform is expected to act before an instant unless somebody answers, and
    `changed_since` for cases to which something happened at an instant or later. `customer_email` and `order_number`
    fit whatever their letters' case and spaces; one of spaces alone fits nothing. `task` is for cases with something
    to do in a portal, `reply_states` and `reply_holds` for those with a reply that is in one of these states or held
    for one of these reasons. `after` is the cursor of a page, see hub/core/paging.py: what follows it is listed.
    """

    states: frozenset[CaseState] = frozenset({CaseState.OPEN, CaseState.WAITING})
    channel: str = ""
    assignee: str = ""
    type: CaseType | None = None
    due_before: datetime | None = None
    risk_before: datetime | None = None
    changed_since: datetime | None = None
    order: ListOrder = ListOrder.DUE
    limit: int | None = None
    channels: frozenset[str] = frozenset()
    types: frozenset[CaseType] = frozenset()
    unassigned: bool = False
    due_from: datetime | None = None
    opened_since: datetime | None = None
    opened_until: datetime | None = None
    customer_email: str = ""
    order_number: str = ""
    task: bool = False
    reply_states: frozenset[ReplyState] = frozenset()
    reply_holds: frozenset[Hold] = frozenset()
    after: str = ""


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One line of a list of cases: a Case without its messages, with its stored deadline and the policy it follows."""

    number: str
    channel: str
    ref: str
    type: CaseType
    type_raw: str
    state: CaseState
    subject: str
    customer_name: str
    customer_email: str
    order_number: str
    assignee: str
    opened_at: datetime
    changed_at: datetime
    messages: int
    unreadable: int
    urgent: bool
    rating: str
    deadline: Deadline | None
    policy: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are: exactly so many, or `more` than so many, where counting went no further."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number}+" if self.more else str(self.number)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event of any case, and its place among the events of all cases."""

    cursor: int
    case_number: str
    channel: str
    event: Event


@dataclass(frozen=True, slots=True)
class Version:
    """What tells whether anything was written since: another one than before says yes, also of replies and steps.

    `written` compares with earlier answers of the same opened store only; `last_event` is a cursor for `events_since`.
    """

    written: int
    last_event: int


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """What the store remembers of a channel's runs.

    All that was written on the platform before `read_until` has been read: it is when the last reading that came to
    its end had begun.
    """

    name: str
    checkpoint: Checkpoint | None = None
    started_at: datetime | None = None
    succeeded_at: datetime | None = None
    read_until: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""
    failing_since: datetime | None = None
    stopped: bool = False
    notices: tuple[str, ...] = ()
    last_message_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One run of a clock, whose case and channel it is, and the version of the policy that it was counted under."""

    case_number: str
    channel: str
    reading: Reading
    policy: str
    version: str


@dataclass(frozen=True, slots=True)
class Rating:
    """How a customer rated the way a case was dealt with, and when."""

    case_number: str
    channel: str
    rating: str
    rated_at: datetime


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A score that a platform reported of a channel, and when it was read."""

    channel: str
    figure: Figure
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an inspection of the database found, what to do about it, and whether it may stay as it is."""

    what: str
    advice: str
    harmless: bool = False
