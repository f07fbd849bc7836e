"""The history of a case in words: one sentence for each event."""

from __future__ import annotations

from hub.core import events
from hub.core.model import Direction, Message


def told(event: events.Event) -> str:
    """What happened, by whom and why."""
    what = event.what
    match what:
        case events.Opened():
            return _because(f"opened on {what.channel}", what.reason)
        case events.MessageArrived():
            return _because(_arrival(what.message), what.reason)
        case events.MessageReread():
            return f"message of {_writer(what.message)} read again from its original"
        case events.FactsLearnt():
            return f"learnt: {', '.join(_facts(what))}"
        case events.StateChanged():
            return _because(f"{what.state} by {what.who or what.by}", what.raw or what.reason)
        case events.Assigned():
            return f"given to {what.to} by {what.who}" if what.to else f"given back by {what.who}"
        case _:
            return _told_of_replies_and_merges(what)


def _told_of_replies_and_merges(what: events.Happening) -> str:
    match what:
        case events.ReplyQueued():
            return f"reply {what.key} queued by {what.who}"
        case events.ReplyDelivered():
            return _because(f"reply {what.key} delivered", what.reason)
        case events.ReplyStopped():
            return _because(f"reply {what.key} {what.state}", what.reason)
        case events.Absorbed():
            return f"took up {what.number} with {len(what.messages)} messages, merged by {what.who}"
        case events.Merged():
            return f"went on as {what.into}, merged by {what.who}"
        case _:
            return type(what).__name__


def _arrival(message: Message) -> str:
    if message.direction is Direction.NOTE:
        return f"note by {_writer(message)}"
    return f"{message.direction} message of {_writer(message)}"


def _writer(message: Message) -> str:
    return message.sender.name or message.sender.email or message.author.value


def _facts(what: events.FactsLearnt) -> list[str]:
    names = ("subject", "type", "type_raw", "customer", "order", "url")
    return [name for name in names if getattr(what, name) is not None]


def _because(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what
