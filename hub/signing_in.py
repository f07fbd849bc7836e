"""Letting people in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.core.people import Caller, Door, Person, Role, Session
from hub.errors import NotFound, Refused

if TYPE_CHECKING:
    from hub.core.people_port import People
    from hub.core.ports import Clock


class SigningIn:
    """The ways in."""

    def __init__(self, people: People, clock: Clock) -> None:
        self._people, self._clock = people, clock

    def sign_in(self, name: str, password: str, address: str, agent: str) -> str:
        """A session for a name and a password; Refused says nothing of which was wrong."""
        del name, password, address, agent
        raise Refused("name or password is wrong")

    def link_for(self, name: str) -> str:
        """The secret of a link that signs somebody in once; the first person ever is an admin."""
        if not self._people.people():
            self._people.save_person(Person(name, Role.ADMIN, self._clock.now()))
        raw = secrets.token_urlsafe(24)
        self._people.save_link(_digest(raw), name, self._clock.now() + timedelta(minutes=15))
        return raw

    def sign_in_by_link(self, raw: str, address: str, agent: str) -> str:
        """A session for a link, which is used up."""
        name = self._people.take_link(_digest(raw), self._clock.now())
        if not name:
            raise Refused("This link was used already or is too old.")
        session, now = secrets.token_urlsafe(32), self._clock.now()
        self._people.save_session(Session(_digest(session), name, now, now, now + timedelta(days=7), address, agent))
        return session

    def caller_of_session(self, raw: str, address: str) -> Caller | None:
        """Who a session belongs to."""
        session = self._people.session(_digest(raw))
        if session is None or session.until < self._clock.now():
            return None
        try:
            person = self._people.person(session.who)
        except NotFound:
            return None
        return Caller(person, person.permissions, Door.WEB, session.key, address)

    def caller_of_token(self, raw: str, address: str) -> Caller | None:
        """Who a token belongs to; it may do what both it and its person may."""
        secret, now = raw.split("_", 2)[-1], self._clock.now()  # chub_ID_SECRET
        token = self._people.token(_digest(secret))
        if token is None or not token.valid(now):
            return None
        person = self._people.person(token.who)
        return Caller(person, token.permissions & person.permissions, Door.API, token.key, address)


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()
