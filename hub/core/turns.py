"""What happened to a case in time, as far as clocks start, pause and end by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.core.instants import comparable


class Ending(StrEnum):
    """How it came that nobody waits for an answer to a message any more."""

    ANSWERED = "answered"
    CLOSED = "closed"
    NOT_NEEDED = "not_needed"
    RECALLED = "recalled"


class Owner(StrEnum):
    """Who has to deal with a case."""

    SELLER = "seller"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Settlement:
    """That nobody waits any more for an answer to the message `ref`: since when, and by which answer, if by one."""

    ref: str
    at: datetime
    how: Ending = Ending.ANSWERED
    answer: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", comparable(self.at))


@dataclass(frozen=True, slots=True)
class Turn:
    """From when on a case stood in a state: in ours, and in the platform's own word."""

    at: datetime
    state: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """From when on somebody had to deal with a case: the platform took it or sent it on, or the seller passed it on."""

    at: datetime
    to: Owner
    who: str = ""


@dataclass(frozen=True, slots=True)
class GivenDeadline:
    """An instant that somebody set for a clock in the place of the computed one, who, and why."""

    clock: str
    due: datetime
    at: datetime
    who: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class GivenPromise:
    """That a customer was told by when an answer comes; `key` is that of the message which said so."""

    key: str
    made_at: datetime
    due: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "made_at", comparable(self.made_at))
        object.__setattr__(self, "due", comparable(self.due))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the platform did in the end, in its own word, such as a refund of its own accord."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Detection:
    """What type of case the hub takes one for: by which rule, in which language, for which words of which message."""

    type: str
    rule: str
    language: str
    words: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Sought:
    """How often the platform was asked for an order that it does not know, and when last."""

    times: int
    at: datetime
