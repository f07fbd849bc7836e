"""What a seller changes of a shipped policy: tables are merged, lists and values replaced, and somebody answers for it.

All of it happens on the tables before they are read, so that every check and the digest cover what was changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hub.core.policy import Mark
from hub.policies.tables import Table, nearest, shown

_Plain = Mapping[str, object]
_Rules = list[dict[str, object]]

FIXED = ("schema", "id", "version", "effective_from")
"""What makes a version of a policy that version; whoever wants another one writes a policy of their own."""

_OWN = ("because", "rule")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What is changed of one rule: it is taken out, or new before another one, or some of its keys are set."""

    remove: bool = False
    before: str = ""
    keys: _Plain = field(default_factory=dict)
    clocks: Mapping[str, _Plain | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Override:
    """What is changed of all versions of one policy, and why."""

    because: str
    keys: _Plain
    rules: Mapping[str, RuleChange]


def read_override(table: Table, bases: Sequence[_Plain]) -> Override:
    """The override in a table; what it changes must be in at least one version of the policy, the `bases`."""
    for key in FIXED:
        if key in table:
            table.wrong(key, "cannot be overridden; write a [[policy]] of your own instead")
    keys = {key: value for key, value in table.values.items() if key not in (*_OWN, *FIXED)}
    _refuse_source(table, keys)
    _refuse_unknown_calendars(table, bases)
    changes = {rule: _rule_change(rule, inner, bases) for rule, inner in table.named_tables("rule")}
    return Override(table.text("because"), keys, changes)


def overridden(base: _Plain, override: Override, where: str) -> dict[str, object]:
    """A policy's table with the changes of an override; `where` is the file they stand in.

    The tests are left behind: they prove the table they came with. An override may bring its own.
    """
    kept = {key: value for key, value in base.items() if key != "test"}
    changed = merged(kept, override.keys)
    _name_added_days(changed, override)
    why = f"{where}: {override.because}"
    rules: _Rules = [dict(rule) for rule in _rules(base)]
    for name, change in override.rules.items():
        rules = _with_change(rules, name, change, why, base.get("source"))
    return {**changed, "rule": rules}


def merged(base: _Plain, changes: _Plain) -> dict[str, object]:
    """A table with changes: tables within are merged, all else is replaced."""
    found = dict(base)
    for key, value in changes.items():
        before = found.get(key)
        found[key] = merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return found


def _rule_change(name: str, table: Table, bases: Sequence[_Plain]) -> RuleChange:
    known = {str(rule.get("id")): rule for base in bases for rule in _rules(base)}
    remove, before = table.flag("remove"), table.text("before", "")
    keys = {key: value for key, value in table.values.items() if key not in {"remove", "before", "clock"}}
    _refuse_source(table, keys)
    if "id" in keys:
        table.wrong("id", "is given by the name of the table")
    if remove and len(table.values) > 1:
        table.wrong("remove", "takes the whole rule out; leave everything else away")
    if before and before not in known:
        table.wrong("before", f"there is no rule {shown(before)}; {nearest(before, known)}")
    if name in known and before:
        table.wrong("before", f"is for a new rule; {shown(name)} is one of the policy")
    if name not in known and not before:
        way_out = 'a new one needs before = "<the id of a rule>"'
        table.problems.add(table.path, f"there is no rule {shown(name)}, and {way_out}; {nearest(name, known)}")
    versions = [rule for base in bases for rule in _rules(base) if rule.get("id") == name]
    return RuleChange(remove, before, keys, _clock_changes(table, versions))


def _clock_changes(table: Table, versions: Sequence[_Plain]) -> Mapping[str, _Plain | None]:
    """The changes of each clock by its name; None takes a clock out."""
    known = {name for rule in versions for name in _table_of(rule.get("clock"))}
    changes: dict[str, _Plain | None] = {}
    for name, clock in table.named_tables("clock"):
        remove = clock.flag("remove")
        keys = {key: value for key, value in clock.values.items() if key != "remove"}
        _refuse_source(clock, keys)
        if remove and keys:
            clock.wrong("remove", "takes the whole clock out; leave everything else away")
        if versions and name not in known and (remove or "calendar" not in keys):
            missed = f"the rule has no clock {shown(name)}, and a new one needs a calendar and a target"
            clock.problems.add(clock.path, f"{missed}; {nearest(name, known)}")
        changes[name] = None if remove else keys
    return changes


def _refuse_source(table: Table, keys: _Plain) -> None:
    if "source" in keys:
        table.wrong("source", "cannot be overridden; `because` is the source of what is changed")


def _refuse_unknown_calendars(table: Table, bases: Sequence[_Plain]) -> None:
    """Complain of changes to a calendar that is not there; one with a zone of its own is new."""
    known = {name for base in bases for name in _table_of(base.get("calendars"))}
    for name, calendar in table.named_tables("calendars"):
        if name not in known and "tz" not in calendar:
            missed = f"there is no calendar {shown(name)}, and a new one needs tz and hours"
            calendar.problems.add(calendar.path, f"{missed}; {nearest(name, known)}")


def _name_added_days(policy: dict[str, object], override: Override) -> None:
    """Call each holiday that the seller adds by the reason for it, so that an explanation of a deadline shows that."""
    calendars = {**_table_of(policy.get("calendars"))}
    for name, changes in _table_of(override.keys.get("calendars")).items():
        added = _table_of(changes).get("add")
        if isinstance(added, list):
            named = {str(day): override.because for day in added}
            calendars[name] = {**_table_of(calendars[name]), "add": named}
            policy["calendars"] = calendars


def _with_change(rules: _Rules, name: str, change: RuleChange, why: str, default: object) -> _Rules:
    """The rules with one change; a version of the policy that has not the rule it is about stays as it is."""
    places = [str(rule.get("id")) for rule in rules]
    if change.before:
        at = places.index(change.before) if change.before in places else None
        return rules if at is None else [*rules[:at], _new_rule(name, change, why, rules[at], default), *rules[at:]]
    if name not in places:
        return rules
    at = places.index(name)
    rest = [] if change.remove else [_changed_rule(rules[at], change, why, default)]
    return [*rules[:at], *rest, *rules[at + 1 :]]


def _new_rule(name: str, change: RuleChange, why: str, neighbour: _Plain, default: object) -> dict[str, object]:
    clocks = {clock: keys for clock, keys in change.clocks.items() if keys is not None}
    source = _source(why, neighbour.get("source", default))
    del source["reading"]  # it replaces nothing
    return {**change.keys, "id": name, **({"clock": clocks} if clocks else {}), "source": source}


def _changed_rule(rule: _Plain, change: RuleChange, why: str, default: object) -> dict[str, object]:
    source = rule.get("source", default)
    clocks = {**_table_of(rule.get("clock"))}
    if change.keys:
        # What is left as it was must not inherit the new source of its rule.
        clocks = {name: {"source": source, **_table_of(clock)} for name, clock in clocks.items()}
    for name, keys in change.clocks.items():
        before = _table_of(clocks.get(name))
        if keys is None:
            clocks.pop(name, None)
        elif before or "calendar" in keys:
            clocks[name] = {**merged(before, keys), "source": _source(why, before.get("source", source))}
    changed = {**merged(rule, change.keys), **({"clock": clocks} if clocks else {})}
    if not clocks:
        changed.pop("clock", None)
    return {**changed, "source": _source(why, source)} if change.keys else changed


def _source(why: str, replaced: object) -> dict[str, object]:
    """The source of what was changed, which keeps in mind what stood there."""
    before = _table_of(replaced)
    source = {"where": why, "checked_on": before.get("checked_on"), "mark": Mark.ASSUMED.value}
    return {**source, "reading": f"replaces {before.get('where')}"}


def _rules(base: _Plain) -> Iterable[_Plain]:
    rules = base.get("rule")
    return [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []


def _table_of(value: object) -> _Plain:
    return value if isinstance(value, dict) else {}
