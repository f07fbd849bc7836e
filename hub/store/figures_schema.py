"""The tables that figures are counted from, a line for each case and each product of it, made again from the events."""

from __future__ import annotations

from collections.abc import Callable

TABLES = (
    """CREATE TABLE origins (
        case_id INTEGER PRIMARY KEY REFERENCES cases (id),
        opened INTEGER NOT NULL,
        channel TEXT NOT NULL,
        type TEXT NOT NULL,
        cause TEXT NOT NULL
    ) STRICT""",
    # Both indexes hold all that is asked for, so that a count never reads a row.
    "CREATE INDEX origins_by_opening ON origins (opened, channel, type, cause)",
    """CREATE TABLE products (
        case_id INTEGER NOT NULL REFERENCES cases (id),
        place INTEGER NOT NULL,
        opened INTEGER NOT NULL,
        channel TEXT NOT NULL,
        type TEXT NOT NULL,
        sku TEXT NOT NULL,
        title TEXT NOT NULL,
        batch TEXT NOT NULL,
        ordered INTEGER,
        PRIMARY KEY (case_id, place)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX products_by_opening ON products (opened, channel, type, sku, title, batch, ordered)",
    "DROP INDEX clocks_by_start",
    "ALTER TABLE clocks ADD COLUMN channel TEXT NOT NULL DEFAULT ''",
    "UPDATE clocks SET channel = (SELECT channel FROM cases WHERE id = case_id)",
    "CREATE INDEX clocks_by_start ON clocks (clock, start, channel, rule, policy, version, due, ended, cancelled)",
    # Few runs ever stood still, and only of these must the whole reading be read.
    """CREATE INDEX clocks_paused ON clocks (clock, start) WHERE instr(body, '"pauses":[')""",
)

# A database of before has events in which all of this stands; reading it out of them takes a moment, replaying minutes.
_FILL = (
    """INSERT INTO origins SELECT id, opened, channel, type, coalesce((
        SELECT json_extract(body, '$.message.extra.reason') FROM events
        WHERE case_id = cases.id AND kind = 'MessageArrived'
        AND coalesce(json_extract(body, '$.message.extra.reason'), '') <> '' ORDER BY seq LIMIT 1
    ), type_raw) FROM cases WHERE state <> 'merged'""",
    """INSERT INTO products
    WITH told AS (
        SELECT case_id, body, row_number() OVER (PARTITION BY case_id ORDER BY seq DESC) AS newest FROM events
        WHERE kind IN ('Opened', 'FactsLearnt') AND json_extract(body, '$.order') IS NOT NULL
    )
    SELECT cases.id, lines.key, cases.opened, cases.channel, cases.type,
        coalesce(json_extract(lines.value, '$.sku'), ''), json_extract(lines.value, '$.title'), '', NULL
    FROM told JOIN cases ON cases.id = told.case_id, json_each(told.body, '$.order.lines') AS lines
    WHERE newest = 1 AND cases.state <> 'merged'""",
)


def add_figures(execute: Callable[[str], object]) -> None:
    """Make the tables, and fill them from what an older casehub kept."""
    for statement in (*TABLES, *_FILL):
        execute(statement)
