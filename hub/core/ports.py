"""What the shell gives the runs: a clock and a store, as protocols whose docstrings are their contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hub.core.counting import Counting
from hub.core.escalation import StepRecord, StepState
from hub.core.events import Event
from hub.core.incoming import OpenCase
from hub.core.model import Case, CaseState
from hub.core.outbox import Reply, ReplyState
from hub.core.people_port import People
from hub.core.personal import Personal
from hub.core.readings import Evaluation, Reading
from hub.core.records import (
    CaseFilter,
    CaseSummary,
    ChannelRecord,
    ClockRow,
    Count,
    FigureRow,
    Finding,
    ListOrder,
    Rating,
    Recorded,
    Version,
)
from hub.core.requests_port import Requests
from hub.core.uptime import Clock
from hub.core.views import View
from hub.core.webhook_ports import WebhookStore
from hub.core.writer_port import Writer

__all__ = [
    "CaseFilter",
    "CaseSummary",
    "ChannelRecord",
    "Clock",
    "ClockRow",
    "Count",
    "EvaluationOf",
    "FigureRow",
    "Finding",
    "ListOrder",
    "Rating",
    "Recorded",
    "Store",
    "Version",
    "Writer",
]


class EvaluationOf(Protocol):
    """The policies as the runs see them."""

    def __call__(self, case: Case) -> Evaluation:
        """What the clocks of a case show; an evaluation without open clocks when nobody waits for anything."""
        ...


class Store(Protocol):
    """Where cases live. Any number of threads and processes may read; write transactions wait for one another."""

    @property
    def people(self) -> People:
        """Who works here, kept in the same place; a transaction of theirs does not go into the one of `writing`."""
        ...

    @property
    def webhooks(self) -> WebhookStore:
        """The endpoints that are told of events, and the messages on their way."""
        ...

    @property
    def personal(self) -> Personal:
        """What each person keeps for themselves."""
        ...

    @property
    def requests(self) -> Requests:
        """What programs asked for under keys, kept in the same place and in transactions of its own."""
        ...

    def writing(self) -> AbstractContextManager[Writer]:
        """Open the one write transaction; waits for another writer.

        StoreError when the wait gets too long, the disk is full or the database refuses.
        Contents kept before the block ends are on disk for good before any row that names them is.
        """
        ...

    def lease(self, name: str) -> AbstractContextManager[None]:
        """Hold `name` for this process until the block ends; Busy, naming the holder, if a living process holds it.

        A lease whose holder died, however it died, is free. No clock is involved.
        """
        ...

    def case(self, number: str) -> Case:
        """The case with this number; NotFound if there is none."""
        ...

    def number_with_ref(self, channel: str, ref: str) -> str:
        """The number of the case that has this ref on its channel, also of a merged one; empty if there is none."""
        ...

    def history(self, number: str) -> Sequence[Event]:
        """Every event of a case in the order in which they were recorded; NotFound if there is none."""
        ...

    def cases(self, wanted: CaseFilter) -> Sequence[CaseSummary]:
        """The cases that fit, in the order asked for; Refused where the cursor in the filter is none."""
        ...

    def count(self, wanted: CaseFilter, cap: int | None = None) -> Count:
        """How many cases fit, whatever the filter's order, limit and cursor; no further than `cap` if there is one."""
        ...

    def view_counts(self, views: Iterable[View], cap: int | None = 999) -> Mapping[str, Count]:
        """How many cases each view has, by its key, all at one moment; see `count`."""
        ...

    def search(self, text: str, limit: int = 50, within: CaseFilter | None = None) -> Sequence[CaseSummary]:
        """Cases in which every word of the text occurs, newest first, whatever their state.

        Case and diacritics do not matter, the last word may be a beginning; case number, order number, customer name,
        e-mail, customer number, subject and the words of messages are searched. No text finds nothing. Of a filter
        `within` which cases must lie everything but its order, limit and cursor counts.
        """
        ...

    def others(self, number: str, limit: int = 20) -> Sequence[CaseSummary]:
        """The other cases of the same customer, by e-mail address, and about the same order, newest change first.

        What is unknown is nobody's: no address and no order make no others. Those that were merged into others are left
        out. NotFound if there is no such case.
        """
        ...

    def events_since(self, cursor: int, limit: int = 500) -> tuple[Sequence[Recorded], int]:
        """The events recorded after this place, in the order of their recording, and the place to go on from.

        None is ever passed over, whoever else writes meanwhile. 0 is the beginning, `version` has the end. Refused
        where there is no such place, as after a backup was put back.
        """
        ...

    def version(self) -> Version:
        """What has been written up to now, at the cost of hardly anything: made for asking every second."""
        ...

    def summary(self, number: str) -> CaseSummary:
        """One case as a line of a list; NotFound if there is none."""
        ...

    def awake(self, now: datetime, limit: int | None = None) -> Sequence[str]:
        """The numbers of the cases whose wake-up has come, soonest first: something changed of which no event tells."""
        ...

    def evaluated(self, number: str) -> tuple[Reading, ...]:
        """What the clocks of a case showed when it was last evaluated, oldest first; NotFound if there is no case."""
        ...

    def clocks(self, clock: str, since: datetime, until: datetime, channel: str = "") -> Sequence[ClockRow]:
        """The runs of the clock with this name that started in [since, until), oldest first, closed cases' as well."""
        ...

    def ratings(self, since: datetime, until: datetime, channel: str = "") -> Sequence[Rating]:
        """The ratings given in [since, until), oldest first; those that were taken back are left out."""
        ...

    def figures(self, channel: str = "") -> Sequence[FigureRow]:
        """What platforms reported, newest period first."""
        ...

    @property
    def counting(self) -> Counting:
        """The counts that figures are made of."""
        ...

    def steps(
        self,
        states: frozenset[StepState] | None = None,
        case_number: str = "",
        since: datetime | None = None,
        limit: int | None = None,
    ) -> Sequence[StepRecord]:
        """The steps in these states (None: in any), of one case where named, changed at `since` or later; newest
        change first.
        """
        ...

    def numbers(self, states: frozenset[CaseState]) -> Sequence[str]:
        """The numbers of all cases in these states, oldest first."""
        ...

    def with_tasks(self, done: bool = False) -> Sequence[str]:
        """The numbers of the cases that have open portal tasks, or (`done`) that ever had any, oldest first."""
        ...

    def counts(self) -> dict[CaseState, int]:
        """How many cases there are in each state; states without any are left out."""
        ...

    def open_cases(self, channel: str) -> Sequence[OpenCase]:
        """The cases of a channel that are not closed, for adapters that re-read them."""
        ...

    def orders_to_look_up(self, channels: Sequence[str], platform: str, now: datetime, limit: int) -> Sequence[str]:
        """The numbers of the open cases whose orders are to be looked up by now: those on these channels, and those
        that came elsewhere and are about this platform; soonest deadline first.
        """
        ...

    def channel(self, name: str) -> ChannelRecord:
        """What is remembered of a channel; an empty record for a channel that never ran."""
        ...

    def replies(
        self, states: frozenset[ReplyState] | None = None, case_number: str = "", channel: str = ""
    ) -> Sequence[Reply]:
        """The replies in these states (None: in any), oldest first, of one case or one channel where named."""
        ...

    def replies_named(self, beginning: str) -> Sequence[Reply]:
        """The replies whose keys begin so, oldest first."""
        ...

    def unreadable(self) -> Sequence[tuple[str, str]]:
        """(case number, message ref) of every message that could not be read, oldest first."""
        ...

    def fact(self, name: str) -> str:
        """A fact kept with `set_fact`; empty if there is none."""
        ...

    def keep(self, content: bytes) -> str:
        """Keep a content beside the database and return its SHA-256 in hex; the same content is kept once.

        It survives a crash of the process at once, and a crash of the machine from the end of the next write
        transaction on. Any thread may call it. StoreError if the disk refuses.
        """
        ...

    def content(self, digest: str) -> bytes:
        """A content that was kept; NotFound if there is none, StoreError if it is damaged."""
        ...

    def inspect(self) -> Sequence[Finding]:
        """Everything that is wrong with the database and the contents, by reading all of it; changes nothing."""
        ...

    def backup(self, folder: Path) -> None:
        """Copy the database and all contents into a new folder while others may be writing; Refused unless empty."""
        ...

    def rebuild(self, evaluations: EvaluationOf) -> int:
        """Make every projection anew from the events, and return how many cases there are.

        Replies, steps, figures and channels stay as they are: no event tells of them. A case of which people were told
        a step wakes at once, as `save` has it.
        """
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
