"""What a customer can write about: topics with their answered questions and the fields that each needs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from hub import CaseType, ConfigurationError
from hub_web_form.settings import LANGUAGES
from hub_web_form.texts import Words

ORDER = ("delivery", "return", "complaint", "missing", "change", "payment", "question")
"""The topics that casehub brings, as the page lists them."""
MOST_QUESTIONS = 8
_SAFE_ID = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_TAKEN = frozenset({"name", "email", "text", "website", "token", "lang"})


class FieldKind(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    LINES = "lines"
    CHOICE = "choice"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a topic asks for; `choices` has the words of each by its id."""

    id: str
    kind: FieldKind
    label: Words
    help: Words
    required: bool = False
    choices: Mapping[str, Words] | None = None
    longest: int = 200

    @property
    def is_order(self) -> bool:
        """Whether it is the number of the order."""
        return self.id == "order_number"


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is asked often, with its answer."""

    question: Words
    answer: Words


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that customers write about, and the type of case that it becomes."""

    id: str
    type: CaseType
    title: Words
    hint: Words
    faq: tuple[Question, ...]
    fields: tuple[Field, ...]


def load_topics(own: Path | None = None) -> tuple[Topic, ...]:
    """The topics of the seller's own file, else those that casehub brings; ConfigurationError names file and key."""
    return _shipped() if own is None else _own(own)


@cache
def _shipped() -> tuple[Topic, ...]:
    room = files("hub_web_form") / "topics"
    fields = _read((room / "fields.toml").read_text(encoding="utf-8"), "fields.toml")
    found = []
    for name in ORDER:
        table = _read((room / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")
        found.append(_topic({"id": name, **table}, fields, f"{name}.toml"))
    return tuple(found)


def _own(file: Path) -> tuple[Topic, ...]:
    try:
        table = _read(file.read_text(encoding="utf-8-sig"), str(file))
    except OSError as error:
        raise ConfigurationError(f"topics names {file}, which cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"topics names {file}, which is not UTF-8 text; save it as UTF-8") from error
    shipped = _read((files("hub_web_form") / "topics" / "fields.toml").read_text(encoding="utf-8"), "fields.toml")
    fields = {**shipped, **_table(table.get("fields", {}), f"{file}: fields")}
    topics = table.get("topic", [])
    if not isinstance(topics, list) or not topics:
        raise ConfigurationError(f"{file} has no topic: write a table [[topic]] for each")
    found = tuple(_topic(_table(topic, f"{file}: topic"), fields, str(file)) for topic in topics)
    ids = [topic.id for topic in found]
    if len(set(ids)) < len(ids):
        raise ConfigurationError(f"{file} has two topics with one id; give each its own")
    return found


def _read(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise ConfigurationError(f"{where} is not valid TOML: {error}") from error


def _topic(table: Mapping[str, Any], fields: Mapping[str, Any], file: str) -> Topic:
    name = _id(table.get("id"), f"{file}: topic.id")
    where = f"{file}: the topic {name}"
    faq = _list(table.get("faq", []), f"{where}: faq")
    if len(faq) > MOST_QUESTIONS:
        raise ConfigurationError(f"{where} has {len(faq)} questions; nobody reads more than {MOST_QUESTIONS}")
    try:
        type_ = CaseType(table.get("type", "question"))
    except ValueError:
        there = ", ".join(kind for kind in CaseType if kind is not CaseType.UNREADABLE)
        raise ConfigurationError(f"{where}: type is none of {there}") from None
    return Topic(
        name,
        type_,
        _words(table.get("title"), f"{where}: title"),
        _words(table.get("hint", ""), f"{where}: hint"),
        tuple(_question(one, f"{where}: faq") for one in faq),
        tuple(_field(one, fields, where) for one in _list(table.get("fields", []), f"{where}: fields")),
    )


def _question(table: object, where: str) -> Question:
    told = _table(table, where)
    return Question(_words(told.get("question"), f"{where}.question"), _words(told.get("answer"), f"{where}.answer"))


def _field(named: object, fields: Mapping[str, Any], where: str) -> Field:
    """A field by its name; one that ends in a ! has to be filled in."""
    name = str(named)
    required, name = name.endswith("!"), name.removesuffix("!")
    if name not in fields:
        raise ConfigurationError(f"{where} names a field {name}, which there is not; there is {', '.join(fields)}")
    table, where = _table(fields[name], f"{where}: {name}"), f"{where}: {name}"
    try:
        kind = FieldKind(table.get("kind", "line"))
    except ValueError:
        raise ConfigurationError(f"{where}: kind is none of {', '.join(FieldKind)}") from None
    choices = {
        _id(key, f"{where}.choices"): _words(words, f"{where}.choices.{key}")
        for key, words in _table(table.get("choices", {}), f"{where}.choices").items()
    }
    if (kind is FieldKind.CHOICE) != bool(choices):
        raise ConfigurationError(f"{where}: choices belong to a field of the kind choice, and to no other")
    if name in _TAKEN:
        raise ConfigurationError(f"{where}: every form has a field of that name; choose another")
    label, help_ = _words(table.get("label"), f"{where}.label"), _words(table.get("help", ""), f"{where}.help")
    longest = 2000 if kind is FieldKind.LINES else 200
    return Field(_id(name, where), kind, label, help_, required, choices or None, longest)


def _words(told: object, where: str) -> Words:
    """A text by language, or one for all of them."""
    if isinstance(told, str):
        return dict.fromkeys(LANGUAGES, told)
    words = _table(told, where)
    if not words or not all(isinstance(word, str) for word in words.values()):
        raise ConfigurationError(f'{where} is missing: write a text, or one for each language as {{ en = "…" }}')
    if unknown := sorted(set(words) - set(LANGUAGES)):
        raise ConfigurationError(f"{where} has a language {unknown[0]}; the page knows {', '.join(LANGUAGES)}")
    return dict(words)


def _table(told: object, where: str) -> Mapping[str, Any]:
    if told is None:
        return {}
    if not isinstance(told, Mapping):
        raise ConfigurationError(f"{where} should be a table")
    return told


def _list(told: object, where: str) -> Sequence[Any]:
    if not isinstance(told, list):
        raise ConfigurationError(f"{where} should be a list")
    return told


def _id(told: object, where: str) -> str:
    name = str(told or "")
    if not name or len(name) > 40 or set(name) - _SAFE_ID:
        raise ConfigurationError(f"{where} should be a name of small letters, digits and _")
    return name
