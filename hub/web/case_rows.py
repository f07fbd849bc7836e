"""A case as one line of a list: what it wants, by when, and what is at stake, in words and by a colour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.core.model import CaseState
from hub.web.formats import SOON

if TYPE_CHECKING:
    from hub.core.ports import CaseSummary
    from hub.core.readings import Deadline
    from hub.web.formats import Formats

_DAY = 86_400


class Urgency(StrEnum):
    """How much a case presses."""

    LATE = "late"
    SOON = "soon"
    TODAY = "today"
    LATER = "later"
    PAUSED = "paused"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class DueWords:
    """By when a case is due: how much it presses, the time left in words, and the instant itself."""

    urgency: Urgency
    left: str
    at: str = ""
    full: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    case: CaseSummary
    due: DueWords
    at_risk: str
    consequence: str


def row_of(case: CaseSummary, f: Formats) -> Row:
    """The line of a case."""
    deadline = case.deadline
    risk, what = "", ""
    if deadline is not None and deadline.consequence:
        what = f.words.maybe(f"model.consequence_{deadline.consequence}", deadline.consequence.replace("_", " "))
        risk = f.money(deadline.at_risk) if deadline.at_risk else (f.words("cases.unknown") * deadline.risk_unknown)
    return Row(case, due_words(deadline, case.state, f), risk, what)


def due_words(deadline: Deadline | None, state: CaseState, f: Formats) -> DueWords:
    """By when a case is due, for people."""
    if deadline is None:
        return DueWords(Urgency.NONE, f.words(f"model.rest_{state.value}"))
    if deadline.due is None and deadline.remaining is not None:
        return DueWords(Urgency.PAUSED, f.words("cases.paused", span=f.span(deadline.remaining)))
    if deadline.due is None:
        return DueWords(Urgency.UNKNOWN, f.words("cases.due_unknown"), full=deadline.problem)
    seconds = (deadline.due - f.now).total_seconds()
    steps = ((0, Urgency.LATE), (SOON + 1, Urgency.SOON), (_DAY, Urgency.TODAY))
    urgency = next((name for until, name in steps if seconds < until), Urgency.LATER)
    return DueWords(urgency, f.left(deadline.due), f.moment(deadline.due), f.moment_in_full(deadline.due))
