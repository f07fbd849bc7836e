"""What Rakuten France says of a sold item, turned into cases: the talk about it, and each claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from hub import (
    Author,
    CaseState,
    CaseType,
    CaseUpdate,
    Direction,
    Message,
    Misunderstood,
    Order,
    Party,
)
from hub_rakuten.france.answers import below, child, instant, text
from hub_rakuten.france.texts import Written, written_in

MARKET, MARKETPLACE = "FR", "Rakuten France"
CLAIM, CLAIMED, CLAIM_GONE = "CLAIM", "CLAIMED", "CLAIM_GONE"
TO_BUYER, TO_RAKUTEN, CANCEL = "contactuseraboutitem", "contactusaboutitem", "cancelitem"
_OLD_NAMES = {"contactpriceministeraboutitem": TO_RAKUTEN}
CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Todo:
    """An item that Rakuten France wants to be looked at, and why, in its words."""

    item: str
    causes: tuple[str, ...]

    @property
    def has_news(self) -> bool:
        """Whether it is there for more than a claim, which stays there until it is settled."""
        return any(cause != CLAIM for cause in self.causes)


@dataclass(frozen=True, slots=True)
class Claim:
    """A buyer's claim about an item."""

    ref: str
    at: datetime
    type: str
    state: str
    is_amicable: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Item:
    """A sold item as Rakuten France tells it."""

    id: str
    status: str
    state: str
    label: str
    order: str
    sold_at: datetime | None
    logged_at: datetime | None
    claim: Claim | None
    actions: frozenset[str]
    written: tuple[Written, ...]


def todo_of(root: Element) -> list[Todo]:
    """The work list: what each item is on it for."""
    found: dict[str, list[str]] = {}
    for element in below(root, "item"):
        item = text(element, "itemid")
        if not item:
            raise Misunderstood("an item on the work list of Rakuten France has no itemid")
        causes = [text(cause) for cause in below(element, "cause") if not len(cause)]
        found.setdefault(item, []).extend(filter(None, causes))
    return [Todo(item, tuple(dict.fromkeys(causes))) for item, causes in found.items()]


def item_of(root: Element, own_names: frozenset[str]) -> Item:
    """An item with all that was written about it."""
    element = next(below(root, "item"), None)
    number = text(element, "itemid")
    if element is None or not number:
        raise Misunderstood("an answer of Rakuten France about an item has no itemid")
    actions = {text(action).lower() for action in below(element, "actioncode")}
    sold = text(element, "date")
    logged = [instant(text(one, "creationdate"), f"a log of item {number}") for one in below(element, "itemlog")]
    return Item(
        id=number,
        status=text(element, "itemstatus"),
        state=text(element, "itemstate"),
        label=text(element, "itemstatelabel"),
        order=text(element, "purchaseid"),
        sold_at=instant(sold, f"date of item {number}") if sold else None,
        logged_at=max(logged, default=None),
        claim=_claim(child(element, "claim"), number),
        actions=frozenset(_OLD_NAMES.get(action, action) for action in actions),
        written=tuple(sorted(written_in(element, number, own_names), key=lambda one: one.at)),
    )


def updates_of(item: Item, types: Mapping[str, CaseType]) -> list[CaseUpdate]:
    """The cases of an item: what was written before there was a claim, and the claim with what was written since."""
    claim = item.claim
    before = [one for one in item.written if claim is None or one.at < claim.at]
    since = [one for one in item.written if one not in before]
    updates = [_talk(item, before)] if before else []
    return updates if claim is None else [*updates, _claimed(item, claim, since, types)]


def bare(item: Item, causes: tuple[str, ...], at: datetime) -> CaseUpdate:
    """An item that is on the work list although nothing was written about it: shown, since somebody must look."""
    return CaseUpdate(
        ref=item.id,
        opened_at=at,
        subject=_subject(item, []),
        type_raw=", ".join(causes),
        order=Order(item.order) if item.order else None,
        market=MARKET,
        marketplace=MARKETPLACE,
    )


def is_claim(ref: str) -> bool:
    """Whether a case is a claim, and not the talk about an item."""
    return ":c" in ref


def claim_gone(ref: str, item: Item, now: datetime) -> CaseUpdate | None:
    """That a claim the hub holds open is not on its item any more, or is another one now."""
    if ref == item.id or (item.claim is not None and item.claim.ref == ref):
        return None
    return CaseUpdate(ref, now, state=CaseState.CLOSED, state_raw=CLAIM_GONE, state_at=now)


def _claim(element: Element | None, item: str) -> Claim | None:
    if element is None:
        return None
    at = instant(text(element, "creationdate"), f"creationdate of the claim about item {item}")
    return Claim(
        ref=f"{item}:c{at:%Y%m%d%H%M}",
        at=at,
        type=text(element, "type"),
        state=text(element, "state"),
        is_amicable=text(element, "amicable").upper() == "Y",
        comment=text(element, "claimcomment"),
    )


def _talk(item: Item, written: list[Written]) -> CaseUpdate:
    """The case of what was written without a claim, or before one; with a claim it goes on as that."""
    claim = item.claim
    return CaseUpdate(
        ref=item.id,
        opened_at=written[0].at,
        messages=tuple(_as_message(one, item) for one in written),
        subject=_subject(item, written),
        state=CaseState.CLOSED if claim is not None else None,
        state_raw=CLAIMED if claim is not None else "",
        state_at=max(claim.at, written[-1].at) if claim is not None else None,
        customer=_buyer(item),
        order=Order(item.order) if item.order else None,
        market=MARKET,
        marketplace=MARKETPLACE,
    )


def _claimed(item: Item, claim: Claim, since: list[Written], types: Mapping[str, CaseType]) -> CaseUpdate:
    cancelled = item.status.upper() == CANCELLED
    # When it was cancelled is not told but by the newest line of the log; what a buyer wrote since is newer.
    ours = [one.at for one in since if one.is_ours]
    return CaseUpdate(
        ref=claim.ref,
        opened_at=claim.at,
        messages=(_comment(claim, item), *(_as_message(one, item) for one in since)),
        subject=_subject(item, since),
        type=types.get(claim.type, CaseType.UNKNOWN),
        type_raw=claim.type,
        state=CaseState.CLOSED if cancelled else CaseState.OPEN,
        state_raw=CANCELLED if cancelled else CLAIM,
        state_at=max(claim.at, item.logged_at or claim.at, *ours) if cancelled else claim.at,
        customer=_buyer(item),
        order=Order(item.order) if item.order else None,
        priority=CLAIM,
        market=MARKET,
        marketplace=MARKETPLACE,
    )


def _comment(claim: Claim, item: Item) -> Message:
    """What the buyer claims, which starts the clock also where he gives no reason."""
    return Message(
        ref=f"{claim.ref}:comment",
        author=Author.CUSTOMER,
        direction=Direction.INBOUND,
        sent_at=claim.at,
        text=claim.comment,
        sender=_buyer(item),
        extra={**_extra(item), "claim_state": claim.state, "amicable": "Y" if claim.is_amicable else "N"},
    )


def _as_message(written: Written, item: Item) -> Message:
    if written.is_mail:  # with Rakuten's own staff: no customer reads it, and no customer waits for it
        author, direction = Author.SELLER if written.is_ours else Author.PLATFORM, Direction.NOTE
    elif written.is_ours:
        author, direction = Author.SELLER, Direction.OUTBOUND
    else:
        author, direction = Author.CUSTOMER, Direction.INBOUND
    return Message(
        ref=written.ref,
        author=author,
        direction=direction,
        sent_at=written.at,
        text=written.text,
        subject=written.subject,
        sender=Party(written.sender),
        extra=_extra(item),
    )


def _extra(item: Item) -> dict[str, str]:
    """What could be done with the item when this was read, which is asked for before anything is done."""
    return {"actions": " ".join(sorted(item.actions)), "item_status": item.status, "item_state": item.state}


def _buyer(item: Item) -> Party:
    """Who bought it: by the name in messages, and where there is none, as the one he is."""
    names = (one.sender for one in item.written if not one.is_ours and not one.is_mail)
    return Party(next(names, f"Buyer of item {item.id}"))


def _subject(item: Item, written: Iterable[Written]) -> str:
    mail = next((one.subject for one in written if one.subject), "")
    return " · ".join(filter(None, (item.label or item.state or item.status, mail))) or f"item {item.id}"
