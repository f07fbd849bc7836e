"""Small stand-ins for the ports of the runs: a clock to move, and a platform to script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hub import (
    Act,
    Author,
    Batch,
    Case,
    Checkpoint,
    Clue,
    ClueKind,
    Connection,
    Direction,
    IncomingMessage,
    Message,
    OpenCase,
    Party,
    Progress,
    Proof,
    Receipt,
    Reply,
)
from hub.core.model import epoch
from hub.core.policy import ClockName
from hub.core.readings import Evaluation, Reading

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class MovableClock:
    """A clock that stands still until a test moves it."""

    instant: datetime = MONDAY_NOON

    def now(self) -> datetime:
        """The instant the test chose."""
        return self.instant

    def advance(self, *by: timedelta, **more: float) -> datetime:
        """Let time pass, `clock.advance(hours=2)`, and return the new instant."""
        self.instant += sum(by, timedelta(**more))
        return self.instant


def letter(
    ref: str,
    *,
    at: datetime = MONDAY_NOON,
    sender: str = "anna@kund.example",
    text: str = "Hej, var är min order? 🙂",
    answers: str = "",
) -> IncomingMessage:
    """A customer's message, answering the message with the ref `answers` if given."""
    message = Message(
        ref=ref,
        author=Author.CUSTOMER,
        direction=Direction.INBOUND,
        sent_at=at,
        text=text,
        subject=f"Ärende {ref}",
        sender=Party("Åsa Öberg", sender),
        thread_keys=(f"key-{ref}",),
    )
    clues = (Clue(ClueKind.MESSAGE_ID, f"key-{answers}"),) if answers else ()
    return IncomingMessage(message, clues)


@dataclass
class PretendedPlatform:
    """Letters in a row, each step a batch; what a test appends to `letters` arrives at the next reading."""

    letters: list[IncomingMessage] = field(default_factory=list)
    step: int = 2
    fail_at: dict[int, Exception] = field(default_factory=dict)
    on_deliver: Callable[[Reply, Case], Receipt] | None = None
    on_find: Callable[[Reply, Case], Receipt | None] | None = None
    received: list[tuple[str, str]] = field(default_factory=list)
    performed: list[tuple[str, Act]] = field(default_factory=list)
    connections_open: int = 0
    connect_error: Exception | None = None
    fetches: int = 0

    def connect(self) -> Connection:
        """Open a connection to this platform."""
        if self.connect_error is not None:
            raise self.connect_error
        self.connections_open += 1
        return _PretendedConnection(self)


class _PretendedConnection(Connection):
    def __init__(self, platform: PretendedPlatform) -> None:
        self._platform = platform

    def close(self) -> None:
        self._platform.connections_open -= 1

    def check(self) -> Iterator[Proof]:
        yield Proof("sign-in", ok=True)

    def fetch(self, checkpoint: Checkpoint | None, open_cases: Sequence[OpenCase]) -> Iterator[Batch]:
        platform = self._platform
        platform.fetches += 1
        done = int(checkpoint["done"]) if checkpoint else 0
        while done < len(platform.letters):
            if done in platform.fail_at:
                raise platform.fail_at[done]
            step = platform.letters[done : done + platform.step]
            done += len(step)
            yield Batch(tuple(step), {"done": done}, progress=Progress(done, len(platform.letters)))

    def deliver(self, reply: Reply, case: Case) -> Receipt:
        if self._platform.on_deliver is not None:
            return self._platform.on_deliver(reply, case)
        self._platform.received.append((reply.key, reply.text))
        return Receipt(f"platform-{reply.key}", MONDAY_NOON)

    def perform(self, reply: Reply, case: Case) -> Receipt:
        assert reply.act is not None
        if self._platform.on_deliver is not None:
            return self._platform.on_deliver(reply, case)
        self._platform.performed.append((reply.key, reply.act))
        return Receipt(f"platform-{reply.key}", MONDAY_NOON)

    def find(self, reply: Reply, case: Case) -> Receipt | None:
        if self._platform.on_find is not None:
            return self._platform.on_find(reply, case)
        there = any(key == reply.key for key, _ in (*self._platform.received, *self._platform.performed))
        return Receipt(f"platform-{reply.key}", MONDAY_NOON) if there else None


def a_day_later(case: Case) -> Evaluation:
    """A policy that gives everybody a day."""
    started = case.waiting_since
    clocks: tuple[Reading, ...] = ()
    if started is not None:
        start, due = epoch(started), epoch(started + timedelta(days=1))
        clocks = (Reading(ClockName.FIRST_RESPONSE, 0, "a message", "a-day", start, due),)
    return Evaluation("a-day", "1", "digest", "a-day", (), clocks=clocks)
