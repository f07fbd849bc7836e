"""bol.com pushes to a served hub: what became of a decision is known at once, and nobody else is believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from hub.app import open_hub
from hub.cli import main
from hub.core.outbox import ReplyState
from hub.core.pushes import PushRequest
from hub.signing_in import SigningIn
from hub.testing import SimulatedClock
from hub.web.app import make_app, make_site
from hub_bolcom.processes import Stage
from hub_bolcom.simulator import BolSimulator

Write = Callable[[str], Path]


@dataclass
class Shop:
    """One account at the pretended bol.com, with a decision that it works on, and a served hub."""

    bol: BolSimulator
    clock: SimulatedClock
    config: Path
    client: TestClient

    def run(self, *words: str) -> str:
        result = CliRunner().invoke(main, ["--config", str(self.config), *words], env={"CASEHUB_USER": "eva"})
        assert result.exit_code == 0, result.output
        return result.stdout

    def decides(self) -> str:
        """Decide a return, and hand it to bol.com; the id of the process that works on it."""
        self.bol.customer_writes("Past niet.")
        self.run("sync")
        self.run("decide", "CH-1001", "RETURN_RECEIVED", "--yes")
        self.clock.advance(timedelta(seconds=11))
        self.run("deliver")
        return str(self.reply().receipt_ref)

    def reply(self) -> Any:
        with open_hub(self.config) as hub:
            [reply] = hub.store.replies()
            return reply

    def push(self, request: PushRequest, channel: str = "bol_nl") -> int:
        answer = self.client.post(f"/push/{channel}", content=request.body, headers=dict(request.headers))
        assert answer.text in ("", "a push may have 65,536 bytes")
        return answer.status_code


@pytest.fixture
def shop(write_settings: Write, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    clock = SimulatedClock()
    bol = BolSimulator(clock)
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    monkeypatch.setenv("BOL_SECRET", bol.secrets()["client_secret"])
    bol.serve()
    settings = {**bol.settings(), "client_secret": "env:BOL_SECRET"}
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    web = '[web]\npublic_url = "https://service.shop.example"\n'
    config = write_settings(f'[channels.bol_nl]\nadapter = "bolcom"\n{lines}{web}')
    try:
        with open_hub(config) as hub:
            app = make_app(make_site(hub, SigningIn(hub.store.people, hub.clock)))
            with TestClient(app, base_url="http://127.0.0.1") as client:
                yield Shop(bol, clock, config, client)
    finally:
        bol.stop()


def test_a_decision_is_known_to_be_carried_out_as_soon_as_bol_com_pushes(shop: Shop) -> None:
    process = shop.decides()
    shop.clock.advance(timedelta(seconds=61))
    shop.run("deliver")
    assert shop.reply().state is ReplyState.ACCEPTED

    assert shop.push(shop.bol.pushes.process_ended(process)) == 200

    assert shop.reply().state is ReplyState.DELIVERED


def test_a_decision_that_bol_com_failed_at_is_known_as_soon(shop: Shop) -> None:
    shop.bol.account.next_ends.append((Stage.FAILURE, "not possible", timedelta(seconds=30)))
    process = shop.decides()
    shop.clock.advance(timedelta(seconds=31))

    assert shop.push(shop.bol.pushes.process_ended(process, "FAILURE")) == 200

    assert (shop.reply().state, "not possible" in shop.reply().reason) == (ReplyState.FAILED, True)


def test_a_push_that_lies_about_an_end_changes_nothing_for_bol_com_itself_is_asked(shop: Shop) -> None:
    process = shop.decides()

    assert shop.push(shop.bol.pushes.process_ended(process, "FAILURE")) == 200

    assert shop.reply().state is ReplyState.UNCERTAIN
    shop.clock.advance(timedelta(minutes=10))
    shop.run("deliver")
    assert shop.reply().state is ReplyState.DELIVERED


def test_a_push_that_somebody_else_signed_is_refused_and_changes_nothing(shop: Shop) -> None:
    process = shop.decides()
    before = shop.reply()
    good = shop.bol.pushes.process_ended(process)
    forged = [
        PushRequest(good.headers, good.body + b" "),
        PushRequest({"content-type": "application/json"}, good.body),
        PushRequest({"signature": "keyId=0"}, good.body),
        PushRequest({"signature": good.headers["signature"].replace("keyId=0", "keyId=9")}, good.body),
        PushRequest({"x-bol-signature": good.headers["signature"]}, good.body),
    ]

    assert [shop.push(one) for one in forged] == [401] * 5
    assert shop.reply() == before


def test_an_old_push_that_is_sent_again_does_no_harm(shop: Shop) -> None:
    process = shop.decides()
    shop.clock.advance(timedelta(seconds=61))
    push = shop.bol.pushes.process_ended(process)

    assert [shop.push(push) for _ in range(3)] == [200] * 3
    assert len([request for request in shop.bol.requests if request.method == "PUT"]) == 1


def test_other_news_is_taken_and_nothing_done(shop: Shop) -> None:
    event = {"resource": "SHIPMENT", "type": "UPDATE_TRANSPORT_EVENT", "resourceId": "1"}

    assert shop.push(shop.bol.pushes.push(event)) == 200
    assert shop.push(shop.bol.pushes.signed(b"no json")) == 200


def test_keys_that_bol_com_has_changed_are_read_once_more(shop: Shop) -> None:
    assert shop.push(shop.bol.pushes.process_ended("1")) == 200
    shop.bol.pushes.change_key("1")
    shop.clock.advance(timedelta(minutes=7))

    assert shop.push(shop.bol.pushes.process_ended("1")) == 200
    assert shop.bol.pushes.keys_asked_for == 2


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_push_is_read_byte_for_byte_whatever_it_calls_itself(shop: Shop, kind: str) -> None:
    push = shop.bol.pushes.process_ended("1")

    assert shop.push(PushRequest({**push.headers, "content-type": kind}, push.body)) == 200


def test_a_push_that_is_too_large_is_not_taken(shop: Shop) -> None:
    assert shop.push(shop.bol.pushes.signed(b"x" * 70_000)) == 413


@pytest.mark.parametrize("channel", ["nobody", "BOL_NL", "bol_nl%00"])
def test_nothing_is_pushed_to_a_channel_that_is_not_there(shop: Shop, channel: str) -> None:
    assert shop.push(shop.bol.pushes.process_ended("1"), channel) == 404


def test_an_address_is_only_pushed_to(shop: Shop) -> None:
    assert shop.client.get("/push/bol_nl").status_code == 405


def test_an_address_is_subscribed_listed_and_ended_by_commands(shop: Shop) -> None:
    assert "it pushes to https://service.shop.example/push/bol_nl" in shop.run("push", "subscribe", "bol_nl")
    assert json.loads(shop.run("push", "list", "bol_nl", "--json")) == {
        "subscriptions": [{"id": "8001", "url": "https://service.shop.example/push/bol_nl", "on": True}]
    }
    assert shop.bol.pushes.keys_asked_for == 1
    assert shop.push(shop.bol.pushes.process_ended("1")) == 200
    assert shop.bol.pushes.keys_asked_for == 1

    shop.run("push", "unsubscribe", "bol_nl", "8001")
    assert "It pushes nothing" in shop.run("push", "list", "bol_nl")


def test_a_channel_that_pushes_nothing_says_so(shop: Shop) -> None:
    said = CliRunner().invoke(main, ["--config", str(shop.config), "push", "list", "nobody"])

    assert (said.exit_code, "There is no channel 'nobody'" in said.stderr) == (2, True)


def test_only_https_is_subscribed(shop: Shop) -> None:
    words = ["--config", str(shop.config), "push", "subscribe", "bol_nl", "http://127.0.0.1/push/bol_nl"]

    assert "should begin with https://" in CliRunner().invoke(main, words).stderr
