"""People: who asks, and who works here."""

from __future__ import annotations

from starlette.responses import Response

from hub.core.people import Permission
from hub.web.api.calls import Asked
from hub.web.api.routing import Resource
from hub.web.api.shapes_desk import Me, People
from hub.web.api.told import Told

resource = Resource("people")


@resource.get("/me", Permission.SEE, Me)
def show_me(call: Asked) -> Response:
    """Who the token or session belongs to, and what may be done with it."""
    person = call.caller.person
    told = {"name": person.name, "full_name": person.full_name, "role": person.role.value}
    return Told({**told, "permissions": sorted(call.caller.permissions)})


@resource.get("/people", Permission.LEAD, People)
def list_people(call: Asked) -> Response:
    """Everybody who works here, by name, as cases are given to them."""
    return Told(
        {
            "people": [
                {
                    "name": person.name,
                    "full_name": person.full_name,
                    "role": person.role.value,
                    "active": person.active,
                    "takes_cases": person.takes_cases,
                }
                for person in call.hub.store.people.people()
            ]
        }
    )
