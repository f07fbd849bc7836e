"""Where platforms push: the request is public, and its signature proves whom it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub import log
from hub.core.pushes import PushRequest
from hub.pushes import follow_up, take
from hub.runs.pushes import LARGEST
from hub.web.routing import Public, Room, Rule

if TYPE_CHECKING:
    from hub.app import Hub
    from hub.web.site import Site

room = Room()


@dataclass(frozen=True, slots=True)
class PushDoor:
    """Takes what is pushed to a channel, as an ASGI application: the body is kept byte for byte, for it is signed."""

    allow: Rule = Public.SIGNED

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one push at once; what it gives to do is done once it is answered."""
        request = Request(scope, receive, send)
        site: Site = request.app.state.site
        body = await _body(request)
        if body is None:
            answer: Response = PlainTextResponse(f"a push may have {LARGEST:,} bytes", 413)
        else:
            pushed = PushRequest({name.lower(): value for name, value in request.headers.items()}, body)
            answer = await run_in_threadpool(_answer, site.hub, request.path_params["channel"], pushed)
        await answer(scope, receive, send)


async def _body(request: Request) -> bytes | None:
    """The body, None where it is larger than any push; no more of it is kept than that."""
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


def _answer(hub: Hub, channel: str, pushed: PushRequest) -> Response:
    result = take(hub, channel, pushed)
    logger = log.logger(channel=channel)
    if result.status == 200:
        logger.info("pushed", what=result.why, replies=len(result.woken))
    else:
        logger.warning("a push was not taken", status=result.status, why=result.why)
    later = BackgroundTask(follow_up, hub, channel) if result.woken else None
    # Why something was refused is for our log: it would help whoever tries to get in.
    return Response(status_code=result.status, background=later)


room.routes.append(Route("/push/{channel}", PushDoor(), methods=["POST"]))
