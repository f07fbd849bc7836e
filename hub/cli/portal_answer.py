"""A reply that only a person can write on the platform's own page: it is kept as the draft of a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json
from hub.cli.composing import written
from hub.cli.desk_options import desk_of
from hub.cli.findings import files_told, tell_findings

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.cli.sending import Sending
    from hub.core.model import Case
    from hub.runs.reach import Reach


def answer_in_the_portal(hub: Hub, reach: Reach, case: Case, sending: Sending) -> None:
    """Keep the text as the draft of what a person writes on the platform's own page."""
    from hub import answering
    from hub.cli.acting import task_lines

    answering.require_portal_answer(hub, reach, case, sending.send_at)
    with written(hub, case, sending.message, sending.begun, sending.who) as text:
        files = files_told(sending.paths, in_portal=True)
        told = (sending.then_close, None, sending.client_key, sending.accepted)
        answer = answering.Answer(text, sending.after, files, *told)
        desk = desk_of(hub, sending.who)
        task = answering.answer_in_the_portal(hub, reach, case, answer, desk, look=tell_findings)
    if sending.as_json:
        from hub.as_json import task_json

        echo_json(task_json(case, task))
        return
    for line in task_lines(case, task):
        click.echo(line)
