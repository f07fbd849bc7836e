"""`casehub run`: read and send, once or every so often; made for systemd, cron and containers."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from hub.cli import deliver as delivering
from hub.cli import sync as reading
from hub.cli.common import echo_json, json_option, options, with_hub
from hub.cli.stopping import stop_event
from hub.errors import ConfigurationError
from hub.rounds import (
    acknowledge,
    broken_channels,
    chosen_sources,
    delivery_ports,
    hold_what_no_channel_sends,
    look_up_orders,
    share_cases,
    sync_ports,
)

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.runs.sharing import Shared


@click.command(short_help="Read and send, once or every so often.")
@click.option("--once", is_flag=True, help="Do one round and end; the exit code says how it went.")
@click.option("--every", metavar="INTERVAL", help="Go on with a round every interval, such as 5m, until told to stop.")
@json_option
@with_hub
def run(hub: Hub, once: bool, every: str | None, as_json: bool) -> None:
    """Read all channels, give new cases to people where [sharing] says so, tell people of what is due, send what waits
    in the outbox, and tell other programs.

    Ctrl-C and SIGTERM end it at the next batch boundary. Two runs at once do no harm: each channel is worked on by one.

    With --every each round reads hub.toml and policies.toml anew. While there is a mistake in them, the rounds say so
    and go on with what was read before.

    With --json each round is one line: {"at", "read": [...], "troubles": [...], "given": [{"case", "to",
    "instead_of"}], "sent": [...], "told", "webhooks"}, as `casehub sync`, `casehub deliver` and `casehub escalations`
    print them, and "webhooks": [{"endpoint", "delivered", "failed", "dead", "trouble", "off", "skipped"}].

    Example: casehub run --every 5m
    """
    if once == bool(every):
        raise click.UsageError("say either --once or --every INTERVAL, such as --every 5m")
    with stop_event() as stop:
        went_well = _round(hub, stop, as_json) if once else _rounds(hub, every or "", stop, as_json)
    if not went_well:
        sys.exit(1)


def _rounds(hub: Hub, interval: str, stop: threading.Event, as_json: bool) -> bool:
    from hub.runs.schedule import every, read_interval

    current = _Current(hub)
    try:
        return every(read_interval(interval), lambda: _next_round(current, stop, as_json), stop)
    finally:
        current.hub.close()


def _next_round(current: _Current, stop: threading.Event, as_json: bool) -> bool:
    mistake = current.renew()
    if mistake:
        click.echo(f"✗ {mistake}\n    This round goes on with the settings of before.", err=True)
    return _round(current.hub, stop, as_json) and not mistake


@dataclass(slots=True)
class _Current:
    """The hub of a run that goes on.

    It follows the settings: with policies of yesterday it would write deadlines that no other command agrees with.
    """

    hub: Hub

    def renew(self) -> str:
        """Read the settings and policies anew; where that fails all stays as it was, and the mistake is returned."""
        try:
            fresh = _opened()
        except ConfigurationError as error:
            return str(error)
        self.hub.close()
        self.hub = fresh
        return ""


def _opened() -> Hub:
    """A hub whose settings can be worked with; of channels and notifiers each is judged by itself later."""
    from hub.app import open_hub
    from hub.outlets import notification_hours

    hub = open_hub(options().config)
    try:
        notification_hours(hub.settings, hub.office)
    except ConfigurationError:
        hub.close()
        raise
    return hub


def _round(hub: Hub, stop: threading.Event, as_json: bool) -> bool:
    from hub.cli.escalations import tell_people, told_lines
    from hub.cli.webhook_text import webhook_line
    from hub.runs.delivery import deliver
    from hub.runs.sync import Silent, sync
    from hub.webhooks import tell_programs

    sources = chosen_sources(hub, ())
    read = sync(sources, sync_ports(hub, Silent(), stop), scheduled=True)
    look_up_orders(hub, read, stop)
    troubles = acknowledge(hub)
    shared = share_cases(hub)
    troubles += shared.troubles
    ports = delivery_ports(hub, stop)
    hold_what_no_channel_sends(hub, ports)
    delivering.wait_out_undo(hub, {source.name for source in sources}, stop)
    sent = [] if stop.is_set() else deliver(sources, ports)
    broken = broken_channels(hub, ())
    if not as_json:
        reading.tell(hub, read, broken)
        _tell_shared(shared)
        delivering.tell(sent, [])
    told = None if stop.is_set() else tell_people(hub, stop, quiet=as_json, patient=True)
    hooks = [] if stop.is_set() else tell_programs(hub, stop)
    if as_json:
        data = [reading.as_data(result) for result in read] + broken
        _tell_machine(hub, data, troubles, shared, sent, told, hooks)
    elif told is not None and (told.told or told.failures):
        click.echo("\n".join(told_lines(told)))
    sys.stdout.flush()
    for trouble in [*troubles, *(webhook_line(result) for result in hooks if not result.ok)]:
        click.echo(f"✗ {trouble}", err=True)
    went_well = not (broken or troubles) and all(result.ok for result in read) and all(result.ok for result in sent)
    return went_well and (told is None or told.ok)


def _tell_shared(shared: Shared) -> None:
    """Who was given how many cases."""
    counts = Counter(given.to for given in shared.given)
    if counts:
        click.echo(f"given: {', '.join(f'{count} to {name}' for name, count in sorted(counts.items()))}")


def _tell_machine(hub: Hub, read: Any, troubles: Any, shared: Shared, sent: Any, told: Any, hooks: Any) -> None:
    """One JSON object a round, on one line each, so that a log of rounds can be read line by line."""
    from hub.clocks_json import told_json

    echo_json(
        {
            "at": hub.clock.now(),
            "read": read,
            "troubles": troubles,
            "given": [{"case": one.case_number, "to": one.to, "instead_of": one.instead_of} for one in shared.given],
            "sent": [delivering.as_data(result) for result in sent],
            "told": told_json(told) if told else None,
            "webhooks": hooks,
        },
        one_line=True,
    )
