"""Lines of time on which a target is counted, and pauses, which are taken out of them.

A pause is not added to a deadline: it is removed from the line. Only what is open of it counts, and overlapping pauses
count once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hub.core.openings import CalendarError
from hub.core.zones import Span


class Convention(StrEnum):
    """Whether a target that is used up as an office closes is due then, or at the next opening."""

    CLOSING = "closing"
    OPENING = "opening"


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a span of time that is wholly open or wholly closed, and why."""

    start: int
    end: int
    open: bool
    name: str


class Timeline(Protocol):
    """Instants in whole UTC seconds, of which some are open; open seconds are what a target counts."""

    def add(self, start: int, seconds: int, convention: Convention = Convention.CLOSING) -> int:
        """The instant by which so many open seconds have passed since the start."""

    def between(self, start: int, end: int) -> int:
        """The open seconds from one instant to another, negative backwards."""

    def lengths(self, spans: Sequence[Span]) -> list[int]:
        """The open seconds of each of many spans that do not run backwards."""

    def is_open(self, instant: int) -> bool:
        """Whether the second that begins at this instant is open."""

    def next_open(self, instant: int) -> int:
        """The first open instant from this one on."""

    def last_open(self, instant: int) -> int:
        """The instant itself if somebody is there, else the last closing before it."""

    def explain(self, start: int, end: int) -> tuple[Segment, ...]:
        """The open and the closed parts from one instant to a later one, with their names."""

    def add_paused(
        self, start: int, seconds: int, pauses: Sequence[Span], convention: Convention = Convention.CLOSING
    ) -> int:
        """The instant by which so many open seconds outside of the pauses have passed since the start.

        A pause that begins when they have passed changes nothing, nor does it move a result to a later opening.
        """
        due = self.add(start, seconds)
        for begin, end in merged(pauses):
            if max(begin, start) >= due:
                break
            if end > start:
                seconds += self.between(max(begin, start), end)
                due = self.add(start, seconds)
        return self.add(start, seconds, convention)

    def between_paused(self, start: int, end: int, pauses: Sequence[Span]) -> int:
        """The open seconds from one instant to another that lie in no pause; negative backwards."""
        if end < start:
            return -self.between_paused(end, start, pauses)
        paused = sum(self.between(*span) for span in _within(start, end, pauses))
        return self.between(start, end) - paused


class Elapsed(Timeline):
    """Time as it passes: always open, for targets that no office hours interrupt."""

    def add(self, start: int, seconds: int, convention: Convention = Convention.CLOSING) -> int:  # noqa: ARG002  it never closes
        """The instant so many seconds after the start."""
        refuse_negative(seconds)
        return start + seconds

    def between(self, start: int, end: int) -> int:
        """The seconds from one instant to another."""
        return end - start

    def lengths(self, spans: Sequence[Span]) -> list[int]:
        """The seconds of each span."""
        return [end - start for start, end in spans]

    def is_open(self, instant: int) -> bool:  # noqa: ARG002  every instant is
        """Always true."""
        return True

    def next_open(self, instant: int) -> int:
        """The instant itself."""
        return instant

    def last_open(self, instant: int) -> int:
        """The instant itself."""
        return instant

    def explain(self, start: int, end: int) -> tuple[Segment, ...]:
        """One segment with all the time."""
        refuse_backwards(start, end)
        return (Segment(start, end, True, "elapsed time"),) if start < end else ()


ELAPSED = Elapsed()


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as spans in order that neither overlap nor touch, the empty ones left out."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if end < start:
            raise CalendarError(f"a pause cannot end at {end}, before it begins at {start}")
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        elif start < end:
            joined.append((start, end))
    return tuple(joined)


def explain_paused(timeline: Timeline, start: int, end: int, pauses: Sequence[Span]) -> tuple[Segment, ...]:
    """What `between_paused` counted and what it did not: each pause is one closed segment, cut out of the others."""
    told: list[Segment] = []
    since = start
    for begin, until in _within(start, end, pauses):
        told += (*timeline.explain(since, begin), Segment(begin, until, False, "paused"))
        since = until
    return (*told, *timeline.explain(since, end))


def refuse_negative(seconds: int) -> None:
    """Raise a CalendarError for a target that lies behind its start."""
    if seconds < 0:
        raise CalendarError(f"a deadline lies ahead: {seconds} seconds cannot be added")


def refuse_backwards(start: int, end: int) -> None:
    """Raise a CalendarError for an explanation that would run backwards."""
    if end < start:
        raise CalendarError("an explanation runs from the earlier instant to the later one")


def _within(start: int, end: int, pauses: Sequence[Span]) -> Iterator[Span]:
    """The parts of the pauses that lie between two instants."""
    for begin, until in merged(pauses):
        if max(begin, start) < min(until, end):
            yield max(begin, start), min(until, end)
