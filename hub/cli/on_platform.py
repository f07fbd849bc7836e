"""Closing, reopening and noting: on the platform where a program can, else here, with a task for a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.adapter import Capability
from hub.cli.acting import give_task, queue, seen_of
from hub.cli.desk_options import desk_of
from hub.core.acting import Wish
from hub.core.platform_acts import ActKind
from hub.core.portal import PortalTask
from hub.errors import Refused
from hub.reaching import reach_of

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.outbox import Reply
    from hub.runs.reach import Reach


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of an act: the case as it stands now, and what waits for the platform or for a person."""

    case: Case
    reply: Reply | None = None
    task: PortalTask | None = None


def close_case(
    hub: Hub,
    number: str,
    who: str | None,
    *,
    reason: str,
    text: str,
    here: bool,
    yes: bool,
    accepted: Collection[str] = (),
) -> Acted:
    """Close a case where it lives."""
    case = hub.store.case(number)
    reach = reach_of(hub, case)
    if not here and reach.can(Capability.CLOSE, case):
        wish = Wish(reach.offer_of(ActKind.CLOSE, case), text, seen_of(case), reason=reason)
        reply = queue(hub, reach, case, wish, who, yes=yes, accepted=accepted)
        return Acted(hub.store.case(number), reply)
    if text.strip():
        raise Refused(f"Nothing is sent by closing {number} here; `casehub reply {number} --close` sends a text.")
    task = None if here else _task(hub, reach, Capability.CLOSE, case, "close the case")
    return _acted(desk_of(hub, who).close(number, reason, task), task)


def reopen_case(
    hub: Hub,
    number: str,
    who: str | None,
    *,
    reason: str,
    text: str,
    here: bool,
    yes: bool,
    accepted: Collection[str] = (),
) -> Acted:
    """Open a case again where it lives."""
    case = hub.store.case(number)
    reach = reach_of(hub, case)
    if not here and reach.can(Capability.REOPEN, case):
        wish = Wish(reach.offer_of(ActKind.REOPEN, case), text, seen_of(case), reason=reason)
        reply = queue(hub, reach, case, wish, who, yes=yes, accepted=accepted)
        return Acted(hub.store.case(number), reply)
    if text.strip():
        raise Refused(f"Nothing is sent by opening {number} here; `casehub reply {number}` sends a text.")
    task = None if here else _task(hub, reach, Capability.REOPEN, case, "open the case again")
    return _acted(desk_of(hub, who).reopen(number, reason, task), task)


def leave_note(hub: Hub, number: str, text: str, who: str | None) -> Acted:
    """Leave a note for the platform's staff."""
    case = hub.store.case(number)
    reach = reach_of(hub, case)
    if not text.strip():
        raise Refused("A note without text says nothing; give it with -m or on standard input.")
    if reach.can(Capability.NOTE, case):
        wish = Wish(reach.offer_of(ActKind.NOTE, case), text, seen_of(case))
        reply = queue(hub, reach, case, wish, who, yes=False)
        return Acted(hub.store.case(number), reply)
    wanted = PortalTask("", "note", "leave a note for the platform", "", hub.clock.now(), text=text.strip())
    task = give_task(hub, reach, Capability.NOTE, case, who, wanted)
    return Acted(hub.store.case(number), task=task)


def _task(hub: Hub, reach: Reach, kind: Capability, case: Case, what: str) -> PortalTask | None:
    """What is left to do in the portal; nothing where its platform knows no such thing, or where it is a task yet."""
    wanted = any(task.kind == kind for task in case.open_tasks)
    return reach.task(kind, case, what, hub.clock.now()) if reach.step(kind) and not wanted else None


def _acted(case: Case, task: PortalTask | None) -> Acted:
    return Acted(case, task=case.portal_tasks[-1] if task else None)
