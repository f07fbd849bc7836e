"""Settings of adapters and notifiers in words: for `casehub plugins` and for the comments of `casehub init`."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from hub.complaints import holds_secret, models_in

_WORDS: dict[Any, str] = {str: "text", bool: "true or false", int: "whole number", float: "number", Path: "path"}


@dataclass(frozen=True, slots=True)
class SettingInWords:
    """One setting of an adapter or a notifier: what may be written there, what holds otherwise, and what it is for."""

    key: str
    type: str
    required: bool
    secret: bool
    default: object
    description: str


def settings_in_words(model: type[BaseModel]) -> list[SettingInWords]:
    """Every setting of such a model, the required ones first, otherwise in the author's order."""
    described = [_in_words(key, field) for key, field in model.model_fields.items()]
    return sorted(described, key=lambda setting: not setting.required)


def _in_words(key: str, field: FieldInfo) -> SettingInWords:
    required, secret = field.is_required(), holds_secret(field.annotation)
    default = None if required or secret else to_jsonable_python(field.get_default(call_default_factory=True))
    kind = "secret" if secret else _type_in_words(field.annotation)
    return SettingInWords(key, kind, required, secret, default, field.description or "")


def _type_in_words(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return _one_of(parts)
    if origin in (Union, types.UnionType):
        return " or ".join(_type_in_words(part) for part in parts if part is not type(None))
    if isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset):
        return f"list of {_type_in_words(parts[0])}" if parts else "list"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _one_of([member.value for member in annotation])
    if models_in(annotation) or origin is dict:
        return "table"
    if parts:  # Annotated[str, …] within a list keeps its type first
        return _type_in_words(parts[0])
    return _WORDS.get(annotation) or str(getattr(annotation, "__name__", "text"))


def _one_of(values: Sequence[object]) -> str:
    return f"one of {', '.join(str(value) for value in values)}"
