"""What a customer may see of his own case: its state in plain words, and the conversation; never a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub import Author, Case, CaseState, Direction, Message
from hub_web_form.entries import Entry, Kind, StoredFile
from hub_web_form.wire import UNVERIFIED


class Standing(StrEnum):
    """Where a case stands, seen by its customer."""

    PENDING = "pending"
    WAITING = "waiting"
    PROMISED = "promised"
    LATE = "late"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said, as the page shows it."""

    by_customer: bool
    at: datetime
    text: str
    details: tuple[tuple[str, str], ...] = ()
    files: tuple[StoredFile, ...] = ()
    automatic: bool = False
    by_mail: bool = False


def standing(case: Case | None, due: datetime | None, now: datetime) -> Standing:
    """Where the case stands; one that is not taken in yet has no number either."""
    if case is None:
        return Standing.PENDING
    if case.state is CaseState.CLOSED:
        return Standing.CLOSED
    if case.waiting_since is None:
        return Standing.ANSWERED
    if due is None:
        return Standing.WAITING
    return Standing.LATE if due < now else Standing.PROMISED


def conversation(entries: Sequence[Entry], case: Case | None) -> list[Said]:
    """What the page's own record has, and the mails that its customer wrote in the same case, oldest first.

    Of the case nothing else is shown: notes and what the platform or other people wrote are none of his business. Of a
    case that ours was merged into nothing is, because it may be somebody else's as well.
    """
    said = [
        Said(entry.by == "customer", entry.at, entry.text, entry.details, entry.files, entry.automatic)
        for entry in entries
        if entry.kind is not Kind.SOLVED
    ]
    if entries and case is not None and case.ref == entries[0].case:
        known = {entry.id for entry in entries}
        said += [_mailed(m) for m in case.messages if m.ref not in known and _is_his(m, entries[0].email)]
    return sorted(said, key=lambda one: one.at)


def _is_his(message: Message, email: str) -> bool:
    """Whether the customer himself wrote it, from the address that opened the case."""
    return (
        message.direction is Direction.INBOUND
        and message.author is Author.CUSTOMER
        and not message.automatic
        and UNVERIFIED not in message.labels
        and bool(email)
        and message.sender.email.lower() == email.lower()
    )


def _mailed(message: Message) -> Said:
    return Said(by_customer=True, at=message.sent_at, text=message.text, by_mail=True)
