"""What scores are made of besides clocks: what platforms report of themselves, and how customers rated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hub.core.incoming import Figure
from hub.core.ports import FigureRow, Rating
from hub.store.connection import Connection
from hub.store.values import from_body, from_micros, number_of, storable, to_body, to_micros

_SAVE_FIGURE = "REPLACE INTO figures (channel, name, period, read, body) VALUES (?, ?, ?, ?, ?)"
_FIGURES = """
SELECT channel, body, read FROM figures WHERE ?1 = '' OR channel = ?1 ORDER BY period DESC, channel, name
"""
_RATINGS = """
SELECT id, channel, rating, rated FROM cases
WHERE rated >= ?1 AND rated < ?2 AND rating <> '' AND (?3 = '' OR +channel = ?3) ORDER BY rated, id
"""


def save_figures(connection: Connection, channel: str, figures: Iterable[Figure], read_at: datetime) -> None:
    """Keep figures of a channel, in the place of those that have their names and periods."""
    read = to_micros(read_at)
    rows = [(storable(channel), storable(f.name), storable(f.period), read, to_body(f)) for f in figures]
    connection.run_many(_SAVE_FIGURE, rows)


def list_figures(connection: Connection, channel: str) -> list[FigureRow]:
    """The figures of one channel, or of all, newest period first."""
    rows = connection.rows(_FIGURES, (storable(channel),))
    return [FigureRow(name, from_body(Figure, body), from_micros(read)) for name, body, read in rows]


def list_ratings(connection: Connection, since: datetime, until: datetime, channel: str) -> list[Rating]:
    """The ratings that were given in a span of time, on one channel where named, oldest first."""
    rows = connection.rows(_RATINGS, (to_micros(since), to_micros(until), storable(channel)))
    return [Rating(number_of(case_id), name, rating, from_micros(rated)) for case_id, name, rating, rated in rows]
