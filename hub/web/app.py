"""The application: every room with its pages, the API, and what is answered when something fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from hub import log
from hub.errors import Busy, HubError, NotFound, Refused, StoreError
from hub.web import front_door, live
from hub.web.api.app import ADDRESS, make_api
from hub.web.api.problems import http_problem
from hub.web.api.routing import ApiRoute
from hub.web.guarding import Guarded, KnownHosts
from hub.web.rendering import Renderer
from hub.web.rooms import ROOMS
from hub.web.sessions import Doorkeeper, NotAllowed
from hub.web.site import Here, Site

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.signing_in import SigningIn

_STATUS: Sequence[tuple[type[HubError], int]] = (
    (NotAllowed, 403),
    (NotFound, 404),
    (Busy, 409),
    (Refused, 422),
    (StoreError, 503),
    (HubError, 422),
)


def make_site(hub: Hub, signing_in: SigningIn, *, secure: bool = False) -> Site:
    """What the pages of a hub work with."""
    return Site(hub, hub.store.people, Renderer(), Doorkeeper(signing_in, secure), live.Live(hub.store))


def make_app(site: Site, hosts: Sequence[str] = ("*",), for_customers: Sequence[str] = ()) -> FastAPI:
    """The application that serves a site; it answers only requests that name one of these hosts."""
    app = FastAPI(
        title="casehub",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(Guarded, failed=_failed, secure=site.doorkeeper.secure),
            Middleware(KnownHosts, hosts=tuple(hosts), for_customers=tuple(for_customers)),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        ],
        exception_handlers=_HANDLERS,
        lifespan=site.live.lifespan,
    )
    app.state.site = site
    for room in ROOMS:
        app.router.routes.extend(room.routes)
    app.router.routes.append(Mount(ADDRESS, make_api(site)))
    app.router.routes.append(Mount(front_door.ADDRESS, front_door.FrontDoors(site)))
    return app


def hosts_of(public_url: str, bound: str) -> list[str]:
    """Under which names the pages may be asked for: a page elsewhere that gives its name our address gets nothing."""
    named = urlsplit(public_url).hostname
    names = [*([named] if named else []), "127.0.0.1", "localhost", "::1", bound]
    return [f"[{name}]" if ":" in name else name for name in dict.fromkeys(names)]


def customers_hosts(hub: Hub) -> list[str]:
    """Under which names customers ask for the sites of channels, by the address that each says of itself."""
    settings = (channel.adapter_settings for channel in hub.channels() if channel.enabled)
    named = (urlsplit(str(getattr(one, "public_url", "") or "")).hostname for one in settings)
    return [host for host in dict.fromkeys(named) if host]


def status_of(error: HubError) -> int:
    """The status by which an error is told."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def _told(request: Request, error: Exception) -> Response:
    """An error that says in one sentence what is wrong."""
    assert isinstance(error, HubError)  # noqa: S101  the handler is registered for it alone
    return _error_page(request, status_of(error), str(error))


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  the same
    if request.url.path.startswith(f"{ADDRESS}/"):  # such as one with a line break, which leads into no application
        return http_problem(error.status_code, error.headers, "There is nothing at this address.").response
    return _error_page(request, error.status_code, "" if error.status_code == 404 else str(error.detail))


def _failed(request: Request, error: Exception) -> Response:
    """A mistake of ours; what it was stands in the log, and nothing of it on the page."""
    # Not the address: that of a link to sign in with is a secret.
    page = getattr(getattr(request.scope.get("endpoint"), "view", None), "__name__", "")
    number = request.path_params.get("number", "")
    log.logger().error("request failed", page=page, case=number, error=type(error).__name__, exc_info=error)
    return _error_page(request, 500, "")


def _error_page(request: Request, status: int, text: str) -> Response:
    site: Site = request.app.state.site
    here = Here(site, request, None)
    heads = {403: "common.not_allowed", 404: "common.not_found", 500: "common.went_wrong"}
    head = here.words(heads.get(status, "common.not_done"))
    if status == 500:
        text = here.words("common.went_wrong_how")
    template = "error_piece.html" if here.is_partial else "error.html"
    return here.page(template, status=status, head=head, text=text)


_HANDLERS: dict[int | type[Exception], Any] = {HubError: _told, HTTPException: _http_error}


def rules_of(app: FastAPI) -> list[tuple[str, str, Any]]:
    """Each address and method with the rule that says who may open it; None where a route has none."""
    found: list[tuple[str, str, Any]] = []
    for route in app.router.routes:
        if isinstance(route, Mount) and isinstance(route.app, FastAPI):
            found += [(method, route.path + path, rule) for method, path, rule in rules_of(route.app)]
            continue
        methods = sorted(getattr(route, "methods", None) or ["*"])
        path = str(getattr(route, "path", route))
        for method in methods:
            if method == "HEAD":
                continue
            found.append((method, path, _rule_of(route)))
    return found


def _rule_of(route: Any) -> Any:
    if isinstance(route, (Route, Mount)) and not isinstance(route, ApiRoute):
        return getattr(getattr(route, "endpoint", None) or route.app, "allow", None)
    return getattr(route, "allow", None)
