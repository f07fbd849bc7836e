"""One look at what is due: new steps are noted, and each outlet is told of its own in one message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.core.escalation import Step, StepRecord, StepState, steps_due, untrue
from hub.core.model import epoch
from hub.core.outbox_alarms import ALARMING
from hub.core.ports import Writer
from hub.errors import Busy, HubError, StoreError
from hub.runs.telling import EscalationPorts, EscalationResult, moved, outbox_steps, read_until, save, tell

_AT_ONCE = 500


def escalate(ports: EscalationPorts) -> EscalationResult:
    """Look at the cases that have something new, and tell each outlet of what is due for it in one message."""
    result = EscalationResult()
    try:
        with ports.store.lease("escalation"):
            _give_up_interrupted(ports)
            _look(ports, result)
            _look_into_the_outbox(ports, result)
            tell(ports, result)
    except Busy as busy:
        result.skipped = str(busy)
    except HubError as error:  # a full disk, say, must not end the rounds that follow
        result.failures.append(str(error))
    return result


def _give_up_interrupted(ports: EscalationPorts) -> None:
    """Mark what a run died at as perhaps told: a second message would be one too many."""
    died = ports.store.steps(frozenset({StepState.TELLING}))
    reason = "a run was interrupted while it told of this"
    save(ports, [moved(record, StepState.UNCERTAIN, ports.clock.now(), reason) for record in died])


def _look(ports: EscalationPorts, result: EscalationResult) -> None:
    """Evaluate the cases whose wake-up has come; each batch in one transaction, which moves their wake-ups on."""
    now = ports.clock.now()
    damaged: set[str] = set()
    while not ports.stop.is_set():
        numbers = [n for n in ports.store.awake(now, _AT_ONCE + len(damaged)) if n not in damaged]
        if not numbers:
            return
        with ports.store.writing() as writer:
            for number in numbers:
                try:
                    _look_at(number, writer, ports, result)
                except StoreError as error:  # one case that cannot be read must not hide the others
                    damaged.add(number)
                    result.failures.append(f"{number}: {error}")
        result.looked_at += len(numbers)


def _look_into_the_outbox(ports: EscalationPorts, result: EscalationResult) -> None:
    """Note what people have to be told of replies that wait for too long."""
    if ports.limits is None:
        return
    now = ports.clock.now()
    late = ports.limits.overdue(ports.store.replies(ALARMING), now)
    for number in sorted({reply.case_number for reply in late}):
        try:
            with ports.store.writing() as writer:
                steps = [*outbox_steps(writer.case(number), ports, now)]
                writer.save_steps(_new(number, steps, ports, now))
        except StoreError as error:
            result.failures.append(f"{number}: {error}")


def _new(number: str, steps: Sequence[Step], ports: EscalationPorts, now: datetime) -> list[StepRecord]:
    """The records of those steps of which an outlet has still to be told."""
    known = {record.key: record for record in ports.store.steps(case_number=number)}
    wanted = [(step, outlet) for step in steps for outlet in ports.outlets if outlet.wants(step)]
    noted = (_noted(step, outlet.name, known.get(step.key(outlet.name)), now) for step, outlet in wanted)
    return [record for record in noted if record is not None]


def _look_at(number: str, writer: Writer, ports: EscalationPorts, result: EscalationResult) -> None:
    case = writer.case(number)
    evaluation = ports.evaluation_of(case)
    # Read after the evaluation: a stage that came between the two would be neither due now nor a wake-up to come.
    now = ports.clock.now()
    writer.set_evaluation(number, evaluation)
    found = steps_due(case, evaluation, epoch(now), read_until(ports.store, case.channel))
    taken_back = [
        moved(record, StepState.WITHDRAWN, now, "it turned out not to be late")
        for record in untrue(ports.store.steps(case_number=number), evaluation, epoch(now))
    ]
    writer.save_steps([*_new(number, (*found.due, *found.held), ports, now), *taken_back])
    result.withdrawn += taken_back


def _noted(step: Step, notifier: str, before: StepRecord | None, now: datetime) -> StepRecord | None:
    """The record of a step that has to be told of; None where it was told, or is waiting for that already.

    What was withdrawn untold, or stood for another instant then, is told of; what is true after all was told once.
    """
    if before is not None and before.state is not StepState.WITHDRAWN:
        return None
    if before is not None and before.notification and before.at == step.at:
        return moved(before, StepState.TOLD, now, "it was taken back, and is true after all")
    return StepRecord(step.key(notifier), step.at, StepState.WAITING, step.do, step.audience, now)
