"""What a person decides of a reply in the outbox: a Change and the reply as it then is, or Refused with the way out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce

from hub.core.acting import require_no_other
from hub.core.acts import CANCELLABLE, changed, require_seen, require_unmerged
from hub.core.approval import may_approve
from hub.core.events import Event, Happening, PortalTaskDone, ReplyApproved, ReplyEdited, ReplyQueued, ReplyStopped
from hub.core.merge import Change
from hub.core.model import Attachment, Case
from hub.core.outbox import Hold, Reply, ReplyState, delivered, has_grown, hold, move
from hub.core.platform_acts import ActKind
from hub.core.replay import apply
from hub.errors import Refused

_INSTEAD: Mapping[ReplyState, str] = {
    ReplyState.QUEUED: "it was not sent yet: `casehub deliver` sends it, `casehub outbox cancel` takes it back",
    ReplyState.HELD: "it was not sent: `casehub outbox release` lets it go, `casehub outbox cancel` takes it back",
    ReplyState.SENDING: "it is being sent: run `casehub deliver`, and look again when its outcome is known",
    ReplyState.ACCEPTED: "the platform has it and will say what became of it: run `casehub deliver` later",
    ReplyState.UNCERTAIN: "it may have been sent: look on the platform, then `casehub outbox sent` or `retry`",
    ReplyState.REJECTED: "the platform refused it for good: write another; `casehub outbox cancel` puts this one away",
    ReplyState.FAILED: "the platform failed at it: `casehub outbox retry` sends it again, `cancel` puts it away",
    ReplyState.DELIVERED: "it has reached the platform: to add something, write another with `casehub reply`",
    ReplyState.CANCELLED: "it was taken back: write another with `casehub reply`",
}
CLOSE_ONCE_ANSWERED = "close the case once it is answered"
"""What a person is asked to do in the portal after a reply that closes; without the reply, nobody is."""
_PERHAPS_SENT = frozenset(ReplyState) - {ReplyState.SENDING, ReplyState.DELIVERED}
_UNSENT = frozenset({ReplyState.QUEUED, ReplyState.HELD})


def release(case: Case, reply: Reply, who: str, now: datetime, others: Sequence[Reply] = ()) -> tuple[Change, Reply]:
    """Let a held reply go: its person has read what came since, so it now answers the newest message."""
    _require_state(reply, "released", {ReplyState.HELD})
    _require_second_person(case, reply, who)
    _require_no_stranger(case, reply)
    _require_still_possible(case, reply, others)
    newest = case.last_inbound
    approved = who if reply.wants_approval else reply.approved_by
    after = newest.ref if newest else reply.after
    queued = replace(move(reply, ReplyState.QUEUED), after=after, approved_by=approved, seen_at=now)
    return changed(case, now, ReplyQueued(reply.key, who, reply.kind)), queued


def hold_back(case: Case, reply: Reply, who: str, now: datetime, reason: str = "") -> tuple[Change, Reply]:
    """Keep a reply from being sent until somebody lets it go."""
    _require_state(reply, "held", {ReplyState.QUEUED})
    why = f"held by {who}" + (f": {reason.strip()}" if reason.strip() else "")
    stopped = ReplyStopped(reply.key, ReplyState.HELD.value, why, reply.kind)
    return changed(case, now, stopped), hold(reply, Hold.PERSON, why)


def approve(
    case: Case, reply: Reply, who: str, now: datetime, others: Sequence[Reply] = (), read: str | None = None
) -> tuple[Change, Reply]:
    """Agree to a reply as the second person; Refused for its writer, for who is not asked, and when it is old.

    `read` is the text that this person has read, where that is known: another one he has not agreed to.
    """
    if reply.state is not ReplyState.HELD or not reply.wants_approval:
        raise Refused(f"Reply {reply.key} to {reply.case_number} is {reply.state} and waits for nobody's approval.")
    if not may_approve(reply, who):
        asked = " or ".join(name for name in reply.approvers if may_approve(reply, name))
        why = "wrote it" if who.casefold() == reply.by.casefold() else "is not asked"
        way = f"{asked or 'somebody else'} has to approve it"
        if reply.approvers and not asked:
            way = "it names nobody else; name another approver in hub.toml, or let somebody else write it anew"
        raise Refused(f"{who} cannot approve reply {reply.key} and {why}: by the rule {reply.approval!r} {way}.")
    if read is not None and read != reply.text:
        raise Refused(f"Reply {reply.key} was written anew since you read it; `casehub outbox show` has it as it is.")
    require_unmerged(case)
    require_seen(case, reply, f"then `casehub outbox release {reply.key}`, `edit` or `cancel` it")
    _require_still_possible(case, reply, others)
    queued = replace(move(reply, ReplyState.QUEUED), approved_by=who)
    return changed(case, now, ReplyApproved(reply.key, who, reply.approval, reply.kind)), queued


def edit(
    case: Case,
    reply: Reply,
    who: str,
    now: datetime,
    *,
    text: str,
    after: str,
    attachments: tuple[Attachment, ...] | None = None,
    begun: str | None = None,
) -> tuple[Change, Reply]:
    """Write a reply anew that is surely not sent; `after` is the newest message that the person who does so saw.

    `begun` is the text that he began with: what somebody else has written since is not overwritten. Whoever held it
    lets it go.
    """
    _require_state(reply, "edited", _UNSENT)
    if reply.act is not None or reply.automatic:
        raise Refused(f"{reply.key} is no reply that a person wrote: take it back with `casehub outbox cancel`.")
    if begun is not None and begun != reply.text:
        raise Refused(
            f"Somebody wrote reply {reply.key} anew while you did; `casehub outbox show` has it. Yours was:\n\n{text}"
        )
    _require_no_stranger(case, reply)
    if not text.strip():
        raise Refused("A reply without text is not sent; to take it back there is `casehub outbox cancel`.")
    files = reply.attachments if attachments is None else attachments
    written = replace(
        reply, text=text, after=after, attachments=files, by=who, approved_by="", reason="", attempts=0, seen_at=now
    )
    require_seen(case, written)
    stays = reply.state is ReplyState.QUEUED or reply.hold is Hold.PERSON
    queued = replace(written, reason=reply.reason) if stays else move(written, ReplyState.QUEUED)
    return changed(case, now, ReplyEdited(reply.key, who)), queued


def cancel(case: Case, reply: Reply, who: str, now: datetime, reason: str = "") -> tuple[Change, Reply]:
    """Take a reply back that is not known to be sent."""
    _require_state(reply, "cancelled", CANCELLABLE)
    sent = " although it may have been sent" if reply.state is ReplyState.UNCERTAIN else ""
    why = f"cancelled by {who}{sent}" + (f": {reason.strip()}" if reason.strip() else "")
    happened: list[Happening] = [ReplyStopped(reply.key, ReplyState.CANCELLED.value, why, reply.kind)]
    if reply.then_close:
        happened += [
            PortalTaskDone(task.key, who, "its reply was taken back", dropped=True)
            for task in case.open_tasks
            if task.what == CLOSE_ONCE_ANSWERED
        ]
    return changed(case, now, *happened), move(reply, ReplyState.CANCELLED, why)


def retry(case: Case, reply: Reply, who: str, now: datetime, others: Sequence[Reply] = ()) -> tuple[Change, Reply]:
    """Send a reply again that a person is sure did not arrive, or that the platform failed at.

    What was held before a backup made it doubtful waits again for what it waited for.
    """
    _require_state(reply, "sent again", {ReplyState.UNCERTAIN, ReplyState.FAILED})
    _require_still_possible(case, reply, others)
    why = f"{who} is sure that it was not sent" if reply.state is ReplyState.UNCERTAIN else f"{who} tries it again"
    back = move(reply, ReplyState.QUEUED, why) if reply.hold is None else hold(reply, reply.hold, why)
    queued = replace(back, read_backs=0, receipt_ref="", until=None)
    return changed(case, now, ReplyQueued(reply.key, who, reply.kind)), queued


def mark_delivered(case: Case, reply: Reply, who: str, now: datetime) -> tuple[Change, Reply]:
    """Settle a reply as delivered, because a person saw it on the platform."""
    _require_state(reply, "marked as sent", _PERHAPS_SENT)
    reason = f"{who} saw that it was delivered"
    # Nobody knows when it was sent. Dated today it would also answer what the customer wrote meanwhile.
    happened = delivered(reply, reply.written_at, reply.receipt_ref, reason)
    events = tuple(Event(what, reply.written_at, now) for what in happened)
    return Change(reduce(apply, events, case), events), move(reply, ReplyState.DELIVERED, reason)


def _require_state(reply: Reply, done: str, possible: Iterable[ReplyState]) -> None:
    if reply.state not in possible:
        raise Refused(
            f"Reply {reply.key} to {reply.case_number} is {reply.state} and cannot be {done}: {_INSTEAD[reply.state]}."
        )


def _require_no_stranger(case: Case, reply: Reply) -> None:
    """Refuse what would go to somebody it was not written to: a reply goes to whoever wrote last."""
    newest = case.last_inbound
    if newest is not None and newest.ref != reply.after and "unverified" in newest.labels:
        raise Refused(
            f"{newest.sender.email} wrote last in {case.number} and is new there, so reply {reply.key} would go to "
            "that address; take it back with `casehub outbox cancel` and write to whom you mean."
        )


def _require_still_possible(case: Case, reply: Reply, others: Sequence[Reply]) -> None:
    """Refuse an act that another one was done, or is on its way, in the place of."""
    if reply.act is None:
        return
    require_no_other(case, reply.act.kind, [other for other in others if other.key != reply.key])
    for made in case.decisions:
        same = reply.act.item in ("", made.item) or not made.item
        if reply.act.kind is ActKind.DECIDE and made.at >= reply.written_at and same:
            raise Refused(
                f"{case.number} was decided since: {made.what}, by {made.who or 'somebody'}; to do this as well, "
                "decide anew with `casehub decide --again`."
            )


def _require_second_person(case: Case, reply: Reply, who: str) -> None:
    """Refuse to let a reply go by its writer alone that a rule wants two for, also after the customer wrote again."""
    grown = reply.hold is Hold.GROWN or has_grown(case, reply) is not None
    if not reply.wants_approval or (grown and may_approve(reply, who)):
        return
    way = "let it go" if grown else "agree with `casehub outbox approve`"
    raise Refused(
        f"Reply {reply.key} to {reply.case_number} waits for a second person by the rule {reply.approval!r}: "
        f"{' or '.join(reply.approvers) or 'somebody else'} has to {way}."
    )
