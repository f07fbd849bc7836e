"""Finds cases by the words in them, newest first."""

# ruff: noqa: S608  what is put into statements is names of columns and question marks, never a value

from __future__ import annotations

from hub.core.ports import CaseFilter, CaseSummary
from hub.store.connection import Connection
from hub.store.listing import SUMMARY, joined, terms_of_filter, to_summary
from hub.store.search import PLACE_BITS, questions
from hub.store.values import find_id

# A word may stand in one message of a case and the next word in another: each is looked for by itself.
_CASES_WITH = f"SELECT rowid >> {PLACE_BITS} FROM search WHERE search MATCH ?"
_OCCURS = (
    "EXISTS (SELECT 1 FROM search WHERE search MATCH ? "
    f"AND search.rowid BETWEEN cases.id << {PLACE_BITS} AND ((cases.id + 1) << {PLACE_BITS}) - 1)"
)
_RARE = 500


def find_cases(connection: Connection, text: str, limit: int, within: CaseFilter) -> list[CaseSummary]:
    """The cases in which every word of the text occurs: one whose number was typed, then by newest change."""
    asked = questions(text)
    if not asked:
        return []
    rare = next((question for question in asked if _is_rare(connection, question)), None)
    if rare is None:
        terms = f"id IN ({' INTERSECT '.join([_CASES_WITH] * len(asked))})"
    else:
        # Most addresses and numbers hold words that stand in nearly every case, and one that does not.
        asked = [rare, *(question for question in asked if question != rare)]
        terms = " AND ".join([f"id IN ({_CASES_WITH})", *[_OCCURS] * (len(asked) - 1)])
    where, values = joined([(terms, tuple(asked)), *terms_of_filter(within)])
    query = f"{SUMMARY}{where} ORDER BY id = ? DESC, +changed DESC, id DESC LIMIT ?"
    return [to_summary(row) for row in connection.rows(query, (*values, find_id(text.strip().upper()), limit))]


def _is_rare(connection: Connection, question: str) -> bool:
    query = "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)"
    return bool(connection.value(query, (question, _RARE + 1)) <= _RARE)
