"""The people of the hub in the same database: who works here, what signs them in, and the log of acts."""

# ruff: noqa: S608  what is put into statements is names of columns and tables, never a value

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from hub.core.people import Absence, AuditEntry, Person, Session, Token
from hub.errors import NotFound
from hub.store.connection import Connection, Row
from hub.store.people_rows import (
    ABSENCE,
    AUDIT,
    PERSON,
    SESSION,
    TOKEN,
    to_absence,
    to_entry,
    to_person,
    to_session,
    to_token,
)
from hub.store.values import marks, optional_micros, storable, to_micros

Lent = Callable[[], AbstractContextManager[Connection]]
_SAVE_PERSON = f"""
INSERT INTO people ({PERSON}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET role = excluded.role, since = excluded.since, full_name = excluded.full_name,
email = excluded.email, language = excluded.language, active = excluded.active, takes_cases = excluded.takes_cases
"""
_SAVE_TOKEN = f"""
INSERT INTO tokens ({TOKEN}) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET who = excluded.who, label = excluded.label, permissions = excluded.permissions,
made = excluded.made, until = excluded.until, seen = excluded.seen
"""
_AUDIT = f"""
SELECT id, {AUDIT} FROM audit
WHERE (?1 = '' OR who = ?1) AND (?2 = '' OR about = ?2) AND (?3 = 0 OR id < ?3) ORDER BY id DESC LIMIT ?4
"""


class SqlitePeople:
    """The People of the port; it borrows the store's connections, and writes in turn with it."""

    def __init__(self, reading: Lent, writing: Lent) -> None:
        self._reading = reading
        self._writing = writing

    def person(self, name: str) -> Person:
        found = self._rows(f"SELECT {PERSON} FROM people WHERE name = ?", (storable(name),))
        if not found:
            raise _no_person(name)
        return to_person(found[0])

    def people(self) -> Sequence[Person]:
        return [to_person(row) for row in self._rows(f"SELECT {PERSON} FROM people ORDER BY name")]

    def save_person(self, person: Person) -> None:
        texts = (storable(person.full_name), storable(person.email), storable(person.language))
        flags = (int(person.active), int(person.takes_cases))
        self._run(_SAVE_PERSON, (person.name, person.role.value, to_micros(person.since), *texts, *flags))

    def open_cases(self) -> Mapping[str, int]:
        query = "SELECT assignee, count(*) FROM cases WHERE is_open AND assignee <> '' GROUP BY assignee"
        return dict(self._rows(query))

    def password(self, name: str) -> str:
        found = self._rows("SELECT password FROM people WHERE name = ?", (storable(name),))
        return str(found[0][0]) if found else ""

    def set_password(self, name: str, hashed: str, instead_of: str | None = None) -> None:
        with self._writing() as connection:
            _require_person(connection, name)
            statement = "UPDATE people SET password = ?2 WHERE name = ?1 AND (?3 IS NULL OR password = ?3)"
            connection.run(statement, (name, hashed, instead_of))

    def save_session(self, session: Session) -> None:
        instants = (to_micros(session.began_at), to_micros(session.seen_at), to_micros(session.until))
        texts = (storable(session.address), storable(session.agent))
        self._save_of(session.who, _replace("sessions", SESSION), (session.key, session.who, *instants, *texts))

    def session(self, key: str) -> Session | None:
        found = self._rows(f"SELECT {SESSION} FROM sessions WHERE key = ?", (storable(key),))
        return to_session(found[0]) if found else None

    def sessions(self, who: str) -> Sequence[Session]:
        query = f"SELECT {SESSION} FROM sessions WHERE who = ? ORDER BY seen DESC, key"
        return [to_session(row) for row in self._rows(query, (storable(who),))]

    def see_session(self, key: str, at: datetime, until: datetime) -> None:
        # Not a replacement: whoever ended the session a moment ago meant it.
        self._run("UPDATE sessions SET seen = ?, until = ? WHERE key = ?", (to_micros(at), to_micros(until), key))

    def end_session(self, key: str) -> None:
        self._run("DELETE FROM sessions WHERE key = ?", (storable(key),))

    def end_sessions(self, who: str, but: str = "") -> None:
        self._run("DELETE FROM sessions WHERE who = ? AND key <> ?", (storable(who), storable(but)))

    def drop_ended(self, now: datetime) -> None:
        with self._writing() as connection:
            for table in ("sessions", "sign_in_links"):
                connection.run(f"DELETE FROM {table} WHERE until <= ?", (to_micros(now),))

    def save_link(self, key: str, who: str, until: datetime) -> None:
        self._save_of(who, _replace("sign_in_links", "key, who, until"), (key, who, to_micros(until)))

    def take_link(self, key: str, now: datetime) -> str:
        with self._writing() as connection:
            found = connection.row("SELECT who, until FROM sign_in_links WHERE key = ?", (storable(key),))
            connection.run("DELETE FROM sign_in_links WHERE key = ?", (storable(key),))
        return str(found[0]) if found and to_micros(now) < found[1] else ""

    def drop_links(self, who: str) -> None:
        self._run("DELETE FROM sign_in_links WHERE who = ?", (storable(who),))

    def save_token(self, token: Token) -> None:
        may = " ".join(sorted(permission.value for permission in token.permissions))
        instants = (to_micros(token.made_at), optional_micros(token.until), optional_micros(token.seen_at))
        self._save_of(token.who, _SAVE_TOKEN, (token.key, token.who, storable(token.label), may, *instants))

    def token(self, key: str) -> Token | None:
        found = self._rows(f"SELECT {TOKEN} FROM tokens WHERE key = ?", (storable(key),))
        return to_token(found[0]) if found else None

    def tokens(self, who: str = "") -> Sequence[Token]:
        query = f"SELECT {TOKEN} FROM tokens WHERE ?1 = '' OR who = ?1 ORDER BY made DESC, id DESC"
        return [to_token(row) for row in self._rows(query, (storable(who),))]

    def see_token(self, key: str, at: datetime) -> None:
        self._run("UPDATE tokens SET seen = ? WHERE key = ?", (to_micros(at), storable(key)))

    def drop_token(self, key: str) -> None:
        self._run("DELETE FROM tokens WHERE key = ?", (storable(key),))

    def save_absence(self, absence: Absence) -> None:
        span = (to_micros(absence.since), to_micros(absence.until))
        values = (storable(absence.key), absence.who, *span, storable(absence.cover))
        self._save_of(absence.who, _replace("absences", ABSENCE), values)

    def absences(self, since: datetime) -> Sequence[Absence]:
        query = f"SELECT {ABSENCE} FROM absences WHERE until > ? ORDER BY since, key"
        return [to_absence(row) for row in self._rows(query, (to_micros(since),))]

    def drop_absence(self, key: str) -> None:
        self._run("DELETE FROM absences WHERE key = ?", (storable(key),))

    def note(self, entry: AuditEntry) -> None:
        texts = (entry.who, entry.door.value, entry.act, entry.about, entry.address, entry.detail)
        statement = f"INSERT INTO audit ({AUDIT}) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._run(statement, (to_micros(entry.at), *map(storable, texts)))

    def audit(self, *, who: str = "", about: str = "", before: int = 0, limit: int = 100) -> Sequence[AuditEntry]:
        return [to_entry(row) for row in self._rows(_AUDIT, (storable(who), storable(about), before, limit))]

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[Row]:
        with self._reading() as connection:
            return connection.rows(query, values)

    def _run(self, statement: str, values: Sequence[object]) -> None:
        with self._writing() as connection:
            connection.run(statement, values)

    def _save_of(self, who: str, statement: str, values: Sequence[object]) -> None:
        with self._writing() as connection:
            _require_person(connection, who)
            connection.run(statement, values)


def _replace(table: str, columns: str) -> str:
    return f"REPLACE INTO {table} ({columns}) VALUES ({marks(columns.split(', '))})"


def _require_person(connection: Connection, name: str) -> None:
    if connection.row("SELECT 1 FROM people WHERE name = ?", (storable(name),)) is None:
        raise _no_person(name)


def _no_person(name: str) -> NotFound:
    return NotFound(f"there is nobody called {name!r} here; `casehub people list` shows who works here")
