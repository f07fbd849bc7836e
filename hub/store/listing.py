"""Lists of cases, a page at a time, and how many there are."""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from hub.core.model import CaseState, CaseType
from hub.core.paging import read_cursor
from hub.core.ports import CaseFilter, CaseSummary, Count, ListOrder
from hub.core.readings import Deadline
from hub.core.search import lookup_key
from hub.core.views import View
from hub.store.connection import Connection, Row
from hub.store.projection import CASE_COLUMNS
from hub.store.values import chunks, from_body, from_micros, id_of, marks, no_case, number_of, storable, to_micros

SUMMARY = f"SELECT id, {CASE_COLUMNS}, urgent, deadline, policy, version FROM cases"
# Each part by which a list is sorted, and whether it goes downwards; hub.core.paging tells the same of a case.
_KEYS = {
    ListOrder.DUE: (
        *(("due IS NULL", False), ("due", False), ("urgent", True), ("started IS NULL", False)),
        *(("started", False), ("changed", True), ("id", True)),
    ),
    ListOrder.NEWEST: (("changed", True), ("id", True)),
}
_OPEN = frozenset({CaseState.OPEN, CaseState.WAITING})
_OWN = _OPEN | {CaseState.CLOSED}
Term = tuple[str, tuple[object, ...]]


def list_cases(connection: Connection, wanted: CaseFilter) -> list[CaseSummary]:
    """The cases that fit a filter, in its order, from its cursor on."""
    if not wanted.after:
        return [to_summary(row) for row in _stretch(connection, wanted, (), wanted.limit)]
    found: list[Row] = []
    with connection.transaction():
        for place in _places(wanted):
            left = None if wanted.limit is None else wanted.limit - len(found)
            found += _stretch(connection, wanted, place, left)
            if len(found) == wanted.limit:
                break
    return [to_summary(row) for row in found]


def _places(wanted: CaseFilter) -> Iterator[list[Term]]:
    """The stretches of the list that follow its cursor, the nearest first; each is one range of its index."""
    keys, values = _KEYS[wanted.order], read_cursor(wanted.after, wanted.order)
    for length in range(len(keys) - 1, -1, -1):
        expression, down = keys[length]
        # Nothing follows an unknown instant: the key before it says already that it is unknown.
        if values[length] is not None:
            # IS, since of = SQLite concludes that the instant is known, and no longer sees that an index tells of it.
            same = [(f"({keys[place][0]}) IS ?", (values[place],)) for place in range(length)]
            yield [*same, (f"({expression}) {'<' if down else '>'} ?", (values[length],))]


def list_ids(connection: Connection, wanted: CaseFilter, more: Sequence[Term] = ()) -> list[int]:
    """The row ids of the cases that fit a filter and more terms, in its order."""
    index = "" if more else _index_of(wanted)
    where, values = joined((*more, *terms_of_filter(wanted, index)))
    # More terms name a few cases, which are gathered and sorted.
    order = f"{'+' if more else ''}{_order(wanted, index, 0)}"
    query = f"SELECT id FROM cases {_through(index)}{where} ORDER BY {order} LIMIT ?"
    return [case_id for (case_id,) in connection.rows(query, (*values, -1 if wanted.limit is None else wanted.limit))]


def summaries_of(connection: Connection, ids: Sequence[int]) -> list[CaseSummary]:
    """The lines of a list of these cases, in this order."""
    found: dict[int, Row] = {}
    for some in chunks(ids):
        found.update((row[0], row) for row in connection.rows(f"{SUMMARY} WHERE id IN ({marks(some)})", some))
    return [to_summary(found[case_id]) for case_id in ids]


def _stretch(connection: Connection, wanted: CaseFilter, place: Sequence[Term], limit: int | None) -> list[Row]:
    index = _index_of(wanted)
    where, values = joined((*terms_of_filter(wanted, index), *place))
    dated = wanted.due_before is not None or wanted.due_from is not None
    order = _order(wanted, index, max(len(place) - 1, int(dated and wanted.order is ListOrder.DUE)))
    query = f"{SUMMARY} {_through(index)}{where} ORDER BY {order} LIMIT ?"
    return connection.rows(query, (*values, -1 if limit is None else limit))


def _order(wanted: CaseFilter, index: str, same: int) -> str:
    """The order of the list without the first parts, in which all are the same: SQLite does not see that they are."""
    parts = [f"{expression}{' DESC' if down else ''}" for expression, down in _KEYS[wanted.order][same:]]
    # Without the plus SQLite would go through all cases in this order rather than sort the few that fit.
    return ("" if index in _IN_ORDER else "+") + ", ".join(parts)


_IN_ORDER = ("", "cases_by_due", "cases_by_assignee", "cases_by_change")
_ROW_ID = "row id"


def _index_of(wanted: CaseFilter) -> str:
    """The index by which the cases are found; an index of a few is better than one in the order of the list."""
    if wanted.customer_email:
        return "cases_by_customer"
    if wanted.order_number:
        return "cases_by_order_number"
    if wanted.reply_states or wanted.reply_holds:
        return _ROW_ID
    if wanted.task:
        return "cases_by_open_tasks"
    if wanted.risk_before is not None:
        return ""
    if wanted.order is ListOrder.NEWEST:
        return "cases_by_change"
    if not _is_open_only(wanted):
        return ""
    return "cases_by_assignee" if wanted.assignee or wanted.unassigned else "cases_by_due"


def _through(index: str) -> str:
    if index == _ROW_ID:
        return "NOT INDEXED"
    return f"INDEXED BY {index}" if index else ""


def _is_open_only(wanted: CaseFilter) -> bool:
    return bool(wanted.states) and wanted.states <= _OPEN


def joined(terms: Iterable[Term]) -> tuple[str, list[object]]:
    """The WHERE of these terms, if there are any, and the values they ask for."""
    texts, values = [], list[object]()
    for text, asked in terms:
        texts.append(text)
        values.extend(asked)
    return f" WHERE {' AND '.join(texts)}" if texts else "", values


def terms_of_filter(wanted: CaseFilter, index: str = "") -> Iterator[Term]:
    """What a filter asks of a row of cases, everything but its order, limit and cursor.

    The plus keeps SQLite from looking for cases by what hardly tells them apart.
    """
    if wanted.states:
        plus = "" if index == "cases_by_state" else "+"
        yield f"{plus}state IN ({marks([*wanted.states])})", tuple(sorted(wanted.states))
    if index in ("cases_by_due", "cases_by_assignee"):
        yield "is_open", ()
    plus = "" if index == "cases_by_assignee" else "+"
    if wanted.assignee or wanted.unassigned:
        yield f"{plus}assignee = ?", (storable(wanted.assignee),)
    if wanted.assignee and wanted.unassigned:
        yield "+assignee = ''", ()
    yield from _terms_of_kind(wanted)
    yield from _terms_of_time(wanted)
    yield from _terms_of_few(wanted)


def _terms_of_kind(wanted: CaseFilter) -> Iterator[Term]:
    for column, value in (("channel", wanted.channel), ("type", wanted.type)):
        if value:
            yield f"+{column} = ?", (storable(value),)
    for column, values in (("channel", wanted.channels), ("type", wanted.types)):
        if values:
            yield f"+{column} IN ({marks([*values])})", tuple(storable(value) for value in sorted(values))


def _terms_of_time(wanted: CaseFilter) -> Iterator[Term]:
    for text, instant in (
        ("(due IS NULL) = 0 AND due < ?", wanted.due_before),
        ("(due IS NULL) = 0 AND due >= ?", wanted.due_from),
        ("risk_at < ?", wanted.risk_before),
        ("changed >= ?", wanted.changed_since),
        ("opened >= ?", wanted.opened_since),
        ("opened < ?", wanted.opened_until),
    ):
        if instant is not None:
            yield text, (to_micros(instant),)


def _terms_of_few(wanted: CaseFilter) -> Iterator[Term]:
    if wanted.customer_email:
        yield "customer_key = ? AND customer_key <> ''", (storable(lookup_key(wanted.customer_email)),)
    if wanted.order_number:
        yield "order_key = ? AND order_key <> ''", (storable(lookup_key(wanted.order_number)),)
    if wanted.task:
        yield "open_tasks > 0", ()
    asked = [
        (f"SELECT case_id FROM replies WHERE {column} IN ({marks([*values])})", tuple(sorted(values)))
        for column, values in (("state", wanted.reply_states), ("hold", wanted.reply_holds))
        if values
    ]
    if asked:
        yield f"id IN ({' UNION '.join(text for text, _ in asked)})", tuple(chain(*(values for _, values in asked)))


def count_cases(connection: Connection, wanted: CaseFilter, cap: int | None) -> Count:
    """How many cases fit a filter, counted no further than the cap."""
    only_states = replace(wanted, states=frozenset(), order=ListOrder.DUE, limit=None, after="") == _NO_FILTER
    index = "cases_by_state" if only_states and wanted.states else _index_of(replace(wanted, order=_counted_by(wanted)))
    where, values = joined(terms_of_filter(wanted, index))
    query = f"SELECT count(*) FROM (SELECT 1 FROM cases {_through(index)}{where} LIMIT ?)"
    number = connection.value(query, (*values, -1 if cap is None else cap + 1))
    return Count(number) if cap is None or number <= cap else Count(cap, more=True)


_NO_FILTER = CaseFilter(states=frozenset())


def _counted_by(wanted: CaseFilter) -> ListOrder:
    """The order whose index is the narrowest, since counting needs none."""
    return ListOrder.DUE if _is_open_only(wanted) else ListOrder.NEWEST


def count_views(connection: Connection, views: Iterable[View], cap: int | None) -> dict[str, Count]:
    """How many cases each view has, all at one moment."""
    with connection.transaction():
        return {view.key: count_cases(connection, view.wanted, cap) for view in views}


def list_others(connection: Connection, number: str, limit: int) -> list[CaseSummary]:
    """The other cases of a case's customer, by e-mail address, and about its order, newest change first."""
    with connection.transaction():
        found = connection.row("SELECT customer_key, order_key FROM cases WHERE id = ?", (id_of(number),))
        if found is None:
            raise no_case(number)
        newest = CaseFilter(states=_OWN, order=ListOrder.NEWEST, limit=limit + 1)
        alike = [replace(newest, customer_email=found[0])] if found[0] else []
        alike += [replace(newest, order_number=found[1])] if found[1] else []
        cases = {case.number: case for wanted in alike for case in list_cases(connection, wanted)}
    cases.pop(number, None)
    return sorted(cases.values(), key=lambda case: (case.changed_at, case.number), reverse=True)[:limit]


def load_summary(connection: Connection, number: str) -> CaseSummary:
    """One case as a line of a list; NotFound if there is none."""
    row = connection.row(f"{SUMMARY} WHERE id = ?", (id_of(number),))
    if row is None:
        raise no_case(number)
    return to_summary(row)


def to_summary(row: Row) -> CaseSummary:
    """The line of a list in a row of SUMMARY."""
    case_id, channel, ref, kind, type_raw, state, subject, name, email, order, assignee, *rest = row
    opened, changed, messages, unreadable, rating, _, _, _, _, _, urgent, deadline, policy, version = rest
    return CaseSummary(
        number=number_of(case_id),
        channel=channel,
        ref=ref,
        type=CaseType(kind),
        type_raw=type_raw,
        state=CaseState(state),
        subject=subject,
        customer_name=name,
        customer_email=email,
        order_number=order,
        assignee=assignee,
        opened_at=from_micros(opened),
        changed_at=from_micros(changed),
        messages=messages,
        unreadable=unreadable,
        urgent=bool(urgent),
        rating=rating,
        policy=policy or "",
        version=version or "",
        deadline=None if deadline is None else from_body(Deadline, deadline),
    )
