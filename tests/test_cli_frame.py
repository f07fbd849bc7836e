"""The frame of the command line: help, errors and exit codes, and the commands that set casehub up."""

from __future__ import annotations

import errno
import importlib.util
import io
import json
import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
import structlog
from click.testing import CliRunner, Result

from hub import log
from hub.app import Channel, Hub, open_hub
from hub.cli import COMMANDS, common, main
from hub.cli import init as init_module
from hub.cli.common import echo_json, take_any_text
from hub.cli.desk_options import given_text
from hub.core.incoming import IncomingMessage
from hub.core.matching import MatchingRules
from hub.core.merge import keys_of, merge_batch
from hub.core.model import Author, Direction, Message, Party
from hub.errors import Busy, ConfigurationError, NotFound, Refused, StoreError, Unavailable
from hub.refreshing import refresh_evaluations
from hub.testing.guard import RealNetworkError, no_network

if TYPE_CHECKING:
    from tests.fakes import MovableClock

Install = Callable[..., None]
Write = Callable[[str], Path]

CHANNEL = """
[channels.support]
adapter = "shop"
shop = "Öberg"
password = "env:SHOP_PASSWORD"
"""


def run(*words: str, **more: Any) -> Result:
    """What `casehub WORDS` does."""
    return CliRunner().invoke(main, words, prog_name="casehub", **more)


@pytest.fixture
def shop(install_plugin: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin with the adapter `shop`, and the password of a channel."""
    install_plugin("shop")
    monkeypatch.setenv("SHOP_PASSWORD", "Åsa 漢字")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A function that runs a command which fails in this way."""

    def fails(error: BaseException, *before: str) -> Result:
        @click.command()
        def command() -> None:
            raise error

        monkeypatch.setattr(type(main), "get_command", lambda *_: command)
        return run(*before, "check")

    return fails


# Help and the list of commands


def test_help_lists_every_command_with_its_own_short_help() -> None:
    text = run("--help").output

    for name, entry in COMMANDS.items():
        assert any(line.split() == [name, *entry.help.split()] for line in text.splitlines())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_short_help_of_a_command_is_the_one_in_the_list(name: str) -> None:
    if importlib.util.find_spec(COMMANDS[name].target.partition(":")[0]) is None:
        pytest.skip("this command is not written yet")

    command = main.get_command(click.Context(main), name)

    assert command is not None
    assert command.get_short_help_str(200) == COMMANDS[name].help
    assert command.help
    assert run(name, "--help").exit_code == 0


def test_an_unknown_command_is_answered_with_the_nearest() -> None:
    result = run("statsu")

    assert result.exit_code == 2
    assert "There is no command 'statsu'; did you mean 'status'?" in result.stderr
    assert "`casehub --help` lists what there is" in run("漢字").stderr


def test_the_version_is_told() -> None:
    assert run("--version").output.startswith("casehub 0.")


def test_completing_a_command_imports_none() -> None:
    code = "import sys; from hub.cli import main; main(prog_name='casehub')"
    asked = os.environ | {"_CASEHUB_COMPLETE": "bash_complete", "COMP_WORDS": "casehub c", "COMP_CWORD": "1"}
    shown = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], env=asked, capture_output=True, text=True, check=True
    )

    assert {line.partition(",")[2] for line in shown.stdout.splitlines()} >= {"check", "cases", "close", "completion"}
    assert "hub.cli.common" in shown.stderr
    assert "hub.cli.check" not in shown.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed(shell: str) -> None:
    assert "_CASEHUB_COMPLETE" in run("completion", shell).output


# Errors and exit codes


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("Åsa"), 2),
        (NotFound("Åsa"), 2),
        (Refused("Åsa"), 2),
        (Busy("Åsa"), 1),
        (StoreError("Åsa"), 1),
        (Unavailable("Åsa"), 1),
    ],
)
def test_an_error_is_one_sentence_with_its_exit_code(
    failing: Callable[..., Result], error: Exception, code: int
) -> None:
    result = failing(error)

    assert (result.exit_code, result.stderr, result.stdout) == (code, "Error: Åsa\n", "")


def test_debug_shows_where_an_error_comes_from(failing: Callable[..., Result]) -> None:
    result = failing(Refused("Åsa"), "--debug")

    assert result.exit_code == 2
    assert "Traceback" in result.stderr
    assert result.stderr.endswith("Error: Åsa\n")


def test_a_full_disk_is_one_sentence(failing: Callable[..., Result]) -> None:
    error = OSError(errno.ENOSPC, "No space left on device", "/tmp/Åsa")

    result = failing(error)

    assert result.exit_code == 1
    assert result.stderr == (
        "Error: the operating system refused at /tmp/Åsa: No space left on device; "
        "`casehub --debug` shows where it happened\n"
    )
    assert "Traceback" in failing(error, "--debug").stderr


def test_ctrl_c_ends_quietly(failing: Callable[..., Result]) -> None:
    result = failing(KeyboardInterrupt())

    assert (result.exit_code, result.output) == (130, "")


def test_a_reader_that_goes_away_is_no_error() -> None:
    code = "from hub.cli import main; main(['--help'])"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-c", code], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)

    assert done.stderr == ""


def test_fail_is_one_sentence_and_exit_code_one() -> None:
    with pytest.raises(click.ClickException) as caught:
        common.fail("no")

    assert (caught.value.exit_code, caught.value.format_message()) == (1, "no")


# Output


@dataclass
class Thing:
    """Some data."""

    name: str
    at: datetime


def test_json_keeps_the_order_of_keys_and_writes_instants_in_utc(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    echo_json(
        {"z": Thing("漢字", at), "a": {"b", "a"}, "d": date(2026, 1, 2), "t": timedelta(minutes=2)}, one_line=True
    )

    assert capsysbinary.readouterr().out.decode() == (
        '{"z":{"name":"漢字","at":"2026-11-23T09:00:00Z"},"a":["a","b"],"d":"2026-01-02","t":120.0}\n'
    )


def test_json_of_a_mangled_mail_can_still_be_read(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    echo_json({"text": "a\udc80\ud83d b"})

    assert json.loads(capsysbinary.readouterr().out) == {"text": "a\udc80\ud83d b"}


def test_json_of_anything_else_is_refused() -> None:
    with pytest.raises(TypeError, match="there is no JSON for a Decimal"):
        echo_json(Decimal(1))


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("ascii", "Åsa 漢字".encode()), ("cp1252", "Åsa ??".encode("cp1252")), ("utf-8", "Åsa 漢字".encode())],
)
def test_a_customers_name_can_be_printed_in_any_encoding(encoding: str, expected: bytes) -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding)
    take_any_text(stream)

    stream.write("Åsa 漢字")
    stream.flush()

    assert written.getvalue() == expected


def test_a_message_of_the_command_line_is_whole_or_refused() -> None:
    # What a terminal without UTF-8 makes of "Åsa", and what no UTF-8 ever is.
    assert given_text("Åsa 漢字 🙂", "the reply") == "Åsa 漢字 🙂"
    assert given_text("\udcc3\udc85sa", "the reply") == "Åsa"
    for broken in ("\udcff", "\ud800"):
        with pytest.raises(Refused, match="not UTF-8"):
            given_text(broken, "the reply")


def test_the_console_takes_text_literally(capsys: pytest.CaptureFixture[str]) -> None:
    common.console().print("[red]:smile:[/] 12 " + "漢" * 80)

    assert capsys.readouterr().out == "[red]:smile:[/] 12 " + "漢" * 80 + "\n"


@pytest.mark.parametrize("form", log.LogFormat)
def test_the_log_is_quiet_and_shows_no_local_variables(form: log.LogFormat, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(form)
    try:
        sign_in("hunter" + "2")
    except ZeroDivisionError:
        log.logger(channel="support").exception("it broke \x1b[2J 漢字")
    log.logger(channel="support").info("nothing new")

    told = capsys.readouterr()

    assert told.out == ""
    assert "support" in told.err
    assert "漢字" in told.err
    assert "Traceback" in told.err
    assert "\x1b[2J" not in told.err
    assert "hunter2" not in told.err
    assert "nothing new" not in told.err


def test_a_log_that_nobody_configured_is_quiet_too(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.reset_defaults()

    log.logger(channel="support").info("nothing new")

    assert capsys.readouterr() == ("", "")


def sign_in(password: str) -> float:
    """Fail with a secret among the local variables."""
    return len(password) / 0


# plugins


def test_plugins_are_listed_with_their_state(
    install_plugin: Install, shop: None, write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings('[plugins]\ndisabled = ["tired"]')
    install_plugin("odd", "1 / 0")
    install_plugin("tired")

    lines = [line.split() for line in run("plugins").output.splitlines()]

    assert ["shop", "1.2", "shop", "ready"] in lines
    assert ["odd", "1.2", "broken:", "ZeroDivisionError:", "division", "by", "zero"] in lines
    assert ["tired", "disabled"] in lines


def test_a_plugin_tells_its_settings_with_secrets_marked(shop: None, write_settings: Write) -> None:
    write_settings("").unlink()

    lines = [" ".join(line.split()) for line in run("plugins", "shop").output.splitlines()]

    assert lines[0] == "shop (casehub_shop 1.2): ready"
    assert "can: read cases and messages" in lines
    assert "limit: sells nothing" in lines
    assert "password secret required its password" in lines
    assert "port whole number 993 its port" in lines
    assert 'folders list of text ["INBOX"] what to read' in lines


def test_a_broken_plugin_shows_its_traceback_to_its_author(install_plugin: Install, write_settings: Write) -> None:
    write_settings("")
    install_plugin("odd", "1 / 0")

    assert "`casehub --debug plugins odd` shows where" in run("plugins", "odd").output
    assert "Traceback" in run("--debug", "plugins", "odd").output


def test_plugins_in_json_have_their_settings(shop: None, write_settings: Write) -> None:
    write_settings("")

    [plugin] = json.loads(run("plugins", "shop", "--json").output)["plugins"]

    assert (plugin["name"], plugin["state"], plugin["version"]) == ("shop", "ready", "1.2")
    settings = {setting["key"]: setting for setting in plugin["adapters"][0]["settings"]}
    assert settings["password"]["secret"] is True
    assert settings["port"]["default"] == 993


BELLS = """
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

import hub


class Bell(hub.Notifier):
    key = "bell"
    title = "A bell"
    leaves_the_house = True

    class Settings(BaseModel):
        token: SecretStr = Field(description="its token")

    def notify(self, settings, notification, tools):
        pass


@hub.hookimpl
def hub_register_notifiers(register):
    register(Bell)


@hub.hookimpl
def hub_register_policies(register):
    for name in ("good.toml", "odd.toml"):
        register(Path({folder!r}) / name)
"""


@pytest.fixture
def bells(install_plugin: Install, tmp_path: Path) -> None:
    """A plugin without adapters: it brings a notifier, a policy, and a file that is none."""
    (tmp_path / "good.toml").write_text('id = "good"\nversion = "7"\ntitle = "A promise"')
    (tmp_path / "odd.toml").write_text("id = ")
    install_plugin("bells", BELLS.format(folder=str(tmp_path)))


def test_a_plugin_without_adapters_is_listed_with_what_it_brings(bells: None, write_settings: Write) -> None:
    write_settings("")

    lines = [line.split() for line in run("plugins").output.splitlines()]

    assert ["bells", "1.2", "bell", "good,", "odd.toml", "ready"] in lines


def test_a_plugin_tells_of_its_notifiers_and_policies(bells: None, write_settings: Write) -> None:
    write_settings("")

    lines = [" ".join(line.split()) for line in run("plugins", "bells").output.splitlines()]

    assert "notifier bell: A bell; what it tells leaves the house" in lines
    assert "token secret required its token" in lines
    assert "policy good 7 (good.toml): A promise" in lines
    assert "policy odd.toml: cannot be read; `casehub policy check` tells why" in lines


def test_plugins_in_json_have_their_notifiers_and_policies(bells: None, write_settings: Write) -> None:
    write_settings("")

    [plugin] = json.loads(run("plugins", "bells", "--json").output)["plugins"]

    [bell] = plugin["notifiers"]
    assert (plugin["adapters"], bell["key"], bell["leaves_the_house"]) == ([], "bell", True)
    assert [setting["key"] for setting in bell["settings"]] == ["token"]
    assert [policy["id"] for policy in plugin["policies"]] == ["good", None]


def test_an_unknown_plugin_is_not_found(write_settings: Write) -> None:
    write_settings("")

    assert run("plugins", "nope").exit_code == 2


# init


def test_init_writes_a_file_that_can_be_used_and_nothing_else(shop: None, write_settings: Write) -> None:
    folder = write_settings("").parent
    (folder / "hub.toml").unlink()

    result = run("init", "--adapter", "shop", "--name", "web", "--shop", "Öberg \"&\" \\ 漢字", "--country", "se",
                 "--timezone", "Europe/Stockholm", "--folders", '["A", "B"]', "--port=25")  # fmt: skip

    assert result.exit_code == 0, result.output
    assert [path.name for path in folder.iterdir()] == ["hub.toml"]
    table = tomllib.loads((folder / "hub.toml").read_text(encoding="utf-8"))
    year = datetime.now(UTC).year
    assert date(year, 12, 25) in table["office"]["holidays"]
    assert table["office"]["known_until"] == date(year + 2, 12, 31)
    assert table["channels"]["web"] == {
        "adapter": "shop",
        "shop": 'Öberg "&" \\ 漢字',
        "password": "env:CASEHUB_WEB_PASSWORD",
        "port": 25,
        "folders": ["A", "B"],
    }
    assert "# token = " in (folder / "hub.toml").read_text(encoding="utf-8")
    assert "  1. export CASEHUB_WEB_PASSWORD=…" in result.output
    assert "  2. casehub check" in result.output


def test_what_init_wrote_passes_the_check(shop: None, write_settings: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings("").unlink()
    assert run("init", "--adapter", "shop", "--shop", "x", "--timezone", "UTC").exit_code == 0
    monkeypatch.setenv("CASEHUB_SUPPORT_PASSWORD", "Åsa 漢字")

    result = run("check")

    assert (result.exit_code, result.output) == (0, "✓ support: sign-in\n")


def test_init_never_replaces_a_file_unasked(shop: None, write_settings: Write) -> None:
    file = write_settings("# mine")
    words = ["init", "--adapter", "shop", "--shop", "x", "--timezone", "UTC"]

    result = run(*words)

    assert result.exit_code == 2
    assert "hub.toml is there already: use --force" in result.stderr
    assert file.read_text(encoding="utf-8").startswith("# mine")
    assert run(*words, "--force").exit_code == 0
    assert not file.read_text(encoding="utf-8").startswith("# mine")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "--shop is missing, and there is no terminal to ask on"),
        (["--shp", "x"], "did you mean shop?"),
        (["--shop"], "--shop needs a value"),
        (["stray"], "stray"),
        (["--shop", "x", "--port", "hunter2"], "port (--port) should be a whole number"),
        (["--shop", "x", "--port", "0"], "port (--port) should be greater than or equal to 1"),
        (["--shop", "x", "--password", "hunter2"], "does not belong on a command line"),
        (["--password", "hunter2"], "does not belong on a command line"),
        (["--shop", "x", "--name", "My-Shop"], "channels.My-Shop should be named with small letters"),
        (["--shop", "x", "--name", "My Shop"], "channels.My Shop should be named with small letters"),
        (["--shop", "x", "--timezone", "Europe/Stokholm"], "Europe/Stokholm"),
        (["--shop", "x", "--country", "Svedala"], "Svedala"),
        (["--adapter", "shpo"], "did you mean shop?"),
    ],
)
def test_init_refuses_what_cannot_be_used_and_writes_nothing(
    shop: None, write_settings: Write, words: list[str], expected: str
) -> None:
    folder = write_settings("").parent
    (folder / "hub.toml").unlink()

    result = run("init", *([] if "--adapter" in words else ["--adapter", "shop"]), *words)

    assert result.exit_code == 2
    assert expected in result.stderr
    assert "hunter2" not in result.stderr
    assert list(folder.iterdir()) == []


def test_init_asks_on_a_terminal_for_what_is_not_given(
    shop: None, write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_settings("")
    file.unlink()
    monkeypatch.setattr(init_module, "is_terminal", lambda: True)

    result = run("init", "--adapter", "shop", input="Åsas\nweb\nAsia/Tokyo\n\n")

    assert result.exit_code == 0, result.output
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    assert table["office"]["timezone"] == "Asia/Tokyo"
    assert table["office"]["holidays"] == []
    assert table["channels"]["web"]["shop"] == "Åsas"


def test_init_asks_again_for_an_answer_that_cannot_be_used(
    shop: None, write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_settings("")
    file.unlink()
    monkeypatch.setattr(init_module, "is_terminal", lambda: True)

    result = run("init", "--adapter", "shop", input="Åsas\nMy Shop\nweb\nMars/Phobos\nAsia/Tokyo\nXX\nSE\n")

    assert result.exit_code == 0, result.output
    assert "channels.My Shop should be named" in result.output
    assert "the time zone 'Mars/Phobos' is unknown" in result.output
    assert "country 'XX'" in result.output
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    assert table["office"]["timezone"] == "Asia/Tokyo"
    assert date(datetime.now(UTC).year, 12, 25) in table["office"]["holidays"]


def test_init_says_where_it_cannot_write(shop: None, write_settings: Write) -> None:
    file = write_settings("")

    result = run("--config", str(file / "hub.toml"), "init", "--adapter", "shop", "--shop", "x")

    assert result.exit_code == 2
    assert result.stderr == f"Error: {file}/hub.toml cannot be written: Not a directory\n"


# check


def test_check_proves_every_channel_and_one_failure_stops_no_other(shop: None, write_settings: Write) -> None:
    write_settings(
        CHANNEL
        + CHANNEL.replace("support", "breaking").replace("Öberg", "breaks")
        + CHANNEL.replace("support", "wrong").replace('shop = "Öberg"', "")
        + CHANNEL.replace("support", "odd").replace('"shop"', '"nope"')
        + CHANNEL.replace("support", "off") + "enabled = false\n"
        + CHANNEL.replace("support", "last")
    )  # fmt: skip

    result = run("check")

    lines = [line for line in result.output.splitlines() if line[0] in "✓✗"]
    assert result.exit_code == 1
    assert [line.partition(":")[0] for line in lines] == [
        "✓ support",
        "✓ breaking",
        "✗ breaking",
        "✗ wrong",
        "✗ odd",
        "✓ last",
    ]
    assert "channels.wrong.shop (hub.toml) is missing" in lines[3]
    assert "there is no adapter 'nope'" in lines[4]
    assert "a secret of the plugin" not in result.output


def test_check_tells_what_to_do_and_takes_names(
    shop: None, write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings(CHANNEL + CHANNEL.replace("support", "off") + "enabled = false")
    monkeypatch.setenv("SHOP_PASSWORD", "wrong")

    result = run("check", "off")

    assert (result.exit_code, result.output) == (1, "✗ off: sign-in\n    ask Åsa\n")
    assert "There is no channel 'of'; the channels are: off, support." in run("check", "of").stderr


def test_check_in_json(shop: None, write_settings: Write) -> None:
    write_settings(CHANNEL)

    assert json.loads(run("check", "--json").output) == {
        "ok": True,
        "channels": [
            {
                "channel": "support",
                "ok": True,
                "proofs": [{"what": "sign-in", "ok": True, "detail": "", "advice": "ask Åsa"}],
            }
        ],
        "notifiers": [],
    }


def test_channels_that_are_all_switched_off_are_not_taken_for_none(shop: None, write_settings: Write) -> None:
    write_settings(CHANNEL + "enabled = false")

    assert "Every channel is switched off" in run("check").output
    assert "Every channel is switched off" in run("status").output


def test_check_without_channels_says_how_to_begin(write_settings: Write) -> None:
    write_settings("")

    result = run("check")

    assert result.exit_code == 0
    assert "There are no channels yet" in result.output


# The opened hub


def test_a_hub_has_its_channels_with_their_own_and_common_settings(
    shop: None, write_settings: Write, clock: MovableClock
) -> None:
    write_settings(
        CHANNEL
        + 'silent_after = "5m"\nnew_case_after_days = 3\nnew_subject_after_days = 4\n'
        + CHANNEL.replace("support", "other").replace("Ö", "ö")
    )

    with open_hub(clock=clock) as hub:
        first, second = hub.channels()

    assert isinstance(first, Channel)
    assert (first.name, first.silent_after, first.enabled) == ("support", timedelta(minutes=5), True)
    assert first.rules == MatchingRules(new_case_after=timedelta(days=3), new_subject_after=timedelta(days=4))
    assert second.silent_after == timedelta(hours=1)
    assert second.rules == MatchingRules()


QUOTED_ONCE = """
schema = 1
id = 'quoted'
title = 'A promise'
version = '1'
effective_from = 2026-01-01
adapters = ['shop']
source = { where = 'the terms', checked_on = 2026-11-20, mark = 'documented' }

[[rule]]
id = 'any'
title = 'Any'
"""
BRINGS_A_POLICY = """
from pathlib import Path

import hub


@hub.hookimpl
def hub_register_policies(register):
    register(Path({file!r}))
"""


def test_a_policy_is_found_by_its_adapter_however_that_is_quoted(
    install_plugin: Install, shop: None, write_settings: Write, tmp_path: Path
) -> None:
    write_settings(CHANNEL)
    file = tmp_path / "quoted.toml"
    file.write_text(QUOTED_ONCE)
    install_plugin("quoted", BRINGS_A_POLICY.format(file=str(file)))

    with open_hub() as hub:
        assert hub.policy_of("support").id == "quoted"


TO_COME = """
schema = 1
{first}
[[policy]]
id = "web"
title = "Another promise"
version = "2"
pin = "follow"
effective_from = 2099-01-01
adapters = ["shop"]
source = {{ where = "the terms", checked_on = 2026-11-20, mark = "documented" }}
[[policy.rule]]
id = "any"
title = "Any"
"""


def test_a_version_that_is_tried_out_counts_before_its_first_day(shop: None, write_settings: Write) -> None:
    folder = write_settings(CHANNEL).parent
    first = QUOTED_ONCE.replace("schema = 1", "[[policy]]").replace("quoted", "web").replace("[[rule", "[[policy.rule")
    own = folder / "policies.toml"
    own.write_text(TO_COME.format(first=first))

    with open_hub() as hub:
        case = hub.store.case(save_a_mail(hub))
        versions = [book.chosen(case).policy.version for book in (hub.book, hub.book_with(own))]

    assert versions == ["1", "2"]


def test_a_broken_channel_that_is_switched_off_is_not_mentioned(shop: None, write_settings: Write) -> None:
    write_settings(CHANNEL.replace("shop = ", "enabled = false\nshp = "))

    with open_hub() as hub:
        assert hub.broken_channels() == []
        assert hub.channels() == []


def test_tools_sign_for_one_channel_with_the_hubs_own_key(write_settings: Write) -> None:
    folder = write_settings("").parent

    with open_hub() as hub:
        support, other = hub.tools("support"), hub.tools("other")
        made_for_nothing = (folder / "data" / "secret.key").exists()
        signature = support.sign("CH-1001")

    assert not made_for_nothing
    assert signature != other.sign("CH-1001")
    with open_hub() as again:
        assert again.tools("support").sign("CH-1001") == signature
        assert again.tools("support").content(again.tools("support").keep("漢字".encode())) == "漢字".encode()


def test_deadlines_are_computed_anew_once_when_the_promise_changes(
    write_settings: Write, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings("")
    with open_hub(clock=clock) as hub:
        number = save_a_mail(hub)
        before = hub.store.summary(number).deadline
        unchanged = refresh_evaluations(hub.store, hub.evaluation_of, hub.origin)
    monkeypatch.setenv("CASEHUB_OFFICE__ANSWER_WITHIN", "1wh")

    with open_hub(clock=clock) as hub:
        after = hub.store.summary(number).deadline
        again = refresh_evaluations(hub.store, hub.evaluation_of, hub.origin)

    assert unchanged == again == 0
    assert before is not None
    assert before.due == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert after is not None
    assert after.due == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_what_a_command_wrote_by_policies_that_changed_meanwhile_is_computed_anew(
    write_settings: Write, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings("")
    with open_hub(clock=clock) as long_one:
        monkeypatch.setenv("CASEHUB_OFFICE__ANSWER_WITHIN", "1wh")
        open_hub(clock=clock).close()
        number = save_a_mail(long_one)

    with open_hub(clock=clock) as hub:
        deadline = hub.store.summary(number).deadline

    assert deadline is not None
    assert deadline.due == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def save_a_mail(hub: Hub) -> str:
    """Store one case with a mail that arrives now; its number."""
    sender = Party("Åsa", "asa@shop.example")
    message = Message("mail-1", Author.CUSTOMER, Direction.INBOUND, hub.clock.now(), "Var är paketet?", sender=sender)
    items = (IncomingMessage(message),)
    with hub.store.writing() as writer:
        known = writer.known("support", keys_of(items))
        [change] = merge_batch(items, known, "support", hub.clock.now(), writer.next_number, MatchingRules()).changes
        writer.save(change, hub.evaluation_of(change.case))
    return change.case.number


# Mending the database


def test_the_database_is_checked_copied_and_rebuilt(write_settings: Write, tmp_path: Path, clock: MovableClock) -> None:
    write_settings("")
    with open_hub(clock=clock) as hub:
        save_a_mail(hub)

    assert run("db", "check").output.startswith("✓ The database in ")
    assert json.loads(run("db", "check", "--json").output) == {"ok": True, "findings": []}
    assert run("db", "rebuild").output == "Rebuilt 1 case.\n"
    assert run("db", "backup", str(tmp_path / "copy")).exit_code == 0
    assert run("db", "backup", str(tmp_path / "copy")).exit_code == 2
    assert (tmp_path / "copy" / "casehub.sqlite").exists()


# The guards of the tests themselves


def test_no_test_reaches_the_real_network() -> None:
    with no_network():  # one of its own: the guard of all tests would fail this one for having tried
        with socket.socket() as endpoint, pytest.raises(RealNetworkError, match="the real network"):
            endpoint.connect(("192.0.2.1", 80))
        with pytest.raises(RealNetworkError, match=r"asked the real network for shop\.example"):
            socket.create_connection(("shop.example", 80))


def test_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_the_clock_moves_only_when_told(clock: MovableClock) -> None:
    before = clock.now()

    assert clock.now() == before
    assert clock.advance(timedelta(days=1), hours=2) == before + timedelta(hours=26)


def test_what_an_interrupted_run_left_behind_is_harmless(write_settings: Write) -> None:
    folder = write_settings("").parent / "data"
    run("cases")
    (folder / "contents" / "ab").mkdir()
    for name in ("one.part", "two.part"):
        (folder / "contents" / "ab" / name).touch()

    told, data = run("db", "check"), run("db", "check", "--json")

    assert (told.exit_code, data.exit_code) == (0, 0)
    assert "was left by a process that died while writing it, and 1 more of its kind" in told.output
    assert "is sound" in told.output
    assert [finding["harmless"] for finding in json.loads(data.output)["findings"]] == [True, True]
