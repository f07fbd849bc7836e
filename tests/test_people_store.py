"""People in the database of the store: the contract, the file, the backup and what a damaged row says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.core.events import Opened
from hub.core.people_port import People
from hub.errors import StoreError
from hub.store import SqliteStore, open_store, schema
from tests.fakes import MovableClock
from tests.people_contract import ASA, DAY, HOUR, NOON, AgainOpener, PeopleContract, entry, session, token
from tests.store_contract import due_in_a_day, mail, take

CLOCK = MovableClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with closing(open_store(tmp_path / "data", CLOCK)) as opened:
        yield opened


@pytest.fixture
def people(store: SqliteStore) -> People:
    return store.people


@pytest.fixture
def again(store: SqliteStore) -> Iterator[AgainOpener]:
    with closing(open_store(store.folder, CLOCK)) as other:
        yield lambda: other.people


class TestSqlitePeople(PeopleContract):
    """The contract, kept by SQLite."""


def meddle(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "casehub.sqlite")) as raw, raw:
        raw.execute(statement)


def test_a_backup_has_the_people_and_all_that_is_theirs(store: SqliteStore, tmp_path: Path) -> None:
    store.people.save_person(ASA)
    store.people.set_password("asa", "hash")
    store.people.save_session(session("s"))
    store.people.save_token(token("t"))
    store.people.note(entry("signed in"))
    store.backup(tmp_path / "copy")

    with closing(open_store(tmp_path / "copy", CLOCK)) as copy:
        assert copy.people.people() == [ASA]
        assert (copy.people.password("asa"), copy.people.session("s")) == ("hash", session("s"))
        assert (copy.people.tokens(), copy.people.audit()) == ([token("t")], store.people.audit())
        assert copy.inspect() == []


def test_a_rebuild_leaves_people_alone(store: SqliteStore) -> None:
    store.people.save_person(ASA)
    store.people.note(entry("signed in"))
    take(store, mail("a"))
    store.rebuild(due_in_a_day)

    assert (store.people.people(), len(store.people.audit())) == ([ASA], 1)
    assert store.inspect() == []


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'bo'", "DELETE FROM audit"])
def test_the_log_of_acts_cannot_be_changed_even_behind_the_store_s_back(store: SqliteStore, statement: str) -> None:
    store.people.note(entry("signed in"))

    with pytest.raises(sqlite3.IntegrityError, match="never"):
        meddle(store.folder, statement)
    assert [one.who for one in store.people.audit()] == ["asa"]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE people SET role = 'owner'", "of people, a row of a person is damaged or was written by a newer"),
        ("UPDATE tokens SET permissions = 'see fly'", "of tokens, a row of a token is damaged"),
    ],
)
def test_a_row_of_a_newer_casehub_is_named_without_its_words(store: SqliteStore, statement: str, words: str) -> None:
    store.people.save_person(ASA)
    store.people.save_token(token("t"))
    meddle(store.folder, statement)

    assert [finding.what[: len(words)] for finding in store.inspect()] == [words]
    with pytest.raises(StoreError, match="newer casehub") as caught:
        store.people.people() and store.people.tokens()
    assert "owner" not in str(caught.value)


def test_a_session_of_nobody_is_a_finding(store: SqliteStore) -> None:
    store.people.save_person(ASA)
    store.people.save_session(session("s"))
    meddle(store.folder, "DELETE FROM people")

    assert [finding.what for finding in store.inspect()] == [
        "a row of sessions points at a row of people that does not exist"
    ]


def test_a_database_from_before_there_were_people_gets_their_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = {name: step for name, step in schema._STEPS.items() if name != "people"}
    with monkeypatch.context() as patch, closing(_open_with(patch, older, tmp_path / "data")) as store:
        [number] = take(store, mail("a"))

    with closing(open_store(tmp_path / "data", CLOCK)) as store:
        store.people.save_person(ASA)
        assert store.people.people() == [ASA]
        assert isinstance(store.history(number)[0].what, Opened)
        assert store.inspect() == []


def _open_with(patch: pytest.MonkeyPatch, steps: object, folder: Path) -> SqliteStore:
    patch.setattr(schema, "_STEPS", steps)
    return open_store(folder, CLOCK)


def test_every_table_of_people_is_strict(store: SqliteStore) -> None:
    with closing(sqlite3.connect(store.folder / "casehub.sqlite")) as raw:
        tables = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL").fetchall()
    mine = {name: sql for name, sql in tables if name in {"people", "sessions", "sign_in_links", "tokens", "absences"}}

    assert len(mine) == 5
    assert all("STRICT" in sql for sql in mine.values())


def test_a_closed_store_has_no_people_either(store: SqliteStore) -> None:
    people = store.people
    store.close()

    with pytest.raises(StoreError, match="closed"):
        people.people()


def test_people_are_asked_for_without_waiting_for_a_writer(store: SqliteStore) -> None:
    store.people.save_person(ASA)
    with store.writing():
        assert store.people.people() == [ASA]
        assert store.people.absences(NOON + DAY + HOUR) == []
