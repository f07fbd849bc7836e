"""Portal tasks: what only a person can do on the platforms."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from hub.as_json import task_json
from hub.core.model import Case
from hub.core.people import Permission
from hub.portal_tasks import tasks_of
from hub.web.api.calls import Asked
from hub.web.api.given import CaseNumber, Comment, TaskDone, TaskKey
from hub.web.api.routing import Resource
from hub.web.api.shapes_desk import Tasks, TasksLeft
from hub.web.api.told import Told

resource = Resource("tasks")


@resource.get("/tasks", Permission.SEE, Tasks)
def list_tasks(
    call: Asked, everything: Annotated[bool, Query(alias="all", description="Also what was done.")] = False
) -> Response:
    """What is left to do in the portals, oldest first: the step, and the link to where."""
    found = tasks_of(call.hub, everything=everything)
    return Told({"tasks": [task_json(case, task) for case, task in found]})


@resource.post("/cases/{number}/tasks/{task}/done", Permission.WORK, TasksLeft)
def task_was_done(call: Asked, number: CaseNumber, task: TaskKey, given: TaskDone) -> Response:
    """Say that a task was done on the platform: here it has the effect that it has there."""
    return _left(call.desk.tick_off(number, task, given.at, given.comment))


@resource.post("/cases/{number}/tasks/{task}/drop", Permission.WORK, TasksLeft)
def drop_task(call: Asked, number: CaseNumber, task: TaskKey, given: Comment) -> Response:
    """Say that nobody needs to do a task any more."""
    return _left(call.desk.drop_task(number, task, given.comment))


def _left(case: Case) -> Told:
    left = [task_json(case, task) for task in case.open_tasks]
    return Told({"case": case.number, "state": case.state.value, "tasks": left})
