"""bol.com's returns as cases: which item, why, and what was decided of it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub import (
    STANDS_IN,
    Author,
    CaseState,
    CaseType,
    CaseUpdate,
    Direction,
    Message,
    Order,
    OrderLine,
    Owner,
    Party,
)
from hub_bolcom.returns import RETURN, Result, Return, ReturnItem, age_of, last_of

MARKETPLACE = "bol.com"
LOGISTICS_VIA_BOL = "FBB"
UNHANDLED, HANDLED = "unhandled", "handled"
"""bol.com's two states of a return."""
DECISIONS: Final = (
    "RETURN_RECEIVED",
    "EXCHANGE_PRODUCT",
    "REPAIR_PRODUCT",
    "RETURN_DOES_NOT_MEET_CONDITIONS",
    "CUSTOMER_KEEPS_PRODUCT_PAID",
    "STILL_APPROVED",
)
"""What a seller may decide of an item, in the words of the API; another word is bol.com's own doing."""

_INCOMPLETE = re.compile(r"\b(?:incompleet|onvolledig|incompl[eè]te?|unvollst[aä]ndig)\b", re.IGNORECASE)
_COMPLAINT = re.compile(r"\bklacht\b|\bplainte\b|\bcomplaint\b", re.IGNORECASE)


def case_of(found: Return, now: datetime) -> CaseUpdate:
    """A return as a case; `now` stands for the instant of a handling of which bol.com tells none."""
    first = found.items[0]
    via_bol = found.fulfilment == LOGISTICS_VIA_BOL
    return replace(
        news_of(found, now),
        messages=tuple(_messages(found, now)),
        subject=_subject(first),
        type=_type_of(found),
        type_raw=RETURN,
        customer=next((item.customer for item in found.items if item.customer != Party()), None),
        order=_order_of(found),
        market=first.country or None,
        marketplace=MARKETPLACE,
        owner=Owner.PLATFORM if via_bol else None,
        owner_at=found.registered_at if via_bol else None,
    )


def news_of(found: Return, now: datetime) -> CaseUpdate:
    """What a listing tells of a return that is known already: neither titles nor customers."""
    acted = _act_of_platform(found)
    return CaseUpdate(
        ref=found.ref,
        opened_at=found.registered_at,
        messages=tuple(note for item in found.items for note in _notes(item, now)),
        state=CaseState.CLOSED if found.is_handled else CaseState.OPEN,
        state_raw=HANDLED if found.is_handled else UNHANDLED,
        state_at=_handled_at(found, now) if found.is_handled else found.registered_at,
        outcome=acted.word if acted else None,
        outcome_at=(acted.at or now) if acted else None,
    )


def told_again(found: Return, now: datetime) -> CaseUpdate:
    """A return that is known already, without the facts: others than bol.com may have added to them since."""
    return replace(news_of(found, now), messages=tuple(_messages(found, now)))


def _type_of(found: Return) -> CaseType:
    """What the reasons make it that the customer chose; bol.com's own word for the kind of case stays `return`."""
    if any(_INCOMPLETE.search(item.reason) for item in found.items):
        return CaseType.MISSING_ITEM
    if any(_COMPLAINT.search(item.reason) for item in found.items):
        return CaseType.COMPLAINT
    return CaseType.RETURN


def _order_of(found: Return) -> Order | None:
    """The first item's order; an item of another one names it in its message."""
    number = found.items[0].order
    if not number:
        return None
    lines = tuple(
        OrderLine(item.title or item.ean, item.ean, item.expected) for item in found.items if item.order == number
    )
    return Order(number, lines, fulfilment=found.fulfilment)


def _subject(item: ReturnItem) -> str:
    return ", ".join(filter(None, (item.reason, item.title)))


def _messages(found: Return, now: datetime) -> Iterator[Message]:
    for item in found.items:
        yield _asked(item, found)
        yield from _notes(item, now)


def _asked(item: ReturnItem, found: Return) -> Message:
    """What the customer wrote in the form; where that is nothing, the form stands in for him."""
    wrote = bool(item.comments.strip())
    return Message(
        ref=f"rma:{item.rma}",
        author=Author.CUSTOMER if wrote else Author.PLATFORM,
        direction=Direction.INBOUND,
        sent_at=found.registered_at,
        text=item.comments if wrote else item.reason,
        subject=_subject(item),
        sender=item.customer if wrote else Party(name=MARKETPLACE),
        automatic=not wrote,
        labels=() if wrote else (STANDS_IN,),
        extra=_extra(item),
    )


def _extra(item: ReturnItem) -> dict[str, str]:
    told = {
        "rma": item.rma,
        "quantity": str(item.expected),
        "ean": item.ean,
        "title": item.title,
        "order": item.order,
        "reason": item.reason,
        "tracking": " ".join(filter(None, (item.transporter, item.tracking))),
    }
    return {name: value for name, value in told.items() if value}


def _notes(item: ReturnItem, now: datetime) -> Iterator[Message]:
    """What bol.com wrote down of a decision: beside the customer's words, never as one of them."""
    met: Counter[str] = Counter()
    for result in item.results:
        mark = hashlib.sha256(repr(result).encode()).hexdigest()[:8]
        met[mark] += 1
        words = ", ".join(filter(None, (result.word, result.outcome)))
        # A listing knows no titles, and a message has one text at every reading.
        said = f"{words or HANDLED}: {result.quantity} of item {item.rma}"
        at = result.at or now
        yield _note(item, f"rma:{item.rma}/result:{mark}:{met[mark]}", said, at, result.word)
    if item.handled and not item.results:
        yield _note(item, f"rma:{item.rma}/{HANDLED}", HANDLED, now, "")


def _note(item: ReturnItem, ref: str, said: str, at: datetime, word: str) -> Message:
    return Message(
        ref=ref,
        author=Author.PLATFORM,
        direction=Direction.NOTE,
        sent_at=at,
        text=said,
        sender=Party(name=MARKETPLACE),
        automatic=True,
        extra={"rma": item.rma, "handled": str(item.handled).lower(), "result": word},
    )


def _handled_at(found: Return, now: datetime) -> datetime:
    """When the last item was handled."""
    instants = [last_of(item.results).at if item.results else None for item in found.items]
    return max((at for at in instants if at is not None), default=now) if all(instants) else now


def _act_of_platform(found: Return) -> Result | None:
    """The newest result that no seller can have chosen, such as EXPIRED."""
    newest = [last_of(item.results) for item in found.items if item.results]
    own = [result for result in newest if result.word and result.word not in DECISIONS]
    return max(own, key=age_of, default=None)
