"""What trying a policy out found, for people and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from hub.core.local_time import elapsed, local_time
from hub.core.model import from_epoch
from hub.core.readings import Reading
from hub.core.trial import Difference, Trial

if TYPE_CHECKING:
    from hub.app import Hub


def print_trial(hub: Hub, trial: Trial, limit: int) -> None:
    """Say what would change, the worst first."""
    click.echo(
        f"{trial.runs} deadlines in {trial.cases} cases: {len(trial.moved)} would move, "
        f"{len(trial.become_late)} would be late, {len(trial.no_longer_late)} late no longer.\nNothing was changed."
    )
    listed = sorted(trial.differences, key=lambda d: (not d.is_late or d.was_late, d.by))
    shown = listed[:limit] if limit else listed
    if shown:
        _print_table(hub, shown)
    if len(shown) < len(listed):
        click.echo(f"{len(shown)} of {len(listed)} are shown; --limit 0 shows all.")


def differences_json(trial: Trial) -> dict[str, Any]:
    """What would change, with every run of a clock that is seen in another way."""
    return {
        "cases": trial.cases,
        "runs": trial.runs,
        "moved": len(trial.moved),
        "become_late": len(trial.become_late),
        "no_longer_late": len(trial.no_longer_late),
        "differences": [
            {
                "case": difference.case_number,
                "clock": difference.clock,
                "due": _due(difference.before),
                "due_then": _due(difference.after),
                "was_late": difference.was_late,
                "is_late": difference.is_late,
            }
            for difference in trial.differences
        ],
    }


def _due(reading: Reading | None) -> Any:
    return None if reading is None or reading.due is None else from_epoch(reading.due)


def _print_table(hub: Hub, shown: Sequence[Difference]) -> None:
    from rich.table import Table

    from hub.cli.common import console

    now, zone = hub.clock.now(), hub.settings.office.timezone
    table = Table("case", "clock", "due now", "due then", "", box=None, pad_edge=False, header_style="bold")
    for difference in shown:
        dues = [
            "none" if reading is None or reading.due is None else local_time(from_epoch(reading.due), now, zone)
            for reading in (difference.before, difference.after)
        ]
        table.add_row(difference.case_number, difference.clock, *dues, _verdict(difference))
    console().print(table)


def _verdict(difference: Difference) -> str:
    if difference.is_late and not difference.was_late:
        return "becomes late"
    if difference.was_late and not difference.is_late:
        return "no longer late"
    if difference.before is None or difference.after is None:
        return "starts to run" if difference.before is None else "runs no more"
    if not difference.by:
        return ""
    span = elapsed(timedelta(seconds=abs(difference.by)))
    return f"{span} {'later' if difference.by > 0 else 'earlier'}"
