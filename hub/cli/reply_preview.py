"""A reply as its writer looks at it once more before it goes into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from hub.addressing import addressee_of, waiting_of, warnings_of
from hub.cli.desk_options import confirm, is_terminal
from hub.cli.safe_text import clean, one_line, size_text

if TYPE_CHECKING:
    from hub.core.model import Attachment, Case
    from hub.core.outbox import Reply


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be sent, and what else is on its way to the same customer."""

    case: Case
    text: str
    files: tuple[Attachment, ...]
    waiting: tuple[Reply, ...]


def tell_waiting(case: Case, replies: Sequence[Reply]) -> None:
    """Say, also to a script, which replies are on their way to this customer already."""
    if not is_terminal():
        for reply in waiting_of(replies):
            by = f" by {one_line(reply.by)}" if reply.by else ""
            click.echo(f"! Already in the outbox for {case.number}: reply {reply.key}{by}, {reply.state}.", err=True)


def look_again(sheet: Sheet, *, yes: bool) -> None:
    """Show a reply to whoever sits at a terminal, and ask whether it shall go."""
    if yes or not is_terminal() or not sheet.text.strip():
        return
    for line in preview(sheet.case, sheet.text, sheet.files, sheet.waiting):
        click.echo(line, err=True)
    confirm("Put it into the outbox?", yes=False)


def tell_collisions(before: Sequence[Reply], after: Sequence[Reply], *, yes: bool) -> None:
    """Say which replies somebody else queued while this one was written, and ask once more whether it shall go too."""
    known = {reply.key for reply in before}
    for other in (reply for reply in after if reply.key not in known and not reply.is_quiet):
        who, did = one_line(other.by) or "somebody", f"wrote a reply that is {other.state}"
        click.echo(f"! {who} {did} while you were writing to this customer ({other.key}):", err=True)
        for line in clean(other.text).strip().split("\n"):
            click.echo(f"  > {line}", err=True)
        confirm("Send yours as well?", yes=yes)


def preview(case: Case, text: str, files: Sequence[Attachment], waiting: Sequence[Reply]) -> list[str]:
    """What the customer will get, and what else is on its way, line by line."""
    newest = case.last_inbound
    subject = one_line((newest and newest.subject) or case.subject)
    lines = ["", f"To:       {addressee_of(case)}", f"Subject:  {subject or '(no subject)'}"]
    lines += [f"File:     {one_line(item.name)} ({size_text(item.size)}, {item.media_type})" for item in files]
    lines += ["", *(f"  {line}" for line in clean(text).strip().split("\n")), ""]
    lines += [f"! {warning}" for warning in warnings_of(newest)] if newest else []
    lines += [f"Already in the outbox for this customer: reply {r.key}, {r.state}." for r in waiting]
    return [*lines, *(["This replaces nothing: it is one reply more and will be sent once."] if waiting else [])]
