"""The staff: letting people in, their roles, passwords, tokens and absences; each act is noted in the log of acts."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hub.core.credentials import LINK_LASTS, digest, token_id, token_key, token_text
from hub.core.password_rules import require_good
from hub.core.people import ALLOWED, Absence, Actor, HouseAct, Permission, Person, Role, Token
from hub.core.people_port import People
from hub.core.ports import Clock
from hub.errors import NotFound, Refused
from hub.passwords import Passwords

if TYPE_CHECKING:
    from hub.app import Hub

_LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works here, and what changes it; whether the actor may do so is for the door to say."""

    people: People
    clock: Clock
    passwords: Passwords
    new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32)

    def add(self, person: Person, by: Actor) -> Person:
        """Let somebody in; Refused if there is one of this name already."""
        if self.knows(person.name):
            raise Refused(f"There is a {person.name} already; take another name, or `casehub people activate` theirs.")
        self.people.save_person(person)
        self._note(by, HouseAct.PERSON_ADDED, person.name, f"as {person.role}")
        return person

    def knows(self, name: str) -> bool:
        """Whether there is a person of this name."""
        try:
            self.people.person(name)
        except NotFound:
            return False
        return True

    def describe(self, person: Person, by: Actor) -> Person:
        """Keep another full name, address, language, or whether somebody takes cases; not another role."""
        before = self.people.person(person.name)
        after = replace(person, role=before.role, active=before.active, since=before.since)
        if after != before:
            self.people.save_person(after)
            self._note(by, HouseAct.PERSON_CHANGED, person.name, ", ".join(_differences(before, after)))
        return after

    def change_role(self, name: str, role: Role, by: Actor) -> Person:
        """Give a person another role; their sessions end, so that nobody goes on with rights of before."""
        before = self.people.person(name)
        if role is before.role:
            raise Refused(f"{name} is {_as(role)} already; nothing was changed.")
        after = replace(before, role=role)
        self._require_manager_besides(after)
        self.people.save_person(after)
        self.people.end_sessions(name)
        self._note(by, HouseAct.ROLE_CHANGED, name, f"{before.role} to {role}")
        return after

    def deactivate(self, name: str, by: Actor) -> Person:
        """Let a person in no more: sessions, links and tokens end; they stay known, because cases name them."""
        before = self.people.person(name)
        if not before.active:
            raise Refused(f"{name} cannot sign in already; nothing was changed.")
        after = replace(before, active=False)
        self._require_manager_besides(after)
        self.people.save_person(after)
        self._shut_out(name)
        for token in self.people.tokens(name):
            self.people.drop_token(token.key)
        self._note(by, HouseAct.DEACTIVATED, name)
        return after

    def activate(self, name: str, by: Actor) -> Person:
        """Let a person in again, with the password of before."""
        before = self.people.person(name)
        if before.active:
            raise Refused(f"{name} can sign in already; nothing was changed.")
        after = replace(before, active=True)
        self.people.save_person(after)
        self._note(by, HouseAct.ACTIVATED, name)
        return after

    def set_password(self, name: str, password: str, by: Actor) -> None:
        """Give a person another password; their sessions and links end. Refused says what is wrong with it."""
        person = self.people.person(name)
        require_good(password, name, person.full_name, person.email)
        self.people.set_password(name, self.passwords.hashed(password))
        self._shut_out(name)
        self._note(by, HouseAct.PASSWORD_SET, name)

    def make_link(self, name: str, by: Actor, lasts: timedelta = LINK_LASTS) -> str:
        """The secret of a link that signs a person in once; the links made before end."""
        if not self.people.person(name).active:
            raise Refused(f"{name} cannot sign in; `casehub people activate {name}` lets them in again.")
        secret = self.new_secret()
        self.people.drop_links(name)
        self.people.save_link(digest(secret), name, self.clock.now() + lasts)
        self._note(by, HouseAct.LINK_MADE, name)
        return secret

    def make_token(
        self, name: str, label: str, permissions: Iterable[Permission], until: datetime | None, by: Actor
    ) -> tuple[str, Token]:
        """A new token with the text that a program signs in by, which is shown this once."""
        person, wanted, now = self.people.person(name), frozenset(permissions), self.clock.now()
        _require_usable(label, wanted, until, now)
        if beyond := wanted - person.permissions:
            raise Refused(f"{name} may not {_listed(beyond)} and neither may a token of theirs; {_may(person)}.")
        secret = self.new_secret()
        token = Token(digest(secret), name, label.strip()[:_LONGEST_LABEL], wanted, now, until)
        self.people.save_token(token)
        self._note(by, HouseAct.TOKEN_MADE, name, f"{_called(token)} ({_listed(wanted)})")
        return token_text(secret), token

    def find_token(self, name_or_text: str, of: str = "") -> Token:
        """The token of an id (the 8 characters after chub_), or of its own text; NotFound if there is none, of a person
        where named.
        """
        wanted = token_key(name_or_text) or name_or_text.removeprefix("chub_")
        found = [one for one in self.people.tokens(of) if wanted in (one.key, token_id(one.key))]
        if not found:
            raise NotFound("There is no such token; `casehub token list` shows the ids of those there are.")
        if len(found) > 1:
            raise Refused("Two tokens have this id; name the one that is meant by its whole text.")
        return found[0]

    def revoke_token(self, token: Token, by: Actor) -> None:
        """Let a token open nothing more."""
        self.people.drop_token(token.key)
        self._note(by, HouseAct.TOKEN_REVOKED, token.who, _called(token))

    def end_session(self, name: str, key: str, by: Actor, *, but: str = "") -> None:
        """End one session of a person, or (no key) all but one."""
        if key and all(session.key != key for session in self.people.sessions(name)):
            raise NotFound("This session has ended already.")
        if key:
            self.people.end_session(key)
        else:
            self.people.end_sessions(name, but=but)
        self._note(by, HouseAct.SESSION_ENDED, name, "" if key else "all others" if but else "all")

    def set_away(self, name: str, since: datetime, until: datetime, cover: str, by: Actor) -> Absence:
        """Note that a person is away, and who has their cases meanwhile; Refused if that cannot be."""
        self.people.person(name)
        if until <= max(since, self.clock.now()):
            raise Refused("An absence ends after it began, and in the future; say another --until.")
        if cover:
            self._require_cover(name, cover)
        absence = Absence(secrets.token_hex(8), name, since, until, cover)
        for other in self.people.absences(since):
            if other.who == name and other.since < until:
                raise Refused(
                    f"{name} is away from {other.since:%Y-%m-%d} until {other.until:%Y-%m-%d} already; "
                    f"`casehub people back {name}` ends that first."
                )
        self.people.save_absence(absence)
        self._note(by, HouseAct.AWAY, name, _span(absence))
        return absence

    def set_back(self, name: str, by: Actor, key: str = "") -> list[Absence]:
        """End the absences of a person that have not ended, or the one with this key: one that goes on ends now, and
        one to come is called off. Refused if there is none.
        """
        now = self.clock.now()
        ended = [one for one in self.people.absences(now) if one.who == name and key in ("", one.key)]
        if not ended:
            raise Refused(f"{name} is not away; nothing was changed.")
        for absence in ended:
            if absence.covers(now):
                self.people.save_absence(replace(absence, until=now))
            else:
                self.people.drop_absence(absence.key)
            self._note(by, HouseAct.BACK, name, _span(absence))
        return ended

    def _shut_out(self, name: str) -> None:
        self.people.end_sessions(name)
        self.people.drop_links(name)

    def _require_manager_besides(self, changed: Person) -> None:
        """Refuse to leave a house in which nobody may let people in."""
        if Permission.MANAGE in changed.permissions:
            return
        if not any(Permission.MANAGE in one.permissions for one in self.people.people() if one.name != changed.name):
            raise Refused(f"{changed.name} is the last admin who can sign in; make somebody else an admin first.")

    def _require_cover(self, name: str, cover: str) -> None:
        if cover == name:
            raise Refused(f"{name} cannot cover for {name}; name somebody else.")
        if Permission.WORK not in self.people.person(cover).permissions:
            raise Refused(f"{cover} cannot sign in, and so cannot cover for anybody; name somebody else.")

    def _note(self, by: Actor, act: HouseAct, about: str, detail: str = "") -> None:
        self.people.note(by.did(self.clock.now(), act, about, detail))


def staff_of(hub: Hub) -> Staff:
    """The staff of an opened hub."""
    return Staff(hub.store.people, hub.clock, Passwords())


def _require_usable(label: str, wanted: frozenset[Permission], until: datetime | None, now: datetime) -> None:
    if not label.strip():
        raise Refused("A token needs a label that says what it is for, such as the name of the program.")
    if not wanted:
        raise Refused(f"A token that may do nothing opens nothing; give it some of {_listed(frozenset(Permission))}.")
    if until is not None and until <= now:
        raise Refused("A token ends in the future; say a later instant.")


def _differences(before: Person, after: Person) -> Iterator[str]:
    for field in fields(Person):
        if getattr(before, field.name) != getattr(after, field.name):
            yield field.name


def _listed(permissions: frozenset[Permission]) -> str:
    return ", ".join(one.value for one in Permission if one in permissions)


def _may(person: Person) -> str:
    return f"{_as(person.role)} may {_listed(ALLOWED[person.role])}" if person.active else "they cannot sign in"


def _as(role: Role) -> str:
    return f"{'an' if role.value[0] == 'a' else 'a'} {role}"


def _called(token: Token) -> str:
    return f"{token_id(token.key)} {token.label}"


def _span(absence: Absence) -> str:
    cover = f", covered by {absence.cover}" if absence.cover else ""
    return f"{absence.since:%Y-%m-%d %H:%M} to {absence.until:%Y-%m-%d %H:%M} UTC{cover}"
