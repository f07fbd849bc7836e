"""What a person may set: hub.toml with the environment over it, and each adapter's own table."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from platformdirs import user_config_path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from hub.complaints import KeyPath, complaint, dotted, problems_of, unknown_key
from hub.environment import BETWEEN, PREFIX, Environment, setting_source
from hub.errors import ConfigurationError
from hub.plugins import OWN_KEYS, AdapterInfo
from hub.secrets import resolved

_MOST_DAYS = 36_500
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DURATION = re.compile(r"(?:(\d{1,4})d)? ?(?:(\d{1,4})h)? ?(?:(\d{1,5})m)?", re.ASCII)


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _DURATION.fullmatch(value)
    if not value or not found:
        raise ValueError("should be a duration such as 30m, 1h, 1h30m or 2d")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def channel_name(name: str) -> str:
    """The name of a channel as it was given; ValueError says how one is written."""
    if not _NAME.fullmatch(name):
        raise ValueError("should be named with small letters, digits and _ only, beginning with a letter: support_se")
    return name


Duration = Annotated[timedelta, BeforeValidator(_duration), Field(gt=timedelta(0))]
ChannelName = Annotated[str, AfterValidator(channel_name)]
Intervals = tuple[str, ...]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Week(_Table):
    """The opening hours of each day of the week; a day without any is closed."""

    mon: Intervals = ()
    tue: Intervals = ()
    wed: Intervals = ()
    thu: Intervals = ()
    fri: Intervals = ()
    sat: Intervals = ()
    sun: Intervals = ()


_DAY = ("09:00-17:00",)


class Office(_Table):
    """When somebody is there to answer, for which dates that is known, and how soon an answer is promised."""

    timezone: str
    hours: Week = Week(mon=_DAY, tue=_DAY, wed=_DAY, thu=_DAY, fri=_DAY)
    holidays: tuple[date, ...] = ()
    special: dict[date, Intervals] = Field(default_factory=dict)
    known_from: date
    known_until: date
    answer_within: str = "8wh"


class PluginChoice(_Table):
    """Which plugins to leave alone."""

    disabled: tuple[str, ...] = ()


class Run(_Table):
    """How casehub behaves when nobody is looking."""

    silent_after: Duration = timedelta(hours=1)


class ChannelTable(BaseModel):
    """One channel: what is casehub's own, and in `own` what its adapter will judge."""

    model_config = ConfigDict(extra="allow", frozen=True)

    adapter: str
    enabled: bool = True
    silent_after: Duration | None = None
    new_case_after_days: int = Field(60, ge=0, le=_MOST_DAYS)
    new_subject_after_days: int = Field(14, ge=0, le=_MOST_DAYS)

    @property
    def own(self) -> Mapping[str, Any]:
        """The adapter's keys as they were written, secrets not looked up."""
        return self.model_extra or {}

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        # Without the adapter's keys: somebody may have written a password where a reference belongs.
        return [(name, getattr(self, name)) for name in type(self).model_fields]


class Settings(BaseSettings):
    """Everything that is set but the adapters' own tables, which their adapters judge."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter=BETWEEN, extra="forbid", frozen=True)

    data: Path = Field(Path("data"), description="the folder of the database; a relative one lies beside this file")
    office: Office
    plugins: PluginChoice = PluginChoice()
    run: Run = Run()
    channels: dict[ChannelName, ChannelTable] = Field(default_factory=dict)

    _file: Path = PrivateAttr(default=Path("hub.toml"))

    @property
    def file(self) -> Path:
        """The file these settings were read from."""
        return self._file

    @property
    def data_folder(self) -> Path:
        """The folder of the database."""
        return (self._file.parent / self.data.expanduser()).absolute()

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
    if problems:  # raised here, outside the handlers, because the exceptions above hold the rejected values
        raise complaint(str(file), problems)
    settings._file = file  # noqa: SLF001  the only maker of Settings
    return settings


def adapter_settings(info: AdapterInfo, name: str, settings: Settings) -> BaseModel:
    """The settings of a channel's adapter, secrets looked up; all their problems are in one ConfigurationError."""
    model = info.adapter.Settings
    before: KeyPath = ("channels", name)
    source_of = partial(setting_source, file=str(settings.file))
    own = settings.channels[name].own
    known = {key: value for key, value in own.items() if key in model.model_fields}
    candidates = [*model.model_fields, *OWN_KEYS]
    problems = [unknown_key((*before, key), candidates, source_of) for key in own if key not in known]
    values, wrong = resolved(model, known, settings.file.parent)
    problems += [f"{dotted((*before, *path))} ({source_of((*before, *path))}) {text}" for path, text in wrong.items()]
    try:
        made = model.model_validate(values)
    except ValidationError as error:
        # A secret that could not be had is missing from the values; that was said already.
        said = {path[:1] for path in wrong}
        details = [detail for detail in error.errors(include_url=False) if detail["loc"][:1] not in said]
        problems += problems_of(details, model, source_of, before)
    except Exception as error:  # noqa: BLE001  a plugin's validator may fail in any way; its text may hold the value
        told = f"the plugin {info.plugin} fails at judging it: {type(error).__name__}"
        problems.append(f"{dotted(before)} ({source_of(before)}) cannot be used: {told}")
    if problems:  # see read_settings
        raise complaint(str(settings.file), problems)
    return _beside(settings.file.parent, made)


def _beside(folder: Path, made: BaseModel) -> BaseModel:
    """The settings with their relative paths meant from the folder of hub.toml, as those of secrets are."""
    paths = {name: value.expanduser() for name, value in made if isinstance(value, Path)}
    return made.model_copy(update={name: folder / path for name, path in paths.items()})


def _parsed(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
    # From Python 3.14 on the parser's error holds the whole text, secrets included.
    raise ConfigurationError(f"{file} is not valid TOML: {reason}")
