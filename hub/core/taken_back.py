"""Messages that turned out otherwise: one that its platform took back, and one of ours that never arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hub.core.incoming import ClueKind, IncomingMessage
from hub.core.model import BOUNCED, RECALLED, UNDELIVERED, Case, Direction, Message
from hub.core.reply_events import ReplyBounced


def bounced_by(case: Case, incoming: IncomingMessage) -> ReplyBounced | None:
    """What a delivery report tells of a message of ours in this case; nothing where it reports no failure of one."""
    report = incoming.message
    if UNDELIVERED not in report.labels:
        return None
    ids = {clue.value for clue in incoming.clues if clue.kind is ClueKind.BOUNCED_MESSAGE_ID}
    ours = [m for m in case.messages if m.direction is Direction.OUTBOUND and ids & {m.ref, *m.thread_keys}]
    if not ours or BOUNCED in ours[-1].labels:
        return None
    return ReplyBounced(ours[-1].ref, report.ref, report.extra.get("failed", ""))


def unanswered_again(case: Case, what: ReplyBounced) -> Case:
    """The case without what the bounced message had settled: its customer has no answer."""
    messages = tuple(_marked(m, BOUNCED) if m.ref == what.ref else m for m in case.messages)
    settled = {ref: settlement for ref, settlement in case.settled.items() if settlement.answer != what.ref}
    return replace(case, messages=messages, settled=settled)


def recall(case: Case, ref: str) -> Case:
    """The case with a message marked as taken back by its platform."""
    return replace(case, messages=tuple(_marked(m, RECALLED) if m.ref == ref else m for m in case.messages))


def reopened_at(case: Case, at: datetime) -> datetime:
    """When the case stands open again: never before its last turn, which becomes known late at times."""
    return max(at, case.turns[-1].at) if case.turns else at


def _marked(message: Message, label: str) -> Message:
    return message if label in message.labels else replace(message, labels=(*message.labels, label))
