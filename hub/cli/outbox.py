"""`casehub outbox`: the replies on their way, and what a person decides about them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import click

from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.desk_options import confirm, desk_of, who_option
from hub.core.outbox import FINAL, WAITING, Reply, ReplyState
from hub.core.platform_acts import in_words
from hub.runs.desk import Desk

if TYPE_CHECKING:
    from rich.text import Text

    from hub.app import Hub

_yes = click.option("--yes", is_flag=True, help="Do it without asking.")


class Decide(Protocol):
    """Asks a person, acts on the reply that the command names, and tells what became of it."""

    def __call__(self, act: Callable[[Desk, str], Reply], question: str, told: str) -> None:
        """Put the question, in which {key} is the reply's key, before acting."""
        ...


def _decision(command: Callable[[Decide], None]) -> Callable[..., None]:
    """Give a command that decides on one reply its argument and options, and the one way to decide."""

    @functools.wraps(command)
    def decided(hub: Hub, key: str, yes: bool, who: str | None, as_json: bool) -> None:
        desk = desk_of(hub, who)
        whole = desk.find_key(key)

        def decide(act: Callable[[Desk, str], Reply], question: str, told: str) -> None:
            confirm(question.format(key=whole), yes=yes)
            _tell(act(desk, whole), told, as_json=as_json)

        command(decide)

    return click.argument("key")(_yes(who_option(json_option(with_hub(decided)))))


@click.group(short_help="Show the replies that are on their way, and decide on them.", invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Delivered and cancelled ones too.")
@json_option
@click.pass_context
def outbox(context: click.Context, everything: bool, as_json: bool) -> None:
    """Show the replies and acts that are not delivered yet, and decide about those that need a person, marked "!".

    A key may be cut to a beginning that no other key has. Each decision asks first when a person sits at a terminal.

    With --json: {"replies": [{"key", "case", "channel", "state", "needs_a_person", "reason", "text", "attachments",
    "by", "after", "written_at", "not_before", "attempts", "act"}]}; the decisions print the one reply.

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
    replies = [
        reply for reply in hub.store.replies(None if everything else open_states) if everything or not reply.is_quiet
    ]
    if as_json:
        from hub.cli.as_json import reply_json

        echo_json({"replies": [reply_json(reply) for reply in replies]})
    elif replies:
        _print_replies(replies, hub.clock.now())
    else:
        click.echo("The outbox is empty: every reply was delivered or taken back.")


@outbox.command(short_help="Let a held reply go.")
@_decision
def release(decide: Decide) -> None:
    """Let a held reply go although the conversation went on.

    With --json: the reply.

    Example: casehub outbox release 3f2a
    """
    decide(
        Desk.release,
        "Send {key} as it is? The customer may have written since: `casehub show` has it.",
        "waits for the next `casehub deliver`",
    )


@outbox.command(short_help="Take a reply back.")
@_decision
def cancel(decide: Decide) -> None:
    """Take a reply back; an uncertain one may have reached the customer all the same.

    With --json: the reply.

    Example: casehub outbox cancel 3f2a
    """
    decide(
        Desk.cancel,
        "Take {key} back? It is never sent then; if it was uncertain, the customer may have it.",
        "is cancelled; its case is as it was",
    )


@outbox.command(short_help="Say that a reply did arrive.")
@_decision
def sent(decide: Decide) -> None:
    """Say that you saw a reply on the platform or in the customer's mail: it counts as delivered.

    With --json: the reply.

    Example: casehub outbox sent 3f2a
    """
    decide(
        Desk.mark_delivered,
        "Did you see that {key} was delivered? If it was not, the customer never gets an answer.",
        "counts as delivered",
    )


@outbox.command(short_help="Send an uncertain reply again.")
@_decision
def retry(decide: Decide) -> None:
    """Say that you are sure that an uncertain reply was not sent: it is sent again.

    With --json: the reply.

    Example: casehub outbox retry 3f2a
    """
    decide(
        Desk.retry,
        "Are you sure that {key} was not sent? If it was, the customer gets it twice.",
        "waits for the next `casehub deliver`",
    )


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
    act = "" if reply.act is None else in_words(reply.act)
    text = Text(f"  {': '.join(filter(None, (one_line(act), one_line(reply.text))))}")
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
