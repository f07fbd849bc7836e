"""Lists of cases for people: which columns fit, what is cut, and what is said below them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from hub.cli.due_text import DueText, Urgency, time_left
from hub.cli.safe_text import one_line
from hub.core.model import CaseState, CaseType
from hub.core.ports import CaseFilter, CaseSummary

if TYPE_CHECKING:
    from rich.table import Table

    from hub.app import Hub

_GAP = 2
_ENOUGH_SUBJECT = 20
_STYLES = {Urgency.LATE: "bold red", Urgency.SOON: "yellow", Urgency.UNKNOWN: "magenta", Urgency.NONE: "dim"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list of cases: its heading, its text, and how many cells it may take at most."""

    heading: str
    text: Callable[[CaseSummary], str]
    most: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that fit a terminal, with their widths in cells, so that several lists stand below one another."""

    columns: tuple[Column, ...]
    widths: tuple[int, ...]


def case_table(cases: Sequence[CaseSummary], now: datetime, zone: str, width: int) -> Table:
    """The cases as a table that fits the width: narrow terminals see fewer columns, and the subject is what is cut."""
    return laid_out(cases, layout(cases, now, zone, width), now, zone)


def laid_out(cases: Sequence[CaseSummary], form: Layout, now: datetime, zone: str, *, heading: bool = True) -> Table:
    """The cases in the columns of a layout."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold", show_header=heading)
    for column, cells in zip(form.columns, form.widths, strict=True):
        table.add_column(column.heading, no_wrap=True, overflow="ellipsis", width=cells)
    for case in cases:
        table.add_row(*(Text(column.text(case), style=_style(case, column, now, zone)) for column in form.columns))
    return table


def layout(
    cases: Sequence[CaseSummary], now: datetime, zone: str, width: int, *, without: Collection[str] = ()
) -> Layout:
    """The columns that fit beside a readable subject, in their usual order; one without content is left out."""
    columns = {name: column for name, column in _columns(now, zone).items() if name not in without}
    widths = {name: _width(column, cases) for name, column in columns.items()}
    shown = ["number", "due", "customer", "subject"]
    left = width - sum(widths[name] + _GAP for name in shown if name != "subject") - _GAP
    for name in ("state", "channel", "order", "who", "type"):
        wanted = name in columns and any(columns[name].text(case) for case in cases)
        if wanted and left - widths[name] - _GAP >= _ENOUGH_SUBJECT:
            shown.append(name)
            left -= widths[name] + _GAP
    widths["subject"] = max(left, len("subject"))
    chosen = [name for name in columns if name in shown]
    return Layout(tuple(columns[name] for name in chosen), tuple(widths[name] for name in chosen))


def due_next(hub: Hub, limit: int = 5) -> None:
    """Print the cases whose answers are due next, if there are any."""
    from hub.cli.common import console

    now, zone = hub.clock.now(), hub.settings.office.timezone
    listed = hub.store.cases(CaseFilter(states=frozenset({CaseState.OPEN}), limit=limit))
    owed = [case for case in listed if case.deadline is not None]
    if owed:
        screen = console()
        screen.print("\nDue next:", style="bold")
        screen.print(case_table(owed, now, zone, screen.width))


def summary_line(counted: str, late: int, soon: int) -> str:
    """What a list adds up to, such as "12 open, 2 late, 1 due within 2 h"."""
    parts = [counted]
    if late:
        parts.append(f"{late} late")
    if soon:
        parts.append(f"{soon} due within 2 h")
    return ", ".join(parts)


def due_style(due: DueText) -> str:
    """The colour of an urgency."""
    return _STYLES.get(due.urgency, "")


def type_text(kind: CaseType, raw: str) -> str:
    """What a case is about; the platform's own word where we know no better."""
    return one_line(raw) if kind is CaseType.UNKNOWN and raw else kind.replace("_", " ")


def _columns(now: datetime, zone: str) -> dict[str, Column]:
    columns = (
        Column("number", lambda case: case.number, 12),
        Column("due", lambda case: _due(case, now, zone), 24),
        Column("channel", lambda case: case.channel, 14),
        Column("type", lambda case: type_text(case.type, case.type_raw), 14),
        Column("order", lambda case: one_line(case.order_number), 18),
        Column("customer", lambda case: one_line(case.customer_name or case.customer_email), 22),
        Column("subject", _subject, 7),
        Column("state", lambda case: case.state.value, 8),
        Column("who", lambda case: one_line(case.assignee), 12),
    )
    return {column.heading: column for column in columns}


def _due(case: CaseSummary, now: datetime, zone: str) -> str:
    if case.deadline is None:
        return "–" if case.state in (CaseState.OPEN, CaseState.WAITING) else ""
    # The exact instant, in brackets, is for `show`; a list says how long is left.
    return time_left(case.deadline, now, zone).text.split(" (")[0]


def _subject(case: CaseSummary) -> str:
    subject = one_line(case.subject) or "(no subject)"
    return f"! unreadable: {subject}" if case.unreadable else subject


def _style(case: CaseSummary, column: Column, now: datetime, zone: str) -> str:
    if column.heading == "due":
        return due_style(time_left(case.deadline, now, zone))
    return "bold" if column.heading == "number" else ""


def _width(column: Column, cases: Sequence[CaseSummary]) -> int:
    from rich.cells import cell_len

    widest = max((cell_len(column.text(case)) for case in cases), default=0)
    return min(max(widest, len(column.heading)), column.most)
