"""Closing, reopening, noting and handing over: on the platform where a program can, else here, with a portal task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.acting import give_task, portal_gaps, seen_of
from hub.adapter import Capability
from hub.core.acting import Wish
from hub.core.platform_acts import Act, ActKind
from hub.core.portal import PortalTask
from hub.errors import Refused
from hub.reaching import reach_of
from hub.runs.reach import Reach

if TYPE_CHECKING:
    from datetime import datetime

    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.outbox import Reply
    from hub.runs.desk import Desk

Queue = Callable[[Reach, "Case", Wish], "Reply"]
"""How the door at which it was asked for puts an act into the outbox."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of an act: the case as it stands now, and what waits for the platform or for a person."""

    case: Case
    reply: Reply | None = None
    task: PortalTask | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """Where a person acts on a case: by the hub, at a desk, through the outbox by `queue`."""

    hub: Hub
    desk: Desk
    queue: Queue

    def close(self, number: str, *, reason: str = "", text: str = "", here: bool = False) -> Acted:
        """Close a case where it lives."""
        case, reach = self._open(number)
        if not here and reach.can(Capability.CLOSE, case):
            return self._queued(reach, case, ActKind.CLOSE, text, reason)
        if text.strip():
            raise Refused(f"Nothing is sent by closing {number} here; `casehub reply {number} --close` sends a text.")
        task = None if here else self._task(reach, Capability.CLOSE, case, "close the case")
        return _acted(self.desk.close(number, reason, task), task)

    def reopen(self, number: str, *, reason: str = "", text: str = "", here: bool = False) -> Acted:
        """Open a case again where it lives."""
        case, reach = self._open(number)
        if not here and reach.can(Capability.REOPEN, case):
            return self._queued(reach, case, ActKind.REOPEN, text, reason)
        if text.strip():
            raise Refused(f"Nothing is sent by opening {number} here; `casehub reply {number}` sends a text.")
        task = None if here else self._task(reach, Capability.REOPEN, case, "open the case again")
        return _acted(self.desk.reopen(number, reason, task), task)

    def note(self, number: str, text: str) -> Acted:
        """Leave a note for the platform's staff."""
        case, reach = self._open(number)
        if not text.strip():
            raise Refused("A note without text says nothing; give it with -m or on standard input.")
        if reach.can(Capability.NOTE, case):
            return self._queued(reach, case, ActKind.NOTE, text)
        wanted = PortalTask("", "note", "leave a note for the platform", "", self._now, text=text.strip())
        return self._given(reach, Capability.NOTE, case, wanted)

    def hand_over(self, number: str, text: str = "", *, keep_task: bool = False, way: str = "") -> Acted:
        """Hand a case over to the platform's own people."""
        case, reach = self._open(number)
        if reach.can(Capability.HAND_OVER, case):
            return self._queued(reach, case, ActKind.HAND_OVER, text)
        lacks = portal_gaps(reach, case, Act(ActKind.HAND_OVER), keep_task=keep_task, way=way)
        what = f"hand the case over to the platform{lacks}"
        wanted = PortalTask("", "hand_over", what, "", self._now, text=text.strip())
        return self._given(reach, Capability.HAND_OVER, case, wanted)

    @property
    def _now(self) -> datetime:
        return self.hub.clock.now()

    def _open(self, number: str) -> tuple[Case, Reach]:
        case = self.hub.store.case(number)
        return case, reach_of(self.hub, case)

    def _queued(self, reach: Reach, case: Case, kind: ActKind, text: str, reason: str = "") -> Acted:
        wish = Wish(reach.offer_of(kind, case), text, seen_of(case), reason=reason)
        reply = self.queue(reach, case, wish)
        return Acted(self.hub.store.case(case.number), reply)

    def _given(self, reach: Reach, kind: Capability, case: Case, wanted: PortalTask) -> Acted:
        task = give_task(self.hub, reach, kind, case, self.desk, wanted)
        return Acted(self.hub.store.case(case.number), task=task)

    def _task(self, reach: Reach, kind: Capability, case: Case, what: str) -> PortalTask | None:
        """What is left to do in the portal; nothing where its platform knows no such thing, or where it is a task."""
        wanted = any(task.kind == kind for task in case.open_tasks)
        return reach.task(kind, case, what, self._now) if reach.step(kind) and not wanted else None


def _acted(case: Case, task: PortalTask | None) -> Acted:
    return Acted(case, task=case.portal_tasks[-1] if task else None)
