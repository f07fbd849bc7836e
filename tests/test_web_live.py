"""What open pages are told of what was written, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.core.events import Assigned
from hub.core.people import Actor, Door, Role
from hub.core.ports import Store
from hub.people import Staff
from hub.store import open_store
from hub.web import live
from hub.web.live import Live, News, Watch
from tests.fakes import MovableClock
from tests.store_contract import happen, mail, reply_to, save_replies, take
from tests.web_world import WebWorld

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


def test_a_page_that_may_listen_no_longer_is_told_nothing_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "ASK_EVERY", 0.0)
    told, may = Live(store), [True]

    async def heard() -> list[str]:
        found = []
        async for text in told.listen(lambda: may[0]):
            found.append(text)
            may[0] = len(found) < 2
            told.say("changed", [f"CH-{len(found)}"])
        return found

    assert asyncio.run(heard()) == ["retry: 2000\n\n", 'event: changed\ndata: ["CH-1"]\n\n']


@pytest.mark.parametrize("ended", ["sign out", "deactivate", "role", "time"])
def test_an_open_page_ends_with_the_session_and_does_not_prolong_it(world: WebWorld, ended: str) -> None:
    world.signed_in("eva", Role.LEAD)
    world.person("boss", Role.ADMIN)
    signing_in, people, clock = world.site.doorkeeper.signing_in, world.site.people, world.hub.clock
    caller = signing_in.caller_of_session(b"session of eva".hex())
    assert caller is not None
    (session,) = people.sessions("eva")
    staff, by = Staff(people, clock, signing_in.passwords), Actor("boss", Door.WEB)

    assert (signing_in.is_still(caller), people.sessions("eva")) == (True, [session])
    if ended == "sign out":
        signing_in.sign_out(caller)
    elif ended == "deactivate":
        staff.deactivate("eva", by)
    elif ended == "role":
        staff.change_role("eva", Role.AGENT, by)
    else:
        world.desktop.clock.advance(days=8)
    assert not signing_in.is_still(caller)
