"""The outbox: what waits to be sent, and the stop button."""

from __future__ import annotations

from starlette.responses import Response

from hub.acts_json import stop_json
from hub.as_json import reply_json
from hub.core.outbox import SETTLED, ReplyState
from hub.core.people import Permission
from hub.rounds import require_channel, stops
from hub.web.api.calls import Asked
from hub.web.api.given import ResumeGiven, StopGiven
from hub.web.api.routing import Resource
from hub.web.api.shapes_desk import Outbox, Stop
from hub.web.api.told import Told

resource = Resource("outbox")


@resource.get("/outbox", Permission.SEE, Outbox)
def list_outbox(call: Asked) -> Response:
    """The replies and acts that are not delivered yet, those that wait for too long marked, and what is stopped."""
    # A rejected reply is final, yet somebody must see that its customer has no answer.
    found = call.hub.store.replies(frozenset(ReplyState) - SETTLED)
    replies = [reply for reply in found if not reply.is_quiet]
    overdue = {reply.key for reply in call.hub.settings.outbox.limits.limits.overdue(replies, call.now)}
    told = [{**reply_json(reply), "overdue": reply.key in overdue} for reply in replies]
    return Told({"replies": told, "stopped": [stop_json(stop) for stop in stops(call.hub)]})


@resource.post("/outbox/stop", Permission.LEAD, Stop)
def stop_sending(call: Asked, given: StopGiven) -> Response:
    """Let nothing more leave on a channel, or on any, from this moment on; reading goes on."""
    if given.channel:
        require_channel(given.channel, set(call.hub.settings.channels))
    return Told(stop_json(call.desk.stop(given.channel, given.why)))


@resource.post("/outbox/resume", Permission.LEAD, Stop)
def resume_sending(call: Asked, given: ResumeGiven) -> Response:
    """Take a stop back; the answer is the stop that is over."""
    return Told(stop_json(call.desk.resume(given.channel)))
