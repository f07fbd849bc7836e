"""What a store counts for figures: plain rows, and the questions that answer with them. Instants are UTC seconds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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


class AnsweredRuns(NamedTuple):
    """The answered runs of the clock of the first answer under one version of a rule: when each began and ended."""

    channel: str
    policy: str
    version: str
    rule: str
    runs: Sequence[Span]


class PausedRun(NamedTuple):
    """One of them that stood still for a while."""

    channel: str
    policy: str
    version: str
    rule: str
    run: Span
    pauses: tuple[Span, ...]


class Exposure(NamedTuple):
    """What a platform is expected to take from a case at an instant; None where nobody knows how much."""

    channel: str
    at: int
    costs: Money | None


class Claim(NamedTuple):
    """A case that is about a product; `ordered` is when the order was placed, None where nobody told."""

    opened: int
    case_number: str
    ordered: int | None


class Concern(NamedTuple):
    """What was claimed of one product on one channel; `batch` is what a person said."""

    channel: str
    sku: str
    title: str
    batch: str
    claims: Sequence[Claim]


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

    def answered(self, span: Span, channel: str = "") -> Sequence[AnsweredRuns]:
        """The runs of the clock of the first answer that started in a span and were answered."""
        ...

    def paused(self, span: Span, channel: str = "") -> Sequence[PausedRun]:
        """Those of them that stood still for a while."""
        ...

    def exposed(self, span: Span, channel: str = "") -> Sequence[Exposure]:
        """What platforms are expected to take in a span of time, soonest first; both its ends are part of it."""
        ...

    def concerned(self, span: Span, types: Collection[str], channel: str = "") -> Sequence[Concern]:
        """The products of the cases of these types that were opened in a span, and all their cases in no order."""
        ...
