"""What a delivery needs from the shell, and what comes of it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from hub.core.outbox import SETTLE
from hub.core.ports import Clock, EvaluationOf, Store
from hub.runs.channel import Failure


@dataclass(frozen=True)
class DeliveryPorts:
    """What a delivery needs from the shell; `jitter` answers numbers in [0, 1).

    When `stop` is set, the reply under way is finished and no other begun. Unless `patient`, a channel that did not
    work is tried again at once, as a person at the keyboard expects.
    """

    store: Store
    clock: Clock
    evaluation_of: EvaluationOf
    jitter: Callable[[], float] = random.random
    settle: timedelta = SETTLE
    stop: threading.Event = field(default_factory=threading.Event)
    patient: bool = True


@dataclass(slots=True)
class DeliveryResult:
    """What came of the outbox of one channel.

    Of what is `waiting` the platform has those `taken` already, and those `later` have a time of their own or may still
    be undone; so many `acts` are among what was `delivered`. `stopped_by` says by whom sending was stopped, and
    `resume` is the command that lets it go on.
    """

    name: str
    delivered: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    failure: Failure | None = None
    skipped: str = ""
    acts: int = 0
    stopped_by: str = ""
    resume: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing failed and nothing needs a person."""
        return self.failure is None and not self.stopped
