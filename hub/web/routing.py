"""How a page comes to its address: never without a rule that says who may open it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.core.people import Permission
from hub.web.site import Here, Site

MOST_FILES, MOST_FIELDS = 20, 500
LARGEST_FIELD = 2 * 1024 * 1024
"""How large one field of a form that is not a file may be; a file may be as large as the whole request."""

View = Callable[[Here], Response]


class Public(StrEnum):
    """Why somebody who is not signed in may open something."""

    SIGN_IN = "the way in"
    STATIC = "nothing in it is anybody's"
    SIGNED = "the request proves by itself whom it comes from"
    FRONT_DOOR = "for customers"
    HEALTH = "for whoever watches the server"


Rule = Permission | Public


@dataclass(slots=True)
class Room:
    """The pages of one subject, each with the rule that says who may open it."""

    routes: list[Route] = field(default_factory=list)

    def get(self, path: str, allow: Rule) -> Callable[[View], View]:
        """Serve a view at an address."""
        return self._add(path, "GET", allow)

    def post(self, path: str, allow: Rule) -> Callable[[View], View]:
        """Let a form be sent to a view."""
        return self._add(path, "POST", allow)

    def _add(self, path: str, method: str, allow: Rule) -> Callable[[View], View]:
        def serve(view: View) -> View:
            self.routes.append(Route(path, Endpoint(view, allow), methods=[method]))
            return view

        return serve


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A view with its rule, as an ASGI application: who asks is looked at before the view is."""

    view: View
    allow: Rule

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; the view runs in a thread, as the store waits for its disk."""
        request = Request(scope, receive, send)
        site: Site = request.app.state.site
        if request.method != "POST":
            response = await run_in_threadpool(self._answer, site, request)
        else:
            response = await self._answer_form(site, request)
        await response(scope, receive, send)

    def _answer(self, site: Site, request: Request) -> Response:
        here = Here(site, request, site.doorkeeper.caller(request))
        return self._allowed(here)

    async def _answer_form(self, site: Site, request: Request) -> Response:
        """Nobody makes us read a form, with its files, who may not send it."""
        here = Here(site, request, await run_in_threadpool(site.doorkeeper.caller, request))
        refused = site.doorkeeper.refusal_of_caller(here, self.allow)
        if refused is not None:
            return refused
        async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LARGEST_FIELD) as form:
            here.form = form
            return await run_in_threadpool(self._allowed, here)

    def _allowed(self, here: Here) -> Response:
        return here.site.doorkeeper.refusal(here, self.allow) or self.view(here)
