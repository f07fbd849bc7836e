"""Who works here: people and their roles, what a role or a token may do, sessions, absences, and the log of acts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.core.instants import comparable
from hub.errors import Refused

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")


class Permission(StrEnum):
    """What somebody may do; a token has some of those of its person.

    SEE is to read cases and figures, WORK to answer and decide, LEAD to give work to others and to stop the sending,
    MANAGE to let people in, and what leaves the house by webhooks.
    """

    SEE = "see"
    WORK = "work"
    LEAD = "lead"
    MANAGE = "manage"


class Role(StrEnum):
    """What a person is here for."""

    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"


ALLOWED: Mapping[Role, frozenset[Permission]] = {
    Role.AGENT: frozenset({Permission.SEE, Permission.WORK}),
    Role.LEAD: frozenset({Permission.SEE, Permission.WORK, Permission.LEAD}),
    Role.ADMIN: frozenset(Permission),
}
"""What each role may do."""


class Door(StrEnum):
    """By which way somebody acted."""

    WEB = "web"
    API = "api"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here; `name` is what the cases know them by, as an assignee and in the history.

    One who is not `active` cannot sign in, and is kept because cases name them. `takes_cases` means that new cases
    are given to them in turn.
    """

    name: str
    role: Role
    since: datetime
    full_name: str = ""
    email: str = ""
    language: str = ""
    active: bool = True
    takes_cases: bool = True

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise Refused(
                f"{self.name!r} is no name to sign in with: take up to 40 of a-z, 0-9, dot, dash and underscore, "
                "with a letter or digit at both ends."
            )
        object.__setattr__(self, "since", comparable(self.since))

    @property
    def called(self) -> str:
        """What to call them on a page."""
        return self.full_name or self.name

    @property
    def permissions(self) -> frozenset[Permission]:
        """What they may do."""
        return ALLOWED[self.role] if self.active else frozenset()


@dataclass(frozen=True, slots=True)
class Absence:
    """When a person is away, and who has their cases meanwhile; nobody where `cover` is empty."""

    key: str
    who: str
    since: datetime
    until: datetime
    cover: str = ""

    def covers(self, at: datetime) -> bool:
        """Whether they are away at an instant."""
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser; `key` is the digest of what its cookie holds, which nobody keeps."""

    key: str
    who: str
    began_at: datetime
    seen_at: datetime
    until: datetime
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """What a program signs in with; `key` is the digest of its secret, `label` what its person calls it."""

    key: str
    who: str
    label: str
    permissions: frozenset[Permission]
    made_at: datetime
    until: datetime | None = None
    seen_at: datetime | None = None

    def valid(self, at: datetime) -> bool:
        """Whether it still opens anything."""
        return self.until is None or at < self.until


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act: who did what to what, when, by which door and from where."""

    at: datetime
    who: str
    door: Door
    act: str
    about: str = ""
    address: str = ""
    detail: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a request comes from, and what it may do; `key` is that of the session or token."""

    person: Person
    permissions: frozenset[Permission]
    door: Door
    key: str = ""
    address: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether this is allowed."""
        return permission in self.permissions

    @property
    def actor(self) -> Actor:
        """Whoever this is, for the log of acts."""
        return Actor(self.person.name, self.door, self.address)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something that goes into the log of acts, by which door and from where."""

    who: str
    door: Door
    address: str = ""

    def did(self, at: datetime, act: str, about: str = "", detail: str = "") -> AuditEntry:
        """What they did, for the log of acts."""
        return AuditEntry(at, self.who, self.door, act, about, self.address, detail)


class HouseAct(StrEnum):
    """What people do with the house itself, as the log of acts calls it; acts on cases are called as the desk's."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    LINK_MADE = "link_made"
    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    ROLE_CHANGED = "role_changed"
    DEACTIVATED = "deactivated"
    ACTIVATED = "activated"
    PASSWORD_SET = "password_set"  # noqa: S105  the name of an act
    SESSION_ENDED = "session_ended"
    TOKEN_MADE = "token_made"  # noqa: S105  the name of an act
    TOKEN_REVOKED = "token_revoked"  # noqa: S105  the name of an act
    AWAY = "away"
    BACK = "back"
