"""Putting a reply into the outbox from the command line, and sending it at once where that is wanted."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.addressing import waiting_of
from hub.cli.common import echo_json
from hub.cli.composing import written
from hub.cli.desk_options import desk_of, is_terminal
from hub.cli.findings import tell_findings
from hub.cli.reply_preview import Sheet, look_again, tell_collisions, tell_waiting
from hub.cli.safe_text import one_line
from hub.core.outbox import FINAL, THEN, Reply, ReplyState
from hub.errors import Refused

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.text_rules import Finding
    from hub.runs.desk import Desk
    from hub.runs.reach import Reach


@dataclass(frozen=True, slots=True)
class Sending:
    """How a reply is to be sent: its text or where that begins, its files, and what was said of the way.

    `after` is the ref of the newest message that its writer saw.
    """

    after: str
    message: str | None = None
    begun: str = ""
    paths: Sequence[Path] = ()
    then_close: bool = False
    yes: bool = False
    now: bool = False
    accepted: frozenset[str] = frozenset()
    send_at: datetime | None = None
    client_key: str = ""
    who: str | None = None
    as_json: bool = False


def send(hub: Hub, reach: Reach, case: Case, sending: Sending) -> None:
    """Put a reply into the outbox, deliver it at once if that is wanted, and tell what became of it."""
    if sending.now:
        _require_channel(hub, case.channel)
    _tell_lateness(hub, case, sending.send_at)
    queued = _queue(hub, reach, case, sending)
    if sending.now:
        queued = _deliver(hub, queued, sending.who)
    _tell(hub, queued, sending)
    if sending.now and queued.state not in (ReplyState.DELIVERED, ReplyState.ACCEPTED):
        sys.exit(1)
    if queued.state in FINAL - {ReplyState.DELIVERED}:  # a program asks once more for what came to nothing
        sys.exit(1)


def _queue(hub: Hub, reach: Reach, case: Case, sending: Sending) -> Reply:
    from hub.answering import Answer, queue_answer
    from hub.runs.desk import keep_files

    files = keep_files(hub.store, sending.paths)
    before = hub.store.replies(case_number=case.number)
    tell_waiting(case, before)

    def look(found: Sequence[Finding]) -> None:
        tell_findings(found)
        look_again(Sheet(case, text, files, waiting_of(before)), yes=sending.yes)
        tell_collisions(before, hub.store.replies(case_number=case.number), yes=sending.yes)

    with written(hub, case, sending.message, sending.begun, sending.who) as text:
        told = (sending.then_close, sending.send_at, sending.client_key, sending.accepted)
        answer = Answer(text, sending.after, files, *told)
        done = queue_answer(hub, reach, case, answer, _desk(hub, sending), look=look)
    if done.closing is not None:
        click.echo(f"Closing it on the platform is task {done.closing.key}: `casehub tasks` says how.", err=True)
    return done.reply


def _desk(hub: Hub, sending: Sending) -> Desk:
    """The desk; a program that sends at once has nobody who could take it back."""
    desk = desk_of(hub, sending.who)
    return replace(desk, undo=timedelta()) if sending.now and not is_terminal() else desk


def _require_channel(hub: Hub, name: str) -> None:
    """Refuse to send at once by a channel that is gone or switched off, before the reply is in the outbox."""
    from hub.rounds import chosen_sources

    chosen_sources(hub, [name])
    table = hub.settings.channels.get(name)
    if table is not None and not table.enabled:
        raise Refused(f"The channel {name} is switched off, so nothing is sent by it; leave --now out, and it waits.")


def _tell_lateness(hub: Hub, case: Case, send_at: datetime | None) -> None:
    """Warn of a reply that is to be sent when it is late already."""
    from hub.cli.due_text import local_time

    deadline = hub.deadline_of(case)
    if send_at is None or deadline is None or deadline.due is None or send_at <= deadline.due:
        return
    now, zone = hub.clock.now(), hub.settings.office.timezone
    due, at = local_time(deadline.due, now, zone), local_time(send_at, now, zone)
    click.echo(f"! {case.number} is due {due}; what is sent {at} is late.", err=True)


def _deliver(hub: Hub, queued: Reply, who: str | None) -> Reply:
    from hub.cli.deliver import wait_out_undo
    from hub.cli.stopping import stop_event
    from hub.rounds import chosen_sources, delivery_ports
    from hub.runs.delivery import deliver

    with stop_event() as stop:
        wait_out_undo(hub, {queued.channel}, stop, "Ctrl-C takes it back")
        if stop.is_set():
            return desk_of(hub, who).cancel(queued.key, "undone")
        results = deliver(chosen_sources(hub, [queued.channel]), delivery_ports(hub, stop, patient=False))
    for result in results:
        for trouble in (result.skipped, result.stopped_by, result.failure and result.failure.text, *result.warnings):
            if trouble:
                click.echo(f"{result.name}: {trouble}", err=True)
    return next(r for r in hub.store.replies(case_number=queued.case_number) if r.key == queued.key)


def _tell(hub: Hub, reply: Reply, sending: Sending) -> None:
    if sending.as_json:
        from hub.as_json import reply_json

        echo_json(reply_json(reply))
        return
    delivered = reply.state is ReplyState.DELIVERED
    when = " on its platform next" if THEN in reply.extra else "" if delivered else " when it is delivered"
    closed = f" {reply.case_number} is closed{when}." if sending.then_close else ""
    if reply.state is ReplyState.QUEUED and not reply.attempts:
        click.echo(f"Queued as {reply.key}; {_way(hub, reply)}.{closed}")
    else:
        because = f": {one_line(reply.reason).rstrip('.')}" if reply.reason else ""
        click.echo(f"Reply {reply.key} is {reply.state}{because}.{closed}")


def _way(hub: Hub, reply: Reply) -> str:
    """What becomes of a queued reply next."""
    from hub.cli.due_text import local_time
    from hub.core.stopping import stopped
    from hub.core.uptime import uptime_of

    now, table = hub.clock.now(), hub.settings.channels.get(reply.channel)
    if table is not None and not table.enabled:
        return f"it waits until {reply.channel} is switched on"
    stop = stopped(hub.store.fact, reply.channel)
    if stop is not None:
        return f"it waits: {stop}, `{stop.way_back}` lets it go on"
    if reply.send_at is not None:
        return f"`casehub deliver` sends it from {local_time(reply.send_at, now, hub.settings.office.timezone)} on"
    left = reply.waits_to_be_undone(now, uptime_of(hub.clock)).total_seconds()
    undo = f", for {left:.0f} s `casehub undo` takes it back" if left else ""
    return f"`casehub deliver` sends it{undo}"
