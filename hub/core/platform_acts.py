"""What a person does with a case on its platform besides writing to the customer, as data on its way there."""

# ruff: noqa: PLC0414  what an act carries, and what is wanted of it, is told of here too

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.core.exhibits import EvidenceKind as EvidenceKind
from hub.core.model import Attachment
from hub.core.policy import Mark as Mark
from hub.core.shipments import Tracking as Tracking


class ActKind(StrEnum):
    """What is done on the platform; each is also the name of the capability to do it."""

    DECIDE = "decide"
    HAND_OVER = "hand_over"
    CLOSE = "close"
    REOPEN = "reopen"
    NOTE = "note"  # for the platform's own staff to read
    MARK_READ = "mark_read"


class Need(StrEnum):
    """What must come with an act."""

    MESSAGE = "message"
    PERCENT = "percent"
    QUANTITY = "quantity"
    TRACKING = "tracking"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Act:
    """An act that a person approved.

    `word` is the platform's own word for a decision, `item` its reference of the one item meant (empty: the whole
    case). `percent` is what the seller keeps of the price. `rejects` says that the customer gets nothing by it. A text
    for the customer travels beside it, in the reply.
    """

    kind: ActKind
    word: str = ""
    item: str = ""
    quantity: int | None = None
    percent: int | None = None
    tracking: tuple[Tracking, ...] = ()
    evidence: tuple[Attachment, ...] = ()
    rejects: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """That evidence of a kind is wanted before an act: where that stands, how sure it is, and how it is read.

    Of what is `required` nothing may be missing. Of what must be `ours` nothing counts that the customer sent. A
    parcel whose carrier is among those `not_valid` does not count.
    """

    kind: EvidenceKind
    required: bool = False
    source: str = ""
    mark: Mark = Mark.ASSUMED
    why: str = ""
    ours: bool = False
    not_valid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that a platform takes for a case as it stands now.

    `effect` says in one sentence what happens and what it costs. An act that moves money or cannot be undone is done
    only once a person has seen this and said yes. `most` is the greatest quantity. `wants` is the evidence asked for
    first; `rejects` says that the customer gets nothing by it, `refunds` that he gets all of the price back.
    """

    kind: ActKind
    title: str
    effect: str
    word: str = ""
    item: str = ""
    needs: frozenset[Need] = frozenset()
    moves_money: bool = False
    irreversible: bool = False
    most: int | None = None
    wants: tuple[Wanted, ...] = ()
    rejects: bool = False
    refunds: bool = False


def in_words(act: Act) -> str:
    """An act in a few words, as a person would say it: "decide refund, keep 80 %, 2 of item 17"."""
    said = [_VERBS[act.kind] + (f" {act.word}" if act.word else "")]
    if act.percent is not None:
        said.append(f"keep {act.percent} %")
    if act.quantity is not None:
        said.append(f"quantity {act.quantity}")
    if act.item:
        said.append(f"item {act.item}")
    said += [f"parcel {parcel.carrier}:{parcel.number}" for parcel in act.tracking]
    said += [f"evidence {file.name}" for file in act.evidence]
    return ", ".join(said)


_VERBS = {
    ActKind.DECIDE: "decide",
    ActKind.HAND_OVER: "hand over to the platform",
    ActKind.CLOSE: "close",
    ActKind.REOPEN: "reopen",
    ActKind.NOTE: "note to the platform",
    ActKind.MARK_READ: "mark read",
}
