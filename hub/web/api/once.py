"""Doing once what a program asks for twice under one Idempotency-Key.

What was answered is remembered for a day and answered again. What ended badly without having changed anything may be
asked for again. If casehub ended in the middle, nobody knows whether it was done: it is not done again by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hub.core.requests_port import Keyed, Remembered
from hub.errors import HubError, StoreError
from hub.web.api.calls import Call
from hub.web.api.problems import Kind, Problem

HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}
KEPT = timedelta(hours=24)
_SURELY_OVER = timedelta(minutes=2)
_KEY = re.compile(r"[!-~]{1,200}")
_NOTHING_DONE = (HubError, HTTPException, RequestValidationError, Problem)

Answer = Callable[[Request], Awaitable[Response]]


def key_of(request: Request) -> str:
    """The key of a request, empty where it has none; as a text in quotes (RFC 9651) or bare."""
    raw = request.headers.get(HEADER)
    if raw is None:
        return ""
    key = raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] == '"' else raw.strip()
    if not _KEY.fullmatch(key):
        raise Problem(Kind.MALFORMED, f"{HEADER} is 1 to 200 visible letters, such as a random UUID.")
    return key


async def once(call: Call, request: Request, answer: Answer) -> Response:
    """The answer to a request under its key: made now, or remembered."""
    body = await request.body()
    digest = hashlib.sha256(request.url.query.encode() + b"\0" + body).hexdigest()
    keyed = Keyed(call.key, call.who, f"{request.method} {request.url.path}", digest)
    requests, running = call.hub.store.requests, call.running
    before = await run_in_threadpool(requests.begin, keyed, call.now, call.now + KEPT)
    if before is not None:
        return _again(call, keyed, before)
    running.add(keyed)
    try:
        response = await answer(request)
        location, told = response.headers.get("location", ""), bytes(response.body)
        await run_in_threadpool(requests.finish, keyed, response.status_code, location, told)
    except StoreError:
        raise  # whether it was kept is what nobody knows
    except _NOTHING_DONE:
        await run_in_threadpool(requests.forget, keyed)
        raise
    finally:
        running.drop(keyed)
    return response


def _again(call: Call, keyed: Keyed, before: Remembered) -> Response:
    if (before.what, before.digest) != (keyed.what, keyed.digest):
        raise Problem(Kind.KEY_REUSED, f"The key was sent with {before.what} before, or with another content.")
    if before.status is not None:
        headers = {
            "Cache-Control": "no-store",
            **REPLAYED,
            **({"Location": before.location} if before.location else {}),
        }
        return Response(before.body, before.status, headers, "application/json")
    if call.running.has(keyed) or call.now - before.begun_at < _SURELY_OVER:
        raise Problem(Kind.KEY_RUNNING, "Ask again in a moment.", {"Retry-After": "1"})
    detail = "casehub ended while it was at it. Look whether it was done; to do it (again), send a new key."
    raise Problem(Kind.KEY_UNFINISHED, detail)
