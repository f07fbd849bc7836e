"""Brings the search index up to date with what a transaction changed, once, at its end."""

from __future__ import annotations

from collections.abc import Iterator

from hub.core.events import MessageReread
from hub.core.merge import Change
from hub.core.model import Case, Message
from hub.store.connection import Connection
from hub.store.reading import history
from hub.store.search import arrived, document_id, documents, facts_document, message_document
from hub.store.values import id_of


class Indexing:
    """What the changes of one transaction mean for the index."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cases: dict[int, Case] = {}
        self._brought: dict[int, dict[str, Message]] = {}
        self._reread: set[int] = set()

    def add(self, change: Change) -> None:
        """Note what a change brings; the newest state of a case is the one that counts."""
        case_id = id_of(change.case.number)
        self._cases[case_id] = change.case
        brought = self._brought.setdefault(case_id, {})
        for event in change.events:
            if isinstance(event.what, MessageReread):
                self._reread.add(case_id)
            for message in arrived(event.what):
                brought.setdefault(message.ref, message)

    def write(self) -> None:
        """Write every document that is new or other than before."""
        rows = [row for case_id in sorted(self._cases) for row in self._rows(case_id)]
        # Row triggers would write each document's words by itself, which costs seven times as much.
        self._connection.run_many("REPLACE INTO search (rowid, words) VALUES (?, ?)", rows)
        counts = [(_count(case), case_id) for case_id, case in self._cases.items()]
        self._connection.run_many("UPDATE cases SET documents = ?1 WHERE id = ?2 AND documents <> ?1", counts)
        self._cases.clear()
        self._brought.clear()
        self._reread.clear()

    def _rows(self, case_id: int) -> Iterator[tuple[int, str]]:
        written = self._connection.value("SELECT documents FROM cases WHERE id = ?", (case_id,))
        for place, text in self._documents(case_id, written):
            row_id = document_id(case_id, place)
            if place >= written or self._stored(row_id) != text:
                yield row_id, text

    def _documents(self, case_id: int, written: int) -> Iterator[tuple[int, str]]:
        case = self._cases[case_id]
        shown = {message.ref for message in case.messages}
        brought = [message for ref, message in self._brought[case_id].items() if ref in shown]
        first = max(written, 1)
        if case_id in self._reread or first + len(brought) != _count(case):
            yield from enumerate(documents(case, history(self._connection, case.number)))
            return
        yield 0, facts_document(case)
        yield from enumerate(map(message_document, brought), first)

    def _stored(self, row_id: int) -> object:
        return self._connection.value("SELECT words FROM search WHERE rowid = ?", (row_id,))


def _count(case: Case) -> int:
    return 1 + len({message.ref for message in case.messages})
