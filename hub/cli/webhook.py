"""`casehub webhook`: the addresses of other programs that are told of events, and what became of each message."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from hub.cli.common import console, echo_json, json_option, with_hub_as_it_is
from hub.cli.desk_options import confirm, login_name, who_option
from hub.core.people import Actor, Door
from hub.core.webhook_events import TYPES
from hub.core.webhooks import TEXT

if TYPE_CHECKING:
    from hub.app import Hub

_ENDPOINT = click.argument("name", metavar="ENDPOINT")


@click.group(short_help="Tell other programs of events, by signed webhooks.")
def webhook() -> None:
    """Tell other programs what happens to cases: signed messages (Standard Webhooks), sent until they are taken.

    `casehub run` and `casehub serve` send them. docs/webhooks.md has the types, the signature, and what is guaranteed.
    """


def _actor(who: str | None) -> Actor:
    return Actor(who or login_name(), Door.COMMAND)


@webhook.command(short_help="Add an address, and show its secret.")
@click.argument("url")
@click.option("--type", "types", multiple=True, type=click.Choice([*TYPES]), help="Only these types; may be repeated.")
@click.option("--channel", "channels", multiple=True, help="Only cases of these channels; may be repeated.")
@click.option("--include", multiple=True, type=click.Choice([TEXT]), help="Also what people wrote.")
@who_option
@json_option
@with_hub_as_it_is
def add(
    hub: Hub,
    url: str,
    types: Sequence[str],
    channels: Sequence[str],
    include: Sequence[str],
    who: str | None,
    as_json: bool,
) -> None:
    """Add an address that is told of what happens from now on, and show the secret by which its program checks it.

    The secret is shown now and never again; `casehub webhook rotate` makes another one.

    With --json: {"endpoint", "secret"}.

    Example: casehub webhook add https://erp.shop.example/casehub --type case.opened --type case.closed
    """
    from hub.webhooks import add_endpoint

    endpoint, secret = add_endpoint(hub, url, types=types, channels=channels, include=include, by=_actor(who))
    if as_json:
        echo_json({"endpoint": endpoint.id, "secret": secret})
        return
    click.echo(f"{endpoint.id} is told from now on. Its secret, which is not shown again:\n\n    {secret}\n")
    click.echo(f"Try it: `casehub webhook test {endpoint.id}`.")


@webhook.command("list", short_help="List the addresses, and how they are doing.")
@json_option
@with_hub_as_it_is
def list_(hub: Hub, as_json: bool) -> None:
    """List the addresses with what waits for each and what was given up.

    With --json: {"endpoints": [{"id", "url", "types", "channels", "include", "created_at", "by", "active",
    "off_because", "secret_generation", "old_secret_until", "failures", "failing_since", "taken_at", "trouble",
    "next_try", "messages"}]}.

    Example: casehub webhook list
    """
    from hub.cli.webhook_text import endpoint_table
    from hub.webhooks_json import endpoint_json

    store = hub.store.webhooks
    found = [(standing, store.counts(standing.endpoint.id)) for standing in store.standings()]
    if as_json:
        echo_json({"endpoints": [endpoint_json(*one) for one in found]})
    elif not found:
        click.echo("No program is told of anything; `casehub webhook add URL` adds one.")
    else:
        console().print(endpoint_table(found, hub.clock.now()))


@webhook.command(short_help="Show an address, and its latest messages.")
@_ENDPOINT
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="So many messages.")
@json_option
@with_hub_as_it_is
def show(hub: Hub, name: str, limit: int, as_json: bool) -> None:
    """Show what an address is told of, how it is doing, and its latest messages.

    With --json: {"endpoint": as in the list, "deliveries": [{"number", "endpoint", "event", "type", "case",
    "state", "since", "attempts", "status", "trouble", "tried_at", "next_try"}]}.

    Example: casehub webhook show ep_4b1f
    """
    from hub.cli.webhook_text import delivery_table, endpoint_lines
    from hub.webhooks import named
    from hub.webhooks_json import delivery_json, endpoint_json

    standing, store = named(hub, name), hub.store.webhooks
    counts = store.counts(standing.endpoint.id)
    found = store.deliveries(standing.endpoint.id, limit=limit)
    if as_json:
        told = [delivery_json(delivery) for delivery in found]
        echo_json({"endpoint": endpoint_json(standing, counts), "deliveries": told})
        return
    for line in endpoint_lines(standing, counts, hub.clock.now()):
        click.echo(line)
    if found:
        console().print(delivery_table(found, hub.clock.now()))


@webhook.command(short_help="Send a message that tells of nothing, and say what came of it.")
@_ENDPOINT
@who_option
@json_option
@with_hub_as_it_is
def test(hub: Hub, name: str, who: str | None, as_json: bool) -> None:
    """Send one message of the type webhook.test, once, and say what was answered; exit code 1 unless it was taken.

    With --json: {"ok", "status", "trouble"}.

    Example: casehub webhook test ep_4b1f
    """
    from hub.webhooks import named, try_out
    from hub.webhooks_json import outcome_json

    outcome = try_out(hub, named(hub, name).endpoint.id, _actor(who))
    if as_json:
        echo_json(outcome_json(outcome))
    elif outcome.taken:
        click.echo(f"✓ taken (HTTP {outcome.status})")
    else:
        click.echo(f"✗ not taken: {outcome}", err=True)
    if not outcome.taken:
        sys.exit(1)


@webhook.command(short_help="Replace the secret of an address.")
@_ENDPOINT
@click.option("--at-once", is_flag=True, help="The old secret signs nothing any more: for one that became known.")
@who_option
@json_option
@with_hub_as_it_is
def rotate(hub: Hub, name: str, at_once: bool, who: str | None, as_json: bool) -> None:
    """Make another secret and show it, once. For 24 hours messages are signed with the old one as well.

    With --json: {"endpoint", "secret", "old_secret_until"}.

    Example: casehub webhook rotate ep_4b1f
    """
    from hub.as_json import instant
    from hub.webhooks import named
    from hub.webhooks import rotate as replace

    endpoint, secret = replace(hub, named(hub, name).endpoint.id, _actor(who), at_once=at_once)
    if as_json:
        echo_json({"endpoint": endpoint.id, "secret": secret, "old_secret_until": instant(endpoint.both_until)})
        return
    click.echo(f"The new secret of {endpoint.id}, which is not shown again:\n\n    {secret}\n")
    click.echo("The old one is of no use any more." if at_once else "The old one signs as well for 24 hours.")


@webhook.command(short_help="Switch an address off; nothing is lost.")
@_ENDPOINT
@who_option
@with_hub_as_it_is
def pause(hub: Hub, name: str, who: str | None) -> None:
    """Send nothing to an address until `casehub webhook resume`, which goes on where this stopped.

    Example: casehub webhook pause ep_4b1f
    """
    from hub.webhooks import named
    from hub.webhooks import pause as switch_off

    switch_off(hub, named(hub, name).endpoint.id, _actor(who))
    click.echo("It is switched off.")


@webhook.command(short_help="Switch an address on again.")
@_ENDPOINT
@who_option
@with_hub_as_it_is
def resume(hub: Hub, name: str, who: str | None) -> None:
    """Go on with an address that was switched off, by a person or for its failures: it is told of all since then.

    Example: casehub webhook resume ep_4b1f
    """
    from hub.webhooks import named
    from hub.webhooks import resume as switch_on

    switch_on(hub, named(hub, name).endpoint.id, _actor(who))
    click.echo("It is switched on.")


@webhook.command(short_help="Remove an address with its messages.")
@_ENDPOINT
@click.option("--yes", is_flag=True, help="Do not ask.")
@who_option
@with_hub_as_it_is
def remove(hub: Hub, name: str, yes: bool, who: str | None) -> None:
    """Remove an address for good; its secret dies with it.

    Example: casehub webhook remove ep_4b1f
    """
    from hub.webhooks import named
    from hub.webhooks import remove as forget
    from hub.webhooks_json import host_of

    endpoint = named(hub, name).endpoint
    confirm(f"Remove {endpoint.id} ({host_of(endpoint.url)}) with all its messages?", yes=yes)
    forget(hub, endpoint.id, _actor(who))
    click.echo("It is removed.")


@webhook.command(short_help="List the messages that were given up.")
@click.argument("name", metavar="[ENDPOINT]", default="")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="So many messages.")
@json_option
@with_hub_as_it_is
def dead(hub: Hub, name: str, limit: int, as_json: bool) -> None:
    """List the messages that no address took in about three days, newest first, with the reason.

    With --json: {"deliveries": [{"number", "endpoint", "event", "type", "case",
    "state", "since", "attempts", "status", "trouble", "tried_at", "next_try"}]}.

    Example: casehub webhook dead
    """
    from hub.cli.webhook_text import delivery_table
    from hub.core.webhooks import DeliveryState
    from hub.webhooks import named
    from hub.webhooks_json import delivery_json

    endpoint = named(hub, name).endpoint.id if name else ""
    found = hub.store.webhooks.deliveries(endpoint, DeliveryState.DEAD, limit)
    if as_json:
        echo_json({"deliveries": [delivery_json(delivery) for delivery in found]})
    elif not found:
        click.echo("No message was given up.")
    else:
        console().print(delivery_table(found, hub.clock.now()))


@webhook.command(short_help="Send messages once more.")
@click.argument("number", metavar="[MESSAGE]", type=int, required=False)
@click.option("--dead", "of_dead", metavar="ENDPOINT", help="All that was given up at this address.")
@click.option("--to", "to", metavar="ENDPOINT", help="All that this address is told of, since an instant.")
@click.option("--since", metavar="INSTANT", help="That instant, such as '2026-11-25 12:00'.")
@who_option
@json_option
@with_hub_as_it_is
def replay(
    hub: Hub, number: int | None, of_dead: str | None, to: str | None, since: str | None, who: str | None, as_json: bool
) -> None:
    """Send one message, all that was given up at an address, or all since an instant, once more by the next round.

    Each has the webhook-id that it had, so that a program that has it already knows it.

    With --json: {"replayed"}.

    Example: casehub webhook replay --to ep_4b1f --since "2026-11-25 12:00"
    """
    from hub.cli.instants import given_instant
    from hub.webhooks import named, replay_dead, replay_one, replay_since

    if [number is not None, of_dead is not None, bool(to and since)].count(True) != 1 or bool(to) != bool(since):
        raise click.UsageError("name a MESSAGE, or --dead ENDPOINT, or --to ENDPOINT with --since INSTANT")
    if number is not None:
        count = replay_one(hub, number, _actor(who))
    elif of_dead is not None:
        count = replay_dead(hub, named(hub, of_dead).endpoint.id, _actor(who))
    else:
        when = given_instant(since or "", hub.settings.office.timezone, hub.clock.now())
        count = replay_since(hub, named(hub, to or "").endpoint.id, when, _actor(who))
    if as_json:
        echo_json({"replayed": count})
    else:
        click.echo(f"{'1 message goes' if count == 1 else f'{count} messages go'} out once more.")
