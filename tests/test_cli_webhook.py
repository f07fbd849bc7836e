"""`casehub webhook`: addresses are added, tried, replaced, paused and removed, and messages sent once more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from standardwebhooks.webhooks import Webhook

from hub.app import Hub, open_hub
from hub.cli import main
from hub.core.events import Event, MessageArrived, Opened
from hub.core.merge import Change
from hub.core.model import Author, Direction, Message
from hub.core.ports import ChannelRecord
from hub.core.replay import replay
from hub.core.webhooks import GIVEN_UP_AFTER
from tests.fakes import MovableClock
from tests.receiver import Receiver

Write = Callable[[str], Path]


@dataclass
class Desktop:
    """The commands on one database."""

    config: Path
    clock: MovableClock

    def run(self, *words: str) -> Result:
        environment = {"CASEHUB_USER": "eva", "COLUMNS": "120"}
        return CliRunner().invoke(main, ["--config", str(self.config), *words], env=environment)

    def told(self, *words: str) -> str:
        result = self.run(*words)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        return result.stdout

    def data(self, *words: str) -> Any:
        return json.loads(self.told(*words, "--json"))

    def refused(self, *words: str) -> str:
        result = self.run(*words)
        assert isinstance(result.exception, SystemExit)
        assert result.exit_code != 0
        return result.stderr

    def hub(self) -> Hub:
        return open_hub(self.config)

    def opens(self) -> str:
        with self.hub() as hub, hub.store.writing() as writer:
            number, now = writer.next_number(), self.clock.now()
            message = Message(f"m-{number}", Author.CUSTOMER, Direction.INBOUND, now, text="Var är paketet? 🙂")
            whats = (Opened(number, "support", f"E-{number}"), MessageArrived(message))
            case = replay(events := tuple(Event(what, now, now) for what in whats))
            writer.save(Change(case, events, is_new=True), hub.evaluation_of(case))
            return number

    def adds(self, receiver: Receiver, *words: str) -> tuple[str, str]:
        made = self.data("webhook", "add", receiver.url, *words)
        return made["endpoint"], made["secret"]


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch, write_settings: Write, install_plugin: Callable[..., None]) -> Desktop:
    install_plugin("shop")
    monkeypatch.setenv("SHOP_PASSWORD", "Åsa 漢字")
    channel = '[channels.support]\nadapter = "shop"\nshop = "x"\npassword = "env:SHOP_PASSWORD"\n'
    clock = MovableClock()
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    return Desktop(write_settings(f"{channel}[webhooks]\nallow_private = true\n"), clock)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def ran(desktop: Desktop) -> list[dict[str, Any]]:
    """What a round says of webhooks; the pretended shop itself cannot be read."""
    found: list[dict[str, Any]] = json.loads(desktop.run("run", "--once", "--json").stdout)["webhooks"]
    return found


def test_an_address_is_added_and_told_by_a_round(desktop: Desktop, receiver: Receiver) -> None:
    said = desktop.told("webhook", "add", receiver.url, "--type", "case.opened")
    number = desktop.opens()

    [result] = ran(desktop)

    assert said.count("whsec_") == 1
    assert (result["delivered"], result["failed"]) == (1, 0)
    assert json.loads(receiver.got[0].body)["data"]["case"] == number
    [shown] = desktop.data("webhook", "list")["endpoints"]
    assert (shown["url"], shown["types"], shown["active"], shown["by"]) == (
        receiver.url,
        ["case.opened"],
        True,
        "eva",
    )
    assert shown["messages"] == {"pending": 0, "delivered": 1, "dead": 0}
    assert "took the last one 0 s ago" in desktop.told("webhook", "list")


def test_no_secret_is_shown_again(desktop: Desktop, receiver: Receiver) -> None:
    name, _ = desktop.adds(receiver)
    for words in (["list"], ["show", name], ["dead"], ["test", name]):
        assert "whsec_" not in desktop.told("webhook", *words)
        assert "whsec_" not in desktop.told("webhook", *words, "--json")


def test_a_test_says_what_was_answered_and_its_signature_holds(desktop: Desktop, receiver: Receiver) -> None:
    name, secret = desktop.adds(receiver)
    desktop.clock.instant = datetime.now(UTC)

    assert desktop.told("webhook", "test", name) == "✓ taken (HTTP 204)\n"
    sent = Webhook(secret).verify(receiver.got[0].body.decode(), receiver.got[0].headers)
    assert sent["type"] == "webhook.test"

    receiver.answers = [500]
    assert desktop.refused("webhook", "test", name) == "✗ not taken: HTTP 500\n"
    assert json.loads(desktop.run("webhook", "test", name, "--json").stdout) == {
        "ok": False,
        "status": 500,
        "trouble": "HTTP 500",
    }


def test_a_secret_is_replaced_and_the_old_one_signs_for_a_day(desktop: Desktop, receiver: Receiver) -> None:
    name, first = desktop.adds(receiver)

    replaced = desktop.data("webhook", "rotate", name)
    gone = desktop.data("webhook", "rotate", name, "--at-once")

    assert len({first, replaced["secret"], gone["secret"]}) == 3
    assert replaced["old_secret_until"] == "2026-03-03T12:00:00Z"
    assert gone["old_secret_until"] is None


def test_an_address_that_is_paused_goes_on_where_it_stopped(desktop: Desktop, receiver: Receiver) -> None:
    name, _ = desktop.adds(receiver, "--type", "case.opened")
    desktop.told("webhook", "pause", name)
    desktop.opens()
    assert ran(desktop) == []
    assert "eva switched it off" in desktop.told("webhook", "show", name)

    desktop.told("webhook", "resume", name)

    assert [result["delivered"] for result in ran(desktop)] == [1]


def test_messages_that_were_given_up_are_listed_and_sent_once_more(desktop: Desktop, receiver: Receiver) -> None:
    receiver.answers = [410]
    name, _ = desktop.adds(receiver, "--type", "case.opened")
    desktop.opens()
    ran(desktop)

    [dead] = desktop.data("webhook", "dead")["deliveries"]
    assert (dead["state"], dead["status"], dead["endpoint"]) == ("dead", 410, name)
    assert "HTTP 410" in desktop.told("webhook", "dead", name)

    receiver.answers = [200]
    assert desktop.told("webhook", "replay", "--dead", name) == "1 message goes out once more.\n"
    desktop.told("webhook", "resume", name)
    ran(desktop)
    assert desktop.data("webhook", "replay", str(dead["number"])) == {"replayed": 1}
    ran(desktop)
    assert desktop.data("webhook", "replay", "--to", name, "--since", "2026-03-02 12:00") == {"replayed": 1}
    ran(desktop)

    assert [json.loads(got.body)["data"]["event"] for got in receiver.got] == [dead["event"]] * 4
    assert len({got.headers["casehub-delivery-id"] for got in receiver.got}) == 4


def test_status_tells_of_an_address_that_was_switched_off(desktop: Desktop, receiver: Receiver) -> None:
    receiver.answers = [500]
    name, _ = desktop.adds(receiver)
    desktop.opens()
    ran(desktop)
    desktop.clock.advance(GIVEN_UP_AFTER)
    ran(desktop)

    remarks = [remark["text"] for remark in json.loads(desktop.run("status", "--json").stdout)["remarks"]]

    assert f"webhook {name} is switched off: it took nothing for 5 days: HTTP 500; `casehub webhook resume {name}`" in (
        remarks
    )


def test_a_round_says_which_address_failed(desktop: Desktop, receiver: Receiver) -> None:
    receiver.answers = [500]
    name, _ = desktop.adds(receiver)
    desktop.opens()

    assert f"✗ webhook {name}: HTTP 500" in desktop.run("run", "--once").stderr


def test_a_deadline_that_is_missed_is_told(desktop: Desktop, receiver: Receiver) -> None:
    desktop.adds(receiver, "--type", "deadline.late")
    number = desktop.opens()
    desktop.clock.advance(days=5)
    with desktop.hub() as hub, hub.store.writing() as writer:
        writer.record_channel(ChannelRecord("support", read_until=hub.clock.now()))

    desktop.run("run", "--once")

    assert {json.loads(got.body)["data"]["case"] for got in receiver.got} == {number}
    assert {json.loads(got.body)["type"] for got in receiver.got} == {"deadline.late"}


def test_an_address_is_removed(desktop: Desktop, receiver: Receiver) -> None:
    name, _ = desktop.adds(receiver)

    desktop.told("webhook", "remove", name[:6])

    assert desktop.told("webhook", "list") == ("No program is told of anything; `casehub webhook add URL` adds one.\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "http://hooks.example/"], "the address should begin with https://"),
        (["add", "https://169.254.169.254/"], "the address should be one on the public internet"),
        (["add", "https://a.example/", "--channel", "nope"], "there is no channel 'nope'; there is support"),
        (["add", "https://a.example/", "--type", "nope"], "'nope' is not one of"),
        (["show", "ep_x"], "there is no endpoint 'ep_x'; `casehub webhook list` has them all"),
        (["replay"], "name a MESSAGE, or --dead ENDPOINT"),
        (["replay", "--to", "ep_1"], "name a MESSAGE, or --dead ENDPOINT"),
        (["replay", "77"], "there is no message 77"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_way_out(desktop: Desktop, words: list[str], said: str) -> None:
    assert said in desktop.refused("webhook", *words)


def test_an_id_that_could_be_two_is_asked_about(desktop: Desktop, receiver: Receiver) -> None:
    desktop.adds(receiver)
    desktop.adds(receiver)

    assert "'ep_' may be ep_" in desktop.refused("webhook", "show", "ep_")
