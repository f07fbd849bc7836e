"""The description of the API itself, for programs and, as a plain list, for people."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hub.core.people import Permission
from hub.web.api.calls import Asked
from hub.web.api.routing import Resource
from hub.web.api.told import Told

resource = Resource("description")

_ANY: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document (OpenAPI 3.1).",
        "content": {"application/json": {"schema": {"type": "object", "required": ["openapi", "paths"]}}},
    }
}


@resource.get("/openapi.json", Permission.SEE, None, responses=_ANY)
def describe_api(call: Asked, request: Request) -> Response:
    """This description."""
    del call
    return Told(request.app.state.document)
