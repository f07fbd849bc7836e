"""Looks into JSON that a platform sent: what is missing is empty, what has another shape than agreed is an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hub import Misunderstood
from hub.core.plain_text import one_line


def objects(value: Any, what: str) -> Sequence[Mapping[str, Any]]:
    """A list of objects, as the platform answers a listing."""
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise Misunderstood(f"{what} should be a list of objects, and is something else")
    return value


def an_object(value: Any, what: str) -> Mapping[str, Any]:
    """One object."""
    if not isinstance(value, Mapping):
        raise Misunderstood(f"{what} should be an object, and is something else")
    return value


def text(fields: Mapping[str, Any], name: str) -> str:
    """A text or a number as text; empty where there is none, or something that has parts."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value)


def word(fields: Mapping[str, Any], name: str) -> str:
    """A word of the platform's vocabulary, on one line and not endless."""
    return one_line(text(fields, name))[:80]


def part(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within an object; empty where there is none."""
    value = fields.get(name)
    return value if isinstance(value, Mapping) else {}


def texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts; empty where there is none."""
    value = fields.get(name)
    found = (text({"": item}, "") for item in value) if isinstance(value, list) else ()
    return tuple(item for item in found if item)


def identity(fields: Mapping[str, Any], what: str) -> str:
    """The platform's id of something; without one nothing can be known again."""
    found = word(fields, "id")
    if not found:
        raise Misunderstood(f"{what} has no id")
    return found


def instant(fields: Mapping[str, Any], name: str, what: str) -> datetime | None:
    """An instant, in UTC also where no zone stands with it, as the merchant APIs document; None where there is none."""
    value = fields.get(name)
    if value is None or value == "":
        return None
    try:
        told = datetime.fromisoformat(value)
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise Misunderstood(f"{what} has something in {name} that is no instant") from error


def needed_instant(fields: Mapping[str, Any], name: str, what: str) -> datetime:
    """An instant without which nothing can be said."""
    found = instant(fields, name, what)
    if found is None:
        raise Misunderstood(f"{what} has no {name}")
    return found
