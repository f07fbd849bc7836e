"""Connections that are lent: a few at a time, in turn, and never to one thread's own hindrance."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.errors import StoreError
from hub.store import lending
from hub.store.connection import Connection
from hub.store.lending import Lending


@pytest.fixture
def few(tmp_path: Path) -> Iterator[Lending]:
    """Two connections at most."""
    with closing(Lending(tmp_path / "casehub.sqlite", most=2)) as made:
        yield made


def begin(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def until(happened: Callable[[], bool]) -> None:
    """Let other threads run until something has happened."""
    while not happened():
        threading.Event().wait(0.001)


def test_a_connection_is_lent_again_and_no_more_are_opened_than_are_needed(few: Lending) -> None:
    with few.connection() as first:
        pass
    with few.connection() as second:
        assert second is first

    assert few.opened == 1


def test_many_threads_share_a_few_connections(few: Lending) -> None:
    answers: list[int] = []

    def read() -> None:
        for _ in range(20):
            with few.connection() as connection:
                answers.append(connection.value("SELECT 7"))

    for thread in [begin(read) for _ in range(10)]:
        thread.join()

    assert (answers, few.opened) == ([7] * 200, 2)


def test_whoever_has_waited_longest_is_next(tmp_path: Path) -> None:
    order: list[int] = []
    one = Lending(tmp_path / "casehub.sqlite", most=1)

    def read(number: int) -> None:
        with one.connection():
            order.append(number)

    with closing(one):
        threads = []
        with one.connection():
            for number in range(5):
                threads.append(begin(lambda number=number: read(number)))  # type: ignore[misc]  # bound at once
                until(lambda number=number: len(one._waiting) > number)  # type: ignore[misc]
        for thread in threads:
            thread.join()

    assert order == [0, 1, 2, 3, 4]


def test_a_thread_that_holds_connections_never_waits_for_itself(few: Lending) -> None:
    with few.connection() as one, few.connection() as two, few.connection() as three:
        assert len({id(one), id(two), id(three)}) == 3

    assert few.opened == 2


def test_a_connection_that_cannot_be_opened_leaves_room_for_the_next(
    few: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> Connection:
        raise StoreError("no file")

    with monkeypatch.context() as patch:
        patch.setattr(lending, "Connection", fail)
        for _ in range(3):
            with pytest.raises(StoreError, match="no file"), few.connection():
                pass

    with few.connection() as one, few.connection() as two:
        assert one is not two


def test_whoever_waits_for_too_long_is_told(few: Lending, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(lending, "BUSY_SECONDS", 0.01)

    def read() -> None:
        try:
            with few.connection():
                pass
        except StoreError as error:
            told.append(str(error))

    with few.connection(), few.connection():
        begin(read).join()

    assert told == [f"others have been reading {few._file} for a long time; try again later"]
    with few.connection():
        assert not few._waiting


def test_closing_tells_whoever_waits_and_closes_what_comes_back(few: Lending) -> None:
    told: list[str] = []

    def read() -> None:
        try:
            with few.connection():
                told.append("lent")
        except StoreError as error:
            told.append(str(error))

    with few.connection() as one, few.connection():
        waiting = begin(read)
        until(lambda: bool(few._waiting))
        few.close()
        waiting.join()
        assert one.value("SELECT 7") == 7

    assert told == [f"the store in {few._file.parent} is closed"]
    assert few.opened == 0
    with pytest.raises(StoreError, match="closed database"):
        one.value("SELECT 7")
