"""What the commands share that act on a platform: how a person is asked once more, and what is told."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import click

from hub.acting import queue_act
from hub.cli.desk_options import desk_of, is_terminal
from hub.cli.findings import tell_findings
from hub.cli.safe_text import clean, one_line
from hub.core.acting import Wish, needs_a_yes
from hub.core.cost import cost_of
from hub.core.model import Attachment
from hub.core.outbox import ReplyState
from hub.core.platform_acts import Offer, in_words
from hub.errors import HubError
from hub.on_platform import Platform

if TYPE_CHECKING:
    from pathlib import Path

    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.outbox import Reply
    from hub.core.portal import PortalTask
    from hub.runs.reach import Reach

KEEP_TASK = "With --keep-task it becomes a task all the same."
"""How a task is kept although evidence for it is missing."""


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
    """

    def confirm(whole: Wish, given: Wish) -> bool:
        if yes or not (needs_a_yes(whole.offer) or ask) or not is_terminal():
            return yes
        for line in preview(case, whole, given):
            click.echo(line, err=True)
        click.confirm("Do it?", abort=True, err=True)
        return True

    desk = desk_of(hub, who)
    return queue_act(
        hub, reach, case, wish, desk, confirm, tell=tell_findings, accepted=accepted, client_key=client_key
    )


def platform_of(hub: Hub, who: str | None, *, yes: bool, ask: bool = False, accepted: Collection[str] = ()) -> Platform:
    """Where a person at the command line acts on cases."""

    def put(reach: Reach, case: Case, wish: Wish) -> Reply:
        return queue(hub, reach, case, wish, who, yes=yes, ask=ask, accepted=accepted)

    return Platform(hub, desk_of(hub, who), put)


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


def named_only(path: Path) -> Attachment:
    """A file that a person has at hand for a portal and that stays where it is; only its name is told."""
    return Attachment(path.name, "", 0, "")


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
