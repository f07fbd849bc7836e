"""Lists a page at a time: a page goes on after the last case of the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request

from hub.core.records import CaseFilter, CaseSummary
from hub.errors import Refused

if TYPE_CHECKING:
    from hub.core.ports import Store


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases of a list, and the cursor with which the next page is asked for; empty on the last one."""

    cases: Sequence[CaseSummary]
    after: str = ""


def page_of(store: Store, wanted: CaseFilter, after: str, limit: int) -> Page:
    """The page of so many cases that begins after a cursor; Refused where that case is in the list no more."""
    if not after:
        found = store.cases(replace(wanted, limit=limit + 1))
        return Page(found[:limit], found[limit - 1].number if len(found) > limit else "")
    whole = store.cases(replace(wanted, limit=None))
    place = next((place for place, case in enumerate(whole, 1) if case.number == after), None)
    if place is None:
        raise Refused("The case at which this page begins is in the list no more; begin with the first page.")
    shown = whole[place : place + limit]
    return Page(shown, shown[-1].number if place + limit < len(whole) else "")


def link_to_next(request: Request, cursor: str) -> dict[str, str]:
    """The Link header (RFC 8288) to the next page, where there is one."""
    if not cursor:
        return {}
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return {"Link": f'<{request.url.path}?{urlencode([*asked, ("cursor", cursor)])}>; rel="next"'}
