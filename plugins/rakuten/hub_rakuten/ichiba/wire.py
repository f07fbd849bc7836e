"""What RMS says of an inquiry, turned into data of the hub: pure, and strict where a guess would do harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub import (
    RECALLED,
    Attachment,
    Author,
    CaseState,
    CaseUpdate,
    Direction,
    Message,
    Misunderstood,
    Order,
    Party,
)
from hub_rakuten.ichiba.kinds import FROM_THE_SHOP, kind_of
from hub_rakuten.ichiba.times import instant_of

MARKET, MARKETPLACE = "JP", "Rakuten Ichiba"
COMPLETED, INCOMPLETE = "completed", "incomplete"

_AUTHORS = {"user": Author.CUSTOMER, "merchant": Author.SELLER}

Json = Any


@dataclass(frozen=True, slots=True)
class File:
    """A file on a message: RMS gives it out for both of these, unchanged, and for 90 days."""

    label: str
    path: str


@dataclass(frozen=True, slots=True)
class Said:
    """One message of an inquiry; `id` is None for the first one."""

    id: int | None
    author: Author
    at: datetime
    text: str
    is_read: bool
    is_deleted: bool
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """An inquiry as RMS tells it."""

    number: str
    shop: str
    opened_at: datetime
    said: tuple[Said, ...]
    customer: Party
    type: str
    category: str
    order: str
    item: str
    item_number: str
    item_page: str
    gift_role: str
    is_completed: bool
    completed_at: datetime | None
    updated_at: datetime | None

    def ref_of(self, said: Said) -> str:
        """The message's ref: a reply's id counts within its inquiry only."""
        return f"{self.number}:q" if said.id is None else f"{self.number}:r:{said.id}"

    @property
    def is_read(self) -> bool:
        """Whether the shop has read every message of the customer's."""
        return all(said.is_read for said in self.said if said.author is Author.CUSTOMER)

    @property
    def is_closed(self) -> bool:
        """Whether the shop has completed it and the customer has written nothing since."""
        if not self.is_completed:
            return False
        done = self.completed_at
        return done is None or all(said.at <= done for said in self.said if said.author is Author.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    total: int
    pages: int
    inquiries: tuple[Inquiry, ...]


def page_of(told: Json) -> Page:
    """A page of the list, which stands alone and not in a `result`."""
    if not isinstance(told, dict) or not isinstance(told.get("list"), list):
        raise Misunderstood("a list of inquiries has no `list`")
    total, pages = told.get("totalCount"), told.get("totalPageCount")
    if not isinstance(total, int) or not isinstance(pages, int):
        raise Misunderstood("a list of inquiries has no totalCount and totalPageCount")
    return Page(total, pages, tuple(inquiry_of(one) for one in told["list"]))


def result_of(told: Json, what: str) -> Mapping[str, Json]:
    """What the answer has in `result`."""
    result = told.get("result") if isinstance(told, dict) else None
    if not isinstance(result, dict):
        raise Misunderstood(f"the answer to {what} has no `result`")
    return result


def objects_in(told: Mapping[str, Json], name: str) -> Sequence[Mapping[str, Json]]:
    """A list of objects; one that is missing or null is empty."""
    found = told.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Misunderstood(f"{name} in an answer of RMS is no list of objects")
    return found


def inquiry_of(told: Json) -> Inquiry:
    """An inquiry, from a list or alone; what is not understood is left out, unless a guess would do harm."""
    if not isinstance(told, dict):
        raise Misunderstood("an inquiry is no object")
    number = _text(told, "inquiryNumber")
    if not number:
        raise Misunderstood("an inquiry has no inquiryNumber")
    opened_at = instant_of(told.get("regDate"), f"regDate of inquiry {number}")
    kind = _text(told, "type")
    replies = told.get("replies") or []
    if not isinstance(replies, list):
        raise Misunderstood(f"replies of inquiry {number} is no list")
    return Inquiry(
        number=number,
        shop=str(told.get("shopId", "")),
        opened_at=opened_at,
        said=(_first(told, opened_at, kind), *(_reply(one, number) for one in replies)),
        customer=_customer(told, number),
        type=kind,
        category=_text(told, "category"),
        order=_text(told, "orderNumber"),
        item=_text(told, "itemName"),
        item_number=_text(told, "itemNumber"),
        item_page=_text(told, "itemUrl"),
        gift_role=_text(told, "socialGiftUserType"),
        is_completed=bool(told.get("isCompleted")),
        completed_at=_instant(told, "completedDate", number),
        updated_at=_instant(told, "lastUpdateDate", number),
    )


def update_of(inquiry: Inquiry, keep: Callable[[Inquiry, Said], tuple[Sequence[Attachment], str]]) -> CaseUpdate:
    """The inquiry as the hub takes it; `keep` gives the files of a message, and what went wrong with them."""
    state, raw, at = _state(inquiry)
    return CaseUpdate(
        ref=inquiry.number,
        opened_at=inquiry.opened_at,
        messages=tuple(_message(inquiry, said, *keep(inquiry, said)) for said in inquiry.said),
        subject=_subject(inquiry),
        type=kind_of(inquiry.type, inquiry.category, inquiry.order),
        type_raw=" / ".join(filter(None, (inquiry.type, inquiry.category))),
        state=state,
        state_raw=raw,
        state_at=at,
        customer=inquiry.customer,
        order=Order(inquiry.order) if inquiry.order else None,
        market=MARKET,
        marketplace=MARKETPLACE,
    )


def reopened(inquiry: Inquiry) -> tuple[CaseState, str, datetime] | None:
    """The state of an inquiry that was completed and is not any more, where no message of the customer's says so."""
    if inquiry.is_completed or inquiry.updated_at is None:
        return None
    return CaseState.OPEN, INCOMPLETE, inquiry.updated_at


def _state(inquiry: Inquiry) -> tuple[CaseState | None, str, datetime | None]:
    """Its state, where RMS says more than the messages do.

    Completing is the shop's own mark and no answer. Whether RMS takes it back when the customer writes again is not
    documented, so a later message counts as reopening.
    """
    if not inquiry.is_closed:
        return None, "", None
    return CaseState.CLOSED, COMPLETED, inquiry.completed_at or inquiry.updated_at or inquiry.said[-1].at


def _first(told: Mapping[str, Json], at: datetime, kind: str) -> Said:
    # That the first message of such an inquiry is the shop's follows from its name; no sample is known (assumed).
    author = Author.SELLER if kind == FROM_THE_SHOP else Author.CUSTOMER
    return Said(
        id=None,
        author=author,
        at=at,
        text=_text(told, "message"),
        is_read=bool(told.get("readByMerchant")),
        is_deleted=bool(told.get("isMessageDeleted")),
        files=_files(told),
    )


def _reply(told: Json, number: str) -> Said:
    if not isinstance(told, dict) or not isinstance(told.get("id"), int):
        raise Misunderstood(f"a reply of inquiry {number} has no id")
    what = f"reply {told['id']} of inquiry {number}"
    author = _AUTHORS.get(told.get("replyFrom", ""))
    if author is None:
        # Whoever guesses here books a customer's words as the shop's answer, or the other way round.
        raise Misunderstood(f"{what} has another replyFrom than merchant and user: {_named(told.get('replyFrom'))}")
    return Said(
        id=told["id"],
        author=author,
        at=instant_of(told.get("regDate"), f"regDate of {what}"),
        text=_text(told, "message"),
        is_read=bool(told.get("isRead")),
        is_deleted=bool(told.get("isMessageDeleted")),
        files=_files(told),
    )


def _customer(told: Mapping[str, Json], number: str) -> Party:
    """Who asked; R-Messe delivers an answer whether or not it tells a name."""
    name, email = _text(told, "userName"), _text(told, "userMaskEmail")
    return Party(name or ("" if email else f"Customer of {number}"), email)


def _files(told: Mapping[str, Json]) -> tuple[File, ...]:
    return tuple(File(_text(one, "label"), _text(one, "path")) for one in objects_in(told, "attachments"))


def _message(inquiry: Inquiry, said: Said, files: Sequence[Attachment], problem: str) -> Message:
    inbound = said.author is Author.CUSTOMER
    extra = {"item_page": inquiry.item_page, "item_number": inquiry.item_number} if said.id is None else {}
    if inbound and inquiry.gift_role:
        extra["social_gift"] = inquiry.gift_role  # who ordered a gift and who got it are two persons
    return Message(
        ref=inquiry.ref_of(said),
        author=said.author,
        direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
        sent_at=said.at,
        text=said.text,
        sender=inquiry.customer if inbound else Party(),
        labels=(RECALLED,) if said.is_deleted else (),
        attachments=tuple(files),
        problem=problem,
        extra={name: value for name, value in extra.items() if value},
    )


def _subject(inquiry: Inquiry) -> str:
    return " · ".join(filter(None, (inquiry.category or inquiry.type, inquiry.item)))


def _text(told: Mapping[str, Json], name: str) -> str:
    """A text; a number is one too, and anything else is as good as missing."""
    value = told.get(name)
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, (str, int)) else ""


def _instant(told: Mapping[str, Json], name: str, number: str) -> datetime | None:
    return instant_of(told[name], f"{name} of inquiry {number}") if told.get(name) else None


def _named(value: Json) -> str:
    """A platform's own word as an error may show it: short, on one line."""
    return f"{value[:40]!r}" if isinstance(value, str) else "none"
