"""What open pages are told of what was written, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.core.events import Assigned
from hub.core.ports import Store
from hub.store import open_store
from hub.web import live
from hub.web.live import News, Watch
from tests.fakes import MovableClock
from tests.store_contract import happen, mail, reply_to, save_replies, take

CLOCK = MovableClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "data", CLOCK)) as opened:
        yield opened


@pytest.fixture
def watch(store: Store) -> Watch:
    """A watch that has looked once."""
    begun = Watch(store)
    begun.look()
    return begun


def test_the_first_look_tells_nothing_and_neither_does_one_after_which_nothing_was_written(store: Store) -> None:
    take(store, mail("a"))
    watch = Watch(store)

    assert [watch.look(), watch.look()] == [None, None]


def test_each_case_is_told_once_by_the_look_after_it_changed(store: Store, watch: Watch) -> None:
    one, two = take(store, mail("a"), mail("b"))
    happen(store, one, Assigned("åsa"))

    assert (watch.look(), watch.look()) == (News((one, two)), None)
    happen(store, two, Assigned("bo"))
    assert watch.look() == News((two,))


def test_what_no_event_tells_of_is_news_all_the_same(store: Store, watch: Watch) -> None:
    [number] = take(store, mail("a"))
    watch.look()
    save_replies(store, reply_to(number))

    assert watch.look() == News()


def test_so_much_news_that_it_is_not_told_one_by_one_is_everything_and_nothing_is_told_later(
    store: Store, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_MOST_TOLD", 3)
    [number] = take(store, mail("a"))
    for who in ("a", "b", "c", "d", "e"):
        happen(store, number, Assigned(who))

    assert watch.look() == News(everything=True)
    happen(store, number, Assigned("f"))
    assert watch.look() == News((number,))


def test_after_a_backup_was_put_back_everything_is_looked_at_again(
    store: Store, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    [number] = take(store, mail("a"))
    monkeypatch.setattr(watch, "_cursor", 1000)

    assert watch.look() == News(everything=True)
    happen(store, number, Assigned("åsa"))
    assert watch.look() == News((number,))
