"""Files on their way in and out: what is sent here is kept under its digest, for replies, decisions and evidence."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hub.core.people import Permission
from hub.core.plain_text import safe_name
from hub.errors import Refused
from hub.web.api.calls import Asked
from hub.web.api.routing import Resource
from hub.web.api.shapes import File
from hub.web.api.told import Told

resource = Resource("files")

_BINARY = "application/octet-stream"
_AS_FILE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
}


@resource.post("/files", Permission.WORK, File, status=201, takes_files=True)
async def send_file(
    call: Asked,
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=200, description="Its name, such as label.pdf.")],
) -> Response:
    """Send a file of at most 20 MB as the body, of any type; its `digest` then names it in what is asked for."""
    content = await request.body()
    if not content:
        raise Refused("The file is empty; send its content as the body.")
    digest = await run_in_threadpool(call.hub.store.keep, content)
    told = {"name": safe_name(name, "file"), "media_type": _BINARY, "size": len(content), "digest": digest}
    return Told(told, 201)


def sent_as_file(content: bytes, name: str) -> Response:
    """A content that a browser saves and never shows."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, 200, {**_AS_FILE, "Content-Disposition": disposition}, _BINARY)
