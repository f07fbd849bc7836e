"""`casehub hand-over`: give a case to the platform's own people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.acts_json import acted_json
from hub.cli.acting import KEEP_TASK, platform_of, task_lines, told_as_queued
from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, known_case, who_option

if TYPE_CHECKING:
    from hub.app import Hub


@click.command(short_help="Hand a case over to the platform.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("-m", "--message", default="", help="Why, for the platform's staff.")
@click.option("--yes", is_flag=True, help="Yes to what cannot be undone, without being asked.")
@click.option("--keep-task", is_flag=True, help="Where only a person can: keep the task, though evidence is missing.")
@who_option
@json_option
@with_hub
def hand_over(hub: Hub, number: str, message: str, yes: bool, keep_task: bool, who: str | None, as_json: bool) -> None:
    """Hand a case over to the platform's own people; from then on it is theirs, and your clocks end.

    On most platforms it cannot be taken back, so you are asked first; a script has to give --yes. It is refused while
    evidence that the platform requires is missing, which `casehub evidence CASE` lists and exports. Where only a person
    can do it, it becomes a task that `casehub tasks` lists.

    With --json: {"case", "state", "assignee", "queued": the reply or null, "task": the portal task or null}.

    Example: casehub hand-over CH-1042 -m "The buyer wants more than we may give."
    """
    known_case(hub, number)
    platform = platform_of(hub, who, yes=yes, ask=True)
    acted = platform.hand_over(number, message, keep_task=keep_task, way=KEEP_TASK)
    data = acted_json(acted.case, acted.reply, acted.task)
    lines = (
        [told_as_queued(acted.reply)] if acted.reply else [*task_lines(acted.case, acted.task)] if acted.task else []
    )
    if as_json:
        echo_json(data)
        return
    for line in lines:
        click.echo(line)
