"""Whom an answer goes to, what its writer should see before, and what else is on its way to the same customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hub.core.outbox import WAITING
from hub.core.plain_text import one_line

if TYPE_CHECKING:
    from hub.core.model import Case, Message
    from hub.core.outbox import Reply


def waiting_of(replies: Sequence[Reply]) -> tuple[Reply, ...]:
    """Those of the replies to a customer that are on their way."""
    return tuple(reply for reply in replies if reply.state in WAITING and not reply.is_quiet)


def warnings_of(newest: Message) -> Iterator[str]:
    """What a person should see before an answer goes to somebody who may not be the customer."""
    wanted = newest.extra.get("reply_to", "")
    if wanted and wanted.split(", ") != [newest.sender.email]:
        yield f"{one_line(newest.sender.email)} wrote, but wants the answer sent to {one_line(wanted)}."
    if "unverified" in newest.labels:
        yield f"Nobody has written from {one_line(newest.sender.email)} in this case before."


def addressee_of(case: Case) -> str:
    """Whom an answer goes to."""
    newest = case.last_inbound
    if newest and newest.extra.get("reply_to"):
        return one_line(newest.extra["reply_to"])
    person = newest.sender if newest and (newest.sender.email or newest.sender.name) else case.customer
    return one_line(f"{person.name} <{person.email}>" if person.name and person.email else person.email or person.name)
