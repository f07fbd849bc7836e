"""A case that a mail told of and the case that its platform's own API brought are one: the API's case goes on."""

from __future__ import annotations

from datetime import datetime

from hub.core.acts import changed, taken_up
from hub.core.admission import as_note
from hub.core.events import Assigned, Classified, Detected, FactsLearnt, Happening
from hub.core.merge import Change
from hub.core.model import Case, CaseType

_ITSELF = "casehub"


def named_case(case: Case) -> str:
    """The mark of the platform's case that a mail surely tells of; empty where none is proven.

    What a mail tells of without proof bears no such mark among its thread keys.
    """
    key = case.about.key if case.about else ""
    return key if any(key in message.thread_keys for message in case.messages) else ""


def join(case: Case, other: Case, now: datetime) -> tuple[Change, Change]:
    """Let the platform's `case` take up `other`, which came by mail; the changes come in that order."""
    about = other.about
    reason = f"both are {about.ref} of {about.platform}" if about else ""
    messages = tuple(as_note(message) for message in other.messages)
    taken, gone = taken_up(case, other, messages, _ITSELF, now, reason)
    more = changed(taken.case, now, *_said_of(case, other))
    return Change(more.case, (*taken.events, *more.events)), gone


def _said_of(case: Case, other: Case) -> list[Happening]:
    """What is known of the mail's case, above all by what a person said, where the platform's case knows nothing."""
    said: list[Happening] = []
    if case.order is None and other.order is not None:
        said.append(FactsLearnt(order=other.order))
    if other.classified and not case.classified:
        said.append(Classified(other.type, other.priority or None, _ITSELF))
    if other.detected and not (case.detected or case.classified or case.type is CaseType.MISSING_ITEM):
        said.append(Detected(other.detected))
    if other.assignee and not case.assignee:
        said.append(Assigned(other.assignee, _ITSELF))
    return said
