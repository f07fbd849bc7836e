"""`casehub status`: is everything working?"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import echo_json, json_option, no_channels, with_hub

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.runs.health import ChannelHealth


_SOON = timedelta(days=45)
_ALARM = timedelta(days=7)


@click.command(short_help="Say how the channels are doing; made for monitors too.")
@json_option
@with_hub
def status(hub: Hub, as_json: bool) -> None:
    """Say for each channel when it was last read, what is behind and what is wrong.

    A channel that has been silent for longer than its `silent_after` is an alarm, and so are working hours that are
    known for a week or less: deadlines beyond are unknown. The exit code is 0 when all is well and 1 when something
    needs attention, so that a monitor can call it.

    Example: casehub status --json
    """
    found = _examine(hub)
    cases = {state.value: count for state, count in hub.store.counts().items()}
    known_for = hub.settings.office.known_until - hub.clock.now().date()
    well = all(channel.well for channel in found) and known_for > _ALARM
    if as_json:
        channels, until = [_as_data(channel) for channel in found], hub.settings.office.known_until
        echo_json({"ok": well, "channels": channels, "cases": cases, "calendar_known_until": until})
    else:
        _tell(hub, found, cases)
        if known_for <= _SOON:
            click.echo(
                f"{'note' if known_for > _ALARM else '✗'}: working hours are known until "
                f"{hub.settings.office.known_until} only; add the holidays that follow and move office.known_until"
            )
    if not well:
        sys.exit(1)


def _examine(hub: Hub) -> list[ChannelHealth]:
    from hub.runs.health import examine

    silence = {channel.name: channel.silent_after for channel in hub.channels() if channel.enabled}
    broken = {channel.name: channel.error for channel in hub.broken_channels()}
    return examine(hub.store, hub.clock, silence, broken)


def _as_data(channel: ChannelHealth) -> dict[str, Any]:
    record = channel.record
    return {
        "channel": channel.name,
        "ok": channel.well,
        "troubles": list(channel.troubles),
        "last_success": record.succeeded_at,
        "last_start": record.started_at,
        "failing_since": record.failing_since,
        "last_message": record.last_message_at,
        "replies_waiting": channel.replies_waiting,
        "replies_for_a_person": channel.replies_for_a_person,
        "unreadable_messages": channel.unreadable,
        "notices": list(record.notices),
    }


def _tell(hub: Hub, found: list[ChannelHealth], cases: dict[str, int]) -> None:
    from hub.runs.health import in_words

    now = hub.clock.now()
    for channel in found:
        read = channel.record.succeeded_at
        when = f"last read {in_words(now - read)} ago" if read else "never read"
        waiting = f", {channel.replies_waiting} waiting to be sent" if channel.replies_waiting else ""
        unreadable = f", {channel.unreadable} unreadable (`casehub reread --all`)" if channel.unreadable else ""
        click.echo(f"{'✓' if channel.well else '✗'} {channel.name}: {when}{waiting}{unreadable}")
        for trouble in channel.troubles:
            click.echo(f"    {trouble}")
        for notice in channel.record.notices:
            click.echo(f"    note: {notice}")
    if not found:
        click.echo(no_channels(hub))
    click.echo(_cases_line(cases))


def _cases_line(cases: dict[str, int]) -> str:
    if not cases:
        return "No cases yet."
    return "Cases: " + ", ".join(f"{count} {state}" for state, count in sorted(cases.items()))
