"""`casehub new-plugin`: begin a plugin."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from hub.errors import Refused


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

    if name in load_plugins().adapters:
        raise Refused(f"there is an adapter {name!r} already, and two of one name cannot be told apart; choose another")
    made = create_plugin(name, folder)
    click.echo(f"{made} is a plugin. Go on with:")
    for command in (f"cd {shlex.quote(str(made))}", "pip install -e '.[test]'", "pytest", f"casehub simulate {name}"):
        click.secho(f"  {command}", bold=True)
