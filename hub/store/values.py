"""How the hub's values stand in columns, and back."""

# ruff: noqa: PLC0414  how instants stand in columns belongs here too: the store's modules take it from here

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from hub.core.codec import dumps, loads
from hub.core.instants import from_micros as from_micros
from hub.core.instants import to_micros as to_micros
from hub.errors import NotFound, StoreError

T = TypeVar("T")
FIRST_CASE = 1001
# Twelve digits leave room in a row id of the search index for a million documents a case.
_NUMBER = re.compile(r"CH-([1-9][0-9]{0,11})")
_SURROGATE = re.compile("[\ud800-\udfff]")
# SQLite takes 250,000 variables here but only 999 where it was built long ago.
_MOST_VARIABLES = 500


def optional_micros(instant: datetime | None) -> int | None:
    """The instant as UTC microseconds, if there is one."""
    return None if instant is None else to_micros(instant)


def optional_instant(micros: int | None) -> datetime | None:
    """The instant of UTC microseconds, if there is one."""
    return None if micros is None else from_micros(micros)


def seconds_to_micros(seconds: int | None) -> int | None:
    """Whole UTC seconds as UTC microseconds, if there are any."""
    return None if seconds is None else seconds * 1_000_000


def number_of(case_id: int) -> str:
    """The case number people see."""
    return f"CH-{case_id}"


def find_id(number: str) -> int | None:
    """The row id in a case number, or None if it is not a case number."""
    found = _NUMBER.fullmatch(number)
    return int(found[1]) if found else None


def id_of(number: str) -> int:
    """The row id in a case number; NotFound if no case can have that number."""
    case_id = find_id(number)
    if case_id is None:
        raise no_case(number)
    return case_id


def no_case(number: str) -> NotFound:
    """The error for a case that does not exist."""
    return NotFound(f"there is no case {number!r}; case numbers look like CH-{FIRST_CASE}")


def storable(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot hold, written as in JSON; in a JSON text nothing is lost."""
    if text.isascii():
        return text
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def to_body(value: object) -> str:
    """Core data as the text of a column."""
    return storable(dumps(value))


def from_body(kind: type[T], body: str) -> T:
    """The core data that `to_body` wrote; StoreError, without its text, if this version cannot read it."""
    try:
        return loads(kind, body)
    except (ValueError, TypeError, KeyError) as error:
        # Not the error's own text, which may quote what a customer wrote.
        raise StoreError(
            f"a {kind.__name__} cannot be read; it is damaged or was written by a newer casehub"
        ) from error


def chunks(items: Sequence[T], size: int = _MOST_VARIABLES) -> Iterator[Sequence[T]]:
    """The items in pieces that fit the variables of one statement, or smaller ones."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def marks(items: Sequence[object]) -> str:
    """As many question marks as there are items, for an IN list."""
    return ",".join("?" * len(items))


def terms_of(states: Collection[str] | None, case_number: str) -> tuple[list[str], list[object]]:
    """The terms of a query for rows in these states, of one case where named, and the values they ask for."""
    terms, values = ["1"], list[object]()
    if states is not None:
        terms.append(f"state IN ({marks([*states])})")
        values.extend(sorted(states))
    if case_number:
        terms.append("case_id = ?")
        values.append(id_of(case_number))
    return terms, values
