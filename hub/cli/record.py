"""`casehub record`: keep what a platform answers, redacted, for tests and simulators."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, with_hub_as_it_is

if TYPE_CHECKING:
    from hub.app import Hub


@click.command(short_help="Record what a platform answers, with personal data replaced.")
@click.argument("channel")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--most", type=click.IntRange(min=1), default=200, show_default=True, help="End after so many requests.")
@click.option("--from-start", is_flag=True, help="Read from the beginning, not from where the last sync ended.")
@json_option
@with_hub_as_it_is
def record(hub: Hub, channel: str, folder: Path, most: int, from_start: bool, as_json: bool) -> None:
    """Read a channel once, as a sync would, and write each request with its answer into a file of FOLDER.

    Nothing is stored in the database and nothing is changed on the platform. Names, addresses, numbers, texts and
    secrets are replaced, the same by the same in all files. What is personal is told from the names of the fields: look
    through the files before you give them away. Only what goes over HTTP can be recorded, so no mailbox.

    The exit code is 0 when the channel was read, 1 when it failed; what was answered until then is kept.

    With --json: {"channel", "folder", "files": [...], "whole", "error"}.

    Example: casehub record bol_nl recordings/bol
    """
    from hub.recording import channel_to_record
    from hub.recording import record as make_recording

    made = make_recording(hub, channel_to_record(hub, channel), folder, most, from_start)
    if as_json:
        files = [file.name for file in made.files]
        error = made.error or None
        echo_json({"channel": channel, "folder": folder, "files": files, "whole": made.whole, "error": error})
    else:
        count = len(made.files)
        click.echo(f"✓ {count} exchange{'' if count == 1 else 's'} with {channel} in {folder}")
        if not made.whole and not made.error:
            click.echo("  There is more to read; --most takes more at once.")
        click.echo("  Look through the files before you give them away: personal data is told from names of fields.")
    if made.error:
        if not as_json:
            click.echo(f"✗ {channel}: {made.error}", err=True)
        sys.exit(1)
