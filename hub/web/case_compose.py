"""Writing to the customer: the reply box, what stands against its text, drafts, templates, and who else is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from starlette.responses import PlainTextResponse, Response

from hub.adapter import Capability
from hub.addressing import waiting_of, warnings_of
from hub.answering import Answer, answer_in_the_portal, queue_answer, unsent
from hub.core.acts import require_answerable
from hub.core.asking import digest_of
from hub.core.given_instants import given_instant
from hub.core.outbox import ReplyState, has_grown
from hub.core.people import Permission
from hub.core.text_rules import stands_against
from hub.drafts import drafts_of
from hub.errors import HubError, Refused
from hub.return_labels import return_label_of
from hub.runs.desk import keep_files
from hub.templating import library_of, render, writes_greeting
from hub.web.case import case_page
from hub.web.case_compose_view import Compose, Picked, approval_of, composed, letters_left, limit_of
from hub.web.case_done import done, tell_pages
from hub.web.case_view import CaseView, view_of
from hub.web.routing import Room
from hub.web.site import Here
from hub.web.uploads import sent_files, told_files

room = Room()

_TAKEN_BACK = frozenset({ReplyState.CANCELLED, ReplyState.REJECTED})


@room.post("/cases/{number}/reply", Permission.WORK)
def reply(here: Here) -> Response:
    """Put a reply into the outbox; where its writer should look at something first, show that and keep the text."""
    view = view_of(here)
    compose = replace(composed(view, here.said("text")), then_close=bool(here.said("then_close")))
    try:
        compose = _written(here, view, compose)
        asked = _asked(here, view, compose)
        if asked is not None:
            return _shown(here, view, asked)
        return _sent(here, view, compose)
    except HubError as error:
        drafts_of(here.hub).keep(view.case.number, here.person.name, compose.text)
        return _shown(here, view, replace(compose, error=str(error)))


@room.post("/cases/{number}/check", Permission.SEE)
def check(here: Here) -> Response:
    """What stands against a text as it is typed, and how many letters are left."""
    view, text = view_of(here), here.said("text")
    try:
        found = view.reach.findings(unsent(here.hub, view.case, text, told_files(here)), view.case) if text else ()
        error = ""
    except HubError as trouble:
        found, error = (), str(trouble)
    return here.page(
        "case_findings.html",
        case=view.case,
        findings=found,
        accepted=here.all_said("accept"),
        left=letters_left(limit_of(view), text),
        approval=approval_of(view, text) if text else "",
        late=_is_late(here, view),
        error=error,
    )


@room.get("/cases/{number}/draft", Permission.WORK)
def draft(here: Here) -> Response:
    """What this person has typed for the case and not sent."""
    return PlainTextResponse(view_of(here).draft, headers={"Cache-Control": "no-store"})


@room.post("/cases/{number}/draft", Permission.WORK)
def keep_draft(here: Here) -> Response:
    """Keep what is being typed; whoever else has the case open learns that somebody has begun."""
    view, value = view_of(here), here.form.get("text", "")
    text = value if isinstance(value, str) else ""
    if drafts_of(here.hub).keep(view.case.number, here.person.name, text.replace("\r\n", "\n")):
        tell_pages(here, view.case.number)
    return Response(status_code=204)


@room.post("/cases/{number}/looking", Permission.WORK)
def looking(here: Here) -> Response:
    """Say that this person has the case open, and show who else does, and who writes."""
    view = view_of(here)
    if here.said("leaves"):
        here.site.presence.leave(view.case.number, here.person.name)
        return Response(status_code=204)
    if here.site.presence.look(view.case.number, here.person.name, here.now) and view.looking:
        tell_pages(here, view.case.number)
    return here.page("case_presence.html", view=view, case=view.case)


@room.post("/cases/{number}/template", Permission.SEE)
def template(here: Here) -> Response:
    """Fill in a template: its text, or what it still needs; without a script the text goes into the box."""
    view, name = view_of(here), here.said("template")
    picked = _picked(here, view, name) if name else Picked()
    if here.is_partial:
        return here.page("case_template.html", view=view, case=view.case, picked=picked)
    before = here.said("text") or view.draft
    text = "\n\n".join(filter(None, (before, picked.text))) if here.said("insert") else before
    return case_page(here, view, replace(composed(view, text), picked=picked))


def _written(here: Here, view: CaseView, compose: Compose) -> Compose:
    """The box as it was sent, with what its writer had seen."""
    require_answerable(view.case)
    files = sent_files(here)
    if here.said("label"):
        files += keep_files(here.hub.store, [return_label_of(here.hub, view.case)])
    refs = {message.ref for message in view.case.messages}
    after = here.said("after")
    if after and after not in refs:
        raise Refused(f"{view.case.number} has no message {after!r}; load the page again, your text is kept.")
    send_at = here.said("send_at")
    digest = digest_of(compose.text, files, then_close=compose.then_close, send_at=_later(here, send_at))
    return replace(
        compose,
        after=after,
        seen_at=_instant(here.said("seen_at")) or here.now,
        known=tuple(here.said("known").split()),
        client_key=_key(view, here.said("client_key"), digest) or compose.client_key,
        send_at=send_at,
        previewed=bool(here.said("previewed")),
        accepted=here.all_said("accept"),
        files=files,
    )


def _key(view: CaseView, key: str, digest: str) -> str:
    """The key of the box, by which one letter is sent once; none if it stood for another one, or one taken back."""
    before = next((reply for reply in view.replies if key and reply.client_key == key), None)
    if before is None:
        return key
    return key if before.client_digest == digest and before.state not in _TAKEN_BACK else ""


def _asked(here: Here, view: CaseView, compose: Compose) -> Compose | None:
    """The box with what its writer has to look at before it is sent; None if there is nothing."""
    case = view.case
    letter = unsent(here.hub, case, compose.text, compose.files, compose.after)
    found = view.reach.findings(letter, case) if compose.text else ()
    grown = has_grown(case, replace(letter, seen_at=compose.seen_at, by=here.person.name))
    waiting = waiting_of(view.replies)
    others = [one for one in waiting if one.key not in compose.known and one.client_key != compose.client_key]
    warnings = tuple(warnings_of(case.last_inbound)) if case.last_inbound else ()
    look = here.said("step") == "preview" or (bool(warnings) and not compose.previewed)
    if not (grown or others or look or stands_against(found, compose.accepted)):
        return None
    against = stands_against(found, compose.accepted)
    return replace(
        composed(view, compose.text),
        seen_at=here.now,
        then_close=compose.then_close,
        send_at=compose.send_at,
        client_key=compose.client_key,
        accepted=compose.accepted,
        previewed=True,
        files=compose.files,
        findings=found,
        grown=grown,
        collisions=others,
        warnings=warnings,
        preview=look,
        error=here.words("case.stands_against") if against else "",
    )


def _sent(here: Here, view: CaseView, compose: Compose) -> Response:
    """Put it into the outbox, or keep it as the draft of a portal task."""
    case, reach = view.case, view.reach
    answer = Answer(
        compose.text,
        compose.after,
        compose.files,
        compose.then_close,
        _later(here, compose.send_at),
        compose.client_key,
        frozenset(compose.accepted),
    )
    if reach.can(Capability.REPLY, case):
        kept = queue_answer(here.hub, reach, case, answer, here.desk).reply
        said, detail = here.words("case.did_held" if kept.wants_approval else "case.did_reply"), kept.key
    else:
        detail = answer_in_the_portal(here.hub, reach, case, answer, here.desk).key
        said = here.words("case.did_task")
    drafts_of(here.hub).drop(case.number, here.person.name)
    response = done(here, case.number, "reply", said, detail, outbox=True)
    if not here.is_partial:
        return response
    fresh = view_of(here)
    page = here.page("case_said.html", view=fresh, case=fresh.case, compose=composed(fresh, ""))
    page.headers["HX-Trigger"] = response.headers["HX-Trigger"]
    return page


def _shown(here: Here, view: CaseView, compose: Compose) -> Response:
    """The box again, with what its writer has to look at; nothing was sent."""
    compose = replace(compose, approval=approval_of(view, compose.text))
    if here.is_partial:
        return here.page("case_said.html", view=view, case=view.case, compose=compose)
    return case_page(here, view, compose, status=422)


def _picked(here: Here, view: CaseView, name: str) -> Picked:
    """A template filled in for the case as far as it can be."""
    found, language = library_of(here.hub).named(name), here.said("language")
    values = dict(_values(here))
    picked = Picked(found, language, values)
    greet = not writes_greeting(here.hub, view.case)
    try:
        made = render(here.hub, view.case, name, language=language, values=values, greet=greet, who=here.person.called)
    except HubError as error:
        return replace(picked, lacks=str(error))
    return replace(picked, text=made.text, why=f"{made.language}: {made.why}")


def _values(here: Here) -> Iterator[tuple[str, str]]:
    """What a person gave for a template, by name."""
    for field in here.form:
        if field.startswith("value:") and here.said(field):
            yield field.removeprefix("value:"), here.said(field)


def _later(here: Here, text: str) -> datetime | None:
    """When a reply shall be sent; Refused for an instant that is over."""
    if not text:
        return None
    told = given_instant(text, here.hub.settings.office.timezone, here.now)
    if told <= here.now:
        raise Refused(here.words("case.send_at_over"))
    return told


def _is_late(here: Here, view: CaseView) -> bool:
    """Whether what is sent when it shall be is late by then."""
    deadline = here.hub.deadline_of(view.case)
    try:
        at = _later(here, here.said("send_at"))
    except HubError:
        return False
    return at is not None and deadline is not None and deadline.due is not None and at > deadline.due


def _instant(text: str) -> datetime | None:
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told if told.tzinfo else None
