"""What a person does with a reply in the outbox: undo, hold, release, approve, cancel, and say what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from hub.acting import seen_of
from hub.answering import unsent
from hub.core.attachments import Attachment
from hub.core.outbox import Reply
from hub.core.people import Permission
from hub.core.platform_acts import in_words
from hub.core.text_rules import stands_against
from hub.drafts import drafts_of
from hub.errors import HubError, NotFound, Refused
from hub.web.case import file_address
from hub.web.case_done import done
from hub.web.case_lines import ReplyLine
from hub.web.case_text import linked
from hub.web.case_view import CaseView, view_of
from hub.web.routing import Room
from hub.web.site import Here, case_address
from hub.web.uploads import sent_files

room = Room()

_NONE: tuple[Attachment, ...] = ()
Act = Callable[[Here, Reply], Reply]
_ACTS: Mapping[str, Act] = {
    "undo": lambda here, reply: here.desk.cancel(reply.key, "undone"),
    "cancel": lambda here, reply: here.desk.cancel(reply.key, here.said("why")),
    "hold": lambda here, reply: here.desk.hold(reply.key, here.said("why")),
    "release": lambda here, reply: here.desk.release(reply.key),
    "approve": lambda here, reply: here.desk.approve(reply.key, _as_read(here, "read", reply)),
    "sent": lambda here, reply: here.desk.mark_delivered(reply.key),
    "retry": lambda here, reply: here.desk.retry(reply.key),
}


_WORD_OF_HONOUR = frozenset({"sent", "retry"})
"""Acts by which a person says what became of a reply: taken only where nobody else can know."""


@room.get("/cases/{number}/outbox/{key}", Permission.SEE)
def whole(here: Here) -> Response:
    """All of a reply, what came since it was written, and everything that can be done with it."""
    view = view_of(here)
    return _page(here, view, _line(view, str(here.path["key"])))


@room.post("/cases/{number}/outbox/{key}/edit", Permission.WORK)
def edit(here: Here) -> Response:
    """Write a reply anew that is surely not sent; refused where somebody else has written it anew meanwhile."""
    view, key = view_of(here), str(here.path["key"])
    line = _line(view, key)
    text, accepted, files = here.said("text"), here.all_said("accept"), _NONE
    try:
        files = sent_files(here)
        after = here.said("after") or line.reply.after
        new = unsent(here.hub, view.case, text, files or line.reply.attachments, after)
        found = view.reach.findings(new, view.case)
        if stands_against(found, accepted):
            return _page(here, view, line, text=text, findings=found, accepted=accepted, kept=files)
        here.desk.edit(key, text, after, files or None, _as_read(here, "begun", line.reply))
    except HubError as error:
        return _page(here, view, line, text=text, error=str(error), accepted=accepted, kept=files)
    done(here, view.case.number, "edit_reply", "", key)
    return here.go(f"{case_address(view.case.number)}#outbox")


@room.post("/cases/{number}/outbox/{key}/{act}", Permission.WORK)
def act(here: Here) -> Response:
    """Do one of the acts on a reply of this case."""
    view, key, name = view_of(here), str(here.path["key"]), str(here.path["act"])
    line = _line(view, key)
    if name not in _ACTS:
        raise NotFound(f"nothing called {name!r} can be done with a reply")
    if name in _WORD_OF_HONOUR and name not in line.acts:
        raise Refused(here.words("case.not_offered"))
    if name == "undo":
        if not line.undo_seconds:
            raise Refused(here.words("case.undo_over"))
        if not view.draft and line.reply.text:
            drafts_of(here.hub).keep(view.case.number, here.person.name, line.reply.text)
    _ACTS[name](here, line.reply)
    return done(here, view.case.number, f"{name}_reply", here.words(f"case.did_{name}"), key, outbox=True)


def _as_read(here: Here, field: str, reply: Reply) -> str | None:
    """The text of a reply as the page showed it: a form that carries it changes its line ends and outer blanks."""
    if field not in here.form:
        return None
    said = here.said(field)
    return reply.text if said == reply.text.replace("\r\n", "\n").strip() else said


def _line(view: CaseView, key: str) -> ReplyLine:
    found = view.reply_line(key)
    if found is None:
        raise NotFound(f"{view.case.number} has no reply {key!r}.")
    return found


def _page(here: Here, view: CaseView, line: ReplyLine, text: str | None = None, **told: object) -> Response:
    """A reply's own page; with what was typed where it was not taken."""
    values = {"findings": (), "accepted": (), "kept": (), "error": "", **told}
    return here.page(
        "case_reply.html",
        status=200 if text is None else 422,
        view=view,
        case=view.case,
        line=line,
        text=line.reply.text if text is None else text,
        words=in_words(line.reply.act) if line.reply.act is not None else "",
        seen=seen_of(view.case),
        linked=linked,
        file_address=file_address,
        **values,
    )
