"""What the rules of one policy may name: calendars, fields with their values, steps; each wrong name has an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hub.core.conditions import FIELDS, OPTION, Condition, Fact, Kind
from hub.core.model import CaseType, Money
from hub.core.policy import Option
from hub.core.targets import Step, TargetError, parse_step
from hub.core.worktime import Calendar
from hub.policies.doubts import disjoint
from hub.policies.surroundings import ANSWER_WITHIN, Surroundings
from hub.policies.tables import Table, nearest, shown

_COMPARISONS = ("gt", "ge", "lt", "le")
_TESTS = ("is", "in", *_COMPARISONS)
_WORDS: Mapping[str, frozenset[str]] = {
    # A type that is unknown is no type: a condition that asked for it would never hold.
    "case_type": frozenset(CaseType) - {CaseType.UNKNOWN},
    "hour_class": frozenset({"open", "closed"}),
}
_CALLED = {Kind.TEXT: "text", Kind.MONEY: "money", Kind.FLAG: "yes or no"}
_UNKNOWN_TO_APPLIES = ("hour_class",)
_MONEY = re.compile(r"(\d{1,12}(?:\.\d{1,4})?) ([A-Z]{3})", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)%", re.ASCII)
_NOTHING = re.compile(r"0+(?:h|m|s|wh|wm|d|wd(?:!end|!open)?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """What a condition may ask of a fact: its kind, and its values where they are known."""

    kind: Kind
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that the rules of a policy may name."""

    calendars: Mapping[str, Calendar]
    fields: Mapping[str, Field]
    surroundings: Surroundings

    def calendar(self, table: Table, key: str) -> tuple[str, Calendar]:
        """The calendar that a key names, with its name."""
        name = table.text(key)
        if name and name not in self.calendars:
            table.wrong(key, f"there is no calendar {shown(name)}; {nearest(name, self.calendars)}")
        return name, self.calendars.get(name, self.surroundings.office)

    def steps(self, table: Table, key: str) -> tuple[Step, ...]:
        """The steps of a target: one as text, or a list of them."""
        value = table.value(key)
        written = value if isinstance(value, list) else [value]
        found: list[Step] = []
        for place, text in enumerate(written):
            path = table.at(key, place if isinstance(value, list) else None)
            if text == ANSWER_WITHIN:
                found += self.surroundings.answer_within
            elif isinstance(text, str):
                found += _step(table, path, text)
            else:
                table.problems.add(path, "should be a step in quotes, such as 24h, 8wh, 2d or 1wd")
        if not written:
            table.wrong(key, "is empty; write steps such as 24h, 8wh, 2d or 1wd")
        return tuple(found)

    def conditions(self, table: Table, key: str) -> tuple[Condition, ...]:
        """The conditions in a list, all of which must hold."""
        read = (_condition(item, self.fields) for item in table.tables(key))
        found = tuple(condition for condition in read if condition is not None)
        if disjoint(found, found):
            table.wrong(key, "asks for what no case can be at once; take one of the conditions out")
        return found


def fields_of_rules(options: tuple[Option, ...]) -> Mapping[str, Field]:
    """The fields that a rule's conditions may ask for, the policy's options among them."""
    known = {name: Field(kind, _WORDS.get(name, frozenset())) for name, kind in FIELDS.items()}
    return known | {OPTION + option.name: Field(Kind.TEXT, frozenset(option.values)) for option in options}


def fields_of_applies() -> Mapping[str, Field]:
    """The fields that `applies` may ask for: those known before a policy and its options are chosen."""
    return {name: field for name, field in fields_of_rules(()).items() if name not in _UNKNOWN_TO_APPLIES}


def read_percent(table: Table, key: str, *, whole: bool) -> Decimal:
    """A share written as 75%; `whole` says whether 100% is one."""
    text = table.text(key)
    found = _PERCENT.fullmatch(text)
    share = Decimal(found[1]) / 100 if found else Decimal(0)
    if text and not (0 < share < 1 or (whole and share == 1)):
        table.wrong(key, f"{shown(text)} is no share; write one above 0% and {'up to' if whole else 'below'} 100%")
    return share


def read_money(text: object) -> Money | None:
    """The money in a text such as 800 SEK; None if it is none."""
    found = _MONEY.fullmatch(text) if isinstance(text, str) else None
    return Money(Decimal(found[1]), found[2]) if found else None


def no_money(value: object) -> str:
    """What is wrong with a value that should be money."""
    return f'{shown(value)} is no money; write an amount and a currency, such as "800 SEK"'


def _step(table: Table, path: str, text: str) -> list[Step]:
    try:
        return [parse_step(text)]
    except TargetError:
        wrong = "gives no time at all; write at least 1m" if _NOTHING.fullmatch(text) else _no_step(text)
        table.problems.add(path, f"{shown(text)} {wrong}")
    return []


def _no_step(text: str) -> str:
    hint = f"; the seller's own promise is {ANSWER_WITHIN}" if text.startswith("office") else ""
    return f"is no step; write 24h, 8wh, 2d or 1wd{hint}"


def _condition(table: Table, fields: Mapping[str, Field]) -> Condition | None:
    name = table.text("field")
    tests = [test for test in _TESTS if test in table]
    table.finish()
    if name and name not in fields:
        table.wrong("field", f"there is no field {shown(name)} to ask for; {nearest(name, fields)}")
    if len(tests) != 1:
        table.problems.add(table.path, f"needs exactly one of {', '.join(_TESTS)}")
    if name not in fields or len(tests) != 1:
        return None
    wanted = _wanted(table, tests[0], name, fields[name])
    return Condition(name, tests[0], wanted) if wanted else None


def _wanted(table: Table, test: str, name: str, field: Field) -> tuple[Fact, ...]:
    """What a condition compares a field with; nothing where it cannot."""
    if (test in _COMPARISONS) != (field.kind is Kind.MONEY):
        allowed = ", ".join(_COMPARISONS) if field.kind is Kind.MONEY else "is or in"
        table.wrong(test, f"cannot be asked of {name}, which is {_CALLED[field.kind]}; ask {allowed}")
        return ()
    value = table.value(test)
    if field.kind is Kind.MONEY:
        money = read_money(value)
        if money is None:
            table.wrong(test, no_money(value))
        return (money,) if money else ()
    if field.kind is Kind.FLAG:
        if test == "is" and isinstance(value, bool):
            return (value,)
        table.problems.add(table.path, f"{name} is yes or no; ask is = true or is = false")
        return ()
    return _wanted_words(table, test, field)


def _wanted_words(table: Table, test: str, field: Field) -> tuple[Fact, ...]:
    words = (table.text(test),) if test == "is" else table.texts(test)
    if test == "in" and table.value(test) == []:
        table.wrong(test, "is empty; no case would fit")
    for word in words:
        if field.values and word and word not in field.values:
            table.wrong(test, f"{shown(word)} is no value of {table.text('field')}; {nearest(word, field.values)}")
    return tuple(words)
