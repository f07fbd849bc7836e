"""`casehub audit`: the log of acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from hub.cli.common import console, echo_json, json_option, with_hub_as_it_is

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.people import AuditEntry


@click.command(short_help="Show who did what, when and from where.")
@click.option("--who", default="", metavar="NAME", help="Only what this person did.")
@click.option("--about", default="", metavar="WHAT", help="Only what is about this case or person: CH-1042, eva.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="So many at most.")
@click.option("--before", type=click.IntRange(min=1), default=None, metavar="ID", help="Only what is older than this.")
@json_option
@with_hub_as_it_is
def audit(hub: Hub, who: str, about: str, limit: int, before: int | None, as_json: bool) -> None:
    """Show the log of acts, newest first: signing in, people, tokens, and what was done through the pages and the API.

    What `casehub` commands do with cases stands in the history of each case: `casehub show CASE --history`.

    With --json: {"entries": [{"id", "at", "who", "door", "act", "about", "address", "detail"}]}.

    Example: casehub audit --about eva
    """
    found = hub.store.people.audit(who=who, about=about, before=before or 0, limit=limit)
    if as_json:
        echo_json({"entries": [_as_data(one) for one in found]})
    elif found:
        _print(hub, found)
    else:
        click.echo("Nothing of that was done yet.")


def _as_data(one: AuditEntry) -> dict[str, object]:
    return {
        "id": one.id,
        "at": one.at,
        "who": one.who,
        "door": one.door,
        "act": one.act,
        "about": one.about,
        "address": one.address,
        "detail": one.detail,
    }


def _print(hub: Hub, found: Sequence[AuditEntry]) -> None:
    from rich.table import Table

    from hub.cli.due_text import local_time
    from hub.cli.safe_text import one_line

    now, zone = hub.clock.now(), hub.settings.office.timezone
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for one in found:
        where = f"{one.door} {one.address}".strip()
        what = f"{one.act.replace('_', ' ')} {one.about if one.about != one.who else ''}".strip()
        detail = f": {one.detail}" if one.detail else ""
        table.add_row(local_time(one.at, now, zone), one_line(one.who) or "?", one_line(what + detail), where)
    console().print(table)
