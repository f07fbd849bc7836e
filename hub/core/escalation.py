"""Which rungs of the ladder people have to be told of now, each of them once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.core.model import Case, Money, from_epoch
from hub.core.policy import Audience, Deed
from hub.core.readings import LATE, ClockState, Evaluation, Reading, StageReading, next_consequence


class StepState(StrEnum):
    """What became of telling somebody of a step."""

    WAITING = "waiting"  # due, and nobody was told yet; the reason says what it waits for
    TELLING = "telling"  # a run is at it now, or died at it
    TOLD = "told"
    FAILED = "failed"  # surely not told; the next run tries again
    REFUSED = "refused"  # refused for good, as by a mail server that knows no such address
    UNCERTAIN = "uncertain"  # perhaps told: a run died at it, and nobody is told twice
    WITHDRAWN = "withdrawn"  # told, and then something became known that made it untrue


@dataclass(frozen=True, slots=True)
class StepKey:
    """What makes a step one: whatever the policy's version, it leaves the house once by each notifier."""

    case_number: str
    clock: str
    head: str
    name: str
    notifier: str


@dataclass(frozen=True, slots=True)
class StepRecord:
    """That somebody was told of a step, or shall be again, and for which instant it stood."""

    key: StepKey
    at: datetime
    state: StepState
    do: Deed
    audience: Audience
    changed_at: datetime
    notification: str = ""
    tries: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the ladder of one case that is due, with all that a person must know to act on it."""

    case_number: str
    channel: str
    clock: str
    head: str
    name: str
    do: Deed
    audience: Audience
    at: datetime
    due: datetime
    subject: str = ""
    case_type: str = ""
    customer: str = ""
    order_number: str = ""
    assignee: str = ""
    what: str = ""
    consequence: str = ""
    consequence_at: datetime | None = None
    at_risk: Money | None = None
    risk_unknown: bool = False
    url: str = ""

    def key(self, notifier: str) -> StepKey:
        """The key under which telling of it by this notifier is remembered."""
        return StepKey(self.case_number, self.clock, self.head, self.name, notifier)


@dataclass(frozen=True, slots=True)
class Found:
    """What looking at a case found: steps to tell of now, and steps that wait until its channel was read far enough."""

    due: tuple[Step, ...] = ()
    held: tuple[Step, ...] = ()


def steps_due(case: Case, evaluation: Evaluation, now: int, read_until: int | None) -> Found:
    """The steps of a case whose moment has come and whose clock nothing has ended.

    What says that the answer is late waits until the channel was read past the due instant: an answer that was given
    elsewhere and not read yet is an answer. Of several rungs of one deed that came together, the last one is told.
    """
    due: list[Step] = []
    held: list[Step] = []
    for reading in () if evaluation.at_rest else evaluation.clocks:
        if not reading.is_open or reading.due is None or reading.state(now) is ClockState.PAUSED:
            continue
        for stage in _newest(reading, now):
            late = stage.at >= reading.due
            waits = late and (read_until is None or read_until <= reading.due)
            (held if waits else due).append(_step(case, reading, stage, now))
    return Found(tuple(due), tuple(held))


def untrue(records: Iterable[StepRecord], evaluation: Evaluation, now: int) -> Iterator[StepRecord]:
    """The breaches that were told and that later news has taken back: the answer was in time, or is not due yet."""
    readings = {(reading.clock.value, reading.head): reading for reading in evaluation.clocks}
    for record in records:
        if record.do is not Deed.BREACH or record.state not in (StepState.TOLD, StepState.UNCERTAIN):
            continue
        reading = readings.get((record.key.clock, record.key.head))
        if reading is None or reading.state(now) not in LATE:
            yield record


def _newest(reading: Reading, now: int) -> Iterator[StageReading]:
    """Of each deed the newest stage that has come; after a night without runs nobody reads of the earlier ones."""
    come: Mapping[tuple[Deed, Audience], StageReading] = {
        (stage.do, stage.audience): stage for stage in reading.stages if stage.do is not None and stage.at <= now
    }
    late = reading.due is not None and now > reading.due
    for (deed, _), stage in come.items():
        # Once it is late, that it will be soon is no news any more.
        if not (late and deed is Deed.WARN):
            yield stage


def _step(case: Case, reading: Reading, stage: StageReading, now: int) -> Step:
    risk = next_consequence([reading], now)
    return Step(
        case_number=case.number,
        channel=case.channel,
        clock=reading.clock.value,
        head=reading.head,
        name=stage.name,
        do=stage.do or Deed.WARN,
        audience=stage.audience,
        at=from_epoch(stage.at),
        due=from_epoch(reading.due or stage.at),
        subject=case.subject,
        case_type=case.type.value,
        customer=case.customer.name or case.customer.email,
        order_number=case.order.number if case.order else "",
        assignee=case.assignee,
        what=stage.what,
        consequence=(risk.what or risk.expect) if risk else "",
        consequence_at=from_epoch(risk.at) if risk else None,
        at_risk=risk.costs if risk else None,
        risk_unknown=bool(risk and risk.costs_unknown),
        url=case.url,
    )
