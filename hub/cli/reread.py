"""`casehub reread`: read kept originals again that could not be read before."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, desk_of, known_case
from hub.cli.safe_text import one_line

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.runs.desk import Reread


@click.command(short_help="Read unreadable messages again from their kept originals.")
@click.argument("number", metavar="[CASE]", type=case_number, required=False)
@click.option("--all", "everything", is_flag=True, help="The unreadable messages of every case.")
@json_option
@with_hub
def reread(hub: Hub, number: str | None, everything: bool, as_json: bool) -> None:
    """Read the kept originals of unreadable messages again, as after an update of casehub; no network is needed.

    The exit code is 0 when all became readable and 1 when some did not.

    With --json: {"messages": [{"case", "ref", "readable", "remark"}]}.

    Example: casehub reread --all
    """
    if (number is None) != everything:
        raise click.UsageError("Name a case, or give --all.")
    from hub.rereading import read_again

    if number is not None:
        known_case(hub, number)
    wanted = [(case, ref) for case, ref in hub.store.unreadable() if number in (None, case)]
    results = list(read_again(hub, desk_of(hub, None), wanted))
    if as_json:
        echo_json({"messages": [_as_data(result) for result in results]})
    else:
        _tell(results, number)
    if not all(result.readable for result in results):
        sys.exit(1)


def _as_data(result: Reread) -> dict[str, object]:
    return {"case": result.number, "ref": result.ref, "readable": result.readable, "remark": result.remark}


def _tell(results: Sequence[Reread], number: str | None) -> None:
    for result in results:
        mark, state = ("✓", "can be read now") if result.readable else ("✗", "still cannot be read")
        remark = f": {one_line(result.remark)}" if result.remark else ""
        click.echo(f"{mark} {result.number}: a message {state}{remark}")
    if not results:
        click.echo(f"Every message of {number or 'every case'} can be read.")
