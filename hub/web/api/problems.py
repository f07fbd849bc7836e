"""What is answered when something is not done: one problem (RFC 9457) of a few kinds, each explained in docs/api.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response

from hub import log
from hub.errors import Busy, HubError, NotFound, Refused, StoreError
from hub.json_text import json_text
from hub.web.sessions import NotAllowed

MEDIA_TYPE = "application/problem+json"
DOCUMENT = "docs/api.md"
_LONGEST_NAME = 60


class Kind(StrEnum):
    """The kinds of problems; each is the end of an anchor in the document."""

    MALFORMED = "malformed"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    METHOD = "method-not-allowed"
    BUSY = "busy"
    CONFIRM = "confirm"
    KEY_RUNNING = "key-running"
    KEY_UNFINISHED = "key-unfinished"
    TOO_LARGE = "too-large"
    MEDIA = "media-type"
    INVALID = "invalid"
    REFUSED = "refused"
    KEY_REUSED = "key-reused"
    TOO_MANY = "too-many-requests"
    ERROR = "error"
    UNAVAILABLE = "unavailable"


KINDS: Mapping[Kind, tuple[int, str]] = {
    Kind.MALFORMED: (400, "The request cannot be read"),
    Kind.UNAUTHORIZED: (401, "Who asks is not known"),
    Kind.FORBIDDEN: (403, "Not allowed"),
    Kind.NOT_FOUND: (404, "Not found"),
    Kind.METHOD: (405, "Not done in this way"),
    Kind.BUSY: (409, "Another run is at work on it"),
    Kind.CONFIRM: (409, "It has to be confirmed"),
    Kind.KEY_RUNNING: (409, "The first request with this key is still running"),
    Kind.KEY_UNFINISHED: (409, "Nobody knows how the first request with this key ended"),
    Kind.TOO_LARGE: (413, "Too large"),
    Kind.MEDIA: (415, "Not a type that is read here"),
    Kind.INVALID: (422, "The request has mistakes"),
    Kind.REFUSED: (422, "Refused"),
    Kind.KEY_REUSED: (422, "The key stands for another request"),
    Kind.TOO_MANY: (429, "Too many requests"),
    Kind.ERROR: (500, "Something went wrong"),
    Kind.UNAVAILABLE: (503, "Not possible just now"),
}
"""The status and the title of each kind."""

_OF_ERRORS: tuple[tuple[type[HubError], Kind], ...] = (
    (NotAllowed, Kind.FORBIDDEN),
    (NotFound, Kind.NOT_FOUND),
    (Busy, Kind.BUSY),
    (Refused, Kind.REFUSED),
    (StoreError, Kind.UNAVAILABLE),
    (HubError, Kind.REFUSED),
)
_OF_STATUSES = {400: Kind.MALFORMED, 401: Kind.UNAUTHORIZED, 403: Kind.FORBIDDEN, 404: Kind.NOT_FOUND}
_OF_STATUSES |= {405: Kind.METHOD, 413: Kind.TOO_LARGE, 415: Kind.MEDIA}


@dataclass(eq=False)
class Problem(Exception):
    """Something that is not done, and why; `more` stands beside the usual members."""

    kind: Kind
    detail: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def response(self) -> Response:
        """The problem as an answer."""
        status, title = KINDS[self.kind]
        told = {"type": f"{DOCUMENT}#problem-{self.kind}", "title": title, "status": status, "detail": self.detail}
        content = json_text({**told, **self.more}, one_line=True)
        return Response(content, status, {"Cache-Control": "no-store", **self.headers}, MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """The problem that an error is; what was not foreseen is told to the log alone."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HubError):
        return Problem(next(kind for type_, kind in _OF_ERRORS if isinstance(error, type_)), str(error))
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    return Problem(Kind.ERROR, "It is in the log of casehub; nothing of it is told here.")


def http_problem(status: int, headers: Mapping[str, str] | None, detail: str) -> Problem:
    """The problem that the framework's own refusal is."""
    return Problem(_OF_STATUSES.get(status, Kind.MALFORMED), detail, headers or {})


def failed(request: Request, error: Exception) -> Problem:
    """A mistake of ours, written down."""
    log.logger().error("request failed", path=request.url.path, error=type(error).__name__, exc_info=error)
    return problem_of(error)


def _invalid(error: RequestValidationError) -> Problem:
    """Where the mistakes are and what is wanted there; what was sent is not repeated."""
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return Problem(Kind.MALFORMED, "The body is no JSON.")
    mistakes = [{"where": _place(one["loc"]), "what": one["msg"]} for one in error.errors()[:20]]
    said = "; ".join(f"{one['where']}: {one['what']}" for one in mistakes[:3])
    return Problem(Kind.INVALID, said, {}, {"errors": mistakes})


def _place(parts: tuple[int | str, ...]) -> str:
    """Such as body/text; a name of the sender's own making is cut."""
    return "/".join(str(part)[:_LONGEST_NAME] for part in parts)
