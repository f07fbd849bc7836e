"""`casehub note`, `assign`, `close`, `reopen` and `merge`: what a person does with a case besides answering."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, desk_of, given_text, known_case, who_option
from hub.cli.findings import accept_option

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case
    from hub.on_platform import Acted


@click.command(short_help="Write a note on a case that stays in the house.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("-m", "--message", help="The note; without it, standard input.")
@click.option("--to-platform", is_flag=True, help="Leave it for the platform's staff instead; it does not stay here.")
@who_option
@json_option
@with_hub
def note(hub: Hub, number: str, message: str | None, to_platform: bool, who: str | None, as_json: bool) -> None:
    """Write a note on a case; the customer never sees it. With --to-platform the platform's staff does.

    With --json: {"case", "state", "assignee"}, and with --to-platform also {"queued", "task"}.

    Example: casehub note CH-1042 -m "Carrier says Tuesday"
    """
    known_case(hub, number)
    if not to_platform:
        case = desk_of(hub, who).note(number, given_text(message, "the note"))
        _tell(hub, case, f"Noted on {number}.", as_json=as_json)
        return
    from hub.cli.acting import platform_of

    text = given_text(message, "the note")
    _tell_acted(platform_of(hub, who, yes=False).note(number, text), as_json=as_json)


@click.command(short_help="Give a case to somebody, or back.")
@click.argument("number", metavar="CASE", type=case_number)
@click.argument("person", required=False)
@click.option("--none", "nobody", is_flag=True, help="Give it back: it is with nobody.")
@who_option
@json_option
@with_hub
def assign(hub: Hub, number: str, person: str | None, nobody: bool, who: str | None, as_json: bool) -> None:
    """Give a case to a person, or back to everybody with --none.

    With --json: {"case", "state", "assignee"}.

    Example: casehub assign CH-1042 Anna
    """
    name = (person or "").strip()
    if bool(name) == nobody:
        raise click.UsageError("Name a person, or give --none.")
    known_case(hub, number)
    case = desk_of(hub, who).assign(number, name)
    _tell(hub, case, f"{number} is with {name} now." if name else f"{number} is with nobody now.", as_json=as_json)


@click.command(short_help="Close a case that needs nobody any more.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("--reason", default="", help="Why, for the history.")
@click.option("-m", "--message", default="", help="A text for the customer, where the platform closes with one.")
@click.option("--here", is_flag=True, help="Close it in casehub only, not on its platform.")
@click.option("--yes", is_flag=True, help="Yes to what cannot be undone, without being asked.")
@accept_option
@who_option
@json_option
@with_hub
def close(
    hub: Hub,
    number: str,
    reason: str,
    message: str,
    here: bool,
    yes: bool,
    accepted: frozenset[str],
    who: str | None,
    as_json: bool,
) -> None:
    """Close a case; a new message of the customer opens it again.

    Where casehub can close cases on the platform, this is put into the outbox, and the case is closed when the platform
    has done it: until then its clock runs. Where only a person can do it there, the case is closed here at once and
    `casehub tasks` lists what is left to do.

    With --json: {"case", "state", "assignee", "queued": the reply or null, "task": the portal task or null}.

    Example: casehub close CH-1042 --reason "refunded by phone"
    """
    from hub.cli.acting import platform_of

    waited = known_case(hub, number).deadline is not None
    platform = platform_of(hub, who, yes=yes, accepted=accepted)
    closed = platform.close(number, reason=reason, text=message, here=here)
    unanswered = " Its customer had no answer yet." if waited and not closed.case.is_open else ""
    _tell_acted(closed, f"{number} is closed.{unanswered}", hub, as_json=as_json)


@click.command(short_help="Open a closed case again.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("--reason", default="", help="Why, for the history.")
@click.option("-m", "--message", default="", help="A text for the customer, where the platform reopens with one.")
@click.option("--here", is_flag=True, help="Open it in casehub only, not on its platform.")
@click.option("--yes", is_flag=True, help="Yes to what cannot be undone, without being asked.")
@accept_option
@who_option
@json_option
@with_hub
def reopen(
    hub: Hub,
    number: str,
    reason: str,
    message: str,
    here: bool,
    yes: bool,
    accepted: frozenset[str],
    who: str | None,
    as_json: bool,
) -> None:
    """Open a closed case again, on its platform as well, in the way of `casehub close`.

    With --json: {"case", "state", "assignee", "queued": the reply or null, "task": the portal task or null}.

    Example: casehub reopen CH-1042 --reason "the refund bounced"
    """
    from hub.cli.acting import platform_of

    known_case(hub, number)
    platform = platform_of(hub, who, yes=yes, accepted=accepted)
    opened = platform.reopen(number, reason=reason, text=message, here=here)
    _tell_acted(opened, f"{number} is open again.", hub, as_json=as_json)


@click.command(short_help="Let one case go on as another.")
@click.argument("number", metavar="CASE", type=case_number)
@click.argument("into", type=case_number)
@who_option
@json_option
@with_hub
def merge(hub: Hub, number: str, into: str, who: str | None, as_json: bool) -> None:
    """Let CASE go on as INTO, which takes up its messages; both must have come by one channel.

    This cannot be undone. The number of CASE leads to INTO from then on.

    With --json: {"case", "state", "assignee"} of INTO.

    Example: casehub merge CH-1043 CH-1042
    """
    for named in (number, into):
        known_case(hub, named)
    case = desk_of(hub, who).merge(number, into)
    _tell(hub, case, f"{number} goes on as {into}, which now has {len(case.messages)} messages.", as_json=as_json)


def _tell_acted(acted: Acted, what: str = "", hub: Hub | None = None, *, as_json: bool) -> None:
    """What came of an act: queued for the platform, a task for a person, or done here (`what`)."""
    from hub.acts_json import acted_json
    from hub.cli.acting import task_lines, told_as_queued

    if as_json:
        echo_json(acted_json(acted.case, acted.reply, acted.task))
        return
    if acted.reply is not None:
        click.echo(told_as_queued(acted.reply))
        return
    if hub is not None:
        _tell(hub, acted.case, what, as_json=False)
    for line in task_lines(acted.case, acted.task) if acted.task else ():
        click.echo(line)


def _tell(hub: Hub, case: Case, what: str, *, as_json: bool) -> None:
    if as_json:
        echo_json({"case": case.number, "state": case.state.value, "assignee": case.assignee})
        return
    click.echo(what)
    for reply in hub.store.replies(case_number=case.number):
        if reply.needs_a_person and not case.is_open:
            click.echo(f"Its reply {reply.key} is {reply.state}: see `casehub outbox`.", err=True)
