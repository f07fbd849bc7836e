"""What a person keeps for themselves, in the same database."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from hub.core.personal import MOST_VIEWS, SavedView
from hub.errors import NotFound, Refused
from hub.store.connection import Connection
from hub.store.values import storable, to_body

Lent = Callable[[], AbstractContextManager[Connection]]
_SAVE_VIEW = """
INSERT INTO saved_views (who, name, place, wanted)
SELECT ?1, ?2, coalesce(max(place) + 1, 1), ?3 FROM saved_views WHERE who = ?1
ON CONFLICT (who, name) DO UPDATE SET wanted = excluded.wanted
"""
_SAVE_PREFERENCE = """
INSERT INTO preferences (who, name, value) VALUES (?, ?, ?) ON CONFLICT (who, name) DO UPDATE SET value = excluded.value
"""


class SqlitePersonal:
    """The Personal of the port; it borrows the store's connections, and writes in turn with it."""

    def __init__(self, reading: Lent, writing: Lent) -> None:
        self._reading = reading
        self._writing = writing

    def saved_views(self, who: str) -> Sequence[SavedView]:
        query = "SELECT name, wanted FROM saved_views WHERE who = ? ORDER BY place, name"
        with self._reading() as connection:
            return [SavedView(name, json.loads(wanted)) for name, wanted in connection.rows(query, (storable(who),))]

    def save_view(self, who: str, view: SavedView) -> None:
        with self._writing() as connection:
            names = _names(connection, who)
            if len(names) >= MOST_VIEWS and storable(view.name) not in names:
                raise Refused(f"There are {MOST_VIEWS} views already; drop one that nobody looks at.")
            connection.run(_SAVE_VIEW, (storable(who), storable(view.name), to_body(dict(view.wanted))))

    def drop_view(self, who: str, name: str) -> None:
        with self._writing() as connection:
            if storable(name) not in _names(connection, who):
                raise NotFound(f"There is no view {name!r} of yours.")
            connection.run("DELETE FROM saved_views WHERE who = ? AND name = ?", (storable(who), storable(name)))

    def order_views(self, who: str, names: Sequence[str]) -> None:
        with self._writing() as connection:
            known = _names(connection, who)
            first = [name for name in dict.fromkeys(map(storable, names)) if name in known]
            rest = [name for name in known if name not in first]
            rows = [(place, storable(who), name) for place, name in enumerate([*first, *rest], 1)]
            connection.run_many("UPDATE saved_views SET place = ? WHERE who = ? AND name = ?", rows)

    def preferences(self, who: str) -> Mapping[str, str]:
        with self._reading() as connection:
            return dict(connection.rows("SELECT name, value FROM preferences WHERE who = ?", (storable(who),)))

    def set_preferences(self, who: str, wanted: Mapping[str, str]) -> None:
        with self._writing() as connection:
            kept = [(storable(who), storable(name), storable(value)) for name, value in wanted.items() if value]
            gone = [(storable(who), storable(name)) for name, value in wanted.items() if not value]
            connection.run_many(_SAVE_PREFERENCE, kept)
            connection.run_many("DELETE FROM preferences WHERE who = ? AND name = ?", gone)


def _names(connection: Connection, who: str) -> list[str]:
    """The names of this person's views, in their order."""
    query = "SELECT name FROM saved_views WHERE who = ? ORDER BY place, name"
    return [name for (name,) in connection.rows(query, (storable(who),))]
