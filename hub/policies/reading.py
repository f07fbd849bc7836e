"""From a policy file to the policy it says: all its problems in one error, its doubts as warnings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from hub.core.conditions import Rates
from hub.core.policy import Option, Pin, Policy
from hub.policies.calendars import read_calendars
from hub.policies.digest import policy_digest
from hub.policies.doubts import doubts
from hub.policies.rules import read_id, read_rules
from hub.policies.scores import read_objectives, read_satisfaction
from hub.policies.sources import read_default_source, read_forbidden
from hub.policies.surroundings import OFFICE, Surroundings
from hub.policies.tables import PolicyFile, Problems, Table, nearest, parsed, repeated, shown
from hub.policies.vocabulary import Vocabulary, fields_of_applies, fields_of_rules

if TYPE_CHECKING:
    from hub.policies.vector_tables import Vector

SCHEMA = 1
_OPTION_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PAIR = re.compile(r"([A-Z]{3})([A-Z]{3})")
_RATE = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)


_NO_POLICY = Policy(id="", title="", version="", effective_from=date.min, digest="", rules=())


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """A policy with what it was read from: its table, its tests, and what about it deserves a look."""

    policy: Policy
    where: str
    table: Mapping[str, object]
    vectors: tuple[Vector, ...] = ()
    warnings: tuple[str, ...] = ()


def read_file(file: PolicyFile, surroundings: Surroundings, today: date) -> ReadPolicy:
    """The policy of a file; one ConfigurationError tells all that is wrong with it."""
    return read_policy(parsed(file), file.where, surroundings, today)


def read_policy(table: Mapping[str, object], where: str, surroundings: Surroundings, today: date) -> ReadPolicy:
    """The policy of a table; one ConfigurationError tells all that is wrong with it."""
    problems = Problems(where)
    read = read_table(Table(table, "", problems), where, surroundings, today)
    problems.raise_any()
    return read


def read_table(root: Table, where: str, surroundings: Surroundings, today: date) -> ReadPolicy:
    """The policy of a table that may lie within another; good for nothing if the table's problems have grown."""
    before = len(root.problems)
    policy, vectors = _read(root, surroundings) if schema_fits(root) else (_NO_POLICY, ())
    if len(root.problems) > before:
        return ReadPolicy(policy, where, root.values)
    policy = replace(policy, digest=policy_digest(policy, surroundings.office))
    warnings = tuple(f"{where}: {doubt}" for doubt in doubts(policy, today))
    return ReadPolicy(policy, where, root.values, vectors, warnings)


def schema_fits(root: Table) -> bool:
    """Whether a table is written for this casehub; of one that is not, nothing else can be said."""
    schema = root.value("schema")
    if schema == SCHEMA and not isinstance(schema, bool):
        return True
    root.wrong("schema", f"{'is missing' if schema is None else f'is {shown(schema)}'}; this casehub reads {SCHEMA}")
    return False


def _read(root: Table, surroundings: Surroundings) -> tuple[Policy, tuple[Vector, ...]]:
    source = read_default_source(root)
    options = _options(root)
    calendars = read_calendars(root, surroundings.office)
    words = Vocabulary(calendars, fields_of_rules(options), surroundings)
    rules = read_rules(root, words, source)
    policy = Policy(
        id=read_id(root),
        title=root.text("title"),
        version=root.text("version"),
        effective_from=root.day("effective_from"),
        digest="",
        rules=rules,
        adapters=root.texts("adapters"),
        applies=replace(words, fields=fields_of_applies()).conditions(root, "applies"),
        options=options,
        objectives=read_objectives(root, {clock.name for rule in rules for clock in rule.clocks}, source),
        satisfaction=read_satisfaction(root, source),
        rates=_rates(root),
        pin=root.word("pin", Pin, Pin.OPEN),
        auto_reply=read_forbidden(root, "auto_reply", source),
        close_without_message=read_forbidden(root, "close_without_message", source),
        calendars={name: calendar for name, calendar in calendars.items() if name != OFFICE},
    )
    for name in repeated(policy.adapters):
        root.wrong("adapters", f"{shown(name)} is listed twice")
    vectors = _vectors(root, policy, surroundings)
    root.finish()
    return policy, vectors


def _vectors(root: Table, policy: Policy, surroundings: Surroundings) -> tuple[Vector, ...]:
    if "test" not in root:
        return ()
    from hub.policies.vector_tables import read_vectors  # noqa: PLC0415  most commands run without tests

    return read_vectors(root, policy, surroundings)


def _options(root: Table) -> tuple[Option, ...]:
    found = []
    for name, table in root.named_tables("option"):
        if not _OPTION_NAME.fullmatch(name):
            table.problems.add(table.path, "is no name; write small letters, digits and _, beginning with a letter")
        option = Option(name, table.texts("values"), table.text("default"), table.text("about"))
        for value in repeated(option.values):
            table.wrong("values", f"{shown(value)} is listed twice")
        if not option.values:
            table.wrong("values", "is empty; list what can be chosen")
        elif option.default and option.default not in option.values:
            table.wrong(
                "default", f"{shown(option.default)} is none of the values; {nearest(option.default, option.values)}"
            )
        table.finish()
        found.append(option)
    return tuple(found)


def _rates(root: Table) -> Rates:
    """What one unit of a currency is worth in another; as text, because a rate such as 1.1 is no binary fraction."""
    table = root.table("fx")
    found: dict[str, Decimal] = {}
    if table is None:
        return found
    for pair in table.values:
        rate, codes = table.value(pair), _PAIR.fullmatch(pair)
        if codes is None or codes[1] == codes[2]:
            table.wrong(pair, "is no pair of currencies such as DKKSEK")
        elif isinstance(rate, str) and _RATE.fullmatch(rate) and Decimal(rate) > 0:
            found[pair] = Decimal(rate)
        else:
            table.wrong(pair, 'should be a rate in quotes, such as "1.55"')
    return found
