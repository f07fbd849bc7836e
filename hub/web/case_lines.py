"""What one line of a case's page tells: of a clock, of an offer, of a reply in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.core.approval import may_approve
from hub.core.cost import Cost
from hub.core.evidence import Checklist
from hub.core.model import Message, from_epoch
from hub.core.outbox import Hold, Reply, ReplyState
from hub.core.platform_acts import Offer
from hub.core.readings import ClockState, Reading, StageReading
from hub.web.formats import SOON

_LATER_ACTS: Mapping[ReplyState, tuple[str, ...]] = {
    ReplyState.UNCERTAIN: ("sent", "retry", "cancel"),
    ReplyState.REJECTED: ("cancel",),
    ReplyState.FAILED: ("retry", "cancel"),
}


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One run of a clock as the page shows it."""

    reading: Reading
    state: ClockState
    now: datetime
    consequence: StageReading | None

    @property
    def due(self) -> datetime | None:
        """By when it is due, where that is known."""
        return None if self.reading.due is None else from_epoch(self.reading.due)

    @property
    def tone(self) -> str:
        """How pressing it is, as the pages colour it."""
        if self.state in (ClockState.BREACHED, ClockState.MET_LATE):
            return "bad"
        if not self.reading.is_open or self.due is None or self.state is ClockState.PAUSED:
            return ""
        return "warn" if (self.due - self.now).total_seconds() <= SOON else "good"


@dataclass(frozen=True, slots=True)
class OfferLine:
    """What the platform takes, what it costs, and the evidence that it wants."""

    offer: Offer
    cost: Cost | None
    wanted: Checklist | None

    @property
    def name(self) -> str:
        """By what a form names it."""
        return "|".join((self.offer.kind.value, self.offer.word, self.offer.item))


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """A reply of the outbox, for how many seconds it can be undone, and what this person may do with it."""

    reply: Reply
    undo_seconds: float
    acts: tuple[str, ...]
    grown: Message | None


def acts_on(reply: Reply, who: str, *, undoable: bool) -> tuple[str, ...]:
    """What this person may do with a reply as it stands."""
    edit = ("edit",) if reply.act is None and not reply.automatic else ()
    if reply.state is ReplyState.QUEUED:
        return (*(("undo",) if undoable else ()), *edit, "hold", "cancel")
    if reply.state is ReplyState.HELD and reply.wants_approval and reply.hold is Hold.APPROVAL:
        return (*(("approve",) if may_approve(reply, who) else ()), *edit, "cancel")
    if reply.state is ReplyState.HELD:
        return (*(() if reply.hold is Hold.CHANNEL else ("release",)), *edit, "cancel")
    return _LATER_ACTS.get(reply.state, ())
