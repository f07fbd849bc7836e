"""`casehub new-plugin`: begin a plugin."""

from __future__ import annotations

import shlex
from pathlib import Path

import click


@click.command("new-plugin", short_help="Begin a plugin: a package whose tests pass.")
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Where the package's own folder is made; else here.",
)
def new_plugin(name: str, folder: Path) -> None:
    """Begin a plugin for the platform NAME: a package with an adapter, a simulator, a policy and tests that pass.

    It is a working example under its new name, for an imaginary platform. Change it step by step, and keep its contract
    green: docs/writing-an-adapter.md goes along.

    Example: casehub new-plugin my_shop
    """
    from hub.plugins import load_plugins
    from hub.scaffold import create_plugin

    found = load_plugins()
    names = {*(plugin.name for plugin in found.loaded), *(plugin.name for plugin in found.broken)}
    made = create_plugin(name, folder, names | set(found.adapters) | set(found.notifiers))
    click.echo(f"{made} is a plugin. Go on with:")
    for command in (
        f"cd {shlex.quote(str(made))}",
        "pip install -e '.[test]'",
        "pytest -x",
        f"casehub simulate {name}",
    ):
        click.secho(f"  {command}", bold=True)
