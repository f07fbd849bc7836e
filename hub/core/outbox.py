"""What became of a reply: its states, the ways between them, and what its case is told."""

# ruff: noqa: PLC0414  a reply and its states belong to the outbox: most modules take them from here

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hub.core.acted import effects
from hub.core.events import Happening, PromiseMade, ReplyDelivered
from hub.core.model import FROM_OUTBOX, Author, Case, Direction, Message, Party
from hub.core.platform_acts import Act, ActKind
from hub.core.reply import MOST_READ_BACKS as MOST_READ_BACKS
from hub.core.reply import Hold as Hold
from hub.core.reply import Receipt as Receipt
from hub.core.reply import Reply as Reply
from hub.core.reply import ReplyState as ReplyState
from hub.core.uptime import BY_THE_WALL, Uptime, rest_of

FINAL = frozenset({ReplyState.DELIVERED, ReplyState.REJECTED, ReplyState.FAILED, ReplyState.CANCELLED})
WAITING = frozenset(ReplyState) - FINAL
SETTLED = frozenset({ReplyState.DELIVERED, ReplyState.CANCELLED})
"""What nobody has to look at any more; a refused or failed reply is final, yet its customer has no answer."""
_WAYS: Mapping[ReplyState, frozenset[ReplyState]] = {
    # QUEUED becomes UNCERTAIN when a backup was put back: it may have been sent since the backup was made.
    ReplyState.QUEUED: frozenset(
        {ReplyState.SENDING, ReplyState.HELD, ReplyState.CANCELLED, ReplyState.DELIVERED, ReplyState.UNCERTAIN}
    ),
    ReplyState.HELD: frozenset({ReplyState.QUEUED, ReplyState.CANCELLED, ReplyState.DELIVERED, ReplyState.UNCERTAIN}),
    ReplyState.SENDING: frozenset(
        {
            ReplyState.ACCEPTED,
            ReplyState.DELIVERED,
            ReplyState.UNCERTAIN,
            ReplyState.REJECTED,
            ReplyState.QUEUED,
            ReplyState.HELD,
        }
    ),
    ReplyState.ACCEPTED: frozenset(
        {ReplyState.DELIVERED, ReplyState.REJECTED, ReplyState.FAILED, ReplyState.UNCERTAIN}
    ),
    # UNCERTAIN becomes FAILED when the platform tells later that what it took has failed.
    # It becomes HELD again when it was held before a backup made it doubtful.
    ReplyState.UNCERTAIN: frozenset(
        {ReplyState.DELIVERED, ReplyState.QUEUED, ReplyState.HELD, ReplyState.FAILED, ReplyState.CANCELLED}
    ),
    ReplyState.REJECTED: frozenset({ReplyState.DELIVERED, ReplyState.CANCELLED}),
    # Only a person sends again what failed: the platform may fail at it for the same reason.
    ReplyState.FAILED: frozenset({ReplyState.QUEUED, ReplyState.DELIVERED, ReplyState.CANCELLED}),
    ReplyState.DELIVERED: frozenset(),
    ReplyState.CANCELLED: frozenset({ReplyState.DELIVERED}),
}

SETTLE = timedelta(minutes=2)
"""How long an uncertain reply rests before it is read back, so that a late landing is seen."""

LONGEST_WORD = timedelta(days=1)
"""So long at most the hub waits for what a platform said it would tell, then a person decides."""

THEN = "then"
"""The name in a reply's `extra` of the kind of act that follows it, once it is delivered."""

_ITSELF = "casehub"
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)


def follow_up(reply: Reply, now: datetime) -> Reply | None:
    """The act that follows a reply once it is delivered, if one does: closing the case on the platform as well."""
    if reply.state is not ReplyState.DELIVERED or reply.extra.get(THEN) != ActKind.CLOSE:
        return None
    return Reply(
        f"{reply.key}-{ActKind.CLOSE}",
        reply.case_number,
        reply.channel,
        "",
        now,
        by=reply.by,
        after=reply.after,
        act=Act(ActKind.CLOSE),
    )


class WrongWayError(ValueError):
    """A reply cannot go from the state it is in to the one asked for."""


def move(reply: Reply, state: ReplyState, reason: str = "", not_before: datetime | None = None) -> Reply:
    """The reply in its next state; a way that does not exist is a WrongWayError."""
    if state not in _WAYS[reply.state]:
        raise WrongWayError(f"a reply that is {reply.state} cannot become {state}")
    return replace(reply, state=state, reason=reason, not_before=not_before, hold=None, rest=None)


def hold(reply: Reply, why: Hold, reason: str, not_before: datetime | None = None) -> Reply:
    """The reply held, for what it waits; `not_before` is when its channel is tried again."""
    return replace(move(reply, ReplyState.HELD, reason, not_before), hold=why)


def rested(reply: Reply, now: datetime, uptime: Uptime) -> Reply:
    """The reply with its pause, which begins now, measured by the uptime: nobody's setting of a clock shortens it."""
    if reply.rest is not None or reply.not_before is None or reply.not_before <= now:
        return reply
    return replace(reply, rest=rest_of(reply.not_before - now, uptime))


def undoable(reply: Reply, undo: timedelta, now: datetime, uptime: Uptime) -> Reply:
    """The queued reply with the time in which its writer may still take it back; one that is sent later has none."""
    if not undo or reply.state is not ReplyState.QUEUED or reply.send_at is not None or reply.is_quiet:
        return reply
    return rested(replace(reply, not_before=now + undo), now, uptime)


def settle_again(reply: Reply, now: datetime, uptime: Uptime, settle: timedelta = SETTLE) -> Reply:
    """An uncertain reply of before the machine was started anew rests once more: nobody knows how long it did.

    Only once, and by the clock on the wall: where every run has a machine of its own it would rest for ever.
    """
    rest = reply.rest
    if reply.state is not ReplyState.UNCERTAIN or rest is None or not rest.boot or rest.boot == uptime.boot:
        return reply
    return replace(reply, not_before=now + settle, rest=BY_THE_WALL)


def start_sending(reply: Reply, *, told: bool = False) -> Reply:
    """The reply as it must be stored before the first byte leaves; `told` means that it will be told when that does."""
    sending = move(reply, ReplyState.SENDING)
    return replace(sending, attempts=reply.attempts + 1, until=None, receipt_ref="", gone=not told)


def retry_later(reply: Reply, reason: str, now: datetime, jitter: float, after: datetime | None = None) -> Reply:
    """Queue a reply again that was surely not accepted; `jitter` in [0, 1) spreads the pauses.

    Where the platform said `after`, that is the pause and the attempt does not count.
    """
    if after is not None:
        waiting = move(reply, ReplyState.QUEUED, reason, max(after, now))
        return replace(waiting, attempts=max(reply.attempts - 1, 0))
    return move(reply, ReplyState.QUEUED, reason, now + _pause(reply, jitter))


def hold_for_channel(reply: Reply, reason: str, now: datetime, jitter: float) -> Reply:
    """Hold a reply that was surely not accepted until its channel works again, which is tried with growing pauses."""
    return hold(reply, Hold.CHANNEL, reason, now + _pause(reply, jitter))


def _pause(reply: Reply, jitter: float) -> timedelta:
    doublings: int = min(max(reply.attempts - 1, 0), 16)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE) * (0.5 + jitter / 2)


def broken_off(reply: Reply, reason: str, now: datetime, settle: timedelta = SETTLE, jitter: float = 0.0) -> Reply:
    """The reply of a run that ended in the middle: sent again if it surely had not left, else read back.

    One that ended several runs waits for longer each time, so that the others come to their turn.
    """
    if reply.state is ReplyState.SENDING and not reply.gone:
        told = f"{reason}, before anything had left"
        return move(reply, ReplyState.QUEUED, told) if reply.attempts < 2 else retry_later(reply, told, now, jitter)
    return become_uncertain(reply, reason, now, settle)


def become_uncertain(reply: Reply, reason: str, now: datetime, settle: timedelta = SETTLE) -> Reply:
    """Mark a reply that may have been sent; it rests for `settle` before it is read back."""
    return replace(move(reply, ReplyState.UNCERTAIN, reason, now + settle), read_backs=0)


def doubted(reply: Reply, now: datetime, settle: timedelta = SETTLE) -> Reply:
    """A reply that was open when a backup was made, now that it was put back: it may have been sent since."""
    uncertain = become_uncertain(reply, "a backup was put back after this was queued", now, settle)
    return replace(uncertain, hold=reply.hold)


def not_sent(reply: Reply) -> Reply:
    """An uncertain reply that the platform surely does not have: it is sent again, or waits for what it waited for."""
    if reply.hold is not None:
        return hold(reply, reply.hold, "the platform does not have it, so it still waits")
    return move(reply, ReplyState.QUEUED, "the platform does not have it, so it is sent again")


def still_uncertain(reply: Reply, reason: str, now: datetime, settle: timedelta = SETTLE) -> Reply:
    """Count a read-back that could not tell; the pauses grow until a person is asked.

    Before the instant by which the platform said it would tell, nobody is asked.
    """
    if reply.state is not ReplyState.UNCERTAIN:
        raise WrongWayError(f"a reply that is {reply.state} is not read back")
    tried = reply.read_backs + 1
    again = now + min(settle * 2 ** min(tried, 16), _LONGEST_PAUSE)
    until = reply.until if reply.until is not None and now < reply.until else None
    if until is not None:
        again = min(again, until)
    return replace(reply, read_backs=tried, reason=reason, not_before=again, until=until, rest=None)


def with_receipt(reply: Reply, receipt: Receipt, now: datetime) -> Reply:
    """The reply with the platform's own reference, and with its word when it will say more, which it gives once."""
    until = reply.until
    if not receipt.final and receipt.until is not None and not reply.receipt_ref:
        until = min(receipt.until, now + LONGEST_WORD)
    return replace(reply, receipt_ref=receipt.ref or reply.receipt_ref, until=until)


def without_asking(reply: Reply) -> Reply:
    """The reply as it is; one that is automatic is cancelled instead of asking a person about it."""
    if reply.automatic and reply.needs_a_person:
        return move(reply, ReplyState.CANCELLED, reply.reason)
    return reply


def has_grown(case: Case, reply: Reply) -> Message | None:
    """What the writer of this reply had not seen, if there is such: a customer's newer message, or another's answer."""
    newest, seen = case.last_inbound, next((m for m in case.messages if m.ref == reply.after), None)
    if newest is not None and _has_come_since(newest, reply, seen):
        return newest
    # Somebody has answered elsewhere, in the portal or from a mail program: two answers may say two things.
    since = max(reply.seen_at or reply.written_at, seen.sent_at if seen is not None else reply.written_at)
    others = (m for m in reversed(case.messages) if m.answers and not m.from_outbox and m.sent_at > since)
    return None if reply.automatic or reply.is_quiet else next(others, None)


def _has_come_since(newest: Message, reply: Reply, seen: Message | None) -> bool:
    is_another = bool(reply.after) and newest.ref != reply.after and newest.asks_for_an_answer
    return is_another and (seen is None or newest.sent_at >= seen.sent_at)


def delivered(reply: Reply, at: datetime, ref: str = "", how: str = "") -> tuple[Happening, ...]:
    """What happened to the case of a reply that the platform took at this instant, under its own reference `ref`."""
    written = _written(reply, at, ref, how) if reply.writes_to_the_customer else ()
    if reply.act is None:
        return written
    reason = reply.extra.get("reason", "")
    return (*written, *effects(reply.act, reply.key, reply.by, reply.text, at, reason, ref))


def _written(reply: Reply, at: datetime, ref: str, reason: str) -> tuple[Happening, ...]:
    message = as_message(reply, at, ref)
    if reply.automatic:
        # Whatever its `after` names was acknowledged and not answered, so it settles nothing and closes nothing.
        told = ReplyDelivered(reply.key, message, reason)
    else:
        told = ReplyDelivered(reply.key, message, reason, reply.after, reply.then_close)
    return (told,) if reply.promise is None else (told, PromiseMade(reply.key, reply.promise, _ITSELF))


def as_message(reply: Reply, at: datetime, ref: str = "") -> Message:
    """The delivered reply as a message of its case; `ref` is the platform's own reference, which answers point at."""
    return Message(
        ref=FROM_OUTBOX + reply.key,
        author=Author.SELLER,
        direction=Direction.OUTBOUND,
        sent_at=at,
        text=reply.text,
        sender=Party(name=reply.by),
        automatic=reply.automatic,
        attachments=reply.attachments,
        thread_keys=(ref,) if ref else (),
    )
