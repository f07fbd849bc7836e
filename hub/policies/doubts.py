"""What in a policy is allowed and yet deserves a look: rules that overlap, sources and calendars that grow old."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations

from hub.core.conditions import OPTION, Condition, Fact
from hub.core.model import Money
from hub.core.policy import ClockName, ClockRule, Policy, Rule, Source
from hub.core.targets import Unit
from hub.core.worktime import Calendar
from hub.policies.tables import shown

_MOST_MONTHS = 18
_ENDS_SOON = timedelta(days=120)
_ALWAYS_KNOWN = frozenset({"channel", "forwarded_by_platform", "hour_class"})


def doubts(policy: Policy, today: date) -> Iterator[str]:
    """Every doubt about a policy, a sentence each."""
    yield from _overlaps(policy.rules)
    yield from _lenient_falls(policy.rules)
    yield from _lenient_targets(policy.rules)
    yield from _old_sources(policy, today)
    for name, calendar in policy.calendars.items():
        if ends_soon(calendar, today):
            yield f"calendar {shown(name)} is known until {calendar.valid_to} only: add the holidays after it"


def ends_soon(calendar: Calendar, today: date) -> bool:
    """Whether the dates for which a calendar is known run out within four months."""
    return calendar.valid_to - today <= _ENDS_SOON


def disjoint(one: Sequence[Condition], other: Sequence[Condition]) -> bool:
    """Whether surely no case fits both lists of conditions."""
    return any(_exclusive(a, b) for a in one for b in other if a.field == b.field)


def _overlaps(rules: Sequence[Rule]) -> Iterator[str]:
    for one, other in combinations([rule for rule in rules if rule.when], 2):
        if not disjoint(one.when, other.when):
            both = f"rules {shown(one.id)} and {shown(other.id)} can both fit a case"
            yield f"{both}: {shown(one.id)} is taken, because it stands first"


def _exclusive(one: Condition, other: Condition) -> bool:
    limits = [value for value in (*one.values, *other.values) if isinstance(value, Money)]
    if not limits:
        return not set(one.values) & set(other.values)
    if len({money.currency for money in limits}) > 1:
        return False
    return _above(one, other) or _above(other, one)


def _above(one: Condition, other: Condition) -> bool:
    """Whether all that is above the limit of one lies beyond the limit of the other."""
    floor, ceiling = _amount(one.values), _amount(other.values)
    if one.test not in {"gt", "ge"} or other.test not in {"lt", "le"} or floor is None or ceiling is None:
        return False
    touching = one.test == "ge" and other.test == "le"
    return floor.amount > ceiling.amount or (floor.amount == ceiling.amount and not touching)


def _amount(values: Iterable[Fact]) -> Money | None:
    return next((value for value in values if isinstance(value, Money)), None)


def _lenient_falls(rules: Sequence[Rule]) -> Iterator[str]:
    """Where not knowing a fact earns more time: unknown is not true, and a later rule is then taken."""
    for number, rule in enumerate(rules):
        unsure = {c.field for c in rule.when if c.field not in _ALWAYS_KNOWN and not c.field.startswith(OPTION)}
        for later in rules[number + 1 :] if unsure else ():
            reachable = unsure - {condition.field for condition in later.when}
            if reachable and not disjoint(rule.when, later.when):
                yield from _more_time(rule, later, sorted(reachable))
            if not later.when:
                break


def _more_time(rule: Rule, later: Rule, unsure: Sequence[str]) -> Iterator[str]:
    clocks = {clock.name: clock for clock in rule.clocks}
    for more in later.clocks:
        less = clocks.get(more.name)
        if less is not None and _longer(more, less):
            falls = f"rule {shown(rule.id)} falls through to {shown(later.id)} while {' or '.join(unsure)} is unknown"
            yield f"{falls}, which gives {more.name} more time: put the rule with the longer deadline first"


def _lenient_targets(rules: Sequence[Rule]) -> Iterator[str]:
    """Where the stricter second deadline of a first answer is none."""
    for rule in rules:
        clocks = {clock.name: clock for clock in rule.clocks}
        target, answer = clocks.get(ClockName.FIRST_RESPONSE_TARGET), clocks.get(ClockName.FIRST_RESPONSE)
        if target is not None and answer is not None and _longer(target, answer):
            yield f"rule {shown(rule.id)}: first_response_target gives more time than first_response"


def _longer(more: ClockRule, less: ClockRule) -> bool:
    """Whether one clock surely gives more time than another: only where both count in one unit."""
    units = {step.unit for step in (*more.target, *less.target)}
    if len(units) != 1 or (units != {Unit.ELAPSED_TIME} and more.calendar.digest != less.calendar.digest):
        return False
    return sum(step.amount for step in more.target) > sum(step.amount for step in less.target)


def _old_sources(policy: Policy, today: date) -> Iterator[str]:
    latest: Mapping[str, Source] = {source.where: source for source in sorted(_sources(policy), key=_checked_on)}
    for source in latest.values():
        if source.checked_on > today + timedelta(days=1):
            yield f"{shown(source.where)} was last looked at on {source.checked_on}, which is still to come"
        if _months(source.checked_on, today - timedelta(days=1)) >= _MOST_MONTHS:
            yield f"{shown(source.where)} was last looked at on {source.checked_on}: look whether it still says so"


def _checked_on(source: Source) -> date:
    return source.checked_on


def _sources(policy: Policy) -> Iterator[Source]:
    for rule in policy.rules:
        yield rule.source
        yield from (clock.source for clock in rule.clocks)
    yield from (objective.source for objective in policy.objectives)
    for told in (policy.satisfaction, policy.auto_reply, policy.close_without_message):
        if told is not None:
            yield told.source


def _months(since: date, today: date) -> int:
    """How many whole months have passed."""
    return (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)
