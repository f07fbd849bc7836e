"""Lists a page at a time: a page goes on after the last case of the one before, wherever that stands by then.

A cursor says how that case was sorted when it was shown. What has not changed since is therefore met exactly once on
the way through the pages, however many other cases come, go and move meanwhile; no page costs more than the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.core.instants import to_micros
from hub.core.records import CaseFilter, CaseSummary, ListOrder
from hub.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.core.ports import Store

SortKey = tuple[int | None, ...]
_LENGTHS = {ListOrder.DUE: 7, ListOrder.NEWEST: 2}
_NONE = "-"
# Eighteen digits fit the integers of any database.
_PART = re.compile("-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases of a list, and the cursor with which the next page is asked for; empty on the last one."""

    cases: Sequence[CaseSummary]
    after: str = ""


def page_of(store: Store, wanted: CaseFilter) -> Page:
    """The page of `wanted.limit` cases that begins after `wanted.after`."""
    if wanted.limit is None:
        return Page(store.cases(wanted))
    found = store.cases(replace(wanted, limit=wanted.limit + 1))
    shown = found[: wanted.limit]
    more = len(found) > len(shown) and bool(shown)
    return Page(shown, cursor_after(shown[-1], wanted.order) if more else "")


def cursor_after(case: CaseSummary, order: ListOrder) -> str:
    """The cursor of what follows this case in a list; for whoever lists, only a text to hand back."""
    return ".".join((order.value, *(_NONE if part is None else str(part) for part in sort_key(case, order))))


def sort_key(case: CaseSummary, order: ListOrder) -> SortKey:
    """By what a case is sorted in a list: the parts of ListOrder's promise, and the case's own number at the end."""
    newest = (to_micros(case.changed_at), int(case.number.partition("-")[2]))
    if order is ListOrder.NEWEST:
        return newest
    due = case.deadline.due if case.deadline else None
    started = case.deadline.started_at if case.deadline else None
    return (
        *(int(due is None), None if due is None else to_micros(due), int(case.urgent)),
        *(int(started is None), None if started is None else to_micros(started), *newest),
    )


def read_cursor(cursor: str, order: ListOrder) -> SortKey:
    """The key in a cursor; Refused if this is no cursor of a list in this order."""
    name, *parts = cursor.split(".")
    fits = name == order.value and len(parts) == _LENGTHS[order]
    if not fits or not all(part == _NONE or _PART.fullmatch(part) for part in parts):
        raise Refused(f"This is no place in a list by {order.value}; begin with the first page.")
    return tuple(None if part == _NONE else int(part) for part in parts)
