"""Entries of the journal -> casehub's model: pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from hub import (
    Attachment,
    Author,
    CaseState,
    CaseType,
    CaseUpdate,
    Direction,
    Message,
    Misunderstood,
    Order,
    Party,
)
from hub_web_form.entries import Entry, Kind

SOLVED = "solved_by_customer"
"""The word that stands as the state of a case whose customer said on the page that the matter is settled."""
UNVERIFIED = "unverified"
"""The label of what a machine may have written: a person looks at it, and nothing answers it by itself."""

_AUTHORS = {
    "customer": (Author.CUSTOMER, Direction.INBOUND),
    "seller": (Author.SELLER, Direction.OUTBOUND),
}


def to_update(entry: Entry) -> CaseUpdate:
    """What an entry tells of its case."""
    if entry.kind is Kind.SOLVED:
        return CaseUpdate(entry.case, entry.opened_at, state=CaseState.CLOSED, state_raw=SOLVED, state_at=entry.at)
    messages = (to_message(entry),)
    if entry.kind is not Kind.OPENED:
        type_, raw = (CaseType.RETURN, "return") if entry.kind is Kind.RETURN else (None, None)
        return CaseUpdate(entry.case, entry.opened_at, messages, type=type_, type_raw=raw)
    return CaseUpdate(
        entry.case,
        entry.opened_at,
        messages,
        subject=entry.title,
        type=_type(entry.type),
        type_raw=entry.topic,
        customer=Party(name=entry.name, email=entry.email, language=entry.language),
        order=Order(entry.order) if entry.order else None,
        priority="suspicious" if entry.suspicions else None,
    )


def to_message(entry: Entry) -> Message:
    """The message of an entry; an unknown author is an error, because a guess would stop or start a clock wrongly."""
    if entry.by not in _AUTHORS:
        raise Misunderstood(f"an entry at the front door was written by {entry.by!r}, a role that nobody knows")
    author, direction = _AUTHORS[entry.by]
    return Message(
        ref=entry.id,
        author=author,
        direction=direction,
        sent_at=entry.at,
        text=full_text(entry.text, entry.answers),
        subject=entry.subject,
        sender=Party(name=entry.name, email=entry.email, language=entry.language),
        automatic=entry.automatic,
        labels=(UNVERIFIED, "via-form") if entry.suspicions else ("via-form",),
        attachments=tuple(Attachment(file.name, file.media_type, file.size, file.digest) for file in entry.files),
        extra=_extra(entry),
    )


def _extra(entry: Entry) -> dict[str, str]:
    told = {"suspicions": "; ".join(entry.suspicions), "lost_files": ", ".join(entry.lost)}
    return {name: text for name, text in told.items() if text}


def full_text(text: str, details: Sequence[tuple[str, str]]) -> str:
    """What the customer wrote, with the answers to the questions of the topic below it."""
    answers = "\n".join(f"{question}: {answer}" for question, answer in details)
    return "\n\n".join(part for part in (text, answers) if part)


def _type(word: str) -> CaseType:
    return CaseType(word) if word in set(CaseType) else CaseType.UNKNOWN
