"""`casehub outbox`: the replies on their way, and what a person decides about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.desk_options import confirm, desk_of, who_option
from hub.core.outbox import FINAL, WAITING, Reply, ReplyState

if TYPE_CHECKING:
    from rich.text import Text

    from hub.app import Hub

_yes = click.option("--yes", is_flag=True, help="Do it without asking.")


@click.group(short_help="Show the replies that are on their way, and decide on them.", invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Delivered and cancelled ones too.")
@json_option
@click.pass_context
def outbox(context: click.Context, everything: bool, as_json: bool) -> None:
    """Show the replies that are not delivered yet, and decide about those that need a person, marked with "!".

    A key may be cut to a beginning that no other key has. Each decision asks first when a person sits at a terminal.

    With --json: {"replies": [{"key", "case", "channel", "state", "needs_a_person", "reason", "text", "attachments",
    "by", "after", "written_at", "not_before", "attempts"}]}; the decisions print the one reply.

    Example: casehub outbox release 3f2a
    """
    if context.invoked_subcommand is None:
        context.invoke(list_, everything=everything, as_json=as_json)


@outbox.command("list", short_help="List the replies.")
@click.option("--all", "everything", is_flag=True, help="Delivered and cancelled ones too.")
@json_option
@with_hub
def list_(hub: Hub, everything: bool, as_json: bool) -> None:
    """List the replies; the same as `casehub outbox` alone.

    With --json: {"replies": [...]}.

    Example: casehub outbox list --all
    """
    # A rejected reply is final, yet somebody must see that its customer has no answer.
    open_states = frozenset(ReplyState) - FINAL | {ReplyState.REJECTED}
    replies = hub.store.replies(None if everything else open_states)
    if as_json:
        from hub.cli.as_json import reply_json

        echo_json({"replies": [reply_json(reply) for reply in replies]})
    elif replies:
        _print_replies(replies, hub.clock.now())
    else:
        click.echo("The outbox is empty: every reply was delivered or taken back.")


@outbox.command(short_help="Let a held reply go.")
@click.argument("key")
@_yes
@who_option
@json_option
@with_hub
def release(hub: Hub, key: str, yes: bool, who: str | None, as_json: bool) -> None:
    """Let a held reply go although the conversation went on.

    With --json: the reply.

    Example: casehub outbox release 3f2a
    """
    desk = desk_of(hub, who)
    whole = desk.find_key(key)
    confirm(f"Send {whole} as it is? The customer may have written since: `casehub show` has it.", yes=yes)
    _tell(desk.release(whole), "waits for the next `casehub deliver`", as_json=as_json)


@outbox.command(short_help="Take a reply back.")
@click.argument("key")
@_yes
@who_option
@json_option
@with_hub
def cancel(hub: Hub, key: str, yes: bool, who: str | None, as_json: bool) -> None:
    """Take a reply back; an uncertain one may have reached the customer all the same.

    With --json: the reply.

    Example: casehub outbox cancel 3f2a
    """
    desk = desk_of(hub, who)
    whole = desk.find_key(key)
    confirm(f"Take {whole} back? It is never sent then; if it was uncertain, the customer may have it.", yes=yes)
    _tell(desk.cancel(whole), "is cancelled; its case is as it was", as_json=as_json)


@outbox.command(short_help="Say that a reply did arrive.")
@click.argument("key")
@_yes
@who_option
@json_option
@with_hub
def sent(hub: Hub, key: str, yes: bool, who: str | None, as_json: bool) -> None:
    """Say that you saw a reply on the platform or in the customer's mail: it counts as delivered.

    With --json: the reply.

    Example: casehub outbox sent 3f2a
    """
    desk = desk_of(hub, who)
    whole = desk.find_key(key)
    confirm(f"Did you see that {whole} was delivered? If it was not, the customer never gets an answer.", yes=yes)
    _tell(desk.mark_delivered(whole), "counts as delivered", as_json=as_json)


@outbox.command(short_help="Send an uncertain reply again.")
@click.argument("key")
@_yes
@who_option
@json_option
@with_hub
def retry(hub: Hub, key: str, yes: bool, who: str | None, as_json: bool) -> None:
    """Say that you are sure that an uncertain reply was not sent: it is sent again.

    With --json: the reply.

    Example: casehub outbox retry 3f2a
    """
    desk = desk_of(hub, who)
    whole = desk.find_key(key)
    confirm(f"Are you sure that {whole} was not sent? If it was, the customer gets it twice.", yes=yes)
    _tell(desk.retry(whole), "waits for the next `casehub deliver`", as_json=as_json)


def reply_lines(reply: Reply, now: datetime, width: int) -> Iterator[Text]:
    """A reply in a line, with its text and the reason why it waits in lines of their own."""
    from rich.text import Text

    from hub.cli.due_text import elapsed
    from hub.cli.safe_text import one_line

    style = "bold red" if reply.needs_a_person else "bold"
    by = f", by {one_line(reply.by)}" if reply.by else ""
    age = elapsed(max(now - reply.written_at, timedelta()))
    yield Text(f"{'!' if reply.needs_a_person else ' '} {reply.key}  {reply.case_number}  {reply.state}", style=style)
    yield Text(f"  {age} old{by}, on {reply.channel}{_next_try(reply, now)}", style="dim")
    text = Text(f"  {one_line(reply.text)}")
    text.truncate(width, overflow="ellipsis")
    yield text
    if reply.reason:
        yield Text(f"  {one_line(reply.reason)}", style="italic")


def _next_try(reply: Reply, now: datetime) -> str:
    from hub.cli.due_text import elapsed

    if reply.not_before is None or reply.needs_a_person or reply.state not in WAITING:
        return ""
    rest = reply.not_before - now
    return f", next try in {elapsed(rest)}" if rest > timedelta() else ", next try with the next run"


def _print_replies(replies: Sequence[Reply], now: datetime) -> None:
    screen = console()
    for reply in replies:
        for line in reply_lines(reply, now, screen.width):
            screen.print(line)
    asked = sum(reply.needs_a_person for reply in replies)
    click.echo(_count(replies) if not asked else f"{asked} of {len(replies)} need a person, marked !")


def _count(replies: Sequence[Reply]) -> str:
    over = sum(reply.state in FINAL for reply in replies)
    return f"{len(replies) - over} in the outbox" + (f", {over} that are over" if over else "")


def _tell(reply: Reply, what: str, *, as_json: bool) -> None:
    if as_json:
        from hub.cli.as_json import reply_json

        echo_json(reply_json(reply))
    else:
        click.echo(f"Reply {reply.key} to {reply.case_number} {what}.")
