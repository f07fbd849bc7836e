"""What a customer may see of his own case: its state in plain words, and the conversation; never a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub import Case, CaseState
from hub_web_form.entries import Entry, Kind, StoredFile


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


def conversation(entries: Sequence[Entry]) -> list[Said]:
    """What the page's own record has, oldest first; nothing else of a case is shown.

    Notes and what a platform or other people wrote are none of the customer's business.
    """
    said = [
        Said(entry.by == "customer", entry.at, entry.text, entry.details, entry.files, entry.automatic)
        for entry in entries
        if entry.kind is not Kind.SOLVED
    ]
    return sorted(said, key=lambda one: one.at)


def with_what_it_became(entries: Sequence[Entry], others: Sequence[Entry]) -> tuple[Entry, ...]:
    """The conversation with that of the case which it was merged into, where the same customer wrote there."""
    same = bool(entries and others) and entries[0].email.lower() == others[0].email.lower()
    known = {entry.id for entry in entries}
    return (*entries, *(entry for entry in others if same and entry.id not in known))
