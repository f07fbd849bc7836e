"""Files of a case and the HTML of its messages: shown where that is safe, saved everywhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

from hub.core.attachments import Attachment
from hub.core.model import Case, Message
from hub.core.people import Permission
from hub.core.plain_text import one_line, safe_name
from hub.core.sniffing import ANYTHING, picture_type
from hub.errors import NotFound
from hub.opening import case_to_read
from hub.web.case_text import FRAME_HEADERS, framed
from hub.web.case_view import view_of
from hub.web.routing import Room
from hub.web.site import Here

room = Room()

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._ -]")
_LARGEST_INLINE = 2 * 1024 * 1024
_SAFE = "default-src 'none'; sandbox"


@room.get("/files/{number}/{digest}/{name}", Permission.SEE)
def file(here: Here) -> Response:
    """A file that the case names, by the digest of its content: a picture is shown, anything else is saved."""
    case, digest = case_to_read(here.hub, str(here.path["number"])), str(here.path["digest"])
    found = next((file for file in files_of(here, case) if file.digest == digest), None)
    if found is None:
        raise NotFound(here.words("case.no_file"))
    if here.request.headers.get("if-none-match", "") == f'"{digest}"':
        return Response(status_code=304, headers=_headers(digest))
    content = here.hub.store.content(digest)
    kind = picture_type(content)
    saved = kind == ANYTHING or here.query.get("save") == "1"
    headers = {**_headers(digest), "Content-Disposition": disposition(found.name, saved=saved)}
    return Response(content, media_type=kind, headers=headers)


@room.get("/cases/{number}/messages/{place}/html", Permission.SEE)
def html(here: Here) -> Response:
    """The original layout of a message for a sandboxed frame: no script, no style, nothing from elsewhere."""
    message = _message(here)
    if not message.html:
        raise NotFound(here.words("case.no_layout"))
    return HTMLResponse(framed(message, _pictures(here, message)), headers=FRAME_HEADERS)


@room.get("/cases/{number}/messages/{place}/original", Permission.SEE)
def original(here: Here) -> Response:
    """The original of a message as it came, to be saved."""
    message = _message(here)
    if not message.raw:
        raise NotFound(here.words("case.no_original"))
    name = f"{here.path['number']}-{here.path['place']}.eml"
    headers = {**_headers(message.raw), "Content-Disposition": disposition(name, saved=True)}
    return Response(here.hub.store.content(message.raw), media_type=ANYTHING, headers=headers)


def files_of(here: Here, case: Case) -> Iterator[Attachment]:
    """Every file that a case names: on its messages, among its evidence, and in its outbox."""
    for message in case.messages:
        yield from message.attachments
    for exhibit in case.evidence:
        yield from exhibit.files
    for reply in here.hub.store.replies(case_number=case.number):
        yield from reply.attachments
        if reply.act is not None:
            yield from reply.act.evidence


def disposition(name: str, *, saved: bool) -> str:
    """How a browser calls a file (RFC 6266): a plain name for old ones, beside it the true one."""
    true = safe_name(name, "file")
    plain = _NOT_PLAIN.sub("_", true)
    return f"{'attachment' if saved else 'inline'}; filename=\"{plain}\"; filename*=UTF-8''{quote(true, safe='')}"


def _headers(digest: str) -> dict[str, str]:
    return {
        "ETag": f'"{digest}"',
        "Cache-Control": "private, no-cache",  # kept, and shown to nobody who is not signed in any more
        "Content-Security-Policy": _SAFE,
        "X-Content-Type-Options": "nosniff",
    }


def _message(here: Here) -> Message:
    """The message that the address names by its place, 1 being the oldest."""
    case, place = view_of(here).case, str(here.path["place"])
    count = int(place) if place.isascii() and place.isdigit() and len(place) < 7 else 0
    if not 1 <= count <= len(case.messages):
        raise NotFound(f"{case.number} has no message {one_line(place)!r}; its messages are 1 to {len(case.messages)}.")
    return case.messages[count - 1]


def _pictures(here: Here, message: Message) -> dict[str, tuple[str, bytes]]:
    """The pictures that the layout of a message shows from its own files."""
    found = {}
    for item in message.attachments:
        if item.content_id and item.digest and item.size <= _LARGEST_INLINE:
            content = here.hub.store.content(item.digest)
            if (kind := picture_type(content)) != ANYTHING:
                found[item.content_id.strip("<>")] = (kind, content)
    return found
