"""`casehub db`: look after the database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, with_hub_as_it_is

if TYPE_CHECKING:
    from hub.app import Hub


@click.group(short_help="Check, copy and rebuild the database.")
def db() -> None:
    """Check, copy and rebuild the database of cases."""


@db.command(short_help="Find what is damaged, changing nothing.")
@json_option
@with_hub_as_it_is
def check(hub: Hub, as_json: bool) -> None:
    """Read the whole database and every kept content, and say what is wrong; changes nothing.

    The exit code is 0 when all is well, 1 when something was found.

    Example: casehub db check
    """
    findings = hub.store.inspect()
    if as_json:
        echo_json({"ok": not findings, "findings": findings})
    for finding in () if as_json else findings:
        click.echo(f"✗ {finding.what}\n    {finding.advice}")
    if findings:
        sys.exit(1)
    if not as_json:
        click.echo(f"✓ The database in {hub.settings.data_folder} is sound.")


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
    count = hub.store.rebuild(hub.deadline_of)
    click.echo(f"Rebuilt {count} {'case' if count == 1 else 'cases'}.")
