"""The inbox: one list of all channels by what is due next, with its views, its search and what may be done to many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.responses import Response

from hub.core.model import CaseType
from hub.core.paging import Page
from hub.core.people import Permission
from hub.core.personal import SavedView
from hub.core.views import inbox_views
from hub.web.case_rows import row_of
from hub.web.filters import Listing, listing_behind, listing_of, page_for
from hub.web.routing import Room
from hub.web.site import Here

if TYPE_CHECKING:
    from hub.core.records import Count

room = Room()


@dataclass(frozen=True, slots=True)
class Shelf:
    """One view beside the list: its name, how many cases it has, and whether it is the one that is shown."""

    key: str
    title: str
    address: str
    count: Count | None
    current: bool
    alarming: bool = False


@room.get("/cases", Permission.SEE)
def cases(here: Here) -> Response:
    """The list, or what changed of it."""
    listing = listing_of(here.query)
    page = page_for(here.hub.store, listing, here.now, here.person.name)
    values: dict[str, Any] = {
        "listing": listing,
        "rows": [row_of(case, here.formats) for case in page.cases],
        "more": listing.address(after=page.after) if page.after else "",
        "shelves": _shelves(here, listing),
        "saved": _saved(here, listing),
        "channels": sorted(here.hub.settings.channels),
        "types": list(CaseType),
        "people": _people(here),
        "nothing": _nothing(here, listing, page),
    }
    return here.page("cases_list.html" if here.is_partial else "cases.html", **values)


@room.post("/views", Permission.SEE)
def save_view(here: Here) -> Response:
    """Keep the list that is looked at under a name of one's own."""
    listing = listing_behind(here.said("query"))
    here.hub.store.personal.save_view(here.person.name, SavedView(here.said("name"), listing.asked()))
    return here.go(listing.address())


@room.post("/views/drop", Permission.SEE)
def drop_view(here: Here) -> Response:
    """Forget a list of one's own."""
    here.hub.store.personal.drop_view(here.person.name, here.said("name"))
    return here.go("/cases")


def _saved(here: Here, listing: Listing) -> list[tuple[str, str, bool]]:
    found = here.hub.store.personal.saved_views(here.person.name)
    lists = [(view.name, listing_of(view.wanted)) for view in found]
    return [(name, kept.address(), kept == listing) for name, kept in lists]


def _shelves(here: Here, listing: Listing) -> list[Shelf]:
    views = inbox_views(here.now, here.person.name)
    # The closed ones are history: nobody works through them, and counting them all would cost more than it tells.
    counts = here.hub.store.view_counts([view for view in views if view.key != "closed"])
    shown = listing.view or ("" if listing.q else "open")
    return [
        Shelf(
            view.key,
            here.words(f"cases.view_{view.key}"),
            Listing(view=view.key).address(),
            counts.get(view.key),
            view.key == shown and not listing.narrowed,
            view.key in _ALARMING and bool(counts[view.key].number),
        )
        for view in views
    ]


_ALARMING = frozenset({"late", "failed", "uncertain"})


def _people(here: Here) -> list[str]:
    return [person.name for person in here.site.people.people() if person.active]


def _nothing(here: Here, listing: Listing, page: Page) -> str:
    """Why a list is empty, and what to do about it."""
    if page.cases:
        return ""
    if listing.narrowed or listing.after:
        return here.words("cases.nothing_fits")
    if not here.hub.store.counts():
        return here.words("cases.nothing_read")
    return here.words("cases.nothing_here")


def back_to(here: Here) -> str:
    """The list that a form was sent from."""
    parts = urlsplit(here.said("back"))
    return listing_behind(parts.query or here.said("back")).address()
