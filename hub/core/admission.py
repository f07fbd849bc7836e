"""How a message stands in the case it joins: what an address or a number that anybody can write must not do there."""

from __future__ import annotations

from dataclasses import replace

from hub.core.matching import Match
from hub.core.model import Direction, Message


def as_joined(message: Message, found: Match, known: frozenset[str]) -> Message:
    """The message as it stands in the case it joins, in which these addresses take part."""
    if found.unverified:
        message = replace(message, labels=(*message.labels, "unverified"))
    if found.guessable:
        message = _kept_to(known, message)
    if message.answers and message.recipients and known.isdisjoint(map(str.lower, message.recipients)):
        # "Re:" to the warehouse answers no customer, and must not stop the clock.
        message = replace(message, direction=Direction.NOTE)
    return message


def _kept_to(known: frozenset[str], message: Message) -> Message:
    """The message without anybody new to its case.

    Whoever writes a customer's address into From and a number into the subject must not lead the answer elsewhere by
    a Reply-To, or bring a stranger into the case by a Cc.
    """
    wanted = message.extra.get("reply_to", "")
    extra = dict(message.extra)
    if not known.issuperset(filter(None, wanted.split(", "))):
        extra["reply_to_refused"] = extra.pop("reply_to")
    return replace(message, extra=extra, recipients=tuple(a for a in message.recipients if a.lower() in known))
