"""Why a case is due when it is, for programs: the policy, the rule and why not the others, and every clock's trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hub.as_json import instant
from hub.clocks_json import reading_json, source_json
from hub.core.explaining import clock_rule
from hub.core.model import Case, epoch
from hub.core.readings import Evaluation, Reading
from hub.policies.versions import tzdata_version

if TYPE_CHECKING:
    from hub.app import Hub


def explained_json(hub: Hub, case: Case, evaluation: Evaluation, readings: Sequence[Reading]) -> dict[str, Any]:
    """The clocks of these readings, with everything that made them what they are."""
    policy = hub.book.chosen(case).policy
    rule = next(rule for rule in policy.rules if rule.id == evaluation.rule)
    now = epoch(hub.clock.now())
    return {
        "case": case.number,
        "policy": {
            "id": policy.id,
            "version": policy.version,
            "effective_from": policy.effective_from,
            "digest": policy.digest,
            "tzdata": tzdata_version(),
        },
        "rule": {"id": rule.id, "title": rule.title, **source_json(rule.source)},
        "tests": [
            {
                "rule": test.rule,
                "verdict": test.verdict,
                "conditions": [{"condition": str(condition), "verdict": verdict} for condition, verdict in test.tests],
            }
            for test in evaluation.tests
        ],
        "owner": evaluation.owner.value,
        "outcomes": [{"at": instant(outcome.at), "what": outcome.what} for outcome in case.outcomes],
        "remarks": list(evaluation.remarks),
        "clocks": [reading_json(reading, clock_rule(rule, reading), now) for reading in readings],
    }
