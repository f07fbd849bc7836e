"""What settles a customer's message: since when nobody waits for an answer to it, and by which answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hub.core.model import Case, Message
from hub.core.ordering import written_after
from hub.core.turns import Ending, Settlement

Settled = Mapping[str, Settlement]
"""Settlements by the ref of the message that each settles."""


def settle(case: Case, news: Iterable[Settlement]) -> Case:
    """The case with these messages settled; of two settlements of one message the earlier one ended the waiting."""
    settled = dict(case.settled)
    for settlement in news:
        before = settled.get(settlement.ref)
        if before is None or settlement.at < before.at:
            settled[settlement.ref] = settlement
    return replace(case, settled=settled)


def settled_by_sight(after: str, answer: Message, case: Case) -> Settled:
    """What `answer` settles whose writer had seen all up to the message with the ref `after`; nothing if not here."""
    place = next((place for place, m in enumerate(case.messages) if m.ref == after), -1)
    return _answered((m for m in case.messages[: place + 1]), answer)


def settled_by_time(message: Message, case: Case) -> Settled:
    """What a message settles where only the platform's instants tell: an answer, all that was written before it.

    A question that becomes known late is settled by an answer that was given after it, unless the hub sent that: its
    writer had not seen the question.
    """
    if message.answers:
        return _answered((m for m in case.messages if m.sent_at <= message.sent_at), message)
    later = written_after(case.messages, message.sent_at) if message.asks_for_an_answer else ()
    first = next((m for m in later if m.answers and not m.from_outbox), None)
    return _answered([message], first) if first is not None else {}


def _answered(messages: Iterable[Message], answer: Message) -> Settled:
    asked = (m.ref for m in messages if m.asks_for_an_answer)
    return {ref: Settlement(ref, answer.sent_at, Ending.ANSWERED, answer.ref) for ref in asked}


def unanswered(case: Case) -> frozenset[str]:
    """What the customer wrote after the last answer: whoever opens a closed case again takes it up again."""
    last = max((place for place, m in enumerate(case.messages) if m.answers), default=-1)
    return frozenset(m.ref for m in case.messages[last + 1 :] if m.asks_for_an_answer)
