"""Reading the fields of bol.com's answers, whose types changed over the years; a wrong shape is told by name alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from hub import Misunderstood

Fields = Mapping[str, Any]

_MILLISECONDS = 1000


def as_fields(value: object, what: str) -> Fields:
    """The object that an answer must be."""
    if not isinstance(value, dict):
        raise Misunderstood(f"bol.com answers something else than {what}")
    return value


def items(body: Fields, key: str) -> list[Fields]:
    """The list under a key; bol.com answers {} where a list is empty, and anything else without it is no list."""
    found = body.get(key)
    if found is None and (not body or key in body):
        return []
    if not isinstance(found, list):
        raise Misunderstood(f"bol.com answers no list of {key} (but {_outline(body)})")
    return [as_fields(item, f"a list of {key}") for item in found]


def parts(body: Fields, key: str) -> list[Fields]:
    """A list that an object may leave out."""
    return [] if body.get(key) is None else items(body, key)


def part(body: Fields, key: str) -> Fields:
    """An object within an object, empty where there is none."""
    found = body.get(key)
    return {} if found is None else as_fields(found, f"an object in {key}")


def text(body: Fields, *keys: str) -> str:
    """The first of these fields that is there, as text: ids came as numbers in the past. Empty where none is."""
    for key in keys:
        found = body.get(key)
        if isinstance(found, bool) or not isinstance(found, (str, int, float, type(None))):
            raise Misunderstood(f"{key} in an answer of bol.com is no text")
        if found is not None:
            return str(found)
    return ""


def needed(body: Fields, key: str) -> str:
    """A text without which the answer means nothing."""
    found = text(body, key).strip()
    if not found:
        raise Misunderstood(f"{key} is missing in an answer of bol.com (it has {_outline(body)})")
    return found


def flag(body: Fields, key: str) -> bool:
    """Yes or no; neither is guessed."""
    found = body.get(key)
    if not isinstance(found, bool):
        raise Misunderstood(f"{key} in an answer of bol.com is neither true nor false")
    return found


def count(body: Fields, key: str) -> int | None:
    """A whole number, None where there is none."""
    found = body.get(key)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, (int, str)) or not str(found).isdecimal():
        raise Misunderstood(f"{key} in an answer of bol.com is no whole number")
    return int(found)


def amount(body: Fields, key: str) -> Decimal | None:
    """A number of any kind, exactly as it was written; None where there is none."""
    found = body.get(key)
    if found is None:
        return None
    try:
        value = Decimal(str(found)) if not isinstance(found, bool) else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Misunderstood(f"{key} in an answer of bol.com is no number")
    return value


def instant(body: Fields, key: str) -> datetime | None:
    """An instant: ISO 8601 with its offset, or the milliseconds since 1970 that some answers have; None for none."""
    found = text(body, key).strip()
    if not found:
        return None
    try:
        read = _instant(found)
    except (ValueError, OverflowError, OSError) as error:
        raise Misunderstood(f"{key} in an answer of bol.com is no instant") from error
    if read.utcoffset() is None:
        raise Misunderstood(f"{key} in an answer of bol.com has no time zone")
    return read.astimezone(UTC)


def needed_instant(body: Fields, key: str) -> datetime:
    """An instant without which the answer means nothing."""
    found = instant(body, key)
    if found is None:
        raise Misunderstood(f"{key} is missing in an answer of bol.com (it has {_outline(body)})")
    return found


def _instant(written: str) -> datetime:
    if written.lstrip("-").isdecimal() and len(written) > len("20260302"):
        return datetime.fromtimestamp(int(written) / _MILLISECONDS, UTC)
    return datetime.fromisoformat(written)


def _outline(body: Fields) -> str:
    """The names of the fields: the values may be a customer's."""
    return ", ".join(sorted(str(name)[:40] for name in body)[:12]) or "nothing"
