"""Events and other core data as JSON and back, without loss, so that a store can keep them as text."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from hub.core import events

Json = Any
T = typing.TypeVar("T")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_HAPPENINGS: dict[str, type] = {kind.__name__: kind for kind in typing.get_args(events.Happening)}


def dump_happening(what: events.Happening) -> tuple[str, str]:
    """The kind and the JSON body of something that happened."""
    return type(what).__name__, dumps(what)


def load_happening(kind: str, body: str) -> events.Happening:
    """What happened, from its kind and JSON body; an unknown kind is a ValueError."""
    cls = _HAPPENINGS.get(kind)
    if cls is None:
        raise ValueError(f"unknown kind of event {kind!r}: was this database written by a newer casehub?")
    return typing.cast("events.Happening", loads(cls, body))


def dumps(value: object) -> str:
    """Any core dataclass as compact JSON; fields that hold their default are left out."""
    return _ENCODER.encode(to_plain(value))


def loads(cls: type[T], text: str) -> T:
    """The core dataclass that `dumps` made this text of."""
    return typing.cast("T", from_plain(cls, json.loads(text)))


def to_plain(value: Any) -> Json:
    """Core data as what JSON knows: dicts, lists, strings, numbers, true, false, null."""
    return _writer(type(value))(value)  # type: ignore[arg-type]  # a class can be hashed, whatever its instances can


def from_plain(hint: Any, data: Json) -> Any:
    """The value of the annotated type from what `to_plain` gave."""
    return _reader(hint)(data)


@cache
def _writer(cls: type) -> Callable[[Any], Json]:
    """How values of a class are written; looked up once a class, since a sync writes hundreds of values a mail."""
    if issubclass(cls, Enum):
        return lambda value: value.value
    if issubclass(cls, (type(None), str, int, float)):
        return _as_is
    if issubclass(cls, datetime):
        return datetime.isoformat
    if issubclass(cls, Decimal):
        return str
    if issubclass(cls, Mapping):
        return lambda value: {str(key): to_plain(item) for key, item in value.items()}
    if issubclass(cls, (tuple, list)):
        return lambda value: [to_plain(item) for item in value]
    if issubclass(cls, frozenset):
        return lambda value: sorted(to_plain(item) for item in value)
    if is_dataclass(cls):
        return _dataclass_writer(cls)
    raise TypeError(f"core data holds no {cls.__name__}")


def _dataclass_writer(cls: type) -> Callable[[Any], dict[str, Json]]:
    defaults = [(field.name, _default(field)) for field in fields(cls)]

    def write(value: Any) -> dict[str, Json]:
        out = {}
        for name, default in defaults:
            item = getattr(value, name)
            if item is not default and (default is MISSING or item != default):
                out[name] = to_plain(item)
        return out

    return write


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


@cache
def _reader(hint: Any) -> Callable[[Json], Any]:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _optional(hint, args)
    if origin is tuple:
        return _many(tuple, _reader(args[0]))
    if origin is frozenset:
        return _many(frozenset, _reader(args[0]))
    if origin is not None and issubclass(origin, Mapping):
        return dict
    if hint is datetime:
        return datetime.fromisoformat
    if hint is Decimal:
        return Decimal
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if is_dataclass(hint):
        return _dataclass_reader(typing.cast("type", hint))
    return _as_is


def _as_is(data: Json) -> Json:
    return data


def _optional(hint: Any, args: tuple[Any, ...]) -> Callable[[Json], Any]:
    inner = [arg for arg in args if arg is not type(None)]
    if len(inner) != 1:
        raise TypeError(f"{hint} is more than one type or nothing")
    read = _reader(inner[0])
    return lambda data: None if data is None else read(data)


def _many(kind: Callable[[Iterable[Any]], Any], read: Callable[[Json], Any]) -> Callable[[Json], Any]:
    return lambda data: kind(map(read, data))


def _dataclass_reader(cls: type) -> Callable[[Json], Any]:
    hints = typing.get_type_hints(cls)
    readers = {field.name: _reader(hints[field.name]) for field in fields(cls)}

    def read(data: Json) -> Any:
        if not isinstance(data, dict):
            raise TypeError(f"a {cls.__name__} is written as an object, not as {type(data).__name__}")
        for name in data.keys() - readers.keys():
            raise ValueError(f"unknown field {name!r} of {cls.__name__}: was this written by a newer casehub?")
        return cls(**{name: readers[name](item) for name, item in data.items()})

    return read
