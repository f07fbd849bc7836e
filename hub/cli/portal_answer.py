"""A reply that only a person can write on the platform's own page: it is kept as the draft of a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json
from hub.cli.composing import written
from hub.cli.desk_options import desk_of
from hub.cli.findings import files_told, tell_findings, unsent
from hub.errors import Refused

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.cli.sending import Sending
    from hub.core.model import Case
    from hub.core.portal import PortalTask
    from hub.runs.reach import Reach


def answer_in_the_portal(hub: Hub, reach: Reach, case: Case, sending: Sending) -> None:
    """Keep the text as the draft of what a person writes on the platform's own page."""
    from hub.acting import give_task
    from hub.adapter import Capability
    from hub.cli.acting import task_lines
    from hub.core.portal import PortalTask

    now = hub.clock.now()
    reach.task(Capability.REPLY, case, "", now)
    if sending.send_at is not None:
        raise Refused("Only a person can answer there, so nothing can be sent later by itself; leave --at out.")
    names = ", ".join(path.name for path in sending.paths)
    files = f", with {names}" if names else ""
    with written(hub, case, sending.message, sending.begun, sending.who) as text:
        if not text.strip():
            raise Refused("A reply without text is not kept; give it with -m, on standard input or in the editor.")
        told = unsent(hub, case, text, files_told(sending.paths, in_portal=True))
        tell_findings(reach.require_acceptable(told, case, sending.accepted))
        wanted = PortalTask(
            "", "reply", f"answer the customer{files}", "", now, text=text, then_close=sending.then_close
        )
        task = _same(case, wanted) if sending.client_key else None
        task = task or give_task(hub, reach, Capability.REPLY, case, desk_of(hub, sending.who), wanted)
    if sending.as_json:
        from hub.as_json import task_json

        echo_json(task_json(case, task))
        return
    for line in task_lines(case, task):
        click.echo(line)


def close_in_the_portal(hub: Hub, reach: Reach, case: Case, who: str | None) -> None:
    """Remember that the case is to be closed in the portal as well, where its platform has one."""
    from hub.adapter import Capability
    from hub.core.reply_acts import CLOSE_ONCE_ANSWERED

    if not reach.step(Capability.CLOSE) or any(task.kind == Capability.CLOSE for task in case.open_tasks):
        return
    task = reach.task(Capability.CLOSE, case, CLOSE_ONCE_ANSWERED, hub.clock.now())
    kept = desk_of(hub, who).give_task(case.number, task)
    click.echo(f"Closing it on the platform is task {kept.key}: `casehub tasks` says how.", err=True)


def _same(case: Case, wanted: PortalTask) -> PortalTask | None:
    """The task that a program asked for already, be it done since, and asks for once more."""
    kinds = (task for task in case.portal_tasks if task.kind == wanted.kind and not task.dropped)
    return next((task for task in kinds if (task.what, task.text) == (wanted.what, wanted.text)), None)
