"""The tables of the overview as a page shows them: each cell written in its language, with where it leads."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any

from hub.core.model import Money
from hub.runs.health import KEY_ALARM, KEY_SOON
from hub.statistics_json import columns_of, lines_of
from hub.web.filters import Listing
from hub.web.site import case_address

if TYPE_CHECKING:
    from hub.statistics import Statistics
    from hub.web.site import Here

MOST_LINES = 10
"""How many lines of a table a page shows where it would have no end; the downloads have all."""

_WHOLE = frozenset({"over_time", "risk", "health", "scores", "answer_times"})
_SECONDS = frozenset(
    {"median", "p90", "counted_median", "counted_p90", "lag_seconds", "silent_after_seconds"},
)
_SHARES = frozenset({"share", "line"})
_LEFT_OUT = {
    "risk": {"until", "currency"},
    "answer_times": {"counted"},
    "products": {"first"},
    "batches": {"first"},
    "health": {"silent_after_seconds"},
    "scores": {"decided", "undecided", "warnings", "reached"},
}
_DIGITS = Decimal("0.001")
_ALARM, _SOON = KEY_ALARM.days, KEY_SOON.days
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Link:
    """Where something leads."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: a text, some lines or some links; `look` is the class of a mark such as bad."""

    text: str = ""
    look: str = ""
    number: bool = False
    links: tuple[Link, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table for a page; `more` is how many lines only the downloads have."""

    headings: tuple[tuple[str, bool], ...]
    lines: tuple[tuple[Cell, ...], ...]
    more: int


def shown_table(found: Statistics, name: str, here: Here) -> ShownTable:
    """One table of the figures as the language of the page writes it."""
    lines = lines_of(found, name)
    most = len(lines) if name in _WHOLE else MOST_LINES
    columns = [column for column in columns_of(name) if column not in _LEFT_OUT.get(name, ())]
    cells = tuple(tuple(_cell(column, line, here) for column in columns) for line in lines[:most])
    numbers = [bool(cells) and any(row[place].number for row in cells) for place, _ in enumerate(columns)]
    headings = tuple(
        (here.words(f"overview.col_{column}"), number) for column, number in zip(columns, numbers, strict=True)
    )
    return ShownTable(headings, cells, len(lines) - len(cells))


def percent(here: Here, share: float | Decimal) -> str:
    """A share in per cent, cut to one digit and never rounded up: 89.99 % must not look like 90 %."""
    return here.formats.percent(float(Decimal(share).quantize(_DIGITS, ROUND_DOWN)))


def type_name(here: Here, kind: str) -> str:
    """The name of a type of case."""
    return here.words.maybe(f"model.type_{kind}", kind)


def period_name(here: Here, period: str) -> str:
    """A day as the language writes it; a week such as 2026-W47 and a month such as 2026-11 keep their names."""
    return here.formats.day(date.fromisoformat(period)) if _DAY.fullmatch(period) else period


def _cell(column: str, line: Any, here: Here) -> Cell:
    value = getattr(line, column)
    if (write := _OWN.get(column)) is not None:
        return write(value, line, here)
    if value is None:
        return Cell("–", number=column in _SECONDS | _SHARES | {"left"})
    if column in _SECONDS:
        return Cell(here.formats.span(value), number=True)
    if column in _SHARES:
        return Cell(percent(here, value), number=True)
    return _plain(value, here)


def _plain(value: object, here: Here) -> Cell:
    if isinstance(value, bool):
        return Cell(here.words("overview.yes" if value else "overview.no"))
    if isinstance(value, int):
        return Cell(here.formats.number(value), number=True)
    if isinstance(value, datetime):
        return Cell(here.formats.moment(value))
    if isinstance(value, date):
        return Cell(here.formats.day(value))
    return Cell(lines=tuple(map(str, value))) if isinstance(value, tuple) else Cell(str(value))


def _amount(value: Decimal | None, line: Any, here: Here) -> Cell:
    if value is None:
        return Cell(here.words("overview.unknown_value"), number=True)
    return Cell(here.formats.money(Money(value, line.currency)), number=True)


def _channel(value: str, line: Any, here: Here) -> Cell:
    if not value:
        return Cell(here.words("overview.all_channels"))
    return Cell(links=(Link(value, Listing(channel=value, type=getattr(line, "type", "")).address()),))


def _numbers(value: Sequence[str], line: Any, here: Here) -> Cell:  # noqa: ARG001  the shape of all these
    return Cell(links=tuple(Link(number, case_address(number)) for number in value[:4]))


def _alarming(value: bool, line: Any, here: Here) -> Cell:  # noqa: ARG001  the same
    return Cell(here.words("overview.look_at_stock"), look="bad") if value else Cell("–")


def _inferred(value: bool, line: Any, here: Here) -> Cell:  # noqa: ARG001  the same
    return Cell(here.words("overview.inferred" if value else "overview.named"))


def _ok(value: bool, line: Any, here: Here) -> Cell:  # noqa: ARG001  the same
    return Cell(here.words("overview.well"), look="good") if value else Cell(here.words("overview.trouble"), look="bad")


def _last_read(value: datetime | None, line: Any, here: Here) -> Cell:  # noqa: ARG001  the same
    return Cell("–" if value is None else here.formats.ago(value))


def _stopped(value: bool, line: Any, here: Here) -> Cell:  # noqa: ARG001  the same
    return Cell(here.words("overview.yes"), look="bad") if value else Cell(here.words("overview.no"))


def _key_expires(value: date | None, line: Any, here: Here) -> Cell:  # noqa: ARG001  the same
    if value is None:
        return Cell("–")
    left = (value - here.now.date()).days
    return Cell(here.formats.day(value), look="bad" if left <= _ALARM else "warn" if left <= _SOON else "")


def _left(value: int | None, line: Any, here: Here) -> Cell:  # noqa: ARG001  the same
    if value is None:
        return Cell("–", number=True)
    return Cell(here.formats.number(value), look="bad" if value < 0 else "", number=True)


_OWN: dict[str, Callable[[Any, Any, Here], Cell]] = {
    "amount": _amount,
    "channel": _channel,
    "numbers": _numbers,
    "alarming": _alarming,
    "inferred": _inferred,
    "channels": lambda value, _, here: Cell(", ".join(value)),  # noqa: ARG005  the shape of all these
    "ok": _ok,
    "stopped": _stopped,
    "last_read": _last_read,
    "left": _left,
    "key_expires": _key_expires,
    "type": lambda value, _, here: Cell(links=(Link(type_name(here, value), Listing(type=value).address()),)),
    "clock": lambda value, _, here: Cell(here.words.maybe(f"overview.clock_{value}", value)),
    "period": lambda value, _, here: Cell(period_name(here, value)),
}
