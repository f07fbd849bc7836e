"""What is wrong with settings, in words a person can act on, and without the rejected values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic_core import ErrorDetails

from hub.errors import ConfigurationError

KeyPath = tuple[str | int, ...]
SourceOf = Callable[[KeyPath], str]

_WORDING = {
    "missing": "is missing",
    "model_type": "should be a table",
    "model_attributes_type": "should be a table",
    "dict_type": "should be a table",
    "tuple_type": "should be a list",
    "list_type": "should be a list",
    "string_type": "should be text in quotes",
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "int_from_float": "should be a whole number",
    "path_type": "should be a path in quotes",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "string_pattern_mismatch": "is not written as it should be",
}


def complaint(place: str, problems: Sequence[str]) -> ConfigurationError:
    """One error that shows all the problems of one place at once; each problem names its own source."""
    if len(problems) == 1:
        return ConfigurationError(problems[0])
    return ConfigurationError("\n  - ".join([f"{place} has {len(problems)} problems:", *problems]))


def problems_of(
    details: Iterable[ErrorDetails], model: type[BaseModel], source_of: SourceOf, before: KeyPath = ()
) -> list[str]:
    """Each problem of a validation as `key path (source) what is wrong`; `before` is where the model's table lies."""
    return [_problem(detail, model, source_of, before) for detail in details]


def unknown_key(path: KeyPath, known: Iterable[str], source_of: SourceOf) -> str:
    """That a key is no setting, and which one was probably meant."""
    names = sorted(known)
    near = get_close_matches(str(path[-1]), names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"possible are {', '.join(names) or 'none'}"
    return f"{dotted(path)} ({source_of(path)}) is not a setting; {hint}"


def dotted(path: KeyPath) -> str:
    """The path of a key as TOML writes it."""
    return ".".join(str(part) for part in path)


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Every settings model an annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models_in(part)]


def holds_secret(annotation: Any) -> bool:
    """Whether an annotation mentions a secret."""
    return annotation is SecretStr or any(holds_secret(part) for part in get_args(annotation))


def _problem(detail: ErrorDetails, model: type[BaseModel], source_of: SourceOf, before: KeyPath) -> str:
    path = before + detail["loc"]
    if detail["type"] == "extra_forbidden":
        return unknown_key(path, _known_keys(model, detail["loc"][:-1]), source_of)
    if path and path[-1] == "[key]":
        path = path[:-1]
    text = _WORDING.get(detail["type"]) or _without_value(detail)
    if path == ("office",) and detail["type"] == "missing":
        text = f"{text}: the table [office] says when somebody works, and `casehub init` writes one"
    return f"{dotted(path)} ({source_of(path)}) {text}" if path else text


def _known_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys of the table at this path of a model; a name or number that a table or list gives is stepped over."""
    for part in path:
        field = model.model_fields.get(str(part))
        inner = models_in(field.annotation) if field else []
        model = inner[0] if inner else model
    return list(model.model_fields)


def _without_value(detail: ErrorDetails) -> str:
    """Pydantic's sentence, or the author's of a validator, with whatever the person had written left out."""
    text = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    text = re.sub(r"^Input should be", "should be", text)
    for value in sorted(_leaves(detail["input"]), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", text)
    return text


def _leaves(value: object) -> set[str]:
    """Every text in a rejected value, as it is and as Python would quote it."""
    if isinstance(value, Mapping):
        return {leaf for item in value.values() for leaf in _leaves(item)}
    if isinstance(value, (list, tuple, set, frozenset)):
        return {leaf for item in value for leaf in _leaves(item)}
    if isinstance(value, BaseModel):
        return {leaf for name in type(value).model_fields for leaf in _leaves(getattr(value, name))}
    if value is None or isinstance(value, bool):
        return set()
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return {text, repr(text)[1:-1]} - {""}
