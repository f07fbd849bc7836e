"""`casehub hand-over`: give a case to the platform's own people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli.acting import acted_json, give_task, portal_gaps, queue, seen_of, task_lines, told_as_queued
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
    from hub.adapter import Capability
    from hub.core.acting import Wish
    from hub.core.platform_acts import Act, ActKind
    from hub.core.portal import PortalTask
    from hub.reaching import reach_of

    known_case(hub, number)
    case = hub.store.case(number)
    reach = reach_of(hub, case)
    if reach.can(Capability.HAND_OVER, case):
        wish = Wish(reach.offer_of(ActKind.HAND_OVER, case), message, seen_of(case))
        reply = queue(hub, reach, case, wish, who, yes=yes, ask=True)
        data, lines = acted_json(hub.store.case(number), reply), [told_as_queued(reply)]
    else:
        lacks = portal_gaps(reach, case, Act(ActKind.HAND_OVER), keep_task=keep_task)
        what = f"hand the case over to the platform{lacks}"
        wanted = PortalTask("", "hand_over", what, "", hub.clock.now(), text=message.strip())
        task = give_task(hub, reach, Capability.HAND_OVER, case, who, wanted)
        data, lines = acted_json(hub.store.case(number), task=task), [*task_lines(case, task)]
    if as_json:
        echo_json(data)
        return
    for line in lines:
        click.echo(line)
