"""`casehub cases`: what is on the table, soonest due first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.desk_options import login_name, who_option
from hub.core.model import CaseState, CaseType
from hub.core.ports import CaseFilter, CaseSummary, ListOrder
from hub.rounds import require_channel

if TYPE_CHECKING:
    from hub.app import Hub

_STATES = {
    "open": frozenset({CaseState.OPEN}),
    "waiting": frozenset({CaseState.WAITING}),
    "closed": frozenset({CaseState.CLOSED}),
    "all": frozenset(CaseState),
}


@click.command(short_help="List cases, soonest due first.")
@click.option("--channel", default="", help="Only cases of this channel.")
@click.option("--state", type=click.Choice(list(_STATES)), help="Only these; without it, open and waiting ones.")
@click.option("--mine", is_flag=True, help="Only cases that are with you.")
@click.option("--assignee", default="", metavar="NAME", help="Only cases that are with this person.")
@click.option("--unassigned", is_flag=True, help="Only cases that are with nobody.")
@click.option("--customer", default="", metavar="EMAIL", help="Only cases of this customer.")
@click.option("--order", default="", metavar="NUMBER", help="Only cases about this order.")
@click.option("--type", "kind", type=click.Choice([kind.value for kind in CaseType]), help="Only cases of this type.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=0), help="At most so many; 0 for all.")
@click.option("--newest", is_flag=True, help="The newest change first, instead of the soonest due.")
@who_option
@json_option
@with_hub
def cases(
    hub: Hub,
    channel: str,
    state: str | None,
    mine: bool,
    assignee: str,
    unassigned: bool,
    customer: str,
    order: str,
    kind: str | None,
    limit: int,
    newest: bool,
    who: str | None,
    as_json: bool,
) -> None:
    """List the cases that need somebody, the soonest due first.

    A narrow terminal shows fewer columns and cuts the subject; --json has everything.

    With --json: {"cases": [{"number", "channel", "type", "state", "subject", "customer", "order", "assignee",
    "opened_at", "changed_at", "messages", "unreadable", "deadline": {"rule", "started_at", "due", "problem"} or null,
    ...}], "count" (of open ones, unless --state asks for others), "late", "due_soon", "more"}.

    Example: casehub cases --state open --mine
    """
    wanted = CaseFilter(
        channel=channel,
        assignee=(who or login_name()) if mine else assignee,
        unassigned=unassigned,
        customer_email=customer,
        order_number=order,
        type=CaseType(kind) if kind else None,
        order=ListOrder.NEWEST if newest else ListOrder.DUE,
        limit=limit + 1 if limit else None,
    )
    if state:
        wanted = replace(wanted, states=_STATES[state])
    _tell(hub, wanted, limit, as_json=as_json)


def _tell(hub: Hub, wanted: CaseFilter, limit: int, *, as_json: bool) -> None:
    found = hub.store.cases(wanted)
    listed = found[:limit] if limit else found
    if not found:
        _require_channel(hub, wanted.channel)
    late, soon = _late_and_soon(hub, wanted)
    counted = hub.store.count(replace(wanted, states=_counted_states(wanted))).number
    more = len(found) > len(listed)
    if as_json:
        _print_json(listed, counted, late, soon, more=more)
    elif listed:
        _print_table(hub, listed, f"{counted} {_name_of(wanted)}", late, soon, more=more)
    else:
        click.echo("No case fits; --state all shows every one." if hub.store.counts() else _NO_CASES)


_NO_CASES = "No cases yet: run `casehub sync` to read them."


def _print_json(listed: Sequence[CaseSummary], counted: int, late: int, soon: int, *, more: bool) -> None:
    from hub.as_json import summary_json

    found = [summary_json(case) for case in listed]
    echo_json({"cases": found, "count": counted, "late": late, "due_soon": soon, "more": more})


def _print_table(hub: Hub, listed: Sequence[CaseSummary], counted: str, late: int, soon: int, *, more: bool) -> None:
    from hub.cli.view import case_table, summary_line

    screen = console()
    screen.print(case_table(listed, hub.clock.now(), hub.settings.office.timezone, screen.width))
    click.echo(summary_line(counted, late, soon))
    if more:
        click.echo(f"{len(listed)} {'is' if len(listed) == 1 else 'are'} shown; --limit 0 shows all.")


def _late_and_soon(hub: Hub, wanted: CaseFilter) -> tuple[int, int]:
    from hub.core.views import SOON

    now = hub.clock.now()
    # Deadlines are whole seconds, and one that ends in exactly two hours counts.
    end = now + SOON + timedelta(seconds=1)
    late = hub.store.count(replace(wanted, due_before=now))
    return late.number, hub.store.count(replace(wanted, due_from=now, due_before=end)).number


def _name_of(wanted: CaseFilter) -> str:
    return "/".join(sorted(_counted_states(wanted)))


def _counted_states(wanted: CaseFilter) -> frozenset[CaseState]:
    """What the number below the list counts: open cases, unless others were asked for."""
    return wanted.states & _STATES["open"] or wanted.states


def _require_channel(hub: Hub, name: str) -> None:
    if name:
        require_channel(name, hub.settings.channels)
