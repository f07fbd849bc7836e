"""`casehub simulate`: a pretended platform, to play with."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.first_file import secret_variable
from hub.cli.stopping import stop_event
from hub.errors import HubError, NotFound, Refused

if TYPE_CHECKING:
    from hub.pretended import PretendedPlatform
    from hub.testing import Platform
    from hub.testing.control import Control

_AFRESH = (
    "It starts afresh each time: for a hub that has read an earlier one, name a new folder as `data` in hub.toml.\n"
    "A whole hub.toml to put the table into is written by `casehub init`.\n"
)


@click.command(short_help="Run a pretended platform, to play with.")
@click.argument("name")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Serve the platform here; else where it is free."
)
@click.option("--control-port", type=click.IntRange(0, 65535), default=0, help="Serve the control page here.")
@click.option(
    "--from",
    "recording",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Answer reads as in this recording, made by `casehub record`.",
)
def simulate(name: str, port: int, control_port: int, recording: Path | None) -> None:
    """Run the pretended platform of the plugin NAME on this computer, until it is stopped with Ctrl-C or `stop`.

    It prints the table for hub.toml that makes a channel of it, and the address of a page on which a customer writes,
    the platform's clock is moved and the next request fails. The same is typed here; `help` lists what can be said.

    Example: casehub simulate email_imap
    """
    pretended = _pretended(name)
    platform = _controllable(pretended)
    if platform is None and (port or recording):
        raise Refused(f"the pretended {name} chooses its port by itself, and takes no recording")
    with _served(pretended, platform, port):
        if recording is not None and platform is not None:
            from hub.testing.recordings import read

            platform.seed(read(recording))
        click.echo(settings_of(name, pretended))
        click.echo(_AFRESH)
        if platform is None:
            click.echo("It cannot be told anything but `stop`.")
            _listen(None)
        else:
            _be_controlled(platform, control_port)


def _pretended(name: str) -> PretendedPlatform:
    from hub.plugins import load_plugins
    from hub.testing import RunningClock

    adapters = load_plugins().adapters
    if name not in adapters:
        raise NotFound(f"there is no adapter {name!r}; there are: {', '.join(sorted(adapters)) or 'none'}")
    pretended = adapters[name].adapter.pretend(RunningClock())
    if pretended is None:
        raise NotFound(f"the adapter {name} brings no pretended platform: its class has no `pretend`")
    return pretended


def _controllable(pretended: PretendedPlatform) -> Platform | None:
    from hub.testing import Platform

    inner = getattr(pretended, "platform", pretended)
    return inner if isinstance(inner, Platform) else None


@contextmanager
def _served(pretended: PretendedPlatform, platform: Platform | None, port: int) -> Iterator[None]:
    if platform is None:
        with pretended:
            yield
        return
    try:
        platform.serve(port)
    except OSError as error:
        raise Refused(f"port {port} cannot be used ({error.strerror}); name another with --port") from error
    try:
        yield
    finally:
        platform.stop()


def settings_of(adapter: str, pretended: PretendedPlatform) -> str:
    """The table for hub.toml, with the secrets where secrets belong: outside of it."""
    channel = pretended.channel
    variables = {secret: secret_variable(channel, secret) for secret in pretended.secrets()}
    table = {**pretended.settings(), **{secret: f"env:{variable}" for secret, variable in variables.items()}}
    lines = ["# In the shell that runs casehub:"]
    lines += [f"export {variables[secret]}={shlex.quote(value)}" for secret, value in pretended.secrets().items()]
    lines += ["", "# In hub.toml:", f"[channels.{channel}]", f'adapter = "{adapter}"']
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()]
    return "\n".join([*lines, ""])


def _be_controlled(platform: Platform, control_port: int) -> None:
    from hub.testing.control import Control
    from hub.testing.control_page import ControlPage
    from hub.testing.serving import LoopbackServer

    control = Control(platform)
    control.learn()
    page = ControlPage(control)
    try:
        server = LoopbackServer(page, control_port)
    except OSError as error:
        raise Refused(
            f"port {control_port} cannot be used ({error.strerror}); name another with --control-port"
        ) from error
    try:
        click.echo(f"The control page: {page.address(server.url)}")
        click.echo("Or say here what happens; `help` lists what can be said, `stop` ends it.")
        _listen(control)
    finally:
        server.stop()


def _listen(control: Control | None) -> None:
    try:
        for line in sys.stdin:
            if line.strip() in ("stop", "quit", "exit"):
                return
            if line.strip() and control is not None:
                click.echo(_told(control, line))
    except KeyboardInterrupt:
        return
    _wait()  # without a terminal, as under a service manager, it goes on until it is stopped


def _told(control: Control, line: str) -> str:
    try:
        return control.tell(line)
    except HubError as error:
        return str(error)


def _wait() -> None:
    with stop_event() as stop:
        stop.wait()
