"""What the commands share that act on a platform: ask once more, queue the act, or hand over the portal step."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from hub.cli.desk_options import desk_of, is_terminal
from hub.cli.findings import tell_findings
from hub.cli.safe_text import clean, one_line
from hub.core.acting import Wish, draft, needs_a_yes, require_evidence, require_possible, with_kept
from hub.core.acts import closing_forbidden
from hub.core.asking import digest_of_act
from hub.core.cost import cost_of
from hub.core.evidence import checklist
from hub.core.model import Attachment
from hub.core.outbox import ReplyState
from hub.core.platform_acts import Act, Offer, Tracking, in_words
from hub.errors import HubError, Refused

if TYPE_CHECKING:
    from pathlib import Path

    from hub.adapter import Capability
    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.outbox import Reply
    from hub.core.portal import PortalTask
    from hub.runs.reach import Reach


def queue(
    hub: Hub,
    reach: Reach,
    case: Case,
    wish: Wish,
    who: str | None,
    *,
    yes: bool,
    ask: bool = False,
    accepted: Collection[str] = (),
    client_key: str = "",
) -> Reply:
    """Put an act into the outbox, once it is sure that it is possible and a person has said yes to it.

    A person at a terminal is asked about what moves money or cannot be undone, and with `ask` about anything.
    `accepted` has the rules for texts that a guess decides and the person does not mind. A program that asks for the
    same once more under its `client_key` gets the act that there is.
    """
    desk = desk_of(hub, who)
    forbidden = closing_forbidden(hub.book.chosen(case).policy, hub.evaluate(case))
    given, wish = wish, with_kept(case, wish)
    if before := desk.asked(case.number, client_key, digest_of_act(wish)):
        return before
    require_possible(case, wish, hub.store.replies(case_number=case.number), forbidden)
    tell_findings(reach.require_acceptable(draft(case, wish, "", desk.who, hub.clock.now()), case, accepted))
    heavy = needs_a_yes(wish.offer)
    if not yes and (heavy or ask) and is_terminal():
        for line in preview(case, wish, given):
            click.echo(line, err=True)
        click.confirm("Do it?", abort=True, err=True)
        yes = True
    return desk.act(case.number, replace(wish, confirmed=yes), client_key=client_key)


def preview(case: Case, wish: Wish, given: Wish | None = None) -> Iterator[str]:
    """What an act does and what it costs, line by line; what was not `given` with it is evidence kept on the case."""
    offer, cost = wish.offer, cost_of(case, wish)
    yield ""
    yield f"{case.number}:  {one_line(offer.title)} ({in_words(wish.act)})"
    yield f"Effect:   {one_line(offer.effect)}"
    if cost is not None:
        yield f"Cost:     {cost}"
    if given is not None and given != wish:
        yield f"Evidence: {_kept(wish, given)}, kept on the case, goes with it"
    if wish.text.strip():
        yield from ("", *(f"  {line}" for line in clean(wish.text).strip().split("\n")), "")
    weight = (("It moves money.", offer.moves_money), ("It cannot be undone.", offer.irreversible))
    yield " ".join(text for text, true in weight if true) or "It waits in the outbox until `casehub deliver`."


def sheet_of(hub: Hub, reply: Reply) -> Iterator[str]:
    """A waiting reply as whoever decides on it reads it: its text, and of an act what it does and what it costs."""
    from hub.reaching import reach_of

    act = reply.act
    case = hub.store.case(reply.case_number)
    if act is None:
        yield from ("", *(f"  {line}" for line in clean(reply.text).strip().split("\n")), "")
        return
    try:
        offers = reach_of(hub, case).offers(case)
    except HubError as error:  # a plugin that breaks at it keeps nobody from reading
        yield f"What it does cannot be told: {one_line(str(error))}"
        offers = ()
    plain = Offer(act.kind, in_words(act), "", act.word, act.item)
    same = (one for one in offers if (one.kind, one.word, one.item) == (act.kind, act.word, act.item))
    wish = Wish(next(same, plain), reply.text, reply.after, act.percent, act.quantity, act.tracking, act.evidence)
    yield from preview(case, wish)


def _kept(wish: Wish, given: Wish) -> str:
    files = () if given.evidence else (one_line(file.name) for file in wish.evidence)
    parcels = () if given.tracking else (one_line(f"{one.carrier}:{one.number}") for one in wish.tracking)
    return ", ".join((*files, *parcels))


def give_task(hub: Hub, reach: Reach, kind: Capability, case: Case, who: str | None, task: PortalTask) -> PortalTask:
    """Keep what a person has to do in the portal, with the step and the link that `reach` knows."""
    found = reach.task(kind, case, task.what, hub.clock.now())
    return desk_of(hub, who).give_task(case.number, replace(task, step=found.step, url=found.url))


def portal_gaps(reach: Reach, case: Case, act: Act, *, keep_task: bool) -> str:
    """Which required evidence is missing for what a person shall do in a portal, as the end of the task's words.

    Refused where some is, unless the task is to be kept all the same; also where no portal is known for it.
    """
    reach.require_step(act.kind, case)
    offer = reach.in_portal(act.kind, case, act.word)
    gaps = checklist(case, offer, act).gaps
    if gaps and not keep_task:
        try:
            require_evidence(case, offer, act)
        except Refused as error:
            raise Refused(f"{error} With --keep-task it becomes a task all the same.") from error
    return f", missing evidence: {', '.join(gap.kind for gap in gaps)}" if gaps else ""


def named_only(path: Path) -> Attachment:
    """A file that a person has at hand for a portal and that stays where it is; only its name is told."""
    return Attachment(path.name, "", 0, "")


def parcel_of(text: str) -> Tracking:
    """A parcel written as CARRIER:NUMBER."""
    carrier, _, number = text.partition(":")
    return Tracking(carrier.strip(), number.strip())


def seen_of(case: Case) -> str:
    """The ref of the newest message from outside, which a person who acts on the case now can have seen."""
    return case.last_inbound.ref if case.last_inbound else ""


def told_as_queued(reply: Reply) -> str:
    """That an act waits in the outbox, or for a second person."""
    act = in_words(reply.act) if reply.act is not None else "reply"
    if reply.state is ReplyState.HELD:
        return f"Kept as {reply.key}: {act}; it {one_line(reply.reason)}."
    if reply.state is ReplyState.QUEUED:
        return f"Queued as {reply.key}: {act}; `casehub deliver` does it on the platform."
    return f"{reply.key} is {reply.state}: {act}."


def task_lines(case: Case, task: PortalTask) -> Iterator[str]:
    """What a person has to do now, with the link to where."""
    yield f"Only a person can do this on the platform: {one_line(task.what)}."
    yield f"  {one_line(task.step)}"
    if task.url:
        yield f"  {one_line(task.url)}"
    yield f"Kept as task {task.key} of {case.number}; `casehub done {case.number}` ticks it off."


def acted_json(case: Case, reply: Reply | None = None, task: PortalTask | None = None) -> dict[str, Any]:
    """How a case stands, and what now waits for the platform or for a person."""
    from hub.as_json import reply_json, task_json

    return {
        "case": case.number,
        "state": case.state.value,
        "assignee": case.assignee,
        "queued": None if reply is None else reply_json(reply),
        "task": None if task is None else task_json(case, task),
    }
