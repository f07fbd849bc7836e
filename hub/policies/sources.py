"""Where a statement of a policy comes from; nothing is promised without saying so."""

from __future__ import annotations

from datetime import date

from hub.core.policy import Forbidden, Mark, Source
from hub.policies.tables import Table

STAND_IN = Source("", date.min, Mark.ASSUMED)
"""What a statement without a source has until the file is refused for it."""


def read_source(table: Table, default: Source | None) -> Source:
    """The source of a table, else the one it inherits."""
    found = table.table("source")
    if found is None:
        if default is None and "source" not in table.values:
            table.wrong("source", "is missing; say where it comes from: { where, checked_on, mark }")
        return default or STAND_IN
    source = Source(found.text("where"), found.day("checked_on"), found.word("mark", Mark), found.text("reading", ""))
    found.finish()
    return source


def read_default_source(root: Table) -> Source | None:
    """The source of all that names none itself, where the file has one."""
    return read_source(root, STAND_IN) if "source" in root else None


def read_forbidden(root: Table, key: str, default: Source | None) -> Forbidden | None:
    """That a platform forbids something, if the file says so."""
    table = root.table(key)
    if table is None:
        return None
    forbidden = Forbidden(table.text("forbidden"), read_source(table, default))
    table.finish()
    return forbidden
