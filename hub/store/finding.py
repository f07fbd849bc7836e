"""Finds cases by the words in them, newest first, quick enough to be asked at every key that is pressed.

The index tells at once in which cases a rare word stands. A common one stands in so many that gathering and sorting
them takes longest, though it also stands in many of the newest: those are looked through first, and mostly suffice.
"""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from hub.core.ports import CaseFilter, CaseSummary, ListOrder
from hub.store.connection import Connection
from hub.store.listing import list_ids, summaries_of
from hub.store.search import PLACE_BITS, Question, questions
from hub.store.values import chunks, find_id, marks

# A word may stand in one message of a case and the next word in another: each is looked for by itself.
_CASES_WITH = f"SELECT rowid >> {PLACE_BITS} FROM search WHERE search MATCH ?"
_OF_CASE = f"search.rowid BETWEEN cases.id << {PLACE_BITS} AND ((cases.id + 1) << {PLACE_BITS}) - 1"
# Not by the index, which gathers every word with this beginning anew for each case. Words stand apart by one space.
_OCCURS = f"EXISTS (SELECT 1 FROM search WHERE {_OF_CASE} AND instr(' ' || search.words || ' ', ?))"
# In so many documents a word may stand to be looked up before anything else, or else after the newest cases.
_RARE, _SCARCE = 500, 40_000
_MOST_COUNTED = 8
_NEWEST = 1_000
_AT_ONCE = 100


def find_cases(connection: Connection, text: str, limit: int, within: CaseFilter) -> list[CaseSummary]:
    """The cases in which every word of the text occurs: one whose number was typed, then by newest change."""
    asked = questions(text)
    if not asked:
        return []
    wanted = replace(within, order=ListOrder.NEWEST, limit=None, after="")
    with connection.transaction():
        typed = find_id(text.strip().upper())
        first = list_ids(connection, wanted, [("id = ?", (typed,))]) if typed is not None else []
        found = _newest_with(connection, asked, limit, wanted)
        return summaries_of(connection, list(dict.fromkeys([*first, *found]))[:limit])


def _newest_with(connection: Connection, asked: Sequence[Question], limit: int, wanted: CaseFilter) -> list[int]:
    scarce = _scarce(connection, asked)
    # Two scarce words seldom meet: hardly one of the newest cases has both.
    if len(scarce) < 2 and min(scarce.values(), default=_SCARCE) > _RARE:
        newest = list_ids(connection, replace(wanted, limit=_NEWEST))
        found = list(islice(_with_all(connection, newest, asked), limit))
        if len(found) == limit or len(newest) < _NEWEST:
            return found
    # Most addresses and numbers hold words that stand in nearly every case, and one that does not.
    gathered = list(scarce) or asked
    held = f"id IN ({' INTERSECT '.join([_CASES_WITH] * len(gathered))})"
    pool = list_ids(connection, wanted, [(held, tuple(one.match for one in gathered))])
    return list(islice(_with_all(connection, pool, [one for one in asked if one not in gathered]), limit))


def _scarce(connection: Connection, asked: Sequence[Question]) -> dict[Question, int]:
    """The words that stand in few enough documents to be gathered, and in how many; only one if it is rare."""
    query = "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)"
    found: dict[Question, int] = {}
    for question in [one for one in asked if not one.is_vague][-_MOST_COUNTED:]:
        documents = connection.value(query, (question.match, _SCARCE + 1))
        if documents <= _RARE:
            return {question: documents}
        if documents <= _SCARCE:
            found[question] = documents
    return found


def _with_all(connection: Connection, ids: Sequence[int], asked: Sequence[Question]) -> Iterator[int]:
    """Of these cases those in which all of this occurs, in their order; it looks no further than it is asked to."""
    occurs = " AND ".join(["1", *[_OCCURS] * len(asked)])
    for some in chunks(ids, _AT_ONCE):
        query = f"SELECT id FROM cases WHERE id IN ({marks(some)}) AND {occurs}"
        fit = {case_id for (case_id,) in connection.rows(query, (*some, *(one.written for one in asked)))}
        yield from (case_id for case_id in some if case_id in fit)
