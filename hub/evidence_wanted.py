"""Which acts want evidence on a case, and what of it there is, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hub.adapter import Capability
from hub.core.evidence import Checklist, checklist
from hub.core.platform_acts import ActKind
from hub.dossier_json import checklist_json
from hub.errors import NotFound

if TYPE_CHECKING:
    from hub.core.model import Case
    from hub.core.platform_acts import Offer
    from hub.runs.reach import Reach


def meant_offers(reach: Reach, case: Case, word: str | None) -> Sequence[Offer]:
    """The acts whose evidence is wanted: all that want some, or the one named, also where only a portal takes it."""
    wanting = reach.wanting(case)
    if word is None:
        return wanting
    plain = word.casefold().replace("-", "_")
    offers = (*wanting, *reach.offers(case))
    found = [offer for offer in offers if plain in (offer.word.casefold(), offer.kind.value)][:1]
    if found:
        return found
    there = reach.in_portal(ActKind.DECIDE, case, word)
    if there.wants or (reach.step(Capability.DECIDE) and not reach.can(Capability.DECIDE, case)):
        return [there]
    words = ", ".join(dict.fromkeys(offer.word or offer.kind.value for offer in offers)) or "nothing at all"
    raise NotFound(f"{case.number} takes no {word!r} as it stands now; its platform takes {words}.")


def evidence_json(case: Case, lists: Sequence[Checklist]) -> dict[str, Any]:
    """Every kind of evidence of a case, and the checklists of the acts that want some."""
    return {
        "case": case.number,
        "evidence": checklist_json(checklist(case))["items"],
        "checklists": [checklist_json(one) for one in lists if one.offer is not None],
    }
