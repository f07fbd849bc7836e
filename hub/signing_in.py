"""Signing in: who comes with a name and a password, a link, a session or a token, and how often one may guess."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import NoReturn

from hub.core.credentials import LINK_AT_HAND_LASTS, begun, digest, is_worth_noting, token_key, used
from hub.core.password_rules import require_good
from hub.core.people import Actor, Caller, Door, HouseAct, Person, Role
from hub.core.people_port import People
from hub.core.ports import Clock
from hub.core.sign_in_pace import (
    OF_A_NAME,
    OF_AN_ADDRESS,
    Pace,
    Tries,
    neighbourhood,
    thinned,
    to_wait,
    tried,
)
from hub.errors import NotFound, Refused, StoreError
from hub.passwords import Passwords
from hub.people import Staff

_MOST_REMEMBERED = 10_000
_LONGEST_NAME = 60


class WrongSignIn(Refused):
    """Nobody is signed in with this; which part of it was wrong is not told."""


class SignInPaused(Refused):
    """There were too many wrong guesses: the next one is heard after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(f"There were too many wrong passwords. Try again in {self.seconds} seconds.")

    @property
    def seconds(self) -> int:
        """How long to wait, in whole seconds."""
        return -(-self.wait // timedelta(seconds=1))


class _Remembered:
    """The wrong guesses of names or of addresses, at most so many."""

    def __init__(self, pace: Pace, most: int) -> None:
        self.pace, self._most = pace, most
        self.tries: dict[str, Tries] = {}

    def to_wait(self, key: str, now: datetime) -> timedelta:
        return to_wait(self.tries.get(key), now, self.pace)

    def count(self, key: str, now: datetime) -> None:
        if key not in self.tries and len(self.tries) >= self._most:
            self.tries = thinned(self.tries, now, self.pace, self._most)
        self.tries[key] = tried(self.tries.get(key), now, self.pace)

    def take_back(self, key: str) -> None:
        before = self.tries.pop(key, None)
        if before is not None and before.wrong > 1:
            self.tries[key] = Tries(before.wrong - 1, before.last)


class Guard:
    """Who may guess now; one for the process, whose threads share it, and of bounded size."""

    def __init__(self, most: int = _MOST_REMEMBERED) -> None:
        self._lock = Lock()
        self._names, self._addresses = _Remembered(OF_A_NAME, most), _Remembered(OF_AN_ADDRESS, most)

    def admit(self, name: str, address: str, now: datetime) -> None:
        """Count a guess as a wrong one before it is looked at, so that many at once gain nothing; or SignInPaused."""
        network = neighbourhood(address)
        with self._lock:
            wait = max(self._names.to_wait(name, now), self._addresses.to_wait(network, now))
            if wait:
                raise SignInPaused(wait)
            self._names.count(name, now)
            self._addresses.count(network, now)

    def was_right(self, name: str, address: str) -> None:
        """Forget the wrong guesses for a name, and of its address this one: a guesser may have a name of their own."""
        with self._lock:
            self._names.tries.pop(name, None)
            self._addresses.take_back(neighbourhood(address))


@dataclass(frozen=True, slots=True)
class SigningIn:
    """The ways in; a process that serves keeps one, since it remembers who guessed."""

    people: People
    clock: Clock
    passwords: Passwords = field(default_factory=Passwords)
    guard: Guard = field(default_factory=Guard)
    new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32)

    def sign_in(self, name: str, password: str, address: str = "", agent: str = "") -> str:
        """The secret of a new session; WrongSignIn whatever was wrong, SignInPaused after too many wrong guesses."""
        name = name.strip().lower()[:_LONGEST_NAME]
        hashed = self._checked(name, password, address)
        person = self._active(name)
        if person is None:
            self._failed(name, address)
        if self.passwords.is_outdated(hashed):
            self.people.set_password(name, self.passwords.hashed(password), instead_of=hashed)
            hashed = self.people.password(name)
        secret = self._begin(name, address, agent, "by password")
        if self.people.password(name) != hashed:
            # It was changed while this was at work; whoever changed it meant to end the sessions of before.
            self.people.end_session(digest(secret))
            self._failed(name, address)
        return secret

    def sign_in_by_link(self, secret: str, address: str = "", agent: str = "") -> str:
        """The secret of a new session for whoever holds a link, which it can do once."""
        name = self.people.take_link(digest(secret), self.clock.now())
        if not name or self._active(name) is None:
            raise WrongSignIn("This link was used already or its time is over; ask for another one.")
        return self._begin(name, address, agent, "by link")

    def link_for(self, name: str) -> str:
        """The secret of a link for whoever sits at the machine, for 15 minutes; the first person ever is an admin."""
        name = name.lower()
        by = Actor(name, Door.COMMAND)
        staff = Staff(self.people, self.clock, self.passwords, self.new_secret)
        if not self.people.people():
            staff.add(Person(name, Role.ADMIN, self.clock.now()), by)
        return staff.make_link(name, by, LINK_AT_HAND_LASTS)

    def sign_out(self, caller: Caller) -> None:
        """End the session that a request came with."""
        self.people.end_session(caller.key)
        self.people.note(caller.actor.did(self.clock.now(), HouseAct.SIGNED_OUT, caller.person.name))

    def caller_of_session(self, secret: str, address: str = "") -> Caller | None:
        """Whoever holds the secret of a session that has not ended."""
        now = self.clock.now()
        session = self.people.session(digest(secret)) if secret else None
        person = self._active(session.who) if session is not None and now < session.until else None
        if session is None or person is None:
            return None
        after = used(session, now)
        if after != session:
            with suppress(StoreError):  # a page can be read although just now nobody can write
                self.people.see_session(session.key, after.seen_at, after.until)
        return Caller(person, person.permissions, Door.WEB, session.key, address)

    def is_still(self, caller: Caller) -> bool:
        """Whether the session a caller came with opens as much as then; being asked does not prolong it."""
        session, person = self.people.session(caller.key), self._active(caller.person.name)
        goes_on = session is not None and self.clock.now() < session.until
        return goes_on and person is not None and caller.permissions <= person.permissions

    def caller_of_token(self, text: str, address: str = "") -> Caller | None:
        """Whoever holds a token that is valid; it may no more than its person may."""
        now, key = self.clock.now(), token_key(text)
        token = self.people.token(key) if key else None
        person = self._active(token.who) if token is not None and token.valid(now) else None
        if token is None or person is None:
            return None
        if is_worth_noting(token, now):
            with suppress(StoreError):
                self.people.see_token(key, now)
        return Caller(person, token.permissions & person.permissions, Door.API, key, address)

    def change_password(self, caller: Caller, old: str, new: str) -> None:
        """Give oneself another password, by the old one; every other session ends. Refused says what is wrong."""
        name = caller.person.name
        if self.people.password(name):
            self._checked(name, old, caller.address, wrong="That is not the password you have now.")
        require_good(new, name, caller.person.full_name, caller.person.email)
        self.people.set_password(name, self.passwords.hashed(new))
        self.people.end_sessions(name, but=caller.key)
        self.people.drop_links(name)
        self.people.note(caller.actor.did(self.clock.now(), HouseAct.PASSWORD_SET, name))

    def _checked(self, name: str, password: str, address: str, wrong: str = "") -> str:
        """The hash of a person's password, once it is sure that it is the one that was given."""
        self.guard.admit(name, address, self.clock.now())
        hashed = self.people.password(name)
        if not self.passwords.fits(hashed, password):
            self._failed(name, address, wrong)
        self.guard.was_right(name, address)
        return hashed

    def _begin(self, name: str, address: str, agent: str, how: str) -> str:
        now, secret = self.clock.now(), self.new_secret()
        self.people.drop_ended(now)
        self.people.save_session(begun(digest(secret), name, now, address, agent))
        self._note(name, address, HouseAct.SIGNED_IN, how)
        return secret

    def _failed(self, name: str, address: str, told: str = "") -> NoReturn:
        # Of a name that is none nothing is written down: people type their password into the wrong field.
        is_known = self._known(name) is not None
        self._note(name if is_known else "", address, HouseAct.SIGN_IN_FAILED)
        raise WrongSignIn(told or "The name or the password is wrong.")

    def _note(self, who: str, address: str, act: HouseAct, detail: str = "") -> None:
        entry = Actor(who, Door.WEB, address).did(self.clock.now(), act, who, detail)
        self.people.note(entry)

    def _active(self, name: str) -> Person | None:
        person = self._known(name)
        return person if person is not None and person.active else None

    def _known(self, name: str) -> Person | None:
        try:
            return self.people.person(name)
        except NotFound:
            return None
