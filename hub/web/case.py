"""The page of one case: its conversation, its clocks, what is known of it, and its history."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from hub.core.folding import parts
from hub.core.model import Case, CaseType, Message, from_epoch
from hub.core.people import Permission
from hub.core.plain_text import one_line
from hub.errors import NotFound
from hub.history_words import reason_of, told, words_of_type
from hub.opening import tell_read
from hub.web.case_compose_view import Compose, composed, letters_left, limit_of
from hub.web.case_done import tell_pages
from hub.web.case_text import linked, web_address
from hub.web.case_view import NEWEST_SHOWN, CaseView, view_of
from hub.web.filters import Neighbours, listing_behind, neighbours
from hub.web.routing import Room
from hub.web.site import Here, case_address

room = Room()

PIECES = frozenset({"head", "conversation", "clocks", "side", "outbox", "tasks", "decide", "acts"})
"""The parts of the page that are fetched again by themselves when the case has changed."""


@room.get("/cases/{number}", Permission.SEE)
def page(here: Here) -> Response:
    """A case with everything that can be done on it; a merged one leads to the case it went on as."""
    view = view_of(here)
    number = str(here.path["number"])
    if view.case.number != number:
        return here.go(f"{case_address(view.case.number)}?was={quote(number, safe='')}")
    if view.may_work:
        tell_read(here.hub, view.case)
        if here.site.presence.look(number, here.person.name, here.now) and view.looking:
            tell_pages(here, number)
    return case_page(here, view, composed(view))


@room.get("/cases/{number}/parts/{name}", Permission.SEE)
def piece(here: Here) -> Response:
    """One part of the page, as it is now."""
    name = str(here.path["name"])
    if name not in PIECES:
        raise NotFound(f"a case's page has no part {name!r}")
    return here.page(f"case_{name}.html", **_values(here, view_of(here)))


@room.get("/cases/{number}/clocks/{clock}/{cycle}", Permission.SEE)
def trace(here: Here) -> Response:
    """Why one run of a clock is due when it is."""
    view, name, cycle = view_of(here), str(here.path["clock"]), str(here.path["cycle"])
    for line in view.clocks:
        if (line.reading.clock.value, str(line.reading.cycle)) == (name, cycle):
            return here.page("case_trace.html", **_values(here, view), line=line)
    raise NotFound(f"{view.case.number} has no run {cycle} of the clock {name!r}")


@room.get("/cases/{number}/explain", Permission.SEE)
def explained(here: Here) -> Response:
    """Why the case is due when it is, all of it on one page, to be put before a platform."""
    return here.page("case_explain.html", **_values(here, view_of(here)))


@room.get("/cases/{number}/history", Permission.SEE)
def history(here: Here) -> Response:
    """Everything that happened to a case, newest last."""
    view = view_of(here)
    events = [(event, one_line(told(event))) for event in here.hub.store.history(view.case.number)]
    template = "case_history.html" if here.is_partial else "case_history_page.html"
    return here.page(template, **_values(here, view), events=events)


def case_page(here: Here, view: CaseView, compose: Compose, status: int = 200) -> Response:
    """The whole page, with the reply box as it stands."""
    return here.page(
        "case.html",
        status=status,
        **_values(here, view),
        near=_near(here, view.case),
        compose=compose,
        **_box(compose, view),
    )


def _near(here: Here, case: Case) -> Neighbours:
    """Where to go on in the list that the case was opened from."""
    listing = listing_behind(here.query.get("list", ""))
    return neighbours(here.hub.store, listing, case.number, here.now, here.person.name)


def _values(here: Here, view: CaseView) -> dict[str, Any]:
    """What the templates of a case are filled in with."""
    case = view.case
    everything = here.query.get("all") == "1"
    first = 0 if everything else max(len(case.messages) - NEWEST_SHOWN, 0)
    return {
        "view": view,
        "case": case,
        "messages": list(enumerate(case.messages, 1))[first:],
        "earlier": first,
        "everything": everything,
        "from_list": here.query.get("list", ""),
        "was": here.query.get("was", ""),
        "types": list(CaseType),
        "linked": linked,
        "parts": parts,
        "one_line": one_line,
        "web_address": web_address,
        "at": from_epoch,
        "file_address": file_address,
        "writer": writer_of,
        "detected": _detected(case),
    }


def _box(compose: Compose, view: CaseView) -> dict[str, Any]:
    """What the reply box is filled in with."""
    return {"picked": compose.picked, "compose_left": letters_left(limit_of(view), compose.text)}


def file_address(number: str, digest: str, name: str) -> str:
    """Where a file of a case is fetched."""
    return f"/files/{quote(number, safe='')}/{quote(digest, safe='')}/{quote(one_line(name) or 'file', safe='')}"


def writer_of(message: Message) -> str:
    """Who wrote a message, by name, else by address."""
    return one_line(message.sender.name or message.sender.email)


def _detected(case: Case) -> tuple[str, str]:
    """What the hub took the case for by itself, and why; empty where it did not."""
    found = case.detected
    return ("", "") if found is None else (words_of_type(found.type), one_line(reason_of(found)))
