"""How the channels are doing: what last worked, what is behind and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.core.outbox import FINAL, WAITING, Reply
from hub.core.ports import ChannelRecord, Clock, Store

IDLE = "it is switched off, or not in hub.toml any more: switch it on, or `casehub outbox cancel` them"
"""Why nobody sends the replies of a channel that no run works on."""

_OLD_REPLY = timedelta(minutes=30)
"""A reply that has waited so long is an alarm: nobody should notice an unsent answer by chance."""


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """One channel's health; `troubles` is empty when all is well."""

    name: str
    record: ChannelRecord
    replies_waiting: int = 0
    replies_for_a_person: int = 0
    unreadable: int = 0
    troubles: tuple[str, ...] = field(default=())

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.troubles


def examine(
    store: Store, clock: Clock, silent_after: dict[str, timedelta], broken: dict[str, str]
) -> list[ChannelHealth]:
    """The health of every enabled channel (with its allowed silence), of every broken one (with its error), and of
    every other one that still has replies to send.
    """
    now = clock.now()
    unreadable = [store.summary(number).channel for number, _ in store.unreadable()]
    found = []
    for name in sorted({*silent_after, *broken, *(reply.channel for reply in store.replies(WAITING))}):
        record, replies = store.channel(name), store.replies(channel=name)
        troubles = [broken[name]] if name in broken else [f"its replies wait, but {IDLE}"]
        if name in silent_after:
            troubles = _reading_troubles(record, silent_after[name], now)
        troubles += _reply_troubles(replies, now)
        waiting = [reply for reply in replies if reply.state not in FINAL and not reply.needs_a_person]
        person = [reply for reply in replies if reply.needs_a_person]
        found.append(ChannelHealth(name, record, len(waiting), len(person), unreadable.count(name), tuple(troubles)))
    return found


def _reading_troubles(record: ChannelRecord, silent_after: timedelta, now: datetime) -> list[str]:
    troubles = []
    if record.error:
        since = f" (since {record.failing_since:%Y-%m-%d %H:%M} UTC)" if record.failing_since else ""
        troubles.append(record.error + since)
    if record.succeeded_at is None:
        troubles.append("was never read to its end")
    elif now - record.succeeded_at > silent_after:
        troubles.append(
            f"was last read {in_words(now - record.succeeded_at)} ago, and should be every {in_words(silent_after)}"
        )
    return troubles


def _reply_troubles(replies: Sequence[Reply], now: datetime) -> list[str]:
    person = [reply for reply in replies if reply.needs_a_person]
    old = [r for r in replies if r.state not in FINAL and not r.needs_a_person and now - r.written_at > _OLD_REPLY]
    troubles = []
    if person:
        troubles.append(f"{_count(person)} for you to decide on: `casehub outbox`")
    if old:
        age = in_words(now - min(reply.written_at for reply in old))
        troubles.append(f"{_count(old)} unsent, the oldest for {age}: `casehub outbox`")
    return troubles


def _count(replies: Sequence[Reply]) -> str:
    return "1 reply is" if len(replies) == 1 else f"{len(replies)} replies are"


def in_words(span: timedelta) -> str:
    """A span of time in its largest fitting unit: 45 s, 12 min, 3 h, 2 days."""
    seconds = int(span.total_seconds())
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    if seconds < 48 * 3600:
        return f"{round(seconds / 3600)} h"
    return f"{round(seconds / 86400)} days"
