"""Acts on a case's platform: what a person wants becomes a Change and a Reply, or is Refused with the way out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.core.acts import CANCELLABLE, changed, require_answered, require_seen, require_unmerged
from hub.core.events import ReplyQueued
from hub.core.evidence import checklist, gap_in_words, kept_files, kept_parcels
from hub.core.merge import Change
from hub.core.model import Attachment, Case, CaseState
from hub.core.outbox import WAITING, Reply
from hub.core.platform_acts import Act, ActKind, Need, Offer, Tracking, in_words
from hub.core.policy import Forbidden
from hub.core.turns import Owner
from hub.errors import Refused

_PERCENT = range(1, 100)
_CHANGE_NOTHING = frozenset({ActKind.NOTE, ActKind.MARK_READ})
_OPTIONS = {
    Need.MESSAGE: "-m",
    Need.PERCENT: "--percent",
    Need.QUANTITY: "--quantity",
    Need.TRACKING: "--tracking",
    Need.EVIDENCE: "--evidence",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to be done: one of the platform's offers, with what comes with it.

    `text` goes to the customer, but a note and a hand-over are written to the platform. `after` is the ref of the
    newest message that the person saw. `reason` is for the history. `confirmed` says that the person has seen what it
    does and said yes, `again` that a second decision is meant.
    """

    offer: Offer
    text: str = ""
    after: str = ""
    percent: int | None = None
    quantity: int | None = None
    tracking: tuple[Tracking, ...] = ()
    evidence: tuple[Attachment, ...] = ()
    reason: str = ""
    confirmed: bool = False
    again: bool = False

    @property
    def act(self) -> Act:
        """The act as the outbox carries it."""
        offer = self.offer
        return Act(
            offer.kind,
            offer.word,
            offer.item,
            self.quantity,
            self.percent,
            self.tracking,
            self.evidence,
            offer.rejects,
        )

    @property
    def given(self) -> frozenset[Need]:
        """What was given with it."""
        values = {
            Need.MESSAGE: self.text.strip(),
            Need.PERCENT: self.percent is not None,
            Need.QUANTITY: self.quantity is not None,
            Need.TRACKING: self.tracking,
            Need.EVIDENCE: self.evidence,
        }
        return frozenset(need for need, value in values.items() if value)


def queue_act(
    case: Case,
    wish: Wish,
    key: str,
    who: str,
    now: datetime,
    *,
    others: Sequence[Reply] = (),
    forbidden: Forbidden | None = None,
) -> tuple[Change, Reply]:
    """Approve an act on the platform; `others` are the case's replies, `forbidden` says what closing demands first.

    What the act needs as evidence and was not given with it is taken from what is kept on the case.
    """
    wish = with_kept(case, wish)
    require_possible(case, wish, others, forbidden)
    reply = draft(case, wish, key, who, now)
    require_seen(case, reply)
    if needs_a_yes(wish.offer) and not wish.confirmed:
        raise Refused(
            f"{_title(wish.offer)}: {wish.offer.effect.rstrip('.')}. This {_weight(wish.offer)}, so it is done only "
            "once you have said yes: answer the question at a terminal, or give --yes."
        )
    return changed(case, now, ReplyQueued(key, who, wish.offer.kind)), reply


def draft(case: Case, wish: Wish, key: str, who: str, now: datetime) -> Reply:
    """The act as it would stand in the outbox."""
    extra = {"reason": wish.reason.strip()} if wish.reason.strip() else {}
    return Reply(
        key, case.number, case.channel, wish.text.strip(), now, by=who, after=wish.after, extra=extra, act=wish.act
    )


def require_possible(case: Case, wish: Wish, others: Sequence[Reply], forbidden: Forbidden | None = None) -> None:
    """Refuse what the case, another act on its way, or the offer itself stands against."""
    require_unmerged(case)
    _require_state(case, wish.offer.kind)
    _require_undecided(case, wish)
    if wish.offer.kind is ActKind.CLOSE and not wish.text.strip():
        require_answered(case, forbidden)
    require_no_other(case, wish.offer.kind, others)
    wish = with_kept(case, wish)
    problems = [*_not_given(wish), *_out_of_range(wish)]
    lacking = _lacking(case, wish.offer, wish.act)
    if problems:
        told = f"{_title(wish.offer)!r} cannot be asked for like that: {'; '.join(problems)}."
        raise Refused(f"{told} {lacking}".strip())
    if lacking:
        raise Refused(lacking)


def require_evidence(case: Case, offer: Offer, act: Act) -> None:
    """Refuse an act for which required evidence is missing, naming each gap and what fills it."""
    if lacking := _lacking(case, offer, act):
        raise Refused(lacking)


def with_kept(case: Case, wish: Wish) -> Wish:
    """The wish with the evidence that is kept on the case, where the act needs such and none was given by hand."""
    wanting = wish.offer.needs - wish.given
    if Need.EVIDENCE in wanting:
        wish = replace(wish, evidence=kept_files(case, wish.offer))
    if Need.TRACKING in wanting:
        wish = replace(wish, tracking=kept_parcels(case, wish.offer))
    return wish


def require_no_other(case: Case, kind: ActKind, others: Sequence[Reply]) -> None:
    """Refuse a second act while the first is on its way: nobody knows yet how the case stands after it.

    A note changes nothing, so it stands in nobody's way.
    """
    for other in others:
        if other.act is None or other.state not in WAITING or {kind, other.act.kind} & _CHANGE_NOTHING:
            continue
        back = ", or take it back with `casehub outbox cancel`" if other.state in CANCELLABLE else ""
        raise Refused(
            f"{case.number} has an act on its way that is {other.state}: {in_words(other.act)} ({other.key}). "
            f"Wait until `casehub deliver` knows what became of it{back}."
        )


def needs_a_yes(offer: Offer) -> bool:
    """Whether a person has to say yes once more."""
    return offer.moves_money or offer.irreversible


def mark_read(case: Case, key: str, now: datetime, others: Sequence[Reply]) -> Reply | None:
    """What tells the platform that a person has opened the case; None where it was told, or is being told."""
    newest = case.last_inbound
    if newest is None or case.merged_into or any(o.is_quiet and o.after == newest.ref for o in others):
        return None
    return Reply(
        key,
        case.number,
        case.channel,
        "",
        now,
        by="casehub",
        after=newest.ref,
        automatic=True,
        act=Act(ActKind.MARK_READ),
    )


def _require_undecided(case: Case, wish: Wish) -> None:
    """Refuse to decide a second time unless that is meant: a platform may well refund twice."""
    if wish.offer.kind is not ActKind.DECIDE or wish.again:
        return
    for made in case.decisions:
        if wish.offer.item in ("", made.item) or not made.item:
            raise Refused(
                f"{case.number} was decided already: {made.what}, by {made.who or 'somebody'} on "
                f"{made.at:%Y-%m-%d %H:%M} UTC. To decide once more is a second act on the platform; give --again if "
                "that is meant."
            )


def _require_state(case: Case, kind: ActKind) -> None:
    number = case.number
    if kind is ActKind.CLOSE and case.state is CaseState.CLOSED:
        raise Refused(f"{number} is closed already; `casehub reopen {number}` opens it again.")
    if kind is ActKind.REOPEN and case.is_open:
        raise Refused(f"{number} is {case.state} and not closed; `casehub reply {number}` answers it.")
    if kind is ActKind.HAND_OVER and case.owner is Owner.PLATFORM:
        raise Refused(f"The platform has {number} already; there is nothing to hand over.")


def _lacking(case: Case, offer: Offer, act: Act) -> str:
    """Which evidence is missing for an act, gap by gap; empty where nothing is."""
    gaps = checklist(case, offer, act).gaps
    told = ". ".join(gap_in_words(case, gap) for gap in gaps)
    return f"{_title(offer)!r} wants evidence that {case.number} does not have. {told}." if told else ""


def _not_given(wish: Wish) -> Iterator[str]:
    allowed = wish.offer.needs | {Need.MESSAGE}
    for need in sorted(wish.offer.needs - wish.given):
        yield f"it needs {need_in_words(need, wish.offer)}, given with {_OPTIONS[need]}"
    for need in sorted(wish.given - allowed):
        yield f"it takes no {_OPTIONS[need]}"


def _out_of_range(wish: Wish) -> Iterator[str]:
    if wish.percent is not None and wish.percent not in _PERCENT:
        yield f"--percent is {_PERCENT.start} to {_PERCENT.stop - 1}, not {wish.percent}"
    most = wish.offer.most
    takes_some = Need.QUANTITY in wish.offer.needs  # else it has been said that it takes none at all
    if takes_some and wish.quantity is not None and (wish.quantity < 1 or (most is not None and wish.quantity > most)):
        yield f"--quantity is {'1 or more' if most is None else f'1 to {most}'}, not {wish.quantity}"
    for parcel in wish.tracking:
        if not parcel.carrier.strip() or not parcel.number.strip():
            yield "--tracking is CARRIER:NUMBER"


def need_in_words(need: Need, offer: Offer) -> str:
    """What must come with an offer, as a person would say it."""
    most = f", at most {offer.most}" if offer.most is not None else ""
    return {
        Need.MESSAGE: "a text for the customer" if offer.kind not in _TO_PLATFORM else "a text for the platform",
        Need.PERCENT: "the percent of the price that you keep, 1 to 99",
        Need.QUANTITY: f"a quantity{most}",
        Need.TRACKING: "a parcel's carrier and number",
        Need.EVIDENCE: "a file as evidence",
    }[need]


_TO_PLATFORM = frozenset({ActKind.NOTE, ActKind.HAND_OVER})


def _title(offer: Offer) -> str:
    return offer.title or offer.word or offer.kind.value.replace("_", " ").capitalize()


def _weight(offer: Offer) -> str:
    words = (("moves money", offer.moves_money), ("cannot be undone", offer.irreversible))
    return " and ".join(word for word, true in words if true)
