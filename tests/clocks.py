"""Policies, cases and events in a few words, for tests of what clocks show.

Instants are written as "09-07 12:00", Stockholm time in 2026; 09-07 is a Monday. A year, and seconds, may be added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.core.conditions import Condition, Fact
from hub.core.escalation import Found, StepRecord, StepState, steps_due
from hub.core.escalation import Step as EscalationStep
from hub.core.evaluation import evaluate
from hub.core.events import (
    DeadlineGiven,
    Event,
    FactsLearnt,
    Happening,
    Merged,
    MessageArrived,
    NoReplyNeeded,
    Opened,
    OwnerChanged,
    PromiseMade,
    ReplyDelivered,
    StateChanged,
)
from hub.core.model import Author, Case, CaseState, Direction, Message, Money, Order, Party, epoch
from hub.core.policy import ClockName, ClockRule, Deed, Mark, Moment, Policy, Rule, Source, Stage
from hub.core.readings import ClockState, Evaluation, Reading
from hub.core.replay import replay
from hub.core.targets import Step, parse_step
from hub.core.turns import Owner
from hub.core.worktime import Calendar

SOURCE = Source("a seed", date(2026, 9, 1), Mark.DOCUMENTED)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
DAYS = (*WEEKDAYS, "sat", "sun")


def week(
    hours: str = "09:00-17:00",
    days: Iterable[str] = WEEKDAYS,
    holidays: Iterable[str] = (),
    special: Mapping[str, Sequence[str]] | None = None,
    *,
    tz: str = "Europe/Stockholm",
    until: str = "2027-12-31",
) -> Calendar:
    """A calendar with the same hours on these days, but on holidays and special days such as "09-09"."""
    return Calendar(
        tz,
        dict.fromkeys(days, hours.split()),
        [_date(day) for day in holidays],
        {_date(day): hours for day, hours in (special or {}).items()},
        valid_from=date(2011, 1, 1),
        valid_to=date.fromisoformat(until),
    )


def _date(text: str) -> date:
    return date.fromisoformat(text if text[:4].isdigit() else f"2026-{text}")


OFFICE = week()
WORKING_DAYS = week("00:00-24:00")
_ASA = Party("Åsa Öberg 漢字", "asa@kund.example")
NEVER_LATER = "2027-11-01 12:00"
"""An instant after everything that the tests tell of, and before the calendars end."""


# --- Instants ---


def at(text: str) -> datetime:
    """The instant that a text such as "09-07 12:00" means in Stockholm."""
    full = text if text[:4].isdigit() else f"2026-{text}"
    return datetime.fromisoformat(full).replace(tzinfo=STOCKHOLM)


def seconds(text: str) -> int:
    """The same in UTC seconds."""
    return epoch(at(text))


def shown(instant: int | None) -> str:
    """UTC seconds as such a text; "-" for none."""
    if instant is None:
        return "-"
    text = f"{datetime.fromtimestamp(instant, STOCKHOLM):%Y-%m-%d %H:%M:%S}"
    return text.removeprefix("2026-").removesuffix(":00")


def steps(text: str) -> tuple[Step, ...]:
    """The steps of a target such as "24h 1wd"."""
    return tuple(map(parse_step, text.split()))


# --- Policies ---


def clock(
    name: ClockName = ClockName.FIRST_RESPONSE, target: str = "24h", calendar: Calendar = OFFICE, **more: Any
) -> ClockRule:
    """One clock of a rule: 24 hours as they pass, if nothing else is said."""
    if "out_of_hours" in more:
        more["out_of_hours"] = steps(more["out_of_hours"])
    return ClockRule(name, "office", calendar, steps(target), SOURCE, **more)


def first(target: str = "24h", calendar: Calendar = OFFICE, **more: Any) -> ClockRule:
    """A clock of the first response."""
    return clock(ClockName.FIRST_RESPONSE, target, calendar, **more)


def following(target: str = "72h", calendar: Calendar = OFFICE, **more: Any) -> ClockRule:
    """A clock of the next response."""
    return clock(ClockName.NEXT_RESPONSE, target, calendar, **more)


def resolution(target: str = "72h", calendar: Calendar = OFFICE, **more: Any) -> ClockRule:
    """A clock of the resolution."""
    return clock(ClockName.RESOLUTION, target, calendar, **more)


def stage(name: str, do: Deed | None = None, *, share: str = "", **more: Any) -> Stage:
    """A rung: `share="0.75"`, `before="1wh"`, `after="1h"` or `from_start="2h"`, else at the due instant."""
    moment = Moment(
        share=Decimal(share) if share else None,
        before=parse_step(more.pop("before")) if "before" in more else None,
        after=steps(more.pop("after", "")),
        from_start=steps(more.pop("from_start", "")),
    )
    every = steps(more.pop("every", ""))
    deed = None if more.get("expect") else do or Deed(name)
    return Stage(name, moment, do=deed, every=every, **more)


def rule(name: str, *clocks: ClockRule, when: Sequence[Condition] = (), owner: Owner = Owner.SELLER) -> Rule:
    """A rule by its id."""
    return Rule(name, f"Regel {name} 漢字", SOURCE, tuple(when), clocks, owner)


def policy(*promised: ClockRule | Rule, rates: Mapping[str, Decimal] | None = None) -> Policy:
    """A policy of rules, or of one rule with these clocks for every case."""
    clocks = tuple(one for one in promised if isinstance(one, ClockRule))
    rules = tuple(one for one in promised if isinstance(one, Rule))
    rules = rules if not clocks else (*rules, rule("any", *clocks))
    return Policy("shop", "Affären", "1", date(2026, 1, 1), "0123456789ab", rules, rates=rates or {})


def over(amount: str, currency: str = "SEK", test: str = "gt") -> Condition:
    """That an order is worth more than so much."""
    return Condition("order.gross", test, (Money(Decimal(amount), currency),))


def is_(field: str, *values: Fact) -> Condition:
    """That a field has one of these values."""
    return Condition(field, "is" if len(values) == 1 else "in", values)


# --- Events ---


def event(when: str, what: Happening) -> Event:
    """That something happened, and was learnt at once."""
    return Event(what, at(when), at(when))


def opened(when: str, *, worth: str = "", currency: str = "SEK", **facts: Any) -> Event:
    """The opening of CH-1, with an order if it is worth something."""
    order = Order("Ö-1", value=Money(Decimal(worth), currency)) if worth else facts.pop("order", None)
    return event(when, Opened("CH-1", "fyndiq", "E-1", "Var är paketet? 🙂", order=order, **facts))


def asks(when: str, ref: str = "m1") -> Event:
    """A customer's message."""
    return event(when, MessageArrived(question(at(when), ref)))


def answers(when: str, ref: str = "a1") -> Event:
    """The seller's answer, as it is read from the platform."""
    return _message(when, ref, Author.SELLER, Direction.OUTBOUND)


def robot(when: str, ref: str = "r1") -> Event:
    """An automatic answer."""
    return _message(when, ref, Author.SELLER, Direction.OUTBOUND, automatic=True)


def notes(when: str, ref: str = "n1") -> Event:
    """A note that stays in the house."""
    return _message(when, ref, Author.SELLER, Direction.NOTE)


def delivers(when: str, after: str, key: str = "k1") -> Event:
    """A reply of the hub's own, whose writer had seen all up to the message with this ref."""
    message = Message(f"reply:{key}", Author.SELLER, Direction.OUTBOUND, at(when), "Det kommer i morgon.")
    return event(when, ReplyDelivered(key, message, after=after))


def turns(when: str, state: CaseState, raw: str = "", by: Author = Author.PLATFORM) -> Event:
    """The case in another state, by the platform's word."""
    return event(when, StateChanged(state, by, raw=raw))


def parks(when: str) -> Event:
    """The platform parks the case."""
    return turns(when, CaseState.WAITING, "PARKED")


def unparks(when: str) -> Event:
    """The platform gives it back."""
    return turns(when, CaseState.OPEN)


def closes(when: str, by: Author = Author.SELLER) -> Event:
    """Somebody closes the case."""
    return turns(when, CaseState.CLOSED, by=by)


def reopens(when: str, by: Author = Author.SELLER) -> Event:
    """Somebody opens the case again."""
    return turns(when, CaseState.OPEN, by=by)


def hands(when: str, to: Owner) -> Event:
    """The platform takes the case over, or sends it on to the seller."""
    return event(when, OwnerChanged(to, Author.PLATFORM))


def needs_no_reply(when: str, *refs: str) -> Event:
    """A person says that these messages need no answer."""
    return event(when, NoReplyNeeded(refs, "eva"))


def promises(when: str, due: str, key: str = "p1") -> Event:
    """The customer is told by when an answer comes."""
    return event(when, PromiseMade(key, at(due), "casehub"))


def given(when: str, due: str, by: Author = Author.PLATFORM, name: ClockName = ClockName.FIRST_RESPONSE) -> Event:
    """Somebody sets a deadline; an empty `due` takes it back."""
    return event(when, DeadlineGiven(name.value, at(due) if due else None, by, "eva", "agreed by phone"))


def learns(when: str, **facts: Any) -> Event:
    """The platform tells something new."""
    return event(when, FactsLearnt(**facts))


def merges(when: str, into: str = "CH-2") -> Event:
    """The case goes on as another one."""
    return event(when, Merged(into, "eva"))


def question(instant: datetime, ref: str = "m1") -> Message:
    """What a customer wrote, at any instant."""
    return Message(ref, Author.CUSTOMER, Direction.INBOUND, instant, "Hej! 🙂", sender=_ASA)


def _message(when: str, ref: str, author: Author, direction: Direction, *, automatic: bool = False) -> Event:
    message = Message(ref, author, direction, at(when), "Hej! 🙂", sender=_ASA, automatic=automatic)
    return event(when, MessageArrived(message))


# --- What clocks show ---


def case(*events: Event) -> Case:
    """The case of these events, opened with the first of them unless that says otherwise."""
    if isinstance(events[0].what, Opened):
        return replay(events)
    return replay([Event(opened("09-07 12:00").what, events[0].at, events[0].seen_at), *events])


def look(events: Iterable[Event], *promised: ClockRule | Rule, now: str = NEVER_LATER) -> Evaluation:
    """What a policy of these clocks, or rules, says of these events."""
    return evaluate(case(*events), policy(*promised), {}, at(now))


def lines(events: Iterable[Event], *promised: ClockRule | Rule, now: str = NEVER_LATER) -> list[str]:
    """The same in short: "m1 due 09-08 12:00 met 09-08 11:00", each run of each clock in a line."""
    return [line(reading, now) for reading in look(events, *promised, now=now).clocks]


def line(reading: Reading, now: str = NEVER_LATER) -> str:
    """One run of a clock: its head, due instant, state, and what ended it."""
    ended = "" if reading.ended is None else f" {shown(reading.ended)}"
    return f"{reading.head} due {shown(reading.due)} {reading.state(seconds(now))}{ended}"


def only(evaluation: Evaluation) -> Reading:
    """The one run that the clocks of a case show."""
    [reading] = evaluation.clocks
    return reading


def state(reading: Reading, now: str) -> ClockState:
    """Where a clock stands."""
    return reading.state(seconds(now))


def rungs(reading: Reading) -> list[str]:
    """The stages of a run as "warn 09-08 06:00", soonest first."""
    return [f"{one.name} {shown(one.at)}" for one in reading.stages]


def told(events: Sequence[Event], *promised: ClockRule | Rule, now: str, read: str | None = None) -> Found:
    """What people are to be told at an instant, the channel having been read until `read` (None: up to now)."""
    evaluation = look(events, *promised, now=now)
    return steps_due(case(*events), evaluation, seconds(now), seconds(now if read is None else read))


def record(step: EscalationStep, state: StepState = StepState.TOLD) -> StepRecord:
    """That somebody was told of a step."""
    return StepRecord(step.key("terminal"), step.at, state, step.do, step.audience, step.at)


def told_of(events: Sequence[Event], *promised: ClockRule | Rule, now: str) -> list[StepRecord]:
    """What was told of a case at an instant, the channel having been read up to it."""
    return [record(step) for step in told(events, *promised, now=now).due]
