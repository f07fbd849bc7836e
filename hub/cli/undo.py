"""`casehub undo`: take back what was put into the outbox a moment ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.desk_options import desk_of, who_option

if TYPE_CHECKING:
    from hub.app import Hub


@click.command(short_help="Take back what you put into the outbox a moment ago.")
@who_option
@json_option
@with_hub
def undo(hub: Hub, who: str | None, as_json: bool) -> None:
    """Take back the newest reply or act of yours that is still within `[outbox] undo` (10 s), and print its text.

    Later, what is not sent yet is taken back with `casehub outbox cancel`, and written anew with `casehub outbox edit`.

    With --json: the reply.

    Example: casehub undo > draft.txt
    """
    reply = desk_of(hub, who).take_back()
    if as_json:
        from hub.as_json import reply_json

        echo_json(reply_json(reply))
        return
    click.echo(f"Reply {reply.key} to {reply.case_number} is taken back; the customer gets nothing.", err=True)
    if reply.text.strip():
        click.echo(reply.text)
