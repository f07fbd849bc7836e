"""Answering a case from any door: into the outbox, or kept as the draft of what a person writes in a portal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from hub.acting import give_task
from hub.adapter import Capability
from hub.core.asking import digest_of
from hub.core.model import Attachment
from hub.core.outbox import Reply
from hub.core.portal import PortalTask
from hub.core.reply_acts import CLOSE_ONCE_ANSWERED
from hub.errors import Refused

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.text_rules import Finding
    from hub.runs.desk import Desk
    from hub.runs.reach import Reach

Look = Callable[["Sequence[Finding]"], None]
"""What a writer sees before the reply is queued: what stands against it and does not keep it back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as it was written: `after` is the ref of the newest message that its writer saw.

    The files were kept with `keep_files`, but for a portal they are only named. `accepted` has the rules that a guess
    decides and the person does not mind.
    """

    text: str
    after: str
    files: tuple[Attachment, ...] = ()
    then_close: bool = False
    send_at: datetime | None = None
    client_key: str = ""
    accepted: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it: the reply in the outbox, and the task to close the case in a portal where a person has to."""

    reply: Reply
    closing: PortalTask | None = None


def unlooked(found: Sequence[Finding]) -> None:
    """The look of whoever asked what stands against the text before."""
    del found


def queue_answer(hub: Hub, reach: Reach, case: Case, answer: Answer, desk: Desk, *, look: Look = unlooked) -> Answered:
    """Put a reply into the outbox, once its platform would take it and its writer has had a `look` at it.

    A program that asks for the same once more under its `client_key` gets the reply that there is, whatever has become
    of it, or of its case, since.
    """
    digest = digest_of(answer.text, answer.files, then_close=answer.then_close, send_at=answer.send_at)
    if before := desk.asked(case.number, answer.client_key, digest):
        return Answered(before)
    look(reach.require_acceptable(unsent(hub, case, answer.text, answer.files, answer.after), case, answer.accepted))
    there = answer.then_close and reach.can(Capability.CLOSE, case)
    reply = desk.reply(
        case.number,
        answer.text,
        after=answer.after,
        files=answer.files,
        then_close=answer.then_close,
        there=there,
        send_at=answer.send_at,
        client_key=answer.client_key,
    )
    closing = _close_in_the_portal(hub, reach, case, desk) if answer.then_close and not there else None
    return Answered(reply, closing)


def answer_in_the_portal(
    hub: Hub, reach: Reach, case: Case, answer: Answer, desk: Desk, *, look: Look = unlooked
) -> PortalTask:
    """Keep the text as the draft of what a person writes on the platform's own page."""
    require_portal_answer(hub, reach, case, answer.send_at)
    if not answer.text.strip():
        raise Refused("A reply without text is not kept; give it with -m, on standard input or in the editor.")
    look(reach.require_acceptable(unsent(hub, case, answer.text, answer.files, answer.after), case, answer.accepted))
    names = ", ".join(file.name for file in answer.files)
    files = f", with {names}" if names else ""
    wanted = PortalTask(
        *("", "reply", f"answer the customer{files}", "", hub.clock.now()),
        text=answer.text,
        then_close=answer.then_close,
    )
    same = _same(case, wanted) if answer.client_key else None
    return same or give_task(hub, reach, Capability.REPLY, case, desk, wanted)


def require_portal_answer(hub: Hub, reach: Reach, case: Case, send_at: datetime | None) -> None:
    """Refuse where no portal is known, and where something shall be sent later that no program sends."""
    reach.task(Capability.REPLY, case, "", hub.clock.now())
    if send_at is not None:
        raise Refused("Only a person can answer there, so nothing can be sent later by itself; leave --at out.")


def unsent(hub: Hub, case: Case, text: str, files: tuple[Attachment, ...] = (), after: str = "") -> Reply:
    """A reply as it would be queued now."""
    return Reply("", case.number, case.channel, text, hub.clock.now(), attachments=files, after=after)


def seen_by_writer(case: Case, after: str | None) -> str:
    """The newest message the writer has seen: the one there is now, unless a program names another."""
    if after is None:
        return case.last_inbound.ref if case.last_inbound else ""
    if after not in {message.ref for message in case.messages}:
        raise Refused(f"{case.number} has no message {after!r}; `casehub show {case.number} --json` has their refs.")
    return after


def _close_in_the_portal(hub: Hub, reach: Reach, case: Case, desk: Desk) -> PortalTask | None:
    """Remember that the case is to be closed in the portal as well, where its platform has one."""
    if not reach.step(Capability.CLOSE) or any(task.kind == Capability.CLOSE for task in case.open_tasks):
        return None
    return desk.give_task(case.number, reach.task(Capability.CLOSE, case, CLOSE_ONCE_ANSWERED, hub.clock.now()))


def _same(case: Case, wanted: PortalTask) -> PortalTask | None:
    """The task that a program asked for already, be it done since, and asks for once more."""
    kinds = (task for task in case.portal_tasks if task.kind == wanted.kind and not task.dropped)
    return next((task for task in kinds if (task.what, task.text) == (wanted.what, wanted.text)), None)
