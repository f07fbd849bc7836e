"""Writes docs/reference.md from the commands themselves: `make docs`. A test says when it is out of date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from hub.cli import SECTIONS, main

FILE = Path(__file__).parent / "reference.md"
_WIDTH = 100
_HEAD = """# Reference

Every command with its options, as `casehub COMMAND --help` prints it. Made by `make docs`; do not edit it by hand.
Settings are in [hub.example.toml](../config/hub.example.toml), exit codes and errors in [operating.md](operating.md).
"""


def reference() -> str:
    """The text of docs/reference.md."""
    parts = [_HEAD, _block("casehub", main)]
    for title, entries in SECTIONS.items():
        parts.append(f"# {title}\n")
        for name in entries:
            command = main.get_command(click.Context(main), name)
            if command is not None:
                parts += [_block(path, inner) for path, inner in _with_subcommands(f"casehub {name}", command)]
    return "\n".join(parts)


def _with_subcommands(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _with_subcommands(f"{path} {name}", command.commands[name])


def _block(path: str, command: click.Command) -> str:
    # What `casehub` sets for itself holds for its commands; click gives it down only while a command line is read.
    settings = {**main.context_settings, "terminal_width": _WIDTH, "max_content_width": _WIDTH}
    context = click.Context(command, info_name=path, **settings)
    lines = [line.rstrip() for line in command.get_help(context).splitlines()]
    return "\n".join([f"## {path}\n", "```text", *lines, "```\n"])


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
