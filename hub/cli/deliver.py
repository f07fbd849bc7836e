"""`casehub deliver`: send what waits in the outbox."""

from __future__ import annotations

import sys
import threading
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.stopping import stop_event
from hub.rounds import broken_channels, chosen_sources, delivery_ports, hold_what_no_channel_sends

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.runs.delivery import DeliveryResult


_A_LITTLE = 0.05


@click.command(short_help="Send the replies that wait in the outbox.")
@click.argument("channels", nargs=-1)
@click.option("--no-wait", is_flag=True, help="Leave what may still be undone to a later run.")
@json_option
@with_hub
def deliver(hub: Hub, channels: Sequence[str], no_wait: bool, as_json: bool) -> None:
    """Send the replies that wait in the outbox, each once, and read back those whose outcome is unknown.

    A reply that its writer may still take back (`[outbox] undo`, 10 s) is waited for. A channel that could not sign in
    is tried again at once.

    The exit code is 0 when all went well, 1 when a channel failed or a reply needs a person (see `casehub outbox`).

    Example: casehub deliver
    """
    from hub.runs.delivery import deliver as send

    sources = chosen_sources(hub, channels)
    with stop_event() as stop:
        ports = delivery_ports(hub, stop, patient=False)
        hold_what_no_channel_sends(hub, ports)
        if not no_wait:
            wait_out_undo(hub, {source.name for source in sources}, stop)
        results = send(sources, ports)
    broken = held_by_broken_channels(hub, broken_channels(hub, channels)) + held_by_idle_channels(hub, channels)
    if as_json:
        echo_json({"channels": [as_data(result) for result in results] + broken})
    else:
        tell(results, broken)
    if broken or any(not result.ok for result in results):
        sys.exit(1)


def wait_out_undo(
    hub: Hub, channels: Collection[str], stop: threading.Event, way: str = "`casehub undo` can still take it back"
) -> None:
    """Wait until what was queued a moment ago on these channels can no longer be undone; `stop` ends the waiting."""
    from hub.core.outbox import ReplyState
    from hub.core.uptime import PRETENDED, uptime_of

    now, uptime = hub.clock.now(), uptime_of(hub.clock)
    queued = [r for r in hub.store.replies(frozenset({ReplyState.QUEUED})) if r.channel in channels]
    longest = max((reply.waits_to_be_undone(now, uptime) for reply in queued), default=timedelta())
    # A pretended clock stands still while anybody waits for it.
    if longest and uptime.boot != PRETENDED:
        seconds = longest.total_seconds()
        click.echo(f"Sending in {seconds:.0f} s; until then {way} …", err=True)
        stop.wait(seconds + _A_LITTLE)


def held_by_broken_channels(hub: Hub, broken: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The broken channels on which replies wait: those wait until the channel works again, and that is said aloud."""
    from hub.core.outbox import WAITING

    waiting = {reply.channel for reply in hub.store.replies(WAITING)}
    return [channel for channel in broken if channel["channel"] in waiting]


def held_by_idle_channels(hub: Hub, named: Sequence[str]) -> list[dict[str, Any]]:
    """The channels that are switched off or gone and on which replies wait, unless the run was for channels by name."""
    from hub.core.outbox import WAITING
    from hub.runs.health import IDLE

    worked_on = {channel.name for channel in hub.channels() if channel.enabled}
    worked_on |= {channel.name for channel in hub.broken_channels()}
    idle = {reply.channel for reply in hub.store.replies(WAITING) if not reply.is_quiet} - worked_on
    return [
        {"channel": name, "ok": False, "error": IDLE, "error_kind": "ConfigurationError"}
        for name in sorted(idle)
        if not named
    ]


def as_data(result: DeliveryResult) -> dict[str, Any]:
    """One channel's result as JSON knows it."""
    return {
        "channel": result.name,
        "ok": result.ok,
        "delivered": result.delivered,
        "waiting": result.waiting,
        "later": result.later,
        "held": result.held,
        "stopped_by": result.stopped_by or None,
        "needs_a_person": result.stopped,
        "warnings": result.warnings,
        "skipped": result.skipped or None,
        "error": result.failure.text if result.failure else None,
        "error_kind": result.failure.kind if result.failure else None,
    }


def tell(results: Sequence[DeliveryResult], broken: Sequence[dict[str, Any]]) -> None:
    """Print what came of every channel on which something waited or happened."""
    lines = [text for result in results for text in _lines(result)]
    lines += [f"✗ {channel['channel']}: replies wait, but {channel['error']}" for channel in broken]
    for text in lines or ["Nothing waits in the outbox."]:
        click.echo(text)


def _lines(result: DeliveryResult) -> list[str]:
    lines = []
    if result.delivered:
        lines.append(f"✓ {result.name}: {_done(len(result.delivered) - result.acts, result.acts)}")
    lines += [f"  note: {warning}" for warning in result.warnings]
    if result.taken:
        lines.append(f"… {result.name}: {_replies(len(result.taken))} taken by the platform, its last word is to come")
    if result.later:
        lines.append(f"… {result.name}: {_replies(len(result.later))} to be sent later")
    if result.held:
        lines.append(f"✗ {result.name}: {_replies(len(result.held))} held until the channel works again")
    again = len(result.waiting) - len(result.taken) - len(result.later) - len(result.held)
    if result.stopped_by:
        lines.append(f"■ {result.name}: {result.stopped_by}; `{result.resume}` lets it go on")
    elif again:
        lines.append(f"… {result.name}: {_replies(again)} waiting for another try")
    if result.stopped:
        lines.append(f"! {result.name}: {_replies(len(result.stopped))} for you to decide on: `casehub outbox`")
    if result.skipped:
        lines.append(f"– {result.name}: {result.skipped}")
    if result.failure is not None:
        lines.append(f"✗ {result.name}: {result.failure.text}")
    return lines


def _done(replies: int, acts: int) -> str:
    """What was done: 2 replies delivered, 1 act done on the platform."""
    told = [f"{_replies(replies)} delivered"] if replies else []
    if acts:
        told.append(f"{'1 act' if acts == 1 else f'{acts} acts'} done on the platform")
    return ", ".join(told)


def _replies(count: int) -> str:
    return "1 reply" if count == 1 else f"{count} replies"
