"""What a visitor filled in, and what is wrong with it: pure functions from values to problems."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hub.core.acknowledging import is_deaf
from hub.core.plain_text import one_line
from hub_web_form.settings import WebFormSettings
from hub_web_form.site.uploads import Upload, type_of
from hub_web_form.texts import in_language, say
from hub_web_form.topics import Field, FieldKind, Topic

LONGEST_LINE = 200
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}"
)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came back: every value by its field, and the files."""

    values: Mapping[str, str]
    uploads: tuple[Upload, ...] = ()

    def line(self, name: str) -> str:
        """A value in one line, harmless."""
        return one_line(self.values.get(name, ""))

    def lines(self, name: str) -> str:
        """A value of several lines, without signs that nobody sees."""
        text = self.values.get(name, "").replace("\r\n", "\n").replace("\r", "\n")
        return _CONTROLS.sub("", text).strip("\n")


NOTHING = Filled({})
"""A form that nobody has filled in."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field, in the visitor's language; `label` says which one where the text does not."""

    field: str
    text: str
    label: str = ""


def address_of(filled: Filled) -> str:
    """The visitor's address, its domain in the form that mail goes by."""
    local, at, domain = filled.line("email").replace(" ", "").rpartition("@")
    try:
        host = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        host = domain
    return f"{local}{at}{host.lower()}"


def problems_of_a_stranger(filled: Filled, language: str) -> list[Problem]:
    """What is wrong with the name and the address."""
    found = []
    if len(filled.line("name")) > LONGEST_LINE:
        found.append(Problem("name", say("e_too_long", language, most=LONGEST_LINE, count=len(filled.line("name")))))
    address = address_of(filled)
    if not address:
        found.append(Problem("email", say("e_email_missing", language)))
    elif len(address) > LONGEST_LINE or not _ADDRESS.fullmatch(address) or is_deaf(address):
        found.append(Problem("email", say("e_email", language)))
    return found


def problems_of_fields(
    fields: Sequence[Field], filled: Filled, settings: WebFormSettings, language: str
) -> list[Problem]:
    """What is wrong with the fields of a topic."""
    found: list[Problem] = []
    for field in fields:
        problems = (
            problems_of_files(field, filled, settings, language)
            if field.kind is FieldKind.FILES
            else _problem_of_value(field, filled, language)
        )
        found += [replace(problem, label=in_language(field.label, language)) for problem in problems]
    return found


def problems_of_text(filled: Filled, settings: WebFormSettings, language: str, *, needed: bool) -> list[Problem]:
    """What is wrong with the message itself."""
    text = filled.lines("text")
    if needed and not text.strip():
        return [Problem("text", say("e_text", language))]
    if len(text) > settings.longest_text:
        return [Problem("text", say("e_too_long", language, most=settings.longest_text, count=len(text)))]
    return []


def problems_of_files(field: Field, filled: Filled, settings: WebFormSettings, language: str) -> list[Problem]:
    """What is wrong with the files."""
    if field.required and not filled.uploads:
        return [Problem(field.id, say("e_files_missing", language))]
    if len(filled.uploads) > settings.most_files:
        return [Problem(field.id, say("e_files_many", language, most=settings.most_files))]
    for upload in filled.uploads:
        name = one_line(upload.name)[:80]
        if len(upload.content) > settings.largest_file_mb * 1024 * 1024:
            return [Problem(field.id, say("e_file_big", language, name=name, most=settings.largest_file_mb))]
        if not type_of(upload.content):
            return [Problem(field.id, say("e_file_type", language, name=name))]
    return []


def details(topic: Topic, filled: Filled, language: str) -> tuple[tuple[str, str], ...]:
    """The answers to the topic's questions, each with its question as the visitor read it."""
    found = []
    for field in topic.fields:
        value = shown_value(field, filled, language)
        if value and not field.is_order:
            found.append((in_language(field.label, language), value))
    return tuple(found)


def shown_value(field: Field, filled: Filled, language: str) -> str:
    """What was filled in, in words."""
    if field.kind is FieldKind.FILES:
        return ""
    if field.kind is FieldKind.LINES:
        return filled.lines(field.id)
    value = filled.line(field.id)
    return in_language((field.choices or {}).get(value, {}), language) if field.kind is FieldKind.CHOICE else value


def _problem_of_value(field: Field, filled: Filled, language: str) -> list[Problem]:
    value = filled.lines(field.id) if field.kind is FieldKind.LINES else filled.line(field.id)
    if field.required and not value.strip():
        return [Problem(field.id, say("e_choice" if field.kind is FieldKind.CHOICE else "e_required", language))]
    if field.kind is FieldKind.CHOICE and value and value not in (field.choices or {}):
        return [Problem(field.id, say("e_choice", language))]
    if len(value) > field.longest:
        return [Problem(field.id, say("e_too_long", language, most=field.longest, count=len(value)))]
    return []
