"""The API as an application of its own, mounted beside the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from hub.errors import HubError
from hub.web.api import (
    case_acts,
    cases,
    channels,
    clock_acts,
    decisions,
    documents,
    events,
    evidence,
    files,
    outbox,
    people,
    replies,
    tasks,
    templates,
)
from hub.web.api.calls import Served
from hub.web.api.document import document_of
from hub.web.api.problems import Problem, http_problem, problem_of
from hub.web.api.routing import ApiRoute, Resource

if TYPE_CHECKING:
    from hub.web.site import Site

ADDRESS = "/api/v1"
RESOURCES: Sequence[Resource] = (
    cases.resource,
    case_acts.resource,
    clock_acts.resource,
    replies.resource,
    outbox.resource,
    decisions.resource,
    tasks.resource,
    evidence.resource,
    files.resource,
    templates.resource,
    channels.resource,
    events.resource,
    people.resource,
    documents.resource,
)
"""Everything that programs can ask for and do."""
ROUTES: Sequence[ApiRoute] = tuple(route for resource in RESOURCES for route in resource.routes)


def make_api(site: Site) -> FastAPI:
    """The application that answers below /api/v1; it never leads anybody to a page."""
    api = FastAPI(
        title="casehub",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers=_HANDLERS,
    )
    api.state.served, api.state.site = Served(site), site
    api.router.routes.extend(ROUTES)
    api.state.document = document_of(ROUTES)
    return api


def _told(request: Request, error: Exception) -> Response:
    del request
    return problem_of(error).response


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  the handler is registered for it alone
    headers = {"Allow": ", ".join(_methods(request))} if error.status_code == 405 else dict(error.headers or {})
    texts = {404: "There is nothing at this address.", 405: f"{request.method} is not done here."}
    return http_problem(error.status_code, headers, texts.get(error.status_code, str(error.detail))).response


def _methods(request: Request) -> list[str]:
    """What is done at the address, by whichever of its operations."""
    routes = (route for route in request.app.router.routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in routes for method in getattr(route, "methods", None) or ()})


_HANDLERS: dict[int | type[Exception], Any] = {
    HubError: _told,
    Problem: _told,
    RequestValidationError: _told,
    HTTPException: _http_error,
}
