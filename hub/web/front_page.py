"""Where a person comes in, and how they like their pages."""

from __future__ import annotations

from starlette.responses import Response

from hub.core.people import Permission
from hub.web.routing import Public, Room
from hub.web.site import THEMES, Here, own_address
from hub.web.words import LANGUAGES

room = Room()

_YEAR = 365 * 86_400


@room.get("/", Permission.SEE)
def front_page(here: Here) -> Response:
    """The cases are what people come for."""
    return here.go("/cases")


@room.post("/looks", Public.SIGN_IN)
def looks(here: Here) -> Response:
    """Remember the theme or the language in this browser."""
    response = here.go(own_address(here.said("back")))
    for cookie, value, known in (
        ("casehub-theme", here.said("theme"), THEMES),
        ("casehub-language", here.said("language"), LANGUAGES),
    ):
        if value in known:
            secure = here.site.doorkeeper.secure
            response.set_cookie(cookie, value, max_age=_YEAR, path="/", secure=secure, httponly=True, samesite="strict")
    return response
