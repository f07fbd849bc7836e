"""One's own account: name and looks, password, sessions, and tokens for programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from starlette.responses import Response

from hub.core.credentials import token_id
from hub.core.password_rules import LONGEST, SHORTEST, PoorPassword
from hub.core.people import Permission
from hub.errors import Refused
from hub.signing_in import SignInPaused, WrongSignIn
from hub.web.routing import Room
from hub.web.site import THEMES, Here
from hub.web.staff import browser_of, caller_of, line_said, staff_of
from hub.web.words import LANGUAGES

room = Room()

_YEAR = 365
EXPIRIES = (30, 90, _YEAR, 0)
"""After how many days a token may end; 0 is never."""
_DONE = frozenset({"saved", "password", "session", "sessions", "token"})


@room.get("/account", Permission.SEE)
def account(here: Here) -> Response:
    """All that is one's own."""
    done = here.query.get("done", "")
    return _page(here, done=done if done in _DONE else "")


@room.get("/account/password", Permission.SEE)
@room.get("/account/tokens", Permission.SEE)
def again(here: Here) -> Response:
    """Whoever loads the address anew that a form was sent to is shown the account."""
    return here.go("/account")


@room.post("/account", Permission.SEE)
def save(here: Here) -> Response:
    """Keep another name, address, language and theme."""
    language, theme = here.said("language"), here.said("theme")
    if language and language not in LANGUAGES:
        raise Refused(here.words("account.no_language"))
    described = replace(
        here.person, full_name=line_said(here, "full_name"), email=line_said(here, "email"), language=language
    )
    staff_of(here).describe(described, caller_of(here).actor)
    response = here.go("/account?done=saved")
    if not language:  # as the browser says, and so not as this browser was told before
        response.delete_cookie("casehub-language", path="/")
    for cookie, value, known in (("casehub-language", language, LANGUAGES), ("casehub-theme", theme, THEMES)):
        if value in known:
            secure = here.site.doorkeeper.secure
            days = _YEAR * 86_400
            response.set_cookie(cookie, value, max_age=days, path="/", secure=secure, httponly=True, samesite="strict")
    return response


@room.post("/account/password", Permission.SEE)
def change_password(here: Here) -> Response:
    """Change one's password, by the old one; every other session ends."""
    # As they were typed: blanks are a part of a password.
    old, new, again = (str(here.form.get(name, "")) for name in ("old", "new", "again"))
    if new != again:
        return _page(here, wrong=here.words("account.not_the_same"), status=422)
    try:
        here.site.doorkeeper.signing_in.change_password(caller_of(here), old, new)
    except PoorPassword as error:
        told = here.words(f"account.password_{error.reason}", least=SHORTEST, most=LONGEST)
        return _page(here, wrong=told, status=422)
    except WrongSignIn:
        return _page(here, wrong=here.words("account.wrong_old"), status=422)
    except SignInPaused as error:
        response = _page(here, wrong=here.words("sign_in.paused", n=error.seconds), status=429)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    return here.go("/account?done=password")


@room.post("/account/sessions/end", Permission.SEE)
def end_others(here: Here) -> Response:
    """End every session of one's own but this one."""
    caller = caller_of(here)
    staff_of(here).end_session(caller.person.name, "", caller.actor, but=caller.key)
    return here.go("/account?done=sessions")


@room.post("/account/sessions/{key}/end", Permission.SEE)
def end_session(here: Here) -> Response:
    """End one session of one's own."""
    caller = caller_of(here)
    staff_of(here).end_session(caller.person.name, str(here.path["key"]), caller.actor)
    return here.go("/account?done=session")


@room.post("/account/tokens", Permission.SEE)
def make_token(here: Here) -> Response:
    """Make a token and show its secret, in this one answer alone: it is in no address and kept nowhere."""
    days, caller = here.said("days"), caller_of(here)
    if days not in map(str, EXPIRIES) or not set(here.all_said("scope")) <= {one.value for one in Permission}:
        raise Refused(here.words("account.token_unclear"))
    until = here.now + timedelta(days=int(days)) if int(days) else None
    scopes = map(Permission, here.all_said("scope"))
    text, _ = staff_of(here).make_token(caller.person.name, here.said("label"), scopes, until, caller.actor)
    return _page(here, secret=text)


@room.post("/account/tokens/{id}/revoke", Permission.SEE)
def revoke_token(here: Here) -> Response:
    """Let a token of one's own open nothing more."""
    staff, caller = staff_of(here), caller_of(here)
    staff.revoke_token(staff.find_token(str(here.path["id"]), of=caller.person.name), caller.actor)
    return here.go("/account?done=token")


def _page(here: Here, *, status: int = 200, wrong: str = "", secret: str = "", done: str = "") -> Response:
    people, name = here.site.people, here.person.name
    return here.page(
        "account.html",
        status=status,
        person=people.person(name),
        has_password=bool(people.password(name)),
        sessions=[(one, browser_of(one.agent)) for one in people.sessions(name) if here.now < one.until],
        tokens=[(token_id(one.key), one) for one in people.tokens(name)],
        absences=[one for one in people.absences(here.now) if one.who == name],
        expiries=EXPIRIES,
        least=SHORTEST,
        wrong=wrong,
        secret=secret,
        done=done,
    )
