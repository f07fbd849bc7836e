"""hub.toml and the environment: what is read, and how a mistake is told without the rejected value."""

from __future__ import annotations

import importlib.metadata
import re
import stat
import sys
import threading
import tomllib
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from hub.adapter import Adapter, Capability, Connection, Tools
from hub.core.model import CaseType
from hub.core.policy import Audience, Deed
from hub.errors import ConfigurationError
from hub.notifier import Notification, Notifier, NotifierTools
from hub.plugin_checks import NOTIFIER_KEYS, OWN_KEYS
from hub.plugins import AdapterInfo, NotifierInfo, load_plugins
from hub.secrets import signer, signing_key
from hub.settings import (
    ChannelTable,
    Claims,
    Goodwill,
    NotifierTable,
    Notify,
    Office,
    PluginChoice,
    Run,
    Settings,
    Week,
    adapter_settings,
    find_config,
    load_settings,
    notifier_settings,
)

Write = Callable[[str], Path]

EXAMPLE = Path(__file__).parent.parent / "config" / "hub.example.toml"
CHANNEL = """
[channels.support]
adapter = "post"
host = "h"
password = "env:POST_PASSWORD"
"""


class Inner(BaseModel):
    """A table within a channel's table."""

    client: str = ""
    token: SecretStr | None = None


class Post(Adapter):
    """An adapter with every kind of setting."""

    key = "post"
    title = "Post"
    capabilities = frozenset({Capability.FETCH})

    class Settings(BaseModel):
        """What may be set."""

        host: str
        password: SecretStr
        port: int = Field(1, ge=1)
        folders: tuple[str, ...] = ("INBOX",)
        tokens: list[SecretStr] = Field(default_factory=list)
        oauth: Inner = Inner()

        @field_validator("host")
        @classmethod
        def _host_is_known(cls, host: str) -> str:
            if host.startswith("bad"):
                raise ValueError(f"no such host: {host} ({host!r})")
            if host == "odd":
                raise TypeError(host)
            return host

        @model_validator(mode="after")
        def _together(self) -> Post.Settings:
            if self.port == 7:
                raise ValueError(f"port 7 and {self.password.get_secret_value()} do not go together")
            return self

    def open(self, settings: Any, tools: Tools) -> Connection:
        """Never opened here."""
        raise NotImplementedError


class Keyring(Post):
    """An adapter with a setting that is a path."""

    key = "keyed"

    class Settings(Post.Settings):
        """What may be set."""

        ca_file: Path | None = None


def own_settings(name: str = "support") -> Post.Settings:
    """The settings of a channel under ./hub.toml."""
    made = adapter_settings(AdapterInfo(Post, "post"), name, load_settings())
    assert isinstance(made, Post.Settings)
    return made


def refusal(action: Callable[[], object]) -> str:
    """What a configuration error says."""
    with pytest.raises(ConfigurationError) as caught:
        action()
    return str(caught.value)


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POST_PASSWORD", "Åsa 漢字 🙂")


# Where the file is


def test_the_given_file_beats_the_environment_and_that_the_folder(
    write_settings: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings("")
    given_file, named_file = tmp_path / "given.toml", tmp_path / "named.toml"
    given_file.touch()
    named_file.touch()

    assert find_config() == Path("hub.toml")
    monkeypatch.setenv("CASEHUB_CONFIG", str(named_file))
    assert find_config() == named_file
    assert find_config(given_file) == given_file


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the settings folder has another name")
def test_the_users_own_file_is_the_last_resort(write_settings: Write, tmp_path: Path) -> None:
    write_settings("").unlink()
    users = tmp_path / "config" / "casehub" / "hub.toml"
    users.parent.mkdir(parents=True)
    users.touch()

    assert find_config() == users


def test_a_missing_file_is_told_with_the_way_out(write_settings: Write, tmp_path: Path) -> None:
    write_settings("").unlink()

    assert "begin with `casehub init`" in refusal(find_config)
    assert "there is no settings file" in refusal(lambda: find_config(tmp_path / "nope.toml"))


# What is read


def test_a_file_with_a_channel_alone_is_told_what_else_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(CHANNEL, encoding="utf-8")

    with pytest.raises(
        ConfigurationError, match=r"^office \(.*hub.toml\) is missing: the table \[office\] .*casehub init"
    ):
        load_settings(file)


def test_a_whole_file_is_read(write_settings: Write) -> None:
    write_settings(f'data = "here"\n[run]\nsilent_after = "1h30m"\n{CHANNEL}new_case_after_days = 3')

    settings = load_settings()

    assert settings.data_folder == Path.cwd() / "here"
    assert settings.run.silent_after == timedelta(minutes=90)
    assert settings.office.known_from == date(2026, 1, 1)
    assert settings.office.hours.mon == ("09:00-17:00",)
    assert settings.office.hours.sun == ()
    assert settings.channels["support"].new_case_after_days == 3
    assert settings.channels["support"].silent_after is None


def test_a_file_from_windows_is_read(write_settings: Write) -> None:
    file = write_settings('data = "Öberg"')
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))

    assert load_settings().data == Path("Öberg")


def test_the_environment_beats_the_file(write_settings: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(CHANNEL)
    monkeypatch.setenv("CASEHUB_OFFICE__TIMEZONE", "Asia/Tokyo")
    monkeypatch.setenv("CASEHUB_PLUGINS__DISABLED", '["a", "b"]')
    monkeypatch.setenv("CASEHUB_CHANNELS__SUPPORT__ENABLED", "false")
    monkeypatch.setenv("CASEHUB_CHANNELS__SUPPORT__PORT", "25")
    monkeypatch.setenv("CASEHUB_CHANNELS__SUPPORT__FOLDERS", '["INBOX", "Åsa"]')

    settings, own = load_settings(), own_settings()

    assert settings.office.timezone == "Asia/Tokyo"
    assert settings.office.known_until == date(datetime.now(UTC).year + 1, 12, 31)
    assert settings.plugins.disabled == ("a", "b")
    assert settings.channels["support"].enabled is False
    assert own.port == 25
    assert own.folders == ("INBOX", "Åsa")


@pytest.mark.parametrize("password", ["0123", "true", "1e5", '"quoted"', "[1]", "null", "{}", " a b ", "env-like:x"])
def test_a_password_from_the_environment_is_taken_as_it_is(
    write_settings: Write, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    write_settings(CHANNEL)
    monkeypatch.setenv("CASEHUB_CHANNELS__SUPPORT__PASSWORD", password)

    assert own_settings().password.get_secret_value() == password


def test_text_from_the_environment_reaches_the_adapter_as_ordinary_text(
    write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings(CHANNEL)
    monkeypatch.setenv("CASEHUB_CHANNELS__SUPPORT__HOST", "mail.example")

    assert repr(own_settings().host) == "'mail.example'"
    assert type(own_settings().host) is str


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30m", 30), ("1h", 60), ("2d", 2880), ("1d2h3m", 1563), ("1h 30m", 90)],
)
def test_durations_are_read(write_settings: Write, text: str, expected: int) -> None:
    write_settings(f'[run]\nsilent_after = "{text}"')

    assert load_settings().run.silent_after == timedelta(minutes=expected)


# Mistakes


def test_a_mistake_in_the_toml_names_file_and_line(write_settings: Write) -> None:
    write_settings('data = "x"\npassword = hunter2')

    text = refusal(load_settings)

    assert text.startswith("hub.toml is not valid TOML: ")
    assert "line 2" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("endless", ["[" * 3000, "9" * 5000])
def test_toml_that_the_parser_itself_stumbles_over_is_told(write_settings: Write, endless: str) -> None:
    write_settings(f"data = {endless}")

    assert refusal(load_settings).startswith("hub.toml is not valid TOML: ")


def test_a_file_that_is_not_text_is_told(write_settings: Write) -> None:
    write_settings("").write_bytes(b'data = "\xff"')

    assert refusal(load_settings) == "hub.toml is not text: byte 9 is not UTF-8; save it as UTF-8"


def test_all_problems_of_a_file_are_shown_at_once(write_settings: Write) -> None:
    write_settings('dta = 1\n[run]\nsilent_atfer = "1h"\n[plugins]\ndisabled = "hunter2"\n[channels.a]\nenabled = "x"')

    text = refusal(load_settings)

    assert text.splitlines() == [
        "hub.toml has 5 problems:",
        "  - dta (hub.toml) is not a setting; did you mean data?",
        "  - plugins.disabled (hub.toml) should be a list",
        "  - run.silent_atfer (hub.toml) is not a setting; did you mean silent_after?",
        "  - channels.a.adapter (hub.toml) is missing",
        "  - channels.a.enabled (hub.toml) should be true or false",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[offic]", "offic (hub.toml) is not a setting; did you mean office?"),
        (
            "xyz = 1",
            "data, goodwill, notifiers, notify, office, outbox, plugins, policies, run, sharing, statistics",
        ),
        ("_env_file = 'x'", "_env_file (hub.toml) is not a setting"),
        ("data = 5", "data (hub.toml) should be a path in quotes"),
        ("[run]\nsilent_after = 'hunter2'", "should be a duration such as 30m, 1h, 1h30m or 2d"),
        ("[run]\nsilent_after = '0m'", "run.silent_after (hub.toml) should be greater than"),
        ("[run]\nsilent_after = ''", "should be a duration"),
        ("[channels]\nsupport = 'hunter2'", "channels.support (hub.toml) should be a table"),
        ("[channels.Support-SE]\nadapter = 'a'", "channels.Support-SE (hub.toml) should be named with small letters"),
        ("[channels.'å']\nadapter = 'a'", "channels.å (hub.toml) should be named with small letters"),
        ("[channels.a]\nadapter = 'a'\nlanguages = ['nl-BE']", "should be a language in its two small letters"),
        ("[channels.a]\nadapter = 'a'\nlanguages = []", "channels.a.languages (hub.toml) is empty"),
        ("[channels.a]\nadapter = 'a'\nnew_case_after_days = -1", "should be greater than or equal to 0"),
        ("[channels.a]\nadapter = 'a'\nnew_subject_after_days = 99999999999", "should be less than or equal to 36500"),
        ("[office]\ntimezone = 3\nknown_from = 2026-01-01\nknown_until = 'hunter2'", "office.known_until (hub.toml)"),
        (
            "[office]\ntimezone = 'UTC'\nknown_from = 2026-01-01\nknown_until = 2026-01-02\nhours = { monday = [] }",
            "office.hours.monday (hub.toml) is not a setting; did you mean mon?",
        ),
    ],
)
def test_a_mistake_names_file_key_and_way_out_but_not_the_value(
    write_settings: Write, text: str, expected: str
) -> None:
    write_settings(text)

    told = refusal(load_settings)

    assert expected in told
    assert "hunter2" not in told


def test_a_mistake_in_the_environment_names_the_variable(
    write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings("")
    monkeypatch.setenv("CASEHUB_OFFICE__TIMEZON", "hunter2")
    monkeypatch.setenv("CASEHUB_PLUGINS__DISABLED", "hunter2")

    told = refusal(load_settings)

    assert "plugins" in told
    assert "JSON" in told
    assert "hunter2" not in told
    monkeypatch.delenv("CASEHUB_PLUGINS__DISABLED")
    assert refusal(load_settings) == (
        "office.timezon (CASEHUB_OFFICE__TIMEZON) is not a setting; did you mean timezone?"
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("hostt = 'hunter2'", "channels.support.hostt (hub.toml) is not a setting; did you mean host?"),
        ("enabeld = true", "channels.support.enabeld (hub.toml) is not a setting; did you mean enabled?"),
        ("port = 'hunter2'", "channels.support.port (hub.toml) should be a whole number"),
        ("port = 7", "port … and … do not go together"),
        ("folders = 'hunter2'", "channels.support.folders (hub.toml) should be a list"),
        ("oauth = { token = 'hunter2' }", "channels.support.oauth.token (hub.toml) must not hold the secret itself"),
        ("tokens = ['env:POST_PASSWORD', 'hunter2']", "channels.support.tokens (hub.toml) must not hold the secret"),
    ],
)
def test_a_mistake_in_a_channel_names_its_key_but_not_the_value(
    write_settings: Write, lines: str, expected: str
) -> None:
    write_settings(CHANNEL + lines)

    told = refusal(own_settings)

    assert expected in told
    assert "hunter2" not in told
    assert "Åsa" not in told


def test_a_validator_that_quotes_the_value_is_told_without_it(write_settings: Write) -> None:
    write_settings(CHANNEL.replace('"h"', '"bad \\t 漢字"'))

    assert refusal(own_settings) == "channels.support.host (hub.toml) no such host: … ('…')"


def test_a_validator_that_breaks_is_told_without_its_text(write_settings: Write) -> None:
    write_settings(CHANNEL.replace('"h"', '"odd"'))

    assert refusal(own_settings) == (
        "channels.support (hub.toml) cannot be used: the plugin post fails at judging it: TypeError"
    )


def test_no_error_carries_the_rejected_value_anywhere(write_settings: Write) -> None:
    write_settings(CHANNEL + "port = 'hunter2'")

    with pytest.raises(ConfigurationError) as caught:
        own_settings()

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_all_problems_of_a_channel_are_shown_at_once_and_each_only_once(write_settings: Write) -> None:
    write_settings(CHANNEL.replace("env:POST_PASSWORD", "hunter2").replace("host", "hots"))

    lines = refusal(own_settings).splitlines()

    assert lines[:2] == [
        "hub.toml has 3 problems:",
        "  - channels.support.hots (hub.toml) is not a setting; did you mean host?",
    ]
    assert lines[2].startswith("  - channels.support.password (hub.toml) must not hold the secret itself; write ")
    assert lines[3:] == ["  - channels.support.host (hub.toml) is missing"]


def test_no_repr_shows_a_secret(write_settings: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(CHANNEL.replace("env:POST_PASSWORD", "hunter2"))
    monkeypatch.setenv("CASEHUB_CHANNELS__SUPPORT__OAUTH__TOKEN", "hunter3")
    settings = load_settings()
    monkeypatch.setenv("CASEHUB_CHANNELS__SUPPORT__PASSWORD", "hunter2")
    shown = repr(settings) + str(settings) + repr(own_settings()) + repr(settings.channels)

    assert "hunter" not in shown
    assert own_settings().oauth.token == SecretStr("hunter3")


# Secrets


def test_a_secret_is_looked_up_in_the_environment(write_settings: Write) -> None:
    write_settings(CHANNEL)

    assert own_settings().password.get_secret_value() == "Åsa 漢字 🙂"


def test_a_secret_is_the_first_line_of_a_file_beside_the_settings(write_settings: Write) -> None:
    folder = write_settings(CHANNEL.replace("env:POST_PASSWORD", "file:pass.txt")).parent
    (folder / "pass.txt").write_bytes(" Åsa 漢字 \r\nsecond line\n".encode())

    assert own_settings().password.get_secret_value() == " Åsa 漢字 "


def test_a_secret_file_that_others_may_write_is_refused(write_settings: Write) -> None:
    file = write_settings(CHANNEL.replace("env:POST_PASSWORD", "file:pass.txt")).parent / "pass.txt"
    file.write_text("hunter2", encoding="utf-8")
    file.chmod(0o664)

    told = refusal(own_settings)

    assert "channels.support.password (hub.toml) names file:pass.txt, but other users may write that file" in told
    assert "chmod go-w" in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("env:NOBODY_SET_THIS", "names env:NOBODY_SET_THIS, but that environment variable is not set"),
        ("env:EMPTY", "names env:EMPTY, but that is empty"),
        ("file:/nowhere/at/all", "names file:/nowhere/at/all, but that file cannot be read: No such file"),
        ("file:.", "names file:., but that file cannot be read: Is a directory"),
        ("keyring:nothing", "but a keyring reference is keyring:service/user"),
    ],
)
def test_a_secret_that_cannot_be_had_is_told_by_its_reference(
    write_settings: Write, monkeypatch: pytest.MonkeyPatch, reference: str, expected: str
) -> None:
    monkeypatch.setenv("EMPTY", "")
    write_settings(CHANNEL.replace("env:POST_PASSWORD", reference))

    assert expected in refusal(own_settings)


def test_the_keyring_is_asked_where_it_is_installed(write_settings: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring", reason="the extra casehub[keyring] is not installed")
    kept = {("imap/shop", "åsa@shop.example"): "kept"}
    monkeypatch.setattr(keyring, "get_password", lambda service, user: kept.get((service, user)))
    write_settings(CHANNEL.replace("env:POST_PASSWORD", "keyring:imap/shop/åsa@shop.example"))

    assert own_settings().password.get_secret_value() == "kept"
    kept.clear()
    assert "run `keyring set imap/shop åsa@shop.example`" in refusal(own_settings)


def test_a_keyring_that_is_not_installed_is_told_with_the_way_out(
    write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    write_settings(CHANNEL.replace("env:POST_PASSWORD", "keyring:a/b"))

    assert "pip install 'casehub[keyring]'" in refusal(own_settings)


# The signing key


def test_the_signing_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"

    key = signing_key(data)

    assert len(key) == 32
    assert signing_key(data) == key
    assert stat.S_IMODE((data / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in data.iterdir()] == ["secret.key"]


def test_many_who_make_the_key_at_once_get_the_same(tmp_path: Path) -> None:
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(signing_key(tmp_path))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys) == 16
    assert len(set(keys)) == 1


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_damaged_key_is_told_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret.key"
    file.write_bytes(content)
    file.chmod(0o600)

    assert "is damaged: put it back from a backup" in refusal(lambda: signing_key(tmp_path))
    assert file.read_bytes() == content


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    signing_key(tmp_path)
    (tmp_path / "secret.key").chmod(0o640)

    assert "run `chmod 600" in refusal(lambda: signing_key(tmp_path))


def test_a_folder_that_cannot_hold_the_key_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert "cannot be used: File exists" in refusal(lambda: signing_key(tmp_path / "file"))


@given(text=st.text(), other=st.text())
def test_a_signature_is_its_channels_and_its_texts_own(text: str, other: str) -> None:
    key = b"k" * 32
    sign = signer(key, "support")
    if "\ud800" <= max(text + other, default="") <= "\udfff":
        return

    assert re.fullmatch("[0-9a-z]{64}", sign(text))
    assert (sign(text) == sign(other)) == (text == other)
    assert sign(text) != signer(key, "sales")(text)
    assert sign(text) != signer(b"l" * 32, "support")(text)


# The example


def test_the_example_is_valid_and_names_every_setting_of_the_hub() -> None:
    settings = load_settings(EXAMPLE)
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))

    assert table.keys() | {"policies", "templates"} == Settings.model_fields.keys()
    assert '\n# templates = "templates"  #' in EXAMPLE.read_text(encoding="utf-8")
    assert '\n# policies = "policies.toml"  #' in EXAMPLE.read_text(encoding="utf-8")
    assert table["office"].keys() == Office.model_fields.keys()
    assert table["office"]["hours"].keys() == Week.model_fields.keys()
    assert table["plugins"].keys() == PluginChoice.model_fields.keys()
    assert table["run"].keys() == Run.model_fields.keys()
    assert table["notify"].keys() == Notify.model_fields.keys()
    assert table["goodwill"].keys() == Goodwill.model_fields.keys()
    assert table["statistics"].keys() == Claims.model_fields.keys()
    assert shown_in_the_example("channels.support").keys() >= ChannelTable.model_fields.keys()
    assert table["notifiers"]["team"].keys() >= NotifierTable.model_fields.keys()
    assert settings.channels["support"].adapter == "email_imap"


def shown_in_the_example(table: str) -> dict[str, Any]:
    """What stands in a table of the example, also what is commented out."""
    own = EXAMPLE.read_text(encoding="utf-8").partition(f"\n[{table}]\n")[2].partition("\n[")[0].splitlines()
    return tomllib.loads("\n".join(line.removeprefix("# ") for line in own if re.match(r"(# )?[a-z_]+ = ", line)))


def test_the_example_names_every_setting_of_the_mail_adapter_with_its_default() -> None:
    [point] = [point for point in importlib.metadata.entry_points(group="casehub") if point.name == "email_imap"]
    model = importlib.import_module(f"{point.module}.settings").EmailSettings
    shown = shown_in_the_example("channels.support")

    assert shown.keys() - OWN_KEYS == model.model_fields.keys()
    made = model.model_validate({key: value for key, value in shown.items() if key not in OWN_KEYS})
    differing = {key for key, field in model.model_fields.items() if getattr(made, key) != field.default}
    required = {key for key, field in model.model_fields.items() if field.is_required()}
    assert differing - required == {"ca_file", "smtp_password"}


def test_the_example_names_every_setting_of_the_contact_page_with_its_default() -> None:
    model = load_plugins().adapter("web_form").adapter.Settings
    shown = shown_in_the_example("channels.contact")

    assert shown.keys() - OWN_KEYS == model.model_fields.keys()
    made = model.model_validate({key: value for key, value in shown.items() if key not in OWN_KEYS})
    differing = {key for key, field in model.model_fields.items() if getattr(made, key) != field.get_default()}
    shown_by_example = {"topics", "public_url", "privacy_url", "frame_ancestors", "return_instructions", "reply_to"}
    assert differing - {"return_instructions"} == {"shop", "address", "smtp_host", "smtp_password", "ca_file"} | (
        shown_by_example - {"return_instructions"}
    )


def test_the_example_names_every_setting_of_the_mail_notifier() -> None:
    model = load_plugins().notifier("email").notifier.Settings

    assert shown_in_the_example("notifiers.team").keys() - NOTIFIER_KEYS == model.model_fields.keys()


def test_every_notifier_of_the_example_is_set_rightly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEHUB_TEAM_SMTP_PASSWORD", "hemligt")
    monkeypatch.setenv("CASEHUB_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    monkeypatch.setenv("CASEHUB_CHAT_URL", "json://127.0.0.1/")
    settings, plugins = load_settings(EXAMPLE), load_plugins()
    made = {
        name: notifier_settings(plugins.notifier(table.notifier), name, settings)
        for name, table in settings.notifiers.items()
    }

    assert sorted(table.notifier for table in settings.notifiers.values()) == sorted(plugins.notifiers)
    assert made.keys() == {"team", "screen", "our_program", "chat"}


def test_the_own_keys_of_a_table_are_those_that_no_plugin_may_have() -> None:
    assert ChannelTable.model_fields.keys() == OWN_KEYS
    assert NotifierTable.model_fields.keys() == NOTIFIER_KEYS


# Notifiers, and when people are told


PHONE = """
[channels.support]
adapter = "post"
[notifiers.phone]
notifier = "phone"
number = "+46 8 123"
token = "env:POST_PASSWORD"
"""


class Phone(Notifier):
    """A notifier with every kind of setting."""

    key = "phone"
    title = "Phone"
    leaves_the_house = True

    class Settings(BaseModel):
        """What may be set."""

        number: str
        token: SecretStr
        tokens: tuple[SecretStr, ...] = ()

    def notify(self, settings: Any, notification: Notification, tools: NotifierTools) -> None:
        """Never called here."""
        raise NotImplementedError


def phone_settings() -> Phone.Settings:
    """The own settings of [notifiers.phone]."""
    made = notifier_settings(NotifierInfo(Phone, "calls"), "phone", load_settings())
    assert isinstance(made, Phone.Settings)
    return made


def test_a_notifier_is_told_everything_unless_its_table_says_otherwise(write_settings: Write) -> None:
    write_settings(PHONE)

    table = load_settings().notifiers["phone"]

    assert (table.notifier, table.enabled) == ("phone", True)
    assert table.audiences == tuple(Audience)
    assert table.deeds == tuple(Deed)
    assert table.channels is None


def test_a_notifier_may_be_told_of_some_things_only(write_settings: Write) -> None:
    write_settings(
        f'{PHONE}audiences = ["lead"]\nchannels = ["support"]\ndeeds = ["breach", "remind"]\nenabled = false'
    )

    table = load_settings().notifiers["phone"]

    assert (table.audiences, table.channels, table.enabled) == ((Audience.LEAD,), ("support",), False)
    assert table.deeds == (Deed.BREACH, Deed.REMIND)


def test_the_own_keys_of_a_notifier_are_judged_by_it_with_its_secrets_looked_up(write_settings: Write) -> None:
    write_settings(PHONE)

    own = phone_settings()

    assert own.number == "+46 8 123"
    assert own.token.get_secret_value() == "Åsa 漢字 🙂"
    assert "Åsa" not in repr(load_settings()) + repr(own)


def test_a_notifier_is_set_by_the_environment_too(write_settings: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(PHONE)
    monkeypatch.setenv("CASEHUB_NOTIFIERS__PHONE__ENABLED", "false")
    monkeypatch.setenv("CASEHUB_NOTIFIERS__PHONE__AUDIENCES", '["queue"]')
    monkeypatch.setenv("CASEHUB_NOTIFIERS__PHONE__CHANNELS", '["support"]')
    monkeypatch.setenv("CASEHUB_NOTIFIERS__PHONE__NUMBER", "0046")
    monkeypatch.setenv("CASEHUB_NOTIFIERS__PHONE__TOKEN", "0123")
    monkeypatch.setenv("CASEHUB_NOTIFIERS__PHONE__TOKENS", '["env:POST_PASSWORD"]')
    monkeypatch.setenv("CASEHUB_NOTIFIERS__MUTE__NOTIFIER", "terminal")

    settings, own = load_settings(), phone_settings()

    assert settings.notifiers["phone"].enabled is False
    assert settings.notifiers["phone"].audiences == (Audience.QUEUE,)
    assert settings.notifiers["phone"].channels == ("support",)
    assert settings.notifiers["mute"].notifier == "terminal"
    assert (own.number, own.token.get_secret_value()) == ("0046", "0123")
    assert [token.get_secret_value() for token in own.tokens] == ["Åsa 漢字 🙂"]
    assert settings.channels.keys() == {"support"}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("numbr = 'hunter2'", "notifiers.phone.numbr (hub.toml) is not a setting; did you mean number?"),
        ("audience = ['lead']", "notifiers.phone.audience (hub.toml) is not a setting; did you mean audiences?"),
        ("tokens = ['hunter2']", "notifiers.phone.tokens (hub.toml) must not hold the secret itself"),
    ],
)
def test_a_mistake_in_a_notifiers_own_keys_is_told_as_a_channels_is(
    write_settings: Write, lines: str, expected: str
) -> None:
    write_settings(PHONE + lines)

    told = refusal(phone_settings)

    assert expected in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("audiences = ['hunter2']", "notifiers.phone.audiences.0 (hub.toml) should be 'owner', 'queue' or 'lead'"),
        ("audiences = []", "notifiers.phone.audiences (hub.toml) is empty"),
        ("audiences = 'lead'", "notifiers.phone.audiences (hub.toml) should be a list"),
        ("channels = []", "notifiers.phone.channels (hub.toml) is empty"),
        (
            "channels = ['suport']",
            "notifiers.phone.channels (hub.toml) names a channel that is not set; did you mean support?",
        ),
        ("channels = ['hunter2']", "names a channel that is not set; there is support"),
        ("deeds = ['refund']", "notifiers.phone.deeds.0 (hub.toml) should be 'warn', 'lead', 'breach', 'remind' or"),
        ("[notifiers.Phone]\nnotifier = 'x'", "notifiers.Phone (hub.toml) should be named with small letters"),
        ("[notifiers.x]", "notifiers.x.notifier (hub.toml) is missing"),
        ("[notify]\nhours = 'hunter2'", 'notify.hours (hub.toml) should be "office", "always" or a table of hours'),
        (
            "[notify]\nhours = { monday = [] }",
            "notify.hours.monday (hub.toml) is not a setting; did you mean mon?",
        ),
        ("[notify]\ndigest_from = 1", "notify.digest_from (hub.toml) should be greater than or equal to 2"),
        ("[notify]\ndigest = 2", "notify.digest (hub.toml) is not a setting; did you mean digest_from?"),
    ],
)
def test_a_mistake_about_telling_people_names_the_key_but_not_the_value(
    write_settings: Write, lines: str, expected: str
) -> None:
    write_settings(PHONE + lines)

    told = refusal(load_settings)

    assert expected in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("lines", "named", "monday"),
    [
        ("", "office", ()),
        ("[notify]\nhours = 'office'", "office", ()),
        ("[notify]\nhours = 'always'", "always", ()),
        ("[notify]\nhours = { mon = ['08:00-20:00'] }", "", ("08:00-20:00",)),
        ("[notify.hours]\nmon = ['08:00-20:00']", "", ("08:00-20:00",)),
    ],
)
def test_people_are_told_in_the_hours_that_are_set(
    write_settings: Write, lines: str, named: str, monday: tuple[str, ...]
) -> None:
    write_settings(lines)

    hours = load_settings().notify.hours

    assert (hours.named, hours.mon) == (named, monday)


def test_the_hours_in_which_people_are_told_may_come_from_the_environment(
    write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings("")
    monkeypatch.setenv("CASEHUB_NOTIFY__HOURS", '"always"')
    monkeypatch.setenv("CASEHUB_NOTIFY__DIGEST_FROM", "3")

    assert load_settings().notify.hours.named == "always"
    assert load_settings().notify.digest_from == 3


# The seller's own policies


def test_a_missing_policies_file_is_fine_unless_it_is_named(
    write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_settings("").parent.absolute()

    assert load_settings().policies_file is None
    write_settings('policies = "policies.toml"')
    assert refusal(lambda: load_settings().policies_file) == (
        f"policies (hub.toml) names {folder / 'policies.toml'}, but there is no such file"
    )
    monkeypatch.setenv("CASEHUB_POLICIES", "Åsa.toml")
    assert refusal(lambda: load_settings().policies_file).startswith("policies (CASEHUB_POLICIES) names ")


def test_the_policies_file_lies_beside_the_settings(write_settings: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_settings("")
    (file.parent / "policies.toml").touch()
    monkeypatch.chdir("/")

    assert load_settings(file).policies_file == file.parent / "policies.toml"


@pytest.mark.parametrize(("written", "meant"), [("ca.pem", "{here}/ca.pem"), ("/etc/ca.pem", "/etc/ca.pem")])
def test_a_relative_path_is_meant_from_the_folder_of_the_settings(
    write_settings: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    file = write_settings(
        f'[channels.support]\nadapter = "keyed"\nhost = "h"\npassword = "env:POST_PASSWORD"\nca_file = "{written}"\n'
    )
    monkeypatch.chdir("/")

    made = adapter_settings(AdapterInfo(Keyring, "post"), "support", load_settings(file))

    assert isinstance(made, Keyring.Settings)
    assert str(made.ca_file) == meant.format(here=file.parent)


# The seller's own templates


def test_the_languages_of_a_channel_come_in_order_also_from_the_environment(
    write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings("[channels.a]\nadapter = 'post'\nlanguages = ['nl', 'en']\n[channels.b]\nadapter = 'post'")
    monkeypatch.setenv("CASEHUB_CHANNELS__C__ADAPTER", "post")
    monkeypatch.setenv("CASEHUB_CHANNELS__C__LANGUAGES", '["sv", "nl"]')

    found = {name: table.languages for name, table in load_settings().channels.items()}

    assert found == {"a": ("nl", "en"), "b": ("en",), "c": ("sv", "nl")}


def test_the_folder_of_templates_lies_beside_the_settings_and_may_be_missing_unless_it_is_named(
    write_settings: Write,
) -> None:
    folder = write_settings("").parent

    assert load_settings().templates_folder is None
    (folder / "templates").mkdir()
    assert load_settings().templates_folder == folder / "templates"
    write_settings('templates = "texts"')
    assert refusal(lambda: load_settings().templates_folder) == (
        f"templates (hub.toml) names {folder / 'texts'}, but there is no such folder"
    )


# Goodwill


def test_goodwill_has_no_limit_unless_one_is_set(write_settings: Write) -> None:
    write_settings("")

    goodwill = load_settings().goodwill

    assert (goodwill.limits, goodwill.types) == ({}, (CaseType.COMPLAINT, CaseType.MISSING_ITEM))


def test_the_limits_of_goodwill_come_from_the_file_or_the_environment(
    write_settings: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings("[goodwill]\nlimits = { SEK = 100, EUR = 10.5 }\ntypes = ['return']")

    assert load_settings().goodwill.limits == {"SEK": Decimal(100), "EUR": Decimal("10.5")}
    assert load_settings().goodwill.types == (CaseType.RETURN,)
    monkeypatch.setenv("CASEHUB_GOODWILL__LIMITS__SEK", "75")
    assert load_settings().goodwill.limits["SEK"] == Decimal(75)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("limits = { KRONOR = 1 }", "goodwill.limits (hub.toml) should name currencies by three letters, such as SEK"),
        ("limits = { SEK = 0 }", "should have a positive amount for SEK, or leave it out"),
        ("limits = { SEK = -5 }", "should have a positive amount for SEK, or leave it out"),
        ("limits = { SEK = 'hunter2' }", "goodwill.limits.SEK (hub.toml)"),
        ("types = ['refund']", "goodwill.types"),
        ("automatic = true", "goodwill.automatic (hub.toml) is not a setting"),
    ],
)
def test_a_mistake_in_goodwill_is_explained(write_settings: Write, text: str, told: str) -> None:
    write_settings(f"[goodwill]\n{text}")

    explained = refusal(load_settings)

    assert told in explained
    assert "hunter2" not in explained
