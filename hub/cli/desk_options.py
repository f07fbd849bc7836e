"""What the desk's commands share: how a case is named, who is working, and where a text comes from."""

from __future__ import annotations

import getpass
import os
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hub.errors import NotFound, Refused

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.ports import CaseSummary
    from hub.runs.desk import Desk

Command = TypeVar("Command", bound=Callable[..., Any])


_MOST_DIGITS = 15
_SURROGATE = re.compile("[\ud800-\udfff]")


def case_number(value: str) -> str:
    """The number of a case in its one form, from CH-1042, ch-1042, 1042 or #1042."""
    digits = value.strip().removeprefix("#").upper().removeprefix("CH-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise click.BadParameter(f"{value!r} is no case number; write it as CH-1042, 1042 or #1042.")
    return f"CH-{int(digits)}"


def who_option(command: Command) -> Command:
    """Give the command `who`: the name of the person who is working."""
    told = "Who is working (CASEHUB_USER, else your login name)."
    return click.option("--as", "who", metavar="NAME", envvar="CASEHUB_USER", help=told)(command)


def desk_of(hub: Hub, who: str | None) -> Desk:
    """The desk of the person who is working."""
    from hub.desks import desk_of

    return desk_of(hub, who or login_name())


def login_name() -> str:
    """The name this person signed in with."""
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:  # a container's user may have no name; KeyError before Python 3.13
        raise Refused("Nobody knows who you are here; say it with --as NAME or CASEHUB_USER.") from error


def known_case(hub: Hub, number: str) -> CaseSummary:
    """The case in one line; NotFound tells how to find the right one."""
    try:
        return hub.store.summary(number)
    except NotFound as error:
        raise NotFound(f"There is no case {number}{_the_newest(hub)}") from error


def given_text(message: str | None, what: str) -> str:
    """The text of -m, else of standard input."""
    if message is not None:
        return _readable(message, what)
    if is_terminal():
        click.echo(f"Write {what} and end with Ctrl-D on a line of its own:", err=True)
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"The text for {what} is not UTF-8; convert it, for example with iconv.") from error


def _readable(message: str, what: str) -> str:
    """The text of -m; bytes that the terminal's encoding could not read would reach the customer as question marks."""
    try:
        return os.fsencode(message).decode("utf-8") if _SURROGATE.search(message) else message
    except UnicodeError as error:
        raise Refused(f"The text for {what} is not UTF-8; set your terminal to UTF-8.") from error


def is_terminal() -> bool:
    """Whether a person sits at the other end and can be asked."""
    return sys.stdin.isatty()


def confirm(question: str, *, yes: bool) -> None:
    """Ask a person at a terminal; a script that runs the command has decided already."""
    if not yes and is_terminal():
        click.confirm(question, abort=True, err=True)


def _the_newest(hub: Hub) -> str:
    from hub.core.model import CaseState
    from hub.core.ports import CaseFilter, ListOrder

    # The list goes by the newest change, so the newest case is somewhere at its beginning.
    changed = hub.store.cases(CaseFilter(states=frozenset(CaseState), order=ListOrder.NEWEST, limit=100))
    if not changed:
        return ": there are no cases yet. `casehub sync` reads them."
    newest = max(changed, key=lambda case: int(case.number.removeprefix("CH-")))
    return f"; the newest is {newest.number}. `casehub search` finds cases by order, name or words."
