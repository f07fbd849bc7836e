"""People as a list for a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hub.cli.common import console
from hub.cli.due_text import local_time
from hub.cli.safe_text import one_line

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.people import Absence, Person


def person_json(one: Person, load: int, away: Absence | None) -> dict[str, Any]:
    """A person as JSON knows them."""
    return {
        "name": one.name,
        "full_name": one.full_name,
        "email": one.email,
        "language": one.language,
        "role": one.role,
        "may": sorted(one.permissions),
        "active": one.active,
        "takes_cases": one.takes_cases,
        "since": one.since,
        "open_cases": load,
        "away": None if away is None else {"since": away.since, "until": away.until, "cover": away.cover or None},
    }


def print_people(hub: Hub, found: Sequence[Person], away: Mapping[str, Absence]) -> None:
    """Print everybody, a line each."""
    from rich.table import Table

    now, zone, load = hub.clock.now(), hub.settings.office.timezone, hub.store.people.open_cases()
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("name", "role", "open cases", "", ""):
        table.add_column(name, justify="right" if name == "open cases" else "left")
    for one in found:
        absence = away.get(one.name)
        told = "" if one.takes_cases or not one.active else "takes no new cases"
        if not one.active:
            told = "cannot sign in"
        elif absence is not None:
            cover = f", covered by {absence.cover}" if absence.cover else ""
            told = f"away until {local_time(absence.until, now, zone)}{cover}"
        table.add_row(one.name, one.role.value, str(load.get(one.name, 0)), one_line(one.full_name), told)
    console().print(table)
