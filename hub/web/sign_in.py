"""Signing in by a password or by a link, and signing out."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from hub.core.credentials import LONGEST
from hub.signing_in import SignInPaused, WrongSignIn
from hub.web.routing import Public, Room
from hub.web.sessions import address_of
from hub.web.site import Here, own_address

room = Room()

LONGEST_SESSION = int(LONGEST.total_seconds())
"""How many seconds a browser keeps its session at most."""


@room.get("/sign-in", Public.SIGN_IN)
def form(here: Here) -> Response:
    """The form for a name and a password."""
    if here.caller is not None:
        return here.go(own_address(here.query.get("next", "")))
    return _shown(here, "sign_in.html", error="", name="", next=here.query.get("next", ""))


@room.post("/sign-in", Public.SIGN_IN)
def sign_in(here: Here) -> Response:
    """Try a name and a password."""
    doorkeeper, name, back = here.site.doorkeeper, here.said("name").lower(), here.said("next")
    agent = here.request.headers.get("user-agent", "")
    try:
        # The password as it was typed: blanks are a part of it.
        raw = doorkeeper.signing_in.sign_in(name, str(here.form.get("password", "")), address_of(here.request), agent)
    except SignInPaused as error:
        told = here.words("sign_in.paused", n=error.seconds)
        response = _shown(here, "sign_in.html", status=429, error=told, name=name, next=back)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    except WrongSignIn:
        return _shown(here, "sign_in.html", status=401, error=here.words("sign_in.wrong"), name=name, next=back)
    return doorkeeper.keep(here.go(own_address(back)), raw, LONGEST_SESSION)


@room.get("/sign-in/{secret}", Public.SIGN_IN)
def by_link(here: Here) -> Response:
    """A link opens nothing by being looked at, as programs that read mail do: its button does."""
    return _shown(here, "sign_in_link.html", secret=here.path["secret"])


@room.post("/sign-in/{secret}", Public.SIGN_IN)
def take_link(here: Here) -> Response:
    """Sign in by a link, once."""
    doorkeeper, agent = here.site.doorkeeper, here.request.headers.get("user-agent", "")
    raw = doorkeeper.signing_in.sign_in_by_link(here.path["secret"], address_of(here.request), agent)
    return doorkeeper.keep(here.go("/account" if here.said("first") else "/"), raw, LONGEST_SESSION)


@room.post("/sign-out", Public.SIGN_IN)
def sign_out(here: Here) -> Response:
    """End the session of this browser."""
    if here.caller is not None:
        here.site.doorkeeper.signing_in.sign_out(here.caller)
    return here.site.doorkeeper.forget(here.go("/sign-in"))


def _shown(here: Here, template: str, status: int = 200, **values: object) -> Response:
    """A form that is tied to this browser, so that no other site can sign somebody in here."""
    doorkeeper = here.site.doorkeeper
    if doorkeeper.visitor_cookie in here.request.cookies:
        return here.page(template, status=status, **values)
    here.request.state.visitor = visitor = secrets.token_urlsafe(16)
    response = here.page(template, status=status, **values)
    response.set_cookie(
        doorkeeper.visitor_cookie, visitor, path="/", secure=doorkeeper.secure, httponly=True, samesite="strict"
    )
    return response
