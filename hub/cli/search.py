"""`casehub search`: find cases by anything that is written in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from hub.cli.common import console, echo_json, json_option, with_hub

if TYPE_CHECKING:
    from hub.app import Hub


@click.command(short_help="Find cases by number, order, customer or words.")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="At most so many.")
@json_option
@with_hub
def search(hub: Hub, words: Sequence[str], limit: int, as_json: bool) -> None:
    """Find the cases in which every word occurs, whatever their state, the newest first.

    Numbers of cases and orders, names, addresses, subjects and messages are searched. Small and capital letters and
    accents do not matter, and the last word may be a beginning.

    With --json: {"cases": [...]}, each as `casehub cases --json` prints it.

    Example: casehub search oberg parcel
    """
    found = hub.store.search(" ".join(words), limit)
    if as_json:
        from hub.as_json import summary_json

        echo_json({"cases": [summary_json(case) for case in found]})
    elif found:
        from hub.cli.view import case_table

        screen = console()
        screen.print(case_table(found, hub.clock.now(), hub.settings.office.timezone, screen.width))
        perhaps_more = "; there may be more, --limit shows them" if len(found) == limit else ""
        click.echo(f"{len(found)} found{perhaps_more}")
    else:
        click.echo("No case has all these words; fewer of them find more.")
