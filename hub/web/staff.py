"""The people page: who works here, letting people in, roles, one-time links, absence and cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.responses import Response

from hub.core.credentials import token_id
from hub.core.people import Caller, Permission, Person, Role
from hub.errors import Refused
from hub.people import Staff
from hub.web.routing import Room
from hub.web.site import Here
from hub.web.words import LANGUAGES

room = Room()

_LONGEST_TEXT = 100
_DONE = frozenset({"saved", "role", "deactivated", "activated", "away", "back", "sessions", "token"})
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def staff_of(here: Here) -> Staff:
    """The staff, with the passwords of the door: only a few are worked on at once in all."""
    return Staff(here.site.people, here.hub.clock, here.site.doorkeeper.signing_in.passwords)


def caller_of(here: Here) -> Caller:
    """Who is signed in; Refused where nobody is."""
    if here.caller is None:
        raise Refused("nobody is signed in")
    return here.caller


def browser_of(agent: str) -> str:
    """What a browser is called by people, as far as it says."""
    found = (next((name for mark, name in kinds if mark in agent), "") for kinds in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))


@room.get("/people", Permission.LEAD)
def people(here: Here) -> Response:
    """Everybody who works here."""
    return _list(here)


@room.post("/people", Permission.MANAGE)
def add(here: Here) -> Response:
    """Let somebody in, and show the link that signs them in once, in this one answer alone."""
    staff, by, role = staff_of(here), caller_of(here).actor, here.said("role")
    if role not in {one.value for one in Role}:
        raise Refused(here.words("people.no_role"))
    person = _described(here, Person(here.said("name"), Role(role), here.now))
    staff.add(person, by)
    return _list(here, person=person, link=_link(here, staff.make_link(person.name, by)))


@room.get("/people/{name}", Permission.LEAD)
def one(here: Here) -> Response:
    """One person: what they may do, when they are away, where they are signed in."""
    done = here.query.get("done", "")
    return _one(here, done=done if done in _DONE else "")


@room.get("/people/{name}/link", Permission.LEAD)
def again(here: Here) -> Response:
    """Whoever loads the address anew that a form was sent to is shown the person."""
    return here.go(f"/people/{quote(str(here.path['name']), safe='')}")


@room.post("/people/{name}/describe", Permission.MANAGE)
def describe(here: Here) -> Response:
    """Keep another full name, address or language, and whether somebody takes cases."""
    staff_of(here).describe(_described(here, _person(here)), caller_of(here).actor)
    return _back(here, "saved")


@room.post("/people/{name}/role", Permission.MANAGE)
def change_role(here: Here) -> Response:
    """Give somebody another role."""
    role = here.said("role")
    if role not in {one.value for one in Role}:
        raise Refused(here.words("people.no_role"))
    staff_of(here).change_role(_person(here).name, Role(role), caller_of(here).actor)
    return _back(here, "role")


@room.post("/people/{name}/deactivate", Permission.MANAGE)
def deactivate(here: Here) -> Response:
    """Let somebody in no more."""
    staff_of(here).deactivate(_person(here).name, caller_of(here).actor)
    return _back(here, "deactivated")


@room.post("/people/{name}/activate", Permission.MANAGE)
def activate(here: Here) -> Response:
    """Let somebody in again."""
    staff_of(here).activate(_person(here).name, caller_of(here).actor)
    return _back(here, "activated")


@room.post("/people/{name}/link", Permission.MANAGE)
def make_link(here: Here) -> Response:
    """Show a link that signs somebody in once, in this one answer alone."""
    return _one(here, link=_link(here, staff_of(here).make_link(_person(here).name, caller_of(here).actor)))


@room.post("/people/{name}/sessions/end", Permission.MANAGE)
def end_sessions(here: Here) -> Response:
    """End every session of somebody."""
    staff_of(here).end_session(_person(here).name, "", caller_of(here).actor)
    return _back(here, "sessions")


@room.post("/people/{name}/tokens/{id}/revoke", Permission.MANAGE)
def revoke_token(here: Here) -> Response:
    """Let a token of somebody open nothing more."""
    staff = staff_of(here)
    staff.revoke_token(staff.find_token(str(here.path["id"]), of=_person(here).name), caller_of(here).actor)
    return _back(here, "token")


@room.post("/people/{name}/away", Permission.LEAD)
def set_away(here: Here) -> Response:
    """Say that somebody is away, from a day or from now on, and who covers for them."""
    since, until = _day(here, "since"), _day(here, "until")
    if until is None:
        raise Refused(here.words("people.say_until"))
    staff_of(here).set_away(_person(here).name, since or here.now, until, here.said("cover"), caller_of(here).actor)
    return _back(here, "away")


@room.post("/people/{name}/back", Permission.LEAD)
def set_back(here: Here) -> Response:
    """Say that somebody is back, or is not going away after all."""
    staff_of(here).set_back(_person(here).name, caller_of(here).actor, here.said("absence"))
    return _back(here, "back")


def _person(here: Here) -> Person:
    return here.site.people.person(str(here.path["name"]))


def _described(here: Here, person: Person) -> Person:
    language = here.said("language")
    if language and language not in LANGUAGES:
        raise Refused(here.words("account.no_language"))
    return replace(
        person,
        full_name=line_said(here, "full_name"),
        email=line_said(here, "email"),
        language=language,
        takes_cases=here.said("takes_cases") == "yes",
    )


def line_said(here: Here, name: str) -> str:
    """A short text of the form, on one line."""
    return " ".join(here.said(name).split())[:_LONGEST_TEXT]


def _day(here: Here, name: str) -> datetime | None:
    """The beginning of the day in a field, in the office's zone; None where it was left empty."""
    said = here.said(name)
    if not said:
        return None
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise Refused(here.words("people.no_day")) from None
    return datetime.combine(day, time(), ZoneInfo(here.hub.settings.office.timezone)).astimezone(UTC)


def _link(here: Here, secret: str) -> str:
    """The whole address of a link, as it is handed over."""
    base = here.hub.settings.web.public_url.rstrip("/") or str(here.request.base_url).rstrip("/")
    return f"{base}/sign-in/{quote(secret, safe='')}"


def _back(here: Here, done: str) -> Response:
    return here.go(f"/people/{quote(str(here.path['name']), safe='')}?done={done}")


def _list(here: Here, *, person: Person | None = None, link: str = "") -> Response:
    staff = here.site.people
    away = {one.who: one for one in staff.absences(here.now) if one.covers(here.now)}
    return here.page(
        "people.html",
        everybody=sorted(staff.people(), key=lambda one: (not one.active, one.name)),
        away=away,
        load=staff.open_cases(),
        sharing=here.hub.settings.sharing.enabled,
        roles=list(Role),
        added=person,
        link=link,
    )


def _one(here: Here, *, link: str = "", done: str = "") -> Response:
    people, person = here.site.people, _person(here)
    manages = caller_of(here).may(Permission.MANAGE)
    able = (one for one in people.people() if Permission.WORK in one.permissions and one.name != person.name)
    return here.page(
        "person.html",
        person=person,
        manages=manages,
        open_cases=people.open_cases().get(person.name, 0),
        absences=[one for one in people.absences(here.now) if one.who == person.name],
        covers=[one.name for one in able],
        sharing=here.hub.settings.sharing.enabled,
        sessions=[(one, browser_of(one.agent)) for one in people.sessions(person.name)] if manages else [],
        tokens=[(token_id(one.key), one) for one in people.tokens(person.name)] if manages else [],
        roles=list(Role),
        link=link,
        done=done,
    )
