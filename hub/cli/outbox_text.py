"""A reply of the outbox on the screen: where it stands, why, and what a person can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from hub.cli.safe_text import clean, one_line, size_text
from hub.core.outbox import FINAL, Hold, Reply, ReplyState, has_grown
from hub.core.outbox_alarms import Limits
from hub.core.platform_acts import in_words
from hub.core.uptime import Uptime

if TYPE_CHECKING:
    from rich.text import Text

    from hub.core.model import Case

_ADVICE: Mapping[ReplyState | Hold, str] = {
    Hold.GROWN: "Read what came since, then `casehub outbox release`, `edit` or `cancel` it.",
    Hold.APPROVAL: "A second person reads it: `casehub outbox approve`, or `cancel -m why`.",
    Hold.PERSON: "`casehub outbox release` lets it go, `casehub outbox cancel` takes it back.",
    Hold.CHANNEL: "Surely not sent; it goes on by itself when its channel works: `casehub check`.",
    ReplyState.UNCERTAIN: "It may have been sent: look on the platform, then `casehub outbox sent` or `retry` it.",
    ReplyState.REJECTED: "It will not be sent again: write another.",
    ReplyState.FAILED: "Surely not done: `casehub outbox retry` tries it again, `casehub outbox cancel` puts it away.",
}


def advice(reply: Reply) -> str:
    """What a person can do about a reply as it stands, if anything is wanted."""
    if reply.state is ReplyState.UNCERTAIN and reply.until is not None:
        return "The platform has it: `casehub deliver` asks what became of it."
    if reply.state is ReplyState.UNCERTAIN and not reply.needs_a_person:
        return "It may have been sent: `casehub deliver` looks it up before anything else."
    if reply.state is ReplyState.HELD:
        return _ADVICE[reply.hold or Hold.GROWN]
    return _ADVICE.get(reply.state, "")


class OutboxText:
    """Prints replies as they stand at one instant, in the time of the office."""

    def __init__(self, now: datetime, uptime: Uptime, zone: str, limits: Limits) -> None:
        self._now, self._uptime, self._zone, self._limits = now, uptime, zone, limits

    def lines(self, reply: Reply, width: int) -> Iterator[Text]:
        """A reply in a line, with its text and the reason why it waits in lines of their own."""
        from rich.text import Text

        yield self._head(reply)
        text = Text(f"  {': '.join(filter(None, (one_line(_act(reply)), one_line(reply.text))))}")
        text.truncate(width, overflow="ellipsis")
        yield text
        if reply.reason:
            yield Text(f"  {one_line(reply.reason)}", style="italic")

    def whole(self, reply: Reply, case: Case) -> Iterator[Text]:
        """All of a reply, and beside it what the customer wrote that its writer had not seen."""
        from rich.text import Text

        yield self._head(reply)
        for line in filter(None, (one_line(_act(reply)), one_line(reply.reason), advice(reply))):
            yield Text(f"  {line}", style="italic")
        if reply.text.strip():
            yield from (Text("\n  What was written:", style="bold"), _indented(reply.text))
        for file in reply.attachments:
            yield Text(f"  file {one_line(file.name)} ({size_text(file.size)}, {file.media_type})")
        newer = has_grown(case, reply) if reply.state not in FINAL else None
        if newer is not None:
            who = one_line(newer.sender.name or newer.sender.email) or "the customer"
            head = f"\n  What {who} wrote since, {self._time(newer.sent_at)}:"
            yield from (Text(head, style="bold red"), _indented(newer.text))

    def _head(self, reply: Reply) -> Text:
        from rich.text import Text

        from hub.cli.due_text import elapsed

        wanted = reply.needs_a_person
        age = elapsed(max(self._now - reply.written_at, timedelta()))
        by = f" by {one_line(reply.by)}" if reply.by else ""
        agreed = f", approved by {one_line(reply.approved_by)}" if reply.approved_by else ""
        head = f"{'!' if wanted else ' '} {reply.key}  {reply.case_number}  {reply.state}"
        told = Text(head, style="bold red" if wanted else "bold")
        told.append(f"\n  written {age} ago{by}{agreed}, on {reply.channel}{self._when(reply)}", style="dim")
        if reply.state not in FINAL and self._limits.overdue([reply], self._now):
            told.append("  waits for too long", style="bold red")
        return told

    def _when(self, reply: Reply) -> str:
        from hub.cli.due_text import elapsed

        if reply.state in FINAL or reply.needs_a_person:
            return ""
        if reply.send_at is not None and self._now < reply.send_at:
            return f", to be sent {self._time(reply.send_at)}"
        left = reply.waits_to_be_undone(self._now, self._uptime)
        if left:
            return f", sent in {left.total_seconds():.0f} s unless `casehub undo` takes it back"
        if reply.not_before is None:
            return ""
        rest = reply.not_before - self._now
        return f", next try in {elapsed(rest)}" if rest > timedelta() else ", next try with the next run"

    def _time(self, at: datetime) -> str:
        from hub.cli.due_text import local_time

        return local_time(at, self._now, self._zone)


def count_line(replies: Sequence[Reply]) -> str:
    """How many there are, and how many of them need a person."""
    asked = sum(reply.needs_a_person for reply in replies)
    if asked:
        return f"{asked} of {len(replies)} need a person, marked !"
    over = sum(reply.state in FINAL for reply in replies)
    return f"{len(replies) - over} in the outbox" + (f", {over} that are over" if over else "")


def tell_reply(reply: Reply, what: str) -> None:
    """Say in a sentence what became of a reply."""
    name = "Reply" if reply.act is None else "Act"
    click.echo(f"{name} {reply.key} to {reply.case_number} {what}.")


def _act(reply: Reply) -> str:
    return "" if reply.act is None else in_words(reply.act)


def _indented(text: str) -> Text:
    from rich.text import Text

    return Text("\n".join(f"    {line}" for line in clean(text).strip().split("\n")))
