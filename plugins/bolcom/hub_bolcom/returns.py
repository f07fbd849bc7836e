"""bol.com's returns as they are listed and told one by one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from hub import Party
from hub_bolcom.fields import (
    Fields,
    as_fields,
    count,
    flag,
    instant,
    items,
    needed,
    needed_instant,
    part,
    parts,
    text,
)

RETURN = "return"
"""How the ref of a case begins that is a return, and its kind in bol.com's own word."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of some pieces of an item; the words are bol.com's and may be new ones."""

    word: str
    outcome: str
    quantity: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ReturnItem:
    """One product of a return, with the customer's reasons."""

    rma: str
    order: str
    ean: str
    expected: int
    handled: bool
    main_reason: str = ""
    detailed_reason: str = ""
    comments: str = ""
    results: tuple[Result, ...] = ()
    title: str = ""
    tracking: str = ""
    transporter: str = ""
    customer: Party = field(default_factory=Party)
    country: str = ""

    @property
    def reason(self) -> str:
        """Both reasons in the customer's choice of words."""
        return ": ".join(dict.fromkeys(filter(None, (self.main_reason.rstrip(":, "), self.detailed_reason))))

    def has_result(self, word: str) -> bool:
        """Whether this is what was decided last."""
        return bool(self.results) and last_of(self.results).word == word


@dataclass(frozen=True, slots=True)
class Return:
    """A return as a listing or a detail tells it; a listing has neither titles nor customers."""

    id: str
    registered_at: datetime
    fulfilment: str
    items: tuple[ReturnItem, ...]

    @property
    def ref(self) -> str:
        """The ref of its case."""
        return f"{RETURN}:{self.id}"

    @property
    def is_handled(self) -> bool:
        """Whether nothing is left to decide."""
        return all(item.handled for item in self.items)

    @property
    def fingerprint(self) -> str:
        """A short mark that changes when a listing tells something new of it."""
        told = repr([(item.rma, item.handled, item.expected, item.results) for item in self.items])
        return hashlib.sha256(told.encode()).hexdigest()[:8]


def id_of(ref: str) -> str:
    """The return's id in the ref of its case; empty for a case that is none."""
    kind, _, found = ref.partition(":")
    return found if kind == RETURN else ""


def read_returns(body: object) -> tuple[Return, ...]:
    """The returns of a page."""
    return tuple(map(_return, items(as_fields(body, "a page of returns"), "returns")))


def read_return(body: object) -> Return:
    """One return with all that is known of it."""
    return _return(as_fields(body, "a return"))


def _return(body: Fields) -> Return:
    found = tuple(map(_item, items(body, "returnItems")))
    if not found:
        # It would be open for ever, or closed at once: both are guesses.
        needed(body, "returnItems")
    return Return(
        needed(body, "returnId"),
        needed_instant(body, "registrationDateTime"),
        text(body, "fulfilmentMethod"),
        found,
    )


def _item(body: Fields) -> ReturnItem:
    reason, who = part(body, "returnReason"), part(body, "customerDetails")
    return ReturnItem(
        rma=needed(body, "rmaId"),
        order=text(body, "orderId"),
        ean=text(body, "ean"),
        expected=count(body, "expectedQuantity") or 1,
        handled=flag(body, "handled"),
        main_reason=text(reason, "mainReason"),
        detailed_reason=text(reason, "detailedReason"),
        comments=text(reason, "customerComments"),
        results=tuple(map(_result, parts(body, "processingResults"))),
        title=text(body, "title"),
        tracking=text(body, "trackAndTrace"),
        transporter=text(body, "transporterName"),
        customer=_party(who),
        country=text(who, "countryCode"),
    )


def _result(body: Fields) -> Result:
    word, outcome = text(body, "handlingResult"), text(body, "processingResult")
    return Result(word, outcome, count(body, "quantity") or 0, instant(body, "processingDateTime"))


def _party(who: Fields) -> Party:
    name = " ".join(filter(None, (text(who, "firstName"), text(who, "surname")))) or text(who, "company")
    return Party(name=name, email=text(who, "email"))


def last_of(results: tuple[Result, ...]) -> Result:
    """The newest result; of those without an instant, the last that is listed."""
    dated = [result for result in results if result.at is not None]
    return max(dated, key=age_of) if dated else results[-1]


def age_of(result: Result) -> float:
    """What results are ordered by; one without an instant is the oldest."""
    return result.at.timestamp() if result.at else 0.0
