"""What is done with a case besides answering and deciding: noting, giving, closing, opening, handing over, merging."""

from __future__ import annotations

from starlette.responses import Response

from hub.acts_json import acted_json
from hub.as_json import deadline_json
from hub.core.people import Permission
from hub.core.readings import headline
from hub.errors import NotFound
from hub.on_platform import Acted as Done
from hub.on_platform import Platform
from hub.web.api.calls import Asked, Call
from hub.web.api.confirming import platform_of, unconfirmed
from hub.web.api.given import Assignment, CaseNumber, ClosingGiven, HandOverGiven, MergerGiven, NoteGiven
from hub.web.api.routing import Resource
from hub.web.api.shapes_desk import Acted, Standing
from hub.web.api.told import Told

resource = Resource("acts")


@resource.post("/cases/{number}/notes", Permission.WORK, Acted, status=201)
def write_note(call: Asked, number: CaseNumber, given: NoteGiven) -> Response:
    """Leave a note that stays in the house, or one that the platform's staff reads."""
    if given.to_platform:
        return _acted(_platform(call).note(number, given.text), 201)
    return Told(acted_json(call.desk.note(number, given.text)), 201)


@resource.post("/cases/{number}/assign", Permission.WORK, Standing)
def assign_case(call: Asked, number: CaseNumber, given: Assignment) -> Response:
    """Take a case, give one's own back, or (with the permission `lead`) give any to somebody else."""
    to, case = given.to.strip(), call.case(number)
    is_own = to == call.who or (not to and case.assignee in ("", call.who))
    if not is_own:
        call.require(Permission.LEAD, "give a case to somebody else, or take it from them")
    if to and not call.hub.store.people.person(to).active:
        raise NotFound(f"{to} works here no longer; `GET /people` tells who does.")
    return standing(call, call.desk.assign(number, to).number)


@resource.post("/cases/{number}/close", Permission.WORK, Acted)
def close_case(call: Asked, number: CaseNumber, given: ClosingGiven) -> Response:
    """Close a case where it lives: by the outbox, or here at once with a task for a person."""
    platform = platform_of(call, confirmed=given.confirmed, accepted=given.accept)
    return _acted(platform.close(number, reason=given.reason, text=given.text, here=given.here))


@resource.post("/cases/{number}/reopen", Permission.WORK, Acted)
def reopen_case(call: Asked, number: CaseNumber, given: ClosingGiven) -> Response:
    """Open a closed case again where it lives."""
    platform = platform_of(call, confirmed=given.confirmed, accepted=given.accept)
    return _acted(platform.reopen(number, reason=given.reason, text=given.text, here=given.here))


@resource.post("/cases/{number}/hand-over", Permission.WORK, Acted)
def hand_case_over(call: Asked, number: CaseNumber, given: HandOverGiven) -> Response:
    """Give a case to the platform's own people; on most platforms that cannot be undone."""
    platform = platform_of(call, confirmed=given.confirmed)
    return _acted(platform.hand_over(number, given.text, keep_task=given.keep_task, way="`keep_task` keeps the task."))


@resource.post("/cases/{number}/merge", Permission.WORK, Standing)
def merge_case(call: Asked, number: CaseNumber, given: MergerGiven) -> Response:
    """Let a case go on as another, which takes up its messages; the answer tells of that one."""
    call.case(given.into)
    if not given.confirmed:
        call.case(number)
        raise unconfirmed(f"{number} goes on as {given.into}, which takes up its messages.", irreversible=True)
    return standing(call, call.desk.merge(number, given.into).number)


def standing(call: Call, number: str) -> Told:
    """How a case stands now."""
    case = call.case(number)
    deadline = deadline_json(headline(call.hub.evaluate(case)))
    return Told({"case": number, "state": case.state.value, "assignee": case.assignee, "deadline": deadline})


def _platform(call: Call) -> Platform:
    return platform_of(call, confirmed=False)


def _acted(done: Done, status: int = 200) -> Told:
    return Told(acted_json(done.case, done.reply, done.task), status)
