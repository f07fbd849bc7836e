"""Telling people of steps: each outlet of its own in one message, tried again where nobody can have been told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

from hub.core.escalation import Found, Step, StepRecord, StepState, steps_due
from hub.core.model import Case, epoch
from hub.core.outbox_alarms import ALARMING, Limits, alarms
from hub.core.policy import Audience
from hub.core.ports import Clock, EvaluationOf, Store
from hub.core.worktime import Calendar, CalendarError
from hub.errors import AuthenticationFailed, ConfigurationError, Rejected, StoreError, Unavailable, Unsupported
from hub.runs.channel import explain

MOST_TRIES = 12
"""After so many failures, some seven hours, a notifier is given up for a step, and `status` says so."""

_FIRST_REST = timedelta(minutes=1)
_LONGEST_REST = timedelta(hours=1)

NOTIFICATION_HOURS = "the notification hours"
"""What a step waits for that came at night."""

_UNTOLD = frozenset({StepState.WAITING, StepState.FAILED})


class Outlet(Protocol):
    """A notifier as it was set up: to whom and of what it tells."""

    @property
    def name(self) -> str:
        """The name it has in the settings."""
        ...

    def wants(self, step: Step) -> bool:
        """Whether this step is for it."""
        ...

    def tell(self, notification: str, audience: Audience, steps: Sequence[Step], now: datetime) -> None:
        """Tell an audience of these steps in one message with this id; an AdapterError says what became of it."""
        ...


@dataclass(frozen=True)
class EscalationPorts:
    """What a look needs from the shell; without `hours` people are told at any time.

    Unless `patient`, what failed is tried again at once, as a person at the keyboard expects. `limits` say for how long
    a reply may wait in the outbox; without them nobody is told of any.
    """

    store: Store
    clock: Clock
    evaluation_of: EvaluationOf
    outlets: Sequence[Outlet]
    new_id: Callable[[], str]
    hours: Calendar | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    patient: bool = True
    limits: Limits | None = None
    awake: frozenset[str] = frozenset()


@dataclass(slots=True)
class EscalationResult:
    """What came of a look: how many cases were looked at, and what became of their steps."""

    looked_at: int = 0
    told: list[Step] = field(default_factory=list)
    waiting: list[tuple[Step, str]] = field(default_factory=list)
    withdrawn: list[StepRecord] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    skipped: str = ""

    @property
    def ok(self) -> bool:
        """Whether nobody was left untold by a fault."""
        return not self.failures


def tell(ports: EscalationPorts, result: EscalationResult) -> None:
    """Tell each outlet of what it was not told of yet, as far as it is time to."""
    now = ports.clock.now()
    untold = [record for record in ports.store.steps(_UNTOLD) if _may_be_told(record, now, patient=ports.patient)]
    outlets = {outlet.name: outlet for outlet in ports.outlets}
    for (name, audience), records in groupby(sorted(untold, key=_addressee), key=_addressee):
        if ports.stop.is_set():
            return
        ready = _ready(outlets.get(name), list(records), ports, result)
        if ready:
            _send(outlets[name], audience, ready, ports, result)


def _may_be_told(record: StepRecord, now: datetime, *, patient: bool) -> bool:
    """Whether this is the time to try: what failed rests for longer after each failure, and is given up at last."""
    if record.state is not StepState.FAILED:
        return True
    rest = min(_FIRST_REST * 2 ** (record.tries - 1), _LONGEST_REST)
    return record.tries < MOST_TRIES and not (patient and now < record.changed_at + rest)


def _addressee(record: StepRecord) -> tuple[str, Audience]:
    return record.key.notifier, record.audience


def _ready(
    outlet: Outlet | None, records: Sequence[StepRecord], ports: EscalationPorts, result: EscalationResult
) -> list[tuple[StepRecord, Step]]:
    """What an outlet is told of now, each case looked at once more; it is noted what the others wait for."""
    now = ports.clock.now()
    ready: list[tuple[StepRecord, Step]] = []
    changed: list[StepRecord] = []
    for record, step, waits_for in _still_due(outlet, records, ports, result):
        if step is None:
            obsolete = replace(record, notification="")
            changed.append(moved(obsolete, StepState.WITHDRAWN, now, "it was not due any more when it could be told"))
        elif waits_for:
            result.waiting.append((step, waits_for))
            other = record.state is StepState.WAITING and record.reason != waits_for
            changed += [replace(record, reason=waits_for)] if other else []
        else:
            ready.append((replace(record, at=step.at), step))
    save(ports, changed)
    return ready


def _still_due(
    outlet: Outlet | None, records: Iterable[StepRecord], ports: EscalationPorts, result: EscalationResult
) -> Iterator[tuple[StepRecord, Step | None, str]]:
    """Each record with its step as the case stands now (None: not due any more), and what telling waits for."""
    awake = outlet is not None and outlet.name in ports.awake
    closed = "" if awake or _is_open(ports.hours, ports.clock.now()) else NOTIFICATION_HOURS
    looked_at: dict[str, Found | None] = {}
    for record in records:
        number = record.key.case_number
        if number not in looked_at:
            looked_at[number] = _due_in(number, ports, result)
        found = looked_at[number]
        if found is None:
            continue
        held = _named(found.held, record)
        step = held or _named(found.due, record)
        if outlet is None:
            yield record, step, f"a notifier {record.key.notifier} that works"
        elif step is not None and not outlet.wants(step):
            yield record, None, ""
        else:
            yield record, step, f"channel {held.channel} to be read past the due instant" if held else closed


def _due_in(number: str, ports: EscalationPorts, result: EscalationResult) -> Found | None:
    """What is due in a case now; None for one that cannot be read, whose steps wait until it is mended."""
    try:
        case = ports.store.case(number)
        evaluation = ports.evaluation_of(case)
    except StoreError as error:
        result.failures.append(f"{number}: {error}")
        return None
    now = ports.clock.now()
    found = steps_due(case, evaluation, epoch(now), read_until(ports.store, case.channel))
    return replace(found, due=(*found.due, *outbox_steps(case, ports, now)))


def outbox_steps(case: Case, ports: EscalationPorts, now: datetime) -> Iterable[Step]:
    """The steps of the replies of a case that wait for too long."""
    if ports.limits is None:
        return ()
    return alarms(case, ports.store.replies(ALARMING, case_number=case.number), ports.limits, now)


def _send(
    outlet: Outlet,
    audience: Audience,
    ready: Sequence[tuple[StepRecord, Step]],
    ports: EscalationPorts,
    result: EscalationResult,
) -> None:
    """Tell of all these steps in one message; all or none of them are told."""
    now, notification = ports.clock.now(), _notification(ready, ports)
    telling = [
        replace(moved(record, StepState.TELLING, now), notification=notification, tries=record.tries + 1)
        for record, _ in ready
    ]
    save(ports, telling)
    state, reason = _told_by(outlet, notification, audience, [step for _, step in ready], now)
    save(ports, [moved(record, state, ports.clock.now(), reason) for record in telling])
    if state is StepState.TOLD:
        result.told += [step for _, step in ready]
    else:
        result.failures.append(f"{outlet.name}: {reason}")


def _notification(ready: Sequence[tuple[StepRecord, Step]], ports: EscalationPorts) -> str:
    """The id of a message: that of the last try where it tells nothing new, so that a receiver knows it again."""
    tried = {record.notification for record, _ in ready}
    return ports.new_id() if len(tried) > 1 or "" in tried else tried.pop()


def _told_by(
    outlet: Outlet, notification: str, audience: Audience, steps: Sequence[Step], now: datetime
) -> tuple[StepState, str]:
    try:
        outlet.tell(notification, audience, steps, now)
    except Rejected as error:
        return StepState.REFUSED, str(error)
    except (Unavailable, AuthenticationFailed, Unsupported, ConfigurationError) as error:
        return StepState.FAILED, str(error)
    except Exception as error:  # noqa: BLE001  a notifier may fail in any way it likes; the other ones still tell
        return StepState.UNCERTAIN, explain(error).text
    return StepState.TOLD, ""


def _is_open(hours: Calendar | None, now: datetime) -> bool:
    try:
        return hours is None or hours.is_open(epoch(now))
    except CalendarError:
        return True  # better told at night than not at all, once the calendar has run out


def read_until(store: Store, channel: str) -> int | None:
    """Up to when a channel was read, in UTC seconds."""
    read = store.channel(channel).read_until
    return None if read is None else epoch(read)


def _named(steps: Iterable[Step], record: StepRecord) -> Step | None:
    return next((step for step in steps if step.key(record.key.notifier) == record.key), None)


def moved(record: StepRecord, state: StepState, now: datetime, reason: str = "") -> StepRecord:
    """The record in its next state."""
    return replace(record, state=state, changed_at=now, reason=reason)


def save(ports: EscalationPorts, records: Sequence[StepRecord]) -> None:
    """Keep the records, in one transaction."""
    if records:
        with ports.store.writing() as writer:
            writer.save_steps(records)
