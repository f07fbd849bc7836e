"""What keeps the people who work here, as a protocol whose docstrings are its contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hub.core.people import Absence, AuditEntry, Person, Session, Token


class People(Protocol):
    """Where people, their sessions, tokens and absences and the log of acts are kept; any thread may use it.

    Each method is one transaction of its own. No secret is handed over or kept: passwords arrive hashed, and what
    a cookie, a link or a program holds arrives as its digest.
    """

    def person(self, name: str) -> Person:
        """The person of this name; NotFound if there is none."""
        ...

    def people(self) -> Sequence[Person]:
        """Everybody, also those who are not active, by name."""
        ...

    def save_person(self, person: Person) -> None:
        """Insert the person, or replace the one of this name; their password stays."""
        ...

    def open_cases(self) -> Mapping[str, int]:
        """How many cases that are not closed each person has; those that nobody has are left out."""
        ...

    def password(self, name: str) -> str:
        """The hash of a person's password; empty if there is none, or no such person."""
        ...

    def set_password(self, name: str, hashed: str, instead_of: str | None = None) -> None:
        """Keep another hash, where one is named only in its place; NotFound if there is no such person."""
        ...

    def save_session(self, session: Session) -> None:
        """Insert the session, or replace the one with this key; NotFound if there is no such person."""
        ...

    def session(self, key: str) -> Session | None:
        """The session with this key, if there is one."""
        ...

    def sessions(self, who: str) -> Sequence[Session]:
        """The sessions of a person, the one seen last first."""
        ...

    def see_session(self, key: str, at: datetime, until: datetime) -> None:
        """Note that a session was used, and until when it lasts now; nothing happens if it was ended meanwhile."""
        ...

    def end_session(self, key: str) -> None:
        """Forget a session; nothing happens if there is none."""
        ...

    def end_sessions(self, who: str, but: str = "") -> None:
        """Forget the sessions of a person but the one with this key."""
        ...

    def drop_ended(self, now: datetime) -> None:
        """Forget the sessions and links whose time is over."""
        ...

    def save_link(self, key: str, who: str, until: datetime) -> None:
        """Keep the digest of a link that signs in a person once, until an instant; NotFound if there is none such."""
        ...

    def take_link(self, key: str, now: datetime) -> str:
        """Whom a link signs in, which it can do no more from now on; empty if it is unknown or its time is over."""
        ...

    def drop_links(self, who: str) -> None:
        """Forget the links that would sign in a person."""
        ...

    def save_token(self, token: Token) -> None:
        """Insert the token, or replace the one with this key; NotFound if there is no such person."""
        ...

    def token(self, key: str) -> Token | None:
        """The token with this key, if there is one."""
        ...

    def tokens(self, who: str = "") -> Sequence[Token]:
        """The tokens of a person, or of everybody, newest first."""
        ...

    def see_token(self, key: str, at: datetime) -> None:
        """Note that a token was used; nothing happens if it was revoked meanwhile."""
        ...

    def drop_token(self, key: str) -> None:
        """Forget a token; nothing happens if there is none."""
        ...

    def save_absence(self, absence: Absence) -> None:
        """Insert the absence, or replace the one with this key; NotFound if there is no such person."""
        ...

    def absences(self, since: datetime) -> Sequence[Absence]:
        """The absences that end after an instant, the earliest first."""
        ...

    def drop_absence(self, key: str) -> None:
        """Forget an absence; nothing happens if there is none."""
        ...

    def note(self, entry: AuditEntry) -> None:
        """Append to the log of acts, which nothing ever changes."""
        ...

    def audit(self, *, who: str = "", about: str = "", before: int = 0, limit: int = 100) -> Sequence[AuditEntry]:
        """The log, newest first, of one person or about one thing where named, older than an entry where one is."""
        ...
