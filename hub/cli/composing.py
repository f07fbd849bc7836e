"""Where the text of a reply comes from: the command line, standard input, or the person's editor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from hub.cli.desk_options import given_text, is_terminal, login_name
from hub.cli.drafts import tell_other_writers
from hub.drafts import drafts_of

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case


@contextmanager
def written(hub: Hub, case: Case, message: str | None, begun: str = "", who: str | None = None) -> Iterator[str]:
    """The text of the reply; one typed in an editor, or finished there, is kept when the block fails.

    Whoever else writes to the same customer just now is told of.
    """
    name = who or login_name()
    tell_other_writers(hub, case, name)
    if message is not None or not is_terminal():
        yield given_text(message, "the reply")
        return
    from hub.cli.due_text import local_time
    from hub.cli.editor import written_in_editor

    now, zone = hub.clock.now(), hub.settings.office.timezone
    with (
        drafts_of(hub).writing(case.number, name, anew=bool(begun)) as path,
        written_in_editor(path, case, lambda sent: local_time(sent.sent_at, now, zone), begun) as text,
    ):
        if not text:
            click.echo("Nothing was written, so nothing is sent.", err=True)
            raise click.exceptions.Exit(1)
        yield text
