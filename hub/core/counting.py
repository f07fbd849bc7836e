"""What a store counts for figures: plain rows, and the questions that answer with them. Instants are UTC seconds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from hub.core.model import Money
from hub.core.zones import Span


class Outcome(StrEnum):
    """What has come of a run of a clock, as scores count it.

    One that is neither ended nor past due is undecided, and so is an answer of which nobody can tell when it was due.
    """

    MET = "met"
    LATE = "late"
    UNDECIDED = "undecided"
    CANCELLED = "cancelled"


class OpenedCases(NamedTuple):
    """How many cases of a kind were opened in a span; `span` is its place among those asked for."""

    span: int
    channel: str
    type: str
    cause: str
    cases: int


class EndedRuns(NamedTuple):
    """How many runs of a clock that started in a span came out so."""

    span: int
    channel: str
    clock: str
    rule: str
    outcome: Outcome
    runs: int


class AnsweredRun(NamedTuple):
    """A run of the clock of the first answer that was answered, and the version of the policy it was counted under."""

    case_number: str
    cycle: int
    channel: str
    policy: str
    version: str
    rule: str
    start: int
    ended: int


class Exposure(NamedTuple):
    """What a platform is expected to take from a case at an instant; None where nobody knows how much."""

    channel: str
    at: int
    costs: Money | None


class Concern(NamedTuple):
    """That a case is about a product; `batch` is what a person said, `ordered` when the order was placed."""

    case_number: str
    channel: str
    type: str
    opened: int
    sku: str
    title: str
    batch: str
    ordered: int | None


class Counting(Protocol):
    """The counts of a store. An empty channel stands for all of them; cases that went on as another count for nothing.

    Spans do not overlap and come in order.
    """

    def opened(self, spans: Sequence[Span], channel: str = "") -> Sequence[OpenedCases]:
        """The cases that were opened in each span, by channel, type and cause: the reason told, else the raw type."""
        ...

    def ended(self, clocks: Collection[str], spans: Sequence[Span], now: int, channel: str = "") -> Sequence[EndedRuns]:
        """What has come, at an instant, of the runs of these clocks that started in each span."""
        ...

    def answered(self, span: Span, channel: str = "") -> Sequence[AnsweredRun]:
        """The runs of the clock of the first answer that started in a span and were answered."""
        ...

    def stood_still(
        self, span: Span, rules: Collection[tuple[str, str]], channel: str = ""
    ) -> Mapping[tuple[str, int], tuple[Span, ...]]:
        """The pauses of such runs under these rules (policy and rule), by case number and cycle."""
        ...

    def exposed(self, span: Span, channel: str = "") -> Sequence[Exposure]:
        """What platforms are expected to take in a span of time, soonest first; both its ends are part of it."""
        ...

    def concerned(self, span: Span, types: Collection[str], channel: str = "") -> Sequence[Concern]:
        """The products of the cases of these types that were opened in a span, oldest first."""
        ...
