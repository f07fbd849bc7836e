"""`casehub token`: what programs sign in with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.desk_options import login_name, who_option
from hub.core.people import Actor, Door, Permission

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.people import Token

_SCOPES = [permission.value for permission in Permission]


@click.group(short_help="Let programs use the API.")
def token() -> None:
    """Let programs use the API: each signs in with a token of a person, and may no more than that person."""


@token.command("list", short_help="List the tokens.")
@click.option("--of", default="", metavar="NAME", help="Only those of this person.")
@json_option
@with_hub
def list_tokens(hub: Hub, of: str, as_json: bool) -> None:
    """List the tokens there are, newest first; their secrets are kept nowhere.

    With --json: {"tokens": [{"id", "of", "label", "scopes", "made_at", "until", "seen_at", "valid"}]}.

    Example: casehub token list
    """
    found = hub.store.people.tokens(of)
    if as_json:
        echo_json({"tokens": [_as_data(hub, one) for one in found]})
    elif found:
        _print_tokens(hub, found)
    else:
        click.echo("There are no tokens; `casehub token make NAME --label …` makes one.")


@token.command(short_help="Make a token.")
@click.argument("name")
@click.option("--label", required=True, help="What it is for, such as the name of the program.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(_SCOPES), help="What it may do; several times.")
@click.option("--until", metavar="DAY", help="When it ends: 2026-12-07, or an instant; else it does not.")
@who_option
@json_option
@with_hub
def make(
    hub: Hub, name: str, label: str, scopes: tuple[str, ...], until: str | None, who: str | None, as_json: bool
) -> None:
    """Make a token of a person and print it, this once: only its digest is kept.

    It may see cases unless --scope says otherwise: see, work, lead, manage. What its person may not do, it may not
    either, also when their role changes.

    With --json: {"id", "of", "label", "scopes", "made_at", "until", "seen_at", "valid", "token"}.

    Example: casehub token make eva --label warehouse --scope see --scope work
    """
    from hub.cli.instants import day_or_instant
    from hub.people import staff_of

    wanted = frozenset(map(Permission, scopes)) or frozenset({Permission.SEE})
    end = None if until is None else day_or_instant(until, hub.settings.office.timezone, "--until")
    text, made = staff_of(hub).make_token(name, label, wanted, end, _by(who))
    if as_json:
        echo_json({**_as_data(hub, made), "token": text})
        return
    click.echo(text)
    click.echo("This is shown once; keep it where the program reads its secrets.", err=True)


@token.command(short_help="Let a token open nothing more.")
@click.argument("token_id", metavar="ID")
@who_option
@with_hub
def revoke(hub: Hub, token_id: str, who: str | None) -> None:
    """Let a token open nothing more, from this moment on. ID is what stands between chub_ and its secret.

    Example: casehub token revoke 1a2b3c4d
    """
    from hub.people import staff_of

    staff = staff_of(hub)
    found = staff.find_token(token_id)
    staff.revoke_token(found, _by(who))
    click.echo(f"The token {_id(found)} ({found.label}) of {found.who} opens nothing more.")


def _by(who: str | None) -> Actor:
    return Actor(who or login_name(), Door.COMMAND)


def _id(one: Token) -> str:
    from hub.core.credentials import token_id

    return token_id(one.key)


def _as_data(hub: Hub, one: Token) -> dict[str, object]:
    return {
        "id": _id(one),
        "of": one.who,
        "label": one.label,
        "scopes": [permission for permission in Permission if permission in one.permissions],
        "made_at": one.made_at,
        "until": one.until,
        "seen_at": one.seen_at,
        "valid": one.valid(hub.clock.now()),
    }


def _print_tokens(hub: Hub, found: Sequence[Token]) -> None:
    from rich.table import Table

    from hub.cli.due_text import local_time
    from hub.cli.safe_text import one_line

    now, zone = hub.clock.now(), hub.settings.office.timezone
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("id", "of", "label", "may", "used", "ends"):
        table.add_column(name)
    for one in found:
        used = local_time(one.seen_at, now, zone) if one.seen_at else "never"
        ends = local_time(one.until, now, zone) if one.until else ""
        may = " ".join(permission for permission in Permission if permission in one.permissions)
        table.add_row(_id(one), one.who, one_line(one.label), may, used, ends)
    console().print(table)
