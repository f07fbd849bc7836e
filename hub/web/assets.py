"""Style sheets, scripts and pictures of the pages, each under an address that its content decides."""

from __future__ import annotations

from importlib.resources import files

from starlette.responses import Response

from hub.errors import NotFound
from hub.web.rendering import static_address
from hub.web.routing import Public, Room
from hub.web.site import Here

room = Room()

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
_FOREVER = "public, max-age=31536000, immutable"
_NAMES = frozenset(file.name for file in files("hub.web").joinpath("static").iterdir())


@room.get("/static/{digest}/{name}", Public.STATIC)
def static(here: Here) -> Response:
    """One file; asked for by an old digest it is the present one, kept by nobody."""
    name = here.path["name"]
    kind = _TYPES.get(name[name.rfind(".") :])
    if name not in _NAMES or kind is None:
        raise NotFound(f"there is no file {name!r} here")
    current = static_address(name) == here.request.url.path
    content = files("hub.web").joinpath("static", name).read_bytes()
    return Response(content, media_type=kind, headers={"Cache-Control": _FOREVER if current else "no-store"})


@room.get("/favicon.ico", Public.STATIC)
def no_icon(here: Here) -> Response:
    """Nothing, for browsers that ask for it on pages of a shop that name no icon."""
    del here
    return Response(status_code=204, headers={"Cache-Control": "public, max-age=86400"})


@room.get("/health", Public.HEALTH)
def health(here: Here) -> Response:
    """Whether the store answers, for whoever watches the server."""
    here.hub.store.fact("policies")
    return Response("ok\n", media_type="text/plain")
