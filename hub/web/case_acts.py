"""What a person does with a case besides answering: notes, whose it is, what it is, its clocks, and its end."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from hub.core.given_instants import given_instant
from hub.core.model import CaseType
from hub.core.people import Permission
from hub.errors import NotFound, Refused
from hub.rereading import read_again
from hub.web.assigning import require_may_assign
from hub.web.case_asking import asking, platform_of
from hub.web.case_done import done, told_of
from hub.web.case_view import view_of
from hub.web.routing import Room
from hub.web.site import Here, case_address

room = Room()


@room.post("/cases/{number}/note", Permission.WORK)
@asking
def note(here: Here) -> Response:
    """Leave a note in the house, or for the platform's staff."""
    number, text = view_of(here).case.number, here.said("text")
    if not text:
        raise Refused(here.words("case.note_empty"))
    if not here.said("to_platform"):
        here.desk.note(number, text)
        return done(here, number, "note", here.words("case.did_note"))
    acted = platform_of(here).note(number, text)
    said = told_of(here, acted.reply, acted.task, here.words("case.did_note"))
    return done(here, number, "note_to_platform", said, outbox=True)


@room.post("/cases/{number}/assign", Permission.WORK)
def assign(here: Here) -> Response:
    """Take a case, give it back, or, for who may, give it to somebody else."""
    case, to = view_of(here).case, here.said("to")
    require_may_assign(here, case.assignee, to)
    here.desk.assign(case.number, to)
    said = here.words("case.did_assign", who=to) if to else here.words("case.did_give_back")
    return done(here, case.number, "assign", said, to or "nobody")


@room.post("/cases/{number}/classify", Permission.WORK)
def classify(here: Here) -> Response:
    """Say what a case is about, or how urgent it is; its clocks are computed anew."""
    case, kind = view_of(here).case, here.said("type")
    if kind and kind not in set(CaseType):
        raise NotFound(f"there is no type of case {kind!r}")
    priority = here.said("priority") if "priority" in here.form else None
    wanted = CaseType(kind) if kind else None
    here.desk.classify(case.number, wanted, None if priority == case.priority else priority)
    return done(here, case.number, "classify", here.words("case.did_classify"), kind)


@room.post("/cases/{number}/no-reply", Permission.WORK)
def no_reply(here: Here) -> Response:
    """Say that what the customer wrote needs no answer."""
    number = view_of(here).case.number
    here.desk.need_no_reply(number, here.said("why"))
    return done(here, number, "no_reply", here.words("case.did_no_reply"))


@room.post("/cases/{number}/due", Permission.WORK)
def set_due(here: Here) -> Response:
    """Set by when a clock is due by hand, or let its rule say again."""
    case, clock, why = view_of(here).case, here.said("clock"), here.said("why")
    if here.said("clear"):
        here.desk.take_back_due(case.number, clock, why)
        return done(here, case.number, "take_back_due", here.words("case.did_take_back_due"), clock)
    due = _instant(here, here.said("at"))
    if due is None:
        raise Refused(here.words("case.at_missing"))
    if due.timestamp() <= case.opened_at.timestamp():
        raise Refused(here.words("case.due_before_opening", opened=here.formats.moment_in_full(case.opened_at)))
    here.desk.set_due(case.number, clock, due, why)
    return done(here, case.number, "set_due", here.words("case.did_set_due"), f"{clock} {due:%Y-%m-%d %H:%M%z}")


@room.post("/cases/{number}/answered", Permission.WORK)
def answered(here: Here) -> Response:
    """Say that the customer was answered on the platform itself."""
    number = view_of(here).case.number
    here.desk.answered(number, here.said("text"), _instant(here, here.said("at")))
    return done(here, number, "answered", here.words("case.did_answered"))


@room.post("/cases/{number}/close", Permission.WORK)
@asking
def close(here: Here) -> Response:
    """Close a case where it lives, or only here."""
    number = view_of(here).case.number
    acted = platform_of(here).close(
        number, reason=here.said("reason"), text=here.said("text"), here=bool(here.said("here"))
    )
    said = told_of(here, acted.reply, acted.task, here.words("case.did_close"))
    return done(here, number, "close", said, outbox=acted.reply is not None)


@room.post("/cases/{number}/reopen", Permission.WORK)
@asking
def reopen(here: Here) -> Response:
    """Open a closed case again where it lives, or only here."""
    number = view_of(here).case.number
    acted = platform_of(here).reopen(
        number, reason=here.said("reason"), text=here.said("text"), here=bool(here.said("here"))
    )
    said = told_of(here, acted.reply, acted.task, here.words("case.did_reopen"))
    return done(here, number, "reopen", said, outbox=acted.reply is not None)


@room.post("/cases/{number}/hand-over", Permission.WORK)
@asking
def hand_over(here: Here) -> Response:
    """Hand a case over to the platform's own people."""
    number = view_of(here).case.number
    way = here.words("case.keep_task_way")
    acted = platform_of(here).hand_over(number, here.said("text"), keep_task=bool(here.said("keep_task")), way=way)
    said = told_of(here, acted.reply, acted.task, "")
    return done(here, number, "hand_over", said, outbox=acted.reply is not None)


@room.post("/cases/{number}/merge", Permission.WORK)
def merge(here: Here) -> Response:
    """Let a case go on as another one, once a person has said so twice: it cannot be undone."""
    number, into = view_of(here).case.number, _number(here.said("into"))
    other = here.hub.store.case(into)
    if not here.said("sure"):
        raise Refused(here.words("case.merge_sure"))
    here.desk.merge(number, other.number)
    done(here, number, "merge", "", into)
    return here.go(f"{case_address(into)}?was={number}")


@room.post("/cases/{number}/reread", Permission.WORK)
def reread(here: Here) -> Response:
    """Read the unreadable messages of a case again from their kept originals."""
    number = view_of(here).case.number
    wanted = [(case, ref) for case, ref in here.hub.store.unreadable() if case == number]
    results = list(read_again(here.hub, here.desk, wanted))
    left = [result.remark for result in results if not result.readable]
    if left:
        raise Refused(here.words("case.still_unreadable", why="; ".join(filter(None, left)) or "?"))
    return done(here, number, "reread", here.words("case.did_reread"))


@room.post("/cases/{number}/tasks/{key}", Permission.WORK)
def task(here: Here) -> Response:
    """Tick off what was done in a portal, or say that nobody needs to do it."""
    number, key = view_of(here).case.number, str(here.path["key"])
    if here.said("drop"):
        here.desk.drop_task(number, key, here.said("comment"))
        return done(here, number, "drop_task", here.words("case.did_drop_task"), key)
    here.desk.tick_off(number, key, _instant(here, here.said("at")), here.said("comment"))
    return done(here, number, "do_task", here.words("case.did_do_task"), key)


def _instant(here: Here, text: str) -> datetime | None:
    """The instant that a field for one says, in the zone of the office; None where it is empty."""
    return given_instant(text, here.hub.settings.office.timezone, here.now) if text else None


def _number(text: str) -> str:
    """The number of a case in its one form, from CH-1042, ch-1042, 1042 or #1042."""
    digits = text.removeprefix("#").upper().removeprefix("CH-")
    if not (digits.isascii() and digits.isdigit()):
        raise Refused(f"{text!r} is no case number; write it as CH-1042, 1042 or #1042.")
    return f"CH-{int(digits[:15])}"
