"""`casehub escalations`: who was told of what, what waits, and what a person must do now."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import click

from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.stopping import stop_event
from hub.core.escalation import StepRecord, StepState

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.runs.telling import EscalationResult

_STYLES = {
    StepState.FAILED: "bold red",
    StepState.REFUSED: "bold red",
    StepState.UNCERTAIN: "bold magenta",
    StepState.TELLING: "bold yellow",
    StepState.WAITING: "bold yellow",
    StepState.TOLD: "bold",
    StepState.WITHDRAWN: "dim",
}
"""How each state looks; they are listed in this order, what needs somebody first."""


@click.command(short_help="Show who was told of what is due, or tell them now.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(min=1), help="Of the last so many days.")
@click.option("--state", type=click.Choice([state.value for state in StepState]), help="Only steps in this state.")
@click.option("--tell", is_flag=True, help="First look for steps that are due, and tell people of them.")
@json_option
@with_hub
def escalations(hub: Hub, days: int, state: str | None, tell: bool, as_json: bool) -> None:
    """Show the steps of the escalation ladders that came due: told, waiting for what, failed, or withdrawn.

    `casehub run` tells of new steps in every round; --tell does that now. Each step is told once by each notifier,
    several in one message. The exit code is 1 when somebody could not be told.

    With --json: {"told": [...], "waiting": [...], "withdrawn", "failures", "skipped" (these with --tell), "steps":
    [{"case", "clock", "step", "notifier", "do", "audience", "at", "state", "changed_at", "tries", "notification",
    "reason"}]}.

    Example: casehub escalations --tell
    """
    result = None
    if tell:
        with stop_event() as stop:
            result = tell_people(hub, stop, quiet=as_json, patient=False)
    wanted = frozenset({StepState(state)}) if state else None
    records = hub.store.steps(wanted, since=hub.clock.now() - timedelta(days=days))
    if as_json:
        _print_json(result, records)
    else:
        _print(hub, result, records)
        if result is None and not records:
            click.echo(_nothing(days, state))
    if result is not None and not result.ok:
        sys.exit(1)


def tell_people(hub: Hub, stop: threading.Event, *, quiet: bool, patient: bool) -> EscalationResult:
    """Look at what is due and tell people; a notifier that cannot be used is a failure, and stops no other.

    `quiet` keeps standard output for machines.
    """
    from hub.outlets import ConfiguredOutlet, configured_outlets
    from hub.rounds import escalation_ports
    from hub.runs.escalation import escalate

    outlets = configured_outlets(hub.settings, hub.plugins, hub.clock, lambda text: click.echo(text, err=quiet))
    working = [outlet for outlet in outlets if isinstance(outlet, ConfiguredOutlet)]
    result = escalate(escalation_ports(hub, working, stop, patient=patient))
    result.failures += [outlet.error for outlet in outlets if not isinstance(outlet, ConfiguredOutlet)]
    return result


def _print_json(result: EscalationResult | None, records: Sequence[StepRecord]) -> None:
    from hub.clocks_json import record_json, told_json

    now = told_json(result) if result is not None else {}
    echo_json({**now, "steps": [record_json(record) for record in records]})


def _print(hub: Hub, result: EscalationResult | None, records: Sequence[StepRecord]) -> None:
    if result is not None:
        for line in told_lines(result):
            click.echo(line)
    order = [*_STYLES]
    for _, alike in groupby(sorted(records, key=lambda record: (order.index(record.state), *_fate(record))), key=_fate):
        _print_alike(hub, list(alike))


def _nothing(days: int, state: str | None) -> str:
    """That there is nothing to list; whether somebody should have been told only a run finds out."""
    span = "the last day" if days == 1 else f"the last {days} days"
    if state:
        return f"No step of {span} is in the state {state}."
    return f"Nobody was told of anything in {span}. `casehub run` looks for what is due; --tell does it now."


def _fate(record: StepRecord) -> tuple[str, str, str]:
    """What became of a step, for which reason, and by which notifier."""
    return record.state, record.reason, record.key.notifier


def told_lines(result: EscalationResult) -> list[str]:
    """What a look found: one line, and one for each failure."""
    parts = [f"{_steps(len(result.told))} told"]
    for count, what in ((len(result.waiting), "waiting"), (len(result.withdrawn), "withdrawn")):
        parts += [f"{count} {what}"] if count else []
    lines = [f"Nobody was told: {result.skipped}" if result.skipped else f"{', '.join(parts)}."]
    return [*lines, *(f"✗ {failure}" for failure in result.failures)]


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _print_alike(hub: Hub, records: Sequence[StepRecord]) -> None:
    """The steps of which the same became, under one heading."""
    from rich.table import Table
    from rich.text import Text

    from hub.cli.clock_words import deed_words
    from hub.cli.due_text import local_time
    from hub.cli.safe_text import one_line

    now, zone, screen = hub.clock.now(), hub.settings.office.timezone, console()
    state, reason, notifier = _fate(records[0])
    why = f"{' for' if state == StepState.WAITING else ':'} {one_line(reason)}" if reason else ""
    screen.print()
    screen.print(Text(f"{notifier}: {state}{why} ({len(records)})", style=_STYLES[records[0].state]))
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for record in records:
        came, words = local_time(record.at, now, zone), deed_words(record.do, record.audience)
        table.add_row(record.key.case_number, came, words, record.key.clock)
    screen.print(table)
