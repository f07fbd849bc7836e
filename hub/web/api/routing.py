"""How an operation comes to its address: never without the permission it needs, its words and its answers."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hub.core.people import Permission
from hub.errors import HubError
from hub.web.api.calls import SAFE, Call, admitted
from hub.web.api.once import REPLAYED, key_of, once
from hub.web.api.problems import Kind, Problem, failed
from hub.web.api.told import Told

LARGEST_JSON = 2 * 1024 * 1024
LARGEST_FILE = 20 * 1024 * 1024
_FORESEEN = (HubError, HTTPException, RequestValidationError, Problem)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
View = Callable[..., Any]


class ApiRoute(APIRoute):
    """An operation; who asks is looked at before anything of the body is read.

    One that `keeps_keys` does by itself once what is asked for twice; for the others that is done here, but for one
    that `only_looks` although it is sent a body.
    """

    allow: Permission | None = None
    keeps_keys: bool = False
    takes_files: bool = False
    only_looks: bool = False

    def get_route_handler(self) -> Handler:
        """The operation with everything that stands around it."""
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await self._answered(request, answer)
            except _FORESEEN:
                raise
            except ClientDisconnect:  # nobody is there to hear it
                return Problem(Kind.MALFORMED, "The request ended before its end.").response
            except Exception as error:  # noqa: BLE001  a mistake of ours is told as a problem too
                return failed(request, error).response

        return guarded

    async def _answered(self, request: Request, answer: Handler) -> Response:
        if self.allow is None:
            raise Problem(Kind.FORBIDDEN, "Nobody may use this.")
        call = await run_in_threadpool(admitted, request.app.state.served, request, self.allow)
        request.state.call = call
        self._require_known(request)
        if request.method in SAFE:
            return await answer(request)
        call.key = key_of(request)
        request = await self._read(request)
        if self.only_looks:
            return await answer(request)
        if call.key and not self.keeps_keys:
            return await once(call, request, lambda asked: self._done(call, asked, answer))
        return await self._done(call, request, answer)

    def _require_known(self, request: Request) -> None:
        """Refuse a parameter that is not known: a slip in a filter would list everything."""
        known = {parameter.alias for parameter in self.dependant.query_params}
        unknown = sorted({*request.query_params} - known)
        if unknown:
            there_are = f"there is {', '.join(sorted(known))}" if known else "there is none"
            mistakes = [{"where": f"query/{name[:60]}", "what": there_are} for name in unknown[:20]]
            detail = f"The query has parameters that are not known; {there_are}."
            raise Problem(Kind.INVALID, detail, {}, {"errors": mistakes})

    async def _done(self, call: Call, request: Request, answer: Handler) -> Response:
        """Do it, and write down that it was done."""
        response = await answer(request)
        if response.status_code < 400 and not REPLAYED.keys() & {*response.headers}:
            about = request.path_params.get("number") or next(iter(request.path_params.values()), "")
            await run_in_threadpool(call.noted, self.operation_id or self.name, str(about))
        return response

    async def _read(self, request: Request) -> Request:
        """The request with its body read; Problem where that is too large, or of a type that is not read here."""
        most = LARGEST_FILE if self.takes_files else LARGEST_JSON
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > most:
                raise Problem(Kind.TOO_LARGE, f"At most {most // 1024**2} MB are read here.")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
        if body and not self.takes_files and kind != "application/json":
            raise Problem(Kind.MEDIA, "Send JSON, with Content-Type: application/json.")

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        read = Request(request.scope, receive)
        await read.body()
        return read


@dataclass(slots=True)
class Resource:
    """The operations of one subject."""

    tag: str
    routes: list[ApiRoute] = field(default_factory=list)

    def get(self, path: str, allow: Permission, answers: type[BaseModel] | None, **more: Any) -> Callable[[View], View]:
        """Tell something."""
        return self._add(path, "GET", allow, answers, 200, **more)

    def post(
        self, path: str, allow: Permission, answers: type[BaseModel] | None, *, status: int = 200, **more: Any
    ) -> Callable[[View], View]:
        """Do something."""
        return self._add(path, "POST", allow, answers, status, **more)

    def put(self, path: str, allow: Permission, answers: type[BaseModel] | None, **more: Any) -> Callable[[View], View]:
        """Put something into the place of what is there."""
        return self._add(path, "PUT", allow, answers, 200, **more)

    def delete(
        self, path: str, allow: Permission, answers: type[BaseModel] | None, **more: Any
    ) -> Callable[[View], View]:
        """Take something away."""
        return self._add(path, "DELETE", allow, answers, 200, **more)

    def _add(
        self,
        path: str,
        method: str,
        allow: Permission,
        answers: type[BaseModel] | None,
        status: int,
        *,
        keeps_keys: bool = False,
        takes_files: bool = False,
        only_looks: bool = False,
        responses: dict[int | str, dict[str, Any]] | None = None,
    ) -> Callable[[View], View]:
        def serve(view: View) -> View:
            told: dict[int | str, dict[str, Any]] = {}
            if answers is not None:
                told[status] = {"model": answers, "description": "Done." if method != "GET" else "What was asked for."}
                if keeps_keys:  # asked for under its key before
                    told[200] = {"model": answers, "description": "It was asked for before; how it stands now."}
            route = ApiRoute(
                path,
                view,
                methods=[method],
                tags=[self.tag],
                operation_id=view.__name__,
                summary=view.__name__.replace("_", " ").capitalize(),
                response_class=Told,
                response_model=None,
                status_code=status,
                responses={**told, **(responses or {})},
                openapi_extra={"x-permission": allow.value},
            )
            route.allow, route.keeps_keys = allow, keeps_keys
            route.takes_files, route.only_looks = takes_files, only_looks
            self.routes.append(route)
            return view

        return serve
