"""Replies: writing one, holding a text against the rules, and what is decided of one on its way."""

from __future__ import annotations

from starlette.responses import Response

from hub.acts_json import findings_json
from hub.adapter import Capability
from hub.answering import Answer, answer_in_the_portal, queue_answer, seen_by_writer, unsent
from hub.as_json import reply_json, task_json
from hub.core.acts import require_answerable
from hub.core.model import Case
from hub.core.people import Permission
from hub.core.text_rules import Finding, stands_against
from hub.errors import Refused
from hub.reaching import reach_of
from hub.web.api.calls import Asked, Call
from hub.web.api.given import CaseNumber, EditGiven, Reading, ReplyGiven, ReplyKey, TextGiven, Why, files_of
from hub.web.api.once import REPLAYED
from hub.web.api.routing import Resource
from hub.web.api.shapes_desk import Answered, Checked, Replies, Reply
from hub.web.api.told import Told

resource = Resource("replies")


@resource.get("/cases/{number}/replies", Permission.SEE, Replies)
def list_replies(call: Asked, number: CaseNumber) -> Response:
    """The replies and acts of a case, whatever became of them."""
    call.hub.store.summary(number)
    found = call.hub.store.replies(case_number=number)
    return Told({"replies": [reply_json(reply) for reply in found if not reply.is_quiet]})


@resource.post("/cases/{number}/replies", Permission.WORK, Answered, status=201, keeps_keys=True)
def write_reply(call: Asked, number: CaseNumber, given: ReplyGiven) -> Response:
    """Put a reply into the outbox, from where it is sent once; or keep it as the task of a person.

    With an Idempotency-Key the same text asked for again is one reply, for ever: the answer tells how it stands now.
    """
    case, told = call.case(number), list[Finding]()
    require_answerable(case)
    seen = _seen(case, given.after)
    if given.send_at is not None and given.send_at <= call.now and not call.key:
        raise Refused("The instant in `send_at` is over; without it the reply is sent as soon as it may go.")
    files = files_of(call, given.attachments)
    answer = Answer(given.text, seen, files, given.then_close, given.send_at, call.key, given.accept)
    reach, desk = reach_of(call.hub, case), call.desk
    if not reach.can(Capability.REPLY, case):
        task = answer_in_the_portal(call.hub, reach, case, answer, desk, look=told.extend)
        return _answered(told, 201, task=task_json(case, task))
    known = {reply.key for reply in call.hub.store.replies(case_number=number)}
    done = queue_answer(call.hub, reach, case, answer, desk, look=told.extend)
    closing = None if done.closing is None else task_json(case, done.closing)
    return _answered(told, 200 if done.reply.key in known else 201, reply=reply_json(done.reply), closing=closing)


@resource.post("/cases/{number}/check", Permission.WORK, Checked, only_looks=True)
def check_text(call: Asked, number: CaseNumber, given: TextGiven) -> Response:
    """Tell what stands against a text and its files, and keep nothing."""
    case = call.case(number)
    told = unsent(call.hub, case, given.text, files_of(call, given.attachments))
    found = reach_of(call.hub, case).findings(told, case)
    ok = not stands_against(found, given.accept)
    return Told({"case": number, "ok": ok, "findings": findings_json(found)})


@resource.get("/replies/{key}", Permission.SEE, Reply)
def show_reply(call: Asked, key: ReplyKey) -> Response:
    """One reply as it stands now; a key may be cut to a beginning that no other has."""
    return Told(reply_json(call.desk.named(key)))


@resource.put("/replies/{key}", Permission.WORK, Reply)
def edit_reply(call: Asked, key: ReplyKey, given: EditGiven) -> Response:
    """Write a reply anew that is surely not sent; the files stay where none are named."""
    desk = call.desk
    before = desk.named(key)
    case = call.case(before.case_number)
    files = before.attachments if given.attachments is None else files_of(call, given.attachments)
    seen = _seen(case, given.after)
    reach_of(call.hub, case).require_acceptable(unsent(call.hub, case, given.text, files, seen), case, given.accept)
    begun = before.text if given.begun is None else given.begun
    return Told(reply_json(desk.edit(before.key, given.text, seen, files, begun)))


@resource.post("/replies/{key}/cancel", Permission.WORK, Reply)
def cancel_reply(call: Asked, key: ReplyKey, given: Why) -> Response:
    """Take a reply back; an uncertain one may have reached the customer all the same."""
    return Told(reply_json(call.desk.cancel(_key(call, key), given.why)))


@resource.post("/replies/{key}/hold", Permission.WORK, Reply)
def hold_reply(call: Asked, key: ReplyKey, given: Why) -> Response:
    """Keep a reply from being sent until somebody releases it."""
    return Told(reply_json(call.desk.hold(_key(call, key), given.why)))


@resource.post("/replies/{key}/release", Permission.WORK, Reply)
def release_reply(call: Asked, key: ReplyKey) -> Response:
    """Let a held reply go, although the conversation went on: whoever does so has read it."""
    return Told(reply_json(call.desk.release(_key(call, key))))


@resource.post("/replies/{key}/approve", Permission.WORK, Reply)
def approve_reply(call: Asked, key: ReplyKey, given: Reading) -> Response:
    """Agree to a reply as the second person, who has read this text; its writer cannot."""
    return Told(reply_json(call.desk.approve(_key(call, key), given.read)))


@resource.post("/replies/{key}/delivered", Permission.WORK, Reply)
def mark_reply_delivered(call: Asked, key: ReplyKey) -> Response:
    """Say that the reply was seen on the platform: it counts as delivered."""
    return Told(reply_json(call.desk.mark_delivered(_key(call, key))))


@resource.post("/replies/{key}/retry", Permission.WORK, Reply)
def retry_reply(call: Asked, key: ReplyKey) -> Response:
    """Say that an uncertain reply was surely not sent, or try again what the platform failed at."""
    return Told(reply_json(call.desk.retry(_key(call, key))))


def _seen(case: Case, after: str) -> str:
    """The message that the writer says to have read last; without one nobody could tell what came since."""
    if not after and case.last_inbound is not None:
        raise Refused(f"Say in `after` what you have read last; the newest is {case.last_inbound.ref!r}.")
    return seen_by_writer(case, after) if after else ""


def _key(call: Call, beginning: str) -> str:
    return call.desk.named(beginning).key


def _answered(told: list[Finding], status: int, **what: object) -> Told:
    findings = findings_json(told)
    data = {"reply": None, "task": None, "closing": None, **what, "findings": findings}
    location = what.get("reply")
    headers = {"Location": f"/api/v1/replies/{location['key']}"} if isinstance(location, dict) else {}
    return Told(data, status, {**headers, **(REPLAYED if status == 200 else {})})
