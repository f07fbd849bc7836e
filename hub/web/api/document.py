"""The OpenAPI document: what FastAPI knows of the operations, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from hub.web.api.calls import SAFE
from hub.web.api.once import HEADER
from hub.web.api.problems import DOCUMENT, KINDS, MEDIA_TYPE, Kind
from hub.web.api.routing import ApiRoute

_DESCRIPTION = """Everything a person can do in the pages and at the command line, for programs.

Instants are ISO 8601 in UTC, amounts are text, and what is not known is null. New members may be added to any answer.
"""
_ALWAYS = (Kind.UNAUTHORIZED, Kind.FORBIDDEN, Kind.INVALID, Kind.TOO_MANY, Kind.ERROR, Kind.UNAVAILABLE)
_WITH_A_BODY = (Kind.MALFORMED, Kind.TOO_LARGE, Kind.MEDIA)
_OF_WRITES = (Kind.BUSY,)
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": f"Asked for twice under one key, it is done once; see {DOCUMENT}.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "example": "5b1c5d8e-8f0e-4a8f-9f5a-0c2a8b7f1d3e",
}
_BINARY = {"type": "string", "format": "binary", "minLength": 1}
_PROBLEM = {
    "title": "Problem",
    "type": "object",
    "description": "Why something was not done (RFC 9457).",
    "properties": {
        "type": {"type": "string", "description": "The kind of problem, as an anchor of docs/api.md."},
        "title": {"type": "string", "description": "The kind of problem in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong here, and the way out."},
        "errors": {
            "type": "array",
            "description": "Each mistake in the request.",
            "items": {
                "type": "object",
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
                "required": ["where", "what"],
            },
        },
        "effect": {"type": "string", "description": "What would happen, where it has to be confirmed."},
        "cost": {"description": "What it would cost, where that is known."},
        "moves_money": {"type": "boolean"},
        "irreversible": {"type": "boolean"},
    },
    "required": ["type", "title", "status", "detail"],
}
_HEADERS = {401: "WWW-Authenticate", 429: "Retry-After"}
_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token, which begins with `chub_`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "casehub",
        "description": "The session of a browser; writes also need the page's X-CSRF-Token.",
    },
}


def document_of(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The document of these operations."""
    document = get_openapi(
        title="casehub",
        version="1",
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=routes,
        servers=[{"url": "/api/v1"}],
    )
    for route in routes:
        if isinstance(route, ApiRoute):
            for method in route.methods or ():
                _complete(document["paths"][route.path_format][method.lower()], route, method)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    components["schemas"] = dict(sorted(schemas.items()))
    statuses = sorted({status for status, _ in KINDS.values()})
    components["responses"] = {f"Problem{status}": _answer(status) for status in statuses}
    components["securitySchemes"] = _SCHEMES
    document["security"] = [{"token": []}, {"session": []}]
    return document


def _complete(operation: dict[str, Any], route: ApiRoute, method: str) -> None:
    """Add what holds for every operation of its kind."""
    answers = operation["responses"]
    if route.takes_files:
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": {"schema": _BINARY}}}
    answers.pop("422", None)
    has_body = method not in SAFE
    writes = has_body and not route.only_looks
    kinds = [*_ALWAYS, *(_WITH_A_BODY if has_body else ()), *(_OF_WRITES if writes else ())]
    if operation.get("parameters") or has_body:
        kinds.append(Kind.NOT_FOUND)
    for status in sorted({KINDS[kind][0] for kind in kinds}):
        answers[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    if writes:
        operation.setdefault("parameters", []).append(_KEY)
    operation["responses"] = dict(sorted(answers.items()))
    operation["description"] = f"{operation.get('description', '')}\n\nNeeds the permission `{route.allow}`.".strip()


def _answer(status: int) -> dict[str, Any]:
    said = [f"{title} ({DOCUMENT}#problem-{kind})" for kind, (one, title) in KINDS.items() if one == status]
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    header = _HEADERS.get(status)
    headers = {"headers": {header: {"schema": {"type": "string"}, "required": True}}} if header else {}
    return {"description": ", or: ".join(said), **headers, "content": content}
