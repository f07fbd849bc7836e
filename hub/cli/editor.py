"""Writing a reply in the person's own editor, with the conversation below a line that cuts it off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from hub.cli.safe_text import clean
from hub.core.model import Case, Direction, Message
from hub.drafts import SCISSORS
from hub.errors import Refused

_EXPLANATION = "# Write your reply above. This line and everything below it is cut off. An empty text sends nothing."
_LONGEST_QUOTE = 400


def template(case: Case, when: Callable[[Message], str], begun: str = "") -> str:
    """What the editor opens with: the text so far, and the conversation below the scissors, newest first."""
    quotes = [_quoted(message, when(message)) for message in reversed(case.messages)]
    head = f"# {case.number}: {clean(case.subject)}".replace("\n", " ")
    return "\n".join([begun, "", SCISSORS, _EXPLANATION, head, "", *quotes])


def written_text(content: str) -> str:
    """What the person wrote: everything above the scissors, without the empty lines around it."""
    above, _scissors, _below = content.replace("\r\n", "\n").partition(SCISSORS)
    return above.strip()


@contextmanager
def written_in_editor(path: Path, case: Case, when: Callable[[Message], str], begun: str = "") -> Iterator[str]:
    """The text a person writes, or finishes, in $VISUAL or $EDITOR, for the block that sends it.

    It is kept in the file while it is written, and goes on with what stands there. When the block fails, the file with
    the text stays, and the person is told: nothing typed is lost.
    """
    kept = _read(path)
    if kept and not begun:
        click.echo(f"Going on with your draft for {case.number}.", err=True)
    try:
        path.write_text(template(case, when, begun or kept), encoding="utf-8")
        _edit(path)
        yield _read(path)
    except BaseException:
        _keep_text(path, case.number)
        raise
    path.unlink(missing_ok=True)


def _edit(path: Path) -> None:
    try:
        click.edit(filename=str(path))
    except click.ClickException as error:
        raise Refused(f"{error.message}; name another in EDITOR, or give the text with -m.") from error


def _read(path: Path) -> str:
    try:
        return written_text(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise Refused("Your editor did not save the text as UTF-8; set it to UTF-8 and write again.") from error


def _keep_text(path: Path, number: str) -> None:
    try:
        text = _read(path)
    except Refused:
        click.echo(f"Your text is kept: {path}", err=True)
        return
    if not text:
        path.unlink(missing_ok=True)
        return
    path.write_text(text + "\n", encoding="utf-8")
    click.echo(f"Your text is kept; `casehub reply {number}` goes on with it: {path}", err=True)


def _quoted(message: Message, when: str) -> str:
    writer = message.sender.name or message.sender.email or message.author.value
    kind = "Note by " if message.direction is Direction.NOTE else ""
    lines = clean(message.text).split("\n")[:_LONGEST_QUOTE]
    return "\n".join([f"{kind}{clean(writer)}, {when}:", *(f"> {line}" for line in lines), ""])
