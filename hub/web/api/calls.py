"""One call of the API: who asks, whether they may, and at which desk they then work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends
from starlette.requests import Request

from hub.core.people import AuditEntry, Caller, Door, Permission
from hub.desks import desk_of
from hub.web.api.pace import Pace
from hub.web.api.problems import Kind, Problem
from hub.web.api.running import Running
from hub.web.sessions import NotAllowed, address_of
from hub.web.site import Here, Site

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.core.model import Case
    from hub.runs.desk import Desk

SCHEME = "bearer"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="casehub"'}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass
class Served:
    """The served hub as the API sees it, with what it counts by itself."""

    site: Site
    pace: Pace = field(default_factory=Pace)
    running: Running = field(default_factory=Running)


@dataclass
class Call:
    """One request of a program, or of a page's script, once it is let in; `key` is its Idempotency-Key."""

    served: Served
    caller: Caller
    key: str = ""

    @property
    def hub(self) -> Hub:
        """The opened hub."""
        return self.served.site.hub

    @property
    def running(self) -> Running:
        """The keys of the requests that are under way here."""
        return self.served.running

    @property
    def who(self) -> str:
        """The name of whoever asks."""
        return self.caller.person.name

    @property
    def desk(self) -> Desk:
        """Where they work on cases."""
        return desk_of(self.hub, self.who)

    @cached_property
    def now(self) -> datetime:
        """When the request is answered."""
        return self.hub.clock.now()

    def case(self, number: str) -> Case:
        """The case of this number; NotFound if there is none."""
        return self.hub.store.case(number)

    def require(self, permission: Permission, what: str) -> None:
        """Refuse what needs more than the address itself does."""
        if not self.caller.may(permission):
            raise NotAllowed(f"To {what} the permission `{permission}` is needed, which {self.who} does not have here.")

    def noted(self, act: str, about: str) -> None:
        """Write an act into the log of acts: never what a customer or an answer says."""
        entry = AuditEntry(self.hub.clock.now(), self.who, Door.API, act, about, self.caller.address)
        self.served.site.people.note(entry)


def admitted(served: Served, request: Request, allow: Permission) -> Call:
    """The call, if its token or session is good for it; Problem 401, 403 or 429 if not."""
    site, now = served.site, served.site.hub.clock.now()
    caller = _caller(site, request)
    if caller is None:
        served.pace.admit(f"address {address_of(request)}", now)
        raise Problem(Kind.UNAUTHORIZED, "Send `Authorization: Bearer chub_…` with a token that is valid.", CHALLENGE)
    served.pace.admit(caller.key or caller.person.name, now)
    call = Call(served, caller)
    if not caller.may(allow):
        raise Problem(Kind.FORBIDDEN, f"This needs the permission `{allow}`, which {call.who} does not have here.")
    return call


def _caller(site: Site, request: Request) -> Caller | None:
    """Whoever the token belongs to, or where none was sent the session of the browser, whose writes prove their page.

    What a token does nobody else can make a browser do, so it needs no such proof.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        is_token = scheme.casefold() == SCHEME and bool(token.strip())
        signing_in = site.doorkeeper.signing_in
        return signing_in.caller_of_token(token.strip(), address_of(request)) if is_token else None
    caller = site.doorkeeper.caller(request)
    if caller is not None and request.method not in SAFE:
        site.doorkeeper.refusal(Here(site, request, caller), Permission.SEE)
    return caller


def call_of(request: Request) -> Call:
    """The call that a request was let in as."""
    call: Call = request.state.call
    return call


Asked = Annotated[Call, Depends(call_of)]
"""What every operation gets first."""
