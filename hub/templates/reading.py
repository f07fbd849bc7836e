"""Reading templates from their folders: a table of what each is for, and one text a language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from typing import Any

from hub.core.model import CaseType
from hub.templates.model import Problem, Stage, Template, Value, ValueKind, Variant
from hub.templates.parsing import parse
from hub.templates.placeholders import GROUPS, PLACEHOLDERS

TABLE = "template.toml"

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_TEXT = re.compile(r"([a-z]{2})\.txt")
_VALUE = re.compile(r"[a-z][a-z_]*")
_KEYS = {"title": str, "what_for": str, "types": list, "stage": str, "values": dict}
_KEYS_OF_A_VALUE = {"question": str, "example": str, "kind": str, "otherwise": str, "optional": bool}
_IN_WORDS = {str: "a text", list: "a list", dict: "a table", bool: "true or false"}
_LARGEST = 100_000


class Unreadable(ValueError):
    """A file of a template cannot be used; the text says why."""


def read_templates(folder: Traversable, where: str, *, own: bool, beneath: Mapping[str, Template]) -> list[Template]:
    """The templates in a folder, each over the one of its name `beneath`; a broken one is told of and harms no other.

    `where` names the folder to people.
    """
    found = sorted((entry for entry in folder.iterdir() if not entry.name.startswith((".", "_"))), key=_by_name)
    return [
        read_template(entry, f"{where}/{entry.name}", own=own, beneath=beneath.get(entry.name))
        for entry in found
        if entry.is_dir()
    ]


def read_template(folder: Traversable, where: str, *, own: bool, beneath: Template | None = None) -> Template:
    """One template: its own table and texts over those of the one beneath."""
    template = beneath or Template(folder.name)
    if not _NAME.fullmatch(folder.name):
        name = "a template is named with small letters, digits and -, beginning with a letter"
        return replace(template, name=folder.name, own=own, problems=(Problem(where, 0, name),))
    files = {entry.name: entry for entry in sorted(folder.iterdir(), key=_by_name) if not entry.name.startswith(".")}
    if TABLE in files:
        template = _with_table(template, files[TABLE], f"{where}/{TABLE}", own)
    elif beneath is None:
        problem = Problem(where, 0, f"there is no {TABLE} with its title; docs/templates.md has an example")
        template = replace(template, own=own, problems=(problem,))
    variants = {
        **template.variants,
        **{variant.language: variant for variant in _variants(files, where, own, template.values)},
    }
    odd = tuple(
        Problem(
            f"{where}/{name}", 0, "a text is named by its language in two small letters (ISO 639-1), such as nl.txt"
        )
        for name in files
        if name.endswith(".txt") and not _TEXT.fullmatch(name)
    )
    if not variants and not template.problems:
        odd = (*odd, Problem(where, 0, "there is no text; write one into a file such as en.txt"))
    ordered = dict(sorted(variants.items()))
    return replace(template, variants=ordered, problems=(*template.problems, *odd))


def _by_name(entry: Traversable) -> str:
    return entry.name


def _variants(files: Mapping[str, Traversable], where: str, own: bool, values: Iterable[str]) -> Iterator[Variant]:
    for name, file in files.items():
        if not (found := _TEXT.fullmatch(name)):
            continue
        place = f"{where}/{name}"
        try:
            text = _content(file)
        except Unreadable as error:
            yield Variant(found[1], "", place, own, (Problem(place, 0, str(error)),))
            continue
        problems = tuple(Problem(place, line, said) for line, said in parse(text, frozenset(values)).findings)
        if not text.strip():
            problems = (Problem(place, 0, "the text is empty"),)
        yield Variant(found[1], text, place, own, problems)


def _content(file: Traversable) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise Unreadable(f"it has {len(content):,} bytes, as no template has")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Unreadable(f"byte {error.start + 1} is not UTF-8; save it as UTF-8") from error


def _with_table(template: Template, file: Traversable, where: str, own: bool) -> Template:
    try:
        table = tomllib.loads(_content(file))
        return replace(_described(template, table), own=own)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        problem = Problem(where, int(line[1]) if line else 0, f"this is not valid TOML: {error}")
    except (Unreadable, RecursionError) as error:
        problem = Problem(where, 0, str(error))
    return replace(template, own=own, problems=(problem,))


def _described(template: Template, table: Mapping[str, Any]) -> Template:
    _require_keys(table, _KEYS, "")
    title = table.get("title", template.title)
    if not title:
        raise Unreadable("title is missing: say in a few words what the template is")
    values = {name: _value(name, one) for name, one in table.get("values", {}).items()}
    return replace(
        template,
        title=title,
        what_for=table.get("what_for", template.what_for),
        types=tuple(_chosen(CaseType, one, "types") for one in table["types"]) if "types" in table else template.types,
        stage=_chosen(Stage, table["stage"], "stage") if "stage" in table else template.stage,
        values={**template.values, **values},
    )


def _value(name: str, table: object) -> Value:
    key = f"values.{name}"
    if not _VALUE.fullmatch(name) or name in (*GROUPS, "loop"):
        raise Unreadable(f"{key}: a value is named with small letters and _, and not {', '.join((*GROUPS, 'loop'))}")
    if not isinstance(table, dict):
        raise Unreadable(f"{key} is a table with a question and an example")
    _require_keys(table, _KEYS_OF_A_VALUE, f"{key}.")
    if not table.get("question"):
        raise Unreadable(f"{key}.question is missing: ask the person who writes for it")
    otherwise = table.get("otherwise", "")
    if otherwise and (otherwise not in PLACEHOLDERS or PLACEHOLDERS[otherwise].items is not None):
        raise Unreadable(f"{key}.otherwise names {otherwise!r}, which is no placeholder that can stand in")
    kind = _chosen(ValueKind, table.get("kind", "text"), f"{key}.kind")
    return Value(name, table["question"], table.get("example", ""), kind, otherwise, table.get("optional", False))


def _require_keys(table: Mapping[str, Any], known: Mapping[str, type], before: str) -> None:
    for key, value in table.items():
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"possible are {', '.join(known)}"
            raise Unreadable(f"there is no key {before}{key}; {hint}")
        if not isinstance(value, known[key]):
            raise Unreadable(f"{before}{key} should be {_IN_WORDS[known[key]]}")


def _chosen(kind: type[Any], word: object, key: str) -> Any:
    try:
        return kind(word)
    except ValueError:
        possible = ", ".join(one.value for one in kind)
        raise Unreadable(f"{key}: {word!r} is none of {possible}") from None
