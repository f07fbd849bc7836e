"""A small staff for tests: three people, a door, quick hashes and a clock to move."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from hub.core.people import Actor, Door, Person, Role
from hub.core.people_port import People
from hub.passwords import Passwords
from hub.people import Staff
from hub.signing_in import Guard, SigningIn
from tests.fakes import MONDAY_NOON, MovableClock

PASSWORD = "blue lamp seven tram"
ANOTHER = "green chair nine ship"
BOSS = Actor("asa", Door.WEB, "203.0.113.9")
TERMINAL = Actor("root", Door.COMMAND)
QUICK = Passwords(memory_kib=8, rounds=1)
HASHED = QUICK.hashed(PASSWORD)
_SERIAL = count(1)


def secret() -> str:
    """A secret as long as a real one, and another each time."""
    return f"secret-{next(_SERIAL):036}"


@dataclass
class House:
    """The staff and the door on one store of people."""

    people: People
    clock: MovableClock = field(default_factory=MovableClock)

    def __post_init__(self) -> None:
        self.clock.instant = MONDAY_NOON
        self.guard = Guard()
        self.staff = Staff(self.people, self.clock, QUICK, secret)
        self.door = SigningIn(self.people, self.clock, QUICK, self.guard, secret)
        for name, role in (("asa", Role.ADMIN), ("bo", Role.AGENT), ("lena", Role.LEAD)):
            self.people.save_person(Person(name, role, MONDAY_NOON))
            self.people.set_password(name, HASHED)

    def acts(self) -> list[str]:
        """The log of acts, oldest first, each as who, what, about whom and in which detail."""
        entries = reversed(self.people.audit(limit=10_000))
        return [" ".join(filter(None, (one.who or "?", one.act, one.about, one.detail))) for one in entries]
