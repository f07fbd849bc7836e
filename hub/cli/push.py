"""`casehub push`: let a platform send news by itself to an address of this hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli.common import echo_json, json_option, with_hub_as_it_is

if TYPE_CHECKING:
    from hub.app import Hub

_CHANNEL = click.argument("channel", metavar="CHANNEL")


@click.group(short_help="Let a platform tell of news by itself.")
def push() -> None:
    """Let a platform push news to `casehub serve`, where it can: bol.com tells what became of a decision.

    Channels are read all the same: bol.com pushes nothing of returns or customers' questions. See docs/webhooks.md.
    """


@push.command(short_help="Let a platform push to an address.")
@_CHANNEL
@click.argument("url", required=False)
@with_hub_as_it_is
def subscribe(hub: Hub, channel: str, url: str | None) -> None:
    """Let the platform of a channel push to an address, which is /push/CHANNEL under the one that is set in [web].

    Example: casehub push subscribe bol_nl
    """
    from hub.errors import Refused
    from hub.pushes import push_address
    from hub.pushes import subscribe as begin

    address = url or push_address(hub, channel)
    if not address:
        raise Refused("name the address, or set public_url under [web] in hub.toml")
    begin(hub, channel, address)
    click.echo(f"{channel}: it pushes to {address} from now on, once it has worked on that.")


@push.command("list", short_help="List to which addresses a platform pushes.")
@_CHANNEL
@json_option
@with_hub_as_it_is
def list_(hub: Hub, channel: str, as_json: bool) -> None:
    """Ask the platform of a channel to which addresses it pushes, and whether it does so at present.

    With --json: {"subscriptions": [{"id", "url", "on"}]}.

    Example: casehub push list bol_nl
    """
    from hub.pushes import subscriptions

    found = subscriptions(hub, channel)
    if as_json:
        echo_json({"subscriptions": [{"id": one.id, "url": one.url, "on": one.is_on} for one in found]})
        return
    for one in found:
        off = "" if one.is_on else f"  switched off: `casehub push subscribe {channel} {one.url}`"
        click.echo(f"{one.id}  {one.url}{off}")
    if not found:
        click.echo("It pushes nothing; `casehub push subscribe` lets it.")


@push.command(short_help="End a subscription.")
@_CHANNEL
@click.argument("subscription")
@with_hub_as_it_is
def unsubscribe(hub: Hub, channel: str, subscription: str) -> None:
    """End a subscription, named by its id in the list.

    Example: casehub push unsubscribe bol_nl 8001
    """
    from hub.pushes import unsubscribe as end

    end(hub, channel, subscription)
    click.echo(f"{channel}: subscription {subscription} ends, once it has worked on that.")
