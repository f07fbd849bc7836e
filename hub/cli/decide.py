"""`casehub decide`: what the platform takes as a decision on a case, and deciding."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.acting import give_task, parcel_of, portal_gaps, seen_of
from hub.cli.acting import KEEP_TASK, acted_json, named_only, queue, task_lines, told_as_queued
from hub.cli.common import console, echo_json, json_option, with_hub
from hub.cli.desk_options import case_number, desk_of, known_case, who_option
from hub.cli.evidence_text import wanted_in_short
from hub.cli.findings import accept_option, tell_findings, unsent
from hub.cli.safe_text import one_line
from hub.core.acting import Wish, need_in_words
from hub.core.cost import cost_of
from hub.core.evidence import checklist, wanted_for
from hub.core.platform_acts import Act, ActKind, Need, Offer, in_words
from hub.errors import Refused

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
    if not reach.can(_capability(), case) and not _named(offers, word):
        _require_decision(case, word)
        act = Act(ActKind.DECIDE, word, item, quantity, percent, tuple(map(parcel_of, tracking)))
        act = replace(act, evidence=tuple(map(named_only, evidence)))
        _to_portal(hub, reach, case, act, message, accepted, who, keep_task=keep_task, as_json=as_json)
        return
    before = _asked_already(hub, case, client_key, Act(ActKind.DECIDE, word, item, quantity, percent), message)
    if before is not None:
        _tell(hub, before, as_json=as_json)
        return
    wish = Wish(
        _meant(case, offers, word, item),
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


def _asked_already(hub: Hub, case: Case, client_key: str, wanted: Act, text: str) -> Reply | None:
    """The act that a program asks for once more; when it is done, the platform does not offer it any more."""

    def is_same(reply: Reply) -> bool:
        act = reply.act
        if act is None or reply.client_key != client_key or reply.text != text.strip():
            return False
        named = act.word.casefold() == wanted.word.casefold() and wanted.item in ("", act.item)
        return named and (act.quantity, act.percent) == (wanted.quantity, wanted.percent)

    return next(filter(is_same, hub.store.replies(case_number=case.number) if client_key else ()), None)


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

    head = Text(one_line(_word_of(offer)), style="bold")
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


def _meant(case: Case, offers: Sequence[Offer], word: str, item: str) -> Offer:
    """The offer that a word names, of the item where several are."""
    named = _named(offers, word)
    if not named:
        words = ", ".join(dict.fromkeys(map(_word_of, offers))) or "none at all"
        raise Refused(f"The platform of {case.number} takes no decision {word!r} as it stands now; it takes {words}.")
    found = [offer for offer in named if offer.item == item] if item else named
    if len(found) == 1:
        return found[0]
    items = ", ".join(one_line(offer.item) for offer in named)
    if len(named) == 1:
        raise Refused(f"{case.number} takes {word!r} for no item {item!r}; leave --item out, or give {items}.")
    raise Refused(
        f"{case.number} has {len(named)} items that {word!r} may be meant for; name one with --item: {items}."
    )


def _named(offers: Sequence[Offer], word: str) -> list[Offer]:
    return [offer for offer in offers if _word_of(offer).casefold() == word.casefold()]


def _word_of(offer: Offer) -> str:
    """What a person calls an offer by: the platform's word for it, or ours for what has none."""
    return offer.word or offer.kind.value


def _require_decision(case: Case, word: str) -> None:
    """Refuse our own word for another act: as a decision nobody would find it in a portal."""
    kind = next((kind for kind in ActKind if kind.value == word.casefold().replace("-", "_")), ActKind.DECIDE)
    if kind is ActKind.DECIDE:
        return
    how = _COMMANDS.get(kind, "show {number}").format(number=case.number)
    raise Refused(f"{word!r} is no decision on {case.number}; `casehub {how}` is the command for it.")


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
    from hub.core.portal import PortalTask

    tell_findings(reach.require_acceptable(replace(unsent(hub, case, text, ()), act=act), case, accepted))
    lacks = portal_gaps(reach, case, act, keep_task=keep_task, way=KEEP_TASK)
    wanted = PortalTask("", "decide", in_words(act) + lacks, "", hub.clock.now(), text=text.strip(), word=act.word)
    task = give_task(hub, reach, _capability(), case, desk_of(hub, who), wanted)
    if as_json:
        echo_json(acted_json(hub.store.case(case.number), task=task))
        return
    for line in task_lines(case, task):
        click.echo(line)
