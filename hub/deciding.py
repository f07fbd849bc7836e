"""Decisions on a case's platform: which offer a word means, and what becomes of one that only a person can make."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from hub.acting import give_task, portal_gaps
from hub.adapter import Capability
from hub.core.outbox import Reply
from hub.core.plain_text import one_line
from hub.core.platform_acts import Act, ActKind, Offer, in_words
from hub.core.portal import PortalTask
from hub.errors import Refused

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case
    from hub.core.text_rules import Finding
    from hub.runs.desk import Desk
    from hub.runs.reach import Reach

_COMMANDS: Mapping[ActKind, str] = {
    ActKind.HAND_OVER: "hand-over {number}",
    ActKind.CLOSE: "close {number}",
    ActKind.REOPEN: "reopen {number}",
    ActKind.NOTE: "note {number} --to-platform",
}


def decide_in_portal(
    hub: Hub,
    reach: Reach,
    case: Case,
    act: Act,
    text: str,
    desk: Desk,
    *,
    accepted: Collection[str] = (),
    keep_task: bool = False,
    look: Callable[[Sequence[Finding]], None] | None = None,
    way: str = "",
) -> PortalTask:
    """Keep a decision that only a person can make, in the portal, as a task.

    `look` is shown what does not keep the text from being used, `way` says how a task without its evidence is kept.
    """
    require_decision(case, act.word)
    draft_of_it = Reply("", case.number, case.channel, text, hub.clock.now(), act=act)
    found = reach.require_acceptable(draft_of_it, case, accepted)
    if look is not None:
        look(found)
    lacks = portal_gaps(reach, case, act, keep_task=keep_task, way=way)
    wanted = PortalTask("", "decide", in_words(act) + lacks, "", hub.clock.now(), text=text.strip(), word=act.word)
    return give_task(hub, reach, Capability.DECIDE, case, desk, wanted)


def require_decision(case: Case, word: str) -> None:
    """Refuse our own word for another act: as a decision nobody would find it in a portal."""
    kind = next((kind for kind in ActKind if kind.value == word.casefold().replace("-", "_")), ActKind.DECIDE)
    if kind is ActKind.DECIDE:
        return
    how = _COMMANDS.get(kind, "show {number}").format(number=case.number)
    raise Refused(f"{word!r} is no decision on {case.number}; `casehub {how}` is the command for it.")


def meant_offer(case: Case, offers: Sequence[Offer], word: str, item: str) -> Offer:
    """The offer that a word names, of the item where several are."""
    named = offers_named(offers, word)
    if not named:
        words = ", ".join(dict.fromkeys(map(word_of, offers))) or "none at all"
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


def offers_named(offers: Sequence[Offer], word: str) -> list[Offer]:
    """The offers that a person calls by this word."""
    return [offer for offer in offers if word_of(offer).casefold() == word.casefold()]


def word_of(offer: Offer) -> str:
    """What a person calls an offer by: the platform's word for it, or ours for what has none."""
    return offer.word or offer.kind.value


def act_asked_already(hub: Hub, case: Case, client_key: str, wanted: Act, text: str) -> Reply | None:
    """The act that a program asks for once more; when it is done, the platform does not offer it any more."""

    def is_same(reply: Reply) -> bool:
        act = reply.act
        if act is None or reply.client_key != client_key or reply.text != text.strip():
            return False
        named = act.word.casefold() == wanted.word.casefold() and wanted.item in ("", act.item)
        return named and (act.quantity, act.percent) == (wanted.quantity, wanted.percent)

    return next(filter(is_same, hub.store.replies(case_number=case.number) if client_key else ()), None)
