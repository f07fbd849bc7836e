"""A platform's promises as data: dated rules with sources, their clocks, and what follows when a clock runs out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hub.core.conditions import Condition, Rates
from hub.core.model import Money
from hub.core.targets import Step
from hub.core.turns import Owner
from hub.core.worktime import Calendar, Convention


class Mark(StrEnum):
    """How sure a statement about a platform is."""

    DOCUMENTED = "documented"
    INFERRED = "inferred"
    ASSUMED = "assumed"


class ClockName(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"
    FIRST_RESPONSE_TARGET = "first_response_target"  # a stricter second deadline with the same end
    NEXT_RESPONSE = "next_response"  # one cycle an oldest unanswered message after an answer
    RESOLUTION = "resolution"
    PROMISE = "promise"  # by when the customer was told that an answer comes


class Anchor(StrEnum):
    """From when on a clock runs."""

    MESSAGE = "message"  # the oldest unanswered message of the customer
    OURS = "ours"  # as MESSAGE, and whenever a case comes back to the seller without one
    OPENED = "opened"  # the opening of the case


class AfterPause(StrEnum):
    """What a clock does when a pause ends."""

    RESUME = "resume"
    RESTART = "restart"


class OnClose(StrEnum):
    """What closing a case without an answer does to a clock that waits for one."""

    CANCEL = "cancel"
    MEET = "meet"
    RUN_ON = "run_on"


class Reopen(StrEnum):
    """What opening a case again does to its resolution clock."""

    RESUME = "resume"  # closed time is a pause
    RESTART = "restart"  # a new clock
    CONTINUE = "continue"  # closed time counts
    IGNORE = "ignore"  # the first closing was final


class Deed(StrEnum):
    """What casehub does at a stage; each only tells people."""

    WARN = "warn"
    LEAD = "lead"
    BREACH = "breach"
    REMIND = "remind"
    PREPARE = "prepare"  # puts an act before a person that only a person may do


class Audience(StrEnum):
    """Who is told."""

    OWNER = "owner"
    QUEUE = "queue"
    LEAD = "lead"


class Pin(StrEnum):
    """Which version of a policy binds a case: the one in force when it was opened, or always the newest in force."""

    OPEN = "open"
    FOLLOW = "follow"


class Period(StrEnum):
    """Over which time a score is counted."""

    ISO_WEEK = "iso_week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from (an address or a seed), when somebody looked, how sure it is, and how it is read."""

    where: str
    checked_on: date
    mark: Mark
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A state, ours or the platform's word, in which a clock stands still: for `cap` at most, if there is one."""

    status: str
    cap: tuple[Step, ...] = ()
    then: AfterPause = AfterPause.RESUME


@dataclass(frozen=True, slots=True)
class Cost:
    """What a consequence costs the seller: what the customer paid for the order, or a fixed amount."""

    of_order: bool = False
    fixed: Money | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When a stage comes, in one of four ways: after a share of the clock's time, so long before or after its due
    instant, or so long after its start.
    """

    share: Decimal | None = None
    before: Step | None = None
    after: tuple[Step, ...] = ()
    from_start: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """A rung of a clock's ladder: what we `do`, or what the platform is expected to do, which we never do ourselves.

    `name` tells the rungs of a clock apart; `what` is for a person; `during` moves the moment back to when somebody is
    there; `when` restricts it to some cases, such as cheap orders; `every` and `times` repeat it.
    """

    name: str
    moment: Moment
    do: Deed | None = None
    expect: str = ""
    what: str = ""
    audience: Audience = Audience.OWNER
    during: Calendar | None = None
    calendar: Calendar | None = None
    when: tuple[Condition, ...] = ()
    costs: Cost | None = None
    every: tuple[Step, ...] = ()
    times: int = 1


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One clock of a rule: from when to when, in which calendar, and what follows."""

    name: ClockName
    calendar_name: str
    calendar: Calendar
    target: tuple[Step, ...]
    source: Source
    out_of_hours: tuple[Step, ...] = ()
    convention: Convention = Convention.CLOSING
    anchor: Anchor = Anchor.MESSAGE
    pauses: tuple[Pause, ...] = ()
    reopen: Reopen = Reopen.RESUME
    on_close: OnClose = OnClose.CANCEL
    auto_counts: bool = False
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What is promised in the cases that its conditions choose; a rule owned by the platform has no clocks."""

    id: str
    title: str
    source: Source
    when: tuple[Condition, ...] = ()
    clocks: tuple[ClockRule, ...] = ()
    owner: Owner = Owner.SELLER


@dataclass(frozen=True, slots=True)
class Objective:
    """What share of a clock's runs must be met in a period, and from how many late ones on the platform acts.

    A run belongs to the period in which it started, in the zone `tz`; `late_means` says what the platform then does.
    """

    id: str
    title: str
    clock: ClockName
    period: Period
    tz: str
    source: Source
    share: Decimal | None = None
    late_limit: int | None = None
    late_means: str = ""
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The platform's line for how content customers are: share of thumbs up among the ratings of a calendar month."""

    title: str
    tz: str
    target: Decimal
    floor: Decimal
    least_ratings: int
    source: Source
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that a seller makes for a channel, such as the country of the shop."""

    name: str
    values: tuple[str, ...]
    default: str
    about: str


@dataclass(frozen=True, slots=True)
class Forbidden:
    """That a platform forbids something, why, and who says so."""

    reason: str
    source: Source


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a platform's promises; it never changes once it was published.

    `applies` chooses among several policies of one adapter; `digest` changes whenever a deadline could.
    """

    id: str
    title: str
    version: str
    effective_from: date
    digest: str
    rules: tuple[Rule, ...]
    adapters: tuple[str, ...] = ()
    applies: tuple[Condition, ...] = ()
    options: tuple[Option, ...] = ()
    objectives: tuple[Objective, ...] = ()
    satisfaction: Satisfaction | None = None
    rates: Rates = field(default_factory=dict)
    pin: Pin = Pin.OPEN
    auto_reply: Forbidden | None = None
    close_without_message: Forbidden | None = None
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    def settled(self, choices: Mapping[str, str]) -> Mapping[str, str]:
        """What each option is set to: to what was chosen, else to its default; what is no option is left out."""
        return {option.name: choices.get(option.name, option.default) for option in self.options}
