"""`casehub tasks` and `done`: what only a person can do on a platform, and that it was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from hub.cli.common import Misuse, console, echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, desk_of, known_case, who_option

if TYPE_CHECKING:
    from rich.text import Text

    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.portal import PortalTask


@click.command(short_help="List what only a person can do on the platforms.")
@click.option("--all", "everything", is_flag=True, help="Also what was done.")
@json_option
@with_hub
def tasks(hub: Hub, everything: bool, as_json: bool) -> None:
    """List what was asked for that no program can do on its platform, oldest first: the step, and the link to where.

    `casehub done CASE` ticks a task off.

    With --json: {"tasks": [{"case", "key", "kind", "what", "step", "url", "text", "word", "given_at", "by", "done_at",
    "done_by", "comment", "dropped"}]}.

    Example: casehub tasks
    """
    from hub.portal_tasks import tasks_of

    found = tasks_of(hub, everything=everything)
    if as_json:
        from hub.as_json import task_json

        echo_json({"tasks": [task_json(case, task) for case, task in found]})
        return
    screen, now = console(), hub.clock.now()
    for case, task in found:
        for line in task_text(case, task, now, screen.width):
            screen.print(line)
    left = sum(task.is_open for _, task in found)
    click.echo(f"{left} to do" if left else "Nothing is left to do in a portal.")


def task_text(case: Case, task: PortalTask, now: datetime, width: int) -> Iterator[Text]:
    """A task in a line, with its step, its link and what shall be written there in lines of their own."""
    from rich.text import Text

    from hub.cli.due_text import elapsed
    from hub.cli.safe_text import one_line

    done = "" if task.is_open else "  dropped" if task.dropped else "  done"
    yield Text(f"  {case.number}  {task.key}  {one_line(task.what)}{done}", style="bold" if task.is_open else "dim")
    age = elapsed(max(now - task.given_at, timedelta()))
    by = f" by {one_line(task.who)}" if task.who else ""
    over = f", {'dropped' if task.dropped else 'done'} by {one_line(task.done_by)}" if not task.is_open else ""
    yield Text(f"  wanted {age} ago{by}, on {case.channel}{over}", style="dim")
    if task.is_open:
        yield Text(f"  {one_line(task.step)}")
        if task.url:
            yield Text(f"  {one_line(task.url)}", style="cyan", no_wrap=True, overflow="ignore")
    for said in filter(None, (task.text, task.comment)):
        text = Text(f"  > {one_line(said)}", style="italic")
        text.truncate(max(width, 20), overflow="ellipsis")
        yield text


@click.command(short_help="Tick off what was done in a platform's portal.")
@click.argument("number", metavar="CASE", type=case_number)
@click.argument("task", required=False, default="")
@click.option("--at", metavar="INSTANT", help="When, in the zone of the office: 14:30, or 2026-11-25 14:30; else now.")
@click.option("--comment", default="", help="What is worth knowing of it, for the history.")
@click.option("--drop", is_flag=True, help="It was not done, and nobody needs to do it any more.")
@who_option
@json_option
@with_hub
def done(
    hub: Hub, number: str, task: str, at: str | None, comment: str, drop: bool, who: str | None, as_json: bool
) -> None:
    """Say that a task of a case was done on the platform: here it has the effect that it has there.

    A reply that was written there answers the customer at that instant, a hand-over gives the case to the platform; the
    case shows who says so. TASK may be cut to a beginning, and left out where the case has only one.

    With --json: {"case", "state", "tasks": those that are left}.

    Example: casehub done CH-1042 --at 14:30
    """
    from hub.cli.instants import given_instant

    if drop and at is not None:
        raise Misuse("What was not done has no instant; give either --at or --drop.")
    known_case(hub, number)
    desk = desk_of(hub, who)
    when = None if at is None else given_instant(at, hub.settings.office.timezone, hub.clock.now())
    case = desk.drop_task(number, task, comment) if drop else desk.tick_off(number, task, when, comment)
    if as_json:
        from hub.as_json import task_json

        left = [task_json(case, open_one) for open_one in case.open_tasks]
        echo_json({"case": number, "state": case.state.value, "tasks": left})
        return
    click.echo(_told(case, _newest(case.portal_tasks), drop=drop))


def _newest(tasks: Sequence[PortalTask]) -> PortalTask:
    return max((task for task in tasks if task.done_at), key=lambda task: task.done_at or task.given_at)


def _told(case: Case, task: PortalTask, *, drop: bool) -> str:
    left = f"; {len(case.open_tasks)} left" if case.open_tasks else ""
    return f"{case.number}: {task.what} is {'dropped' if drop else 'done'}{left}. The case is {case.state}."
