"""What a run or a person's word sets going once a reply is delivered."""

from __future__ import annotations

from datetime import datetime

from hub.core.acts import changed
from hub.core.events import ReplyQueued
from hub.core.model import Case
from hub.core.outbox import Reply, follow_up
from hub.core.ports import EvaluationOf, Writer


def queue_what_follows(reply: Reply, writer: Writer, evaluation_of: EvaluationOf, now: datetime) -> None:
    """Queue the act that follows a reply, if it is delivered and one does, and tell its case."""
    follows = follow_up(reply, now)
    if follows is None:
        return
    writer.save_reply(follows)
    case = case_of(follows, writer)
    change = changed(case, now, ReplyQueued(follows.key, follows.by, follows.kind))
    writer.save(change, evaluation_of(change.case))


def case_of(reply: Reply, writer: Writer) -> Case:
    """The case of a reply, merges followed: its message belongs where all are."""
    case = writer.case(reply.case_number)
    while case.merged_into:
        case = writer.case(case.merged_into)
    return case
