"""`casehub reply`: write, look at it once more, and put it into the outbox."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.composing import written
from hub.cli.desk_options import case_number, confirm, desk_of, given_text, is_terminal, known_case, who_option
from hub.cli.findings import accept_option, check_only, files_told, tell_findings, unsent
from hub.cli.safe_text import clean, one_line, size_text
from hub.cli.template_options import TemplateChoice, template_options, text_from
from hub.core.outbox import THEN, WAITING, Reply, ReplyState
from hub.errors import Refused

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Attachment, Case, Message
    from hub.runs.reach import Reach


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is to be sent, as its writer looks at it before it is queued."""

    case: Case
    text: str
    files: tuple[Attachment, ...]
    waiting: tuple[Reply, ...]


@click.command(short_help="Answer a case.")
@click.argument("number", metavar="CASE", type=case_number)
@click.option("-m", "--message", help="The text; without it, standard input or, on a terminal, your editor.")
@click.option("--attach", "paths", multiple=True, metavar="FILE", type=click.Path(path_type=Path), help="Send a file.")
@click.option("--label", is_flag=True, help="Send the return label of the channel, the setting `return_label`.")
@click.option("--close", "then_close", is_flag=True, help="Close the case when this reply is delivered.")
@click.option("--yes", is_flag=True, help="Queue it without asking.")
@click.option("--now", is_flag=True, help="Run the delivery of its channel at once.")
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

    With --template the text is filled in from a template, and on a terminal you finish it in your editor.

    With --close the case is closed on its platform as well, where a program can; else that is a task for a person.
    Where only a person can answer on the platform, your text is kept as the draft of a task that `casehub tasks` lists.

    With --json: {"key", "case", "channel", "state", "reason", "text", "attachments", "by", "after", "written_at", ...};
    where it becomes a task, that: {"case", "key", "kind", "what", "step", "url", "text", ...}; with --check: {"case",
    "ok", "findings": [{"rule", "weight", "says", "platform", "source": {"where", "mark"} or null}]}.

    Example: casehub reply CH-1042 -m "Your parcel arrives on Tuesday." --attach label.pdf
    """
    from hub.adapter import Capability
    from hub.core.acts import require_answerable
    from hub.reaching import reach_of
    from hub.return_labels import return_label_of
    from hub.runs.desk import keep_files

    known_case(hub, number)
    case = hub.store.case(number)
    require_answerable(case)
    paths = [*paths, return_label_of(hub, case)] if label else paths
    seen = _seen(case, after)
    reach = reach_of(hub, case)
    begun = text_from(hub, case, chosen, message, who)
    if begun and (yes or only_check or not is_terminal()):
        message, begun = begun, ""
    if only_check:
        check_only(hub, reach, case, given_text(message, "the reply"), paths, accepted, as_json=as_json)
        return
    if not reach.can(Capability.REPLY, case):
        _answer_in_the_portal(hub, reach, case, message, begun, paths, then_close, accepted, who, as_json=as_json)
        return
    if now:
        _require_channel(hub, case.channel)
    files = keep_files(hub.store, paths)
    waiting = tuple(known for known in hub.store.replies(WAITING, case_number=number) if not known.is_quiet)
    with written(hub, case, message, begun) as text:
        told = Reply("", number, case.channel, text, hub.clock.now(), attachments=files, then_close=then_close)
        tell_findings(reach.require_acceptable(replace(told, after=seen), case, accepted))
        _look_again(_Draft(case, text, files, waiting), yes=yes)
        there = then_close and reach.can(Capability.CLOSE, case)
        desk = desk_of(hub, who)
        queued = desk.reply(number, text, after=seen, files=files, then_close=then_close, there=there)
        if then_close and not there:
            _close_in_the_portal(hub, reach, case, who)
    if now:
        queued = _deliver(hub, queued)
    _tell(queued, then_close=then_close, as_json=as_json)
    if now and queued.state not in (ReplyState.DELIVERED, ReplyState.ACCEPTED):
        sys.exit(1)


def _close_in_the_portal(hub: Hub, reach: Reach, case: Case, who: str | None) -> None:
    """Remember that the case is to be closed in the portal as well, where its platform has one."""
    from hub.adapter import Capability

    if not reach.step(Capability.CLOSE) or any(task.kind == Capability.CLOSE for task in case.open_tasks):
        return
    task = reach.task(Capability.CLOSE, case, "close the case once it is answered", hub.clock.now())
    kept = desk_of(hub, who).give_task(case.number, task)
    click.echo(f"Closing it on the platform is task {kept.key}: `casehub tasks` says how.", err=True)


def _answer_in_the_portal(
    hub: Hub,
    reach: Reach,
    case: Case,
    message: str | None,
    begun: str,
    paths: Sequence[Path],
    then_close: bool,
    accepted: frozenset[str],
    who: str | None,
    *,
    as_json: bool,
) -> None:
    """Keep the text as the draft of what a person writes on the platform's own page."""
    from hub.adapter import Capability
    from hub.cli.acting import give_task, task_lines
    from hub.core.portal import PortalTask

    now = hub.clock.now()
    reach.task(Capability.REPLY, case, "", now)
    files = f", with {', '.join(path.name for path in paths)}" if paths else ""
    with written(hub, case, message, begun) as text:
        if not text.strip():
            raise Refused("A reply without text is not kept; give it with -m, on standard input or in the editor.")
        tell_findings(
            reach.require_acceptable(unsent(hub, case, text, files_told(paths, in_portal=True)), case, accepted)
        )
        wanted = PortalTask("", "reply", f"answer the customer{files}", "", now, text=text, then_close=then_close)
        task = give_task(hub, reach, Capability.REPLY, case, who, wanted)
    if as_json:
        from hub.cli.as_json import task_json

        echo_json(task_json(case, task))
        return
    for line in task_lines(case, task):
        click.echo(line)


def _seen(case: Case, after: str | None) -> str:
    """The newest message the writer has seen: the one there is now, unless a program names another."""
    if after is None:
        return case.last_inbound.ref if case.last_inbound else ""
    if after not in {message.ref for message in case.messages}:
        raise Refused(f"{case.number} has no message {after!r}; `casehub show {case.number} --json` has their refs.")
    return after


def _look_again(draft: _Draft, *, yes: bool) -> None:
    if yes or not is_terminal() or not draft.text.strip():
        return
    for line in preview(draft.case, draft.text, draft.files, draft.waiting):
        click.echo(line, err=True)
    confirm("Put it into the outbox?", yes=False)


def preview(case: Case, text: str, files: Sequence[Attachment], waiting: Sequence[Reply]) -> list[str]:
    """What the customer will get, and what else is on its way, line by line."""
    newest = case.last_inbound
    subject = one_line((newest and newest.subject) or case.subject)
    lines = ["", f"To:       {_addressee(case)}", f"Subject:  {subject or '(no subject)'}"]
    lines += [f"File:     {one_line(item.name)} ({size_text(item.size)}, {item.media_type})" for item in files]
    lines += ["", *(f"  {line}" for line in clean(text).strip().split("\n")), ""]
    lines += _warnings(newest) if newest else []
    lines += [f"Already in the outbox for this customer: reply {r.key}, {r.state}." for r in waiting]
    return [*lines, "This replaces nothing: it is one reply more and will be sent once."]


def _addressee(case: Case) -> str:
    newest = case.last_inbound
    if newest and newest.extra.get("reply_to"):
        return one_line(newest.extra["reply_to"])
    person = newest.sender if newest and (newest.sender.email or newest.sender.name) else case.customer
    return one_line(f"{person.name} <{person.email}>" if person.name and person.email else person.email or person.name)


def _warnings(newest: Message) -> Iterator[str]:
    """What a person should see before an answer goes to somebody who may not be the customer."""
    wanted = newest.extra.get("reply_to", "")
    if wanted and wanted.split(", ") != [newest.sender.email]:
        yield f"! {one_line(newest.sender.email)} wrote, but wants the answer sent to {one_line(wanted)}."
    if "unverified" in newest.labels:
        yield f"! Nobody has written from {one_line(newest.sender.email)} in this case before."


def _require_channel(hub: Hub, name: str) -> None:
    """Refuse to send at once by a channel that is gone, before the reply is in the outbox."""
    from hub.cli.rounds import chosen_sources

    chosen_sources(hub, [name])


def _deliver(hub: Hub, queued: Reply) -> Reply:
    from hub.cli.rounds import chosen_sources, delivery_ports, stop_event
    from hub.runs.delivery import deliver

    with stop_event() as stop:
        results = deliver(chosen_sources(hub, [queued.channel]), delivery_ports(hub, stop))
    for result in results:
        for trouble in (result.skipped, result.failure and result.failure.text, *result.warnings):
            if trouble:
                click.echo(f"{result.name}: {trouble}", err=True)
    return next(r for r in hub.store.replies(case_number=queued.case_number) if r.key == queued.key)


def _tell(reply: Reply, *, then_close: bool, as_json: bool) -> None:
    if as_json:
        from hub.cli.as_json import reply_json

        echo_json(reply_json(reply))
        return
    delivered = reply.state is ReplyState.DELIVERED
    when = " on its platform next" if THEN in reply.extra else "" if delivered else " when it is delivered"
    closed = f" {reply.case_number} is closed{when}." if then_close else ""
    if reply.state is ReplyState.QUEUED and not reply.attempts:
        click.echo(f"Queued as {reply.key}; `casehub deliver` sends it.{closed}")
    else:
        because = f": {one_line(reply.reason).rstrip('.')}" if reply.reason else ""
        click.echo(f"Reply {reply.key} is {reply.state}{because}.{closed}")
