"""`casehub people`: who works here, what they may do, and when they are away."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.desk_options import confirm, is_terminal, login_name, who_option
from hub.core.people import Actor, Door, Person, Role
from hub.errors import Refused

if TYPE_CHECKING:
    from hub.app import Hub

_ROLE = click.Choice([role.value for role in Role])


@click.group(short_help="Say who works here, what they may do, and who is away.")
def people() -> None:
    """Say who works here, what they may do, and who is away; docs/people.md tells all about it.

    The commands themselves need no sign-in: whoever can read the database may do everything.
    """


@people.command("list", short_help="List who works here.")
@json_option
@with_hub
def list_people(hub: Hub, as_json: bool) -> None:
    """List everybody with their role, how many open cases they have, and until when they are away.

    With --json: {"people": [{"name", "full_name", "email", "language", "role", "may", "active", "takes_cases", "since",
    "open_cases", "away": null or {"since", "until", "cover"}}]}.

    Example: casehub people list
    """
    from hub.cli.people_text import person_json, print_people

    now = hub.clock.now()
    away = {one.who: one for one in hub.store.people.absences(now) if one.covers(now)}
    load = hub.store.people.open_cases()
    found = hub.store.people.people()
    if as_json:
        echo_json({"people": [person_json(one, load.get(one.name, 0), away.get(one.name)) for one in found]})
        return
    if not found:
        click.echo("Nobody works here yet; `casehub people add NAME --role admin` lets the first one in.")
        return
    print_people(hub, found, away)


@people.command(short_help="Let somebody in.")
@click.argument("name")
@click.option("--role", type=_ROLE, default=Role.AGENT.value, show_default=True, help="What they are here for.")
@click.option("--full-name", default="", help="What to call them on pages.")
@click.option("--email", default="", help="Where to reach them.")
@click.option("--language", default="", metavar="CODE", help="The language of their pages: en, sv, nl, de, ja or cs.")
@click.option("--no-cases", is_flag=True, help="New cases are not given to them in turn.")
@click.option("--link", is_flag=True, help="Make a link that signs them in once, instead of asking for a password.")
@who_option
@json_option
@with_hub
def add(
    hub: Hub,
    name: str,
    role: str,
    full_name: str,
    email: str,
    language: str,
    no_cases: bool,
    link: bool,
    who: str | None,
    as_json: bool,
) -> None:
    """Let somebody in, with a password that is asked for (or read from standard input), or with a link to hand over.

    NAME is what they sign in with, and what cases know them by: small letters, digits, dot, dash and underscore.

    With --json: {"name", "role", "link": null or the path behind the address of the pages}.

    Example: casehub people add eva --role lead --link
    """
    from hub.people import staff_of

    staff, by = staff_of(hub), _by(who)
    person = Person(name, Role(role), hub.clock.now(), full_name, email, language, takes_cases=not no_cases)
    if staff.knows(name):
        staff.add(person, by)
    password = "" if link else _password_for(person)
    staff.add(person, by)
    secret = staff.make_link(name, by) if link else ""
    if password:
        staff.set_password(name, password, by)
    path = f"/sign-in/{secret}" if secret else None
    if as_json:
        echo_json({"name": name, "role": role, "link": path})
    elif path:
        click.echo(f"{name} works here now. This signs them in once, within a day: {_address(hub)}{path}")
    else:
        click.echo(f"{name} works here now and signs in with this password.")


@people.command("role", short_help="Give somebody another role.")
@click.argument("name")
@click.argument("role", type=_ROLE)
@who_option
@json_option
@with_hub
def change_role(hub: Hub, name: str, role: str, who: str | None, as_json: bool) -> None:
    """Give somebody another role; they have to sign in again.

    An agent sees cases and works on them, a lead also gives work to others and stops the sending, an admin also lets
    people in.

    With --json: {"name", "role", "active"}.

    Example: casehub people role eva lead
    """
    from hub.people import staff_of

    _tell(staff_of(hub).change_role(name, Role(role), _by(who)), f"{name} is {role} now.", as_json=as_json)


@people.command(short_help="Give somebody another password.")
@click.argument("name")
@click.option("--link", is_flag=True, help="Make a link that signs them in once, so that they choose it themselves.")
@who_option
@with_hub
def password(hub: Hub, name: str, link: bool, who: str | None) -> None:
    """Give somebody another password, asked for twice or read from standard input; they have to sign in again.

    Example: casehub people password eva
    """
    from hub.people import staff_of

    staff, by = staff_of(hub), _by(who)
    person = hub.store.people.person(name)
    if link:
        click.echo(f"This signs {name} in once, within a day: {_address(hub)}/sign-in/{staff.make_link(name, by)}")
        return
    staff.set_password(name, _password_for(person), by)
    click.echo(f"{name} has another password now; whoever was signed in as {name} has to sign in again.")


@people.command(short_help="Let somebody in no more.")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@who_option
@json_option
@with_hub
def deactivate(hub: Hub, name: str, yes: bool, who: str | None, as_json: bool) -> None:
    """Let somebody in no more: their sessions, links and tokens end at once. Cases go on naming them.

    Where [sharing] is switched on, their open cases that owe an answer are given to others.

    With --json: {"name", "role", "active"}.

    Example: casehub people deactivate eva
    """
    from hub.people import staff_of

    load = hub.store.people.open_cases().get(name, 0)
    confirm(f"{name} has {load} open cases. Let them in no more?", yes=yes)
    left = f" {load} open cases are with them: `casehub assign` gives them to others." if load else ""
    _tell(staff_of(hub).deactivate(name, _by(who)), f"{name} cannot sign in any more.{left}", as_json=as_json)


@people.command(short_help="Let somebody in again.")
@click.argument("name")
@who_option
@json_option
@with_hub
def activate(hub: Hub, name: str, who: str | None, as_json: bool) -> None:
    """Let somebody in again, with the password and role of before.

    With --json: {"name", "role", "active"}.

    Example: casehub people activate eva
    """
    from hub.people import staff_of

    _tell(staff_of(hub).activate(name, _by(who)), f"{name} can sign in again.", as_json=as_json)


@people.command(short_help="Say that somebody is away, and who covers for them.")
@click.argument("name")
@click.option("--until", required=True, metavar="DAY", help="The first day they are back: 2026-12-07, or an instant.")
@click.option("--since", metavar="DAY", help="The first day they are away; else they are away from now on.")
@click.option("--cover", default="", metavar="NAME", help="Who has the cases that cannot wait.")
@who_option
@json_option
@with_hub
def away(hub: Hub, name: str, until: str, since: str | None, cover: str, who: str | None, as_json: bool) -> None:
    """Say that somebody is away: no new cases are given to them, and those that fall due meanwhile go to their cover.

    A day counts from its beginning in the zone of the office. The cases go over in the rounds of `casehub run` and
    `casehub serve`, where [sharing] is switched on.

    With --json: {"name", "since", "until", "cover"}.

    Example: casehub people away eva --until 2026-12-07 --cover bo
    """
    from hub.cli.due_text import local_time
    from hub.cli.instants import day_or_instant
    from hub.people import staff_of

    zone, now = hub.settings.office.timezone, hub.clock.now()
    start = now if since is None else day_or_instant(since, zone, "--since")
    absence = staff_of(hub).set_away(name, start, day_or_instant(until, zone, "--until"), cover, _by(who))
    if as_json:
        echo_json({"name": name, "since": absence.since, "until": absence.until, "cover": cover or None})
        return
    covered = f"; {cover} has the cases that cannot wait" if cover else "; nobody covers for them"
    off = "" if hub.settings.sharing.enabled else " [sharing] is switched off, so no case goes over by itself."
    click.echo(f"{name} is away until {local_time(absence.until, now, zone)}{covered}.{off}")


@people.command(short_help="Say that somebody is back.")
@click.argument("name")
@who_option
@json_option
@with_hub
def back(hub: Hub, name: str, who: str | None, as_json: bool) -> None:
    """Say that somebody is back before their time, or is not going away after all.

    Their cases that the cover has not worked on go back to them in the next round.

    With --json: {"name", "absences": how many were ended}.

    Example: casehub people back eva
    """
    from hub.people import staff_of

    ended = staff_of(hub).set_back(name, _by(who))
    if as_json:
        echo_json({"name": name, "absences": len(ended)})
    else:
        click.echo(f"{name} is here.")


def _by(who: str | None) -> Actor:
    return Actor(who or login_name(), Door.COMMAND)


def _password_for(person: Person) -> str:
    """The password for somebody: asked for at a terminal, else the first line of standard input; never an argument."""
    from hub.core.password_rules import require_good

    if is_terminal():
        given = click.prompt(f"Password for {person.name}", hide_input=True, confirmation_prompt=True, err=True)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
        if not given:
            raise Refused("There is no password on standard input; give it as one line, or make a link with --link.")
    require_good(given, person.name, person.full_name, person.email)
    return str(given)


def _address(hub: Hub) -> str:
    """Where the pages are, as far as hub.toml says."""
    web = hub.settings.web
    return web.public_url.rstrip("/") or f"http://{web.host}:{web.port}"


def _tell(person: Person, what: str, *, as_json: bool) -> None:
    if as_json:
        echo_json({"name": person.name, "role": person.role, "active": person.active})
    else:
        click.echo(what)
