"""How people, sessions, tokens, absences and acts stand in rows, and back."""

# ruff: noqa: S608  what is put into statements is names of columns and tables, never a value

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import TypeVar

from hub.core.people import Absence, AuditEntry, Door, Permission, Person, Role, Session, Token
from hub.errors import Refused, StoreError
from hub.store.connection import Connection, Row
from hub.store.values import from_micros, optional_instant

PERSON = "name, role, since, full_name, email, language, active, takes_cases"
SESSION = "key, who, began, seen, until, address, agent"
TOKEN = "key, who, label, permissions, made, until, seen"  # noqa: S105  names of columns
ABSENCE = "key, who, since, until, cover"
AUDIT = "at, who, door, act, about, address, detail"
T = TypeVar("T")


def _readable(read: Callable[[Row], T]) -> Callable[[Row], T]:
    """Say of a row that this version cannot read that it is so, and not what stands in it."""

    @wraps(read)
    def reading(row: Row) -> T:
        try:
            return read(row)
        except (ValueError, Refused) as error:
            kind = read.__name__.removeprefix("to_")
            raise StoreError(f"a row of a {kind} is damaged or was written by a newer casehub") from error

    return reading


@_readable
def to_person(row: Row) -> Person:
    """The person of a row of PERSON."""
    name, role, since, full_name, email, language, active, takes_cases = row
    return Person(name, Role(role), from_micros(since), full_name, email, language, bool(active), bool(takes_cases))


@_readable
def to_session(row: Row) -> Session:
    """The session of a row of SESSION."""
    key, who, began, seen, until, address, agent = row
    return Session(key, who, from_micros(began), from_micros(seen), from_micros(until), address, agent)


@_readable
def to_token(row: Row) -> Token:
    """The token of a row of TOKEN."""
    key, who, label, permissions, made, until, seen = row
    may = frozenset(map(Permission, permissions.split()))
    return Token(key, who, label, may, from_micros(made), optional_instant(until), optional_instant(seen))


@_readable
def to_absence(row: Row) -> Absence:
    """The absence of a row of ABSENCE."""
    key, who, since, until, cover = row
    return Absence(key, who, from_micros(since), from_micros(until), cover)


@_readable
def to_entry(row: Row) -> AuditEntry:
    """The act of a row of the id and AUDIT."""
    entry_id, at, who, door, act, about, address, detail = row
    return AuditEntry(from_micros(at), who, Door(door), act, about, address, detail, entry_id)


def unreadable(connection: Connection) -> Iterator[str]:
    """What in the tables of people this version cannot read, a sentence each."""
    for table, columns, read in _ALL:
        for row in connection.rows(f"SELECT {columns} FROM {table}"):
            try:
                read(row)
            except StoreError as error:
                yield f"of {table}, {error}"


_ALL: tuple[tuple[str, str, Callable[[Row], object]], ...] = (
    ("people", PERSON, to_person),
    ("sessions", SESSION, to_session),
    ("tokens", TOKEN, to_token),
    ("absences", ABSENCE, to_absence),
    ("audit", f"id, {AUDIT}", to_entry),
)
