"""`casehub check`: can each channel be used?"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import echo_json, json_option, no_channels, with_hub
from hub.errors import ConfigurationError
from hub.rounds import require_channel

if TYPE_CHECKING:
    from hub.adapter import Proof
    from hub.app import BrokenChannel, Channel, Hub


@click.command(short_help="Prove that each channel can be used, changing nothing.")
@click.argument("channels", nargs=-1)
@json_option
@with_hub
def check(hub: Hub, channels: Sequence[str], as_json: bool) -> None:
    """Prove for all enabled channels, or those named, what each needs: settings, sign-in, folders, sending.

    Without a name it also proves that each notifier is set rightly. Nothing is changed, nothing is sent and nobody is
    told. The exit code is 0 when all is well, 1 when something failed.

    With --json: {"ok", "channels": [{"channel", "ok", "proofs": [...]}], "notifiers": [{"notifier", "ok", "error"}]}.

    Example: casehub check support
    """
    ok = True
    results = []
    for channel in _chosen(hub, channels):
        proofs = []
        for proof in _proofs(hub, channel):
            proofs.append(proof)
            if not as_json:
                _tell(channel.name, proof)
        ok = ok and all(proof.ok for proof in proofs)
        results.append(_as_data(channel.name, proofs))
    notifiers = [] if channels else _notifiers(hub)
    ok = ok and all(notifier["ok"] for notifier in notifiers)
    if as_json:
        echo_json({"ok": ok, "channels": results, "notifiers": notifiers})
    else:
        if not results:
            click.echo(no_channels(hub))
        for notifier in notifiers:
            settings = notifier["error"] or f"notifier {notifier['notifier']}: settings"
            click.echo(f"{'✓' if notifier['ok'] else '✗'} {settings}")
    if not ok:
        sys.exit(1)


def _chosen(hub: Hub, names: Sequence[str]) -> list[Channel | BrokenChannel]:
    there: dict[str, Channel | BrokenChannel] = {channel.name: channel for channel in hub.broken_channels()}
    there |= {channel.name: channel for channel in hub.channels() if channel.enabled or channel.name in names}
    for name in names:
        require_channel(name, hub.settings.channels)
    return [there[name] for name in hub.settings.channels if name in there and (name in names or not names)]


def _proofs(hub: Hub, channel: Channel | BrokenChannel) -> Iterator[Proof]:
    """What the channel proves, and last the error that ended it, if one did."""
    from hub.adapter import Proof
    from hub.app import BrokenChannel
    from hub.runs.channel import explain

    if isinstance(channel, BrokenChannel):
        yield Proof("settings", ok=False, detail=channel.error)
        return
    try:
        with channel.open(hub.tools(channel.name)) as connection:
            yield from connection.check()
    except Exception as error:  # noqa: BLE001  one channel's plugin never stops the others' checks
        yield Proof("check", ok=False, detail=explain(error).text)


def _notifiers(hub: Hub) -> list[dict[str, Any]]:
    """Whether each enabled notifier, and the hours in which people are told, can be used as they are set."""
    from hub.outlets import broken_outlets, notification_hours

    broken = {outlet.name: outlet.error for outlet in broken_outlets(hub.settings, hub.plugins, hub.clock)}
    names = {*broken, *(name for name, table in hub.settings.notifiers.items() if table.enabled)}
    found = [{"notifier": name, "ok": name not in broken, "error": broken.get(name)} for name in sorted(names)]
    try:
        notification_hours(hub.settings, hub.office)
    except ConfigurationError as error:
        found.append({"notifier": None, "ok": False, "error": str(error)})
    return found


def _tell(channel: str, proof: Proof) -> None:
    detail = f": {proof.detail}" if proof.detail else ""
    click.echo(f"{'✓' if proof.ok else '✗'} {channel}: {proof.what}{detail}")
    if proof.advice and not proof.ok:
        click.echo(f"    {proof.advice}")


def _as_data(channel: str, proofs: Sequence[Proof]) -> dict[str, Any]:
    return {"channel": channel, "ok": all(proof.ok for proof in proofs), "proofs": proofs}
