"""What a person does with a case: each act turns the case into a Change, or is Refused with what to do instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hub.core.events import (
    Absorbed,
    Assigned,
    Event,
    FactsLearnt,
    Happening,
    Merged,
    MessageArrived,
    MessageReread,
    ReplyQueued,
    StateChanged,
)
from hub.core.incoming import IncomingMessage
from hub.core.merge import Change, customer_of, order_of
from hub.core.model import Attachment, Author, Case, CaseState, CaseType, Direction, Message, Party
from hub.core.outbox import THEN, WAITING, Reply, ReplyState, has_grown
from hub.core.plain_text import clean, one_line
from hub.core.platform_acts import ActKind
from hub.core.policy import ClockName, Forbidden, Policy
from hub.core.readings import Evaluation
from hub.core.replay import apply
from hub.errors import Refused

_MOST_LINES, _LONGEST_LINE = 12, 200
CANCELLABLE = frozenset(
    {ReplyState.QUEUED, ReplyState.HELD, ReplyState.UNCERTAIN, ReplyState.REJECTED, ReplyState.FAILED}
)
"""The states in which a person may take a reply back."""


def note(case: Case, text: str, key: str, who: str, now: datetime) -> Change:
    """Write down something that stays in the house."""
    require_unmerged(case)
    if not text.strip():
        raise Refused("A note without text says nothing; give it with -m or on standard input.")
    written = Message(
        ref=f"note:{key}",
        author=Author.SELLER,
        direction=Direction.NOTE,
        sent_at=now,
        text=text.strip(),
        sender=Party(name=who),
    )
    return changed(case, now, MessageArrived(written))


def assign(case: Case, to: str, who: str, now: datetime) -> Change:
    """Give the case to somebody, or (empty `to`) back to everybody."""
    require_unmerged(case)
    if to == case.assignee:
        taken = f"{case.number} is with {to} already" if to else f"{case.number} is with nobody already"
        raise Refused(f"{taken}; nothing was changed.")
    return changed(case, now, Assigned(to, who))


def close(case: Case, reason: str, who: str, now: datetime, forbidden: Forbidden | None = None) -> Change:
    """Say that the case needs nobody any more; `forbidden` says that its platform wants an answer first."""
    require_unmerged(case)
    if case.state is CaseState.CLOSED:
        raise Refused(f"{case.number} is closed already; `casehub reopen {case.number}` opens it again.")
    require_answered(case, forbidden)
    return changed(case, now, StateChanged(CaseState.CLOSED, Author.SELLER, who, reason))


def reopen(case: Case, reason: str, who: str, now: datetime) -> Change:
    """Take up a closed case again."""
    require_unmerged(case)
    if case.is_open:
        raise Refused(f"{case.number} is {case.state} and not closed; `casehub reply {case.number}` answers it.")
    return changed(case, now, StateChanged(CaseState.OPEN, Author.SELLER, who, reason))


def require_answerable(case: Case) -> None:
    """Refuse a case that nobody can be answered on, before somebody writes a reply for nothing."""
    require_unmerged(case)
    writers = [m.sender for m in case.messages if m.direction is Direction.INBOUND]
    if not any(party.email or party.name or party.customer_number for party in (case.customer, *writers)):
        raise Refused(f"{case.number} names nobody to answer; `casehub show {case.number}` has what is known of it.")


def queue_reply(
    case: Case,
    text: str,
    attachments: Iterable[Attachment],
    key: str,
    after: str,
    who: str,
    now: datetime,
    *,
    then_close: bool = False,
    there: bool = False,
    send_at: datetime | None = None,
    client_key: str = "",
) -> tuple[Change, Reply]:
    """Approve a reply; `after` is the ref of the newest message from outside that its writer saw.

    With `then_close` the case is closed when the reply is delivered, not before: until then its clock runs. With
    `there` it is to be closed on the platform, and here when that is done.
    """
    require_answerable(case)
    if not text.strip():
        raise Refused("A reply without text is not sent; give it with -m, on standard input or in the editor.")
    reply = Reply(
        key,
        case.number,
        case.channel,
        text,
        now,
        by=who,
        attachments=tuple(attachments),
        after=after,
        then_close=then_close and not there,
        extra={THEN: ActKind.CLOSE.value} if then_close and there else {},
        send_at=send_at,
        client_key=client_key,
    )
    require_seen(case, reply)
    return changed(case, now, ReplyQueued(key, who)), reply


def absorb(case: Case, other: Case, replies: Sequence[Reply], who: str, now: datetime) -> tuple[Change, Change]:
    """Let `case` take up everything of `other`, whose replies are given; the changes come in that order."""
    require_unmerged(case)
    require_unmerged(other)
    if case.number == other.number:
        raise Refused(f"{case.number} cannot go on as itself; name another case to merge it into.")
    if case.channel != other.channel:
        raise Refused(
            f"{other.number} came by {other.channel} and {case.number} by {case.channel}: a reply goes out on one "
            "channel only, so answer each and leave a note on both."
        )
    waiting = [reply for reply in replies if reply.state in WAITING and not reply.is_quiet]
    if waiting:
        raise Refused(
            f"{other.number} has a reply in the outbox that is {waiting[0].state} ({waiting[0].key}); "
            "deliver or cancel it first, then merge."
        )
    return taken_up(case, other, other.messages, who, now)


def taken_up(
    case: Case, other: Case, messages: tuple[Message, ...], who: str, now: datetime, reason: str = ""
) -> tuple[Change, Change]:
    """What happens to `case` and to `other` when the one takes up the other with these messages."""
    asked = (message.ref for message in messages if message.direction is Direction.INBOUND)
    refs = sorted(ref for ref in asked if ref in other.settled)
    settled = tuple(other.settled[ref] for ref in refs)
    absorbed = Absorbed(
        other.number,
        messages,
        who,
        reason,
        settlements=settled,
        promises=other.promises,
        decisions=other.decisions,
        portal_tasks=other.portal_tasks,
        evidence=other.evidence,
    )
    return changed(case, now, absorbed), changed(other, now, Merged(case.number, who, reason))


def take_reread(case: Case, incoming: IncomingMessage, now: datetime, *, unverified: bool = False) -> Change:
    """Put a message that was read again from its original in the place of the unreadable one.

    A case that this message had opened learns from it what it is about.
    """
    before = next(m for m in case.messages if m.ref == incoming.message.ref)
    doubtful = (unverified or "unverified" in before.labels) and "unverified" not in incoming.message.labels
    labels = (*incoming.message.labels, *(("unverified",) if doubtful else ()))
    happened: list[Happening] = [MessageReread(replace(incoming.message, labels=labels))]
    if case.ref == before.ref and case.type is CaseType.UNREADABLE:
        happened.append(_facts_of(incoming))
    return changed(case, now, *happened)


def _facts_of(incoming: IncomingMessage) -> FactsLearnt:
    learnt = FactsLearnt(
        subject=incoming.message.subject,
        type=incoming.type,
        customer=customer_of(incoming.message),
        order=order_of(incoming),
    )
    about = incoming.about
    if about is None:
        return learnt
    return replace(
        learnt,
        type_raw=about.type_raw,
        url=about.url,
        market=about.market,
        marketplace=about.marketplace,
        about=about,
    )


def changed(case: Case, now: datetime, *happened: Happening) -> Change:
    """The case after a person's act, with the events it made; platform and hub learn of these at once."""
    events = tuple(Event(what, now, now) for what in happened)
    for event in events:
        case = apply(case, event)
    return Change(case, events)


def require_unmerged(case: Case) -> None:
    """Refuse a case that went on as another one."""
    if case.merged_into:
        raise Refused(f"{case.number} went on as {case.merged_into}; do this on {case.merged_into}.")


def closing_forbidden(policy: Policy, evaluation: Evaluation) -> Forbidden | None:
    """What a policy demands before a case is closed that its platform counts as a question; a return, say, is none."""
    asked = any(reading.clock is ClockName.FIRST_RESPONSE for reading in evaluation.clocks)
    return policy.close_without_message if asked else None


def require_answered(case: Case, forbidden: Forbidden | None) -> None:
    """Refuse to close a case that its platform forbids to close before it was answered."""
    if forbidden is not None and not any(message.answers for message in case.messages):
        raise Refused(
            f"{case.number} cannot be closed yet: {forbidden.reason.rstrip('.')} ({forbidden.source.where}); "
            f"answer it with `casehub reply {case.number} --close`."
        )


def require_seen(case: Case, reply: Reply, then: str = "") -> None:
    """Refuse what was written before the newest message was seen, showing both; `then` is what to do after reading."""
    newer = has_grown(case, reply)
    if newer is not None:
        writer = one_line(newer.sender.name or newer.sender.email) or newer.author.value.capitalize()
        what, again = ("act", "decide") if reply.act else ("reply", "reply")
        wrote = "wrote again" if newer.direction is Direction.INBOUND else "answered elsewhere"
        ours = f"\n\nWhat you wrote:\n{_quoted(reply.text)}" if reply.text.strip() else ""
        raise Refused(
            f"{writer} {wrote} before this {what} to {case.number} was approved; "
            f"read it with `casehub show {case.number}`, {then or f'then {again} again'}.\n\n"
            f"What came at {newer.sent_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC:\n{_quoted(newer.text)}{ours}"
        )


def _quoted(text: str) -> str:
    """The beginning of a text, as it may be shown in an error."""
    lines = clean(text).strip().split("\n")
    shown = [f"  > {line[:_LONGEST_LINE]}" for line in lines[:_MOST_LINES]]
    return "\n".join([*shown, *(["  > …"] if len(lines) > _MOST_LINES else [])])
