"""Acts on a platform, whichever door asks for them: looked at, said yes to, and queued, or kept as a portal task."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.core.acting import Wish, draft, require_evidence, require_possible, with_kept
from hub.core.acts import closing_forbidden
from hub.core.asking import digest_of_act
from hub.core.evidence import checklist
from hub.core.platform_acts import Act, Tracking
from hub.core.text_rules import Finding
from hub.errors import Refused

if TYPE_CHECKING:
    from hub.adapter import Capability
    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.outbox import Reply
    from hub.core.portal import PortalTask
    from hub.runs.desk import Desk
    from hub.runs.reach import Reach

Confirm = Callable[[Wish, Wish], bool]
"""Shows a person a whole wish, and beside it what was given by hand, and says whether the answer was yes."""
Tell = Callable[[Sequence[Finding]], None]
"""Tells a person what does not keep an act from being queued."""


def queue_act(
    hub: Hub,
    reach: Reach,
    case: Case,
    wish: Wish,
    desk: Desk,
    confirm: Confirm,
    *,
    tell: Tell = lambda _found: None,
    accepted: Collection[str] = (),
    client_key: str = "",
) -> Reply:
    """Put an act into the outbox, once it is sure that it is possible and a person has said yes to it.

    `accepted` has the rules for texts that a guess decides and the person does not mind. A program that asks for the
    same once more under its `client_key` gets the act that there is.
    """
    forbidden = closing_forbidden(hub.book.chosen(case).policy, hub.evaluate(case))
    given, wish = wish, with_kept(case, wish)
    if before := desk.asked(case.number, client_key, digest_of_act(wish)):
        return before
    require_possible(case, wish, hub.store.replies(case_number=case.number), forbidden)
    tell(reach.require_acceptable(draft(case, wish, "", desk.who, hub.clock.now()), case, accepted))
    return desk.act(case.number, replace(wish, confirmed=confirm(wish, given)), client_key=client_key)


def give_task(hub: Hub, reach: Reach, kind: Capability, case: Case, desk: Desk, task: PortalTask) -> PortalTask:
    """Keep what a person has to do in the portal, with the step and the link that `reach` knows."""
    found = reach.task(kind, case, task.what, hub.clock.now())
    return desk.give_task(case.number, replace(task, step=found.step, url=found.url))


def portal_gaps(reach: Reach, case: Case, act: Act, *, keep_task: bool, way: str = "") -> str:
    """Which required evidence is missing for what a person shall do in a portal, as the end of the task's words.

    Refused where some is, unless the task is to be kept all the same, with the `way` to have it so; also where no
    portal is known for it.
    """
    reach.require_step(act.kind, case)
    offer = reach.in_portal(act.kind, case, act.word)
    gaps = checklist(case, offer, act).gaps
    if gaps and not keep_task:
        try:
            require_evidence(case, offer, act)
        except Refused as error:
            raise Refused(f"{error} {way}".strip()) from error
    return f", missing evidence: {', '.join(gap.kind for gap in gaps)}" if gaps else ""


def parcel_of(text: str) -> Tracking:
    """A parcel written as CARRIER:NUMBER."""
    carrier, _, number = text.partition(":")
    return Tracking(carrier.strip(), number.strip())


def seen_of(case: Case) -> str:
    """The ref of the newest message from outside, which a person who acts on the case now can have seen."""
    return case.last_inbound.ref if case.last_inbound else ""
