"""The page of webhooks: whoever manages adds, tries, replaces, pauses and removes addresses, and replays messages."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.core.people import Role
from hub.core.webhook_events import TYPES
from hub.web.words import LANGUAGES, texts
from hub.web.worker import Worker
from hub.webhooks import WebhookAct, tell_programs
from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP
from tests.receiver import Receiver
from tests.web_world import Visitor, WebWorld, web_world

SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")


@pytest.fixture
def world(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Iterator[WebWorld]:
    config, state = tmp_path / "hub.toml", tmp_path / "state.json"
    config.write_text(f"{HUB_TOML}\n[webhooks]\nallow_private = true\n", encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    install_plugin("shop", SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    with web_world(Desktop(config, state, clock)) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def boss(world: WebWorld) -> Visitor:
    return world.signed_in("boss", Role.ADMIN)


def added(world: WebWorld, boss: Visitor, receiver: Receiver, **more: object) -> str:
    """An address that was added by the form; its id."""
    store = world.hub.store.webhooks
    before = {standing.endpoint.id for standing in store.standings()}
    assert boss.post("/webhooks", {"url": receiver.url, **more}).status_code == 200
    [name] = {standing.endpoint.id for standing in store.standings()} - before
    return name


def test_an_address_is_added_and_its_secret_shown_once(world: WebWorld, boss: Visitor, receiver: Receiver) -> None:
    assert "No program is told of anything yet." in boss.page("/webhooks")

    answer = boss.post("/webhooks", {"url": receiver.url, "types": ["case.opened", "case.closed"], "include": "text"})

    [standing] = world.hub.store.webhooks.standings()
    endpoint = standing.endpoint
    assert len(SECRET.findall(answer.text)) == 1
    assert answer.headers["cache-control"] == "no-store"
    assert (endpoint.types, endpoint.include, endpoint.by) == (
        frozenset({"case.opened", "case.closed"}),
        frozenset({"text"}),
        "boss",
    )
    for address in ("/webhooks", f"/webhooks/{endpoint.id}"):
        assert SECRET.search(boss.get(address).text) is None
    assert f"127.0.0.1:{receiver.port}" in boss.page("/webhooks")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"url": "http://hooks.example/"}, "should begin with https://"),
        ({"url": "https://169.254.169.254/"}, "should be one on the public internet"),
        ({"url": ""}, "should be one such as https://"),
        ({"url": "https://hooks.example/", "types": "case.exploded"}, "there is no type"),
        ({"url": "https://hooks.example/", "channels": "nobody"}, "there is no channel"),
    ],
)
def test_what_cannot_be_meant_is_refused(world: WebWorld, boss: Visitor, form: dict[str, str], said: str) -> None:
    answer = boss.post("/webhooks", form)

    assert (answer.status_code, said in answer.text) == (422, True)
    assert world.hub.store.webhooks.standings() == []


def test_an_address_is_tried_and_the_page_says_what_came_of_it(
    world: WebWorld, boss: Visitor, receiver: Receiver
) -> None:
    name = added(world, boss, receiver)

    assert "It took the message (HTTP 204)." in boss.post(f"/webhooks/{name}/test").text
    receiver.answers = [500]
    assert "It did not take the message: HTTP 500" in boss.post(f"/webhooks/{name}/test").text
    assert [json.loads(got.body)["type"] for got in receiver.got] == ["webhook.test"] * 2


def test_a_secret_is_replaced(world: WebWorld, boss: Visitor, receiver: Receiver) -> None:
    name = added(world, boss, receiver)

    first = SECRET.findall(boss.post(f"/webhooks/{name}/rotate").text)
    after = world.hub.store.webhooks.standing(name).endpoint
    second = SECRET.findall(boss.post(f"/webhooks/{name}/rotate", {"at_once": "yes"}).text)
    last = world.hub.store.webhooks.standing(name).endpoint

    assert len({*first, *second}) == 2
    assert (after.generation, after.both_until is None, last.generation, last.both_until) == (2, False, 3, None)


def test_an_address_is_switched_off_and_on_and_removed(world: WebWorld, boss: Visitor, receiver: Receiver) -> None:
    name = added(world, boss, receiver)

    assert boss.post(f"/webhooks/{name}/pause").headers["location"] == f"/webhooks/{name}?done=paused"
    assert "boss switched it off" in boss.page(f"/webhooks/{name}?done=paused")
    boss.post(f"/webhooks/{name}/resume")
    assert world.hub.store.webhooks.standing(name).off == ""
    assert boss.post(f"/webhooks/{name}/remove").headers["location"] == "/webhooks?done=removed"
    assert boss.get(f"/webhooks/{name}").status_code == 404


def test_messages_are_listed_shown_and_sent_once_more(world: WebWorld, boss: Visitor, receiver: Receiver) -> None:
    receiver.answers = [410]
    name = added(world, boss, receiver, types="case.opened")
    world.desktop.opens()
    tell_programs(world.hub)

    page = boss.page(f"/webhooks/{name}?state=dead")
    [delivery] = world.hub.store.webhooks.deliveries(name)
    shown = boss.page(f"/webhooks/{name}/messages/{delivery.id}")

    assert "case.opened" in page
    assert "HTTP 410" in page
    assert '"type": "case.opened"' in shown
    assert delivery.event in shown

    boss.post(f"/webhooks/{name}/replay")
    assert world.hub.store.webhooks.counts(name) == {"pending": 1}
    receiver.answers = [200]
    boss.post(f"/webhooks/{name}/resume")
    tell_programs(world.hub)
    assert boss.post(f"/webhooks/{name}/replay", {"number": str(delivery.id)}).status_code == 303
    assert world.hub.store.webhooks.counts(name) == {"pending": 1}


@pytest.mark.parametrize("number", ["0", "77", "x", "9" * 40])
def test_a_message_that_is_not_there_is_not_found(
    world: WebWorld, boss: Visitor, receiver: Receiver, number: str
) -> None:
    name = added(world, boss, receiver)

    assert boss.get(f"/webhooks/{name}/messages/{number}").status_code == 404
    assert boss.post(f"/webhooks/{name}/replay", {"number": number}).status_code == 404


def test_a_message_of_another_address_is_not_found_here(world: WebWorld, boss: Visitor, receiver: Receiver) -> None:
    one, two = added(world, boss, receiver), added(world, boss, receiver)
    world.desktop.opens()
    tell_programs(world.hub)
    theirs = world.hub.store.webhooks.deliveries(two)[0].id

    assert boss.get(f"/webhooks/{one}/messages/{theirs}").status_code == 404
    assert boss.post(f"/webhooks/{one}/replay", {"number": str(theirs)}).status_code == 404


def test_what_customers_and_receivers_say_is_text_on_the_page(
    world: WebWorld, boss: Visitor, receiver: Receiver
) -> None:
    name = added(world, boss, receiver, include="text")
    world.desktop.opens(subject="<script>alert(1)</script>")
    tell_programs(world.hub)

    pages = [boss.get(f"/webhooks/{name}/messages/{d.id}").text for d in world.hub.store.webhooks.deliveries(name)]

    assert not any("<script>alert" in page for page in pages)
    assert any("&lt;script&gt;alert" in page for page in pages)


def test_every_act_is_written_into_the_log_without_a_secret(world: WebWorld, boss: Visitor, receiver: Receiver) -> None:
    name = added(world, boss, receiver)
    for act in ("test", "rotate", "pause", "resume", "replay", "remove"):
        boss.post(f"/webhooks/{name}/{act}")

    entries = [entry for entry in world.site.people.audit() if entry.act.startswith("webhook_")]

    assert [entry.act for entry in reversed(entries)] == [
        "webhook_added",
        "webhook_tried",
        "webhook_rotated",
        "webhook_paused",
        "webhook_resumed",
        "webhook_replayed",
        "webhook_removed",
    ]
    assert {(entry.who, entry.door, entry.about) for entry in entries} == {("boss", "web", name)}
    assert "whsec_" not in repr(entries)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_there_in_every_language(
    world: WebWorld, boss: Visitor, receiver: Receiver, language: str
) -> None:
    name = added(world, boss, receiver)
    world.desktop.opens()
    tell_programs(world.hub)
    number = world.hub.store.webhooks.deliveries(name)[0].id
    boss.client.cookies.set("casehub-language", language, domain="127.0.0.1")

    for address in ("/webhooks", f"/webhooks/{name}", f"/webhooks/{name}/messages/{number}"):
        assert f'<html lang="{language}"' in boss.get(address).text
    assert str(texts()["webhooks.endpoints"][language]) in boss.page("/webhooks")


def test_a_served_hub_tells_by_itself_what_happens(world: WebWorld, boss: Visitor, receiver: Receiver) -> None:
    arrived = threading.Event()

    def takes(handler: Any) -> None:
        arrived.set()
        handler.send_response(204)
        handler.send_header("content-length", "0")
        handler.end_headers()

    receiver.answers = [takes]
    added(world, boss, receiver, types="case.opened")
    worker = Worker(world.site, None)
    worker.start()
    try:
        world.desktop.opens()
        assert arrived.wait(30)
    finally:
        worker.end()

    assert [delivery.state for delivery in world.hub.store.webhooks.deliveries("")] == ["delivered"]


def test_the_log_of_acts_has_words_for_every_act() -> None:
    assert [act for act in WebhookAct if f"audit.act_{act}" not in texts()] == []


def test_the_form_offers_every_type(boss: Visitor) -> None:
    page = boss.get("/webhooks").text

    assert re.findall(r'name="types" value="([^"]+)"', page) == [*TYPES]
