"""What is answered once an act on a case is done: its page again, or, to a script, that its pieces have changed."""

from __future__ import annotations

import json

from anyio.from_thread import run_sync
from starlette.responses import Response

from hub.core.outbox import Reply, ReplyState
from hub.core.portal import PortalTask
from hub.web.noting import noted
from hub.web.site import Here, case_address


def done(here: Here, number: str, act: str, said: str, detail: str = "", **told: object) -> Response:
    """Note the act, and answer that it was done in one sentence; `told` are facts for the page's script."""
    noted(here, act, number, detail)
    if here.is_partial:
        events = {"casehub:acted": {"said": said, "act": act, **told}}
        return Response(status_code=204, headers={"HX-Trigger": json.dumps(events)})
    return here.go(f"{case_address(number)}#outbox" if told.get("outbox") else case_address(number))


def told_of(here: Here, reply: Reply | None, task: PortalTask | None, otherwise: str) -> str:
    """What came of an act on the platform, in a sentence."""
    if reply is not None:
        return here.words("case.did_held" if reply.state is ReplyState.HELD else "case.did_queue")
    return here.words("case.did_task") if task is not None else otherwise


def tell_pages(here: Here, number: str) -> None:
    """Let every page that shows the case look at it again; what is told is told in the thread of the server."""
    run_sync(here.site.live.say, "changed", [number])
