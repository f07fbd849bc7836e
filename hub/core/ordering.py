"""Messages in the order of the platform's instants; equal instants keep the order in which they were learnt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime

from hub.core.model import Message

_sent_at: Callable[[Message], datetime] = lambda message: message.sent_at  # noqa: E731  a key used in a hot loop


def in_order(messages: Iterable[Message]) -> tuple[Message, ...]:
    """The messages, sorted."""
    return tuple(sorted(messages, key=_sent_at))


def with_one_more(messages: tuple[Message, ...], message: Message) -> tuple[Message, ...]:
    """Messages that are in order with one more; nearly always it is the newest, and then nothing is sorted."""
    late = bool(messages) and message.sent_at < messages[-1].sent_at
    return in_order((*messages, message)) if late else (*messages, message)


def written_after(messages: tuple[Message, ...], instant: datetime) -> tuple[Message, ...]:
    """Those of messages that are in order that were written after an instant."""
    return messages[bisect_right(messages, instant, key=_sent_at) :]
