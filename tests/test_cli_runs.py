"""`sync`, `deliver`, `run` and `status` as a person, a script and a monitor use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli import main
from hub.cli.progress import Bars
from hub.core.incoming import Progress
from hub.runs.sync import ChannelResult

Install = Callable[..., None]
Write = Callable[[str], Path]

PLATFORM = """
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hub
from pydantic import BaseModel


class Connection(hub.Connection):
    def __init__(self, settings, tools):
        self.settings, self.tools = settings, tools

    def check(self):
        yield hub.Proof("sign-in", ok=True)

    def fetch(self, checkpoint, open_cases):
        if self.settings.trouble == "fetch":
            raise ZeroDivisionError("s3cret")
        if self.settings.trouble == "password":
            raise hub.AuthenticationFailed("the password is wrong")
        done = checkpoint["done"] if checkpoint else 0
        for number in range(done + 1, 4):
            written = datetime.now(UTC) - timedelta(seconds=9 - number)
            message = hub.Message(
                f"m{number}", hub.Author.CUSTOMER, hub.Direction.INBOUND, written,
                text="Hej 🙂", subject=f"Fråga {number}", sender=hub.Party("Åsa", "asa@kund.example"),
            )
            yield hub.Batch((hub.IncomingMessage(message),), {"done": number}, progress=hub.Progress(number, 3))

    def deliver(self, reply, case):
        if self.settings.trouble == "deliver":
            raise hub.Rejected("550 no such user")
        with Path("received.txt").open("a", encoding="utf-8") as out:
            out.write(reply.key + "\\n")
        return hub.Receipt("r", self.tools.clock.now())


class Adapter(hub.Adapter):
    key = "pretended"
    title = "A pretended platform"
    capabilities = frozenset({hub.Capability.FETCH, hub.Capability.REPLY, hub.Capability.ACKNOWLEDGE})

    class Settings(BaseModel):
        trouble: str = ""

    def speaks_as(self, settings):
        if settings.trouble == "name":
            raise RuntimeError("s3cret")
        return hub.Party("Butiken", "shop@shop.example")

    def open(self, settings, tools):
        if settings.trouble == "open":
            raise RuntimeError("s3cret")
        return Connection(settings, tools)


@hub.hookimpl
def hub_register_adapters(register):
    register(Adapter)
"""


def channel(name: str, trouble: str = "", adapter: str = "pretended") -> str:
    return f'[channels.{name}]\nadapter = "{adapter}"\n' + (f'trouble = "{trouble}"\n' if trouble else "")


@pytest.fixture
def platform(install_plugin: Install) -> None:
    install_plugin("pretended", PLATFORM)


def casehub(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="casehub")


def data(*arguments: str) -> Any:
    return json.loads(casehub(*arguments, "--json").stdout)


pytestmark = pytest.mark.usefixtures("platform")


def test_sync_says_what_came_and_what_is_due_next(write_settings: Write) -> None:
    write_settings(channel("shop"))

    first, second = casehub("sync"), casehub("sync")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "✓ shop: 3 new messages, 3 new cases" in first.stdout
    assert "Due next:" in first.stdout
    assert "Fråga 1" in first.stdout
    assert "✓ shop: nothing new" in second.stdout


def test_sync_tells_machines_the_same(write_settings: Write) -> None:
    write_settings(channel("shop"))

    told = data("sync")

    [shop] = told["channels"]
    assert (shop["channel"], shop["ok"], shop["new_messages"], shop["new_cases"]) == ("shop", True, 3, 3)
    assert [due["case"] for due in told["due_next"]] == ["CH-1001", "CH-1002", "CH-1003"]
    assert all(due["due"].endswith("Z") for due in told["due_next"])


@pytest.mark.parametrize("reading", [("sync",), ("run", "--once")])
def test_only_a_channel_that_is_set_to_acknowledges_and_each_case_once(
    write_settings: Write, reading: tuple[str, ...]
) -> None:
    write_settings(f'{channel("shop")}acknowledge = true\nacknowledge_language = "sv"\n{channel("silent")}')

    for _ in range(2):
        assert casehub(*reading).exit_code == 0
    assert casehub("deliver").exit_code == 0

    # One address gets one automatic mail an hour, and all three cases are of one customer. Which channel's cases have
    # the first numbers is chance: they are read side by side.
    first = min(case["number"] for case in data("cases", "--channel", "shop")["cases"])
    assert Path("received.txt").read_text().split() == [f"ack-{first.lower()}"]
    assert "Butiken" in casehub("show", first).stdout
    assert "Fråga 1" in casehub("show", first).stdout


@pytest.mark.parametrize("reading", [("sync",), ("run", "--once")])
def test_a_plugin_that_cannot_say_in_whose_name_it_writes_stops_no_other_channel(
    write_settings: Write, reading: tuple[str, ...]
) -> None:
    bad, good = (f"{channel(name, trouble)}acknowledge = true\n" for name, trouble in (("bad", "name"), ("good", "")))
    write_settings(bad + good)

    told, done = data(*reading), casehub(*reading)
    casehub("deliver")

    assert done.exit_code == 1
    [trouble] = told["troubles"]
    assert trouble.startswith("bad: The plugin broke with RuntimeError")
    assert trouble in done.stderr
    assert "s3cret" not in done.output + str(told)
    assert len(Path("received.txt").read_text().split()) == 1


def test_a_channel_set_to_acknowledge_what_its_platform_cannot_is_refused_by_name(
    install_plugin: Install, write_settings: Write
) -> None:
    mute = PLATFORM.replace(", hub.Capability.ACKNOWLEDGE", "").replace('"pretended"', '"mute"')
    install_plugin("mute", mute)
    write_settings(f"{channel('bad', adapter='mute')}acknowledge = true\n{channel('good')}")

    for command in ("check", "sync"):
        done = casehub(command)
        assert done.exit_code == 1
        assert "channels.bad.acknowledge: A pretended platform has no way to send automatic answers" in done.stdout
        assert "✓ good" in done.stdout


@pytest.mark.parametrize("trouble", ["open", "fetch", "password"])
def test_a_channel_that_fails_is_named_and_stops_no_other(write_settings: Write, trouble: str) -> None:
    write_settings(channel("bad", trouble) + channel("good"))

    done = casehub("sync")

    assert done.exit_code == 1
    assert "✗ bad: " in done.stdout
    assert "✓ good: 3 new messages" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_plugin_that_breaks_on_import_is_named_and_stops_no_other(
    write_settings: Write, install_plugin: Install
) -> None:
    install_plugin("broken", "raise RuntimeError('boom')")
    write_settings(channel("bad", adapter="broken") + channel("good"))

    done = casehub("sync")

    assert done.exit_code == 1
    assert "✗ bad: " in done.stdout
    assert "boom" in done.stdout
    assert "✓ good: 3 new messages" in done.stdout


def test_sync_reads_the_channels_it_is_told(write_settings: Write) -> None:
    write_settings(channel("one") + channel("two"))

    done = casehub("sync", "two")

    assert "two" in done.stdout
    assert "✓ one" not in done.stdout


def test_an_unknown_channel_is_answered_with_those_there_are(write_settings: Write) -> None:
    write_settings(channel("one") + channel("two"))

    done = casehub("sync", "tow")

    assert done.exit_code == 2
    assert "one, two" in done.stderr


def test_deliver_sends_once_and_says_so(write_settings: Write) -> None:
    write_settings(channel("shop"))
    casehub("sync")
    casehub("reply", "CH-1001", "-m", "Svar", "--yes")

    first, second = casehub("deliver"), casehub("deliver")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "✓ shop: 1 reply delivered" in first.stdout
    assert "Nothing waits" in second.stdout
    assert len(Path("received.txt").read_text(encoding="utf-8").splitlines()) == 1


def test_a_refused_reply_makes_deliver_and_status_fail_aloud(write_settings: Write) -> None:
    write_settings(channel("shop", "deliver"))
    casehub("sync")
    casehub("reply", "CH-1001", "-m", "Svar", "--yes")

    done, status = casehub("deliver"), casehub("status")

    assert (done.exit_code, status.exit_code) == (1, 1)
    assert "for you to decide on" in done.stdout
    assert "casehub outbox" in status.stdout


def test_replies_of_a_broken_channel_are_said_aloud(write_settings: Write) -> None:
    file = write_settings(channel("shop"))
    casehub("sync")
    casehub("reply", "CH-1001", "-m", "Svar", "--yes")
    file.write_text(file.read_text(encoding="utf-8").replace('"pretended"', '"gone"'), encoding="utf-8")

    done = casehub("deliver")

    assert done.exit_code == 1
    assert "replies wait" in done.stdout


def test_replies_of_a_channel_that_is_switched_off_are_said_aloud(write_settings: Write) -> None:
    write_settings(channel("shop"))
    casehub("sync")
    casehub("reply", "CH-1001", "-m", "Hej", "--as", "eva")
    write_settings(channel("shop") + "enabled = false\n")

    sent, state = casehub("deliver"), casehub("status")

    assert (sent.exit_code, state.exit_code) == (1, 1)
    assert "✗ shop: replies wait, but it is switched off" in sent.stdout
    assert "its replies wait, but it is switched off" in state.stdout
    assert casehub("deliver", "shop").stdout == "✓ shop: 1 reply delivered\n"


def test_nothing_is_queued_when_it_cannot_be_sent_at_once(write_settings: Write) -> None:
    write_settings(channel("shop"))
    casehub("sync")
    write_settings(channel("other"))

    refused = casehub("reply", "CH-1001", "-m", "Hej", "--as", "eva", "--now")

    assert refused.exit_code == 2
    assert "There is no channel 'shop'" in refused.stderr
    assert data("outbox")["replies"] == []


def test_run_once_reads_and_sends(write_settings: Write) -> None:
    write_settings(channel("shop"))
    casehub("run", "--once")
    casehub("reply", "CH-1001", "-m", "Svar", "--yes")

    told = data("run", "--once")

    assert told["read"][0]["ok"]
    assert len(told["sent"][0]["delivered"]) == 1


def test_a_stopped_channel_rests_in_scheduled_runs_and_says_how_to_try(write_settings: Write) -> None:
    write_settings(channel("shop", "password"))
    casehub("run", "--once")

    again = casehub("run", "--once")

    assert again.exit_code == 1
    assert "left alone for now; `casehub sync` tries at once" in again.stdout


@pytest.mark.parametrize("arguments", [(), ("--once", "--every", "5m")])
def test_run_wants_to_know_how_often(write_settings: Write, arguments: tuple[str, ...]) -> None:
    write_settings(channel("shop"))

    done = casehub("run", *arguments)

    assert done.exit_code == 2
    assert "--every 5m" in done.stderr


def test_run_refuses_an_interval_nobody_understands(write_settings: Write) -> None:
    write_settings(channel("shop"))

    done = casehub("run", "--every", "often")

    assert done.exit_code == 2
    assert "30s, 5m, 1h30m or 1d" in done.stderr


@pytest.fixture
def between_rounds(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Make `run --every` do two rounds, with something that happens between them."""

    def happening(between: Callable[[], object]) -> None:
        def twice(_interval: object, work: Callable[[], bool], _stop: object) -> bool:
            first = work()
            between()
            return work() and first

        monkeypatch.setattr("hub.runs.schedule.every", twice)

    return happening


def test_a_run_that_goes_on_follows_policies_that_change(
    write_settings: Write, between_rounds: Callable[[Callable[[], object]], None]
) -> None:
    own = write_settings(channel("shop") + '[notify]\nhours = "always"\n').with_name("policies.toml")
    shorter = '[override.office.rule.promise.clock.first_response]\ntarget = ["1s"]\n'
    between_rounds(lambda: own.write_text(f'schema = 1\n[override.office]\nbecause = "us"\n{shorter}'))

    run = casehub("run", "--every", "5m")

    assert run.exit_code == 0
    assert "3 deadlines: 3 late" in run.stdout


@pytest.mark.parametrize(
    ("name", "mistake", "told"),
    [
        ("policies.toml", "schema = 1\n[override.ofice]\n", 'there is no policy "ofice"; did you mean office?'),
        ("hub.toml", "[notify]\nhours = 3\n", "notify.hours"),
        ("hub.toml", '[notify]\nhours = { mon = ["25:00-26:00"] }\n', "a time that no day has"),
    ],
)
def test_a_run_goes_on_when_its_settings_break_and_says_so(
    write_settings: Write,
    between_rounds: Callable[[Callable[[], object]], None],
    name: str,
    mistake: str,
    told: str,
) -> None:
    file = write_settings(channel("shop")).with_name(name)
    before = file.read_text() if file.exists() else ""
    between_rounds(lambda: file.write_text(before + mistake))

    run = casehub("run", "--every", "5m")

    assert run.exit_code == 1
    assert "✓ shop: nothing new" in run.stdout
    assert told in run.stderr
    assert "goes on with the settings of before" in run.stderr


def test_status_is_fit_for_a_monitor(write_settings: Write) -> None:
    write_settings(channel("shop") + channel("bad", "fetch"))

    before = casehub("status")
    casehub("sync")
    after = casehub("status", "--json")

    assert before.exit_code == 1
    assert "never read" in before.stdout
    told = json.loads(after.stdout)
    states = {found["channel"]: found["ok"] for found in told["channels"]}
    assert (after.exit_code, told["ok"]) == (1, False)
    assert states == {"shop": True, "bad": False}
    assert told["cases"] == {"open": 3}


@pytest.mark.parametrize(("days", "told", "code"), [(60, "", 0), (30, "note: working hours", 0), (5, "✗ working", 1)])
def test_status_says_in_time_that_the_calendar_ends(write_settings: Write, days: int, told: str, code: int) -> None:
    end = (datetime.now(UTC) + timedelta(days=days)).date()
    office = f'[office]\ntimezone = "Europe/Stockholm"\nknown_from = 2026-01-01\nknown_until = {end}\n'
    write_settings(office + channel("shop"))
    casehub("sync")

    done = casehub("status")

    assert (done.exit_code, "working hours are known until" in done.stdout) == (code, bool(told))
    assert told in done.stdout


def test_a_terminal_sees_how_far_each_channel_has_come(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with Bars() as bars:
        bars.progress("shop", 40, Progress(40, 120))
        bars._bars.refresh()
        bars.done(ChannelResult("shop"))

    shown = capsys.readouterr().err
    assert "shop" in shown
    assert "40/120" in shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_that_goes_on_in_an_orderly_way(
    write_settings: Write, tmp_path: Path, number: signal.Signals
) -> None:
    file = write_settings(channel("shop"))
    source = tmp_path / "site-packages"
    command = [
        sys.executable,
        "-c",
        "from hub.cli import main; main(prog_name='casehub')",
        "run",
        "--every",
        "1h",
        "--json",
    ]
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONUTF8": "1"}
    with subprocess.Popen(
        command, cwd=file.parent, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        first = json.loads(running.stdout.readline())
        running.send_signal(number)
        _, errors = running.communicate(timeout=60)

    assert first["read"][0]["new_messages"] == 3
    assert running.returncode == 0
    assert "ending when what is under way is done" in errors
    assert "Traceback" not in errors
