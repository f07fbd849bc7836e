"""A shop with a case and an outbox, a desk, two clocks, and what may befall them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub import Case, CaseState, Receipt, StoreError
from hub.core.approval import ApprovalRule
from hub.core.outbox import SETTLE, Reply
from hub.core.ports import CaseFilter, Store
from hub.core.uptime import Uptime
from hub.runs.channel import Source
from hub.runs.delivery import DeliveryPorts, DeliveryResult, deliver
from hub.runs.desk import Desk
from hub.runs.sync import SyncPorts, sync
from tests.fakes import MovableClock, PretendedPlatform, a_day_later

TEXT = "Det är på väg. 漢字 🙂"


class Died(BaseException):
    """The process is gone at this instant."""


@dataclass
class TwoClocks(MovableClock):
    """A wall clock that somebody may set, beside an uptime that goes its own way."""

    running: timedelta = timedelta()
    boot: str = "first"

    def advance(self, *by: timedelta, **more: float) -> datetime:
        """Let time pass on both."""
        self.running += sum(by, timedelta(**more))
        return super().advance(*by, **more)

    def set(self, instant: datetime) -> None:
        """Set the clock on the wall alone."""
        self.instant = instant

    def uptime(self) -> Uptime:
        """For how long the machine has been running."""
        return Uptime(self.boot, round(self.running.total_seconds() * 1000))


@dataclass
class World:
    """A shop with one case on a pretended platform, a desk, and what befalls them."""

    store: Store
    clock: TwoClocks
    platform: PretendedPlatform
    monkeypatch: pytest.MonkeyPatch
    folder: Path
    keys: Iterator[str] = field(default_factory=lambda: (f"key{number}" for number in itertools.count(1)))

    @property
    def desk(self) -> Desk:
        """Where eva works."""
        return self.desk_of("eva")

    def desk_of(self, who: str, rules: Sequence[ApprovalRule] = ()) -> Desk:
        """Where somebody works, under rules of four eyes."""
        return Desk(self.store, self.clock, a_day_later, lambda: next(self.keys), who, rules=rules)

    @property
    def case(self) -> Case:
        """The only case."""
        [line] = self.store.cases(CaseFilter(states=frozenset(CaseState)))
        return self.store.case(line.number)

    @property
    def reply(self) -> Reply:
        """The only reply."""
        [reply] = self.store.replies()
        return reply

    @property
    def texts(self) -> list[str]:
        """What the platform has truly received."""
        return [text for _, text in self.platform.received]

    def queue(self, text: str = TEXT, **more: Any) -> Reply:
        """Put a reply to the newest message into the outbox."""
        return self.desk.reply(self.case.number, text, after=self.case.messages[0].ref, **more)

    def send(self, *, patient: bool = True, settle: timedelta = SETTLE, tells: bool = False) -> DeliveryResult:
        """One delivery run; `tells` where the plugin announces what leaves."""
        ports = DeliveryPorts(self.store, self.clock, a_day_later, jitter=lambda: 0.5, patient=patient, settle=settle)
        return deliver([Source("shop", self.platform.connect, tells=tells)], ports)[0]

    def read(self) -> None:
        """One reading of the platform."""
        sync([Source("shop", self.platform.connect)], SyncPorts(self.store, self.clock, a_day_later))

    def later(self, **by: float) -> DeliveryResult:
        """A delivery run after some time, or after everything rests no more."""
        self.clock.advance(**by or {"hours": 2})
        return self.send()

    def answers(self, error: BaseException | None, *, taken: bool = False) -> None:
        """Let the platform answer so from now on, having taken the reply or not."""

        def answer(reply: Reply, _case: Case) -> Receipt:
            if taken or error is None:
                self.platform.received.append((reply.key, reply.text))
            if error is not None:
                raise error
            return Receipt(f"platform-{reply.key}", self.clock.now())

        self.platform.on_deliver = answer

    @contextmanager
    def without_disk(self) -> Iterator[None]:
        """No write transaction can be begun meanwhile."""

        def refuse() -> None:
            raise StoreError("the disk is full")

        with self.monkeypatch.context() as patch:
            patch.setattr(self.store, "writing", refuse)
            yield


def raising(error: Exception) -> Callable[..., Any]:
    """Something that always raises this."""

    def refuse(*_: object) -> Any:
        raise error

    return refuse
