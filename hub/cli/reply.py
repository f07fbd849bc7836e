"""`casehub reply`: write, look at it once more, and put it into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.common import json_option, with_hub
from hub.cli.desk_options import case_number, given_text, is_terminal, known_case, who_option
from hub.cli.findings import accept_option, check_only
from hub.cli.template_options import TemplateChoice, template_options, text_from
from hub.errors import Refused

if TYPE_CHECKING:
    from hub.app import Hub


@click.command(short_help="Answer a case.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("-m", "--message", help="The text; without it, standard input or, on a terminal, your editor.")
@click.option("--attach", "paths", multiple=True, metavar="FILE", type=click.Path(path_type=Path), help="Send a file.")
@click.option("--label", is_flag=True, help="Send the return label of the channel, the setting `return_label`.")
@click.option("--close", "then_close", is_flag=True, help="Close the case when this reply is delivered.")
@click.option("--yes", is_flag=True, help="Queue it without asking.")
@click.option("--now", is_flag=True, help="Run the delivery of its channel at once.")
@click.option("--at", "at", metavar="TIME", help="Send it not before, such as 14:30 or '2026-11-25 09:00'.")
@click.option("--key", "client_key", default="", metavar="KEY", help="For programs: asked twice under it, sent once.")
@accept_option
@click.option("--check", "only_check", is_flag=True, help="Tell what stands against the text, and queue nothing.")
@click.option("--after", metavar="REF", help="For programs: the newest message seen, `last_inbound` of show --json.")
@template_options
@who_option
@json_option
@with_hub
def reply(
    hub: Hub,
    number: str,
    message: str | None,
    paths: Sequence[Path],
    label: bool,
    then_close: bool,
    yes: bool,
    now: bool,
    at: str | None,
    client_key: str,
    accepted: frozenset[str],
    only_check: bool,
    after: str | None,
    who: str | None,
    as_json: bool,
    chosen: TemplateChoice,
) -> None:
    """Write a reply and put it into the outbox, from where `casehub deliver` sends it once.

    The text comes from -m, else from standard input, else from your editor ($VISUAL or $EDITOR), with the conversation
    below it. On a terminal you see the reply and are asked before it is queued. A reply is refused when the customer
    wrote again while you were writing, and when it breaks a rule of the platform, which is named. Where a guess
    decides, as of the language, --accept with the rule's name queues it all the same; what it lacks is only told.

    With --template the text is filled in from a template, and on a terminal you finish it in your editor. What you have
    typed and not sent is kept, and gone on with the next time. Who else is writing to the customer is told.

    For `[outbox] undo` (10 s) `casehub undo` takes the reply back. Where a rule under [approval] says so, a second
    person has to approve it. A program that may have to ask twice gives --key: the same text under it is sent once.

    With --close the case is closed on its platform as well, where a program can; else that is a task for a person.
    Where only a person can answer on the platform, your text is kept as the draft of a task that `casehub tasks` lists.

    With --json: {"key", "case", "channel", "state", "reason", "text", "attachments", "by", "after", "written_at", ...};
    where it becomes a task, that: {"case", "key", "kind", "what", "step", "url", "text", ...}; with --check: {"case",
    "ok", "findings": [{"rule", "weight", "says", "platform", "source": {"where", "mark"} or null}]}.

    Example: casehub reply CH-1042 -m "Your parcel arrives on Tuesday." --attach label.pdf
    """
    from hub.adapter import Capability
    from hub.answering import seen_by_writer
    from hub.cli.portal_answer import answer_in_the_portal
    from hub.cli.sending import Sending, send
    from hub.core.acts import require_answerable
    from hub.reaching import reach_of
    from hub.return_labels import return_label_of

    if now and at:
        raise click.UsageError("--now sends at once and --at later; give one of them.")
    known_case(hub, number)
    case = hub.store.case(number)
    require_answerable(case)
    paths = [*paths, return_label_of(hub, case)] if label else paths
    reach, seen = reach_of(hub, case), seen_by_writer(case, after)
    send_at = _later(hub, at, asked_before=bool(client_key))
    begun = text_from(hub, case, chosen, message, who)
    if begun and (yes or only_check or not is_terminal()):
        message, begun = begun, ""
    if only_check:
        check_only(hub, reach, case, given_text(message, "the reply"), paths, accepted, as_json=as_json)
        return
    sending = Sending(
        seen, message, begun, paths, then_close, yes, now, accepted, send_at, client_key, who, as_json=as_json
    )
    (send if reach.can(Capability.REPLY, case) else answer_in_the_portal)(hub, reach, case, sending)


def _later(hub: Hub, at: str | None, *, asked_before: bool) -> datetime | None:
    """The instant that --at says; Refused where it is over, unless a program may have asked for it in time."""
    if at is None:
        return None
    from hub.cli.instants import given_instant

    now = hub.clock.now()
    told = given_instant(at, hub.settings.office.timezone, now)
    if told <= now and not asked_before:
        raise Refused(f"{at} is over; without --at the next `casehub deliver` sends it.")
    return told
