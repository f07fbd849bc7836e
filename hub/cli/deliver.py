"""`casehub deliver`: send what waits in the outbox."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.rounds import broken_channels, chosen_sources, delivery_ports, stop_event

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.runs.delivery import DeliveryResult


@click.command(short_help="Send the replies that wait in the outbox.")
@click.argument("channels", nargs=-1)
@json_option
@with_hub
def deliver(hub: Hub, channels: Sequence[str], as_json: bool) -> None:
    """Send the replies that wait in the outbox, each once, and read back those whose outcome is unknown.

    The exit code is 0 when all went well, 1 when a channel failed or a reply needs a person (see `casehub outbox`).

    Example: casehub deliver
    """
    from hub.runs.delivery import deliver as send

    with stop_event() as stop:
        results = send(chosen_sources(hub, channels), delivery_ports(hub, stop))
    broken = held_by_broken_channels(hub, broken_channels(hub, channels)) + held_by_idle_channels(hub, channels)
    if as_json:
        echo_json({"channels": [as_data(result) for result in results] + broken})
    else:
        tell(results, broken)
    if broken or any(not result.ok for result in results):
        sys.exit(1)


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
    again = len(result.waiting) - len(result.taken)
    if again:
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
