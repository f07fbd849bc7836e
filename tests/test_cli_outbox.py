"""The outbox as a person meets it: undo, four eyes, the stop button, sending later, writing anew, and two at once."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from hub.app import open_hub
from hub.cli.deliver import wait_out_undo
from hub.core.outbox import Hold, Reply, ReplyState, move, start_sending
from hub.core.uptime import Uptime
from tests.deciding_desk import AnyClock, Desktop
from tests.deciding_shop import HUB_TOML, PORTAL, SHOP

TEXT = "Vi skickar en ny vas i morgon. 漢字 🙂"
FOUR_EYES = """
[approval.refunds]
acts = ["decide"]
moves_money = true
above = { SEK = 500 }
approvers = ["bo", "Lena"]

[approval.trainees]
writers = ["trainee"]
"""


@pytest.fixture
def desktop(
    tmp_path: Path, clock: AnyClock, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., None]
) -> Desktop:
    """A desk with one case, where a reply may be undone for ten seconds."""
    config, state = tmp_path / "hub.toml", tmp_path / "state.json"
    config.write_text(HUB_TOML + FOUR_EYES, encoding="utf-8")
    monkeypatch.setattr("hub.clock.SystemClock", lambda: clock)
    monkeypatch.setenv("CASEHUB_OUTBOX__UNDO", "10s")
    install_plugin("shop", SHOP.format(state=str(state)))
    install_plugin("portal", PORTAL)
    desk = Desktop(config, state, clock)
    desk.opens()
    return desk


def queued(desktop: Desktop, *words: str) -> str:
    """The key of a reply that was queued just now."""
    return str(json.loads(desktop.run("reply", "1001", "-m", TEXT, *words, "--json").stdout)["key"])


def only(desktop: Desktop) -> dict[str, Any]:
    """The only reply in the outbox."""
    [reply] = desktop.data("outbox", "--all")["replies"]
    return dict(reply)


def change(desktop: Desktop, key: str, how: Callable[[Reply], Reply]) -> None:
    with open_hub(desktop.config) as hub, hub.store.writing() as writer:
        writer.save_reply(how(writer.reply(key)))


# Undo


def test_what_was_queued_a_moment_ago_is_taken_back_with_its_text(desktop: Desktop) -> None:
    told = desktop.told("reply", "1001", "-m", TEXT)

    undone = desktop.run("undo")

    assert "for 10 s `casehub undo` takes it back" in told
    assert (undone.exit_code, undone.stdout) == (0, f"{TEXT}\n")
    assert "the customer gets nothing" in undone.stderr
    assert (only(desktop)["state"], only(desktop)["reason"]) == ("cancelled", "cancelled by Eva: undone")
    desktop.clock.advance(minutes=1)
    desktop.told("deliver")
    assert desktop.done() == []


def test_nothing_is_sent_while_it_can_be_undone_and_it_is_sent_after_that(desktop: Desktop) -> None:
    queued(desktop)

    within = desktop.told("deliver", "--no-wait")
    shown = desktop.told("outbox")
    desktop.clock.advance(seconds=10)
    after = desktop.told("deliver")

    assert within == "… shop: 1 reply to be sent later\n"
    assert "sent in 10 s unless `casehub undo` takes it back" in shown
    assert after.startswith("✓ shop: 1 reply delivered")


def test_what_is_over_or_somebody_elses_is_not_undone(desktop: Desktop) -> None:
    queued(desktop, "--as", "bo")
    not_mine = desktop.refused("undo")
    desktop.clock.advance(seconds=11)

    too_late = desktop.refused("undo", "--as", "bo")

    assert "Nothing of yours can be undone any more" in not_mine
    assert "casehub outbox cancel" in too_late
    assert only(desktop)["state"] == "queued"


def test_an_undo_time_of_nothing_sends_at_once(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEHUB_OUTBOX__UNDO", "0s")
    queued(desktop)

    assert desktop.told("deliver", "--no-wait").startswith("✓ shop: 1 reply delivered")


def test_a_delivery_waits_for_the_real_time_in_which_a_reply_may_be_undone(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Running:
        def now(self) -> Any:
            return desktop.clock.now()

        def uptime(self) -> Uptime:
            return Uptime("boot", 5_000)

    class Stop(threading.Event):
        waited: float | None = 0.0

        def wait(self, timeout: float | None = None) -> bool:
            self.waited = timeout
            return False

    monkeypatch.setattr("hub.clock.SystemClock", Running)
    queued(desktop)
    stop, elsewhere = Stop(), Stop()
    with open_hub(desktop.config) as hub:
        wait_out_undo(hub, {"shop"}, stop)
        wait_out_undo(hub, {"portal"}, elsewhere)

    assert stop.waited == pytest.approx(10.05)
    assert elsewhere.waited == 0.0


def test_a_program_that_sends_at_once_waits_for_nobody(desktop: Desktop) -> None:
    told = desktop.data("reply", "1001", "-m", TEXT, "--now")

    assert told["state"] == "delivered"


# Four eyes


def test_a_second_person_has_to_agree_and_the_writer_cannot(desktop: Desktop) -> None:
    kept = desktop.told("decide", "1001", "refund_partly", "-m", "Du får halva", "--percent", "50", "--yes")
    key = only(desktop)["key"]
    desktop.run("deliver", "--no-wait")
    own = desktop.refused("outbox", "approve", key, "--as", "EVA")
    other = desktop.refused("outbox", "approve", key, "--as", "Kim")
    released = desktop.refused("outbox", "release", key, "--as", "bo")
    before = desktop.done()

    agreed = desktop.told("outbox", "approve", key, "--as", "BO")
    desktop.clock.advance(seconds=10)
    desktop.told("deliver")

    assert "waits for bo or Lena to approve it, by the rule 'refunds'" in kept
    assert "by the rule 'refunds' bo or Lena has to approve it" in own
    assert "wrote it" in own
    assert "Kim cannot approve" in other
    assert "is not asked" in other
    assert "has to agree with `casehub outbox approve`" in released
    assert before == []
    assert agreed.endswith("is approved.\n")
    assert [act["word"] for act in desktop.done()] == ["refund_partly"]
    history = " ".join(desktop.told("show", "1001", "--history").split())
    assert f"decide on the platform {key} waits for a second person, by the rule refunds" in history
    assert f"decide on the platform {key} approved by BO" in history


@pytest.mark.parametrize(
    ("words", "held"),
    [
        (("refund_partly", "-m", "Hej", "--percent", "50"), True),  # 625 of 1,250 SEK
        (("refund_partly", "-m", "Hej", "--percent", "70"), False),  # 375 SEK
        (("slow", "-m", "Snart"), False),  # moves nothing
    ],
)
def test_a_rule_is_for_what_costs_so_much(desktop: Desktop, words: tuple[str, ...], held: bool) -> None:
    desktop.told("decide", "1001", *words, "--yes")

    assert (only(desktop)["hold"] == "approval") is held


def test_what_a_trainee_writes_is_read_by_somebody_and_written_anew_it_is_read_again(desktop: Desktop) -> None:
    key = queued(desktop, "--as", "Trainee")
    desktop.told("outbox", "approve", key, "--as", "eva")

    edited = desktop.told("outbox", "edit", key, "-m", "Nytt", "--as", "trainee")

    assert "is written anew and held" in edited
    assert (only(desktop)["approval"], only(desktop)["approved_by"]) == ("trainees", None)
    desktop.clock.advance(minutes=1)
    desktop.run("deliver")
    assert desktop.done() == []


def test_an_approval_is_refused_when_the_customer_has_written_since(desktop: Desktop) -> None:
    key = queued(desktop, "--as", "trainee")
    desktop.opens(messages=(desktop.letter("s1-m2", text="Jag har hittat den!"),))

    refused = desktop.refused("outbox", "approve", key)

    assert "Jag har hittat den!" in refused
    assert TEXT in refused


# The stop button


def test_the_stop_button_lets_nothing_leave_until_it_is_released(desktop: Desktop) -> None:
    queued(desktop)
    desktop.clock.advance(seconds=11)
    pressed = desktop.told("outbox", "stop", "-m", "fel mall")
    sent = desktop.told("deliver")
    shown, status = desktop.told("outbox"), desktop.run("status")
    reading_back = only(desktop)["state"]

    desktop.told("outbox", "resume")
    after = desktop.told("deliver")

    assert pressed == "Nothing leaves any channel any more; `casehub outbox resume` lets it go on.\n"
    assert "■ shop: all sending was stopped by Eva at" in sent
    assert "(fel mall)" in shown
    assert (status.exit_code, "fel mall" in status.stdout) == (1, True)
    assert reading_back == "queued"
    assert after.startswith("✓ shop: 1 reply delivered")
    assert "is not stopped" in desktop.refused("outbox", "resume")


def test_a_stop_of_one_channel_is_no_stop_of_another(desktop: Desktop) -> None:
    queued(desktop)
    desktop.clock.advance(seconds=11)
    desktop.told("outbox", "stop", "portal")

    assert desktop.told("deliver").startswith("✓ shop: 1 reply delivered")
    assert "There is no channel" in desktop.refused("outbox", "stop", "shoop")


# Later, twice, anew


def test_a_reply_is_sent_when_its_writer_said_and_keeps_no_other_waiting(desktop: Desktop) -> None:
    later = desktop.told("reply", "1001", "-m", TEXT, "--at", "2026-11-23 14:30")
    queued(desktop)
    desktop.clock.advance(minutes=1)
    first = desktop.data("deliver")["channels"][0]
    desktop.clock.advance(hours=6)
    second = desktop.data("deliver")["channels"][0]

    assert "sends it from" in later
    assert "14:30" in later
    assert (len(first["delivered"]), len(first["later"])) == (1, 1)
    assert len(second["delivered"]) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--at", "07:00"), "is over"),
        (("--at", "i morgon"), "is no instant"),
        (("--at", "2026-11-24 09:00", "--now"), "--now sends at once and --at later"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused(desktop: Desktop, words: tuple[str, ...], told: str) -> None:
    assert told in desktop.refused("reply", "1001", "-m", TEXT, *words)
    assert desktop.data("outbox")["replies"] == []


def test_a_reply_that_would_be_late_is_pointed_out(desktop: Desktop) -> None:
    told = desktop.run("reply", "1001", "-m", TEXT, "--at", "2026-12-24 14:30")

    assert "! CH-1001 is due" in told.stderr
    assert told.exit_code == 0


def test_a_program_that_asks_twice_is_answered_by_the_one_reply(desktop: Desktop) -> None:
    first, again = queued(desktop, "--key", "web-7"), queued(desktop, "--key", "web-7")
    other = desktop.refused("reply", "1001", "-m", "Annat", "--key", "web-7")

    assert first == again
    assert only(desktop)["client_key"] == "web-7"
    assert "stands for another reply to CH-1001 already" in other


def test_a_decision_that_a_program_asks_for_twice_is_made_once(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("decide", "1001", "slow", "-m", "Snart", "--yes", "--key", "erp-1")
    first = desktop.data(*words)["queued"]["key"]
    again = desktop.data(*words)["queued"]["key"]
    desktop.clock.advance(seconds=11)
    desktop.told("deliver")
    after = desktop.data(*words)["queued"]["key"]

    assert first == again == after
    assert len(desktop.done()) == 1


def test_a_waiting_reply_is_written_anew_under_its_key(desktop: Desktop) -> None:
    key = queued(desktop)
    desktop.told("outbox", "edit", key[:6], "-m", "Bättre text")
    desktop.clock.advance(seconds=11)
    desktop.told("deliver")

    assert desktop.done() == [{"deliver": "Bättre text"}]
    assert only(desktop)["key"] == key
    assert f"reply {key} written anew by Eva" in desktop.told("show", "1001", "--history")


def test_what_is_being_sent_is_neither_edited_nor_held(desktop: Desktop) -> None:
    key = queued(desktop)
    change(desktop, key, start_sending)

    for words in (("edit", key, "-m", "Nej"), ("hold", key), ("cancel", key)):
        assert "is sending and cannot be" in desktop.refused("outbox", *words)


def test_a_reply_is_held_until_it_is_released(desktop: Desktop) -> None:
    key = queued(desktop)
    desktop.told("outbox", "hold", key, "-m", "fel pris")
    desktop.clock.advance(minutes=1)
    sent = desktop.run("deliver")
    shown = desktop.told("outbox", "show", key)

    desktop.told("outbox", "release", key)
    desktop.told("deliver")

    assert sent.exit_code == 1
    assert "held by Eva: fel pris" in shown
    assert "`casehub outbox release` lets it go" in shown
    assert len(desktop.done()) == 1


def test_what_the_customer_wrote_since_is_shown_beside_the_reply(desktop: Desktop) -> None:
    key = queued(desktop)
    desktop.opens(messages=(desktop.letter("s1-m2", text="Glöm det \x1b[31m!"),))
    desktop.clock.advance(seconds=11)
    desktop.run("deliver")

    shown = desktop.told("outbox", "show", key)

    assert "Glöm det ␛[31m!" in shown
    assert TEXT in shown
    assert "`casehub outbox release`, `edit` or `cancel`" in shown


def test_what_failed_on_the_platform_is_tried_again_by_a_person(desktop: Desktop) -> None:
    key = queued(desktop)
    sending = start_sending
    change(desktop, key, lambda reply: move(move(sending(reply), ReplyState.ACCEPTED), ReplyState.FAILED, "FAILURE"))
    waiting = desktop.told("outbox")

    desktop.told("outbox", "retry", key)
    desktop.told("deliver")

    assert f"! {key}  CH-1001  failed" in waiting
    assert len(desktop.done()) == 1


# Channels


def test_replies_of_a_channel_that_is_switched_off_are_held_and_go_on_with_it(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued(desktop)
    desktop.clock.advance(seconds=11)
    monkeypatch.setenv("CASEHUB_CHANNELS__SHOP__ENABLED", "false")
    off = desktop.run("deliver")
    held, status = only(desktop), desktop.run("status")

    monkeypatch.delenv("CASEHUB_CHANNELS__SHOP__ENABLED")
    on = desktop.told("deliver")

    assert off.exit_code == 1
    assert (held["state"], held["hold"], held["needs_a_person"]) == ("held", Hold.CHANNEL, False)
    assert "switched off" in held["reason"]
    assert "held until the channel works again" in status.stdout
    assert on.startswith("✓ shop: 1 reply delivered")


# Two at once


@pytest.fixture
def bo_is_writing(desktop: Desktop) -> Iterator[Path]:
    """A draft that bo writes just now, in a process of his own."""
    writer = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    folder = desktop.config.parent / "data" / "drafts"
    folder.mkdir(parents=True, exist_ok=True)
    host = subprocess.run(["hostname"], capture_output=True, text=True, check=True).stdout.strip()
    since = int(desktop.clock.now().timestamp())
    parts = ("CH-1001", "bo\x1b", host, str(writer.pid), str(since))
    path = folder / ("~".join(quote(part, safe="") for part in parts) + ".md")
    path.write_text("Hej", encoding="utf-8")
    yield path
    writer.communicate(b"\n")


def test_whoever_writes_to_the_same_customer_is_told_of(desktop: Desktop, bo_is_writing: Path) -> None:
    told = desktop.run("reply", "1001", "-m", TEXT)
    shown = desktop.data("show", "1001")["writing"]

    assert told.exit_code == 0
    assert "! bo␛ (since" in told.stderr
    assert "is writing on CH-1001 too." in told.stderr
    assert len(shown) == 1
    assert bo_is_writing.read_text(encoding="utf-8") == "Hej"


def test_a_draft_that_somebody_left_is_no_collision(desktop: Desktop, bo_is_writing: Path) -> None:
    bo_is_writing.rename(bo_is_writing.with_name("CH-1001~bo~elsewhere~x~1.md"))

    assert desktop.run("reply", "1001", "-m", TEXT).stderr == ""


def test_a_reply_that_somebody_queued_meanwhile_is_shown_before_a_second_one_goes(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def queue_another(*_: Any, **__: Any) -> None:
        queued(desktop, "--as", "bo")

    monkeypatch.setattr("hub.cli.sending.look_again", _once(queue_another))

    told = desktop.run("reply", "1001", "-m", "Mitt svar", "--yes")

    assert told.exit_code == 0
    assert "! bo wrote a reply that is queued while you were writing to this customer" in told.stderr
    assert TEXT in told.stderr


def _once(act: Callable[..., None]) -> Callable[..., None]:
    calls: list[int] = []

    def first(*given: Any, **more: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            act(*given, **more)

    return first


# Programs


def test_the_outbox_tells_programs_what_waits_for_what(desktop: Desktop) -> None:
    key = queued(desktop, "--as", "trainee")
    desktop.told("outbox", "stop", "shop", "-m", "paus")
    desktop.clock.advance(hours=5)

    told = json.loads(desktop.told("outbox", "--json"))

    [reply] = told["replies"]
    assert (reply["key"], reply["hold"], reply["overdue"], reply["approval"]) == (key, "approval", True, "trainees")
    [stop] = told["stopped"]
    assert (stop["channel"], stop["by"], stop["why"]) == ("shop", "Eva", "paus")


def test_mistakes_in_the_settings_of_the_outbox_are_named(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASEHUB_OUTBOX__UNDO")
    for text, told in (
        ('[outbox]\nundo = "1h"\n', "outbox.undo (hub.toml) should be 10m at most"),
        ('[approval.x]\nchannels = ["shoop"]\n', "approval.x.channels (hub.toml) names a channel that is not set"),
        ("[approval.x]\nabove = { kr = 5 }\n", "approval.x.above (hub.toml) should name currencies by three letters"),
        ('[approval.x]\nacts = ["refund"]\n', "approval.x.acts"),
    ):
        desktop.config.write_text(HUB_TOML + text, encoding="utf-8")
        assert told.replace("hub.toml", str(desktop.config)) in desktop.refused("outbox")
