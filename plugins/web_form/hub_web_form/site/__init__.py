"""The contact page as a web application."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub import HubError, Tools
from hub_web_form.settings import WebFormSettings
from hub_web_form.site.contact import Contact
from hub_web_form.site.entrance import Entrance
from hub_web_form.site.limits import Guarded
from hub_web_form.site.own import Own
from hub_web_form.site.shop import Shop
from hub_web_form.site.visits import Visit, read_visit

if TYPE_CHECKING:
    from hub import FrontDesk, Site

_Page = Callable[[Visit], Response]
_Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def make_site(settings: WebFormSettings, tools: Tools, desk: FrontDesk) -> Site:
    """The application of one channel; every answer of it has the headers that keep a page in its bounds."""
    return site_of(Shop.opened(settings, tools, desk))


def site_of(shop: Shop) -> Site:
    """The same for a shop that is open already."""
    contact, entrance, own = Contact(shop), Entrance(shop), Own(shop)
    gets: dict[str, _Page] = {
        "/": contact.topics,
        "/about/{topic}": contact.form,
        "/thanks": contact.thanks,
        "/case": entrance.sign_in,
        "/case/view": own.view,
        "/case/return": own.return_form,
        "/case/label": own.label,
        "/case/file/{digest}": own.file,
        "/static/front.css": contact.style,
    }
    posts: dict[str, _Page] = {
        "/about/{topic}": contact.submit,
        "/case/code": entrance.send_code,
        "/case/enter": entrance.enter,
        "/case/message": own.add,
        "/case/return": own.register_return,
        "/case/solved": own.solved,
        "/case/leave": entrance.leave,
    }
    routes = [Route(path, _endpoint(page, shop), methods=["GET"]) for path, page in gets.items()]
    routes += [Route(path, _endpoint(page, shop), methods=["POST"]) for path, page in posts.items()]
    handlers = {HTTPException: _refused(shop), HubError: _unwell(shop), Exception: _broken(shop)}
    app = Starlette(routes=routes, exception_handlers=handlers)
    return Guarded(app, shop.settings)


def _endpoint(page: _Page, shop: Shop) -> _Endpoint:
    async def answer(request: Request) -> Response:
        visit = await read_visit(request, shop)
        # Pages read files and the database, which would hold up every other visitor.
        return await run_in_threadpool(page, visit)

    return answer


def _refused(shop: Shop) -> Callable[[Request, Exception], Coroutine[Any, Any, Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        name = {404: "not_found", 405: "not_found", 413: "too_large"}.get(status, "went_wrong")
        return shop.message(Visit.bare(request, shop), name, status)

    return answer


def _unwell(shop: Shop) -> Callable[[Request, Exception], Coroutine[Any, Any, Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        shop.tools.log.error("a page of the front door cannot be shown now", why=str(error), path=request.url.path)
        return shop.message(Visit.bare(request, shop), "went_wrong", 503)

    return answer


def _broken(shop: Shop) -> Callable[[Request, Exception], Coroutine[Any, Any, Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        shop.tools.log.error("a page of the front door broke", kind=type(error).__name__, path=request.url.path)
        return shop.message(Visit.bare(request, shop), "went_wrong", 500)

    return answer
