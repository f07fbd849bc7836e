"""How a message stands in the case it joins: what an address or a number that anybody can write must not do there."""

from __future__ import annotations

from dataclasses import replace

from hub.core.matching import Match
from hub.core.model import STANDS_IN, Direction, Message


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


def as_note(message: Message) -> Message:
    """The message as it stands in a case that came by the platform's own API.

    A notification only stands for what the platform tells there itself: it starts no clock there and settles nothing.
    """
    return replace(message, direction=Direction.NOTE) if STANDS_IN in message.labels else message


def tombstone(message: Message) -> Message:
    """What is kept of a message that its platform had taken back before it was read."""
    return replace(message, text="", html="", subject="", attachments=(), raw="")
