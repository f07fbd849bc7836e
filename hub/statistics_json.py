"""The figures of the overview for programs: JSON with stable keys, and CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hub.as_json import Json, instant
from hub.errors import NotFound
from hub.statistics import TABLES

if TYPE_CHECKING:
    from hub.statistics import Statistics

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def statistics_json(found: Statistics) -> Json:
    """All tables with the range that they are about."""
    about = {
        "from": found.days.first.isoformat(),
        "to": found.days.last.isoformat(),
        "timezone": found.days.zone,
        "grain": found.days.grain.value,
        "channel": found.channel or None,
        "as_of": instant(found.now),
    }
    return {**about, **{name: table_json(found, name) for name in TABLES}}


def table_json(found: Statistics, table: str) -> list[Json]:
    """The lines of one table."""
    columns = columns_of(table)
    return [{name: _plain(getattr(line, name)) for name in columns} for line in lines_of(found, table)]


def table_csv(found: Statistics, table: str) -> str:
    """The same as CSV with a heading; several values in a cell are parted by blanks or, of sentences, by semicolons."""
    written = io.StringIO()
    writer = csv.writer(written)
    columns = columns_of(table)
    writer.writerow(columns)
    writer.writerows([_cell(getattr(line, name)) for name in columns] for line in lines_of(found, table))
    return written.getvalue()


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table; NotFound lists the tables there are."""
    if table not in TABLES:
        raise NotFound(f"there is no table {table[:40]!r}; the tables are: {', '.join(TABLES)}")
    return tuple(column.name for column in fields(TABLES[table]))


def lines_of(found: Statistics, table: str) -> Sequence[Any]:
    """The lines of a table by its name."""
    lines: Sequence[Any] = getattr(found, table)
    return lines


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)  # so that no reader rounds it
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _cell(value: object) -> str | int:
    """A cell; text that a spreadsheet would run is kept from it by an apostrophe, and a number never is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    if isinstance(value, (Decimal, date)):
        return str(_plain(value))
    text = _joined(value) if isinstance(value, tuple) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _joined(values: tuple[object, ...]) -> str:
    texts = [str(value) for value in values]
    return ("; " if any(" " in text for text in texts) else " ").join(texts)
