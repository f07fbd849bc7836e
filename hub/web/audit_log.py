"""The log of acts as a page and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from hub.core.people import AuditEntry, Permission
from hub.web.routing import Room
from hub.web.site import Here

room = Room()

PAGE = 50
_AT_ONCE = 1000
_MOST_ROWS = 200_000
_COLUMNS = ("id", "at", "who", "door", "act", "about", "address", "detail")
_LARGEST_ID = 2**62


@room.get("/audit", Permission.MANAGE)
def audit(here: Here) -> Response:
    """Who did what, when and from where, newest first."""
    who, about = here.query.get("who", "").strip(), here.query.get("about", "").strip()
    found = here.site.people.audit(who=who, about=about, before=_before(here), limit=PAGE + 1)
    shown = found[:PAGE]
    narrowed = {name: value for name, value in (("who", who), ("about", about)) if value}
    older = f"/audit?{urlencode({**narrowed, 'before': shown[-1].id})}" if len(found) > PAGE else ""
    return here.page(
        "audit.html",
        entries=shown,
        who=who,
        about=about,
        names=[one.name for one in here.site.people.people()],
        older=older,
        is_first=not _before(here),
        csv=f"/audit.csv?{urlencode(narrowed)}" if narrowed else "/audit.csv",
    )


@room.get("/audit.csv", Permission.MANAGE)
def as_csv(here: Here) -> Response:
    """The same as a table for other programs, without pages."""
    rows = _rows(here, here.query.get("who", "").strip(), here.query.get("about", "").strip())
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="casehub-audit.csv"'}
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


def _rows(here: Here, who: str, about: str) -> Iterator[str]:
    yield _line(_COLUMNS)
    before = count = 0
    while count < _MOST_ROWS:
        found = here.site.people.audit(who=who, about=about, before=before, limit=_AT_ONCE)
        if not found:
            return
        yield "".join(_line(_cells(entry)) for entry in found)
        before, count = found[-1].id, count + len(found)


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    texts = (entry.who, entry.door.value, entry.act, entry.about, entry.address, entry.detail)
    return (str(entry.id), entry.at.isoformat(), *map(_harmless, texts))


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _before(here: Here) -> int:
    said = here.query.get("before", "")
    return min(int(said), _LARGEST_ID) if said.isascii() and said.isdigit() and len(said) < 20 else 0
