"""What a person keeps for themselves: saved views and preferences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.core.personal import LONGEST_NAME, MOST_VIEWS, Personal, SavedView
from hub.core.ports import Store
from hub.errors import NotFound, Refused
from hub.store import open_store
from tests.fakes import MovableClock

CLOCK = MovableClock()
LATE = SavedView("Sena retur 🙂", {"view": "late", "type": "return", "q": 'a"b\\ 漢字'})
MINE = SavedView("Mina", {"view": "mine"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with closing(open_store(folder, CLOCK)) as opened:
        yield opened


@pytest.fixture
def personal(store: Store) -> Personal:
    return store.personal


def test_views_are_kept_in_the_order_in_which_they_were_saved_for_each_person(personal: Personal, folder: Path) -> None:
    personal.save_view("åsa", LATE)
    personal.save_view("åsa", MINE)
    personal.save_view("bo", MINE)

    with closing(open_store(folder, CLOCK)) as again:
        assert again.personal.saved_views("åsa") == [LATE, MINE]
        assert again.personal.saved_views("bo") == [MINE]
        assert again.personal.saved_views("Bo") == []


def test_a_view_that_is_saved_again_keeps_its_place(personal: Personal) -> None:
    other = SavedView(LATE.name, {"view": "open"})
    for view in (LATE, MINE, other):
        personal.save_view("åsa", view)

    assert personal.saved_views("åsa") == [other, MINE]


def test_views_are_put_in_another_order(personal: Personal) -> None:
    views = [SavedView(name) for name in "abcd"]
    for view in views:
        personal.save_view("åsa", view)

    personal.order_views("åsa", ["c", "x", "a", "c"])

    assert [view.name for view in personal.saved_views("åsa")] == ["c", "a", "b", "d"]
    personal.save_view("åsa", SavedView("e"))
    assert personal.saved_views("åsa")[-1].name == "e"


def test_a_view_is_dropped_and_another_persons_is_not(personal: Personal) -> None:
    personal.save_view("åsa", MINE)

    with pytest.raises(NotFound, match="no view 'Mina' of yours"):
        personal.drop_view("bo", "Mina")
    personal.drop_view("åsa", "Mina")
    assert personal.saved_views("åsa") == []


@pytest.mark.parametrize("name", ["", "  ", "x" * (LONGEST_NAME + 1)])
def test_a_view_without_a_fitting_name_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="1 to 60 letters"):
        SavedView(name)


def test_spaces_around_and_within_a_name_are_one_at_most() -> None:
    assert SavedView("  my   late\nones ").name == "my late ones"


def test_there_is_an_end_to_views(personal: Personal) -> None:
    for number in range(MOST_VIEWS):
        personal.save_view("åsa", SavedView(f"view {number}"))

    with pytest.raises(Refused, match="drop one"):
        personal.save_view("åsa", SavedView("one more"))
    personal.save_view("åsa", SavedView("view 7", {"q": "new"}))
    assert len(personal.saved_views("åsa")) == MOST_VIEWS


def test_preferences_are_set_one_by_one_and_forgotten_when_empty(personal: Personal) -> None:
    personal.set_preferences("åsa", {"theme": "dark", "language": "sv", "density": "dense"})
    personal.set_preferences("åsa", {"theme": "light", "density": ""})
    personal.set_preferences("bo", {"theme": "dark"})

    assert personal.preferences("åsa") == {"theme": "light", "language": "sv"}
    assert personal.preferences("nobody") == {}


def test_what_a_person_keeps_for_themselves_is_no_finding_and_outlives_a_rebuild(
    store: Store, personal: Personal
) -> None:
    personal.save_view("åsa", LATE)
    personal.set_preferences("åsa", {"theme": "dark"})

    assert store.inspect() == []
    assert (personal.saved_views("åsa"), personal.preferences("åsa")) == ([LATE], {"theme": "dark"})
