"""One request, read: who asks, in which language, and what the form brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from hub_web_form.site.forms import NOTHING, Filled
from hub_web_form.site.limits import TooLarge
from hub_web_form.site.sessions import COOKIE
from hub_web_form.site.uploads import Upload
from hub_web_form.texts import chosen

if TYPE_CHECKING:
    from hub_web_form.site.shop import Shop

_MOST_FIELDS = 60
_SPARE_FILES = 5
"""Some more files than may come are read, so that a person is told which number may."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page needs to know of a request; `base` is the path that the whole site lies below."""

    language: str
    base: str
    path: str
    address: str = ""
    secure: bool = False
    cookie: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    filled: Filled = NOTHING

    @classmethod
    def bare(cls, request: Request, shop: Shop) -> Self:
        """The visit without what a form may have brought."""
        asked = request.query_params.get("lang", "")
        accepted = request.headers.get("accept-language", "")
        settings = shop.settings
        root = str(request.scope.get("root_path", ""))
        return cls(
            language=chosen(asked, accepted, settings.languages_shown, settings.language),
            base=root,
            path=request.scope["path"].removeprefix(root) or "/",
            address=request.client.host if request.client else "",
            secure=request.url.scheme == "https",
            cookie=request.cookies.get(COOKIE, ""),
            query=dict(request.query_params),
            params=dict(request.path_params),
        )

    def to(self, path: str, **query: str) -> str:
        """The address of another page of the site, in the same language."""
        return f"{self.base}{path}?{urlencode({'lang': self.language, **query})}"


async def read_visit(request: Request, shop: Shop) -> Visit:
    """The whole visit; HTTPException 413 where more came than may."""
    visit = Visit.bare(request, shop)
    if request.method != "POST":
        return visit
    settings = shop.settings
    try:
        async with request.form(
            max_files=settings.most_files + _SPARE_FILES,
            max_fields=_MOST_FIELDS,
            max_part_size=max(4 * settings.longest_text, 64 * 1024) + 1024,
        ) as form:
            values = {name: value for name, value in form.multi_items() if isinstance(value, str)}
            files = [value for _, value in form.multi_items() if isinstance(value, UploadFile) and value.filename]
            uploads = tuple([Upload(file.filename or "", await file.read()) for file in files])
    except TooLarge as error:
        raise HTTPException(413) from error
    return Visit(
        visit.language,
        visit.base,
        visit.path,
        visit.address,
        visit.secure,
        visit.cookie,
        visit.query,
        visit.params,
        Filled(values, uploads),
    )
