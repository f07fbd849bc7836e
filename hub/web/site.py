"""What every page works with: the opened hub, the people, the texts, and the request it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.desks import desk_of
from hub.errors import Refused
from hub.statistics import RecentStatistics
from hub.web.formats import Formats
from hub.web.presence import Presence
from hub.web.words import Words, language_for

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.people import Caller, Person
    from hub.core.people_port import People
    from hub.runs.desk import Desk
    from hub.web.live import Live
    from hub.web.rendering import Renderer
    from hub.web.sessions import Doorkeeper

THEMES = ("auto", "light", "dark")


@dataclass
class Site:
    """One served hub; what does not change from request to request."""

    hub: Hub
    people: People
    renderer: Renderer
    doorkeeper: Doorkeeper
    live: Live
    statistics: RecentStatistics = field(default_factory=RecentStatistics)
    presence: Presence = field(default_factory=Presence)


@dataclass
class Here:
    """One request: who asks for what, in which language, and how it is answered."""

    site: Site
    request: Request
    caller: Caller | None
    form: FormData = field(default_factory=FormData)

    @property
    def hub(self) -> Hub:
        """The opened hub."""
        return self.site.hub

    @property
    def person(self) -> Person:
        """Who is signed in; only pages that need nobody to be signed in may not ask."""
        if self.caller is None:
            raise Refused("nobody is signed in")
        return self.caller.person

    @property
    def desk(self) -> Desk:
        """Where this person works on cases."""
        return desk_of(self.hub, self.person.name)

    @cached_property
    def now(self) -> datetime:
        """When this request is answered: one instant for the whole page."""
        return self.hub.clock.now()

    @cached_property
    def words(self) -> Words:
        """The texts in the language of whoever asks."""
        wished = (self.request.cookies.get("casehub-language", ""), self.caller.person.language if self.caller else "")
        return Words(language_for(wished, self.request.headers.get("accept-language", "")))

    @cached_property
    def formats(self) -> Formats:
        """How numbers and instants are written for them."""
        return Formats(self.words, ZoneInfo(self.hub.settings.office.timezone), self.now)

    @property
    def theme(self) -> str:
        """Light, dark, or as the system has it."""
        chosen = self.request.cookies.get("casehub-theme", "")
        return chosen if chosen in THEMES else "auto"

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the question mark."""
        return self.request.query_params

    @property
    def path(self) -> Mapping[str, Any]:
        """What the address names, such as the number of a case."""
        return self.request.path_params

    @property
    def is_partial(self) -> bool:
        """Whether a piece of a page is asked for by the page's own script."""
        return self.request.headers.get("hx-request") == "true"

    def said(self, name: str) -> str:
        """One text field of the form, without blanks around it; empty where it was not sent."""
        value = self.form.get(name, "")
        return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""

    def all_said(self, name: str) -> list[str]:
        """Every value that a field of the form was sent with."""
        return [value for value in self.form.getlist(name) if isinstance(value, str) and value]

    def page(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """A page, or a piece of one, from a template."""
        text = self.site.renderer.render(template, self, values)
        return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})

    def go(self, address: str) -> Response:
        """Send the browser elsewhere after an act; a script is told to go there by itself."""
        answer = RedirectResponse(address, 303)  # which writes the address as a header may have it
        if self.is_partial:
            return Response(status_code=204, headers={"HX-Location": answer.headers["location"]})
        return answer


def own_address(text: str) -> str:
    """The address if it is one of our pages, else the first page: nobody is led to another site."""
    ours = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if ours else "/"


def case_address(number: str) -> str:
    """The address of a case's page."""
    return f"/cases/{quote(number, safe='')}"
