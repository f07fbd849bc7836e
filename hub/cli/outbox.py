"""`casehub outbox`: the replies on their way, and what a person decides about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.desk_options import desk_of
from hub.cli.outbox_decisions import approve, cancel, edit, hold, release, retry, sent
from hub.cli.outbox_stop import resume, stop
from hub.cli.outbox_text import OutboxText, count_line
from hub.core.outbox import SETTLED, ReplyState

if TYPE_CHECKING:
    from hub.app import Hub


@click.group(short_help="Show the replies that are on their way, and decide on them.", invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Delivered and cancelled ones too.")
@json_option
@click.pass_context
def outbox(context: click.Context, everything: bool, as_json: bool) -> None:
    """Show the replies and acts that are not delivered yet, and decide about those that need a person, marked "!".

    A key may be cut to a beginning that no other key has. Each decision asks first when a person sits at a terminal.

    With --json: {"replies": [{"key", "case", "channel", "state", "hold", "needs_a_person", "overdue", "reason", "text",
    "attachments", "by", "after", "written_at", "not_before", "send_at", "attempts", "approval", "approved_by", "act"}],
    "stopped": [{"channel", "by", "at", "why"}]}; the decisions print the one reply.

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

    With --json: {"replies": [...], "stopped": [...]}.

    Example: casehub outbox list --all
    """
    from hub.rounds import stops

    # A rejected reply is final, yet somebody must see that its customer has no answer.
    states = None if everything else frozenset(ReplyState) - SETTLED
    replies = [reply for reply in hub.store.replies(states) if everything or not reply.is_quiet]
    halted = stops(hub)
    if as_json:
        from hub.acts_json import stop_json
        from hub.as_json import reply_json

        overdue = {reply.key for reply in hub.settings.outbox.limits.limits.overdue(replies, hub.clock.now())}
        told = [{**reply_json(reply), "overdue": reply.key in overdue} for reply in replies]
        echo_json({"replies": told, "stopped": [stop_json(pressed) for pressed in halted]})
        return
    for pressed in halted:
        click.echo(f"■ {pressed}; `{pressed.way_back}` lets it go on.")
    screen, text = console(), text_of(hub)
    for reply in replies:
        for line in text.lines(reply, screen.width):
            screen.print(line)
    click.echo(count_line(replies) if replies else "The outbox is empty: every reply was delivered or taken back.")


@outbox.command(short_help="Show all of one reply.")
@click.argument("key")
@json_option
@with_hub
def show(hub: Hub, key: str, as_json: bool) -> None:
    """Show the whole text of a reply, what it waits for, and beside it what the customer wrote since.

    With --json: the reply.

    Example: casehub outbox show 3f2a
    """
    reply = desk_of(hub, "casehub").named(key)
    if as_json:
        from hub.as_json import reply_json

        echo_json(reply_json(reply))
        return
    screen = console()
    for line in text_of(hub).whole(reply, hub.store.case(reply.case_number)):
        screen.print(line)


def text_of(hub: Hub) -> OutboxText:
    """What prints the replies of this hub as they stand now."""
    from hub.core.uptime import uptime_of

    settings = hub.settings
    return OutboxText(hub.clock.now(), uptime_of(hub.clock), settings.office.timezone, settings.outbox.limits.limits)


for command in (edit, approve, hold, release, cancel, sent, retry, stop, resume):
    outbox.add_command(command)
