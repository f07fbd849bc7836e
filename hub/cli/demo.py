"""`casehub demo`: see it work without a server or an account."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.stopping import stop_event

if TYPE_CHECKING:
    from hub.core.uptime import Clock
    from hub.web.serving import Serving


@click.command(short_help="Play a day on pretended marketplaces, without any set-up.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("casehub-demo"),
    show_default=True,
    help="Where the demo puts its settings and data.",
)
@click.option("--serve", is_flag=True, help="Keep the pretended platforms running afterwards, to go on by hand.")
@click.option("--web", is_flag=True, help="Open the inbox of that day in a browser afterwards, platforms and all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="Where --web serves it.")
def demo(folder: Path, serve: bool, web: bool, port: int) -> None:
    """Play a day at a pretended shop with three marketplaces and a mailbox: see what is due and what a miss costs,
    answer, hand over, let one case wait for too long, and see what the day has saved and lost.

    Needs no server, no account and no network, and takes some seconds: the day goes by a clock of its own. It leaves a
    folder with settings and cases to go on exploring.

    With --web the inbox is served at the end, by the day's own clock: what you answer there is delivered to the
    pretended platforms.

    Example: casehub demo --web
    """
    from contextlib import ExitStack
    from datetime import timedelta

    from hub.clock import SystemClock, time_told_by
    from hub.demo import stage
    from hub.demo.day import DemoClock, working_morning
    from hub.demo.story import play

    stage.fresh_folder(folder)
    today = SystemClock().now()
    clock = DemoClock(working_morning(today, stage.holidays(today.year), stage.ZONE))
    platforms = stage.pretended_platforms(clock)
    with ExitStack() as served:
        for platform in platforms.values():
            served.enter_context(platform)
        settings = stage.write_settings(folder, platforms, today.year)
        with stage.settings_in_force(settings.resolve()), time_told_by(clock):
            cast = play(folder, clock, platforms, click.echo, _run)
            clock.set(clock.now() + timedelta(minutes=1))
            _farewell(folder, cast.left.number if cast.left else "CH-1001", serve or web)
            if web:
                clock.go_on()
                _open_inbox(settings, clock, port)
            elif serve:
                clock.let_go()
                with stop_event() as stop:
                    stop.wait()


def _open_inbox(settings: Path, clock: Clock, port: int) -> None:
    """Serve the inbox of the day that was played, to somebody called demo."""
    from hub.app import open_hub
    from hub.cli.serve import serve_pages

    click.echo()
    with open_hub(settings, clock) as hub:
        serve_pages(hub, lambda: _serving(port), "demo", say=lambda _text: None)


def _serving(port: int) -> Serving:
    from datetime import timedelta

    from hub.web.serving import Serving

    return Serving("127.0.0.1", port, every=timedelta(minutes=1))


def _run(arguments: Sequence[str]) -> None:
    """Show a command as it would be typed, and run it for real."""
    from hub.cli import main

    shown = [argument if "\n" not in argument else argument.split("\n", maxsplit=1)[0] + " …" for argument in arguments]
    click.echo()
    click.secho(f"$ casehub {shlex.join(shown)}", bold=True)
    main.main(list(arguments), prog_name="casehub", standalone_mode=False)


def _own_name() -> str:
    """How to call this command from any folder: by its name if the shell finds it, else by its path."""
    called = Path(sys.argv[0])
    is_script = called.name == "casehub" and called.exists()
    return shlex.quote(str(called.resolve())) if is_script and shutil.which("casehub") is None else "casehub"


def _farewell(folder: Path, told: str, serve: bool) -> None:
    click.echo()
    click.echo(f"Everything is in {folder}/. Go on with the same commands, for example:")
    click.secho(f"  cd {shlex.quote(str(folder))}", bold=True)
    for command in ("cases", "search paket", f"explain {told}", "summary --since 30d"):
        click.secho(f"  {_own_name()} {command}", bold=True)
    if serve:
        click.echo(
            "The pretended platforms go on by your own clock, so `casehub sync`, `reply` and `deliver` work too."
        )
        click.echo("Do that in another terminal; Ctrl-C here stops them.")
    else:
        click.echo("By your own clock it is later than in the demo: what still waits there looks late now.")
        click.echo("The platforms have stopped, so reading and sending would fail; `casehub demo --serve` keeps them.")
