"""Data as JSON for programs, the same from every door: keys in the order given, instants in ISO 8601 and UTC."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any


def json_text(data: object, *, one_line: bool = False) -> bytes:
    """The data as JSON in UTF-8."""
    layout: dict[str, Any] = {"separators": (",", ":")} if one_line else {"indent": 2}
    text = json.dumps(data, ensure_ascii=False, default=_plain, **layout)
    # Half of a surrogate pair, from a mangled mail, cannot be written as UTF-8; escaped, it is still valid JSON.
    return text.encode("utf-8", "backslashreplace")


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"there is no JSON for a {type(value).__name__}")
