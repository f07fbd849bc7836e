"""`casehub notices`: the orders that are past their date, and telling their customers once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.common import Misuse, console, echo_json, json_option, no_channels, with_hub
from hub.cli.desk_options import confirm, desk_of, is_terminal, who_option
from hub.cli.safe_text import one_line
from hub.errors import HubError, Refused
from hub.rounds import require_channel

if TYPE_CHECKING:
    from hub.app import Channel, Hub
    from hub.runs.channel import Source
    from hub.runs.notices import DelayNotice, Look, NoticePorts


@click.command(short_help="List orders past their date, and tell their customers.")
@click.argument("channels", nargs=-1)
@click.option(
    "--orders", "file", metavar="FILE.csv", type=click.Path(path_type=Path), help="Take the orders from this list."
)
@click.option("--order", "numbers", multiple=True, metavar="NUMBER", help="Only this order.")
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True, help="How far back to look.")
@click.option("--new-date", metavar="DATE", help="The new day, where it is known: 2026-11-25.")
@click.option("--draft", "drafts", is_flag=True, help="Show what each customer would read.")
@click.option("--send", "sends", is_flag=True, help="Put the notices that can be sent into the outbox.")
@click.option(
    "--export",
    "place",
    metavar="PLACE",
    type=click.Path(path_type=Path),
    help="Write the rest to FILE.csv or a folder.",
)
@click.option("--again", is_flag=True, help="Export what was exported before as well.")
@click.option("--yes", is_flag=True, help="Queue the notices without asking.")
@who_option
@json_option
@with_hub
def notices(
    hub: Hub,
    channels: Sequence[str],
    file: Path | None,
    numbers: Sequence[str],
    days: int,
    new_date: str | None,
    drafts: bool,
    sends: bool,
    place: Path | None,
    again: bool,
    yes: bool,
    who: str | None,
    as_json: bool,
) -> None:
    """List the orders that were not sent and are past their date, longest late first, on the channels whose platforms
    tell of them, or from a list of your own. Nothing is ever sent by itself.

    With --send a notice goes as a reply into the open case about its order, where the platform takes one; you are asked
    first, and a script has to give --yes. With --export the rest is written out for you: a text for each order, and
    what to do with it on the platform. Nobody is told twice of the same order and date.

    The list of --orders has the columns order, channel and due, and may have name, email, language, product, promised
    (dispatch or arrival) and new_date.

    With --json: {"orders": [{"order", "channel", "customer", "due", "days_late", "case", "why", "what_to_do", "told",
    "text", ...}], "queued": [reply keys], "refused": {order: why}, "exported": [paths], "silent": {channel: why},
    "failed": {channel: why}}.

    Example: casehub notices --new-date 2026-11-25 --send
    """
    from hub.runs.notices import draft, keep_count

    _require_consent(sends=sends, yes=yes)
    expected_on = _new_day(new_date, hub)
    with _alone(hub, needed=sends or place is not None):
        found = _gathered(hub, channels, file, days)
        ports = _ports(hub)
        every = draft(found.orders, ports, expected_on)
        chosen = _chosen(every, numbers)
        page = _Page(hub, chosen, as_json=as_json)
        page.list(found, drafts=drafts)
        if sends:
            page.send(who, yes=yes)
        if place is not None:
            page.export(place, again=again)
        if found.asked:
            keep_count((notice for notice in every if notice not in page.done), found.asked, hub.store, hub.clock)
    page.end(found)
    if found.failed or page.refused:
        sys.exit(1)


class _Page:
    """What one call of the command shows and does with a list of notices."""

    def __init__(self, hub: Hub, chosen: Sequence[DelayNotice], *, as_json: bool) -> None:
        self._hub, self._chosen, self._as_json = hub, chosen, as_json
        self._now, self._zone = hub.clock.now(), hub.settings.office.timezone
        self._steps = _steps(hub)
        self.done: list[DelayNotice] = []
        self.queued: list[str] = []
        self.refused: dict[str, str] = {}
        self.written: list[Path] = []

    def list(self, found: Look, *, drafts: bool) -> None:
        """Show the orders, and the texts where they are wanted."""
        from hub.cli.notice_text import remarks, table_of

        if self._as_json:
            return
        for name, why in (*found.silent.items(), *found.failed.items()):
            click.echo(f"{name}: {one_line(why)}", err=True)
        if not self._chosen:
            if found.asked or not (found.silent or found.failed):
                click.echo("No order is past its date.")
            return
        console().print(table_of(self._chosen, self._now, self._zone))
        for line in remarks(self._chosen, self._steps):
            click.echo(line)
        self._show(self._chosen if drafts else ())

    def send(self, who: str | None, *, yes: bool) -> None:
        """Queue what can be sent, once a person has read it and said yes."""
        from hub.runs.notices import send

        ready = [notice for notice in self._chosen if notice.can_be_sent]
        if not ready:
            self._say("No notice can be sent into a case.")
            return
        if not yes:
            self._show(ready, err=True)
            confirm(f"Put {_count(ready)} into the outbox?", yes=False)
        desk = desk_of(self._hub, who)
        for notice in ready:
            try:
                self.queued.append(send(notice, desk, self._hub.store, self._hub.clock).key)
                self.done.append(notice)
            except HubError as error:  # one customer who wrote just now keeps nobody else from being told
                self.refused[notice.order.number] = str(error)
        if self.queued:
            self._say(f"Queued {_count(self.queued)}; `casehub deliver` sends what waits in the outbox.")

    def export(self, place: Path, *, again: bool) -> None:
        """Write out what only a person can tell."""
        from hub.cli.notice_files import write_out
        from hub.runs.notices import exported

        rest = [n for n in self._chosen if n.to_export or (again and n.told is not None and not n.told.case)]
        if not rest:
            self._say("There is nothing to export.")
            return
        self.written = write_out(place, rest, self._steps, self._now)
        exported(rest, self._hub.store, self._hub.clock)
        self.done += rest
        self._say(f"Wrote {_count(rest)} to {place}.")

    def end(self, found: Look) -> None:
        """Say what went wrong, or all of it as JSON."""
        from hub.cli.notice_text import notice_json

        if self._as_json:
            shown = [notice_json(notice, self._steps, self._now) for notice in self._chosen]
            done = {"queued": self.queued, "refused": self.refused, "exported": [str(path) for path in self.written]}
            echo_json({"orders": shown, **done, "silent": found.silent, "failed": found.failed})
        for number, why in self.refused.items():
            click.echo(f"{one_line(number)} was not queued: {why}", err=True)

    def _say(self, line: str) -> None:
        if not self._as_json:
            click.echo(line)

    def _show(self, shown: Iterable[DelayNotice], *, err: bool = False) -> None:
        from hub.cli.notice_text import draft_lines

        for notice in shown:
            for line in draft_lines(notice, self._now, self._zone):
                click.echo(line, err=err)


def _require_consent(*, sends: bool, yes: bool) -> None:
    """Refuse before anything is asked of a platform: a notice is sent by a person, or by a script that says so."""
    if sends and not yes and not is_terminal():
        raise Misuse("Nobody is here who could be asked; a script that sends notices has to give --yes.")


def _new_day(text: str | None, hub: Hub) -> date | None:
    from zoneinfo import ZoneInfo

    if text is None:
        return None
    try:
        told = date.fromisoformat(text)
    except ValueError as error:
        raise Misuse(f"--new-date {text!r} is no day; write it as 2026-11-25.") from error
    if told < hub.clock.now().astimezone(ZoneInfo(hub.settings.office.timezone)).date():
        raise Misuse(f"--new-date {text} has passed already; promise a day that is still to come.")
    return told


def _alone(hub: Hub, *, needed: bool) -> AbstractContextManager[None]:
    from hub.runs.notices import LEASE

    return hub.store.lease(LEASE) if needed else nullcontext()


def _gathered(hub: Hub, names: Sequence[str], file: Path | None, days: int) -> Look:
    """The late orders of the channels, or of a list."""
    from zoneinfo import ZoneInfo

    from hub.runs.notices import Look, look

    now = hub.clock.now()
    for name in names:
        require_channel(name, hub.settings.channels)
    if file is None:
        found = look(_asked(hub, names), now, now - timedelta(days=days))
        return _with_ways(hub, found)
    from hub.cli.notice_files import read_orders

    listed = read_orders(file, hub.settings.channels, ZoneInfo(hub.settings.office.timezone))
    return Look([order for order in listed if order.due_at < now and (not names or order.channel in names)])


def _asked(hub: Hub, names: Sequence[str]) -> list[Source]:
    """The channels that are named, or all that list late orders."""
    from hub.adapter import Capability
    from hub.rounds import chosen_sources

    able = [c.name for c in hub.channels() if c.enabled and Capability.LIST_LATE_ORDERS in c.adapter.capabilities]
    if not names and not able:
        there = hub.channels()
        raise Refused("No channel lists late orders; give them with --orders FILE.csv." if there else no_channels(hub))
    return chosen_sources(hub, names or able)


def _with_ways(hub: Hub, found: Look) -> Look:
    """The same, with what a person does where a platform lists no late orders."""
    from hub.adapter import Capability

    for channel in hub.channels():
        step = channel.adapter.portal_steps.get(Capability.LIST_LATE_ORDERS, "")
        if channel.name in found.silent and step:
            found.silent[channel.name] += f" {step} Then give the list with --orders FILE.csv."
    return found


def _chosen(every: Sequence[DelayNotice], numbers: Sequence[str]) -> list[DelayNotice]:
    known = {notice.order.number for notice in every}
    for number in numbers:
        if number not in known:
            raise Refused(f"No order {number!r} is past its date; `casehub notices` lists those that are.")
    return [notice for notice in every if not numbers or notice.order.number in numbers]


def _ports(hub: Hub) -> NoticePorts:
    from hub.reaching import reach_of
    from hub.runs.notices import NoticePorts

    channels = {channel.name: channel for channel in hub.channels()}
    return NoticePorts(
        hub.store,
        hub.clock,
        lambda case: reach_of(hub, case),
        lambda name: hub.settings.channels[name].adapter,
        lambda name: hub.settings.channels[name].acknowledge_language,
        lambda name: _shop(channels[name]) if name in channels else "",
    )


def _shop(channel: Channel) -> str:
    return channel.adapter.speaks_as(channel.adapter_settings).name


def _steps(hub: Hub) -> dict[str, str]:
    """By channel, how a person writes to a customer who has not written."""
    return {channel.name: channel.adapter.writes_first for channel in hub.channels()}


def _count(what: Sequence[object]) -> str:
    return "1 notice" if len(what) == 1 else f"{len(what)} notices"
