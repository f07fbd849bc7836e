"""What a person decides about one reply of the outbox: `casehub outbox approve`, `release`, `cancel` and the like."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from hub.acting import seen_of
from hub.cli.acting import sheet_of
from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.desk_options import confirm, desk_of, is_terminal, who_option
from hub.cli.findings import accept_option, tell_findings
from hub.cli.outbox_text import tell_reply
from hub.core.outbox import Reply, ReplyState
from hub.opening import case_to_read
from hub.runs.desk import Desk

if TYPE_CHECKING:
    from hub.app import Hub

_yes = click.option("--yes", is_flag=True, help="Do it without asking.")


class Decide(Protocol):
    """Asks a person, acts on the reply that the command names, and tells what became of it."""

    def __call__(self, act: Callable[[Desk, Reply], Reply], question: str, told: str, *, show: bool = False) -> None:
        """Put the question, in which {key} is the reply's key, before acting; `show` the whole text before it."""
        ...


def _decision(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that decides on one reply its argument and options, and the one way to decide."""

    def decided(hub: Hub, key: str, yes: bool, who: str | None, as_json: bool, **given: object) -> None:
        desk = desk_of(hub, who)
        named = desk.named(key)

        def decide(act: Callable[[Desk, Reply], Reply], question: str, told: str, *, show: bool = False) -> None:
            if show and is_terminal() and not yes:
                for line in sheet_of(hub, named):
                    click.echo(line, err=True)
            confirm(question.format(key=named.key), yes=yes)
            reply = act(desk, named)
            if as_json:
                from hub.as_json import reply_json

                echo_json(reply_json(reply))
            else:
                doubt = named.state is ReplyState.UNCERTAIN and reply.state is ReplyState.CANCELLED
                tell_reply(reply, "is put away; the customer may have it all the same" if doubt else told)

        command(decide, **given)

    asked: Callable[..., None] = functools.update_wrapper(decided, command)
    return click.argument("key")(_yes(who_option(json_option(with_hub(asked)))))


@click.command(short_help="Write a waiting reply anew.")
@click.argument("key")
@click.option("-m", "--message", help="The new text; without it, standard input or, on a terminal, your editor.")
@click.option("--attach", "paths", multiple=True, metavar="FILE", type=click.Path(path_type=Path), help="Other files.")
@click.option("--after", metavar="REF", help="For programs: the newest message seen, `last_inbound` of show --json.")
@_yes
@accept_option
@who_option
@json_option
@with_hub
def edit(
    hub: Hub,
    key: str,
    message: str | None,
    paths: Sequence[Path],
    after: str | None,
    yes: bool,
    accepted: frozenset[str],
    who: str | None,
    as_json: bool,
) -> None:
    """Write a reply anew that is surely not sent. It keeps its key, and a rule that wanted a second person wants one
    again. The files stay unless --attach names others. Refused while it is being sent, and when somebody else has
    written it anew meanwhile.

    With --json: the reply.

    Example: casehub outbox edit 3f2a -m "Your parcel arrives on Wednesday."
    """
    from hub.cli.composing import written
    from hub.cli.reply_preview import Sheet, look_again
    from hub.reaching import reach_of
    from hub.runs.desk import keep_files

    desk = desk_of(hub, who)
    before = desk.named(key)
    case = case_to_read(hub, before.case_number)
    files = keep_files(hub.store, paths) if paths else before.attachments
    with written(hub, case, message, before.text, who) as text:
        # Only an editor shows what came since; who writes without one says what he has read.
        shown = message is None and is_terminal()
        seen = seen_of(case) if shown else after or before.after
        new = replace(before, text=text, after=seen, attachments=files)
        tell_findings(reach_of(hub, case).require_acceptable(new, case, accepted))
        look_again(Sheet(case, text, files, ()), yes=yes)
        reply = desk.edit(before.key, text, seen, files, before.text)
    if as_json:
        from hub.as_json import reply_json

        echo_json(reply_json(reply))
    else:
        tell_reply(reply, f"is written anew and {reply.state}")


@click.command(short_help="Agree to a reply as the second person.")
@_decision
def approve(decide: Decide) -> None:
    """Agree to a reply that a rule under [approval] wants a second person for; its writer cannot.

    Who you are is what --as, CASEHUB_USER or your login name say: on one shared login this is a custom, not a lock.

    With --json: the reply.

    Example: casehub outbox approve 3f2a --as eva
    """
    decide(
        lambda desk, read: desk.approve(read.key, read.text),
        "Let {key} go to the customer as it is?",
        "is approved",
        show=True,
    )


@click.command(short_help="Keep a reply from being sent.")
@click.option("-m", "--message", default="", help="Why, for the history.")
@_decision
def hold(decide: Decide, message: str) -> None:
    """Keep a reply that is not sent yet from being sent, until somebody releases it.

    With --json: the reply.

    Example: casehub outbox hold 3f2a -m "the price is wrong"
    """
    decide(
        lambda desk, reply: desk.hold(reply.key, message), "Keep {key} from being sent?", "is held until it is released"
    )


@click.command(short_help="Let a held reply go.")
@_decision
def release(decide: Decide) -> None:
    """Let a held reply go although the conversation went on.

    With --json: the reply.

    Example: casehub outbox release 3f2a
    """
    decide(
        lambda desk, reply: desk.release(reply.key),
        "Send {key} as it is? The customer may have written since: `casehub outbox show` has both.",
        "waits for the next `casehub deliver`",
    )


@click.command(short_help="Take a reply back.")
@click.option("-m", "--message", default="", help="Why, for the history and for its writer.")
@_decision
def cancel(decide: Decide, message: str) -> None:
    """Take a reply back; an uncertain one may have reached the customer all the same.

    With --json: the reply.

    Example: casehub outbox cancel 3f2a
    """
    decide(
        lambda desk, reply: desk.cancel(reply.key, message),
        "Take {key} back? It is never sent then; if it was uncertain, the customer may have it.",
        "is cancelled; its case is as it was",
    )


@click.command(short_help="Say that a reply did arrive.")
@_decision
def sent(decide: Decide) -> None:
    """Say that you saw a reply on the platform or in the customer's mail: it counts as delivered.

    With --json: the reply.

    Example: casehub outbox sent 3f2a
    """
    decide(
        lambda desk, reply: desk.mark_delivered(reply.key),
        "Did you see that {key} was delivered? If it was not, the customer never gets an answer.",
        "counts as delivered",
    )


@click.command(short_help="Send an uncertain or failed reply again.")
@_decision
def retry(decide: Decide) -> None:
    """Say that you are sure that an uncertain reply was not sent, or try again what the platform failed at.

    With --json: the reply.

    Example: casehub outbox retry 3f2a
    """
    decide(
        lambda desk, reply: desk.retry(reply.key),
        "Are you sure that {key} was not sent? If it was, the customer gets it twice.",
        "waits for the next `casehub deliver`",
    )
