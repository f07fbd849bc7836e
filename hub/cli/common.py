"""What the commands share: an opened hub, output for people and for programs, and failing in one sentence."""

from __future__ import annotations

import codecs
import functools
import io
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, NoReturn, ParamSpec, TextIO, TypeVar

import click

from hub.json_text import json_text

if TYPE_CHECKING:
    from rich.console import Console

    from hub.app import Hub

P = ParamSpec("P")
R = TypeVar("R")

_WIDTH_OF_A_FILE = 200
_TRAILING_BLANKS = re.compile("[ ]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Options:
    """What was said before the command: `casehub --config … --debug COMMAND`."""

    config: Path | None = None
    log_format: str = "text"
    verbose: bool = False
    debug: bool = False
    no_color: bool = False

    @property
    def colors(self) -> bool:
        """Whether colours were neither refused here nor by the convention of https://no-color.org."""
        return not self.no_color and not os.environ.get("NO_COLOR")


def options() -> Options:
    """The global options of the command that runs."""
    context = click.get_current_context(silent=True)
    found = context.find_object(Options) if context else None
    return found or Options()


def with_hub(command: Callable[Concatenate[Hub, P], R]) -> Callable[P, R]:
    """Give a command an opened hub as its first argument, and close it afterwards."""
    return _with_hub(command, refresh=True)


def with_hub_as_it_is(command: Callable[Concatenate[Hub, P], R]) -> Callable[P, R]:
    """Like `with_hub`, for commands that look at or mend the database: nothing is brought up to date first."""
    return _with_hub(command, refresh=False)


def _with_hub(command: Callable[Concatenate[Hub, P], R], refresh: bool) -> Callable[P, R]:
    @functools.wraps(command)
    def opened(*args: P.args, **kwargs: P.kwargs) -> R:
        from hub.app import open_hub

        configure_log()
        with open_hub(options().config, refresh=refresh) as hub:
            return command(hub, *args, **kwargs)

    return opened


def configure_log() -> None:
    """Make the log as the global options want it."""
    import logging

    from hub import log

    chosen = options()
    level = logging.DEBUG if chosen.debug else logging.INFO if chosen.verbose else logging.WARNING
    log.configure(log.LogFormat(chosen.log_format), level, colors=chosen.colors and sys.stderr.isatty())


def no_channels(hub: Hub) -> str:
    """That there is no channel to work with, and what makes one."""
    if hub.settings.channels:
        return f"Every channel is switched off; enabled = true in {hub.settings.file} switches one on."
    return "There are no channels yet. Write one into hub.toml: `casehub init` makes a start."


def take_any_text(stream: TextIO | None) -> None:
    """Let a stream take every customer's text; the encoding of a bare machine would end a command at the first Å."""
    if not isinstance(stream, io.TextIOWrapper):
        return
    encoding = codecs.lookup(stream.encoding).name
    if encoding == "ascii":
        stream.reconfigure(encoding="utf-8")
    elif encoding != "utf-8":
        stream.reconfigure(errors="replace")


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
"""The option of every command that has something to tell; it arrives as `as_json`."""


def echo_json(data: object, one_line: bool = False) -> None:
    """Print data as JSON in UTF-8, keys in the order in which they were given, instants in ISO 8601 and UTC."""
    click.echo(json_text(data, one_line=one_line))


def console() -> Console:
    """A rich console on standard output that takes customers' text literally, without markup."""
    from rich.console import Console

    # In a file or pipe nothing is gained by cutting columns at the eighty that rich would assume.
    wide = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else _WIDTH_OF_A_FILE
    file = None if sys.stdout.isatty() else _WithoutTrailingBlanks()
    return Console(file=file, no_color=not options().colors, width=wide, markup=False, emoji=False, highlight=False)


class _WithoutTrailingBlanks(io.StringIO):
    """Standard output for rich, which fills every line of a table with blanks: of no use in a file or a pipe."""

    def write(self, text: str) -> int:
        """Write the lines without the blanks at their ends; rich hands over whole lines."""
        sys.stdout.write(_TRAILING_BLANKS.sub("", text))
        return len(text)

    def flush(self) -> None:
        """Flush standard output."""
        sys.stdout.flush()


class Misuse(click.ClickException):
    """What was asked for cannot be done as it was asked or set; another call, or another setting, will."""

    exit_code = 2


def fail(message: str) -> NoReturn:
    """End the command with one sentence on standard error and the exit code of a failure, 1."""
    raise click.ClickException(message)
