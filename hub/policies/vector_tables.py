"""The tests that a policy file brings along: a case in local time, and what its clocks must show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.core.events import Event
from hub.core.model import Money
from hub.core.policy import ClockName, Policy
from hub.core.readings import ClockState
from hub.core.targets import parse_step
from hub.policies.calendars import read_calendar, read_zone_name
from hub.policies.stories import read_instant, read_story
from hub.policies.surroundings import Surroundings
from hub.policies.tables import Table, nearest, repeated, shown
from hub.policies.vocabulary import Vocabulary, no_money, read_money

NONE, PAUSED, UNKNOWN = "none", "paused", "unknown"
_EXPECTATIONS = ("rule", "due", "state", "consequence")


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a list names as the platform's answer to a miss: an empty word is nothing; what is None is not looked at.

    `costs` may also be the text unknown or none.
    """

    expect: str
    at: datetime | None = None
    costs: Money | str | None = None


@dataclass(frozen=True, slots=True)
class Vector:
    """A case, an instant at which to look at it, and what is expected of its rule and clocks.

    `due` has instants, or the text paused or none. With an `office` of its own the policy is read anew for it.
    """

    name: str
    tz: str
    events: tuple[Event, ...]
    at: datetime
    options: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""
    due: Mapping[ClockName, datetime | str] = field(default_factory=dict)
    state: Mapping[ClockName, ClockState] = field(default_factory=dict)
    consequence: Consequence | None = None
    office: Surroundings | None = None


def read_vectors(root: Table, policy: Policy, surroundings: Surroundings) -> tuple[Vector, ...]:
    """The tests of a policy file, each with a name of its own."""
    vectors = tuple(_vector(table, policy, surroundings) for table in root.tables("test", "name"))
    for name in repeated(vector.name for vector in vectors if vector.name):
        root.wrong("test", f"two tests are called {shown(name)}")
    return vectors


def _vector(table: Table, policy: Policy, surroundings: Surroundings) -> Vector:
    tz = read_zone_name(table, "tz")
    zone = ZoneInfo(tz)
    events = read_story(table, zone)
    vector = Vector(
        name=table.text("name"),
        tz=tz,
        events=events,
        at=_look(table, events, zone),
        options=_options(table, policy),
        rule=_rule(table, policy),
        due=_due(table, zone),
        state=_states(table),
        consequence=_consequence(table, zone),
        office=_office(table, surroundings),
    )
    if not any(table.values.get(key) for key in _EXPECTATIONS):
        table.problems.add(table.path, f"expects nothing; give at least one of {', '.join(_EXPECTATIONS)}")
    table.finish()
    return vector


def _look(table: Table, events: tuple[Event, ...], zone: ZoneInfo) -> datetime:
    """When to look at the case: just after the last event, unless the test says otherwise."""
    if "at" not in table:
        return max(event.at for event in events) + timedelta(seconds=1)
    at = read_instant(table, "at", zone)
    if at < events[0].at:
        table.wrong("at", "lies before the case began")
    return at


def _options(table: Table, policy: Policy) -> Mapping[str, str]:
    chosen = table.table("options")
    return read_options(chosen, policy) if chosen else {}


def read_options(table: Table, *policies: Policy) -> Mapping[str, str]:
    """What is chosen of the options that these policies offer; a choice must be one of every policy that has it."""
    found = {}
    for name in table.values:
        offered = [option for policy in policies for option in policy.options if option.name == name]
        if not offered:
            known = {option.name for policy in policies for option in policy.options}
            table.value(name)
            table.wrong(name, f"is no option; {nearest(name, known)}")
            continue
        value = found[name] = table.text(name)
        for option in offered:
            if value and value not in option.values:
                table.wrong(name, f"{shown(value)} cannot be chosen; {nearest(value, option.values)}")
                break
    return found


def _rule(table: Table, policy: Policy) -> str:
    rule = table.text("rule", "")
    known = [known.id for known in policy.rules]
    if rule and rule not in known:
        table.wrong("rule", f"there is no rule {shown(rule)}; {nearest(rule, known)}")
    return rule


def _due(table: Table, zone: ZoneInfo) -> Mapping[ClockName, datetime | str]:
    expected = table.table("due")
    if expected is None:
        return {}
    return {clock: _due_of(expected, clock, zone) for clock in _clocks(expected)}


def _due_of(table: Table, clock: ClockName, zone: ZoneInfo) -> datetime | str:
    value = table.value(clock)
    if not isinstance(value, str):
        return read_instant(table, clock, zone)
    if value not in {NONE, PAUSED}:
        table.wrong(clock, f"should be a time such as 2026-06-08T16:30:00, or {PAUSED}, or {NONE}")
    return value


def _states(table: Table) -> Mapping[ClockName, ClockState]:
    expected = table.table("state")
    return {clock: expected.word(clock, ClockState) for clock in _clocks(expected)} if expected else {}


def _clocks(table: Table) -> list[ClockName]:
    """The keys of a table that name clocks; a complaint for each other one."""
    for key in table.values:
        if key not in set(ClockName):
            table.wrong(key, f"is no clock; {nearest(key, ClockName)}")
    return [ClockName(key) for key in table.values if key in set(ClockName)]


def _consequence(table: Table, zone: ZoneInfo) -> Consequence | None:
    if table.value("consequence") == NONE:
        return Consequence("")
    expected = table.table("consequence")
    if expected is None:
        return None
    at = read_instant(expected, "at", zone) if "at" in expected else None
    found = Consequence(expected.text("expect"), at, _costs(expected))
    expected.finish()
    return found


def _costs(table: Table) -> Money | str | None:
    value = table.value("costs")
    if value in (None, NONE, UNKNOWN):
        return None if value is None else str(value)
    money = read_money(value)
    if money is None:
        table.wrong("costs", f"{no_money(value)}, or {UNKNOWN}, or {NONE}")
    return money


def _office(table: Table, surroundings: Surroundings) -> Surroundings | None:
    """The office that a test runs under."""
    office = table.table("office")
    if office is None:
        return None
    calendar = read_calendar(office, surroundings.office)
    words = Vocabulary({}, {}, surroundings)
    steps = words.steps(office, "answer_within") if "answer_within" in office else (parse_step("8wh"),)
    office.finish()
    return Surroundings(calendar, steps)
