"""Cases: the list, each one with its conversation, files, history and clocks, and the search."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import Response

from hub.as_json import case_json, events_json, message_json, summary_json
from hub.core.model import CaseState, CaseType
from hub.core.paging import page_of
from hub.core.people import Permission
from hub.core.plain_text import safe_name
from hub.core.records import CaseFilter, ListOrder
from hub.errors import NotFound
from hub.explained_json import explained_json
from hub.web.api.calls import Asked, Call
from hub.web.api.files import sent_as_file
from hub.web.api.given import CaseNumber, Digest
from hub.web.api.paging import link_to_next
from hub.web.api.routing import Resource
from hub.web.api.shapes import Attachments, Case, Cases, Explained, Found, History, Messages
from hub.web.api.told import Told

resource = Resource("cases")

_OPEN = (CaseState.OPEN, CaseState.WAITING)
Limit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]


@resource.get("/cases", Permission.SEE, Cases)
def list_cases(
    call: Asked,
    request: Request,
    state: Annotated[list[CaseState] | None, Query(description="Open and waiting, unless named.")] = None,
    channel: Annotated[str, Query(max_length=200)] = "",
    assignee: Annotated[str, Query(max_length=200)] = "",
    type: Annotated[CaseType | None, Query()] = None,  # noqa: A002  it is what the query calls it
    due_before: Annotated[AwareDatetime | None, Query()] = None,
    changed_since: Annotated[AwareDatetime | None, Query()] = None,
    unassigned: Annotated[bool, Query(description="Only those that nobody has.")] = False,
    customer: Annotated[str, Query(max_length=320, description="The e-mail address of a customer.")] = "",
    order_number: Annotated[str, Query(max_length=200)] = "",
    order: Annotated[ListOrder, Query(description="The soonest due first, or the newest change.")] = ListOrder.DUE,
    cursor: Annotated[str, Query(max_length=200, description="The `next` of the page before.")] = "",
    limit: Limit = 50,
) -> Response:
    """The cases that fit, a page at a time, with the deadline of each."""
    wanted = CaseFilter(
        frozenset(state or _OPEN),
        channel,
        assignee,
        type,
        due_before=due_before,
        changed_since=changed_since,
        order=order,
        unassigned=unassigned,
        customer_email=customer,
        order_number=order_number,
        limit=limit,
        after=cursor,
    )
    page = page_of(call.hub.store, wanted)
    told = {"cases": [summary_json(case) for case in page.cases], "next": page.after or None}
    return Told(told, headers=link_to_next(request, page.after))


@resource.get("/search", Permission.SEE, Found)
def search_cases(
    call: Asked,
    q: Annotated[str, Query(min_length=1, max_length=500, description="Words; the last may be a beginning.")],
    limit: Limit = 50,
) -> Response:
    """Find the cases in which every word occurs, by number, order, customer or words."""
    return Told({"cases": [summary_json(case) for case in call.hub.store.search(q, limit)]})


@resource.get("/cases/{number}", Permission.SEE, Case)
def show_case(call: Asked, number: CaseNumber) -> Response:
    """A whole case; one that went on as another says so in `merged_into`."""
    case = call.case(number)
    return Told(case_json(case, call.hub.deadline_of(case)))


@resource.get("/cases/{number}/messages", Permission.SEE, Messages)
def list_messages(call: Asked, number: CaseNumber) -> Response:
    """The conversation, with notes, oldest first."""
    return Told({"messages": [message_json(message) for message in call.case(number).messages]})


@resource.get("/cases/{number}/events", Permission.SEE, History)
def list_events_of_case(call: Asked, number: CaseNumber) -> Response:
    """Everything that happened to a case."""
    return Told({"events": events_json(call.hub.store.history(number))})


@resource.get("/cases/{number}/deadlines", Permission.SEE, Explained)
def explain_deadlines(call: Asked, number: CaseNumber) -> Response:
    """Every clock of a case with its trace, and why this rule and not another."""
    case = call.case(number)
    evaluation = call.hub.evaluate(case)
    return Told(explained_json(call.hub, case, evaluation, evaluation.clocks))


@resource.get("/cases/{number}/attachments", Permission.SEE, Attachments)
def list_attachments(call: Asked, number: CaseNumber) -> Response:
    """The files of a case; the content of each that is kept has an address of its own, by its digest."""
    found = [
        {**item, "message": message.ref, "kept": bool(item["digest"])}
        for message in call.case(number).messages
        for item in message_json(message)["attachments"]
    ]
    return Told({"attachments": found})


@resource.get(
    "/cases/{number}/attachments/{digest}",
    Permission.SEE,
    None,
    responses={
        200: {
            "description": "The content, to be saved and never to be shown by a browser.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def download_attachment(call: Asked, number: CaseNumber, digest: Digest) -> Response:
    """The content of a file that the case names."""
    return sent_as_file(call.hub.store.content(digest), _name_of(call, number, digest))


def _name_of(call: Call, number: str, digest: str) -> str:
    case = call.case(number)
    files = [item for message in case.messages for item in message.attachments]
    files += [item for exhibit in case.evidence for item in exhibit.files]
    found = next((item.name for item in files if item.digest == digest), None)
    if found is None:
        raise NotFound(f"{number} has no file with this digest.")
    return safe_name(found, "attachment")
