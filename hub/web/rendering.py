"""Templates of pages, in which everything that was not written here is text and never markup."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from hub.core.people import Permission
from hub.web.site import THEMES, case_address
from hub.web.words import LANGUAGES

if TYPE_CHECKING:
    from hub.web.site import Here


class Renderer:
    """Fills in the templates of the pages."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("hub.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._environment.globals.update(
            static=static_address,
            case_address=case_address,
            Permission=Permission,
            LANGUAGES=LANGUAGES,
            THEMES=THEMES,
        )

    def render(self, template: str, here: Here, values: Mapping[str, object]) -> str:
        """The text of a template; `t` in it is a text of the page's language, `f` writes instants and amounts."""
        doorkeeper = here.site.doorkeeper
        return self._environment.get_template(template).render(
            here=here,
            t=here.words,
            f=here.formats,
            csrf=lambda: csrf_field(doorkeeper.csrf_token(here.request)),
            csrf_token=lambda: doorkeeper.csrf_token(here.request),
            **values,
        )


def csrf_field(token: str) -> Markup:
    """The hidden field that every form carries."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(escape(token))


@cache
def static_address(name: str) -> str:
    """The address of a file that never changes under it: the digest of its content is a part of it."""
    content = files("hub.web").joinpath("static", name).read_bytes()
    return f"/static/{hashlib.sha256(content).hexdigest()[:12]}/{name}"
