"""What a seller may do with an errand, and what Reclaimit would refuse, known before anything is sent.

The rules are those of https://support.cdon.com/hc/en-us/articles/24787170965524-Solving-An-Errand-In-Reclaimit and
https://support.fyndiq.se/hc/en-se/articles/4406831102100-Solving-tickets-in-Reclaimit (documented).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hub import VANISHED, Act, ActKind, Case, CaseState, Need, Offer, Owner, Reply
from hub_fyndiq_reclaimit import words
from hub_fyndiq_reclaimit.acting import status_of
from hub_fyndiq_reclaimit.evidence import wants
from hub_fyndiq_reclaimit.words import DECISIONS, Decision

_SOURCES: Mapping[str, str] = {
    words.FYNDIQ: "https://support.fyndiq.se/hc/en-se/articles/4406831102100-Solving-tickets-in-Reclaimit",
    words.CDON: "https://support.cdon.com/hc/en-us/articles/24787170965524-Solving-An-Errand-In-Reclaimit",
}
_DECIDED = frozenset(word for word, state in words.STATES.items() if state is CaseState.CLOSED)


def offers(case: Case) -> Iterator[Offer]:
    """The decisions that an errand allows now; none once it is decided or the marketplace's."""
    if not can_be_decided(case):
        return
    for decision in DECISIONS.values():
        if fits(decision, case):
            yield Offer(
                kind=kind_of(decision),
                title=decision.title,
                effect=decision.effect,
                word=decision.word,
                needs=needs_of(decision, case),
                moves_money=decision.moves_money,
                irreversible=decision.irreversible,
                wants=wants(case, kind_of(decision), decision.word),
                rejects=decision.word == words.REJECTED,
                refunds=decision.refunds,
            )


def problems(reply: Reply, case: Case) -> Iterator[str]:
    """Why the platform would refuse a decision."""
    source = _SOURCES.get(case.marketplace, _SOURCES[words.CDON])
    if reply.act is None or reply.act.kind not in (ActKind.DECIDE, ActKind.HAND_OVER):
        return
    decision = DECISIONS.get(reply.act.word) if reply.act.kind is ActKind.DECIDE else DECISIONS[status_of(reply)]
    if decision is None:
        yield f"{reply.act.word} is no status of Reclaimit ({source})"
        return
    if not can_be_decided(case):
        yield f"{case.number} is decided already or the marketplace's, so no status can be set ({source})"
    if not fits(decision, case):
        yield f"{decision.title} is not possible for {case.type_raw or 'this errand'} at {_at(case)} ({source})"
    yield from (f"{decision.title}: {lack} ({source})" for lack in _lacks(decision, reply.act, case))
    if Need.MESSAGE in needs_of(decision, case) and not reply.text.strip():
        yield f"{decision.title}: CDON wants an answer to the customer as well, and this one waits for it ({source})"


def needs_of(decision: Decision, case: Case) -> frozenset[Need]:
    """What must come with a decision."""
    needs: set[Need] = set()
    if decision.word == "APPROVED_DEDUCTION":
        needs.add(Need.PERCENT)
    if decision.word == "APPROVED_NEW_PRODUCT":
        needs.add(Need.TRACKING)
    if decision.word == words.REJECTED:
        needs.add(Need.TRACKING if case.type_raw == words.MISSING else Need.EVIDENCE)
    if case.marketplace == words.CDON and case.waiting_since is not None and decision.word != words.ESCALATED:
        needs.add(Need.MESSAGE)
    return frozenset(needs)


def kind_of(decision: Decision) -> ActKind:
    """A decision that gives the errand away is a hand-over."""
    return ActKind.HAND_OVER if decision.word == words.ESCALATED else ActKind.DECIDE


def fits(decision: Decision, case: Case) -> bool:
    """Whether a decision is for errands of this type and marketplace; for what is not known, only what all allow."""
    type_fits = case.type_raw in decision.types or decision.types == words.ALL_TYPES
    return type_fits and (case.marketplace in decision.marketplaces or decision.marketplaces == words.BOTH)


def can_be_decided(case: Case) -> bool:
    """Whether the errand is the seller's and not decided, as far as is known here.

    A case that a person closed here only may still be open there: the platform's own word counts.
    """
    return case.owner is Owner.SELLER and case.state_raw not in _DECIDED and not _is_over(case)


def _is_over(case: Case) -> bool:
    decided = DECISIONS.get(case.state_raw)
    return case.state_raw == VANISHED or (decided is not None and decided.state in _DECIDED)


def _lacks(decision: Decision, act: Act, case: Case) -> Iterator[str]:
    needs = needs_of(decision, case)
    if Need.PERCENT in needs and (act.percent is None or not 1 <= act.percent <= 99):
        yield "say which percentage you keep, from 1 to 99"
    if Need.PERCENT not in needs and act.percent is not None:
        yield "a percentage is only for a deduction"
    if Need.TRACKING in needs and not act.tracking:
        yield "the tracking number of the parcel is needed"
    if Need.EVIDENCE in needs and not act.evidence:
        yield "a photo or another proof is needed"


def _at(case: Case) -> str:
    return {words.FYNDIQ: "Fyndiq", words.CDON: "CDON"}.get(case.marketplace, case.marketplace or "this marketplace")
