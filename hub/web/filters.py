"""Which cases a list shows, as its address says it: a view, what narrows it, and words that are searched for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from hub.core.model import CaseState, CaseType
from hub.core.paging import Page, page_of
from hub.core.ports import CaseFilter, ListOrder, Store
from hub.core.views import inbox_views

PAGE = 50
"""How many cases a list shows at once."""
_LONGEST_TEXT = 300
_EVERY_STATE = frozenset({CaseState.OPEN, CaseState.WAITING, CaseState.CLOSED})


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list was asked for; an empty field does not restrict. `text` searches cases of every state, unless a view
    is named.
    """

    view: str = ""
    channel: str = ""
    type: str = ""
    who: str = ""
    order: str = ""
    q: str = ""
    after: str = ""

    def wanted(self, now: datetime, person: str) -> CaseFilter:
        """The filter of the store, for the person who looks; what is no view, type or order does not restrict."""
        views = {view.key: view.wanted for view in inbox_views(now, person)}
        base = views.get(self.view) or (CaseFilter(states=_EVERY_STATE) if self.q else CaseFilter())
        kinds = {kind.value for kind in CaseType}
        orders = {order.value for order in ListOrder}
        return replace(
            base,
            channel=self.channel,
            type=CaseType(self.type) if self.type in kinds else base.type,
            assignee=self.who or base.assignee,
            order=ListOrder(self.order) if self.order in orders else base.order,
            limit=PAGE,
            after=self.after,
        )

    def asked(self, **changes: str) -> dict[str, str]:
        """What this list asks for from its beginning, or one that differs in some fields."""
        changed = replace(self, **{"after": "", **changes})
        return {f.name: getattr(changed, f.name) for f in fields(self) if getattr(changed, f.name)}

    def query(self, **changes: str) -> str:
        """The same as it stands behind the question mark of an address."""
        return urlencode(self.asked(**changes))

    def address(self, **changes: str) -> str:
        """The address of this list, or of one that differs in some fields."""
        asked = self.query(**changes)
        return f"/cases?{asked}" if asked else "/cases"

    @property
    def narrowed(self) -> bool:
        """Whether more than a view was asked for."""
        return bool(self.channel or self.type or self.who or self.order or self.q)


def listing_of(query: Mapping[str, str]) -> Listing:
    """The list that an address asks for; what it says besides is passed over."""
    return Listing(**{f.name: query.get(f.name, "")[:_LONGEST_TEXT].strip() for f in fields(Listing)})


def listing_behind(query: str) -> Listing:
    """The list that a query string asks for, as a case's page has it behind `list=`."""
    return listing_of(dict(parse_qsl(query[:2000])))


def page_for(store: Store, listing: Listing, now: datetime, person: str) -> Page:
    """One page of a list; what a search finds is one page, the newest first."""
    wanted = listing.wanted(now, person)
    if listing.q:
        return Page(store.search(listing.q, PAGE, within=replace(wanted, after="", limit=None)))
    return page_of(store, wanted)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The cases before and after one in the list somebody came from; empty at its ends."""

    previous: str = ""
    next: str = ""


def neighbours(store: Store, listing: Listing, number: str, now: datetime, person: str) -> Neighbours:
    """Where to go on from a case; one that has left the list leads to its beginning."""
    numbers = [case.number for case in page_for(store, listing, now, person).cases]
    if number not in numbers:
        return Neighbours(next=numbers[0] if numbers else "")
    place = numbers.index(number)
    before = numbers[place - 1] if place else ""
    return Neighbours(before, numbers[place + 1] if place + 1 < len(numbers) else "")
