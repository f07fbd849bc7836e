"""Bringing the stored evaluations up to the policies in force."""

from __future__ import annotations

from dataclasses import replace

from hub import log
from hub.core.escalation import StepState
from hub.core.model import CaseState
from hub.core.ports import EvaluationOf, Store

_OPEN = frozenset({CaseState.OPEN, CaseState.WAITING})
_AT_ONCE = 500
_MANY = 5_000


def refresh_evaluations(store: Store, evaluation_of: EvaluationOf, digest: str) -> int:
    """Evaluate all open cases anew if they stem from other policies; how many.

    Of a database that was never evaluated every case is, so that scores know the closed ones too. It goes on in steps,
    so that others can write meanwhile; what breaks off begins anew with the next command.
    """
    before = store.fact("policies")
    if before == digest:
        return 0
    numbers = store.numbers(_OPEN if before else frozenset(CaseState))
    if len(numbers) > _MANY:
        log.logger().warning("the policies changed: all deadlines are computed anew", cases=len(numbers))
    told = {record.key.case_number for record in store.steps(frozenset({StepState.TOLD, StepState.UNCERTAIN}))}
    for first in range(0, len(numbers), _AT_ONCE):
        with store.writing() as writer:
            for number in numbers[first : first + _AT_ONCE]:
                evaluation = evaluation_of(writer.case(number))
                # What was told under the policies of before may have become untrue: somebody has to look.
                wakeup = 0 if number in told else evaluation.wakeup
                writer.set_evaluation(number, replace(evaluation, wakeup=wakeup))
    with store.writing() as writer:
        writer.set_fact("policies", digest)
    return len(numbers)
