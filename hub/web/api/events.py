"""Events: what happened to all cases, in the order in which it was recorded."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from hub.as_json import events_json
from hub.core.people import Permission
from hub.web.api.calls import Asked
from hub.web.api.routing import Resource
from hub.web.api.shapes import Events
from hub.web.api.told import Told

resource = Resource("events")


@resource.get("/events", Permission.SEE, Events)
def list_events(
    call: Asked,
    after: Annotated[
        int | None, Query(ge=0, lt=2**53, description="The place to go on from; without it, the newest.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many.")] = 100,
) -> Response:
    """The events after a place; none is ever passed over, so `after` of each answer is where the next one goes on."""
    store = call.hub.store
    place = store.version().last_event if after is None else after
    found, following = store.events_since(place, limit)
    told = [
        {"place": one.cursor, "case": one.case_number, "channel": one.channel, **events_json([one.event])[0]}
        for one in found
    ]
    return Told({"events": told, "after": following})
