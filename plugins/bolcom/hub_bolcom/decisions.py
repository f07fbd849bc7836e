"""What a seller may decide of the items of a return, what each decision does, and what stands against one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub import ActKind, Case, Direction, Message, Need, Offer, Reply
from hub_bolcom.evidence import REFUSED, wants
from hub_bolcom.wire import DECISIONS, LOGISTICS_VIA_BOL

PORTAL = "https://partner.bol.com"
"""The seller account."""

_HANDLING = "https://partnerplatform.bol.com/verkopen/retouren/retourmelding"
_CHANGING = "https://partnerplatform.bol.com/en/need-help/returns/change-the-status-of-the-return/"
_RETURNS_API = "https://api.bol.com/retailer/public/Retailer-API/v10/functional/retailer-api/returns.html"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a decision means."""

    title: str
    effect: str
    moves_money: bool = False
    irreversible: bool = False
    refunds: bool = False


MEANINGS: Final[Mapping[str, Meaning]] = {
    "RETURN_RECEIVED": Meaning(
        "return received (retour goed ontvangen)",
        "bol.com pays the customer back; you are not paid, and pay no commission.",
        moves_money=True,
        irreversible=True,
        refunds=True,
    ),
    "EXCHANGE_PRODUCT": Meaning(
        "exchange the item (artikel ruilen)",
        "You send the customer another one; nothing is paid back. You can still approve the return later.",
    ),
    "REPAIR_PRODUCT": Meaning(
        "repair the item (artikel repareren)",
        "You repair the item and send it back; nothing is paid back. You can still approve the return later.",
    ),
    REFUSED: Meaning(
        "refuse: it does not meet the conditions (voldoet niet aan retourvoorwaarden)",
        "bol.com refuses the return and pays nothing back. You can still approve it for 90 days.",
    ),
    "CUSTOMER_KEEPS_PRODUCT_PAID": Meaning(
        "the customer keeps it and pays (klant houdt artikel, retour geannuleerd)",
        "The return is cancelled: the customer keeps the item and has paid for it. Only a new return undoes that.",
        moves_money=True,
        irreversible=True,
    ),
    "STILL_APPROVED": Meaning(
        "approve it after all (alsnog goedgekeurd)",
        "bol.com pays the customer back, though you had exchanged, repaired or refused the item.",
        moves_money=True,
        irreversible=True,
        refunds=True,
    ),
}

_AFTERWARDS = "STILL_APPROVED"
_CAN_BE_APPROVED_STILL = frozenset({"EXCHANGE_PRODUCT", "REPAIR_PRODUCT", REFUSED})


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item of a return as its case knows it."""

    rma: str
    title: str
    expected: int
    handled: bool
    result: str

    @property
    def decisions(self) -> Sequence[str]:
        """What may be decided of it now."""
        if self.handled:
            return [_AFTERWARDS] if self.result in _CAN_BE_APPROVED_STILL else []
        return [word for word in DECISIONS if word != _AFTERWARDS]


def items_of(case: Case) -> tuple[KnownItem, ...]:
    """The items of a return, from what its case has of them."""
    asked = [m for m in case.messages if m.direction is Direction.INBOUND and m.extra.get("rma")]
    return tuple(_item(message, case) for message in asked)


def offers_for(case: Case) -> Iterator[Offer]:
    """What may be decided now, item by item; a return of logistics via bol.com is bol.com's to decide."""
    if case.order is not None and case.order.fulfilment == LOGISTICS_VIA_BOL:
        return
    for item in items_of(case):
        for word in item.decisions:
            if case.is_open or item.handled:
                yield _offer(item, word)


def problems(reply: Reply, case: Case) -> Iterator[str]:
    """Why bol.com would refuse this decision, or not do all of it."""
    act = reply.act
    if act is None or act.kind is not ActKind.DECIDE:
        return
    if case.order is not None and case.order.fulfilment == LOGISTICS_VIA_BOL:
        yield f"bol.com decides returns of logistics via bol.com itself ({_RETURNS_API})"
    if act.word not in DECISIONS:
        yield f"bol.com knows no decision {act.word!r}; it takes {', '.join(DECISIONS)} ({_RETURNS_API})"
    if reply.text.strip():
        yield (
            "bol.com takes no message together with a decision; "
            f"write to the customer in your seller account, {PORTAL} ({_RETURNS_API})"
        )
    if act.percent is not None or act.tracking or act.evidence or reply.attachments:
        yield f"bol.com takes a decision with a quantity alone: no percentage, parcel or file ({_RETURNS_API})"
    yield from _problems_with_item(act.item, act.word, act.quantity, case)


def _problems_with_item(rma: str, word: str, quantity: int | None, case: Case) -> Iterator[str]:
    item = chosen(rma, case)
    if item is None:
        known = ", ".join(f"{one.rma} ({one.title})" for one in items_of(case)) or "none"
        yield f"say which item of the return is meant; it has {known} ({_RETURNS_API})"
        return
    if quantity is not None and not 1 <= quantity <= item.expected:
        yield f"of {item.title} 1 to {item.expected} may be decided, not {quantity} ({_RETURNS_API})"
    if word == _AFTERWARDS and not item.handled:
        yield f"what is not decided yet cannot be approved after all; approve it as RETURN_RECEIVED ({_CHANGING})"


def chosen(rma: str, case: Case) -> KnownItem | None:
    """The item that is meant: the one named, else the only one there is to decide of."""
    items = items_of(case)
    if rma:
        return next((item for item in items if item.rma == rma), None)
    waiting = [item for item in items if not item.handled] or list(items)
    return waiting[0] if len(waiting) == 1 else None


def _item(asked: Message, case: Case) -> KnownItem:
    rma = asked.extra["rma"]
    notes = [m for m in case.messages if m.direction is Direction.NOTE and m.extra.get("rma") == rma]
    return KnownItem(
        rma=rma,
        title=asked.extra.get("title") or asked.extra.get("ean") or rma,
        expected=int(asked.extra.get("quantity", "1")),
        handled=any(note.extra.get("handled") == "true" for note in notes),
        result=notes[-1].extra.get("result", "") if notes else "",
    )


def _offer(item: KnownItem, word: str) -> Offer:
    meaning = MEANINGS[word]
    return Offer(
        kind=ActKind.DECIDE,
        title=f"{item.title}: {meaning.title}",
        effect=meaning.effect,
        word=word,
        item=item.rma,
        needs=frozenset({Need.QUANTITY}) if item.expected > 1 else frozenset(),
        moves_money=meaning.moves_money,
        irreversible=meaning.irreversible,
        most=item.expected,
        wants=wants(ActKind.DECIDE, word),
        rejects=word == REFUSED,
        refunds=meaning.refunds,
    )
