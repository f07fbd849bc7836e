"""What a program asks for twice under one key is done once: one after the other, at once, and after a crash."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.app import open_hub
from hub.runs.desk import Desk
from tests.api_world import ApiWorld, Program, api_world
from tests.deciding_desk import AnyClock

NOTE = "/cases/CH-1001/notes"


@pytest.fixture
def world(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Iterator[ApiWorld]:
    with api_world(tmp_path, clock, monkeypatch, install_plugin) as made:
        made.desktop.opens()
        yield made


@pytest.fixture
def eva(world: ApiWorld) -> Program:
    return world.program()


def notes(program: Program) -> list[str]:
    messages = program.get("/cases/CH-1001/messages")["messages"]
    return [message["text"] for message in messages if message["direction"] == "note"]


def test_the_same_write_under_one_key_is_done_once_and_answered_alike(world: ApiWorld, eva: Program) -> None:
    first = eva.ask("POST", NOTE, {"text": "once"}, idempotency_key='"k1"')
    again = eva.ask("POST", NOTE, {"text": "once"}, idempotency_key="k1")

    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert notes(eva) == ["once"]
    assert len(world.acts()) == 1


@pytest.mark.parametrize(("path", "text"), [(NOTE, "another"), ("/cases/CH-1002/notes", "once")])
def test_a_key_that_stands_for_another_request_is_refused(eva: Program, path: str, text: str) -> None:
    eva.post(NOTE, {"text": "once"}, idempotency_key="k1")

    assert eva.refused("POST", path, {"text": text}, idempotency_key="k1")[:2] == (422, "key-reused")
    assert notes(eva) == ["once"]


def test_the_keys_of_one_person_are_none_of_another(world: ApiWorld, eva: Program) -> None:
    eva.post(NOTE, {"text": "hers"}, idempotency_key="k1")
    world.program("kim").post(NOTE, {"text": "his"}, idempotency_key="k1")

    assert notes(eva) == ["hers", "his"]


def test_what_was_refused_may_be_asked_for_again_under_its_key(eva: Program) -> None:
    assert eva.refused("POST", NOTE, {"text": " "}, idempotency_key="k1")[0] == 422

    eva.post(NOTE, {"text": "now it has words"}, idempotency_key="k1")

    assert notes(eva) == ["now it has words"]


def test_a_key_is_forgotten_after_a_day(world: ApiWorld, eva: Program) -> None:
    eva.post(NOTE, {"text": "once"}, idempotency_key="k1")
    world.desktop.clock.advance(hours=24)
    eva.post(NOTE, {"text": "another"}, idempotency_key="k1")

    assert notes(eva) == ["once", "another"]


def test_a_key_of_blanks_or_of_many_letters_is_no_key(eva: Program) -> None:
    assert eva.refused("POST", NOTE, {"text": "x"}, idempotency_key="k" * 201)[:2] == (400, "malformed")
    assert eva.refused("POST", NOTE, {"text": "x"}, idempotency_key='"a key"')[:2] == (400, "malformed")
    assert eva.refused("POST", NOTE, {"text": "x"}, idempotency_key="")[:2] == (400, "malformed")


def test_a_write_that_is_still_running_is_not_done_a_second_time(eva: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, real = threading.Event(), threading.Event(), Desk.note

    def slow(self: Desk, number: str, text: str) -> object:
        begun.set()
        assert go_on.wait(30)
        return real(self, number, text)

    monkeypatch.setattr(Desk, "note", slow)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(eva.ask, "POST", NOTE, {"text": "once"}, idempotency_key="k1")
        assert begun.wait(30)
        answer = eva.ask("POST", NOTE, {"text": "once"}, idempotency_key="k1")
        go_on.set()
        done = first.result()

    assert (answer.status_code, answer.json()["type"]) == (409, "docs/api.md#problem-key-running")
    assert answer.headers["retry-after"] == "1"
    assert done.status_code == 201
    assert notes(eva) == ["once"]


def test_many_at_once_under_one_key_are_one(eva: Program) -> None:
    reply = {"text": "Hej.", "after": "s1-m1"}
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(eva.ask, "POST", NOTE, {"text": "once"}, idempotency_key="k1") for _ in range(8)]
        replied = [
            pool.submit(eva.ask, "POST", "/cases/CH-1001/replies", reply, idempotency_key="k2") for _ in range(8)
        ]
    statuses = {one.result().status_code for one in asked}

    assert statuses <= {201, 409}
    assert notes(eva) == ["once"]
    assert {one.result().status_code for one in replied} <= {200, 201}
    assert len(eva.get("/cases/CH-1001/replies")["replies"]) == 1


@pytest.mark.parametrize("minutes", [0, 5])
def test_a_crash_between_act_and_record_is_told_and_not_guessed_about(
    world: ApiWorld, eva: Program, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hub.store.requests.SqliteRequests.finish", dies)
    with pytest.raises(BaseException):  # noqa: B017  the server goes down with it
        eva.client.post(
            f"/api/v1{NOTE}",
            json={"text": "once"},
            headers={"authorization": f"Bearer {eva.token}", "idempotency-key": "k"},
        )
    monkeypatch.undo()
    world.desktop.clock.advance(minutes=minutes)

    status, kind, detail = eva.refused("POST", NOTE, {"text": "once"}, idempotency_key="k")

    assert (status, kind) == (409, "key-unfinished" if minutes else "key-running")
    assert notes(eva) == ["once"]
    assert not minutes or "Look whether it was done" in detail


def test_a_reply_under_a_key_is_one_reply_even_after_a_crash(world: ApiWorld, eva: Program) -> None:
    reply = {"text": "Hej.", "after": "s1-m1"}
    first = eva.post("/cases/CH-1001/replies", reply, idempotency_key="k")["reply"]["key"]
    with open_hub(world.desktop.config) as anew:
        assert [one.client_key for one in anew.store.replies(case_number="CH-1001")] == ["k"]

    world.desktop.clock.advance(days=3)

    assert eva.post("/cases/CH-1001/replies", reply, idempotency_key="k")["reply"]["key"] == first
