"""Replies that wait for longer than they may: nobody should notice an unsent answer by chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.core.escalation import Step
from hub.core.model import Case
from hub.core.outbox import FINAL, SETTLED, Reply, ReplyState
from hub.core.platform_acts import in_words
from hub.core.policy import Audience, Deed

OUTBOX = "outbox"
"""The clock of a step that tells of a reply that waits for too long."""

ALARMING = frozenset(ReplyState) - SETTLED
"""The states in which a reply can wait for too long."""


@dataclass(frozen=True, slots=True)
class Limits:
    """For how long a reply may be in each state, counted from when it was written or was to be sent.

    One that was refused, or that failed, is told of at once.
    """

    queued: timedelta = timedelta(minutes=30)
    held: timedelta = timedelta(hours=4)
    sending: timedelta = timedelta(minutes=30)
    accepted: timedelta = timedelta(days=1)
    uncertain: timedelta = timedelta(hours=1)

    def end(self, reply: Reply) -> datetime | None:
        """Until when this reply may be as it is; None where nobody needs to be told of it."""
        if reply.state in SETTLED or reply.is_quiet or reply.automatic:
            return None
        begins = reply.written_at if reply.send_at is None else max(reply.send_at, reply.written_at)
        end = begins + getattr(self, reply.state.value, timedelta())
        # What a platform has taken, and said by when it tells what became of it, is late after that and not before.
        taken = reply.state in (ReplyState.ACCEPTED, ReplyState.UNCERTAIN)
        return reply.until if taken and reply.until is not None else end

    def overdue(self, replies: Iterable[Reply], now: datetime) -> list[Reply]:
        """Those of the replies that have waited for longer than they may."""
        ends = ((reply, self.end(reply)) for reply in replies)
        return [reply for reply, end in ends if end is not None and end <= now]


def alarms(case: Case, replies: Iterable[Reply], limits: Limits, now: datetime) -> Iterator[Step]:
    """The steps that tell people of replies of a case that wait for too long, one for each state that one is in."""
    for reply in limits.overdue(replies, now):
        end = limits.end(reply) or now
        yield Step(
            case_number=case.number,
            channel=reply.channel,
            clock=OUTBOX,
            head=_head(reply),
            name=" ".join(filter(None, (reply.state.value, reply.hold or ""))),
            do=Deed.REMIND,
            audience=Audience.OWNER,
            at=end,
            due=end,
            subject=case.subject,
            case_type=case.type.value,
            customer=case.customer.name or case.customer.email,
            order_number=case.order.number if case.order else "",
            assignee=case.assignee,
            what=_what(reply),
            url=case.url,
        )


def _head(reply: Reply) -> str:
    """What makes an alarm one: that it failed once more is news again."""
    return f"{reply.key}@{reply.attempts}" if reply.state in FINAL else reply.key


def _what(reply: Reply) -> str:
    act = "reply" if reply.act is None else in_words(reply.act)
    because = f" ({reply.reason.rstrip('.')})" if reply.reason else ""
    return f"{act} {reply.key} is {reply.state}{because}: `casehub outbox show {reply.key}`"
