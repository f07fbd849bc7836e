"""`casehub serve`: one inbox for all channels, in a browser."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import click

from hub.cli.common import Misuse, with_hub
from hub.cli.desk_options import login_name, who_option
from hub.errors import NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.app import Hub
    from hub.signing_in import SigningIn
    from hub.web.serving import Serving

_NEVER = "never"
_EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104  what is looked for, not what is bound


@click.command("serve", short_help="Open the inbox in a browser.")
@click.option("--host", metavar="ADDRESS", help="Listen here; 127.0.0.1 unless hub.toml says otherwise.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="Listen on this port; 8321 unless set, 0 any.")
@click.option("--every", metavar="INTERVAL", help="Read all channels this often, such as 5m; `never` leaves it to run.")
@click.option("--no-link", is_flag=True, help="Print no link to sign in with.")
@who_option
@with_hub
def serve_command(
    hub: Hub, host: str | None, port: int | None, every: str | None, no_link: bool, who: str | None
) -> None:
    """Serve the inbox, the API and the front door on the same store as the commands, until Ctrl-C.

    It listens on this computer alone unless told otherwise, and prints a link that signs you in once. Replies are sent
    as soon as their time to be undone is over, and all channels are read every five minutes; --every never leaves both
    reading and telling people to `casehub run`.

    Behind a proxy set `public_url` and `trusted_proxies` under [web] in hub.toml; cookies are then sent by https alone.

    Example: casehub serve --port 8321
    """
    serve_pages(hub, lambda: _serving(hub, host, port, every), None if no_link else who or login_name())


def serve_pages(
    hub: Hub, serving_of: Callable[[], Serving], who: str | None, say: Callable[[str], None] = click.echo
) -> None:
    """Serve until somebody ends it, and print where, with a link that signs in `who` once; None wants no link."""
    try:
        from hub.web.app import make_site
        from hub.web.serving import bound_socket, serve
    except ModuleNotFoundError as error:
        raise Misuse(f"Serving pages needs the extra `web` ({error.name}): pip install 'casehub[web]'") from error
    from hub.signing_in import SigningIn

    serving = serving_of()
    at = bound_socket(serving.host, serving.port)
    signing_in = SigningIn(hub.store.people, hub.clock)
    site = make_site(hub, signing_in, secure=serving.public_url.startswith("https:"))
    address = serving.public_url.rstrip("/") or _address(serving.host, at.getsockname()[1])
    click.echo(f"casehub is at {address} (Ctrl-C ends it).")
    if warning := _warning_of(serving):
        click.echo(warning, err=True)
    if who is not None:
        _tell_link(signing_in, address, who)
    serve(site, serving, at, say)


def _warning_of(serving: Serving) -> str:
    """What whoever listens beyond this computer has to know; empty where nobody else reaches it, or by https."""
    if serving.host == "localhost" or _is_loopback(serving.host) or serving.public_url.startswith("https:"):
        return ""
    reached = f"Everybody in the network reaches {serving.host or 'every address'} unencrypted"
    if serving.public_url or serving.host not in _EVERY_ADDRESS:
        return f"{reached}, passwords too; a proxy with HTTPS and its address as `public_url` under [web] ends that."
    return f"{reached}, and is answered by no name but localhost; say by `public_url` under [web] what people call it."


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name, or nothing, which is every address
        return False


def _tell_link(signing_in: SigningIn, address: str, who: str) -> None:
    try:
        click.echo(f"Sign in once, within 15 minutes: {address}/sign-in/{signing_in.link_for(who)}")
    except (NotFound, Refused) as error:  # others sign in all the same
        click.echo(f"There is no link to sign in with: {error} Say who you are with --as NAME.", err=True)


def _serving(hub: Hub, host: str | None, port: int | None, every: str | None) -> Serving:
    from hub.runs.schedule import read_interval
    from hub.web.serving import Serving

    table = hub.settings.web
    interval = table.every if every is None else None if every == _NEVER else read_interval(every)
    return Serving(
        host or table.host, table.port if port is None else port, table.public_url, table.trusted_proxies, interval
    )


def _address(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in _EVERY_ADDRESS else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
