"""Objectives and satisfaction: what share of the clocks a platform wants met, and how content customers must be."""

from __future__ import annotations

from collections.abc import Collection

from hub.core.policy import ClockName, Objective, Period, Satisfaction, Source
from hub.policies.calendars import read_zone_name
from hub.policies.rules import read_id
from hub.policies.sources import read_source
from hub.policies.tables import Table, repeated, shown
from hub.policies.vocabulary import read_percent

_MOST = 1_000_000


def read_objectives(root: Table, clocks: Collection[ClockName], source: Source | None) -> tuple[Objective, ...]:
    """The objectives, each over a clock that a rule has."""
    found = tuple(_objective(table, clocks, source) for table in root.tables("objective", "id"))
    for name in repeated(objective.id for objective in found):
        root.wrong("objective", f"two objectives have the id {shown(name)}")
    return found


def read_satisfaction(root: Table, source: Source | None) -> Satisfaction | None:
    """The platform's line for ratings, if it has one."""
    table = root.table("satisfaction")
    if table is None:
        return None
    found = Satisfaction(
        title=table.text("title"),
        tz=read_zone_name(table, "tz"),
        target=read_percent(table, "target", whole=True),
        floor=read_percent(table, "floor", whole=True),
        least_ratings=table.count("least_ratings", 1, _MOST),
        source=read_source(table, source),
        figure=table.text("figure", ""),
    )
    if found.floor > found.target:
        table.wrong("floor", "lies above the target")
    table.finish()
    return found


def _objective(table: Table, clocks: Collection[ClockName], source: Source | None) -> Objective:
    clock = table.word("clock", ClockName)
    if clock not in clocks and "clock" in table.values:
        table.wrong("clock", f"no rule has the clock {clock}")
    found = Objective(
        id=read_id(table),
        title=table.text("title"),
        clock=clock,
        period=table.word("period", Period),
        tz=read_zone_name(table, "tz"),
        source=read_source(table, source),
        share=read_percent(table, "share", whole=True) if "share" in table else None,
        late_limit=table.count("late_limit", 1, _MOST) if "late_limit" in table else None,
        late_means=table.text("late_means", ""),
        figure=table.text("figure", ""),
    )
    if found.late_means and found.late_limit is None:
        table.wrong("late_means", "needs late_limit, the number from which on that happens")
    if found.share is None and found.late_limit is None:
        table.problems.add(table.path, "needs share, late_limit, or both")
    table.finish()
    return found
