"""Templates: the texts that replies are written from."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from starlette.responses import Response

from hub.core.people import Permission
from hub.templates.as_json import listed_json, shown_json
from hub.templating import library_of, refusal_of, render, suggested, writes_greeting
from hub.web.api.calls import Asked
from hub.web.api.given import CASE, RenderGiven
from hub.web.api.routing import Resource
from hub.web.api.shapes_desk import Rendered, Templates, WholeTemplate
from hub.web.api.told import Told

resource = Resource("templates")

TemplateName = Annotated[str, Path(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", description="The name of a template.")]


@resource.get("/templates", Permission.SEE, Templates)
def list_templates(
    call: Asked,
    case: Annotated[str | None, Query(pattern=CASE, description="Only those that fit this case.")] = None,
) -> Response:
    """The templates with their languages, the cases they fit, and whose they are."""
    library = library_of(call.hub)
    names = list(library.templates) if case is None else suggested(call.hub, call.case(case))
    return Told({"templates": [listed_json(library.templates[name]) for name in names]})


@resource.get("/templates/{name}", Permission.SEE, WholeTemplate)
def show_template(call: Asked, name: TemplateName) -> Response:
    """A template with its texts and with what it asks for."""
    return Told(shown_json(library_of(call.hub).named(name), ""))


@resource.post("/templates/{name}/render", Permission.SEE, Rendered, only_looks=True)
def render_template(call: Asked, name: TemplateName, given: RenderGiven) -> Response:
    """The text that a template gives for a case; nothing is kept and nothing is sent."""
    case = call.case(given.case)
    greet = not writes_greeting(call.hub, case)
    made = render(call.hub, case, name, language=given.language, values=given.values, greet=greet, who=call.who)
    told = {"language": made.language, "why": made.why, "text": made.text, "filled": dict(made.filled)}
    refused = refusal_of(call.hub, case, made.text) or None
    return Told({"template": name, "case": case.number, **told, "refused": refused})
