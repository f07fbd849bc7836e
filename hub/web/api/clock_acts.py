"""What somebody says of a case that its clocks run by."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from starlette.responses import Response

from hub.core.people import Permission
from hub.core.policy import ClockName
from hub.errors import Refused
from hub.web.api.calls import Asked
from hub.web.api.case_acts import standing
from hub.web.api.given import AnsweredGiven, CaseNumber, Classification, DueGiven, Why
from hub.web.api.routing import Resource
from hub.web.api.shapes_desk import Standing

resource = Resource("clocks")

Clock = Annotated[ClockName, Path(description="Of which clock.")]


@resource.post("/cases/{number}/classify", Permission.WORK, Standing)
def classify_case(call: Asked, number: CaseNumber, given: Classification) -> Response:
    """Say of what type a case is, or how urgent; its deadlines are computed anew."""
    call.desk.classify(number, given.type, given.priority)
    return standing(call, number)


@resource.post("/cases/{number}/no-reply", Permission.WORK, Standing)
def need_no_reply(call: Asked, number: CaseNumber, given: Why) -> Response:
    """Say that what the customer wrote needs no answer, such as a word of thanks."""
    call.desk.need_no_reply(number, given.why)
    return standing(call, number)


@resource.post("/cases/{number}/answered", Permission.WORK, Standing)
def was_answered(call: Asked, number: CaseNumber, given: AnsweredGiven) -> Response:
    """Say that the customer was answered on the platform itself."""
    call.desk.answered(number, given.text, given.at)
    return standing(call, number)


@resource.put("/cases/{number}/deadlines/{clock}", Permission.WORK, Standing)
def set_due(call: Asked, number: CaseNumber, clock: Clock, given: DueGiven) -> Response:
    """Set by hand by when a clock is due; the rule's own instant stays visible beside it."""
    if given.due <= call.case(number).opened_at:
        raise Refused("That is not after the opening of the case.")
    call.desk.set_due(number, clock.value, given.due, given.why)
    return standing(call, number)


@resource.delete("/cases/{number}/deadlines/{clock}", Permission.WORK, Standing)
def take_back_due(
    call: Asked, number: CaseNumber, clock: Clock, why: Annotated[str, Query(max_length=500)] = ""
) -> Response:
    """Let the rule say again by when a clock is due."""
    call.desk.take_back_due(number, clock.value, why)
    return standing(call, number)
