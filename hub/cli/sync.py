"""`casehub sync`: read the channels."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import echo_json, json_option, no_channels, with_hub
from hub.cli.stopping import stop_event
from hub.rounds import acknowledge, broken_channels, chosen_sources, look_up_orders, sync_ports, what_is_due

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.runs.sync import ChannelResult


@click.command(short_help="Read new cases and messages from the channels.")
@click.argument("channels", nargs=-1)
@json_option
@with_hub
def sync(hub: Hub, channels: Sequence[str], as_json: bool) -> None:
    """Read new cases and messages from all channels, or from those named, and say what is due next.

    A channel that fails does not stop the others. The exit code is 0 when all went well, 1 when a channel failed.

    With --json: {"channels": [{"channel", "ok", "new_cases", "new_messages", "changed_cases", "skipped",
    "interrupted", "notices", "error", "error_kind"}], "troubles": [...], "due_next": [{"case", "channel", "due",
    "subject"}]}; "troubles" says why a channel's acknowledgements could not be written.

    Example: casehub sync support
    """
    from hub.runs.sync import sync as read_channels

    sources = chosen_sources(hub, channels)
    broken = broken_channels(hub, channels)
    with stop_event() as stop, progress_watcher(quiet=as_json) as watcher:
        results = read_channels(sources, sync_ports(hub, watcher, stop))
        look_up_orders(hub, results, stop)
    troubles = acknowledge(hub)
    if as_json:
        read = [as_data(result) for result in results] + broken
        echo_json({"channels": read, "troubles": troubles, "due_next": what_is_due(hub, 5)})
    else:
        tell(hub, results, broken)
    for trouble in troubles:
        click.echo(f"✗ {trouble}", err=True)
    if broken or troubles or any(not result.ok for result in results):
        sys.exit(1)


def as_data(result: ChannelResult) -> dict[str, Any]:
    """One channel's result as JSON knows it."""
    return {
        "channel": result.name,
        "ok": result.ok,
        "new_cases": result.new_cases,
        "new_messages": result.new_messages,
        "changed_cases": result.changed_cases,
        "skipped": result.skipped or None,
        "interrupted": result.interrupted,
        "notices": list(result.notices),
        "error": result.failure.text if result.failure else None,
        "error_kind": result.failure.kind if result.failure else None,
    }


def tell(hub: Hub, results: Sequence[ChannelResult], broken: Sequence[dict[str, Any]]) -> None:
    """Print what came of every channel, then what is due next."""
    from hub.cli.view import due_next

    for result in results:
        click.echo(line(result))
        for notice in result.notices:
            click.echo(f"  note: {notice}")
    for channel in broken:
        click.echo(f"✗ {channel['channel']}: {channel['error']}")
    if not results and not broken:
        click.echo(no_channels(hub))
    due_next(hub)


def line(result: ChannelResult) -> str:
    """What came of one channel, in one line."""
    if result.failure is not None:
        resting = " (left alone for now; `casehub sync` tries at once)" if result.skipped else ""
        return f"✗ {result.name}: {result.failure.text}{resting}"
    if result.skipped:
        return f"– {result.name}: {result.skipped}"
    stopped = ", stopped before its end as you asked" if result.interrupted else ""
    if not result.new_messages:
        went_on = f"no new message, {result.changed_cases} went on" if result.changed_cases else "nothing new"
        return f"✓ {result.name}: {went_on}{stopped}"
    plural = "" if result.new_messages == 1 else "s"
    return f"✓ {result.name}: {result.new_messages} new message{plural}, {_cases(result)}{stopped}"


def _cases(result: ChannelResult) -> str:
    new = f"{result.new_cases} new case{'' if result.new_cases == 1 else 's'}"
    return f"{new}, {result.changed_cases} went on" if result.changed_cases else new


def progress_watcher(quiet: bool) -> Any:
    """Progress bars on a terminal, nothing elsewhere; a context manager that gives the watcher."""
    from hub.cli.progress import Bars, NoBars

    return NoBars() if quiet or not sys.stderr.isatty() else Bars()
