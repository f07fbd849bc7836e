"""Settings from environment variables: CASEHUB_OFFICE__TIMEZONE, CASEHUB_CHANNELS__SUPPORT__PASSWORD."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

from hub.complaints import KeyPath

PREFIX = "CASEHUB_"
BETWEEN = "__"


class EnvironmentText(str):
    """A value that came from the environment, where a secret may stand as it is; its repr does not tell it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<from the environment>"


class Environment(EnvSettingsSource):
    """The environment; the values of channels and notifiers stay text, where a JSON reader would make 0123 a number."""

    def explode_env_vars(self, field_name: str, field: FieldInfo, env_vars: Mapping[str, str | None]) -> dict[str, Any]:
        """The nested variables of one field as nested tables."""
        if field_name in ("channels", "notifiers", "approval"):
            return named_tables(field_name, env_vars)
        return super().explode_env_vars(field_name, field, env_vars)


def named_tables(kind: str, variables: Mapping[str, str | None]) -> dict[str, Any]:
    """The tables of channels, say, that variables named in small letters add up to."""
    prefix = f"{PREFIX}{kind}{BETWEEN}".lower()
    tables: dict[str, Any] = {}
    for name in sorted(variables):
        if name.startswith(prefix):
            *path, last = name.removeprefix(prefix).split(BETWEEN)
            _inner(tables, path)[last] = EnvironmentText(variables[name] or "")
    return tables


def decoded(value: object, annotation: Any) -> object:
    """A list or table that the environment gives as JSON; where the setting is simply text, that text."""
    if not isinstance(value, EnvironmentText) or not _has_parts(annotation):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def setting_source(path: KeyPath, file: str) -> str:
    """Where the setting with this key path was made: the environment variable, else the file."""
    name = PREFIX + BETWEEN.join(str(part) for part in path).upper()
    return name if name in {variable.upper() for variable in os.environ} else file


def _has_parts(annotation: Any) -> bool:
    """Whether a list or table may be meant."""
    kind = get_origin(annotation) or annotation
    if isinstance(kind, type) and issubclass(kind, (list, tuple, set, frozenset, dict, BaseModel)):
        return True
    return any(_has_parts(part) for part in get_args(annotation))


def _inner(table: dict[str, Any], path: list[str]) -> dict[str, Any]:
    """The table at a path, made where there is none; it beats a text that another variable gives the whole table."""
    for part in path:
        if not isinstance(table.get(part), dict):
            table[part] = {}
        table = table[part]
    return table
