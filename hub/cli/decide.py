"""`casehub decide`: what the platform takes as a decision on a case, and deciding."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.acting import parcel_of, seen_of
from hub.acts_json import acted_json
from hub.cli.acting import KEEP_TASK, named_only, queue, task_lines, told_as_queued
from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, desk_of, known_case, who_option
from hub.cli.evidence_text import wanted_in_short
from hub.cli.findings import accept_option, tell_findings
from hub.cli.safe_text import one_line
from hub.core.acting import Wish, need_in_words
from hub.core.cost import cost_of
from hub.core.evidence import checklist, wanted_for
from hub.core.platform_acts import Act, ActKind, Need, Offer
from hub.deciding import act_asked_already, decide_in_portal, meant_offer, offers_named, require_decision, word_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from hub.adapter import Capability
    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.outbox import Reply
    from hub.runs.reach import Reach

_COMMANDS = {
    ActKind.DECIDE: "decide {number} {word}",
    ActKind.HAND_OVER: "hand-over {number}",
    ActKind.CLOSE: "close {number}",
    ActKind.REOPEN: "reopen {number}",
    ActKind.NOTE: "note {number} --to-platform",
}

_GIVEN = {
    Need.MESSAGE: "-m TEXT",
    Need.PERCENT: "--percent 1-99",
    Need.QUANTITY: "--quantity N",
    Need.TRACKING: "--tracking CARRIER:NUMBER",
    Need.EVIDENCE: "--evidence FILE",
}


@click.command(short_help="Decide a case on its platform, such as a refund.")
@click.argument("number", metavar="CASE", type=case_number)
@click.argument("word", required=False)
@click.option("-m", "--message", default="", help="The text for the customer that goes with it.")
@click.option("--percent", type=int, metavar="1-99", help="What you keep of the price, in percent.")
@click.option("--quantity", type=int, metavar="N", help="How many pieces are meant.")
@click.option("--item", default="", metavar="REF", help="Which item is meant, where several are.")
@click.option("--tracking", multiple=True, metavar="CARRIER:NUMBER", help="A parcel on its way.")
@click.option(
    "--evidence", multiple=True, metavar="FILE", type=click.Path(path_type=Path), help="Send a file as proof."
)
@click.option("--yes", is_flag=True, help="Yes to what moves money or cannot be undone, without being asked.")
@click.option("--again", is_flag=True, help="Decide once more, although it was decided already.")
@click.option("--key", "client_key", default="", metavar="KEY", help="For programs: asked twice under it, done once.")
@accept_option
@click.option(
    "--keep-task", is_flag=True, help="Where only a person decides: keep the task, though evidence is missing."
)
@who_option
@json_option
@with_hub
def decide(
    hub: Hub,
    number: str,
    word: str | None,
    message: str,
    percent: int | None,
    quantity: int | None,
    item: str,
    tracking: Sequence[str],
    evidence: Sequence[Path],
    yes: bool,
    again: bool,
    client_key: str,
    accepted: frozenset[str],
    keep_task: bool,
    who: str | None,
    as_json: bool,
) -> None:
    """Without WORD, list what the platform of a case takes as it stands now: the effect, what must come with it, the
    evidence it wants, and what it costs. With WORD, put that decision into the outbox, from where `casehub deliver`
    does it once.

    What moves money or cannot be undone is shown and asked about first; a script has to give --yes. A decision that
    lacks required evidence is refused; `casehub evidence CASE` keeps such, and what is kept goes with the decision
    where it is needed. Where the platform takes decisions only in its portal, it becomes a task that `casehub tasks`
    lists.

    With --json: {"case", "offers": [{"kind", "word", "title", "effect", "item", "needs", "most", "moves_money",
    "irreversible", "cost", "evidence": {"for", "gaps", "items"} or null}], "portal_step", "goodwill": a suggestion or
    null}; with WORD: {"case", "state", "assignee", "queued": the reply or null, "task": the portal task or null}.

    Example: casehub decide CH-1042 refund_partly --percent 80 -m "You get a fifth back." --yes
    """
    from hub.reaching import reach_of
    from hub.runs.desk import keep_files

    known_case(hub, number)
    case = hub.store.case(number)
    reach = reach_of(hub, case)
    if word is None:
        _list(hub, case, reach, as_json=as_json)
        return
    offers = reach.offers(case)
    if not reach.can(_capability(), case) and not offers_named(offers, word):
        require_decision(case, word)
        act = Act(ActKind.DECIDE, word, item, quantity, percent, tuple(map(parcel_of, tracking)))
        act = replace(act, evidence=tuple(map(named_only, evidence)))
        _to_portal(hub, reach, case, act, message, accepted, who, keep_task=keep_task, as_json=as_json)
        return
    before = act_asked_already(hub, case, client_key, Act(ActKind.DECIDE, word, item, quantity, percent), message)
    if before is not None:
        _tell(hub, before, as_json=as_json)
        return
    wish = Wish(
        meant_offer(case, offers, word, item),
        message,
        seen_of(case),
        percent,
        quantity,
        tuple(map(parcel_of, tracking)),
        keep_files(hub.store, evidence),
        again=again,
    )
    reply = queue(hub, reach, case, wish, who, yes=yes, ask=True, accepted=accepted, client_key=client_key)
    _tell(hub, reply, as_json=as_json)


def _tell(hub: Hub, reply: Reply, *, as_json: bool) -> None:
    if as_json:
        echo_json(acted_json(hub.store.case(reply.case_number), reply))
    else:
        click.echo(told_as_queued(reply))


def _capability() -> Capability:
    from hub.adapter import Capability

    return Capability.DECIDE


def _list(hub: Hub, case: Case, reach: Reach, *, as_json: bool) -> None:
    from hub.goodwill import suggested

    offers = reach.offers(case)
    goodwill = suggested(hub, case, offers)
    step = "" if reach.can(_capability(), case) else reach.step(_capability())
    if as_json:
        from hub.as_json import goodwill_json, offer_json

        told = [offer_json(case, offer) for offer in offers]
        suggestion = None if goodwill is None else goodwill_json(goodwill)
        echo_json({"case": case.number, "offers": told, "portal_step": step or None, "goodwill": suggestion})
        return
    if offers:
        screen = console()
        for offer in offers:
            screen.print(_offer_text(case, offer))
    elif step:
        click.echo(f"Only a person can decide {case.number}, in the portal: {one_line(step)}")
    else:
        click.echo(f"The platform of {case.number} takes no decision on it as it stands now.")
    if goodwill is not None:
        click.echo(one_line(str(goodwill)))


def _offer_text(case: Case, offer: Offer) -> RenderableType:
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    head = Text(one_line(word_of(offer)), style="bold")
    head.append(f"  {one_line(offer.title)}", style="bold dim")
    lines = [Padding(Text(line), (0, 0, 0, 2), expand=False) for line in _offer_lines(case, offer)]
    return Group(head, *lines, "")


def _offer_lines(case: Case, offer: Offer) -> Iterator[str]:
    yield one_line(offer.effect)
    if offer.needs:
        yield f"needs {'; '.join(need_in_words(need, offer) for need in sorted(offer.needs))}"
    if wanted_for(offer):
        yield wanted_in_short(checklist(case, offer))
    cost = cost_of(case, Wish(offer))
    weight = (f"moves money, {cost}" if cost else "", "cannot be undone" if offer.irreversible else "")
    if any(weight):
        yield "; ".join(filter(None, weight))
    if offer.kind in _COMMANDS:
        command = _COMMANDS[offer.kind].format(number=case.number, word=shlex.quote(offer.word) if offer.word else "")
        item = f" --item {shlex.quote(offer.item)}" if offer.item else ""
        yield f"casehub {command.strip()}{item}{''.join(f' {_GIVEN[need]}' for need in sorted(offer.needs))}"


def _to_portal(
    hub: Hub,
    reach: Reach,
    case: Case,
    act: Act,
    text: str,
    accepted: frozenset[str],
    who: str | None,
    *,
    keep_task: bool,
    as_json: bool,
) -> None:
    task = decide_in_portal(
        hub,
        reach,
        case,
        act,
        text,
        desk_of(hub, who),
        accepted=accepted,
        keep_task=keep_task,
        look=tell_findings,
        way=KEEP_TASK,
    )
    if as_json:
        echo_json(acted_json(hub.store.case(case.number), task=task))
        return
    for line in task_lines(case, task):
        click.echo(line)
