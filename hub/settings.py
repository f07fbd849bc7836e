"""What a person may set: hub.toml with the environment over it, and each adapter's own table."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from platformdirs import user_config_path
from pydantic import BaseModel, Field, PrivateAttr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from hub.complaints import KeyPath, SourceOf, complaint, dotted, problems_of, unknown_key
from hub.environment import BETWEEN, PREFIX, Environment, setting_source
from hub.errors import ConfigurationError
from hub.outbox_tables import ApprovalTable, OutboxTable
from hub.plugin_checks import NOTIFIER_KEYS, OWN_KEYS
from hub.plugins import AdapterInfo, NotifierInfo
from hub.secrets import resolved
from hub.setting_tables import (
    ChannelName,
    ChannelTable,
    Claims,
    Goodwill,
    NotifierTable,
    Notify,
    Office,
    PluginChoice,
    Run,
    Web,
    Webhooks,
    Week,
    channel_name,
)
from hub.sharing_tables import SharingTable

__all__ = [
    "ChannelName",
    "ChannelTable",
    "Claims",
    "Goodwill",
    "NotifierTable",
    "Notify",
    "Office",
    "PluginChoice",
    "Run",
    "Settings",
    "Web",
    "Webhooks",
    "Week",
    "adapter_settings",
    "channel_name",
    "config_file",
    "find_config",
    "load_settings",
    "notifier_settings",
    "read_settings",
]


class Settings(BaseSettings):
    """Everything that is set but the own keys of channels and notifiers, which their plugins judge."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter=BETWEEN, extra="forbid", frozen=True)

    data: Path = Field(Path("data"), description="the folder of the database; a relative one lies beside this file")
    policies: Path = Field(Path("policies.toml"), description="the seller's own policies; a relative one lies beside")
    templates: Path = Field(Path("templates"), description="the folder of the seller's own templates; lies beside")
    office: Office
    plugins: PluginChoice = PluginChoice()
    run: Run = Run()
    web: Web = Web()
    notify: Notify = Notify()
    outbox: OutboxTable = OutboxTable()
    approval: dict[ChannelName, ApprovalTable] = Field(default_factory=dict)
    goodwill: Goodwill = Goodwill()
    sharing: SharingTable = SharingTable()
    statistics: Claims = Claims()
    webhooks: Webhooks = Webhooks()
    channels: dict[ChannelName, ChannelTable] = Field(default_factory=dict)
    notifiers: dict[ChannelName, NotifierTable] = Field(default_factory=dict)

    _file: Path = PrivateAttr(default=Path("hub.toml"))

    @property
    def file(self) -> Path:
        """The file these settings were read from."""
        return self._file

    @property
    def data_folder(self) -> Path:
        """The folder of the database."""
        return (self._file.parent / self.data.expanduser()).absolute()

    @property
    def policies_file(self) -> Path | None:
        """The file of the seller's own policies, or None; ConfigurationError if one is named that is not there."""
        file = (self._file.parent / self.policies.expanduser()).absolute()
        if file.is_file():
            return file
        if "policies" not in self.model_fields_set:
            return None
        source = setting_source(("policies",), str(self._file))
        raise ConfigurationError(f"policies ({source}) names {file}, but there is no such file")

    @property
    def templates_folder(self) -> Path | None:
        """The folder of the seller's own templates, or None; ConfigurationError if one is named that is not there."""
        folder = (self._file.parent / self.templates.expanduser()).absolute()
        if folder.is_dir():
            return folder
        if "templates" not in self.model_fields_set:
            return None
        source = setting_source(("templates",), str(self._file))
        raise ConfigurationError(f"templates ({source}) names {folder}, but there is no such folder")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  ours reads channels better
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  a stray .env file is no setting of ours
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  secrets are named by reference
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file."""
        return Environment(settings_cls), init_settings


def config_file(given: Path | None = None) -> Path | None:
    """The file given, that of CASEHUB_CONFIG, ./hub.toml, or the user's own; None if there is no file at all."""
    named = given or Path(os.environ.get("CASEHUB_CONFIG", ""))
    if named == Path():
        return next((place for place in _usual_places() if place.is_file()), None)
    if not named.is_file():
        raise ConfigurationError(f"there is no settings file {named}: check its path, or begin with `casehub init`")
    return named


def find_config(given: Path | None = None) -> Path:
    """The file that `config_file` finds; ConfigurationError says where it was looked for."""
    file = config_file(given)
    if file is None:
        here, users = _usual_places()
        raise ConfigurationError(f"there is neither a {here} here nor {users}: begin with `casehub init`")
    return file


def _usual_places() -> tuple[Path, Path]:
    return Path("hub.toml"), user_config_path("casehub") / "hub.toml"


def load_settings(given: Path | None = None) -> Settings:
    """The settings of the file that `find_config` finds."""
    file = find_config(given)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        reason = f"byte {error.start + 1} is not UTF-8"
    else:
        return read_settings(text, file)
    raise ConfigurationError(f"{file} is not text: {reason}; save it as UTF-8")


def read_settings(text: str, file: Path) -> Settings:
    """The settings of a text that lies, or will lie, in this file; all its problems are in one ConfigurationError."""
    table = _parsed(text, file)
    known = {key: value for key, value in table.items() if key in Settings.model_fields}
    source_of = partial(setting_source, file=str(file))
    problems = [unknown_key((key,), Settings.model_fields, source_of) for key in table if key not in known]
    try:
        settings = Settings(**known)
    except ValidationError as error:
        problems += problems_of(error.errors(include_url=False), Settings, source_of)
    except SettingsError as error:
        problems.append(f"the environment: {error}; a list or table is written as JSON there")
    else:
        problems += _unknown_channels(settings, source_of)
    if problems:  # raised here, outside the handlers, because the exceptions above hold the rejected values
        raise complaint(str(file), problems)
    settings._file = file  # noqa: SLF001  the only maker of Settings
    return settings


def adapter_settings(info: AdapterInfo, name: str, settings: Settings) -> BaseModel:
    """The settings of a channel's adapter, secrets looked up; all their problems are in one ConfigurationError."""
    table = _OwnTable(("channels", name), settings.channels[name].own, info.adapter.Settings, info.plugin, OWN_KEYS)
    return _judged(table, settings.file)


def notifier_settings(info: NotifierInfo, name: str, settings: Settings) -> BaseModel:
    """The own settings of a notifier, secrets looked up; all their problems are in one ConfigurationError."""
    own = settings.notifiers[name].own
    return _judged(
        _OwnTable(("notifiers", name), own, info.notifier.Settings, info.plugin, NOTIFIER_KEYS), settings.file
    )


@dataclass(frozen=True, slots=True)
class _OwnTable:
    """What a plugin will judge: its keys as they were written, where they lie, and the keys that are casehub's own."""

    path: KeyPath
    own: Mapping[str, Any]
    model: type[BaseModel]
    plugin: str
    hub_keys: frozenset[str]


def _judged(table: _OwnTable, file: Path) -> BaseModel:
    model, before = table.model, table.path
    source_of = partial(setting_source, file=str(file))
    known = {key: value for key, value in table.own.items() if key in model.model_fields}
    candidates = [*model.model_fields, *table.hub_keys]
    problems = [unknown_key((*before, key), candidates, source_of) for key in table.own if key not in known]
    values, wrong = resolved(model, known, file.parent)
    problems += [f"{dotted((*before, *path))} ({source_of((*before, *path))}) {text}" for path, text in wrong.items()]
    try:
        made = model.model_validate(values)
    except ValidationError as error:
        # A secret that could not be had is missing from the values; that was said already.
        said = {path[:1] for path in wrong}
        details = [detail for detail in error.errors(include_url=False) if detail["loc"][:1] not in said]
        problems += problems_of(details, model, source_of, before)
    except Exception as error:  # noqa: BLE001  a plugin's validator may fail in any way; its text may hold the value
        told = f"the plugin {table.plugin} fails at judging it: {type(error).__name__}"
        problems.append(f"{dotted(before)} ({source_of(before)}) cannot be used: {told}")
    if problems:  # see read_settings
        raise complaint(str(file), problems)
    return _beside(file.parent, made)


def _unknown_channels(settings: Settings, source_of: SourceOf) -> Iterator[str]:
    there = ", ".join(settings.channels) or "none at all"
    named: list[tuple[KeyPath, tuple[str, ...]]] = []
    named += [(("notifiers", name, "channels"), table.channels or ()) for name, table in settings.notifiers.items()]
    named += [(("approval", name, "channels"), table.channels) for name, table in settings.approval.items()]
    groups = settings.sharing.groups
    named += [(("sharing", "groups", name, "channels"), table.channels) for name, table in groups.items()]
    for path, channels in named:
        for channel in channels:
            if channel not in settings.channels:
                near = get_close_matches(channel, settings.channels, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there is {there}"
                yield f"{dotted(path)} ({source_of(path)}) names a channel that is not set; {hint}"


def _beside(folder: Path, made: BaseModel) -> BaseModel:
    """The settings with their relative paths meant from the folder of hub.toml, as those of secrets are."""
    paths = {name: value.expanduser() for name, value in made if isinstance(value, Path)}
    return made.model_copy(update={name: folder / path for name, path in paths.items()})


def _parsed(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # the parser lets through what endless numbers and nests raise
        reason = str(error)
    # From Python 3.14 on the parser's error holds the whole text, secrets included.
    raise ConfigurationError(f"{file} is not valid TOML: {reason}")
