"""`casehub db`: look after the database."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, with_hub_as_it_is

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.ports import Finding


@click.group(short_help="Check, copy and rebuild the database.")
def db() -> None:
    """Check, copy and rebuild the database of cases."""


@db.command(short_help="Find what is damaged, changing nothing.")
@json_option
@with_hub_as_it_is
def check(hub: Hub, as_json: bool) -> None:
    """Read the whole database and every kept content, and say what is wrong; changes nothing.

    The exit code is 0 when all is well, 1 when something is wrong. What an interrupted run left behind is harmless.

    Example: casehub db check
    """
    findings = hub.store.inspect()
    wrong = [finding for finding in findings if not finding.harmless]
    if as_json:
        echo_json({"ok": not wrong, "findings": findings})
    else:
        _tell(wrong, [finding for finding in findings if finding.harmless], hub.settings.data_folder)
    if wrong:
        sys.exit(1)


def _tell(wrong: Sequence[Finding], harmless: Sequence[Finding], folder: Path) -> None:
    for finding in wrong:
        click.echo(f"✗ {finding.what}\n    {finding.advice}")
    if harmless:
        more = f", and {len(harmless) - 1} more of its kind" if len(harmless) > 1 else ""
        click.echo(f"note: {harmless[0].what}{more}\n    {harmless[0].advice}")
    if not wrong:
        click.echo(f"✓ The database in {folder} is sound.")


@db.command(short_help="Copy the database while casehub goes on working.")
@click.argument("folder", type=click.Path(path_type=Path))
@with_hub_as_it_is
def backup(hub: Hub, folder: Path) -> None:
    """Copy the database and all kept contents into a new or empty FOLDER; casehub may go on working meanwhile.

    To restore, put the folder's content where `data` of hub.toml points.

    Example: casehub db backup /backups/casehub-2026-11-23
    """
    hub.store.backup(folder)
    click.echo(f"Copied to {folder}.")


@db.command(short_help="Make all lists and deadlines anew from the events.")
@with_hub_as_it_is
def rebuild(hub: Hub) -> None:
    """Make all lists, deadlines and the search index anew from the events of each case.

    Example: casehub db rebuild
    """
    count = hub.store.rebuild(hub.evaluation_of)
    click.echo(f"Rebuilt {count} {'case' if count == 1 else 'cases'}.")
