"""Which batch a case is about: only a person can say, on a line of a note, since no platform tells of batches."""

from __future__ import annotations

import re

from hub.core.model import Author, Case, Direction

_WORDS = "batch|lot|parti|partij|charge|šarže|ロット"
_LINE = re.compile(rf"^[ \t]*(?:{_WORDS})[ \t]*[:：][ \t]*(\S[^\n\r]{{0,59}}?)[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_NONE = "-"


def batch_of(case: Case) -> str:
    """The batch that the newest line such as "batch: L2041" of a note names; empty where none does, or a "-" does."""
    for message in reversed(case.messages):
        if message.direction is Direction.NOTE and message.author is Author.SELLER and not message.automatic:
            told = _LINE.findall(message.text)
            if told:
                return "" if told[-1] == _NONE else str(told[-1])
    return ""


def cause_of(case: Case) -> str:
    """Why the customer came, as the platform tells it: the reason that was chosen, else its own word for the case."""
    reasons = (message.extra.get("reason", "") for message in case.messages)
    return next(filter(None, reasons), case.type_raw)
