"""The stop button: `casehub outbox stop` and `resume`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.acts_json import stop_json
from hub.cli.common import echo_json, json_option, with_hub
from hub.cli.desk_options import desk_of, who_option
from hub.rounds import require_channel

if TYPE_CHECKING:
    from hub.app import Hub


@click.command(short_help="Stop all sending, or that of one channel.")
@click.argument("channel", required=False, default="")
@click.option("-m", "--message", default="", help="Why, for whoever wonders.")
@who_option
@json_option
@with_hub
def stop(hub: Hub, channel: str, message: str, who: str | None, as_json: bool) -> None:
    """Let nothing more leave, from this moment on, also in runs that are under way; reading goes on.

    What a platform was being sent already cannot be called back; its outcome is still looked up.

    With --json: {"channel", "by", "at", "why"}.

    Example: casehub outbox stop ichiba -m "wrong template in use"
    """
    _require_known(hub, channel)
    pressed = desk_of(hub, who).stop(channel, message)
    if as_json:
        echo_json(stop_json(pressed))
    else:
        click.echo(f"Nothing leaves {channel or 'any channel'} any more; `{pressed.way_back}` lets it go on.")


@click.command(short_help="Let sending go on that was stopped.")
@click.argument("channel", required=False, default="")
@who_option
@json_option
@with_hub
def resume(hub: Hub, channel: str, who: str | None, as_json: bool) -> None:
    """Take `casehub outbox stop` back, for the same channel or for all.

    With --json: the stop that was taken back, {"channel", "by", "at", "why"}.

    Example: casehub outbox resume ichiba
    """
    from hub.rounds import stops

    over = desk_of(hub, who).resume(channel)
    if as_json:
        echo_json(stop_json(over))
    else:
        left = "; ".join(f"{other}, `{other.way_back}` lets it go on" for other in stops(hub))
        click.echo(f"Sending goes on; {over}." if not left else f"That stop is over, and {left}.")


def _require_known(hub: Hub, channel: str) -> None:
    if channel and not hub.store.replies(channel=channel):
        require_channel(channel, set(hub.settings.channels))
