"""`casehub note`, `assign`, `close`, `reopen` and `merge`: what a person does with a case besides answering."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, desk_of, given_text, known_case, who_option

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case


@click.command(short_help="Write a note on a case that stays in the house.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("-m", "--message", help="The note; without it, standard input.")
@who_option
@json_option
@with_hub
def note(hub: Hub, number: str, message: str | None, who: str | None, as_json: bool) -> None:
    """Write a note on a case; the customer never sees it.

    With --json: {"case", "state", "assignee"}.

    Example: casehub note CH-1042 -m "Carrier says Tuesday"
    """
    known_case(hub, number)
    case = desk_of(hub, who).note(number, given_text(message, "the note"))
    _tell(hub, case, f"Noted on {number}.", as_json=as_json)


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
@who_option
@json_option
@with_hub
def close(hub: Hub, number: str, reason: str, who: str | None, as_json: bool) -> None:
    """Close a case; nothing is sent, and a new message of the customer opens it again.

    With --json: {"case", "state", "assignee"}.

    Example: casehub close CH-1042 --reason "refunded by phone"
    """
    waited = known_case(hub, number).deadline is not None
    case = desk_of(hub, who).close(number, reason)
    unanswered = " Its customer had no answer yet." if waited else ""
    _tell(hub, case, f"{number} is closed.{unanswered}", as_json=as_json)


@click.command(short_help="Open a closed case again.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("--reason", default="", help="Why, for the history.")
@who_option
@json_option
@with_hub
def reopen(hub: Hub, number: str, reason: str, who: str | None, as_json: bool) -> None:
    """Open a closed case again.

    With --json: {"case", "state", "assignee"}.

    Example: casehub reopen CH-1042 --reason "the refund bounced"
    """
    known_case(hub, number)
    _tell(hub, desk_of(hub, who).reopen(number, reason), f"{number} is open again.", as_json=as_json)


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


def _tell(hub: Hub, case: Case, what: str, *, as_json: bool) -> None:
    if as_json:
        echo_json({"case": case.number, "state": case.state.value, "assignee": case.assignee})
        return
    click.echo(what)
    for reply in hub.store.replies(case_number=case.number):
        if reply.needs_a_person and not case.is_open:
            click.echo(f"Its reply {reply.key} is {reply.state}: see `casehub outbox`.", err=True)
